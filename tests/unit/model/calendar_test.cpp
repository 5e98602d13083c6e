// tests/unit/model/calendar_test.cpp - Days, months and shifts of a site, its clocks set back and
// forward.
#include "model/calendar.h"

#include <catch2/catch.hpp>
#include <random>

namespace calendar_test {

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

TEST_CASE("calendar: a local time is written as a date, to the minute, to the second, or whole",
          "[model]") {
  const TimeZone zone = shanghai().zone;
  struct Case {
    const char* text;
    const char* utc;
  };
  for (const auto& [text, utc] : {Case{"2026-07-01", "2026-06-30T16:00:00Z"},
                                  Case{"2026-07-01 08:00", "2026-07-01T00:00:00Z"},
                                  Case{"2026-07-01T08:00", "2026-07-01T00:00:00Z"},
                                  Case{"2026-07-01T08:00:30", "2026-07-01T00:00:30Z"},
                                  Case{"2026-07-01 08:00:30.25", "2026-07-01T00:00:30.250Z"},
                                  Case{"2026-07-01T08:00:30Z", "2026-07-01T08:00:30Z"},
                                  Case{"2026-07-01T08:00:30+01:00", "2026-07-01T07:00:30Z"},
                                  Case{"2026-07-01T08:00+01:00", "2026-07-01T07:00:00Z"},
                                  Case{"2026-07-01 08:00Z", "2026-07-01T08:00:00Z"},
                                  Case{"2028-02-29", "2028-02-28T16:00:00Z"},
                                  Case{"1970-01-01 08:00", "1970-01-01T00:00:00Z"}}) {
    CAPTURE(text);
    const auto read = parse_local(text, zone);
    REQUIRE(read);
    CHECK(to_rfc3339(*read) == utc);
  }
  for (const char* wrong :
       {"", "2026", "2026-07", "2026-7-1", "2026-07-32", "2026-02-29", "2026-07-01 8:00",
        "2026-07-01 24:00", "2026-07-01 08", "2026-07-01Z", "2026-07-01 08:00Z ", "01.07.2026",
        "2026/07/01", "2026-07-01 08:00 "}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_local(wrong, zone));
  }
}

TEST_CASE("calendar: a local time outside our time is none", "[model]") {
  CHECK_FALSE(parse_local("1970-01-01", shanghai().zone));  // still 1969 in UTC
  CHECK(parse_local("1970-01-01", *parse_offset("-08:00")) == at("1970-01-01T08:00:00Z"));
  CHECK_FALSE(parse_local("9999-12-31 20:00", *parse_offset("-08:00")));
  CHECK(parse_local("9999-12-31 20:00", shanghai().zone) == at("9999-12-31T12:00:00Z"));
}

TEST_CASE("calendar: a local time that is left out or comes twice is the first moment from it on",
          "[model]") {
  const TimeZone zone = berlin().zone;
  CHECK(parse_local("2026-03-29 01:59", zone) == at("2026-03-29T00:59:00Z"));
  CHECK(parse_local("2026-03-29 02:00", zone) == at("2026-03-29T01:00:00Z"));
  CHECK(parse_local("2026-03-29 02:59", zone) == at("2026-03-29T01:00:00Z"));  // never shown
  CHECK(parse_local("2026-03-29 03:00", zone) == at("2026-03-29T01:00:00Z"));
  CHECK(parse_local("2026-03-29 03:01", zone) == at("2026-03-29T01:01:00Z"));
  CHECK(parse_local("2026-10-25 02:30", zone) == at("2026-10-25T00:30:00Z"));  // the first of two
  CHECK(parse_local("2026-10-25 03:00", zone) == at("2026-10-25T02:00:00Z"));
}

TEST_CASE("calendar: an offset holds from its change on, to the microsecond", "[model]") {
  const TimeZone zone = berlin().zone;
  CHECK(zone.offset_at(timestamp_min) == 1h);
  CHECK(zone.offset_at(at("2026-03-29T00:59:59.999999Z")) == 1h);
  CHECK(zone.offset_at(at("2026-03-29T01:00:00Z")) == 2h);
  CHECK(zone.offset_at(at("2026-10-25T00:59:59.999999Z")) == 2h);
  CHECK(zone.offset_at(at("2026-10-25T01:00:00Z")) == 1h);
  CHECK(zone.offset_at(timestamp_max) == 1h);
}

TEST_CASE("calendar: what a clock shows is read back as the same moment", "[model][property]") {
  std::mt19937_64 random{11};
  for (const TimeZone& zone : {shanghai().zone, berlin().zone, *parse_offset("-09:30")}) {
    for (int i = 0; i < 3000; ++i) {
      const Timestamp t =
          at("1970-01-02T00:00:00Z") + 1s * static_cast<std::int64_t>(random() % 3'000'000'000);
      const std::string text = to_local_text(t, zone);  // "2026-07-01 08:00:00 +08:00"
      CAPTURE(text);
      REQUIRE(text.size() == 26);
      REQUIRE(parse_rfc3339(text.substr(0, 19) + text.substr(20)) == t);
      // Without the offset it is the first moment at which the clock shows it.
      const auto first = parse_local(text.substr(0, 19), zone);
      REQUIRE(first);
      REQUIRE(*first <= t);
      REQUIRE(to_local_text(*first, zone).substr(0, 19) == text.substr(0, 19));
    }
  }
}

TEST_CASE("calendar: shifts are numbered without holes, each begins when the one before ends",
          "[model]") {
  Calendar c = berlin();
  c.shifts = {{"early", 6h}, {"late", 14h}, {"night", 22h}};
  const std::int64_t first = c.number_of(Period::shift, at("2026-03-28T12:00:00Z"));
  const char* begins[] = {"2026-03-28T05:00:00Z", "2026-03-28T13:00:00Z", "2026-03-28T21:00:00Z",
                          "2026-03-29T04:00:00Z",  // the night of seven hours
                          "2026-03-29T12:00:00Z", "2026-03-29T20:00:00Z", "2026-03-30T04:00:00Z"};
  for (std::int64_t i = 0; i < 7; ++i) {
    CAPTURE(i);
    CHECK(to_rfc3339(c.begin_of(Period::shift, first + i)) == begins[i]);
    CHECK(c.number_of(Period::shift, at(begins[i])) == first + i);
    CHECK(c.number_of(Period::shift, at(begins[i]) - 1us) == first + i - 1);
    CHECK(c.shift_at(at(begins[i])) == static_cast<std::size_t>(i % 3));
  }
  // Before 1970 there is no reading, but a period that holds 1970's first moment begins there.
  CHECK(c.begin_of(Period::shift, -1) == Timestamp{-3h});
  CHECK(c.shift_at(timestamp_min) == 2);
}

TEST_CASE("calendar: offsets and times of day at their ends", "[model]") {
  CHECK(parse_offset("+00:00")->offset == 0h);
  CHECK(parse_offset("-12:00")->offset == -12h);
  CHECK(parse_offset("+14:00")->offset == 14h);
  CHECK(parse_offset("+05:59")->offset == 5h + 59min);
  CHECK(parse_offset("+08:00")->name == "+08:00");
  CHECK(parse_offset("UTC")->name == "UTC");
  for (const char* wrong :
       {"utc", "+08-00", "*08:00", "+0a:00", "+08:0a", "+08:/0", "+:8:00", "+08:000", "++8:00"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_offset(wrong));
  }
  CHECK(parse_time_of_day("00:00") == Duration{0});
  CHECK(parse_time_of_day("23:59") == Duration{23h + 59min});
  for (const char* wrong : {"", "23:60", "23.59", "2359", "023:59", "23:059", "-1:00", "aa:bb"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_time_of_day(wrong));
  }
}

}  // namespace calendar_test
