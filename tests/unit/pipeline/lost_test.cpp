// tests/unit/pipeline/lost_test.cpp - What a lost source and a pause of ours leave standing still.
#include <catch2/catch.hpp>

#include "parkwatch/v1/snapshot.pb.h"
#include "rig.h"

namespace lost_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

constexpr SourceCondition gone{"park", false, true, "timed out"};

RuleSpec delayed(Duration on_delay, Duration off_delay) {
  RuleSpec rule = limit_of("level", "a/b/c", 80);
  rule.limits[0].on_delay = on_delay;
  rule.limits[0].off_delay = off_delay;
  return rule;
}

SourceCondition connected(const char* source = "park") { return {source, true, true, ""}; }
SourceCondition lost(const char* source = "park") { return {source, false, true, "timed out"}; }

// a/b/c comes from "park", a/b/d from "tanks".
Plant of_two_sources(RuleSpec rule) {
  Plant plant = plant_of({std::move(rule)});
  plant.sources.push_back({"tanks", 0});
  plant.decoders.push_back(std::make_shared<LineDecoder>());
  return plant;
}

void send_from_tanks(Rig& rig, Duration at, std::string payload) {
  Message message;
  message.source = 1;
  message.topic = "t";
  message.payload = std::move(payload);
  rig.feed(std::move(message), at);
}

RuleSpec joint_of(RuleKind kind, double at) {
  RuleSpec rule = limit_of("joint", "a/b/c", at);
  rule.kind = kind;
  rule.terms = {{"a/b/d", 1}};
  return rule;
}

void restart(Rig& rig) {
  v1::Snapshot snapshot;
  rig.pipeline().snapshot(snapshot);
  rig.restore(snapshot);
}

}  // namespace

TEST_CASE("lost: an off-delay does not run out while nobody sees the plant", "[pipeline]") {
  Rig rig{plant_of({delayed(0s, 60s)})};
  rig.send(1s, "a/b/c 90");
  rig.send(10s, "a/b/c 70");
  CHECK(rig.alarms() == "1s raised H a/b/c 90");
  rig.feed(gone, 15s);
  rig.tick(10min);
  CHECK(rig.alarms().empty());
  rig.feed(connected(), 10min);
  rig.send(10min, "a/b/c 95");
  rig.tick(1h);
  CHECK(rig.alarms().empty());
}

TEST_CASE("lost: a delay goes on with what was left of it, though no reading follows",
          "[pipeline]") {
  for (const bool restarted : {false, true}) {
    CAPTURE(restarted);
    Rig rig{plant_of({delayed(10s, 60s)})};
    rig.send(1s, "a/b/c 90");  // told once: a leak detector that publishes changes only
    rig.feed(gone, 5s);
    if (restarted) restart(rig);
    rig.tick(10min);
    CHECK(rig.alarms().empty());
    rig.feed(connected(), 10min);
    if (restarted) restart(rig);
    rig.tick(10min + 5s);
    CHECK(rig.alarms().empty());
    rig.tick(10min + 6s);
    CHECK(rig.alarms() == "10m6s raised H a/b/c 90");
  }
}

TEST_CASE("lost: what bad data holds waits for a good reading, not for the connection",
          "[pipeline]") {
  Rig rig{plant_of({delayed(10s, 0s)})};
  rig.send(1s, "a/b/c 90");
  rig.send(5s, "a/b/c 90 q=bad");
  rig.feed(gone, 6s);
  rig.feed(connected(), 20s);
  rig.tick(1h);
  CHECK(rig.alarms().empty());
  rig.send(1h, "a/b/c 90");
  rig.tick(1h + 6s);
  CHECK(rig.alarms() == "1h6s raised H a/b/c 90");
}

TEST_CASE("lost: values that leave a sliding window meanwhile clear nothing", "[pipeline]") {
  RuleSpec sum = limit_of("sum", "a/b/c", 10);
  sum.kind = RuleKind::window;
  sum.window = {.aggregate = Aggregate::sum, .length = 1min, .calendar = false};
  for (const bool restarted : {false, true}) {
    CAPTURE(restarted);
    Rig rig{plant_of({sum})};
    rig.send(10s, "a/b/c 6");
    rig.send(20s, "a/b/c 6");
    CHECK(rig.alarms() == "20s raised H a/b/c 12");
    rig.feed(gone, 30s);
    if (restarted) restart(rig);
    rig.tick(1h);
    CHECK(rig.alarms().empty());
    rig.feed(connected(), 1h);
    rig.send(1h, "a/b/c 1");
    CHECK(rig.alarms() == "1h returned a/b/c 1");
  }
}

TEST_CASE("lost: half a comparison clears nothing, and the other half cannot", "[pipeline]") {
  Rig rig{of_two_sources(joint_of(RuleKind::deviation, 5))};
  rig.send(1s, "a/b/c 20");
  send_from_tanks(rig, 2s, "a/b/d 10");
  CHECK(rig.alarms() == "2s raised H a/b/c 10");
  rig.feed(lost("tanks"), 3s);
  rig.send(4s, "a/b/c 10");
  CHECK(rig.alarms().empty());
  rig.feed(connected("tanks"), 5s);
  CHECK(rig.alarms() == "5s returned a/b/c 0");
}

TEST_CASE("lost: those that are left still vote", "[pipeline]") {
  RuleSpec vote = joint_of(RuleKind::vote, 0);
  vote.limits.clear();
  vote.terms = {{"a/b/c", 1}, {"a/b/d", 1}};
  vote.trigger.above = 80;
  vote.times = 1;
  Rig rig{of_two_sources(vote)};
  rig.send(1s, "a/b/c 20");
  send_from_tanks(rig, 2s, "a/b/d 10");
  rig.feed(lost("tanks"), 3s);
  rig.send(4s, "a/b/c 90");
  CHECK(rig.alarms() == "4s raised on a/b/c 1");
}

TEST_CASE("lost: what is computed from a lost tag clears and raises nothing until it is back",
          "[pipeline]") {
  for (const bool restarted : {false, true}) {
    CAPTURE(restarted);
    Plant plant = of_two_sources(limit_of("sum", "a/b/sum", 25));
    plant.tags.push_back(tag_of("a/b/sum"));
    plant.tags.back().expression = "`a/b/c` + `a/b/d`";
    Rig rig{plant};
    rig.send(1s, "a/b/c 20");
    send_from_tanks(rig, 2s, "a/b/d 10");
    CHECK(rig.alarms() == "2s raised H a/b/sum 30");
    rig.feed(lost("tanks"), 3s);
    if (restarted) restart(rig);
    rig.send(4s, "a/b/c 1");
    CHECK(rig.alarms().empty());
    rig.feed(connected("tanks"), 5s);
    CHECK(rig.alarms() == "5s returned a/b/sum 11");
  }
}

TEST_CASE("lost: a command that nobody follows is told, though its feedback was away then",
          "[pipeline]") {
  RuleSpec rule = joint_of(RuleKind::mismatch, 0);
  rule.limits.clear();
  rule.within = 10s;
  Rig rig{of_two_sources(rule)};
  rig.send(1s, "a/b/c 0");
  send_from_tanks(rig, 2s, "a/b/d 0");
  rig.feed(gone, 3s);
  send_from_tanks(rig, 4s, "a/b/d 1");
  rig.tick(1min);
  CHECK(rig.alarms().empty());
  rig.feed(connected(), 1min);
  rig.tick(1min + 9s);
  CHECK(rig.alarms().empty());
  rig.tick(1min + 10s);
  CHECK(rig.alarms() == "1m10s raised on a/b/c 0");
}

TEST_CASE("lost: a tag that another source has taken over is not", "[pipeline]") {
  Rig rig{of_two_sources(delayed(10s, 0s))};
  rig.send(1s, "a/b/c 20");
  rig.feed(gone, 2s);
  send_from_tanks(rig, 3s, "a/b/c 90");
  rig.tick(13s);
  CHECK(rig.alarms() == "13s raised H a/b/c 90");
}

TEST_CASE("pause: nothing that waits for data is due, and it moves by the time that it took",
          "[pipeline]") {
  RuleSpec silent = limit_of("silent", "a/b/d", 0);
  silent.kind = RuleKind::stale;
  silent.limits.clear();
  silent.after = 60s;
  for (const bool restarted : {false, true}) {
    CAPTURE(restarted);
    Rig rig{plant_of({delayed(10s, 0s), silent})};
    rig.show_quality();
    rig.send(1s, "a/b/c 90\na/b/d 1");
    rig.feed(Pause{true}, 2s);
    rig.feed(gone, 3s);  // we closed it ourselves, for it was too much
    CHECK_FALSE(rig.pipeline().next_deadline());
    rig.tick(5min);
    if (restarted) restart(rig);
    rig.tick(10min);
    CHECK(rig.alarms().empty());
    rig.feed(Pause{false}, 10min + 2s);
    rig.feed(connected(), 10min + 3s);
    rig.tick(10min + 10s);
    CHECK(rig.alarms().empty());
    rig.tick(10min + 12s);
    CHECK(rig.alarms() == "10m12s raised H a/b/c 90");
    rig.tick(20min);
    CHECK(rig.alarms() == "11m1s raised on a/b/d");
  }
}

TEST_CASE("pause: what came meanwhile is judged, and a start ends it too", "[pipeline]") {
  Rig rig{plant_of({limit_of("now", "a/b/d", 80), delayed(10s, 0s)})};
  rig.feed(Pause{true}, 1s);
  rig.send(2s, "a/b/d 90\na/b/c 90");
  CHECK(rig.alarms() == "2s raised H a/b/d 90");
  rig.tick(1min);
  CHECK(rig.alarms().empty());
  rig.feed(Start{10s}, 1min + 1s);
  rig.tick(1min + 10s);
  CHECK(rig.alarms().empty());
  rig.tick(1min + 11s);
  CHECK(rig.alarms() == "1m11s raised H a/b/c 90");
}

TEST_CASE("pause: what began within it takes no longer than what begins at its end", "[pipeline]") {
  RuleSpec silent = limit_of("silent", "a/b/d", 0);
  silent.kind = RuleKind::stale;
  silent.limits.clear();
  silent.after = 60s;
  Rig rig{plant_of({delayed(10s, 0s), silent})};
  rig.send(1s, "a/b/d 1");
  rig.feed(Pause{true}, 2s);
  rig.send(1h, "a/b/c 90\na/b/d 1");
  rig.feed(Pause{false}, 1h + 1s);
  rig.tick(1h + 10s);
  CHECK(rig.alarms().empty());
  rig.tick(2h);
  CHECK(rig.alarms() == "1h11s raised H a/b/c 90; 1h1m1s raised on a/b/d");
}

TEST_CASE("pause: a source that is lost within it is told of no later than one lost at its end",
          "[pipeline]") {
  Rig rig{plant_of({delayed(10s, 0s)})};
  rig.show_quality();
  rig.send(1s, "a/b/c 70");
  rig.feed(Pause{true}, 2s);
  rig.feed(gone, 1h);
  rig.feed(Pause{false}, 1h + 1s);
  rig.tick(1h + 10s);
  CHECK(rig.alarms().empty());
  rig.tick(2h);
  CHECK(rig.alarms() == "1h11s raised on source/park");
}

TEST_CASE("pause: what a lost source halts within it has run until it began", "[pipeline]") {
  Rig rig{plant_of({delayed(0s, 50s)})};
  rig.send(1s, "a/b/c 90");
  rig.send(2s, "a/b/c 70");
  (void)rig.alarms();
  rig.feed(Pause{true}, 12s);
  rig.feed(gone, 2min);  // at high water we close it ourselves
  rig.feed(Pause{false}, 3min);
  rig.feed(connected(), 4min);
  rig.tick(4min + 39s);
  CHECK(rig.alarms().empty());
  rig.tick(4min + 40s);
  CHECK(rig.alarms() == "4m40s returned a/b/c 70");
}

TEST_CASE("pause: the hours of a rule begin and end within it", "[pipeline]") {
  RuleSpec night = limit_of("night", "a/b/c", 80);
  night.hours = {1min, 2min};
  Rig rig{plant_of({night})};
  rig.feed(Pause{true}, 10s);
  rig.send(70s, "a/b/c 90");
  CHECK(rig.alarms() == "1m10s raised H a/b/c 90");
  rig.tick(3min);
  CHECK(rig.alarms() == "2m returned a/b/c 90");
}

TEST_CASE("pause: what people ordered ends when they said", "[pipeline]") {
  Rig rig{plant_of({limit_of("level", "a/b/c", 80)})};
  rig.send(1s, "a/b/c 90");
  AlarmCommand shelve;
  shelve.rule = "level";
  shelve.tag = "a/b/c";
  shelve.length = 1min;
  shelve.comment = "work";
  rig.feed(Command{"li", shelve}, 2s);
  rig.feed(Pause{true}, 10s);
  (void)rig.alarms();
  rig.tick(10min);
  CHECK(rig.alarms() == "1m2s unshelved H a/b/c 90");
}

TEST_CASE("pause: a step of the clock within it is no part of it", "[pipeline]") {
  Rig rig{plant_of({delayed(10s, 0s)})};
  rig.send(1s, "a/b/c 90");
  rig.feed(Pause{true}, 2s);
  rig.feed(ClockStep{1h}, 3s);
  rig.feed(Pause{false}, 1h + 4s);
  rig.tick(1h + 12s);
  CHECK(rig.alarms().empty());
  rig.tick(1h + 13s);
  CHECK(rig.alarms() == "1h13s raised H a/b/c 90");
}

}  // namespace lost_test
