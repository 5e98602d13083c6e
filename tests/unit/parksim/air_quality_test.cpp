// tests/unit/parksim/air_quality_test.cpp - What is given off, and what stations show of it.
#include <catch2/catch.hpp>

#include "tests/unit/parksim/system_hours.h"

namespace parkwatch::parksim::test::air_quality_test {
namespace {

constexpr Span a_day = 24h;

SystemHours air(std::vector<SystemIncident> causes, Span from, Span span, bool noise = false) {
  return {"air-quality", {{"stations", {"st1", "st2"}}}, std::move(causes), from, span, noise};
}

}  // namespace

TEST_CASE("air: a quiet day's means, and a shallow night", "[parksim]") {
  const SystemHours day = air({}, 0h, a_day);
  CHECK(day.count("st1/pm25", 0h, a_day) == 288);
  CHECK(day.mean("st1/pm25", 0h, a_day) == Approx(30.0).margin(2.0));
  CHECK(day.mean("st1/pm10", 0h, a_day) == Approx(64.0).margin(4.0));
  CHECK(day.mean("st1/so2", 4h, 6h) > day.mean("st1/so2", 16h, 18h) * 1.2);
}

TEST_CASE("air: smog grows by days, for all stations alike", "[parksim]") {
  const SystemHours days = air({{"heating-smog", 0h, 4 * a_day}}, 0h, 5 * a_day);
  for (const char* station : {"st1/pm25", "st2/pm25"}) {
    CHECK(days.mean(station, 3 * a_day, 4 * a_day) == Approx(30.0 + 6.0 * 3.5).margin(2.5));
  }
  // Fine dust is a part of the coarse.
  CHECK(days.mean("st1/pm10", 3 * a_day, 4 * a_day) == Approx(64.0 + 21.0).margin(4.0));
  CHECK(days.mean("st1/pm25", 4 * a_day + 12h, 5 * a_day) < 33.0);
}

TEST_CASE("air: each source has its own gas", "[parksim]") {
  const SystemHours hours = air({{"scrubber-fails", 2h, 4h}, {"lorry-jam", 2h, 4h}}, 0h, 10h);
  const SystemHours quiet = air({}, 0h, 10h);
  CHECK(hours.at("st1/so2", 6h) - quiet.at("st1/so2", 6h) == Approx(320.0).margin(8.0));
  CHECK(hours.at("st1/no2", 6h) - quiet.at("st1/no2", 6h) == Approx(108.0).margin(3.0));
  CHECK(hours.at("st1/pm10", 6h) == quiet.at("st1/pm10", 6h));
  CHECK(hours.at("st1/so2", 9h) < 40.0);
  const SystemHours vent = air({{"tank-vent-open", 2h, 4h}}, 0h, 7h);
  CHECK(vent.at("st1/nmhc", 6h) == Approx(0.5 + 1.04).margin(0.1));
}

TEST_CASE("air: with a cold inlet a monitor finds more fine dust than dust", "[parksim]") {
  const SystemHours day = air({{"inlet-heater-fails", 10h, 4h}}, 9h, 8h);
  CHECK(day.at("st1/pm25", 13h + 50min) > day.at("st1/pm10", 13h + 50min));
  CHECK(day.at("st2/pm25", 13h + 50min) < day.at("st2/pm10", 13h + 50min));
  CHECK(day.at("st1/pm25", 16h + 50min) < day.at("st1/pm10", 16h + 50min));
}

TEST_CASE("air: a station without power says nothing, and noise is its own", "[parksim]") {
  const SystemHours dark = air({{"station-unpowered", 1h, 1h}}, 0h, 3h, true);
  CHECK(dark.count("st1/pm25", 1h + 1s, 2h) == 0);
  CHECK(dark.count("st2/pm25", 1h + 1s, 2h) == 12);
  CHECK(dark.at("st1/so2", 30min) != dark.at("st2/so2", 30min));
}

}  // namespace parkwatch::parksim::test::air_quality_test
