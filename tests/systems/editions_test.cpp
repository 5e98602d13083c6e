// tests/systems/editions_test.cpp - Limits of standards at work: editions with their dates, the
// averaging that a standard means, choices of a package, and hours of the day.
#include <catch2/catch.hpp>

#include "tests/systems/given_plant.h"

namespace parkwatch::systems::editions_test {
namespace {

using namespace std::chrono_literals;

const std::string air =
    "[time]\nnever_seen_after = \"0s\"\n[[system]]\npackage = \"air-quality\"\nsite = \"air\"\n"
    "stations = [\"st\"]\nhour_values = 1\nday_values = 20\nsilent_after = \"3d\"\n";

Timestamp local(const std::string& day) { return *parse_rfc3339(day + "T00:00:00+08:00"); }

// A day of hourly values from its midnight on, and the first of the next day.
std::vector<std::string> raised_by_a_day(const std::string& day, const std::string& quantity,
                                         const std::string& value, int values = 24) {
  const Timestamp begin = local(day);
  GivenPark park{given_plant(air), begin - 1h};
  for (int hour = 0; hour < values; ++hour) {
    park.send(begin + hour * 1h, "air/st/" + quantity, value);
  }
  park.send(begin + 24h, "air/st/" + quantity, "1");
  park.wait_until(begin + 25h);
  return park.raised();
}

std::vector<std::string> only(const std::string& rule, const std::string& tag,
                              const std::string& time) {
  return {rule + ' ' + tag + ' ' + time};
}

}  // namespace

TEST_CASE("editions: 65 ug/m3 of PM2.5 in a day are too much from 2026-03-01 on", "[systems]") {
  CHECK(raised_by_a_day("2026-02-28", "pm25", "65").empty());
  CHECK(raised_by_a_day("2026-02-27", "pm25", "76") ==
        only("air.pm25-day", "air/st/pm25", "2026-02-27T16:00:00Z"));
  CHECK(raised_by_a_day("2026-03-01", "pm25", "65") ==
        only("air.pm25-day.2026-03-01", "air/st/pm25", "2026-03-01T16:00:00Z"));
}

TEST_CASE("editions: the second phase begins with 2031", "[systems]") {
  CHECK(raised_by_a_day("2030-12-30", "pm25", "55").empty());
  CHECK(raised_by_a_day("2030-12-30", "pm25", "61") ==
        only("air.pm25-day.2026-03-01", "air/st/pm25", "2030-12-30T16:00:00Z"));
  CHECK(raised_by_a_day("2031-01-01", "pm25", "55") ==
        only("air.pm25-day.2031-01-01", "air/st/pm25", "2031-01-01T16:00:00Z"));
  CHECK(raised_by_a_day("2031-01-01", "pm25", "50").empty());  // at the limit is not over it
}

TEST_CASE("editions: the last day of an edition is judged by it", "[systems]") {
  // Of 2026-02-28 with 76, over the limit of then; the mean is known when March has begun.
  CHECK(raised_by_a_day("2026-02-28", "pm25", "76") ==
        only("air.pm25-day", "air/st/pm25", "2026-02-28T16:00:00Z"));
}

TEST_CASE("editions: a day needs twenty hours, and its mean is what counts", "[systems]") {
  CHECK(raised_by_a_day("2026-06-01", "pm10", "151", 19).empty());
  CHECK(raised_by_a_day("2026-06-01", "pm10", "151", 20) ==
        only("air.pm10-day.2026-03-01", "air/st/pm10", "2026-06-01T16:00:00Z"));
  CHECK(raised_by_a_day("2026-06-01", "pm10", "150").empty());
  // One hour of 900 in a clean day is no exceedance.
  const Timestamp begin = local("2026-06-01");
  GivenPark park{given_plant(air), begin};
  for (int hour = 0; hour < 25; ++hour) {
    park.send(begin + hour * 1h, "air/st/pm10", hour == 10 ? "900" : "80");
  }
  CHECK(park.raised().empty());
}

TEST_CASE("editions: SO2 and NO2 have limits of the hour and of the day", "[systems]") {
  const auto so2 = raised_by_a_day("2026-06-01", "so2", "501");
  CHECK(so2 == std::vector<std::string>{"air.so2-hour.2026-03-01 air/st/so2 2026-05-31T17:00:00Z",
                                        "air.so2-day.2026-03-01 air/st/so2 2026-06-01T16:00:00Z"});
  CHECK(raised_by_a_day("2026-06-01", "so2", "151") ==
        only("air.so2-day.2026-03-01", "air/st/so2", "2026-06-01T16:00:00Z"));
  CHECK(raised_by_a_day("2026-06-01", "no2", "81") ==
        only("air.no2-day.2026-03-01", "air/st/no2", "2026-06-01T16:00:00Z"));
}

TEST_CASE("limits: a site's own figure replaces one of the library", "[systems]") {
  const std::string own =
      "[[limit]]\nname = \"site.air-quality.nmhc-hour\"\nvalue = 0.5\n"
      "unit = \"mg/m3\"\nproof = \"site\"\n";
  const Timestamp begin = local("2026-06-01");
  for (const bool replaced : {false, true}) {
    GivenPark park{given_plant(air + (replaced ? own : "")), begin};
    park.send(begin, "air/st/nmhc", "0.8");
    park.send(begin + 1h, "air/st/nmhc", "0.1");
    CHECK(park.raised().size() == (replaced ? 1 : 0));
  }
}

TEST_CASE("limits: the level of a hot-work permit chooses the break, not the age of the test",
          "[systems]") {
  const auto raised = [](const std::string& level, const std::string& test_age,
                         const std::string& pause) {
    const std::string site =
        "[time]\nnever_seen_after = \"0s\"\n[[system]]\n"
        "package = \"construction-site\"\nsite = \"cs\"\n"
        "attendance = false\nfence = false\nwelders = [\"w1\"]\n"
        "permit_level = \"" +
        level + "\"\n";
    const Timestamp begin = local("2026-06-01");
    GivenPark park{given_plant(site), begin};
    park.send(begin, "cs/w1/permit", "\"active\"");
    park.send(begin, "cs/w1/test_age", test_age);
    park.send(begin, "cs/w1/break", pause);
    for (const Duration at : {0s, 50s, 100s}) park.send(begin + at, "cs/w1/gas_lel", "0.8");
    park.send(begin + 101s, "cs/w1/current", "140");
    park.send(begin + 2min, "cs/w1/current", "140");
    return park.raised();
  };
  const std::string struck = "2026-05-31T16:01:41Z";
  CHECK(raised("1", "5", "45") == only("cs.gas-untested", "cs/w1/resumed_after", struck));
  CHECK(raised("2", "5", "45").empty());
  CHECK(raised("2", "5", "65") == only("cs.gas-untested", "cs/w1/resumed_after", struck));
  for (const std::string level : {"1", "2"}) {
    CHECK(raised(level, "45", "0") == only("cs.test-too-old", "cs/w1/started_after", struck));
    CHECK(raised(level, "30", "0").empty());
  }
}

TEST_CASE("hours: 60 dB(A) are allowed at 21:59 and not at 22:01", "[systems]") {
  const std::string site =
      "[time]\nnever_seen_after = \"0s\"\n[[system]]\n"
      "package = \"construction-site\"\nsite = \"cs\"\n"
      "attendance = false\n";
  const Timestamp midnight = local("2026-06-02");
  GivenPark park{given_plant(site), midnight - 3h};
  const auto every_minute = [&](Timestamp from, Timestamp to, const std::string& level) {
    for (Timestamp at = from; at < to; at += 1min) {
      park.send(at, "cs/fence/leq", level);
      park.send(at, "cs/fence/pm10", "60");  // the terminal is not silent
    }
  };
  every_minute(midnight - 3h, midnight - 2h, "60");
  CHECK(park.raised().empty());
  every_minute(midnight - 2h, midnight - 110min, "60");
  CHECK(park.raised() == only("cs.noise-night", "cs/fence/leq", "2026-06-01T14:01:00Z"));
  every_minute(midnight - 110min, midnight + 6h + 10min, "60");
  CHECK(park.returned() == only("cs.noise-night", "cs/fence/leq", "2026-06-01T22:00:00Z"));
  CHECK(park.raised().empty());
}

}  // namespace parkwatch::systems::editions_test
