// tests/unit/model/time_test.cpp - RFC 3339 and durations, both ways.
#include "model/time.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

namespace time_test {

using namespace std::chrono_literals;
using parkwatch::from_us;
using parkwatch::parse_duration;
using parkwatch::parse_rfc3339;
using parkwatch::to_rfc3339;

TEST_CASE("time: a time prints with the fraction that it needs and reads back", "[model]") {
  CHECK(to_rfc3339(from_us(0)) == "1970-01-01T00:00:00Z");
  CHECK(to_rfc3339(from_us(1'748'671'402'140'000)) == "2025-05-31T06:03:22.140Z");
  CHECK(to_rfc3339(from_us(1'748'671'402'140'007)) == "2025-05-31T06:03:22.140007Z");
  CHECK(to_rfc3339(parkwatch::timestamp_max) == "9999-12-31T23:59:59.999999Z");
  for (const std::int64_t us : {0LL, 1LL, 951'782'400'000'000LL, 1'748'671'402'140'007LL}) {
    CHECK(parse_rfc3339(to_rfc3339(from_us(us))) == from_us(us));
  }
}

TEST_CASE("time: offsets, blanks and long fractions are understood", "[model]") {
  const auto expected = from_us(1'748'671'402'140'000);
  CHECK(parse_rfc3339("2025-05-31T14:03:22.14+08:00") == expected);
  CHECK(parse_rfc3339("2025-05-31 14:03:22.140+0800") == expected);
  CHECK(parse_rfc3339("2025-05-31t06:03:22.140000999z") == expected);
  CHECK(parse_rfc3339("2024-02-29T00:00:00Z").has_value());
  CHECK(parse_rfc3339("2016-12-31T23:59:60Z") == parse_rfc3339("2017-01-01T00:00:00Z"));
}

TEST_CASE("time: what is no time is refused", "[model]") {
  for (const char* bad :
       {"", "2025", "2025-02-29T00:00:00Z", "2025-13-01T00:00:00Z", "2025-05-31T24:00:00Z",
        "2025-05-31T06:60:00Z", "2025-05-31T06:03:22", "2025-05-31T06:03:22.Z",
        "2025-05-31T06:03:22Zx", "2025-05-31T06:03:22+24:00", "1969-12-31T23:59:59Z",
        "2025-5-31T06:03:22Z", "-025-05-31T06:03:22Z"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_rfc3339(bad));
  }
}

TEST_CASE("time: durations add up their parts and read back", "[model]") {
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("1m30s") == 90s);
  CHECK(parse_duration("1.5h") == 90min);
  CHECK(parse_duration("7d") == 168h);
  CHECK(parse_duration("0s") == 0s);
  CHECK(parse_duration("12us") == 12us);
  for (const auto d : {0us, 1us, 1'000us, 90'000'000us, 86'400'000'000us, 93'784'005'006us}) {
    CHECK(parse_duration(parkwatch::to_text(d)) == d);
  }
  for (const char* bad : {"", "5", "s", "-5s", "5 s", "5x", "1e3s", "101000d", "nans", "infs"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_duration(bad));
  }
}

TEST_CASE("time: every time of the calendar prints and reads back, leap years included",
          "[model][property]") {
  std::mt19937_64 chance(20260229);
  const std::int64_t most = parkwatch::to_us(parkwatch::timestamp_max);
  for (int round = 0; round < 20'000; ++round) {
    std::int64_t us = static_cast<std::int64_t>(chance() % static_cast<std::uint64_t>(most + 1));
    if (round % 3 == 1) us -= us % 1'000;
    if (round % 3 == 2) us -= us % 1'000'000;
    const std::string text = to_rfc3339(from_us(us));
    CAPTURE(us, text);
    REQUIRE(parse_rfc3339(text) == from_us(us));
    REQUIRE(text.size() == (us % 1'000'000 == 0 ? 20U : us % 1'000 == 0 ? 24U : 27U));
  }
  for (const int year : {1972, 2000, 2024, 2400}) {
    CHECK(parse_rfc3339(std::to_string(year) + "-02-29T12:00:00Z").has_value());
  }
  for (const int year : {1970, 2023, 2100, 2200}) {
    CHECK_FALSE(parse_rfc3339(std::to_string(year) + "-02-29T12:00:00Z").has_value());
  }
}

TEST_CASE("time: an offset moves a time over midnight, the year and the ends of our time",
          "[model]") {
  struct Case {
    const char* local;
    const char* utc;
  };
  const Case cases[] = {{"2025-01-01T00:30:00+08:00", "2024-12-31T16:30:00Z"},
                        {"2024-12-31T20:00:00-05:30", "2025-01-01T01:30:00Z"},
                        {"2024-02-28T23:59:59.5-00:01", "2024-02-29T00:00:59.500Z"},
                        {"1969-12-31T23:00:00-01:00", "1970-01-01T00:00:00Z"},
                        {"2025-05-31T06:00:00,25+23:59", "2025-05-30T06:01:00.250Z"}};
  for (const auto& [local, utc] : cases) {
    CAPTURE(local);
    const auto read = parse_rfc3339(local);
    REQUIRE(read);
    CHECK(to_rfc3339(*read) == utc);
  }
  CHECK_FALSE(parse_rfc3339("1970-01-01T00:59:59+01:00"));  // before our time began
  CHECK_FALSE(parse_rfc3339("9999-12-31T23:59:59-00:01"));  // and behind its end
  for (const char* bad : {"2025-05-31T06:00:00+1:00", "2025-05-31T06:00:00+01:60",
                          "2025-05-31T06:00:00+", "2025-05-31T06:00:00 Z", "2025-00-10T00:00:00Z",
                          "2025-01-00T00:00:00Z", "2025-04-31T00:00:00Z", "2025-05-31T06:00:61Z",
                          "2025-05-31_06:00:00Z", "2025/05/31T06:00:00Z", "20250531T060000Z"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_rfc3339(bad));
  }
}

// Texts out of the letters of times: whatever is taken must be a time in range that prints and
// reads back the same.
TEST_CASE("time: a mangled time is refused or is a time in range", "[model][property]") {
  std::minstd_rand chance(20260301);
  const std::string letters = "0123456789-:.,TtZz+ ";
  int taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = "2025-05-31T06:03:22.140+08:00";
    for (std::size_t changes = 1 + chance() % 3; changes > 0; --changes) {
      text[chance() % text.size()] = letters[chance() % letters.size()];
    }
    const auto read = parse_rfc3339(text);
    if (!read) continue;
    ++taken;
    CAPTURE(text);
    REQUIRE(*read >= parkwatch::timestamp_min);
    REQUIRE(*read <= parkwatch::timestamp_max);
    REQUIRE(parse_rfc3339(to_rfc3339(*read)) == read);
  }
  CHECK(taken > 100);
}

TEST_CASE("time: every duration up to a hundred years prints and reads back", "[model][property]") {
  std::mt19937_64 chance(20260302);
  constexpr std::uint64_t most = std::uint64_t{100} * 366 * 86'400 * 1'000'000;
  for (int round = 0; round < 20'000; ++round) {
    // Of every size, not only of the largest.
    const parkwatch::Duration d{chance() % (most >> (chance() % 50)) + 1};
    const std::string text = parkwatch::to_text(d);
    CAPTURE(text);
    REQUIRE(parse_duration(text) == d);
  }
  CHECK(parkwatch::to_text(parkwatch::Duration{most}) == "36600d");
  CHECK(parse_duration("36600d") == parkwatch::Duration{most});
  CHECK_FALSE(parse_duration("36600d1us"));
  CHECK_FALSE(parse_duration("36599d25h"));
}

TEST_CASE("time: a duration's text has each unit once and says what is negative", "[model]") {
  CHECK(parkwatch::to_text(parkwatch::Duration{93'784'005'006}) == "1d2h3m4s5ms6us");
  CHECK(parkwatch::to_text(90min) == "1h30m");
  CHECK(parkwatch::to_text(-1500ms) == "-1s500ms");
  CHECK(parse_duration("1w") == 168h);
  CHECK(parse_duration("0.5ms") == 500us);
  CHECK(parse_duration("1m1m") == 2min);
  CHECK(parse_duration("0.0000004s") == 0us);
  for (const char* bad : {"1", "1m30", "ms", "1 m", "1H", "1min", "+1s", "1s-1s", "1..5s", ".",
                          "0x1s", "1s ", " 1s", "1,5s"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_duration(bad));
  }
}

}  // namespace time_test
