// tests/unit/pipeline/limit_test.cpp - Rules that look at the value itself, and silence, through
// the pipeline.
#include <catch2/catch.hpp>

#include "rig.h"

namespace limit_test {

using namespace parkwatch;
using namespace parkwatch::test;

TEST_CASE("limit: a value past the limit raises, back by more than the deadband returns",
          "[pipeline]") {
  RuleSpec rule = limit_of("level", "a/b/c", 80);
  rule.limits[0].deadband = 2;
  Rig rig{plant_of({rule})};
  rig.send(1s, "a/b/c 80");
  CHECK(rig.alarms().empty());
  rig.send(2s, "a/b/c 80.1");
  CHECK(rig.alarms() == "2s raised H a/b/c 80.1");
  rig.send(3s, "a/b/c 78");
  CHECK(rig.alarms().empty());
  rig.send(4s, "a/b/c 77.9");
  CHECK(rig.alarms() == "4s returned a/b/c 77.9");
}

TEST_CASE("limit: an on-delay expires by its deadline, not by the next message", "[pipeline]") {
  RuleSpec rule = limit_of("level", "a/b/c", 80);
  rule.limits[0].on_delay = 10s;
  Rig rig{plant_of({rule})};
  rig.send(1s, "a/b/c 81");
  CHECK(rig.pipeline().next_deadline() == day + 11s);
  rig.tick(10s);
  CHECK(rig.alarms().empty());
  rig.tick(15s);
  CHECK(rig.alarms() == "11s raised H a/b/c 81");
  CHECK(rig.facts().transitions[0].sequence == 3);
  CHECK(rig.facts().transitions[0].reading_sequence == 2);
}

TEST_CASE("limit: a delay runs for the larger of source and receive time", "[pipeline]") {
  RuleSpec rule = limit_of("level", "a/b/c", 80);
  rule.limits[0].on_delay = 10s;
  Rig rig{plant_of({rule})};
  // A backlog: 10 s of the device's time pass in 10 ms of ours.
  rig.send(100s, "a/b/c 81 t=90000000");
  rig.send(100s + 10ms, "a/b/c 82 t=99999999");
  CHECK(rig.alarms().empty());
  rig.send(100s + 20ms, "a/b/c 70 t=101000000");
  CHECK(rig.alarms() == "1m40s raised H a/b/c 81; 1m40s20ms returned a/b/c 70");
}

TEST_CASE("limit: bad readings neither raise nor clear, and hold what runs", "[pipeline]") {
  RuleSpec rule = limit_of("level", "a/b/c", 80);
  rule.limits[0].on_delay = 10s;
  Rig rig{without_sources(plant_of({rule}))};
  rig.send(1s, "a/b/c 99 q=bad");
  CHECK_FALSE(rig.pipeline().next_deadline());
  rig.send(2s, "a/b/c 81");
  rig.send(6s, "a/b/c 81 q=bad");  // 4 s have run
  rig.tick(60s);
  CHECK(rig.alarms().empty());
  rig.send(100s, "a/b/c 81");
  CHECK(rig.pipeline().next_deadline() == day + 106s);
  rig.send(200s, "a/b/c 50 q=bad");
  CHECK(rig.alarms() == "1m46s raised H a/b/c 81");
  rig.send(201s, "a/b/c 50 q=uncertain");
  CHECK(rig.alarms() == "3m21s returned a/b/c 50");
}

TEST_CASE("state: a state that alarms raises on its number", "[pipeline]") {
  RuleSpec rule = limit_of("valve", "a/b/v", 0);
  rule.kind = RuleKind::state;
  rule.states = {2, 3};
  rule.priority = Priority::critical;
  Plant plant = plant_of({rule});
  plant.tags.push_back(tag_of("a/b/v", ValueType::int64));
  plant.tags.back().enumeration = {{1, "closed", {}}, {2, "stuck", {}}, {3, "fault", {}}};
  Rig rig{plant};
  rig.send(1s, "a/b/v closed");
  CHECK(rig.alarms().empty());
  rig.send(2s, "a/b/v stuck");
  CHECK(rig.alarms() == "2s raised on a/b/v 2");
  CHECK(rig.facts().transitions[0].priority == Priority::critical);
  rig.send(3s, "a/b/v 3");
  CHECK(rig.alarms().empty());
  rig.send(4s, "a/b/v 1");
  CHECK(rig.alarms() == "4s returned a/b/v 1");
}

TEST_CASE("stale: silence raises at its deadline, a reading ends it", "[pipeline]") {
  RuleSpec rule = limit_of("silent", "a/b/c", 0);
  rule.kind = RuleKind::stale;
  rule.after = 30s;
  Rig rig{plant_of({rule})};
  rig.tick(29s);
  CHECK(rig.alarms().empty());
  rig.tick(31s);
  CHECK(rig.alarms() == "30s raised on a/b/c");
  rig.send(40s, "a/b/c 1");
  CHECK(rig.alarms() == "40s returned a/b/c");
  rig.send(60s, "a/b/c 1");
  rig.send(80s, "a/b/c 1 q=bad");  // a bad reading is no sign of life
  rig.tick(89s);
  CHECK(rig.alarms().empty());
  rig.tick(91s);
  CHECK(rig.alarms() == "1m30s raised on a/b/c");
  CHECK(rig.facts().transitions.back().limit == 30.0);
}

TEST_CASE("stale: our own absence never makes a source look silent", "[pipeline]") {
  RuleSpec rule = limit_of("silent", "a/b/c", 0);
  rule.kind = RuleKind::stale;
  rule.after = 30s;
  Rig rig{plant_of({rule})};
  rig.send(10s, "a/b/c 1");
  rig.feed(Start{1h}, 20s + 1h);
  rig.tick(39s + 1h);
  CHECK(rig.alarms().empty());
  rig.tick(40s + 1h);
  CHECK(rig.alarms() == "1h40s raised on a/b/c");
}

}  // namespace limit_test
