// tests/unit/parksim/coke_oven_gas_test.cpp - The simulated gas main and coke ovens.
#include <cmath>

#include "tests/unit/parksim/supply_trace.h"

namespace parkwatch::parksim::coke_oven_gas_test {
namespace {

using namespace test;

SystemRun gas_plant(std::vector<SystemIncident> incidents = {}) {
  return {.package = "coke-oven-gas",
          .settings = {{"site", {"g"}}, {"detectors", {"c1", "c2"}}, {"ovens", {"o1", "o2"}}},
          .incidents = std::move(incidents)};
}

double imbalance(const SystemTrace& trace, Span time) {
  return trace.at("inlet/flow", time) - trace.at("outlet/flow", time);
}

}  // namespace

TEST_CASE("gas main: what flows in flows out, 4 kPa lower", "[parksim]") {
  const SystemTrace day{gas_plant(), 24h};
  for (Span time = 1h; time < 24h; time += 1h) {
    CAPTURE(time.count());
    CHECK(std::abs(imbalance(day, time)) < 60.0);
  }
  CHECK(day.at("inlet/pressure", 12h) == Approx(12.0));
  CHECK(day.lowest("outlet/pressure", 0h, 24h) > 7.5);
  CHECK(day.highest("outlet/pressure", 0h, 24h) < 8.5);
}

TEST_CASE("gas main: a leak is the difference of the flows, and takes pressure", "[parksim]") {
  const SystemTrace trace{gas_plant({{"weld-cracks", 30min, 60min}}), 2h};
  CHECK(imbalance(trace, 60min) == Approx(600.0).margin(60.0));
  CHECK(imbalance(trace, 90min) == Approx(1200.0).margin(80.0));
  CHECK(trace.at("outlet/pressure", 90min) < trace.at("outlet/pressure", 29min) - 0.1);
  CHECK(std::abs(imbalance(trace, 2h)) < 60.0);  // welded
}

TEST_CASE("gas main: the larger the hole the more the pressure falls", "[parksim]") {
  const auto fall = [](const char* cause) {
    const SystemTrace trace{gas_plant({{cause, 30min, 30min}}), 1h};
    return trace.at("outlet/pressure", 30min - 10s) - trace.at("outlet/pressure", 35min);
  };
  const double small = fall("hole-small");
  const double large = fall("hole-large");
  CHECK(small > 0.32);
  CHECK(small < 0.40);
  CHECK(large > 0.40);
  CHECK(large < 0.48);
  CHECK(fall("excavator") > 1.5);
}

TEST_CASE("gas main: naphthalene takes pressure and leaves the balance", "[parksim]") {
  const SystemTrace trace{gas_plant({{"naphthalene", 30min, 2h}}), 150min};
  CHECK(trace.at("outlet/pressure", 150min - 1s) < 4.5);
  CHECK(std::abs(imbalance(trace, 150min - 1s)) < 80.0);
}

TEST_CASE("gas main: a creeping regulator lifts both pressures", "[parksim]") {
  const SystemTrace trace{gas_plant({{"regulator-stuck", 30min, 1h}}), 90min};
  CHECK(trace.at("inlet/pressure", 90min - 1s) == Approx(15.0).margin(0.1));
  CHECK(trace.at("outlet/pressure", 90min - 1s) == Approx(11.0).margin(0.4));
}

TEST_CASE("gas main: condensate deceives the outlet's meter only", "[parksim]") {
  const SystemTrace trace{gas_plant({{"condensate", 30min, 40min}}), 70min};
  CHECK(imbalance(trace, 70min - 1s) == Approx(-600.0).margin(60.0));
  CHECK(trace.at("outlet/pressure", 70min - 1s) > 7.7);
}

TEST_CASE("gas main: with less liquor more hydrogen sulphide is left in the gas", "[parksim]") {
  const SystemTrace trace{gas_plant({{"liquor-pump-wears", 30min, 60min}}), 2h};
  CHECK(trace.at("inlet/h2s", 29min) == Approx(100.4).margin(4.0));
  // 30 % less after an hour, which the tower follows with a lag of a minute.
  CHECK(trace.at("inlet/h2s", 90min - 1s) == Approx(6000.0 * std::exp(-4.09 * 0.705)).margin(8.0));
  CHECK(trace.at("inlet/h2s", 2h - 1s) == Approx(100.4).margin(4.0));
}

TEST_CASE("gas main: CO collects in the chamber of the packing that leaks", "[parksim]") {
  const SystemTrace trace{gas_plant({{"packing-leak", 30min, 1h}}), 2h};
  // 60 * 0.0008 m3/h with 75 g/m3 of CO into 120 m3/h of air, which lags by ten minutes.
  CHECK(trace.at("c1/co", 90min) == Approx(1.0 + 50 * 0.0008 * 75'000 / 120).epsilon(0.05));
  CHECK(trace.at("c2/co", 90min) == Approx(1.0));
  CHECK(trace.at("c1/co", 100min) == Approx(1.0 + 25.0 * std::exp(-1.0)).margin(1.0));
  CHECK(trace.at("c1/co", 2h - 1s) < 3.5);
}

TEST_CASE("gas main: a detector without supply says nothing", "[parksim]") {
  const SystemTrace trace{gas_plant({{"detector-unpowered", 30min, 30min}}), 90min};
  for (const auto& [time, value] : trace.of("c1/co")) {
    CHECK((time < 30min + 10s || time >= 60min));
  }
  CHECK(trace.of("c2/co").size() > trace.of("c1/co").size() + 150);
}

TEST_CASE("coke oven: what a slipping belt loses of the suction lets vapours out", "[parksim]") {
  const SystemTrace trace{gas_plant({{"belt-slips", 30min, 110min}}), 140min};
  CHECK(trace.at("o1/enclosure", 20min) == Approx(-15.0).margin(0.1));
  CHECK(trace.at("o1/enclosure", 80min) < -5.0);
  CHECK(trace.at("o1/nmhc", 80min) < 3.0);
  CHECK(trace.at("o1/enclosure", 140min - 1s) > -1.0);
  CHECK(trace.at("o1/nmhc", 140min - 1s) > 6.0);
  CHECK(trace.at("o2/enclosure", 140min - 1s) == Approx(-15.0).margin(0.1));
}

TEST_CASE("coke oven: burnt seals let out NMHC with benzene in it, a pump's seal benzene alone",
          "[parksim]") {
  const SystemTrace doors{gas_plant({{"door-leak", 30min, 1h}}), 90min};
  CHECK(doors.at("o1/nmhc", 90min - 1s) == Approx(14.0).margin(0.5));
  CHECK(doors.at("o1/benzene", 90min - 1s) == Approx(0.4 + 0.08 * 12.0).margin(0.2));
  const SystemTrace seal{gas_plant({{"benzol-seal", 30min, 1h}}), 90min};
  CHECK(seal.at("o1/benzene", 90min - 1s) > 5.8);
  CHECK(seal.at("o1/nmhc", 90min - 1s) < 3.0);
}

TEST_CASE("coke oven: one that is idle has no suction and gives no vapours", "[parksim]") {
  const SystemTrace trace{gas_plant({{"oven-idle", 30min, 1h}, {"seal-overflow", 30min, 1h}}), 2h};
  CHECK(trace.at("o1/in_operation", 1h) == 0.0);
  CHECK(trace.at("o1/enclosure", 1h) == Approx(0.0).margin(0.1));
  CHECK(trace.at("o1/nmhc", 1h) < 3.0);
  CHECK(trace.at("o1/wastewater", 90min) > 0.5);
  CHECK(trace.at("o2/in_operation", 1h) == 1.0);
}

TEST_CASE("coke oven: a water seal first fills up to its brim, a hole in its pot loses at once",
          "[parksim]") {
  // 0.2 mm2 more each minute under 25.5 m of head; 1.5 l are missing below the brim.
  const SystemTrace over{gas_plant({{"seal-overflow", 30min, 30min}}), 2h};
  const double jet_m3_h_mm2 = 0.62 * std::sqrt(2.0 * 9.81 * 25.5) * 3600.0 / 1e6;
  CHECK(over.at("o1/wastewater", 33min) == Approx(0.0).margin(0.015));
  CHECK(over.at("o1/wastewater", 50min) == Approx(20.0 * 0.2 * jet_m3_h_mm2).margin(0.02));
  CHECK(over.at("o1/wastewater", 2h - 1s) < 0.02);
  // 3 mm across, 3 m below the water.
  const SystemTrace hole{gas_plant({{"seal-weeps", 30min, 30min}}), 2h};
  const double lost = 7.07 * 0.62 * std::sqrt(2.0 * 9.81 * 3.0) * 3600.0 / 1e6;
  CHECK(hole.at("o1/wastewater", 40min) == Approx(lost).margin(0.015));
  CHECK(hole.at("o1/wastewater", 2h - 1s) == Approx(0.0).margin(0.015));
}

}  // namespace parkwatch::parksim::coke_oven_gas_test
