// tests/unit/parksim/cold_chain_barns_test.cpp - Heat balances of rooms and barns.
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/unit/parksim/system_hours.h"

namespace parkwatch::parksim::test::cold_chain_barns_test {
namespace {

SystemHours food(std::vector<SystemIncident> causes, Span from, Span span) {
  return {"cold-chain-barns",
          {{"frozen_rooms", {"fr1", "fr2"}},
           {"chilled_rooms", {"cr1"}},
           {"quick_freezers", {"qf1"}},
           {"barns", {"b1"}},
           {"chick_barns", {"c1"}}},
          std::move(causes),
          from,
          span};
}

// The room's own time constant towards a hall of 20 degC.
double warmed(double from_c, double minutes, double wall_minutes) {
  return 20.0 + (from_c - 20.0) * std::exp(-minutes / wall_minutes);
}

}  // namespace

TEST_CASE("cold rooms: controllers hold their set points at night", "[parksim]") {
  const SystemHours night = food({}, 0h, 3h);
  CHECK(night.highest("fr1/temperature", 0h, 3h) == Approx(-21.0).margin(0.2));
  CHECK(night.mean("cr1/temperature", 0h, 3h) == Approx(4.0).margin(0.1));
  CHECK(night.highest("fr1/door", 0h, 3h) == 0.0);
}

TEST_CASE("cold rooms: without its compressor a room follows the hall's temperature", "[parksim]") {
  const SystemHours night = food({{"compressor-fails", 23h, 2h}}, 22h, 6h);
  CHECK(night.at("fr1/temperature", 24h) == Approx(warmed(-21.0, 60, 400)).margin(0.2));
  CHECK(night.at("fr1/temperature", 25h) == Approx(warmed(-21.0, 120, 400)).margin(0.3));
  CHECK(night.at("fr2/temperature", 25h) == Approx(-21.0).margin(0.2));
  // A compressor of twice what the walls let in takes about as long to bring it back.
  CHECK(night.at("fr1/temperature", 26h) < night.at("fr1/temperature", 25h) - 4.0);
  CHECK(night.at("fr1/temperature", 27h) == Approx(-21.0).margin(1.0));
}

TEST_CASE("cold rooms: a defrost warms the thermometer, and the room only a little", "[parksim]") {
  const SystemHours night = food({}, 2h, 3h);
  CHECK(night.at("fr1/defrost", 3h + 10min) == 1.0);
  CHECK(night.highest("fr1/temperature", 3h, 4h) > -18.0);
  CHECK(night.at("fr1/temperature", 4h) == Approx(-21.0).margin(0.8));
  CHECK(night.at("fr1/defrost", 3h + 30min) == 0.0);
}

TEST_CASE("cold rooms: an open door is more than the compressor can take", "[parksim]") {
  const SystemHours night = food({{"door-blocked", 4h + 30min, 28min}}, 4h, 3h);
  CHECK(night.at("fr1/door", 4h + 31min) == 1.0);
  CHECK(night.at("fr1/temperature", 4h + 58min) > -14.5);
  CHECK(night.at("fr1/door", 5h) == 0.0);
  CHECK(night.at("fr1/temperature", 6h + 59min) < -19.0);
}

TEST_CASE("cold rooms: a stuck thermostat freezes, lost refrigerant warms", "[parksim]") {
  const SystemHours stuck = food({{"thermostat-sticks", 23h, 80min}}, 22h, 4h);
  const SystemHours lost = food({{"refrigerant-lost", 23h, 95min}}, 22h, 4h);
  const auto frozen = stuck.passed("cr1/temperature", 0.0, false);
  const auto warm = lost.passed("cr1/temperature", 8.0);
  REQUIRE(frozen);
  REQUIRE(warm);
  const double minutes = 200.0 * std::log(16.0 / 12.0);
  const auto expected = 23h + std::chrono::seconds{std::lround(60 * minutes)};
  CHECK(std::chrono::abs(*frozen - expected) < 3min);
  // Half of the refrigerant is enough; that is gone in ten minutes, the rest in ten more.
  CHECK(std::chrono::abs(*warm - expected - 15min) < 3min);
}

TEST_CASE("cold rooms: a quick freezer is cold before its first batch", "[parksim]") {
  const SystemHours day = food({}, 0h, 24h);
  CHECK(day.at("qf1/running", 5h) == 0.0);
  CHECK(day.at("qf1/temperature", 6h) == Approx(-35.0).margin(0.5));
  CHECK(day.at("qf1/temperature", 23h + 59min) > -25.0);
  CHECK(day.highest("qf1/door", 0h, 24h) == 0.0);
}

TEST_CASE("cold rooms: without its feeder a room neither cools nor defrosts", "[parksim]") {
  const SystemHours night = food({{"feeder-trips", 2h + 50min, 45min}}, 2h, 3h);
  CHECK(night.at("fr1/power", 3h) == 0.0);
  CHECK(night.highest("fr1/defrost", 2h + 50min, 3h + 30min) == 0.0);
  CHECK(night.at("fr1/temperature", 3h + 30min) > -18.0);
  const SystemHours dead = food({{"logger-dead", 9h, 10min}}, 8h + 50min, 30min);
  CHECK(dead.count("fr1/temperature", 9h + 1s, 9h + 10min) == 0);
  CHECK(dead.count("fr2/temperature", 9h + 1s, 9h + 10min) > 10);
}

TEST_CASE("cold rooms: a humidifier gives back what the coil takes", "[parksim]") {
  const SystemHours night = food({{"nozzles-scale", 23h, 3h}}, 22h, 5h);
  CHECK(night.at("cr1/humidity", 22h + 50min) == Approx(89.0).margin(2.0));
  // The goods' 0.1 kg/h alone keep the air 0.33 g/kg above what it holds at the coil.
  CHECK(night.at("cr1/humidity", 26h - 1s) < 80.0);
  CHECK(night.at("cr1/humidity", 26h - 1s) > 70.0);
  CHECK_FALSE(night.has("fr1/humidity"));
  // With 0.6 kg/h the air would end at 5.26 g/kg, of which it can hold 5.04.
  const SystemHours wet = food({{"humidifier-valve-sticks", 23h, 3h}}, 22h, 4h + 59min);
  CHECK(wet.at("cr1/humidity", 24h + 30min) == Approx(96.5).margin(1.5));
  CHECK(wet.at("cr1/humidity", 26h - 1s) > 98.5);
  CHECK(wet.at("cr1/humidity", 27h - 5min) < wet.at("cr1/humidity", 26h - 1s));
}

TEST_CASE("barns: gases stand where the least air carries off what the animals give", "[parksim]") {
  const SystemHours night = food({}, 0h, 5h);
  CHECK(night.at("b1/co2", 4h) == Approx(1820.0).margin(60.0));
  CHECK(night.at("b1/nh3", 4h) == Approx(6.0).margin(0.3));
  CHECK(night.at("c1/nh3", 4h) == Approx(4.0).margin(0.3));
  CHECK(night.at("b1/airflow", 4h) == Approx(night.at("b1/ventilation_demand", 4h)).margin(0.2));
  CHECK(night.at("b1/temperature", 4h) == Approx(21.0).margin(0.6));
}

TEST_CASE("barns: without fans heat and gases rise, and with them they fall again", "[parksim]") {
  const SystemHours night = food({{"fan-breaker-trips", 1h, 100min}}, 0h, 6h);
  CHECK(night.at("b1/airflow", 1h + 15s) == 0.0);
  CHECK(night.at("b1/ventilation_demand", 2h) > 50.0);  // the controller asks for ever more
  CHECK(night.at("b1/temperature", 2h + 40min) > 34.0);
  CHECK(night.at("b1/co2", 2h + 40min) > 4500.0);
  CHECK(night.at("b1/nh3", 2h + 40min) > 17.0);
  CHECK(night.at("b1/co2", 5h + 30min) < 2000.0);
  CHECK(night.at("b1/temperature", 5h + 30min) < 23.0);
  CHECK(night.highest("c1/co2", 1h, 5h) < 2000.0);
}

TEST_CASE("barns: ice on the inlets takes its share of the air", "[parksim]") {
  const SystemHours night = food({{"inlets-ice", 1h, 50min}}, 0h, 4h);
  const double share =
      night.at("b1/airflow", 1h + 30min) / night.at("b1/ventilation_demand", 1h + 30min);
  CHECK(share == Approx(0.7).margin(0.02));
  CHECK(night.at("b1/airflow", 3h) == Approx(night.at("b1/ventilation_demand", 3h)).margin(1.5));
}

TEST_CASE("barns: wet litter gives off ammonia that more air would take out", "[parksim]") {
  const SystemHours night = food({{"drinker-line-bursts", 1h, 2h}}, 0h, 4h);
  // 200 m2 at 0.9 g/h beside 90 g/h, less the lag of 40 minutes, into 15,000 m3/h.
  const double steady = 1000.0 * (90.0 + 0.9 * 100.0 * (2.0 - 0.67)) / 15'000.0;
  CHECK(night.at("b1/nh3", 3h) == Approx(steady).margin(0.7));
  CHECK(night.at("c1/nh3", 3h) == Approx(4.0).margin(0.3));
}

TEST_CASE("barns: a flock drinks by day, a hole adds to it, a clogged filter takes from it",
          "[parksim]") {
  const SystemHours day = food({}, 0h, 24h);
  CHECK(day.at("b1/water", 3h) == Approx(15.0).margin(3.0));
  CHECK(day.at("b1/water", 7h) == Approx(180.0).margin(12.0));
  CHECK(day.mean("c1/water", 0h, 24h) == Approx(30.0).margin(1.5));
  // 12 mm2 below 3 m of head, in the middle of the morning.
  const SystemHours crack = food({{"drinker-line-cracks", 10h, 50min}}, 9h, 3h);
  const double hole_mm2 = 0.6 * 20.0;
  const double lost = 0.62 * std::sqrt(2.0 * 9.81 * 3.0) * 3.6 * hole_mm2;
  CHECK(crack.at("b1/water", 10h + 20min) - day.at("b1/water", 10h + 20min) ==
        Approx(lost).margin(12.0));
  CHECK(crack.at("b1/water", 12h - 1s) < 200.0);
  const SystemHours clogged = food({{"drinker-filter-clogs", 8h, 2h}}, 7h, 5h);
  CHECK(clogged.at("b1/water", 8h + 30min) == Approx(day.at("b1/water", 8h + 30min)).margin(3.0));
  CHECK(clogged.at("b1/water", 9h + 50min) == Approx(6000.0 * std::exp(-4.4)).margin(2.0));
  CHECK(clogged.at("b1/water", 11h) > 100.0);
  CHECK(clogged.at("c1/water", 9h + 50min) > 20.0);
}

TEST_CASE("barns: weather and heaters move the temperature slowly", "[parksim]") {
  // The least air evaporates 132 kg/h of the pads' 700 at first, and more with the fans; the
  // building follows with a lag of 40 minutes.
  const SystemHours hot = food({{"pads-pump-fails", 9h, 3h}}, 8h, 9h);
  CHECK(hot.at("b1/temperature", 10h) == Approx(21.0 + 18.0 * 0.2 * 0.48).margin(0.6));
  CHECK(hot.at("b1/temperature", 12h) > 27.0);
  CHECK(hot.at("b1/temperature", 17h - 1s) < 24.0);
  const SystemHours cold =
      food({{"inlet-stuck-open", 1h, 80min}, {"heater-fails", 1h, 60min}}, 0h, 4h);
  CHECK(cold.at("b1/temperature", 2h + 20min) < 15.0);
  CHECK(cold.at("c1/temperature", 2h) < 27.5);
  CHECK(cold.at("c1/temperature", 2h) > 25.0);
  // Ten times what is lost through the frost: the fans take it out again.
  const SystemHours heated = food({{"heater-runs-on", 1h, 1h}}, 0h, 4h);
  CHECK(heated.at("c1/temperature", 2h) > 35.5);
  CHECK(heated.at("c1/ventilation_demand", 2h) > 50.0);
  CHECK(heated.at("c1/temperature", 4h - 1s) < 33.0);
  const SystemHours dark = food({{"controller-silent", 1h, 10min}}, 0h, 2h);
  CHECK(dark.count("b1/airflow", 1h + 1s, 1h + 10min) == 0);
  CHECK(dark.at("b1/power", 1h + 5min) == 1.0);
}

}  // namespace parkwatch::parksim::test::cold_chain_barns_test
