// tests/unit/model/time_test.cpp - RFC 3339 and durations, both ways.
#include "model/time.h"

#include <catch2/catch.hpp>

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
