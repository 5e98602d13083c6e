// tests/unit/pipeline/sources_test.cpp - Lost sources, commands, starts and steps of the clock.
#include <catch2/catch.hpp>

#include "rig.h"

namespace sources_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

Command ack(std::string rule, std::string tag, std::uint64_t occurrence) {
  return {"li", AcknowledgeAlarm{std::move(rule), std::move(tag), occurrence, "seen"}};
}

std::string reply(const Rig& rig) {
  const Reply& last = const_cast<Rig&>(rig).facts().replies.back();
  return last.result ? "done" : last.result.error().message;
}

}  // namespace

TEST_CASE("sources: one that is lost for 10 s raises, until it is connected", "[pipeline]") {
  Rig rig{plant_of({})};
  rig.show_quality();
  rig.feed(SourceCondition{"park", false, true, "connection refused"}, 1s);
  rig.feed(SourceCondition{"park", false, true, "timed out"}, 5s);  // still lost since 1 s
  rig.tick(10s);
  CHECK(rig.alarms().empty());
  rig.tick(12s);
  CHECK(rig.alarms() == "11s raised on source/park");
  const AlarmEvent raised = rig.facts().transitions[0];
  CHECK(raised.rule == "quality");
  CHECK(raised.priority == Priority::high);
  CHECK(raised.group == "parkwatch");
  CHECK(raised.message.en == "source park is lost: connection refused");
  rig.feed(SourceCondition{"park", true, true, ""}, 20s);
  CHECK(rig.alarms() == "20s returned source/park");
}

TEST_CASE("sources: one that comes back in time raises nothing", "[pipeline]") {
  Rig rig{plant_of({})};
  rig.show_quality();
  rig.feed(SourceCondition{"park", false, true, ""}, 1s);
  rig.feed(SourceCondition{"park", true, true, ""}, 9s);
  rig.tick(1h);
  CHECK(rig.alarms().empty());
  rig.feed(SourceCondition{"nobody", false, true, ""}, 1h);
  rig.tick(2h);
  CHECK(rig.alarms().empty());
  CHECK(rig.facts().inputs.size() == 4);  // recorded all the same
}

TEST_CASE("sources: our own absence is no absence of the source", "[pipeline]") {
  Rig rig{plant_of({})};
  rig.show_quality();
  rig.feed(SourceCondition{"park", false, true, ""}, 1s);
  rig.feed(Start{1h}, 1h + 5s);
  rig.tick(1h + 10s);
  CHECK(rig.alarms().empty());
  rig.tick(1h + 11s);
  CHECK(rig.alarms() == "1h11s raised on source/park");
}

TEST_CASE("sources: one that leaves the configuration takes its alarm along", "[pipeline]") {
  Rig rig{plant_of({})};
  rig.show_quality();
  rig.feed(SourceCondition{"park", false, true, ""}, 1s);
  rig.tick(20s);
  (void)rig.alarms();
  Plant plant = plant_of({});
  plant.sources[0].name = "other";
  rig.use(plant, 30s);
  CHECK(rig.alarms() == "30s removed source/park");
}

TEST_CASE("commands: acknowledging answers and is journaled with its author", "[pipeline]") {
  Rig rig{plant_of({limit_of("level", "a/b/c", 80)})};
  rig.feed(ack("level", "a/b/c", 1), 1s);
  CHECK(reply(rig) == "nothing to acknowledge: level on a/b/c is now normal");
  rig.feed(ack("no-rule", "a/b/c", 1), 1s);
  CHECK(rig.facts().replies.back().result.error().kind == ErrorKind::not_found);
  rig.send(2s, "a/b/c 81");
  rig.feed(ack("level", "a/b/c", 9), 3s);
  CHECK(rig.facts().replies.back().result.error().kind == ErrorKind::conflict);
  CHECK_THAT(reply(rig), Catch::Contains("unacknowledged (H), occurrence 1"));
  rig.feed(ack("level", "a/b/c", 1), 4s);
  CHECK(reply(rig) == "done");
  CHECK(rig.facts().replies.back().sequence == 6);
  const AlarmEvent& event = rig.facts().transitions.back();
  CHECK(event.kind == TransitionKind::acknowledged);
  CHECK(event.author == "li");
  CHECK(event.sequence == 6);
  CHECK(rig.facts().inputs.size() ==
        6);  // with the source of the tag; every command is kept, also the refused ones
}

TEST_CASE("commands: a consumer's command passes through", "[pipeline]") {
  Rig rig{plant_of({})};
  rig.show_quality();
  ConsumerCommand put;
  put.name = "central";
  rig.feed(Command{"admin", put}, 1s);
  CHECK(reply(rig) == "done");
  REQUIRE(rig.facts().inputs.size() == 2);
  CHECK(std::get<Command>(rig.facts().inputs[1].body) == Command{"admin", put});
}

TEST_CASE("commands: what is not UTF-8 is made so, or nothing could read it back", "[pipeline]") {
  Rig rig{plant_of({})};
  rig.show_quality();
  const AcknowledgeAlarm bad{"r\xc3(", "t\x80", 1, "\xe6\xb6\xb2 \xe6\xb6"};
  rig.feed(Command{"l\xffi", bad}, 1s);
  const Command kept = std::get<Command>(rig.facts().inputs.back().body);
  CHECK(kept == Command{"l?i", AcknowledgeAlarm{"r?(", "t?", 1, "\xe6\xb6\xb2 ??"}});
  rig.feed(SourceCondition{"park", false, true, "\xfe" + std::string(5000, 'x')}, 2s);
  rig.tick(20s);
  const std::string message = rig.facts().transitions.back().message.en;
  CHECK_THAT(message, Catch::StartsWith("source park is lost: ?x"));
  CHECK(message.size() < 1100);
}

TEST_CASE("clock: a step moves what waits, either way, and does not let time pass", "[pipeline]") {
  for (const Duration by : {Duration{1h}, Duration{-1h}}) {
    RuleSpec rule = limit_of("level", "a/b/c", 80);
    rule.limits[0].on_delay = 10s;
    RuleSpec stale = limit_of("silent", "a/b/c", 0);
    stale.kind = RuleKind::stale;
    stale.after = 30s;
    Rig rig{plant_of({rule, stale})};
    const Duration base = 2h;
    rig.tick(29s);
    rig.send(base, "a/b/c 81");
    (void)rig.alarms();
    rig.feed(ClockStep{by}, base + 5s);
    CAPTURE(by.count());
    CHECK(rig.alarms().empty());
    CHECK(rig.pipeline().next_deadline() == day + base + 10s + by);
    rig.tick(base + 12s + by);
    CHECK(rig.alarms() == to_text(base + 10s + by) + " raised H a/b/c 81");
    rig.tick(base + 31s + by);
    CHECK(rig.alarms() == to_text(base + 30s + by) + " raised on a/b/c");
  }
}

TEST_CASE("clock: what was due before the step is stamped by the old clock", "[pipeline]") {
  RuleSpec rule = limit_of("level", "a/b/c", 80);
  rule.limits[0].on_delay = 10s;
  Rig rig{plant_of({rule})};
  rig.send(1s, "a/b/c 81");
  rig.feed(ClockStep{1h}, 20s);
  CHECK(rig.alarms() == "11s raised H a/b/c 81");
}

TEST_CASE("clock: a tag without source time is judged by what we saw", "[pipeline]") {
  RuleSpec rule = limit_of("level", "a/b/c", 80);
  rule.limits[0].on_delay = 10s;
  Rig rig{plant_of({rule})};
  rig.send(1s, "a/b/c 81");
  rig.feed(Start{1h}, 1h + 2s);
  rig.send(1h + 3s, "a/b/c 70");
  rig.tick(2h);
  CHECK(rig.alarms().empty());
}

TEST_CASE("clock: with source time, what the broker kept lets time pass", "[pipeline]") {
  RuleSpec rule = limit_of("level", "a/b/c", 80);
  rule.limits[0].on_delay = 10s;
  RuleSpec stale = limit_of("silent", "a/b/c", 0);
  stale.kind = RuleKind::stale;
  stale.after = 30s;
  Rig rig{plant_of({rule, stale})};
  rig.send(1s, "a/b/c 81 t=1000000");
  rig.feed(Start{1h}, 1h + 2s);
  rig.send(1h + 3s, "a/b/c 81 t=11000000\na/b/c 70 t=12000000");
  CHECK(rig.alarms() == "11s raised H a/b/c 81; 1h3s returned a/b/c 70");
  rig.send(1h + 3s, "a/b/c 70 t=50000000");
  CHECK(rig.alarms() == "42s raised on a/b/c; 1h3s returned a/b/c");
}

TEST_CASE("clock: transitions of one alarm are never stamped backwards", "[pipeline]") {
  RuleSpec rule = limit_of("level", "a/b/c", 80);
  rule.limits[0].off_delay = 2s;
  Rig rig{plant_of({rule})};
  // A device that lags by 20 s.
  rig.send(100s, "a/b/c 81 t=80000000");
  rig.send(101s, "a/b/c 70 t=81000000");
  rig.send(102s, "a/b/c 70 t=85000000");
  CHECK(rig.alarms() == "1m40s raised H a/b/c 81; 1m40s returned a/b/c 70");
}

}  // namespace sources_test
