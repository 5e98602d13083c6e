// tests/unit/parksim/hydrogen_station_test.cpp - The simulated hydrogen station: room and fan,
// storage, electrolyser, dispenser, LNG, charger.
#include "tests/unit/parksim/supply_trace.h"
#include "tools/parksim/physics/systems/hydrogen_plant.h"

namespace parkwatch::parksim::hydrogen_station_test {
namespace {

using namespace test;

SystemRun station(std::vector<SystemIncident> incidents = {}) {
  return {.package = "hydrogen-station",
          .settings = {{"site", {"h"}},
                       {"detectors", {"a", "b"}},
                       {"flames", {"fa", "fb"}},
                       {"electrolysers", {"e1"}},
                       {"dispensers", {"d1", "d2"}},
                       {"lng", {"l1"}},
                       {"chargers", {"c1"}}},
          .incidents = std::move(incidents)};
}

}  // namespace

TEST_CASE("hydrogen room: the detector starts the fan, which dilutes", "[parksim]") {
  const SystemTrace trace{station({{"fitting-leak", 30min, 1h}}), 150min};
  CHECK(trace.at("fan/command", 71min) == 0.0);
  CHECK(trace.at("a/h2", 71min) > 0.35);
  CHECK(trace.at("fan/command", 75min) == 1.0);
  CHECK(trace.at("fan/running", 75min) == 1.0);
  CHECK(trace.highest("a/h2", 30min, 150min) < 0.45);
  // The crack leaks 60 * 0.087 m3/h into 720 and 2,880 m3/h of air.
  CHECK(trace.at("a/h2", 90min) == Approx(100.0 * 60 * 0.0871 / 3600).epsilon(0.06));
  CHECK(trace.at("b/h2", 70min) < 0.1);
  CHECK(trace.at("fan/running", 110min) == 1.0);  // half an hour after the air is clear
  CHECK(trace.at("fan/running", 150min - 1s) == 0.0);
}

TEST_CASE("hydrogen room: without its starter the fan is commanded and stands", "[parksim]") {
  const SystemTrace trace{
      station({{"fitting-leak", 30min, 110min}, {"fan-starter-burnt", 30min, 110min}}), 3h};
  CHECK(trace.at("fan/command", 75min) == 1.0);
  CHECK(trace.highest("fan/running", 30min, 139min) == 0.0);
  CHECK(trace.highest("a/h2", 30min, 141min) > 1.0);
}

TEST_CASE("hydrogen room: the fan is tried at nine, and a burnt starter is found by it",
          "[parksim]") {
  const SystemTrace sound{station(), 10h};
  CHECK(sound.at("fan/command", 9h + 1min) == 1.0);
  CHECK(sound.at("fan/running", 9h + 1min) == 1.0);
  CHECK(sound.at("fan/running", 9h + 3min) == 0.0);
  const SystemTrace burnt{station({{"fan-starter-burnt", 8h, 2h}}), 10h};
  CHECK(burnt.at("fan/command", 9h + 1min) == 1.0);
  CHECK(burnt.highest("fan/running", 0h, 10h) == 0.0);
}

TEST_CASE("hydrogen room: a detector without supply says nothing", "[parksim]") {
  const SystemTrace silent{station({{"detector-unpowered", 30min, 20min}}), 1h};
  CHECK(silent.of("b/h2").size() - silent.of("a/h2").size() == 240);
}

TEST_CASE("hydrogen header: a jet burns, is seen, and empties the storage until it is shut off",
          "[parksim]") {
  const SystemTrace fire{station({{"jet-fire", 30min, 10min}}), 1h};
  CHECK(fire.at("fa/flame", 30min + 1s) == 0.0);
  CHECK(fire.at("fa/flame", 30min + 8s) == 1.0);
  CHECK(fire.at("fa/flame", 40min + 5s) == 0.0);
  CHECK(fire.highest("fb/flame", 0min, 1h) == 0.0);
  // 0.081 kg/s from 80 kg at 42 MPa at first; less as the pressure falls.
  const double lost = fire.at("high/pressure", 30min + 10s) - fire.at("high/pressure", 31min + 10s);
  CHECK(lost == Approx(60.0 * 0.0813 / 1.9).epsilon(0.12));
  CHECK(fire.at("high/pressure", 40min) < 28.0);
  CHECK(fire.at("high/pressure", 50min) > fire.at("high/pressure", 41min));
  CHECK(fire.at("low/pressure", 40min) == Approx(15.0).margin(0.3));
  // It burns where it comes out: the room's detectors see none of it.
  CHECK(fire.highest("a/h2", 30min, 1h) < 0.05);
}

TEST_CASE("hydrogen header: the flame is as long as flow and hole make it", "[parksim]") {
  HydrogenJet jet;
  for (int i = 0; i < 5; ++i) static_cast<void>(jet.step(true, 42.0, 1.0));
  CHECK(jet.step(true, 42.0, 1.0) == Approx(0.0813).epsilon(0.01));
  CHECK(jet.flame_m() == Approx(3.5).margin(0.1));
  CHECK(jet.is_seen());
  const double long_m = jet.flame_m();
  static_cast<void>(jet.step(true, 5.0, 1.0));
  CHECK(jet.flame_m() < long_m);
  for (int i = 0; i < 3; ++i) static_cast<void>(jet.step(false, 42.0, 1.0));
  CHECK(jet.flame_m() == 0.0);
  CHECK_FALSE(jet.is_seen());
  // A pressure too low for a flame that a detector could see.
  HydrogenJet weak;
  for (int i = 0; i < 9; ++i) static_cast<void>(weak.step(true, 0.01, 1.0));
  CHECK_FALSE(weak.is_seen());
}

TEST_CASE("hydrogen storage: vehicles draw by day, the compressor fills again", "[parksim]") {
  const SystemTrace day{station(), 24h};
  CHECK(day.at("high/pressure", 3h) == Approx(42.0).margin(0.1));
  CHECK(day.lowest("high/pressure", 6h, 22h) < 41.6);
  CHECK(day.lowest("high/pressure", 6h, 22h) > 40.5);
  CHECK(day.highest("low/pressure", 0h, 24h) < 15.1);
}

TEST_CASE(
    "hydrogen storage: a dead pressure switch fills up to the relief valve, then it is vented",
    "[parksim]") {
  const SystemTrace trace{station({{"pressure-switch-dead", 30min, 3h}}), 5h};
  CHECK(trace.at("low/pressure", 3h + 29min) == Approx(22.5).margin(0.01));
  CHECK(trace.at("medium/pressure", 3h + 29min) == Approx(38.5).margin(0.01));
  CHECK(trace.at("high/pressure", 3h + 29min) == Approx(50.0).margin(0.01));
  CHECK(trace.at("high/pressure", 5h - 1s) < 42.6);
}

TEST_CASE("hydrogen storage: a vent that stays open loses a part of what is there", "[parksim]") {
  const SystemTrace trace{station({{"vent-valve-open", 30min, 2h}}), 5h};
  CHECK(trace.at("low/pressure", 150min) == Approx(15.0 * std::exp(-1.0)).margin(0.2));
  CHECK(trace.at("high/pressure", 150min) == Approx(42.0 * std::exp(-1.0)).margin(0.3));
  CHECK(trace.at("low/pressure", 5h - 1s) == Approx(15.0).margin(0.3));
}

TEST_CASE("electrolyser: gases are least pure at part load and at rest", "[parksim]") {
  const SystemTrace day{station(), 24h};
  CHECK(day.at("e1/running", 6h) == 0.0);
  CHECK(day.at("e1/h2_in_o2", 6h) > 1.2);
  CHECK(day.at("e1/running", 8h) == 1.0);
  CHECK(day.at("e1/h2_in_o2", 8h) > day.at("e1/h2_in_o2", 13h) + 0.1);
  CHECK(day.at("e1/h2_in_o2", 13h) == Approx(0.25).margin(0.01));
  CHECK(day.at("e1/current", 13h) == Approx(4000.0).margin(1.0));
  CHECK(day.at("e1/cell_voltage", 13h) == Approx(1.9).margin(0.005));
  CHECK(day.at("e1/cell_voltage", 23h) == Approx(0.0).margin(0.01));
  CHECK(day.highest("e1/temperature", 0h, 24h) < 76.0);
  CHECK(day.at("e1/temperature", 11h) == Approx(75.0).margin(1.0));  // held by the cooler
  CHECK(day.at("e1/temperature", 23h) > 60.0);                       // tons of steel and lye
}

TEST_CASE("electrolyser: each fault moves its own quantity", "[parksim]") {
  const auto value = [](const char* cause, const char* tag) {
    const SystemTrace faulty{station({{cause, 10h, 1h}}), 11h};
    const SystemTrace sound{station(), 11h};
    return faulty.at(tag, 11h - 1s) - sound.at(tag, 11h - 1s);
  };
  // 60 * 0.0049 mm2 of 2 m3/h each, less the lag of five minutes, in 91.6 m3/h of oxygen.
  CHECK(value("membrane-pinhole", "e1/h2_in_o2") == Approx(0.59).margin(0.03));
  CHECK(value("membrane-pinhole", "e1/o2_in_h2") == Approx(0.0).margin(0.001));
  CHECK(value("separator-levels", "e1/o2_in_h2") == Approx(0.34).margin(0.02));
  CHECK(value("separator-levels", "e1/h2_in_o2") == Approx(0.0).margin(0.001));
  // 132 kW for an hour into 24 MJ/K.
  CHECK(value("cooling-pump-trip", "e1/temperature") == Approx(19.8).margin(1.5));
  // 14.2 % of KOH are left, which conduct 0.69 as well as 30 %.
  CHECK(value("lye-diluted", "e1/cell_voltage") == Approx(0.3 * 0.913 * 0.445).margin(0.01));
}

TEST_CASE("electrolyser: at part load there is less gas to dilute what crosses, and less heat",
          "[parksim]") {
  const auto gains = [](const char* cause, const char* tag, Span begin) {
    const SystemTrace faulty{station({{cause, begin, 30min}}), begin + 30min};
    const SystemTrace sound{station(), begin + 30min};
    return faulty.at(tag, begin + 30min - 1s) - sound.at(tag, begin + 30min - 1s);
  };
  const char* crosses = "membrane-pinhole";
  CHECK(gains(crosses, "e1/h2_in_o2", 8h) > 1.5 * gains(crosses, "e1/h2_in_o2", 13h));
  const char* uncooled = "cooling-pump-trip";
  CHECK(gains(uncooled, "e1/temperature", 17h) < 0.7 * gains(uncooled, "e1/temperature", 12h));
}

TEST_CASE("dispenser: fills to 35 MPa in 350 s at most, and warms by 40 K", "[parksim]") {
  const SystemTrace trace{station(), 8h};
  CHECK(trace.highest("d1/pressure", 0h, 6h) == 0.0);
  CHECK(trace.at("d1/filling", 7h + 2min) == 1.0);
  CHECK(trace.at("d1/filling", 7h + 10min) == 0.0);
  CHECK(trace.highest("d1/pressure", 7h, 7h + 10min) > 29.0);
  CHECK(trace.highest("d1/pressure", 7h, 7h + 10min) < 35.2);
  CHECK(trace.highest("d1/temperature", 7h, 7h + 10min) < 62.0);
}

TEST_CASE("dispenser: without pre-cooling the vehicle gets hot, without its regulator too full",
          "[parksim]") {
  const SystemTrace hot{station({{"precooler-down", 7h - 5min, 12min}}), 8h};
  CHECK(hot.highest("d1/temperature", 7h, 8h) > 80.0);
  CHECK(hot.highest("d2/temperature", 7h, 8h) < 62.0);
  const SystemTrace full{station({{"regulator-creeps", 7h - 5min, 12min}}), 8h};
  CHECK(full.highest("d1/pressure", 7h, 7h + 10min) > 40.0);
  CHECK(full.at("d1/pressure", 7h + 20min) < 0.1);
}

TEST_CASE("LNG and charger: what leaks, boils and warms", "[parksim]") {
  // An hour's growth is 132 m3/h of gas: less of it in the afternoon's wind than in the night's.
  const SystemTrace night{station({{"hose-leak", 2h, 1h}}), 4h};
  const SystemTrace day{station({{"hose-leak", 14h, 1h}}), 16h};
  CHECK(night.at("l1/gas", 3h) == Approx(1.0 + 2000.0 * 132 / (1.4 * 3600 + 132)).epsilon(0.02));
  CHECK(day.at("l1/gas", 15h) == Approx(1.0 + 2000.0 * 132 / (2.6 * 3600 + 132)).epsilon(0.02));
  CHECK(day.at("l1/gas", 16h - 1s) == Approx(1.0).margin(0.2));
  // 17 kW into the warm layer, the colder the slower: faster at the end than at the beginning.
  const SystemTrace vacuum{station({{"vacuum-lost", 30min, 3h}}), 6h};
  const double half = vacuum.at("l1/pressure", 90min);
  CHECK(vacuum.at("l1/pressure", 29min) == Approx(0.6).margin(0.001));
  CHECK(half == Approx(0.85).margin(0.03));
  CHECK(vacuum.at("l1/pressure", 120min) - half > (half - 0.6) / 2.0);
  CHECK(vacuum.highest("l1/pressure", 0h, 6h) == Approx(1.2).margin(0.005));  // the relief valve
  CHECK(vacuum.at("l1/pressure", 6h - 1s) < 0.8);
  const SystemTrace charger{station({{"contact-worn", 10h, 40min}}), 11h};
  CHECK(charger.at("c1/temperature", 10h) == Approx(42.0).margin(0.5));
  CHECK(charger.at("c1/temperature", 10h + 39min) > 80.0);
  const SystemTrace unused{station({{"contact-worn", 5h, 2h}}), 7h};
  CHECK(unused.at("c1/temperature", 7h - 1s) == Approx(25.0).margin(0.1));  // no current, no heat
  const SystemTrace failed{station({{"charger-fault", 10h, 40min}}), 11h};
  CHECK(failed.at("c1/fault", 10h + 10min) == 1.0);
  CHECK(failed.at("c1/power", 10h + 10min) == 0.0);
  CHECK(failed.at("c1/power", 11h - 1s) == 60.0);
}

}  // namespace parkwatch::parksim::hydrogen_station_test
