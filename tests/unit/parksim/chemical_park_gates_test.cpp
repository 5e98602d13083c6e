// tests/unit/parksim/chemical_park_gates_test.cpp - Arms, doors, cards and lanes.
#include <catch2/catch.hpp>

#include "tests/unit/parksim/system_hours.h"

namespace parkwatch::parksim::test::chemical_park_gates_test {
namespace {

SystemHours gates(std::vector<SystemIncident> causes, Span from, Span span) {
  return {"chemical-park-gates",
          {{"gates", {"g1", "g2", "g3"}}, {"hazmat_gates", {"g1"}}, {"card_gates", {"g2"}}},
          std::move(causes),
          from,
          span};
}

}  // namespace

TEST_CASE("gates: more vehicles pass at the shift's change than at night", "[parksim]") {
  const SystemHours day = gates({}, 0h, 10h);
  const auto passed = [&](Span from, Span to) {
    return day.at("g3/passages", to) - day.at("g3/passages", from);
  };
  CHECK(passed(7h, 8h) > 2.0 * passed(2h, 3h));
  CHECK(passed(0h + 1min, 9h) > 40.0);
  // Several may pass under one lift; none passes without one.
  const double cycles = day.at("g3/barrier_cycles", 9h) - day.at("g3/barrier_cycles", 1min);
  CHECK(cycles > 20.0);
  CHECK(cycles <= passed(1min, 9h) + 1.0);
}

TEST_CASE("gates: an arm without force stays half way until it is mended", "[parksim]") {
  const SystemHours day = gates({{"arm-stalls", 9h, 5min}}, 8h + 50min, 30min);
  CHECK(day.at("g1/barrier", 9h + 2min) == 2.0);
  CHECK(day.at("g1/barrier", 9h + 4min) == 2.0);
  CHECK(day.at("g1/passages", 9h + 4min) == day.at("g1/passages", 9h + 1min));
  CHECK(day.lowest("g1/barrier", 9h + 6min, 9h + 20min) == 0.0);
}

TEST_CASE("gates: an arm that is held up lets all pass without a cycle", "[parksim]") {
  const SystemHours day = gates({{"arm-held-up", 7h, 20min}}, 6h + 50min, 40min);
  CHECK(day.lowest("g1/barrier", 7h + 1min, 7h + 20min) == 1.0);
  CHECK(day.at("g1/barrier_cycles", 7h + 19min) == day.at("g1/barrier_cycles", 7h + 1min));
  CHECK(day.at("g1/passages", 7h + 19min) > day.at("g1/passages", 7h + 1min));
}

TEST_CASE("gates: who takes the wrong lane is seen where there is none for him", "[parksim]") {
  const SystemHours day =
      gates({{"driver-takes-wrong-lane", 9h, 2min}, {"lorry-without-papers", 9h, 20min}}, 8h, 2h);
  CHECK(day.at("g2/hazmat_in_ordinary_lane", 9h + 1min) == 1.0);
  CHECK(day.highest("g1/hazmat_in_ordinary_lane", 8h, 10h) == 0.0);
  CHECK(day.at("g2/hazmat_in_ordinary_lane", 9h + 3min) == 0.0);
  CHECK(day.lowest("g1/hazmat_lane_occupied", 9h + 1min, 9h + 20min) == 1.0);
  CHECK_FALSE(day.has("g2/hazmat_lane_occupied"));
}

TEST_CASE("gates: cards run out in a rush and are filled up after it", "[parksim]") {
  const SystemHours day = gates({{"contractors-rush", 9h, 50min}}, 8h + 50min, 90min);
  const double before = day.at("g2/cards", 9h);
  CHECK(before - day.at("g2/cards", 9h + 50min) == Approx(150.0).margin(8.0));
  CHECK(day.at("g2/cards_out", 9h + 50min) - day.at("g2/cards_out", 9h) >= 150.0);
  CHECK(day.at("g2/cards", 9h + 55min) > 190.0);
  const SystemHours jam = gates({{"card-jams", 9h, 30min}}, 8h + 50min, 1h);
  CHECK(jam.at("g2/dispenser", 9h + 1min) == 1.0);
  CHECK(jam.at("g2/cards_out", 9h + 29min) == jam.at("g2/cards_out", 9h + 1min));
}

TEST_CASE("gates: devices fail one by one, a cabinet fails with all of them", "[parksim]") {
  const SystemHours day = gates({{"board-dark", 9h, 5min},
                                 {"camera-cable-cut", 9h + 10min, 5min},
                                 {"door-levered", 9h + 20min, 5min},
                                 {"door-wedged", 9h + 30min, 5min},
                                 {"cabinet-unpowered", 9h + 40min, 5min}},
                                8h + 50min, 90min);
  CHECK(day.at("g1/board", 9h + 2min) == 0.0);
  CHECK(day.at("g1/camera", 9h + 2min) == 1.0);
  CHECK(day.at("g1/camera", 9h + 12min) == 0.0);
  CHECK(day.at("g1/door", 9h + 22min) == 2.0);
  CHECK(day.lowest("g1/door", 9h + 30min + 2s, 9h + 35min) == 1.0);
  CHECK(day.count("g1/door", 9h + 40min + 1s, 9h + 45min) == 0);
  CHECK(day.count("g1/board", 9h + 40min + 1s, 9h + 45min) == 0);
  CHECK(day.count("g1/barrier", 9h + 40min + 1s, 9h + 45min) > 20);
  CHECK(day.highest("g2/door", 9h, 10h) <= 1.0);
}

}  // namespace parkwatch::parksim::test::chemical_park_gates_test
