// tests/unit/model/calendar_test.cpp - Days, months and shifts of a site, its clocks set back and
// forward.
#include "model/calendar.h"

#include <catch2/catch.hpp>
#include <random>

using namespace parkwatch;
using namespace std::chrono_literals;

namespace {

Timestamp at(const char* text) {
  const auto t = parse_rfc3339(text);
  REQUIRE(t);
  return *t;
}

Calendar shanghai() { return {{"Asia/Shanghai", 8h, {}}, {}}; }

// Summer time of 2026 in Berlin.
Calendar berlin() {
  return {
      {"Europe/Berlin", 1h, {{at("2026-03-29T01:00:00Z"), 2h}, {at("2026-10-25T01:00:00Z"), 1h}}},
      {}};
}

std::string span_of(const Calendar& c, Period p, const char* t) {
  const std::int64_t number = c.number_of(p, at(t));
  return to_rfc3339(c.begin_of(p, number)) + " " + to_rfc3339(c.begin_of(p, number + 1));
}

}  // namespace

TEST_CASE("calendar: a day of the site is no day of UTC", "[model]") {
  const Calendar c = shanghai();
  CHECK(span_of(c, Period::day, "2026-07-01T15:59:59Z") ==
        "2026-06-30T16:00:00Z 2026-07-01T16:00:00Z");
  CHECK(span_of(c, Period::day, "2026-07-01T16:00:00Z") ==
        "2026-07-01T16:00:00Z 2026-07-02T16:00:00Z");
  CHECK(span_of(c, Period::hour, "2026-07-01T16:20:00Z") ==
        "2026-07-01T16:00:00Z 2026-07-01T17:00:00Z");
}

TEST_CASE("calendar: months have their own lengths, weeks begin on Monday", "[model]") {
  const Calendar c = shanghai();
  CHECK(span_of(c, Period::month, "2028-02-10T00:00:00Z") ==
        "2028-01-31T16:00:00Z 2028-02-29T16:00:00Z");
  CHECK(span_of(c, Period::month, "2026-12-31T16:00:00Z") ==
        "2026-12-31T16:00:00Z 2027-01-31T16:00:00Z");
  // 2026-11-23 is a Monday.
  CHECK(span_of(c, Period::week, "2026-11-24T14:00:00Z") ==
        "2026-11-22T16:00:00Z 2026-11-29T16:00:00Z");
}

TEST_CASE(
    "calendar: a day of summer time is 23 or 25 hours long, and an hour that comes twice is "
    "one",
    "[model]") {
  const Calendar c = berlin();
  CHECK(span_of(c, Period::day, "2026-03-29T12:00:00Z") ==
        "2026-03-28T23:00:00Z 2026-03-29T22:00:00Z");
  CHECK(span_of(c, Period::day, "2026-10-25T12:00:00Z") ==
        "2026-10-24T22:00:00Z 2026-10-25T23:00:00Z");
  CHECK(span_of(c, Period::hour, "2026-10-25T00:30:00Z") ==
        "2026-10-25T00:00:00Z 2026-10-25T02:00:00Z");
  CHECK(span_of(c, Period::hour, "2026-10-25T01:30:00Z") ==
        "2026-10-25T00:00:00Z 2026-10-25T02:00:00Z");
  // The hour that is left out is empty and belongs to nobody.
  CHECK(span_of(c, Period::hour, "2026-03-29T01:00:00Z") ==
        "2026-03-29T01:00:00Z 2026-03-29T02:00:00Z");
}

TEST_CASE("calendar: shifts follow each other over midnight", "[model]") {
  Calendar c = shanghai();
  c.shifts = {{"early", 6h}, {"late", 14h}, {"night", 22h}};
  CHECK(c.shift_at(at("2026-07-01T05:00:00+08:00")) == 2);
  CHECK(c.shift_at(at("2026-07-01T06:00:00+08:00")) == 0);
  CHECK(c.shift_at(at("2026-07-01T21:59:59+08:00")) == 1);
  CHECK(span_of(c, Period::shift, "2026-07-01T02:00:00+08:00") ==
        "2026-06-30T14:00:00Z 2026-06-30T22:00:00Z");
  c.shifts = {{"all day", 8h}};
  CHECK(c.shift_at(at("2026-07-01T05:00:00+08:00")) == 0);
  CHECK(span_of(c, Period::shift, "2026-07-01T05:00:00+08:00") ==
        "2026-06-30T00:00:00Z 2026-07-01T00:00:00Z");
}

TEST_CASE("calendar: every moment lies in the period of its number", "[model][property]") {
  std::mt19937_64 random{7};
  Calendar odd{{"odd", 5h + 30min, {}}, {{"a", 7h}, {"b", 19h + 30min}}};
  // Clocks that are set by odd amounts, at odd times.
  Timestamp t = at("1990-01-01T00:00:00Z");
  for (int i = 0; i < 200; ++i) {
    t += Duration{std::int64_t{1} + static_cast<std::int64_t>(random() % 20'000'000'000'000)};
    odd.zone.changes.push_back(
        {t, Duration{static_cast<std::int64_t>(random() % 50'000) * 1s} - 6h});
  }
  std::vector<Calendar> all{shanghai(), berlin(), odd};
  all[0].shifts = all[1].shifts = odd.shifts;
  for (const Calendar& c : all) {
    for (int i = 0; i < 2000; ++i) {
      const Timestamp now =
          from_us(static_cast<std::int64_t>(random() % 4'000'000'000) * 1'000'000);
      for (const Period p :
           {Period::hour, Period::day, Period::week, Period::month, Period::shift}) {
        const std::int64_t number = c.number_of(p, now);
        REQUIRE(c.begin_of(p, number) <= now);
        REQUIRE(now < c.begin_of(p, number + 1));
      }
    }
  }
}

TEST_CASE("calendar: what is written as an offset or a time of day", "[model]") {
  CHECK(parse_offset("+08:00")->offset == 8h);
  CHECK(parse_offset("-03:30")->offset == -(3h + 30min));
  CHECK(parse_offset("UTC")->offset == 0h);
  for (const char* wrong :
       {"", "8", "+8:00", "+0800", "08:00", "+15:00", "+08:60", "Asia/Shanghai"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_offset(wrong));
  }
  CHECK(parse_time_of_day("08:30") == Duration{8h + 30min});
  CHECK_FALSE(parse_time_of_day("24:00"));
  CHECK_FALSE(parse_time_of_day("8:00"));
  CHECK(to_local_text(at("2026-07-01T16:00:05Z"), shanghai().zone) == "2026-07-02 00:00:05 +08:00");
  CHECK(to_local_text(at("2026-07-01T16:00:05Z"), parse_offset("-03:30").value()) ==
        "2026-07-01 12:30:05 -03:30");
}

TEST_CASE("calendar: periods have words", "[model]") {
  for (const Period p : {Period::hour, Period::day, Period::week, Period::month, Period::shift}) {
    CHECK(parse_period(to_text(p)) == p);
  }
  CHECK_FALSE(parse_period("year"));
}
