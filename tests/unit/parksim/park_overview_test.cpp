// tests/unit/parksim/park_overview_test.cpp - Ages of feeds, shares of lines, and what is ready.
#include <catch2/catch.hpp>

#include "tests/unit/parksim/system_hours.h"

namespace parkwatch::parksim::test::park_overview_test {
namespace {

SystemHours overview(std::vector<SystemIncident> causes, Span span) {
  return {"park-overview",
          {{"safety_feeds", {"tank-farm", "gas-main"}},
           {"environment_feeds", {"wwtp"}},
           {"emergency_feeds", {}},
           {"security_feeds", {}},
           {"energy_feeds", {}}},
          std::move(causes),
          0h,
          span};
}

}  // namespace

TEST_CASE("overview: a feed that arrives each minute is never older than it", "[parksim]") {
  const SystemHours quiet = overview({}, 2h);
  CHECK(quiet.highest("tank-farm/age", 0h, 2h) <= 1.06);
  CHECK(quiet.highest("tank-farm/age", 0h, 2h) > 0.8);
  CHECK(quiet.lowest("safety/alive", 0h, 2h) == 100.0);
  CHECK_FALSE(quiet.has("energy/alive"));  // a line without feeds
}

TEST_CASE("overview: what does not arrive grows old, and counts out after three periods",
          "[parksim]") {
  const SystemHours lost = overview({{"aerial-leaks", 30min, 10min}}, 1h);
  // Its link loses 12 dB in three minutes, and 40 dB at the most.
  CHECK(lost.at("tank-farm/age", 32min) <= 1.06);
  CHECK(lost.at("tank-farm/age", 39min) == Approx(6.5).margin(0.3));
  CHECK(lost.highest("gas-main/age", 30min, 40min) <= 1.06);
  CHECK(lost.at("safety/alive", 35min) == 100.0);
  CHECK(lost.at("safety/alive", 37min) == 97.0);
  CHECK(lost.at("environment/alive", 37min) == 100.0);
  CHECK(lost.at("tank-farm/age", 42min) <= 1.06);
}

TEST_CASE(
    "overview: interference silences the weakest links first, and they count out after three "
    "periods",
    "[parksim]") {
  const SystemHours dropping = overview({{"sensors-drop-out", 30min, 20min}}, 1h);
  CHECK(dropping.lowest("environment/alive", 30min, 34min) == 100.0);
  // Eight of a hundred links have a margin below 2.1 dB.
  CHECK(dropping.at("environment/alive", 38min + 3min + 30s) == 92.0);
  CHECK(dropping.at("environment/alive", 59min) == 100.0);
}

TEST_CASE("overview: vehicles, crew and foam run down one by one and come back", "[parksim]") {
  const SystemHours run = overview({{"vehicles-called-out", 1h, 30min},
                                    {"crew-falls-ill", 1h, 30min},
                                    {"foam-leaks", 1h, 30min}},
                                   4h);
  CHECK(run.at("fire-station/vehicles_ready", 59min) == 10.0);
  CHECK(run.at("fire-station/vehicles_ready", 1h + 16min) == 7.0);
  CHECK(run.at("fire-station/crew_ready", 1h + 29min) == 13.0);
  CHECK(run.at("fire-station/foam", 1h + 30min) == Approx(24.0).margin(0.2));
  CHECK(run.at("fire-station/vehicles_ready", 3h) == 10.0);
  CHECK(run.at("fire-station/foam", 3h) > 29.9);
}

TEST_CASE("overview: one engine is washed in the morning", "[parksim]") {
  const SystemHours day = overview({}, 12h);
  CHECK(day.at("fire-station/vehicles_ready", 10h + 15min) == 9.0);
  CHECK(day.at("fire-station/vehicles_ready", 11h) == 10.0);
}

TEST_CASE("overview: a line that is cut says no, a platform that is down says nothing",
          "[parksim]") {
  const SystemHours cut = overview({{"command-line-cut", 10min, 5min}}, 30min);
  CHECK(cut.at("command/link", 12min) == 0.0);
  CHECK(cut.at("command/link", 16min) == 1.0);
  const SystemHours down = overview({{"platform-down", 10min, 5min}}, 30min);
  CHECK(down.count("command/link", 10min + 1s, 15min) == 0);
  CHECK(down.lowest("command/link", 0h, 30min) == 1.0);
}

TEST_CASE("overview: a drill that is found void leaves the one before, until another is held",
          "[parksim]") {
  const SystemHours drill = overview({{"drill-void", 1h, 25h}}, 27h);
  CHECK(drill.at("command/drill_age", 30min) == Approx(40.03).margin(0.01));
  CHECK(drill.at("command/drill_age", 13h) == Approx(179.55).margin(0.01));
  CHECK(drill.at("command/drill_age", 26h + 30min) == Approx(0.02).margin(0.01));
}

}  // namespace parkwatch::parksim::test::park_overview_test
