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
    // 3.7 g/s a day into 4 km2 times 150 m, for the 1,000 s that the wind takes: 6.2 ug/m3.
    CHECK(days.mean(station, 3 * a_day, 4 * a_day) == Approx(30.0 + 6.2 * 3.5).margin(2.5));
  }
  // Fine dust is a part of the coarse.
  CHECK(days.mean("st1/pm10", 3 * a_day, 4 * a_day) == Approx(64.0 + 21.0).margin(4.0));
  CHECK(days.mean("st1/pm25", 4 * a_day + 12h, 5 * a_day) < 33.0);
}

TEST_CASE("air: each source has its own gas, which the wind blows out of the box", "[parksim]") {
  const SystemHours hours = air({{"scrubber-fails", 2h, 4h}, {"lorry-jam", 2h, 4h}}, 0h, 10h);
  const SystemHours quiet = air({}, 0h, 10h);
  const auto added = [&](const char* tag, Span at) {
    return hours.at(tag, at) - quiet.at(tag, at);
  };
  // Four hours' growth of a plume a tenth as wide as the box, in the night's shallow air, 1,000 s
  // behind; the station's own weather is some percent.
  const double behind = 4.0 - 1000.0 / 3600.0;
  const double ug_m3_for_g_s = 1e6 * 1000.0 / (2000.0 * 2000.0 * 150.0) / 0.1 * 1.145;
  CHECK(added("st1/so2", 6h) == Approx(4.6 * behind * ug_m3_for_g_s).epsilon(0.08));
  CHECK(added("st1/no2", 6h) == Approx(2.05 * behind * ug_m3_for_g_s).epsilon(0.08));
  CHECK(added("st1/pm10", 6h) == 0.0);
  CHECK(hours.at("st1/so2", 9h) < 40.0);
  const SystemHours vent = air({{"tank-vent-open", 2h, 4h}}, 0h, 7h);
  CHECK(vent.at("st1/nmhc", 6h) ==
        Approx(0.5 + 19.0 * behind * ug_m3_for_g_s / 1000.0).epsilon(0.08));
}

TEST_CASE("air: worn seals give off more vapour each day, as one source", "[parksim]") {
  const SystemHours days = air({{"roof-seals-wear", 0h, 4 * a_day}}, 0h, 5 * a_day);
  const SystemHours quiet = air({}, 0h, 4 * a_day);
  // 9 g/s a day of a plume a tenth as wide as the box: 150 ug/m3.
  const double added =
      days.mean("st1/nmhc", 3 * a_day, 4 * a_day) - quiet.mean("st1/nmhc", 3 * a_day, 4 * a_day);
  CHECK(added == Approx(0.15 * 3.5).margin(0.03));
  CHECK(days.mean("st1/nmhc", 4 * a_day + 12h, 5 * a_day) < 0.5);
}

TEST_CASE("air: still air keeps all that the park gives off, and not what comes from afar",
          "[parksim]") {
  const SystemHours calm = air({{"still-air", 0h, 4 * a_day}}, 0h, 5 * a_day);
  const SystemHours quiet = air({}, 0h, 4 * a_day);
  const auto grown = [&](const char* tag) {
    return calm.mean(tag, 3 * a_day, 4 * a_day) / quiet.mean(tag, 3 * a_day, 4 * a_day);
  };
  // The wind is half as strong. 26 of 36, 14 of 18 and 16 of 64 ug/m3 are the park's own.
  CHECK(grown("st1/no2") == Approx(1.71).margin(0.05));
  CHECK(grown("st1/so2") == Approx(1.76).margin(0.05));
  CHECK(grown("st1/pm10") == Approx(1.25).margin(0.05));
  CHECK(calm.mean("st1/no2", 4 * a_day + 12h, 5 * a_day) < 40.0);
}

TEST_CASE("air: dust from bare ground is coarse, and mixed into the box as all that is given off",
          "[parksim]") {
  const SystemHours days = air({{"dust-weather", 0h, 4 * a_day}}, 0h, 4 * a_day);
  const SystemHours quiet = air({}, 0h, 4 * a_day);
  const auto added = [&](const char* tag) {
    return days.mean(tag, 3 * a_day, 4 * a_day) - quiet.mean(tag, 3 * a_day, 4 * a_day);
  };
  // 8.4 g/s a day into 4 km2 times 150 m, for the 1,000 s that the wind takes: 14 ug/m3.
  CHECK(added("st1/pm10") == Approx(14.0 * 3.5).margin(2.0));
  CHECK(added("st1/pm25") == 0.0);
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
