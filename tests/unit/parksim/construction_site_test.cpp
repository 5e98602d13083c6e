// tests/unit/parksim/construction_site_test.cpp - A day on the site, and what its causes do to it.
#include <catch2/catch.hpp>

#include "tests/unit/parksim/system_hours.h"

namespace parkwatch::parksim::test::construction_site_test {
namespace {

SystemHours site(std::vector<SystemIncident> causes, Span from, Span span) {
  return {"construction-site",
          {{"helmets", {"h1", "h2"}},
           {"welders", {"w1"}},
           {"boxes", {"db1", "db2"}},
           {"smoke_detectors", {"sd1"}},
           {"extinguishers", {"ex1"}},
           {"machines", {"m1", "m2"}},
           {"cranes", {"tc1"}},
           {"cameras", {"cam1", "cam2"}},
           {"recorders", {"nvr1"}}},
          std::move(causes),
          from,
          span};
}

}  // namespace

TEST_CASE("construction site: people come in the morning, eat outside and go home", "[parksim]") {
  const SystemHours day = site({}, 0h, 24h);
  CHECK(day.at("attendance/inside", 6h) == 0.0);
  CHECK(day.at("attendance/inside", 9h) == 60.0);
  CHECK(day.at("attendance/inside", 12h) == 0.0);
  CHECK(day.at("attendance/inside", 15h) == 60.0);
  CHECK(day.at("attendance/inside", 18h) == 0.0);
  // Beacons follow the turnstiles.
  CHECK(day.at("attendance/in_zones", 9h) >= 59.0);
  CHECK(day.highest("attendance/longest_stay", 0h, 24h) < 5.5);
  CHECK(day.highest("attendance/unmatched", 0h, 24h) == 0.0);
}

TEST_CASE("construction site: who is not read as he leaves stays inside on paper", "[parksim]") {
  const SystemHours day = site({{"exit-unread", 11h, 8h}}, 0h, 20h);
  CHECK(day.at("attendance/inside", 18h + 30min) == 1.0);
  CHECK(day.at("attendance/in_zones", 18h + 30min) == 0.0);
  CHECK(day.at("attendance/longest_stay", 18h + 30min) == Approx(12.0).margin(0.05));
  CHECK(day.at("attendance/longest_stay", 19h + 30min) == 0.0);
}

TEST_CASE("construction site: through a gap in the fence the zones fill without the turnstiles",
          "[parksim]") {
  const SystemHours day = site({{"fence-gap", 9h, 20min}}, 8h, 2h);
  CHECK(day.at("attendance/inside", 9h + 19min) == 60.0);
  CHECK(day.at("attendance/in_zones", 9h + 19min) >= 68.0);
  CHECK(day.at("attendance/in_zones", 9h + 40min) <= 60.0);
}

TEST_CASE("construction site: a helmet is charged while nobody works", "[parksim]") {
  const SystemHours day = site({}, 0h, 24h);
  CHECK(day.at("h1/charging", 6h) == 1.0);
  CHECK(day.at("h1/worn", 6h) == 0.0);
  CHECK(day.at("h1/charging", 9h) == 0.0);
  CHECK(day.at("h1/battery", 11h + 29min) == Approx(100.0 - 6.0 * 4.5).margin(0.5));
  CHECK(day.at("h1/battery", 13h) == 100.0);
  const SystemHours aged = site({{"battery-aged", 8h, 1h}}, 7h, 3h);
  CHECK(aged.at("h1/battery", 9h) == Approx(94.0 - 66.0).margin(1.5));
  CHECK(aged.at("h2/battery", 9h) == Approx(88.0).margin(1.0));
}

TEST_CASE("construction site: he who falls loses his helmet", "[parksim]") {
  const SystemHours day = site({{"worker-falls", 9h, 5min}}, 8h + 50min, 30min);
  CHECK(day.highest("h1/fall", 8h + 50min, 9h) == 0.0);
  CHECK(day.at("h1/fall", 9h + 2s) == 1.0);
  CHECK(day.at("h1/worn", 9h + 10s) == 0.0);
  CHECK(day.at("h1/fall", 9h + 6min) == 0.0);
  CHECK(day.highest("h2/fall", 8h + 50min, 9h + 20min) == 0.0);
}

TEST_CASE("construction site: arcs come in turns while the permit is active", "[parksim]") {
  const SystemHours day = site({}, 0h, 24h);
  CHECK(day.highest("w1/current", 0h, 8h) < 20.0);
  CHECK(day.highest("w1/current", 8h, 9h) > 100.0);
  CHECK(day.lowest("w1/current", 8h, 9h) < 20.0);
  CHECK(day.highest("w1/current", 11h, 13h + 30min) < 20.0);
  CHECK(day.at("w1/permit", 9h) == 1.0);
  CHECK(day.at("w1/permit", 12h) == 0.0);
  // A pause is five minutes, and the test is right before the first arc.
  CHECK(day.highest("w1/test_age", 8h + 1min, 11h) == Approx(3.0).margin(0.2));
  CHECK(day.highest("w1/break", 8h + 1min, 11h) == Approx(5.0).margin(0.2));
  CHECK(day.at("w1/test_age", 13h + 31min) == Approx(3.0).margin(0.2));
  CHECK(day.at("w1/break", 13h + 31min) == 0.0);
}

TEST_CASE("construction site: a crew that does not test again carries its gap into the arc",
          "[parksim]") {
  const SystemHours day = site({{"breaks-without-test", 8h + 42min, 75min}}, 8h, 3h);
  CHECK(day.at("w1/current", 9h + 8min) < 20.0);
  CHECK(day.at("w1/current", 9h + 10min) > 100.0);
  CHECK(day.at("w1/break", 9h + 10min) == Approx(27.0).margin(0.2));
  CHECK(day.at("w1/current", 9h + 30min) < 20.0);
  CHECK(day.at("w1/current", 9h + 52min) > 100.0);
  CHECK(day.at("w1/break", 9h + 52min) == Approx(33.0).margin(0.2));
  CHECK(day.at("w1/test_age", 9h + 52min) == Approx(3.0).margin(0.2));
}

TEST_CASE("construction site: a crew that waits after its test begins with an old one",
          "[parksim]") {
  const SystemHours day = site({{"late-start", 7h + 30min, 7h}}, 7h, 8h);  // to 14:30
  CHECK(day.highest("w1/current", 7h, 8h + 23min) < 20.0);
  CHECK(day.at("w1/current", 8h + 25min) > 100.0);
  CHECK(day.at("w1/test_age", 8h + 25min) == Approx(27.0).margin(0.2));
  CHECK(day.highest("w1/current", 13h, 13h + 59min) < 20.0);
  CHECK(day.at("w1/test_age", 14h + 10min) == Approx(33.0).margin(0.2));
  CHECK(day.at("w1/test_age", 14h + 35min) < 5.0);  // tested again
}

TEST_CASE("construction site: thin sheet is welded with few amperes, more each minute",
          "[parksim]") {
  const SystemHours noon = site({{"thin-sheet", 12h, 6min}}, 11h + 50min, 30min);
  CHECK(noon.at("w1/current", 11h + 59min) == Approx(3.0));
  CHECK(noon.at("w1/current", 12h + 2min) == Approx(20.0).margin(0.7));
  CHECK(noon.at("w1/permit", 12h + 2min) != 1.0);
  CHECK(noon.at("w1/current", 12h + 10min) == Approx(3.0));
}

TEST_CASE("construction site: gases at the welder change by the minute and are aired out",
          "[parksim]") {
  const SystemHours day =
      site({{"hose-leaks", 9h, 20min}, {"oxygen-leaks", 9h, 10min}}, 8h + 50min, 1h);
  CHECK(day.at("w1/gas_lel", 9h + 10min) == Approx(20.8).margin(0.5));
  CHECK(day.at("w1/gas_o2", 9h + 10min) == Approx(23.9).margin(0.06));
  CHECK(day.at("w1/gas_lel", 9h + 35min) < 2.0);
  CHECK(day.at("w1/gas_o2", 9h + 35min) == Approx(20.9).margin(0.01));
  const SystemHours argon = site({{"argon-in-pit", 9h, 10min}}, 8h + 50min, 30min);
  CHECK(argon.at("w1/gas_o2", 9h + 10min) == Approx(18.9).margin(0.05));
}

TEST_CASE("construction site: a box leaks and warms with its current, a fault adds to it",
          "[parksim]") {
  const SystemHours day =
      site({{"joint-heats", 9h, 60min}, {"insulation-wears", 9h, 20min}}, 8h, 4h);
  CHECK(day.at("db1/current", 9h) > day.at("db1/current", 12h));
  CHECK(day.at("db1/residual", 9h) == Approx(110.0).margin(8.0));
  CHECK(day.at("db1/residual", 9h + 20min) == Approx(310.0).margin(12.0));
  CHECK(day.at("db1/cable_temperature", 10h) - day.at("db2/cable_temperature", 10h) ==
        Approx(62.0).margin(8.0));
  CHECK(day.at("db1/residual", 9h + 30min) < 130.0);
  // At night a sixth of the current flows, with a thirty-sixth of the heat.
  const SystemHours night = site({{"joint-heats", 1h, 60min}}, 0h, 3h);
  CHECK(night.at("db1/cable_temperature", 2h) - night.at("db2/cable_temperature", 2h) ==
        Approx(62.0 / 36.0).margin(2.0));
}

TEST_CASE("construction site: smoke, then the extinguisher, then an empty bottle", "[parksim]") {
  const SystemHours day = site({{"smoulder", 9h, 10min}}, 8h + 50min, 40min);
  CHECK(day.passed("sd1/alarm", 0.5) == 9h + 61s);
  CHECK(day.passed("ex1/state", 1.5) == 9h + 91s);
  CHECK(day.lowest("ex1/pressure", 9h + 5min, 9h + 10min) < 0.2);
  CHECK(day.at("ex1/pressure", 9h + 20min) == Approx(1.2).margin(0.02));
  CHECK(day.at("ex1/state", 9h + 20min) == 1.0);
  const SystemHours gone = site({{"detector-unplugged", 9h, 10min}}, 8h + 50min, 30min);
  CHECK(gone.count("sd1/alarm", 9h + 1s, 9h + 10min) == 0);
  CHECK(gone.count("sd1/alarm", 9h + 10min, 9h + 15min) >= 5);
  // 30 % of its light are gone after a quarter of an hour.
  const SystemHours dust = site({{"detector-dirty", 9h, 20min}}, 8h + 50min, 1h);
  CHECK(dust.at("sd1/fault", 9h + 14min) == 0.0);
  CHECK(dust.at("sd1/fault", 9h + 16min) == 1.0);
  CHECK(dust.at("sd1/fault", 9h + 22min) == 0.0);
}

TEST_CASE("construction site: engine hours count while a machine runs", "[parksim]") {
  const SystemHours day = site({{"no-break", 11h, 8h}}, 0h, 24h);
  CHECK(day.at("m2/hours", 23h) - day.at("m2/hours", 1h) == Approx(9.0).margin(0.02));
  CHECK(day.at("m1/hours", 23h) - day.at("m1/hours", 1h) == Approx(12.0).margin(0.02));
  CHECK(day.at("m1/running", 12h) == 1.0);
  CHECK(day.at("m2/running", 12h) == 0.0);
  const SystemHours rock = site({{"rock", 8h, 20min}}, 7h + 50min, 1h);
  CHECK(rock.at("m1/load", 8h + 20min) == Approx(95.0).margin(6.0));
  CHECK(rock.at("m2/load", 8h + 20min) < 65.0);
}

TEST_CASE("construction site: a heavy load's moment grows with its reach up to the limiter",
          "[parksim]") {
  const SystemHours day = site({{"heavy-load", 9h, 8min}}, 8h + 30min, 1h);
  CHECK(day.highest("tc1/moment", 8h + 30min, 9h) < 65.0);
  CHECK(day.at("tc1/moment", 9h + 5min) == Approx(90.0).margin(1.5));
  CHECK(day.highest("tc1/moment", 9h, 9h + 20min) == 108.0);
  CHECK(day.highest("tc1/moment", 9h + 11min, 9h + 20min) < 65.0);
  const SystemHours front = site({{"front", 9h + 30min, 20min}}, 9h, 2h);
  CHECK(front.at("tc1/wind", 9h + 50min) - front.at("tc1/wind", 9h + 29min) ==
        Approx(10.0).margin(2.0));
}

TEST_CASE("construction site: levels add as energies and follow with a lag", "[parksim]") {
  const SystemHours day = site({{"breakers", 14h, 55min}}, 0h, 24h);
  CHECK(day.mean("fence/leq", 1h, 5h) == Approx(43.0).margin(0.6));
  CHECK(day.mean("fence/leq", 9h, 11h) == Approx(62.3).margin(0.5));
  // The works and eight breakers since seven minutes, the ninth since one.
  CHECK(day.at("fence/leq", 14h + 55min) == Approx(71.5).margin(0.2));
  CHECK(day.at("fence/leq", 16h) < 63.0);
  const SystemHours night = site({{"tubes-dropped", 23h, 10min}}, 22h, 2h);
  CHECK(night.highest("fence/lmax", 23h, 23h + 1min) == 68.0);
  CHECK(night.highest("fence/lmax", 23h + 1min, 23h + 5min) < 55.0);
  CHECK(night.highest("fence/lmax", 23h + 5min, 23h + 10min) == 72.5);
}

TEST_CASE("construction site: dry earthworks raise the coarse dust more than the fine",
          "[parksim]") {
  const SystemHours day = site({{"dry-earthworks", 9h, 2h}}, 8h, 4h);
  const double coarse = day.at("fence/pm10", 11h) - day.at("fence/pm10", 9h);
  CHECK(coarse == Approx(60.0).margin(14.0));
  CHECK(day.at("fence/pm25", 11h) < day.at("fence/pm10", 11h));
}

TEST_CASE("construction site: a recorder overwrites the oldest hours unless that is off",
          "[parksim]") {
  const SystemHours day = site({{"overwriting-off", 10h, 5h}}, 0h, 24h);
  CHECK(day.highest("nvr1/disk", 0h, 10h) <= 80.1);
  CHECK(day.lowest("nvr1/disk", 0h, 10h) >= 77.9);
  CHECK(day.at("nvr1/disk", 15h) - day.at("nvr1/disk", 10h) == Approx(10.0).margin(0.3));
  CHECK(day.highest("nvr1/disk", 15h + 6min, 24h) <= 80.1);
}

TEST_CASE("construction site: what has no power is silent, and what is beside it is not",
          "[parksim]") {
  const auto counts = [](const char* cause, const char* silent, const char* beside) {
    const SystemHours day = site({{cause, 9h, 10min}}, 8h + 50min, 30min);
    CAPTURE(cause);
    CHECK(day.count(silent, 9h + 1s, 9h + 10min) == 0);
    CHECK(day.count(beside, 9h + 1s, 9h + 10min) > 0);
    CHECK(day.count(silent, 9h + 10min, 9h + 20min) > 0);
  };
  counts("welder-unplugged", "w1/current", "w1/gas_lel");
  counts("detector-battery-flat", "w1/gas_lel", "w1/current");
  counts("telematics-unplugged", "m1/load", "m2/load");
  counts("crane-monitor-dead", "tc1/moment", "m1/load");
  counts("recorder-unplugged", "nvr1/disk", "cam1/online");
  const SystemHours cut = site({{"camera-cable-cut", 9h, 10min}}, 8h + 50min, 30min);
  CHECK(cut.at("cam1/online", 9h + 5min) == 0.0);
  CHECK(cut.at("cam2/online", 9h + 5min) == 1.0);
}

}  // namespace parkwatch::parksim::test::construction_site_test
