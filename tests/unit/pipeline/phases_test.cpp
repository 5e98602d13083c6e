// tests/unit/pipeline/phases_test.cpp - Rules that are in force only in some shifts.
#include "pipeline/phases.h"

#include <catch2/catch.hpp>

#include "parkwatch/v1/snapshot.pb.h"
#include "rig.h"

namespace phases_test {

using namespace parkwatch;
using namespace parkwatch::test;
using pipeline::Phase;
using pipeline::phase_at;

namespace {

// early 08:00, late 16:00, night 00:00, by UTC.
Plant with_shifts(std::vector<std::string> shifts) {
  RuleSpec rule = limit_of("r", "a/b/c", 80);
  rule.shifts = std::move(shifts);
  Plant plant = without_sources(plant_of({rule}));
  plant.calendar.shifts = {{"night", 0h}, {"early", 8h}, {"late", 16h}};
  return plant;
}

struct Expected {
  Duration at;
  Phase phase;
  Duration until;
};

void check(const Plant& plant, const std::vector<Expected>& table) {
  for (const Expected& expected : table) {
    const auto now = phase_at(plant.rules[0], plant, day + expected.at);
    CAPTURE(to_text(expected.at));
    CHECK(now.phase == expected.phase);
    CHECK(now.until == day + expected.until);
  }
}

}  // namespace

TEST_CASE("phases: from one shift of the rule to the next", "[pipeline]") {
  check(with_shifts({"late"}), {{0h, Phase::before, 16h},
                                {15h, Phase::before, 16h},
                                {16h, Phase::in_force, 24h},
                                {23h, Phase::in_force, 24h},
                                {24h, Phase::before, 40h}});
  // Two that follow each other are one time.
  check(with_shifts({"late", "night"}), {{0h, Phase::in_force, 8h},
                                         {8h, Phase::before, 16h},
                                         {16h, Phase::in_force, 32h},
                                         {25h, Phase::in_force, 32h}});
}

TEST_CASE("phases: all shifts are no restriction, dates still are one", "[pipeline]") {
  Plant plant = with_shifts({"late", "night", "early"});
  CHECK(phase_at(plant.rules[0], plant, day).phase == Phase::in_force);
  CHECK(phase_at(plant.rules[0], plant, day).until == rules::never);
  plant = with_shifts({"late"});
  plant.rules[0].valid_from = day + 18h;
  plant.rules[0].valid_to = day + 41h;
  check(plant, {{1h, Phase::before, 18h},
                {17h, Phase::before, 18h},
                {18h, Phase::in_force, 24h},
                {30h, Phase::before, 40h},
                {40h, Phase::in_force, 41h}});
  CHECK(phase_at(plant.rules[0], plant, day + 41h).phase == Phase::after);
  plant.rules[0].valid_to = day + 39h;
  CHECK(phase_at(plant.rules[0], plant, day + 30h).phase == Phase::after);
}

TEST_CASE("shifts: a rule judges in its own ones only, and its alarm ends with them",
          "[pipeline]") {
  Rig rig{with_shifts({"late"})};
  rig.send(15h, "a/b/c 95.0");
  CHECK(rig.alarms().empty());
  rig.send(16h + 1s, "a/b/c 96.0");
  CHECK(rig.alarms() == "16h1s raised H a/b/c 96");
  rig.tick(24h + 1min);
  CHECK(rig.alarms() == "1d returned a/b/c 96");
  rig.send(26h, "a/b/c 97.0");
  CHECK(rig.alarms().empty());
  rig.send(41h, "a/b/c 98.0");
  CHECK(rig.alarms() == "1d17h raised H a/b/c 98");
}

TEST_CASE("hours: a rule judges between two times of the day, over midnight too", "[pipeline]") {
  const auto with_hours = [](Duration from, Duration to) {
    RuleSpec rule = limit_of("r", "a/b/c", 80);
    rule.hours = DayHours{from, to};
    return without_sources(plant_of({rule}));
  };
  check(with_hours(22h, 6h), {{0h, Phase::in_force, 6h},
                              {6h, Phase::before, 22h},
                              {21h, Phase::before, 22h},
                              {22h, Phase::in_force, 30h}});
  check(with_hours(6h, 22h),
        {{0h, Phase::before, 6h}, {6h, Phase::in_force, 22h}, {22h, Phase::before, 30h}});
  Plant plant = with_hours(22h, 6h);
  plant.calendar.zone.offset = 8h;  // 14:00 UTC to 22:00 UTC
  Rig rig{plant};
  rig.send(13h + 59min, "a/b/c 95.0");
  CHECK(rig.alarms().empty());
  rig.send(14h, "a/b/c 96.0");
  CHECK(rig.alarms() == "14h raised H a/b/c 96");
  rig.tick(22h + 1min);
  CHECK(rig.alarms() == "22h returned a/b/c 96");
}

TEST_CASE("shifts: a late reading is judged by the shift of its own time", "[pipeline]") {
  Rig rig{with_shifts({"late"})};
  // From 15:59:59, told after four.
  rig.send(16h + 2s, "a/b/c 95.0 t=57599000000");
  CHECK(rig.alarms().empty());
  rig.send(16h + 3s, "a/b/c 95.0 t=57601000000");
  CHECK(rig.alarms() == "16h3s raised H a/b/c 95");
}

TEST_CASE("shifts: what is in force survives a snapshot", "[pipeline]") {
  const Plant plant = with_shifts({"late"});
  Rig rig{plant};
  rig.send(17h, "a/b/c 95.0");
  v1::Snapshot snapshot;
  rig.pipeline().snapshot(snapshot);
  auto again = pipeline::Pipeline::restore(snapshot, std::make_shared<const Plant>(plant));
  REQUIRE(again.ok());
  CHECK(again->next_deadline() == rig.pipeline().next_deadline());
  Facts facts;
  again->step(day + 25h, {}, facts);
  REQUIRE(facts.transitions.size() == 1);
  CHECK(facts.transitions[0].kind == TransitionKind::returned);
  CHECK(facts.transitions[0].at == day + 24h);
}

TEST_CASE("shifts: others of the site are another rule", "[pipeline]") {
  Plant plant = with_shifts({"late"});
  Rig rig{plant};
  rig.send(17h, "a/b/c 95.0");
  CHECK(rig.alarms() == "17h raised H a/b/c 95");
  plant.hash = "plant-2";
  plant.calendar.shifts[2].begin = 18h;  // late
  rig.use(plant, 17h + 1min);
  CHECK(rig.alarms() == "17h1m removed a/b/c 95");
  rig.send(18h, "a/b/c 95.0");
  CHECK(rig.alarms() == "18h raised H a/b/c 95");
}

}  // namespace phases_test
