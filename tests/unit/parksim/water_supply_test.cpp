// tests/unit/parksim/water_supply_test.cpp - The simulated water supply plant: balances, chlorine
// on its way, analysers without a sample.
#include <cmath>

#include "tests/unit/parksim/supply_trace.h"

namespace parkwatch::parksim::water_supply_test {
namespace {

using namespace test;

SystemRun water_plant(std::vector<SystemIncident> incidents = {}) {
  return {.package = "water-supply",
          .settings = {{"site", {"w"}}, {"taps", {"tap1", "tap2"}}},
          .incidents = std::move(incidents)};
}

}  // namespace

TEST_CASE("water supply: the least is drawn at four and the most at 16 o'clock", "[parksim]") {
  const SystemTrace day{water_plant(), 24h};
  CHECK(day.at("network/flow", 4h) < 360.0);
  CHECK(day.at("network/flow", 16h) > 640.0);
  CHECK(day.lowest("network/pressure", 0h, 24h) > 0.39);
  CHECK(day.lowest("clear_water/level", 0h, 24h) > 2.2);
  CHECK(day.highest("clear_water/level", 0h, 24h) < 3.8);
}

TEST_CASE("water supply: the tank rises by what flows in and not out", "[parksim]") {
  const SystemTrace trace{water_plant({{"inlet-valve-open", 1h, 2h}}), 3h};
  double m3 = 0.0;
  for (Span time = 1h; time < 3h; time += 60s) {
    m3 += (trace.at("clear_water/inflow", time) - trace.at("network/flow", time)) / 60.0;
  }
  const double rise = trace.at("clear_water/level", 3h - 1s) - trace.at("clear_water/level", 1h);
  CHECK(rise == Approx(m3 / 1000.0).margin(0.03));
  CHECK(rise > 0.9);
}

TEST_CASE("water supply: a tank that is full runs over, one without inflow empties", "[parksim]") {
  const SystemTrace full{water_plant({{"inlet-valve-open", 1h, 6h}}), 7h};
  CHECK(full.at("clear_water/level", 7h - 1s) == Approx(4.4).margin(0.01));
  const SystemTrace empty{water_plant({{"raw-pump-trip", 1h, 4h}}), 5h};
  CHECK(empty.at("clear_water/inflow", 4h) < 1.0);
  CHECK(empty.at("clear_water/level", 5h - 1s) < 1.85);
}

TEST_CASE("water supply: pumps hold the pressure of a burst main until their curve ends",
          "[parksim]") {
  const SystemTrace trace{water_plant({{"main-burst", 1h, 105min}}), 4h};
  CHECK(trace.at("network/pressure", 1h + 30min) == Approx(0.40).margin(0.002));
  CHECK(trace.at("network/flow", 1h + 30min) > trace.at("network/flow", 1h) + 300.0);
  CHECK(trace.at("network/pressure", 1h + 100min) < 0.25);
  CHECK(trace.at("network/pressure", 4h - 1s) == Approx(0.40).margin(0.002));
}

TEST_CASE("water supply: pumps speed up when their control's transmitter drifts down",
          "[parksim]") {
  const SystemTrace trace{water_plant({{"transmitter-drift", 1h, 1h}}), 2h};
  CHECK(trace.at("network/pressure", 2h - 1s) > 0.505);
  CHECK(trace.at("network/pressure", 1h) == Approx(0.40).margin(0.002));
}

TEST_CASE("water supply: chlorine is lost on its way to the taps", "[parksim]") {
  const SystemTrace trace{water_plant(), 1h};
  CHECK(trace.at("outlet/chlorine", 1h) == Approx(0.8).margin(0.01));
  CHECK(trace.at("tap1/chlorine", 1h) == Approx(0.8 * std::exp(-0.5 * 1.2)).margin(0.005));
  CHECK(trace.at("tap2/chlorine", 1h) < trace.at("tap1/chlorine", 1h));
}

TEST_CASE("water supply: water that stands before one tap loses its chlorine there only",
          "[parksim]") {
  const SystemTrace trace{water_plant({{"tap-valve-shut", 0h, 5h}}), 8h};
  CHECK(trace.at("tap1/chlorine", 5h) < 0.05);
  CHECK(trace.at("tap2/chlorine", 5h) > 0.3);
  CHECK(trace.at("tap1/chlorine", 8h) > 0.3);
}

TEST_CASE("water supply: taps follow the plant hours later", "[parksim]") {
  const SystemTrace trace{water_plant({{"chlorinator-empty", 3h, 60min}}), 8h};
  CHECK(trace.at("outlet/chlorine", 4h) < 0.25);
  CHECK(trace.at("tap1/chlorine", 4h) > 0.35);
  CHECK(trace.lowest("tap1/chlorine", 4h, 8h) < 0.40);
}

TEST_CASE("water supply: analysers that are cleaned see standing water, then the plant's again",
          "[parksim]") {
  const SystemTrace trace{water_plant(), 4h};
  CHECK(trace.at("analysers/sampling", 1h + 59min) == 1.0);
  CHECK(trace.at("analysers/sampling", 2h + 10min) == 0.0);
  CHECK(trace.at("outlet/chlorine", 2h + 29min) < 0.1);
  CHECK(trace.at("analysers/sampling", 2h + 31min) == 1.0);
  CHECK(trace.at("outlet/chlorine", 2h + 40min) > 0.75);
}

TEST_CASE("water supply: doses act through the water's balances", "[parksim]") {
  const auto ends_at = [](const char* cause, const char* tag) {
    const SystemTrace trace{water_plant({{cause, 0h, 2h}}), 2h};
    return trace.at(tag, 2h - 1s);
  };
  // 40 % of the water of one of four filters stay at 15 NTU.
  CHECK(ends_at("filter-breakthrough", "outlet/turbidity") ==
        Approx(0.25 + 14.75 * 0.4 / 4.0).margin(0.15));
  // The water eats 0.7 mg/L of what is dosed first: nothing is left of 20 % of the dose.
  CHECK(ends_at("chlorinator-empty", "outlet/chlorine") == Approx(0.0).margin(0.02));
  CHECK(ends_at("dosing-valve-open", "outlet/chlorine") == Approx(1.5 * 2.2 - 0.7).margin(0.05));
  // 0.81 mmol/L of acid take two thirds of the alkalinity, 0.22 of base all carbon dioxide.
  CHECK(ends_at("alum-overdose", "outlet/ph") ==
        Approx(6.38 + std::log10(0.39 / 0.92)).margin(0.03));
  CHECK(ends_at("lime-overdose", "outlet/ph") > 9.0);
  CHECK(ends_at("lime-overdose", "outlet/ph") < 9.6);
}

TEST_CASE("water supply: wrong doses move the quantity that they are about", "[parksim]") {
  const auto value = [](const char* cause, const char* tag) {
    const SystemTrace trace{water_plant({{cause, 3h, 1h}}), 4h};
    return trace.at(tag, 4h - 1s);
  };
  CHECK(value("filter-breakthrough", "outlet/turbidity") > 0.85);
  CHECK(value("dosing-valve-open", "outlet/chlorine") > 1.8);
  CHECK(value("alum-overdose", "outlet/ph") < 6.4);
  CHECK(value("lime-overdose", "outlet/ph") > 8.4);
  CHECK(value("algae-bloom", "outlet/codmn") > 1.65);
}

}  // namespace parkwatch::parksim::water_supply_test
