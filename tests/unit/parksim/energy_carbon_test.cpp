// tests/unit/parksim/energy_carbon_test.cpp - The simulated electricity of a park: registers,
// balance, sun and wind, batteries.
#include "tests/unit/parksim/supply_trace.h"
#include "tools/parksim/physics/systems/enterprise.h"

namespace parkwatch::parksim::energy_carbon_test {
namespace {

using namespace test;

SystemRun energy_park(std::vector<SystemIncident> incidents = {}) {
  std::vector<std::string> names;
  for (int i = 1; i <= 12; ++i) names.push_back("e" + std::to_string(i));
  return {.package = "energy-carbon",
          .settings = {{"site", {"p"}},
                       {"enterprises", names},
                       {"pv", {"pv1", "pv2"}},
                       {"pv_capacity", {"2000"}},
                       {"wind", {"w1", "w2"}},
                       {"wind_capacity", {"500"}},
                       {"chargers", {"c1", "c2"}},
                       {"storage", {"b1", "b2"}}},
          .incidents = std::move(incidents)};
}

double unmetered(const SystemTrace& trace, Span time) {
  double sum = trace.at("grid/power", time);
  for (const char* source : {"pv1", "pv2", "w1", "w2", "b1", "b2"}) {
    sum += trace.at(std::string{source} + "/power", time);
  }
  for (const char* charger : {"c1", "c2"}) sum -= trace.at(std::string{charger} + "/power", time);
  for (int i = 1; i <= 12; ++i) sum -= trace.at("e" + std::to_string(i) + "/power", time);
  return sum;
}

}  // namespace

TEST_CASE("energy: what the meters do not see are the losses", "[parksim]") {
  const SystemTrace day{energy_park(), 24h};
  for (const Span time : {Span{3h}, Span{10h}, Span{13h}, Span{19h}}) {
    CAPTURE(time.count());
    CHECK(unmetered(day, time) == Approx(0.015 * 2300.0).margin(20.0));
  }
}

TEST_CASE("energy: a register adds up the power", "[parksim]") {
  const SystemTrace trace{energy_park(), 2h};
  double kwh = 0.0;
  for (const auto& [time, kw] : trace.of("e1/power")) {
    if (time >= 1h) kwh += kw / 60.0;
  }
  const double advance = trace.at("e1/energy", 2h) - trace.at("e1/energy", 1h);
  CHECK(advance == Approx(kwh).epsilon(0.03));
  CHECK(trace.at("e2/power", 1h) == Approx(5.5));  // the guard's house, day and night
}

TEST_CASE("energy: a transformer that is turned round runs the register back", "[parksim]") {
  const SystemTrace trace{energy_park({{"ct-reversed", 1h, 1h}, {"ct-reversed-light", 1h, 1h}}),
                          3h};
  CHECK(trace.at("e2/power", 90min) == Approx(-5.5));
  CHECK(trace.at("e3/power", 90min) == Approx(-4.5));
  CHECK(trace.at("e2/energy", 2h) - trace.at("e2/energy", 1h) == Approx(-5.5).margin(0.2));
  CHECK(trace.at("e2/energy", 3h) - trace.at("e2/energy", 2h) == Approx(5.5).margin(0.2));
}

TEST_CASE("energy: hum is counted as pulses, and a terminal begins again with what it saved",
          "[parksim]") {
  const SystemTrace sound{energy_park(), 2h};
  const auto step = [&](const char* cause, const char* tag) {
    const SystemTrace changed{energy_park({{cause, 1h + 30min, 15min}}), 2h};
    return changed.at(tag, 2h - 1s) - sound.at(tag, 2h - 1s);
  };
  const double hum_kwh = 50.0 * 900.0 / 240.0;
  CHECK(step("pulse-line-hums", "e4/energy") == Approx(hum_kwh).margin(0.3));
  CHECK(step("pulse-line-hums", "e8/energy") == Approx(0.0).margin(0.02));
  CHECK(step("pulse-line-hums-light", "e8/energy") == Approx(hum_kwh).margin(0.3));
  const double half_hour_kwh = sound.at("e4/energy", 90min) - sound.at("e4/energy", 1h);
  CHECK(step("terminal-restarts", "e4/energy") == Approx(-half_hour_kwh).margin(6.0));
  CHECK(step("terminal-restarts", "e5/energy") == Approx(0.0).margin(0.02));
}

TEST_CASE("energy: only a meter's own register runs back, pulses have no sign", "[parksim]") {
  const auto advance_kwh = [](std::size_t number) {
    Panel panel{1, 1.0, false};
    Enterprise enterprise{"p", "e", number, panel, 1};
    std::vector<Sample> samples;
    const MeterFaults reversed{.reversed = true};
    enterprise.step(12.0, 1.0, 1.0, reversed, panel);
    panel.sample(TimePoint{}, samples);
    const double begin = panel.shown(0);
    for (int i = 0; i < 3600; ++i) enterprise.step(12.0, 1.0, 1.0, reversed, panel);
    for (int i = 0; i < 240; ++i) panel.sample(TimePoint{}, samples);  // a minute
    return panel.shown(0) - begin;
  };
  CHECK(advance_kwh(1) == Approx(-5.5).margin(0.1));
  CHECK(advance_kwh(3) > 100.0);
}

TEST_CASE("energy: a cable past the meter is seen by the grid's meter only", "[parksim]") {
  const SystemTrace trace{energy_park({{"meter-bypass", 1h, 1h}}), 3h};
  CHECK(unmetered(trace, 2h - 1s) - unmetered(trace, 1h) == Approx(609.0).margin(20.0));
  CHECK(unmetered(trace, 3h - 1s) < 60.0);
}

TEST_CASE("energy: terminals fall silent, clocks drift and are set again, covers are opened",
          "[parksim]") {
  const SystemTrace silent{energy_park({{"terminal-unpowered", 1h, 30min}}), 2h};
  CHECK(silent.of("e6/energy").size() - silent.of("e5/energy").size() == 30);
  // 37 K below the 25 degC for which the oscillator is trimmed.
  const SystemTrace fast{energy_park({{"crystal-breaks-in-frost", 1h, 1h}}), 3h};
  CHECK(fast.at("e6/clock_offset", 2h - 1s) == Approx(3600.0 * 0.0005 * 37.0).margin(6.0));
  CHECK(fast.at("e6/clock_offset", 3h - 1s) == Approx(0.0).margin(0.5));
  const SystemTrace slow{energy_park({{"crystal-breaks-in-heat", 1h, 1h}}), 2h};
  CHECK(slow.at("e6/clock_offset", 2h - 1s) == Approx(-3600.0 * 0.0005 * 37.0).margin(6.0));
  const SystemTrace open{energy_park({{"cover-opened", 1h, 5min}}), 2h};
  CHECK(open.at("e7/cover_open", 1h + 2min) == 1.0);
  CHECK(open.at("e7/cover_open", 1h + 10min) == 0.0);
}

TEST_CASE("energy: furnaces, evening work and stopped production change the loads", "[parksim]") {
  const auto gain = [](const char* cause, const char* tag) {
    const SystemTrace changed{energy_park({{cause, 1h, 1h}}), 2h};
    return changed.at(tag, 2h - 1s) / changed.at(tag, 1h);
  };
  CHECK(gain("second-furnace", "e8/power") > 2.5);
  CHECK(gain("second-furnace", "e10/power") < 1.1);
  CHECK(gain("evening-shift", "e10/power") == Approx(1.15).margin(0.05));
  CHECK(gain("morning-shift", "e10/power") == Approx(1.15).margin(0.05));
  CHECK(gain("night-work-ends", "e10/power") == Approx(0.85).margin(0.05));
  CHECK(gain("production-stop", "e10/power") == Approx(0.40).margin(0.05));
  CHECK(gain("production-stop", "e2/power") == Approx(1.0));
  CHECK(gain("heat-pumps-down", "gas/flow") > 15.0);
}

TEST_CASE("energy: steam that leaves the boilers reaches its users, or leaks", "[parksim]") {
  const auto missing = [](const SystemTrace& trace, Span time) {
    double reaches = 0.0;
    for (const char* user : {"e1", "e4", "e5"}) {
      reaches += trace.at(std::string{user} + "/steam", time);
    }
    return trace.at("steam/flow", time) - reaches;
  };
  SystemRun run = energy_park({{"steam-weld-cracks", 1h, 30min}});
  run.settings["steam_users"] = {"e1", "e4", "e5"};
  const SystemTrace leak{run, 2h};
  CHECK(missing(leak, 1h) == Approx(0.3).margin(0.15));
  // 360 mm2 at 0.9 MPa, absolute.
  CHECK(missing(leak, 90min - 1s) == Approx(0.3 + 0.00525 * 360.0 * 0.9).margin(0.25));
  CHECK(missing(leak, 2h - 1s) == Approx(0.3).margin(0.15));
  run.incidents = {{"steam-impulse-line-leaks", 1h, 30min}};
  const SystemTrace low{run, 2h};
  // Root of 70 % of the pressure difference; the users draw as before.
  const double given = low.at("steam/flow", 90min - 1s) - missing(low, 90min - 1s) + 0.3;
  CHECK(low.at("steam/flow", 90min - 1s) == Approx(std::sqrt(0.7) * given).margin(0.3));
  CHECK(missing(low, 2h - 1s) == Approx(0.3).margin(0.15));
  run.incidents = {{"steam-boiler-trips", 1h, 1h}};
  const SystemTrace trip{run, 3h};
  CHECK(trip.at("steam/pressure", 1h) == Approx(0.8).margin(0.01));
  CHECK(trip.at("steam/flow", 90min) == Approx(12.0).margin(0.2));
  CHECK(trip.at("steam/pressure", 2h - 1s) < 0.65);
  CHECK(trip.at("steam/pressure", 3h - 1s) == Approx(0.8).margin(0.01));
}

TEST_CASE("energy: the peaks' register counts in the peaks, and more with an order", "[parksim]") {
  const SystemTrace usual{energy_park(), 24h};
  const SystemTrace busy{energy_park({{"order-in-peaks", 7h, 17h}}), 24h};
  const auto counted = [](const SystemTrace& trace, Span from, Span to) {
    return trace.at("grid/energy_peak", to) - trace.at("grid/energy_peak", from);
  };
  CHECK(counted(usual, 1h, 8h) == 0.0);
  CHECK(counted(usual, 11h + 1min, 17h) == 0.0);
  CHECK(counted(usual, 23h + 1min, 24h) == 0.0);
  const double hour = counted(usual, 18h, 19h);
  CHECK(hour == Approx(usual.at("grid/power", 18h + 30min)).epsilon(0.05));
  CHECK(counted(busy, 18h, 19h) > 1.1 * hour);
  CHECK(busy.at("e10/power", 14h) == usual.at("e10/power", 14h));
}

TEST_CASE("energy: PV follows the sun, wind its third power; both lose by their faults",
          "[parksim]") {
  const SystemTrace day{energy_park({{"inverters-trip", 10h, 1h}, {"icing", 10h, 1h}}), 24h};
  CHECK(day.at("pv2/power", 3h) == 0.0);
  CHECK(day.at("pv2/power", 12h) == Approx(2000.0 * 0.9 * 0.85).margin(5.0));
  CHECK(day.at("pv1/power", 11h - 1s) == Approx(0.7 * day.at("pv2/power", 11h - 1s)).margin(20.0));
  const double part = std::pow(day.at("weather/wind", 15h) / 11.0, 3.0);
  CHECK(day.at("w2/power", 15h) == Approx(500.0 * 0.95 * part).epsilon(0.03));
  CHECK(day.at("w1/power", 11h - 1s) < 0.72 * day.at("w2/power", 11h - 1s));
  CHECK(day.at("w1/power", 15h) == Approx(day.at("w2/power", 15h)).epsilon(0.01));
}

TEST_CASE("energy: a lull takes all the wind's third power, and passes by itself", "[parksim]") {
  const SystemTrace calm{energy_park({{"lull", 1h, 5h}}), 7h};
  const SystemTrace usual{energy_park(), 7h};
  CHECK(usual.at("weather/wind", 3h) - calm.at("weather/wind", 3h) == Approx(4.5).margin(0.01));
  CHECK(calm.at("w1/power", 3h) < usual.at("w1/power", 3h) / 5.0);
  CHECK(calm.at("w2/power", 3h) == calm.at("w1/power", 3h));
  CHECK(calm.at("weather/wind", 5h + 30min) == usual.at("weather/wind", 5h + 30min));
}

TEST_CASE("battery: charges at night and gives in the evening", "[parksim]") {
  const SystemTrace day{energy_park(), 24h};
  CHECK(day.at("b1/power", 3h) == -500.0);
  CHECK(day.at("b1/power", 12h) == 0.0);
  CHECK(day.at("b1/power", 18h) == 500.0);
  CHECK(day.at("b1/soc", 12h) > 90.0);
  CHECK(day.lowest("b1/soc", 0h, 24h) > 4.0);
  CHECK(day.highest("b1/cell_max", 0h, 24h) < 31.0);
}

TEST_CASE("battery: failed cooling warms all cells alike, and none vents", "[parksim]") {
  const SystemTrace trace{energy_park({{"cooling-fails", 1h, 2h}}), 3h};
  // 29 kW of losses for two hours into 10.4 MJ/K, above the 29.3 degC of an hour's charging.
  CHECK(trace.at("b1/cell_max", 3h - 1s) == Approx(29.3 + 20.0).margin(1.0));
  CHECK(trace.at("b1/cell_max", 3h - 1s) - trace.at("b1/cell_min", 3h - 1s) ==
        Approx(2.0).margin(0.3));
  CHECK(trace.highest("b1/co", 0h, 3h) < 5.0);
  CHECK(trace.highest("b1/smoke", 0h, 3h) == 0.0);
  // At rest there is nothing to cool.
  const SystemTrace rests{energy_park({{"cooling-fails", 10h, 2h}}), 12h};
  CHECK(rests.at("b1/cell_max", 12h - 1s) <= rests.at("b1/cell_max", 10h));
}

TEST_CASE("battery: a shorted cell gets warm, then vents, then smokes", "[parksim]") {
  const SystemTrace trace{energy_park({{"cell-short", 1h, 2h}}), 3h};
  CHECK(trace.at("b1/cell_max", 2h) - trace.at("b1/cell_min", 2h) == Approx(12.6).margin(0.5));
  // 4.05 Ah are gone, and 8.1 A flow.
  CHECK(trace.at("b1/voltage_spread", 2h) == Approx(20.0 + 8.0 * 4.05 + 1.5 * 8.1).margin(2.0));
  CHECK(trace.at("b1/smoke", 2h) == 0.0);
  CHECK(trace.at("b1/co", 2h + 40min) > 50.0);
  CHECK(trace.at("b1/co", 2h + 40min) > trace.at("b1/h2", 2h + 40min));
  CHECK(trace.at("b1/smoke", 3h - 1s) == 1.0);
  CHECK(trace.at("b2/smoke", 3h - 1s) == 0.0);
}

}  // namespace parkwatch::parksim::energy_carbon_test
