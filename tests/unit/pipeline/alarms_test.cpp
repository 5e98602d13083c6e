// tests/unit/pipeline/alarms_test.cpp - Commands and deadlines of alarms, bad data and loop checks
// through the whole pipeline.
#include <catch2/catch.hpp>

#include "parkwatch/v1/snapshot.pb.h"
#include "rig.h"

namespace alarms_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

Command shelve(Duration length) {
  AlarmCommand c;
  c.rule = "level";
  c.tag = "a/b/c";
  c.length = length;
  c.comment = "calibration";
  return {"li", c};
}

Command loop_check(double value, Duration length, bool admin = true) {
  LoopCheckCommand c;
  c.tag = "a/b/c";
  c.value = value;
  c.length = length;
  c.reason = "annual check";
  return {"wang", c, admin};
}

std::string reply(Rig& rig) {
  const Reply& last = rig.facts().replies.back();
  return last.result ? "done" : last.result.error().message;
}

}  // namespace

TEST_CASE("alarms: the end of shelving is a deadline of the pipeline", "[pipeline]") {
  Rig rig{plant_of({limit_of("level", "a/b/c", 80)})};
  rig.send(1s, "a/b/c 81");
  rig.feed(shelve(10min), 2s);
  CHECK(reply(rig) == "done");
  CHECK(rig.alarms() == "1s raised H a/b/c 81; 2s shelved H a/b/c 81");
  rig.feed(Start{1h}, 1h + 2s);  // our absence does not lengthen it
  rig.tick(1h + 3s);
  CHECK(rig.alarms() == "10m2s unshelved H a/b/c 81");
  CHECK(rig.facts().transitions.back().notice == Notice::updates);
}

TEST_CASE("alarms: for what an alarm was shelved is known after a restart, and no more is hidden",
          "[pipeline]") {
  RuleSpec level = limit_of("level", "a/b/c", 80);
  level.limits[0].priority = Priority::critical;
  const auto plant = std::make_shared<const Plant>(plant_of({level}));
  Rig rig{*plant};
  rig.send(1s, "a/b/c 81\na/b/d 1 q=bad");
  Command quality = shelve(24h);
  std::get<AlarmCommand>(quality.body).rule = rule_quality;
  std::get<AlarmCommand>(quality.body).tag = "source/park";
  rig.feed(quality, 2s);
  REQUIRE(reply(rig) == "done");
  v1::Snapshot snapshot;
  rig.pipeline().snapshot(snapshot);
  const bool kept = GENERATE(true, false);  // false: as a version before left it
  if (!kept) {
    for (v1::AlarmMemory& memory : *snapshot.mutable_alarm_memories()) {
      memory.clear_shelf_priority();
    }
  }
  auto restored = pipeline::Pipeline::restore(snapshot, plant);
  REQUIRE(restored);
  Facts facts;
  Message message;
  message.topic = "t";
  message.payload = "a/b/c 10 q=bad";
  const Input input{snapshot.last_sequence() + 1, day + 3s, message};
  restored->step(day + 3s, {&input, 1}, facts);
  REQUIRE(facts.transitions.size() == 2);
  CHECK(facts.transitions[0].kind == TransitionKind::unshelved);
  CHECK(facts.transitions[1].priority == Priority::critical);
  CHECK(begins_horn(facts.transitions[1]));
}

TEST_CASE("alarms: a command for what does not exist is told apart", "[pipeline]") {
  Rig rig{plant_of({limit_of("level", "a/b/c", 80)})};
  AlarmCommand c;
  c.rule = "other";
  c.tag = "a/b/c";
  c.length = 1min;
  c.comment = "x";
  rig.feed(Command{"li", c}, 1s);
  CHECK(rig.facts().replies.back().result.error().kind == ErrorKind::not_found);
  c.rule = "level";
  c.verb = AlarmCommand::Verb::unshelve;
  rig.feed(Command{"li", c}, 2s);
  CHECK(rig.facts().replies.back().result.error().kind == ErrorKind::conflict);
}

TEST_CASE("quality: lost data never clears an alarm, and one alarm a source inherits its priority",
          "[pipeline]") {
  RuleSpec level = limit_of("level", "a/b/c", 80);
  level.limits[0].priority = Priority::critical;
  Rig rig{plant_of({level, limit_of("other", "a/b/d", 80)})};
  rig.show_quality();
  rig.send(1s, "a/b/c 81\na/b/d 1");
  (void)rig.alarms();
  rig.send(2s, "a/b/d 1 q=bad");
  CHECK(rig.alarms() == "2s raised on source/park");
  CHECK(rig.facts().transitions.back().rule == "quality");
  CHECK(rig.facts().transitions.back().priority == Priority::medium);
  CHECK_THAT(rig.facts().transitions.back().message.en, Catch::Contains("a/b/d (sensor_fault)"));
  rig.send(3s, "a/b/c 10 q=bad");  // blinds a critical one: more urgent, sounds again
  CHECK(rig.alarms() == "3s level_changed on source/park");
  CHECK(rig.facts().transitions.back().priority == Priority::critical);
  CHECK(begins_horn(rig.facts().transitions.back()));
  rig.send(4s, "a/b/d 1");
  rig.tick(1h);
  CHECK(rig.alarms().empty());  // one is still bad, and the level alarm is as it was
  rig.send(2h, "a/b/c 82");
  CHECK(rig.alarms() == "2h returned source/park");
  rig.send(2h + 1s, "a/b/c 70");
  CHECK(rig.alarms() == "2h1s returned a/b/c 70");
}

TEST_CASE("quality: a lost source inherits the priority of a pending alarm too", "[pipeline]") {
  RuleSpec level = limit_of("level", "a/b/c", 80);
  level.limits[0].priority = Priority::critical;
  level.limits[0].on_delay = 1h;
  Rig rig{plant_of({level})};
  rig.show_quality();
  rig.send(1s, "a/b/c 81");
  rig.feed(SourceCondition{"park", false, true, "gone"}, 2s);
  rig.tick(20s);
  CHECK(rig.alarms() == "12s raised on source/park");
  CHECK(rig.facts().transitions.back().priority == Priority::critical);
}

TEST_CASE("quality: historical and uncommissioned bad readings raise nothing", "[pipeline]") {
  Plant plant = plant_of({});
  plant.tags[1].commissioned = false;
  Rig rig{std::move(plant)};
  rig.show_quality();
  rig.send(1s, "a/b/d 1 q=bad\na/b/c 1 q=bad h t=1");
  CHECK(rig.alarms().empty());
}

TEST_CASE("alarms: a tag whose loop is checked is not silent while it sends", "[pipeline]") {
  RuleSpec stale = limit_of("silent", "a/b/c", 0);
  stale.kind = RuleKind::stale;
  stale.after = 30s;
  Rig rig{plant_of({stale})};
  rig.send(1s, "a/b/c 10");
  rig.feed(loop_check(95, 5min), 2s);
  (void)rig.alarms();
  for (Duration at = 20s; at < 5min; at += 20s) rig.send(at, "a/b/c 10");
  CHECK(rig.alarms().empty());
}

TEST_CASE("loop check: a test value is judged, marked, and never stored as a reading",
          "[pipeline]") {
  Rig rig{plant_of({limit_of("level", "a/b/c", 80)})};
  rig.send(1s, "a/b/c 10");
  (void)rig.readings();
  rig.feed(loop_check(95, 5min, false), 2s);
  CHECK_THAT(reply(rig), Catch::Contains("admin"));
  rig.feed(loop_check(95, 9h), 2s);
  CHECK_THAT(reply(rig), Catch::Contains("at most"));
  rig.feed(loop_check(95, 5min), 2s);
  CHECK(reply(rig) == "done");
  CHECK(rig.alarms() == "2s loop_check_started a/b/c 95; 2s raised H a/b/c 95");
  const AlarmEvent raised = rig.facts().transitions.back();
  CHECK((raised.flags & alarm_test) != 0);
  CHECK(rig.facts().transitions[rig.facts().transitions.size() - 2].author == "wang");
  CHECK(rig.readings().empty());
  rig.send(60s, "a/b/c 11");  // stored, not judged
  CHECK(rig.readings() == "a/b/c=11 good -");
  CHECK(rig.alarms().empty());
  rig.tick(10min);
  CHECK(rig.alarms() == "5m2s loop_check_ended a/b/c 95; 5m2s returned a/b/c 11");
  CHECK((rig.facts().transitions.back().flags & alarm_test) != 0);
  CHECK(rig.readings().empty());
  rig.send(11min, "a/b/c 90");
  CHECK((rig.facts().transitions.back().flags & alarm_test) == 0);
}

TEST_CASE("loop check: an alarm of the plant's own value is raised anew when the test ends",
          "[pipeline]") {
  Rig rig{plant_of({limit_of("level", "a/b/c", 80)})};
  rig.send(1s, "a/b/c 10");
  rig.feed(loop_check(95, 5min), 2s);
  rig.send(60s, "a/b/c 90");
  CHECK(rig.alarms() == "2s loop_check_started a/b/c 95; 2s raised H a/b/c 95");
  rig.tick(10min);
  CHECK(rig.alarms() ==
        "5m2s loop_check_ended a/b/c 95; 5m2s returned a/b/c 95; 5m2s raised H a/b/c 90");
  const AlarmEvent& raised = rig.facts().transitions.back();
  CHECK((raised.flags & alarm_test) == 0);
  CHECK(raised.notice == Notice::opens);
  CHECK((rig.facts().transitions[rig.facts().transitions.size() - 2].flags & alarm_test) != 0);
}

TEST_CASE("loop check: at a tag without a value the test's alarm ends with the test",
          "[pipeline]") {
  Rig rig{plant_of({limit_of("level", "a/b/c", 80)})};
  rig.tick(1s);
  rig.feed(loop_check(95, 5min), 2s);
  (void)rig.alarms();
  SECTION("there never was one") {
    rig.tick(6min);
    CHECK(rig.alarms() == "5m2s loop_check_ended a/b/c 95; 5m2s returned a/b/c 95");
  }
  SECTION("it is bad") {
    rig.send(60s, "a/b/c 50 q=bad");
    rig.tick(6min);
    CHECK(rig.alarms() == "5m2s loop_check_ended a/b/c 95; 5m2s returned a/b/c 95");
  }
  rig.send(7min, "a/b/c 90");
  CHECK_THAT(rig.alarms(), Catch::Contains("7m raised H a/b/c 90"));
  CHECK((rig.facts().transitions.back().flags & alarm_test) == 0);
}

TEST_CASE("loop check: what is computed from the tag waits, and is computed of the plant after",
          "[pipeline]") {
  Plant plant = plant_of({});
  Tag sum = tag_of("a/d/sum");
  sum.expression = "`a/b/c` + `a/b/d`";
  plant.tags.push_back(sum);
  Rig rig{std::move(plant)};
  rig.send(1s, "a/b/c 1\na/b/d 2");
  (void)rig.readings();
  rig.feed(loop_check(95, 5min), 2s);
  rig.send(3s, "a/b/d 3");
  CHECK(rig.readings() == "a/b/d=3 good -");
  LoopCheckCommand end;
  end.verb = LoopCheckCommand::Verb::end;
  end.tag = "a/b/c";
  rig.feed(Command{"wang", end, true}, 4s);
  CHECK(reply(rig) == "done");
  rig.send(5s, "a/b/d 4");
  CHECK(rig.readings() == "a/b/d=4 good -; a/d/sum=5 good -D");
  rig.feed(Command{"wang", end, true}, 6s);
  CHECK_THAT(reply(rig), Catch::Contains("no loop check"));
}

TEST_CASE("own conditions: what the daemon finds out about itself is an alarm like any other",
          "[pipeline]") {
  Rig rig{plant_of({})};
  const OwnCondition on{"delivery-failed", "receiver/mail",      true,
                        Priority::high,    {"坏", "mail fails"}, {}};
  rig.feed(on, 1s);
  rig.feed(on, 2s);
  CHECK(rig.alarms() == "1s raised on receiver/mail");
  CHECK(rig.facts().transitions.back().message.en == "mail fails");
  OwnCondition off = on;
  off.on = false;
  rig.feed(off, 3s);
  CHECK(rig.alarms() == "3s returned receiver/mail");
}

}  // namespace alarms_test
