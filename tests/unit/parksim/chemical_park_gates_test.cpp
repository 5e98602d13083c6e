// tests/unit/parksim/chemical_park_gates_test.cpp - Arms, doors, cards and lanes, and what their
// readers tell of who passes.
#include <catch2/catch.hpp>
#include <cmath>

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
  CHECK(passed(2h, 3h) == 0.0);
  // One lift a vehicle.
  const double cycles = day.at("g3/barrier_cycles", 9h) - day.at("g3/barrier_cycles", 1min);
  CHECK(std::abs(cycles - passed(1min, 9h)) <= 1.0);
}

TEST_CASE("gates: what readers tell adds up with what instruments count", "[parksim]") {
  const SystemHours day = gates({}, 0h, 24h - 1s);
  for (const std::string gate : {"g1", "g2", "g3"}) {
    CAPTURE(gate);
    std::size_t passed = 0;
    std::size_t lifted = 0;
    for (const std::string lane : {"/1", "/h"}) {
      passed += day.events(gate + lane + "/plate").size();
      lifted += day.events(gate + lane + "/arm", R"("up")").size();
      // Who comes in the morning has left by the night.
      CHECK(day.events(gate + lane + "/plate", R"("in")").size() ==
            day.events(gate + lane + "/plate", R"("out")").size());
    }
    CHECK(passed > 100);
    CHECK(lifted == passed);
    CHECK(day.at(gate + "/passages", 23h) == 1000.0 + static_cast<double>(passed));
    CHECK(day.at(gate + "/barrier_cycles", 23h) == 1000.0 + static_cast<double>(lifted));
    const auto in = day.events(gate + "/door/face", R"("in")").size();
    CHECK(in > 30);
    CHECK(day.events(gate + "/door/face", R"("out")").size() == in);
  }
  CHECK(day.events("g1/h/plate", R"("danger")").size() == day.events("g1/h/plate").size());
  CHECK(day.events("g1/1/plate", R"("danger")").empty());
  const auto cards = day.events("g2/dispenser/card", R"("given")").size();
  CHECK(cards > 10);
  CHECK(day.events("g2/dispenser/card", R"("back")").size() == cards);
  CHECK(day.at("g2/cards_out", 23h) == 5000.0 + static_cast<double>(cards));
  CHECK(day.at("g2/cards_in", 23h) == 5000.0 + static_cast<double>(cards));
  CHECK(day.events("inside/doors/people", R"("count": 0,)").size() > 300);  // at night
}

TEST_CASE("gates: an arm without force stays half way until it is mended", "[parksim]") {
  const SystemHours day = gates({{"arm-stalls", 9h, 5min}}, 8h + 50min, 30min);
  CHECK(day.at("g1/barrier", 9h + 2min) == 2.0);
  CHECK(day.at("g1/barrier", 9h + 4min) == 2.0);
  CHECK(day.at("g1/passages", 9h + 4min) == day.at("g1/passages", 9h + 1min));
  CHECK(day.lowest("g1/barrier", 9h + 6min, 9h + 20min) == 0.0);
}

TEST_CASE("gates: an arm that is held up lets a column pass without a cycle", "[parksim]") {
  const SystemHours night = gates({{"arm-held-up", 1h, 20min}}, 50min, 40min);
  CHECK(night.lowest("g1/barrier", 1h + 1min, 1h + 20min) == 1.0);
  CHECK(night.at("g1/barrier_cycles", 1h + 19min) == 1000.0);
  CHECK(night.at("g1/passages", 1h + 19min) == 1008.0);
  CHECK(night.events("g1/1/plate", R"("in")").size() == 8);
  // Later they leave, each with a lift of its own.
  CHECK(night.events("g1/1/plate", R"("out")").size() == 8);
  CHECK(night.events("g1/1/arm", R"("up")").size() == 1 + 8);
  CHECK(night.at("g1/barrier_cycles", 1h + 25min) == 1009.0);
}

TEST_CASE("gates: a car that follows close passes under the same arm", "[parksim]") {
  const SystemHours night = gates({{"driver-follows-close", 1h, 5min}}, 50min, 30min);
  const auto passed = night.events("g1/1/plate", R"("in")");
  REQUIRE(passed.size() == 2);
  CHECK(passed[1].time - passed[0].time < 10s);
  const auto arm = night.events("g1/1/arm");
  REQUIRE(arm.size() == 2 + 4);  // they leave one by one
  CHECK(arm[0].time <= passed[0].time);
  CHECK(arm[1].time > passed[1].time);
  CHECK(night.at("g1/passages", 1h + 10min) - night.at("g1/barrier_cycles", 1h + 10min) == 1.0);
}

TEST_CASE("gates: who takes the wrong lane is seen by its transponder, passes, and is led out",
          "[parksim]") {
  const SystemHours night = gates({{"driver-takes-wrong-lane", 1h, 20min}}, 50min, 1h);
  CHECK(night.at("g2/hazmat_in_ordinary_lane", 1h + 2s) == 1.0);
  CHECK(night.at("g2/hazmat_in_ordinary_lane", 1h + 1min) == 0.0);
  CHECK(night.highest("g1/hazmat_in_ordinary_lane", 50min, 110min) == 0.0);
  CHECK(night.highest("g2/barrier", 1h, 1h + 1min) > 0.0);  // the arm has moved
  CHECK(night.at("g2/passages", 1h + 1min) == 1001.0);
  REQUIRE(night.events("g2/1/plate", R"("danger", "direction": "in")").size() == 1);
  const auto out = night.events("g1/h/plate", R"("danger", "direction": "out")");
  REQUIRE(out.size() == 1);
  CHECK(out.front().time >= midnight + 1h + 20min);
}

TEST_CASE("gates: a lorry without papers blocks its lane and turns back, one without permit passes",
          "[parksim]") {
  const SystemHours papers = gates({{"lorry-without-papers", 1h, 20min}}, 50min, 1h);
  CHECK(papers.lowest("g1/hazmat_lane_occupied", 1h + 1min, 1h + 20min) == 1.0);
  CHECK(papers.at("g1/hazmat_lane_occupied", 1h + 21min) == 0.0);
  CHECK(papers.events("g1/h/plate").empty());
  CHECK(papers.at("g1/passages", 1h + 40min) == 1000.0);
  CHECK_FALSE(papers.has("g2/hazmat_lane_occupied"));
  const SystemHours permit = gates({{"lorry-without-permit", 1h, 20min}}, 50min, 1h);
  CHECK(permit.events("g1/h/plate", "9901").size() == 2);
}

TEST_CASE("gates: a convoy comes one by one, a lorry that stays leaves when its arm is mended",
          "[parksim]") {
  const SystemHours convoy = gates({{"convoy", 1h, 40min}}, 50min, 2h);
  const auto in = convoy.events("g1/h/plate", R"("in")");
  REQUIRE(in.size() == 12);
  for (std::size_t i = 1; i < in.size(); ++i) CHECK(in[i].time - in[i - 1].time > 1min);
  CHECK(convoy.events("g1/h/plate", R"("out")").size() == 12);
  const SystemHours stays = gates({{"lorry-stays", 1h, 40min}}, 50min, 2h);
  const auto out = stays.events("g1/h/plate", R"("out")");
  REQUIRE(out.size() == 1);
  CHECK(out.front().time >= midnight + 1h + 40min);
}

TEST_CASE("gates: a card that was kept is back when its holder brings it", "[parksim]") {
  const SystemHours night = gates({{"visitor-keeps-card", 1h, 30min}}, 50min, 1h);
  CHECK(night.events("g2/dispenser/card", R"("given")").size() == 1);
  CHECK(night.events("g2/door/face", R"("out")").size() == 1);
  CHECK(night.at("g2/cards_in", 1h + 29min) == 5000.0);
  const auto back = night.events("g2/dispenser/card", R"("back")");
  REQUIRE(back.size() == 1);
  CHECK(back.front().time >= midnight + 1h + 30min);
  const SystemHours stays = gates({{"visitor-overstays", 1h, 40min}}, 50min, 1h);
  const auto out = stays.events("g2/door/face", R"("out")");
  REQUIRE(out.size() == 1);
  CHECK(out.front().time >= midnight + 1h + 40min);
}

TEST_CASE("gates: a reader that is off line tells later, with the time of each passage",
          "[parksim]") {
  const SystemHours night =
      gates({{"night-crew", 1h, 40min}, {"exit-reader-unplugged", 1h, 40min}}, 50min, 1h);
  CHECK(night.events("g1/door/face", R"("in")").size() == 6);
  const auto out = night.events("g1/door/face", R"("out")");
  REQUIRE(out.size() == 6);
  for (const SystemEvent& event : out) CHECK(event.time >= midnight + 1h + 40min);
  // 1772380800 is midnight: the first has left after twenty minutes.
  CHECK(out.front().payload.find("17723856") != std::string::npos);
  const auto empty = night.events("inside/doors/people", R"("count": 0,)");
  CHECK(empty.back().time - midnight > 1h + 30min);
  CHECK(night.events("inside/doors/people", R"("count": 6,)").size() >= 4);
}

TEST_CASE("gates: an entry reader whose clock was lost is slow, the exit reader is not",
          "[parksim]") {
  const SystemHours night =
      gates({{"fitters-fetch-parts", 1h, 2h}, {"entry-clock-lost", 1h, 50min}}, 50min, 3h);
  const auto lag = [](const SystemEvent& event) {
    const std::string& text = event.payload;
    const std::chrono::milliseconds ts{std::stoll(text.substr(text.find("\"ts\": ") + 6))};
    return event.time.time_since_epoch() - ts;
  };
  const auto in = night.events("g1/door/face", R"("in")");
  REQUIRE(in.size() == 4 * 6);  // each of them four times
  for (const SystemEvent& event : in) {
    const bool lost = event.time < midnight + 1h + 50min;
    CHECK(lag(event) >= (lost ? 45min : 0min));
    CHECK(lag(event) < (lost ? 45min : 0min) + 1s);
  }
  const auto out = night.events("g1/door/face", R"("out")");
  REQUIRE(out.size() == 4 * 6);
  for (const SystemEvent& event : out) CHECK(lag(event) < 1s);
}

TEST_CASE("gates: the siren sends everybody out or to the muster point", "[parksim]") {
  const SystemHours day = gates({{"evacuation-ordered", 10h, 30min}}, 6h, 5h);
  std::size_t in = 0;
  std::size_t out = 0;
  for (const std::string gate : {"g1", "g2", "g3"}) {
    in += day.events(gate + "/door/face", R"("in")").size();
    out += day.events(gate + "/door/face", R"("out")").size();
  }
  const auto reports = day.events("mp1/muster/report");
  CHECK(reports.size() > 20);
  for (const SystemEvent& event : reports) {
    CHECK(event.time > midnight + 10h);
    CHECK(event.time < midnight + 10h + 10min);
  }
  CHECK(out + reports.size() >= in - 10);  // some visitors have come after the siren
  CHECK(day.at("siren/evacuation", 10h + 10min) == 1.0);
  CHECK(day.at("siren/evacuation", 10h + 31min) == 0.0);
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
  // Who cannot be read does not get in, and without its camera no plate is read.
  for (const SystemEvent& event : day.events("g1/door/face")) {
    CHECK((event.time < midnight + 9h + 40min + 10s || event.time >= midnight + 9h + 45min));
  }
  for (const SystemEvent& event : day.events("g1/1/plate")) {
    CHECK((event.time < midnight + 9h + 10min || event.time >= midnight + 9h + 15min));
  }
  CHECK(day.highest("g2/door", 9h, 10h) <= 1.0);
}

}  // namespace parkwatch::parksim::test::chemical_park_gates_test
