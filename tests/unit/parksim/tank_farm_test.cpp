// tests/unit/parksim/tank_farm_test.cpp - Balances and interlocks of the simulated tank farm.
#include "tests/unit/parksim/system_trace.h"

namespace parkwatch::parksim::tank_farm_test {
namespace {

using namespace std::chrono_literals;

constexpr double area_m2 = 20.0;

SystemTrace farm(std::vector<SystemIncident> incidents) {
  return {"tank-farm",
          {{"site", {"tf"}}, {"tanks", {"T1", "T2"}}, {"cameras", {"C1", "C2"}}},
          std::move(incidents)};
}

}  // namespace

TEST_CASE("tank farm: gauge and book agree on a quiet day, and the meters explain the level",
          "[parksim]") {
  SystemTrace trace = farm({});
  trace.run(24h);
  for (const char* tank : {"tf/T1", "tf/T2"}) {
    CAPTURE(tank);
    const std::string name = tank;
    CHECK(trace.last(name + "/level") * area_m2 == Approx(trace.last(name + "/book")).margin(0.3));
    const double moved =
        trace.total(name + "/inflow", 0s, 24h) - trace.total(name + "/outflow", 0s, 24h);
    const double rise = trace.last(name + "/level") - trace.at(name + "/level", 10s);
    CHECK(rise * area_m2 == Approx(moved).margin(1.0));
  }
  CHECK(trace.total("tf/T1/inflow", 0s, 24h) > 100.0);
  CHECK(trace.lowest("tf/T1/level") > 5.8);
  CHECK(trace.highest("tf/T1/level") < 8.7);
}

TEST_CASE("tank farm: a leak is missed by the gauge and not by the book", "[parksim]") {
  SystemTrace trace = farm({{"flange-leak", 30min, 20min}});
  trace.run(50min);
  const double lost_m3 = trace.last("tf/T2/book") - trace.last("tf/T2/level") * area_m2;
  CHECK(lost_m3 == Approx(0.008 * 1200).epsilon(0.05));
  CHECK(trace.highest("tf/T2/gas") > 90.0);
  CHECK(trace.last("tf/C2/event") == 2.0);  // spill
  trace.run(2h);
  CHECK(trace.last("tf/T2/book") == Approx(trace.last("tf/T2/level") * area_m2).margin(0.01));
  CHECK(trace.last("tf/T2/gas") < 5.0);
  CHECK(trace.last("tf/C2/event") == 0.0);
  CHECK(trace.highest("tf/T1/gas") < 5.0);
}

TEST_CASE("tank farm: HH shuts the inlet, unless its switch is dead or the valve jams",
          "[parksim]") {
  SystemTrace good = farm({{"overfill", 30min, 150min}});
  good.run(3h);
  CHECK(good.highest("tf/T1/level") < 11.1);
  CHECK(good.last("tf/T1/esd_command") == 1.0);
  CHECK(good.last("tf/T1/esd_closed") == 1.0);
  good.run(6h);
  CHECK(good.last("tf/T1/esd_command") == 0.0);
  CHECK(good.last("tf/T1/level") < 9.5);

  SystemTrace dead = farm({{"interlock-dead", 30min, 70min}});
  dead.run(100min);
  CHECK(dead.highest("tf/T2/level") > 11.3);
  CHECK(dead.highest("tf/T2/esd_command") == 0.0);

  SystemTrace jammed = farm({{"esd-stuck", 30min, 80min}});
  jammed.run(110min);
  CHECK(jammed.last("tf/T2/esd_command") == 1.0);
  CHECK(jammed.highest("tf/T2/esd_closed") == 0.0);
}

TEST_CASE("tank farm: LL stops the pump before the tank is empty", "[parksim]") {
  SystemTrace trace = farm({{"overdraw", 10min, 4h}});
  trace.run(5h);
  CHECK(trace.lowest("tf/T1/level") > 1.0);
  CHECK(trace.lowest("tf/T1/pump") == 0.0);
  CHECK(trace.last("tf/T1/level") > 1.2);
}

TEST_CASE("tank farm: without its LL switch the pump runs on until the switch is back",
          "[parksim]") {
  SystemTrace trace = farm({{"low-switch-dead", 10min, 125min}});
  trace.run(10min + 125min - 1s);
  CHECK(trace.last("tf/T1/level") < 1.0);
  CHECK(trace.last("tf/T1/pump") == 1.0);
  trace.run(1min);
  CHECK(trace.last("tf/T1/pump") == 0.0);
  trace.run(2h);
  CHECK(trace.last("tf/T1/level") > 3.0);
}

TEST_CASE("tank farm: a stuck servo gauge repeats while the radar moves on", "[parksim]") {
  SystemTrace trace = farm({{"servo-stuck", 30min, 1h}});
  trace.run(90min);
  CHECK(trace.at("tf/T1/level2", 31min) == trace.last("tf/T1/level2"));
  CHECK(std::abs(trace.last("tf/T1/level") - trace.last("tf/T1/level2")) > 0.3);
  trace.run(10min);
  CHECK(trace.last("tf/T1/level") == Approx(trace.last("tf/T1/level2")).margin(0.02));
}

TEST_CASE("tank farm: a weeping seal's gas gathers as the wind lets it, and is gone when mended",
          "[parksim]") {
  SystemTrace trace = farm({{"seal-weeps", 30min, 40min}});
  trace.run(70min);
  // 100 mg/s into 5 m3/s of wind that lags by 100 s.
  CHECK(trace.last("tf/T2/h2s") == Approx(19.5).margin(1.0));
  CHECK(trace.highest("tf/T1/h2s") < 1.0);
  trace.run(15min);
  CHECK(trace.last("tf/T2/h2s") < 1.0);
  SystemTrace spill = farm({{"flange-leak", 30min, 10min}});
  spill.run(40min);
  CHECK(spill.last("tf/T2/h2s") > 20.0);
}

TEST_CASE("tank farm: a lit spill burns until the leak is mended", "[parksim]") {
  SystemTrace trace = farm({{"spill-fire", 30min, 15min}});
  trace.run(45min);
  CHECK(trace.last("tf/T2/flame") == 1.0);
  CHECK(trace.last("tf/C1/event") == 3.0);  // fire
  CHECK(trace.last("tf/T2/gas") < 30.0);    // burns rather than evaporates
  trace.run(1h);
  CHECK(trace.last("tf/T2/flame") == 0.0);
}

TEST_CASE("tank farm: without supply a camera and a detector say nothing", "[parksim]") {
  SystemTrace trace =
      farm({{"camera-unpowered", 30min, 30min}, {"detector-unpowered", 30min, 30min}});
  trace.run(1h);
  CHECK(trace.last("tf/C1/online") == 0.0);
  CHECK(trace.last("tf/C2/online") == 1.0);
  CHECK(trace.samples("tf/T1/gas").back().time < local_midnight + 31min);
  CHECK(trace.samples("tf/C1/event").back().time < local_midnight + 31min);
  CHECK(trace.samples("tf/T2/gas").back().time > local_midnight + 59min);
}

}  // namespace parkwatch::parksim::tank_farm_test
