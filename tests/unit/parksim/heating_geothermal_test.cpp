// tests/unit/parksim/heating_geothermal_test.cpp - The simulated heating network: water, heat,
// wells, stations, rooms.
#include <cmath>

#include "tests/unit/parksim/supply_trace.h"
#include "tools/parksim/physics/systems/heating_network.h"

namespace parkwatch::parksim::heating_geothermal_test {
namespace {

using namespace test;

SystemRun network(std::vector<SystemIncident> incidents = {}) {
  return {.package = "heating-geothermal",
          .settings = {{"site", {"h"}},
                       {"wells", {"w1", "w2"}},
                       {"stations", {"s1", "s2"}},
                       {"rooms", {"r1", "r2"}}},
          .incidents = std::move(incidents)};
}

NetworkWater after_an_hour(const NetworkKind& kind, double leak, double passing) {
  NetworkWater water{kind};
  for (int i = 0; i < 3600; ++i) water.step(leak, passing, 1.0);
  return water;
}

}  // namespace

TEST_CASE("network water: a sound network is made up by what it loses", "[parksim]") {
  const NetworkWater water = after_an_hour(primary_network, 0.0, 0.0);
  CHECK(water.pressure_mpa() == Approx(0.35));
  CHECK(water.make_up_m3_h() == Approx(1.0));
}

TEST_CASE("network water: a leak is made up at a little less pressure", "[parksim]") {
  const NetworkWater water = after_an_hour(primary_network, 6.0, 0.0);
  CHECK(water.make_up_m3_h() == Approx(7.0 * water.pressure_mpa() / 0.35).epsilon(0.01));
  CHECK(water.pressure_mpa() > 0.31);
  CHECK(water.pressure_mpa() < 0.34);
}

TEST_CASE("network water: what the make-up pump cannot give, the pressure loses", "[parksim]") {
  const NetworkWater water = after_an_hour(secondary_network, 6.0, 0.0);
  CHECK(water.make_up_m3_h() == Approx(3.0));
  CHECK(water.pressure_mpa() < 0.2);
}

TEST_CASE("network water: a make-up valve that passes is stopped by the relief valve",
          "[parksim]") {
  const NetworkWater water = after_an_hour(primary_network, 0.0, 4.0);
  CHECK(water.make_up_m3_h() == Approx(4.0));
  CHECK(water.pressure_mpa() > 0.49);
  CHECK(water.pressure_mpa() < 0.51);
}

TEST_CASE("heating: a quiet day stays near its set points", "[parksim]") {
  const SystemTrace day{network(), 24h};
  CHECK(day.lowest("primary/supply", 0h, 24h) > 61.0);
  CHECK(day.highest("primary/return", 0h, 24h) < 42.5);
  CHECK(day.lowest("s1/supply", 0h, 24h) > 44.0);
  CHECK(day.lowest("r1/temperature", 0h, 24h) > 20.0);
  CHECK(day.at("reinjection/flow", 12h) ==
        Approx(0.96 * day.at("abstraction/flow", 12h)).epsilon(0.01));
}

TEST_CASE("heating: half of the wells' water is half of the heat that can be taken", "[parksim]") {
  const SystemTrace trace{network({{"well-pump-trip", 30min, 2h}}), 2h};
  const auto heat = [&](Span time) {
    return trace.at("primary/flow", time) *
           (trace.at("primary/supply", time) - trace.at("primary/return", time));
  };
  CHECK(trace.at("abstraction/flow", 1h) == Approx(100.0).margin(1.0));
  CHECK(heat(2h - 1s) < 0.6 * heat(29min));
  CHECK(trace.at("w1/depth", 2h - 1s) == Approx(40.0).margin(0.5));  // it recovers at rest
  CHECK(trace.at("w2/depth", 2h - 1s) == Approx(60.0).margin(0.5));
}

TEST_CASE("heating: a scaled exchanger cools the supply, an open bypass warms the return",
          "[parksim]") {
  const SystemTrace scaled{network({{"exchanger-scaling", 30min, 90min}}), 2h};
  CHECK(scaled.at("primary/supply", 2h - 1s) < 54.0);
  const SystemTrace bypassed{network({{"bypass-open", 30min, 90min}}), 2h};
  CHECK(bypassed.at("primary/return", 2h - 1s) > 49.0);
  CHECK(bypassed.at("primary/supply", 2h - 1s) > 63.0);
}

TEST_CASE("heating: without circulation everything cools, and warms again", "[parksim]") {
  const SystemTrace trace{network({{"primary-pump-trip", 30min, 1h}}), 4h};
  CHECK(trace.at("primary/pump", 1h) == 0.0);
  CHECK(trace.at("primary/flow", 1h) < 1.0);
  CHECK(trace.at("primary/supply", 1h + 29min) < 60.0);
  CHECK(trace.at("s2/supply", 1h + 29min) < 35.0);
  CHECK(trace.at("s2/supply", 4h - 1s) > 44.0);
}

TEST_CASE("heating: a station's causes are the first one's", "[parksim]") {
  const SystemTrace stuck{network({{"station-valve-stuck", 30min, 1h}}), 2h};
  CHECK(stuck.at("s1/supply", 90min) < 37.0);
  CHECK(stuck.at("s2/supply", 90min) > 44.0);
  const SystemTrace leaking{network({{"station-leak", 30min, 1h}}), 2h};
  CHECK(leaking.at("s1/make_up", 90min) > 2.5);
  CHECK(leaking.at("s2/make_up", 90min) < 0.5);
  const SystemTrace off{network({{"station-pump-off", 30min, 2h}}), 3h};
  CHECK(off.at("s1/pump", 1h) == 0.0);
  CHECK(off.at("s1/supply", 150min) < 32.0);
}

TEST_CASE("heating: a clogged well falls, a clogged reinjection takes less", "[parksim]") {
  const SystemTrace clogged{network({{"screen-clogging", 30min, 1h}}), 2h};
  CHECK(clogged.at("w1/depth", 90min) == Approx(84.0).margin(0.5));
  CHECK(clogged.at("w2/depth", 90min) == Approx(60.0).margin(0.5));
  const SystemTrace stopped{
      network({{"screen-clogging", 30min, 1h}, {"well-pump-trip", 30min, 1h}}), 2h};
  CHECK(stopped.at("w1/depth", 90min) == Approx(40.0).margin(0.5));  // nothing is drawn through it
  const SystemTrace refused{network({{"reinjection-clogs", 30min, 1h}}), 2h};
  CHECK(refused.at("reinjection/flow", 90min) == Approx(200.0 * 0.78).margin(2.0));
}

TEST_CASE("heating: flushed wells give little, then more, and nothing of it is reinjected",
          "[parksim]") {
  const SystemTrace trace{network({{"wells-flushed", 1h, 2h}}), 5h};
  CHECK(trace.at("abstraction/flow", 59min) == Approx(200.0).margin(1.0));
  CHECK(trace.at("abstraction/flow", 1h + 50min) == Approx(3.0).margin(0.1));
  CHECK(trace.at("abstraction/flow", 2h + 30min) == Approx(25.0).margin(0.1));
  CHECK(trace.at("reinjection/flow", 2h + 30min) < 0.1);
  CHECK(trace.at("w1/depth", 2h + 30min) < 43.0);
  CHECK(trace.at("reinjection/flow", 5h - 1s) == Approx(192.0).margin(1.0));
}

TEST_CASE("heating: a room without its radiator cools over hours", "[parksim]") {
  const SystemTrace trace{network({{"radiator-shut", 30min, 2h}}), 8h};
  CHECK(trace.at("r1/temperature", 1h) > 19.0);
  // Towards 5 degC, between the frost and its neighbours, with a lag of nine hours.
  CHECK(trace.at("r1/temperature", 150min) ==
        Approx(5.0 + 16.0 * std::exp(-2.0 / 9.0)).margin(0.3));
  CHECK(trace.at("r2/temperature", 150min) > 20.0);
  CHECK(trace.at("r1/temperature", 8h - 1s) > 18.5);
}

TEST_CASE("heating: without its station's pump the whole house cools, not by its neighbours alone",
          "[parksim]") {
  const SystemTrace trace{network({{"station-pump-off", 30min, 2h}}), 3h};
  // Towards the frost of -3 degC, with a lag of 13.5 hours: no room warms another.
  const double cooled_c = -3.0 + 24.0 * std::exp(-2.0 / 13.5);
  CHECK(trace.at("r1/temperature", 150min) == Approx(cooled_c).margin(0.3));
  CHECK(trace.at("r2/temperature", 150min) == Approx(cooled_c).margin(0.3));
}

TEST_CASE("heating: the primary network leaks, and its make-up valve passes", "[parksim]") {
  const SystemTrace leak{network({{"primary-leak", 30min, 125min}}), 3h};
  CHECK(leak.at("primary/make_up", 1h) > 8.0);
  CHECK(leak.at("primary/make_up", 150min) == Approx(20.0));
  CHECK(leak.at("primary/pressure", 154min) < 0.2);
  const SystemTrace passing{network({{"make-up-passing", 30min, 40min}}), 2h};
  CHECK(passing.at("primary/pressure", 69min) > 0.46);
}

}  // namespace parkwatch::parksim::heating_geothermal_test
