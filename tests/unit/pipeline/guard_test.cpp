// tests/unit/pipeline/guard_test.cpp - suppress_when: what it says reaches the alarm of each tag.
#include <algorithm>
#include <catch2/catch.hpp>

#include "hiding.h"
#include "parkwatch/v1/snapshot.pb.h"
#include "rig.h"
#include "series.h"

namespace guard_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

// `a/b/d` says that the device is out of service.
RuleSpec guarded(std::string text = "`{site}/{device}/d` == 1") {
  RuleSpec rule = limit_of("limit", "a/b/c", 5);
  rule.alarm.suppress_when = std::move(text);
  return rule;
}

// "1s suppressed none" each, divided by "; ": when, kind and notice.
std::string told(Rig& rig) {
  std::string text;
  for (const AlarmEvent& e : rig.facts().transitions) {
    if (e.rule != "limit") continue;
    text += (text.empty() ? "" : "; ") + to_text(e.at - day) + " ";
    text += std::string{to_text(e.kind)} + " " + std::string{to_text(e.notice)};
  }
  rig.facts().transitions.clear();
  return text;
}

Command check_loop(double value) {
  LoopCheckCommand c;
  c.tag = "a/b/d";
  c.value = value;
  c.length = 60s;
  c.reason = "test";
  return {"wang", c, true};
}

Plant with_types(Plant plant, ValueType type) {
  plant.tags[1].type = type;
  return plant;
}

}  // namespace

TEST_CASE("suppress_when: hides the alarm before the reading that would raise it is judged",
          "[pipeline]") {
  Rig rig{plant_of({guarded()})};
  rig.send(1s, "a/b/d 1");
  rig.send(2s, "a/b/c 9");
  CHECK((rig.facts().transitions.back().flags & alarm_suppressed) != 0);
  CHECK(told(rig) == "1s suppressed none; 2s raised none");
  rig.send(3s, "a/b/c 1");
  CHECK(told(rig) == "3s returned none");  // evaluated and in the journal all the while
}

TEST_CASE("suppress_when: what still stands is announced after the recheck, once", "[pipeline]") {
  RuleSpec rule = guarded();
  rule.alarm.recheck = 20s;
  Rig rig{plant_of({rule})};
  rig.send(1s, "a/b/c 9");
  rig.send(2s, "a/b/d 1");
  CHECK(told(rig) == "1s raised opens; 2s suppressed updates");
  rig.send(60s, "a/b/d 0");
  rig.send(70s, "a/b/d 1");  // within the recheck: nothing happens
  rig.tick(100s);
  CHECK(told(rig).empty());
  rig.send(101s, "a/b/d 0");
  rig.tick(10min);
  CHECK(told(rig) == "2m1s unsuppressed updates");
  rig.send(11min, "a/b/c 1");
  CHECK(told(rig) == "11m returned closes");
}

TEST_CASE("suppress_when: a message that stops the pump and empties the pipe alarms nobody",
          "[pipeline]") {
  RuleSpec rule = limit_of("limit", "a/b/c", 5);
  rule.limits[0].level = Level::low;
  rule.alarm.suppress_when = "!`{site}/{device}/d`";
  Rig rig{with_types(plant_of({rule}), ValueType::boolean)};
  rig.send(1s, "a/b/d true\na/b/c 9");
  rig.send(2s, "a/b/d false\na/b/c 0");
  CHECK(told(rig) == "2s suppressed none; 2s raised none");
}

TEST_CASE("suppress_when: bad data, none or a first value of unknown age hides nothing",
          "[pipeline]") {
  RuleSpec rule = guarded();
  rule.alarm.recheck = 10s;
  Rig rig{plant_of({rule})};
  rig.send(1s, "a/b/c 9");  // d was never seen
  CHECK(told(rig) == "1s raised opens");
  rig.send_mqtt(2s, "a/b/d 1", 0, false, true);
  rig.send(3s, "a/b/d 1 q=bad");
  CHECK(told(rig).empty());
  rig.send(4s, "a/b/d 1 q=uncertain");
  CHECK(told(rig) == "4s suppressed updates");
  rig.send(60s, "a/b/d 1 q=bad");
  rig.tick(2min);
  CHECK(told(rig) == "1m10s unsuppressed updates");
  rig.send(3min, "a/b/d 1");
  CHECK(told(rig) == "3m suppressed updates");
  rig.tick(1h);  // silence is no news: `stale` is for that
  rig.send(2h, "a/b/d 1 h t=1");
  rig.send(2h, "a/b/d 0 h t=1");
  CHECK(told(rig).empty());
}

TEST_CASE("suppress_when: what gives no number hides nothing", "[pipeline]") {
  RuleSpec rule = guarded("1 / (`a/b/d` - 3)");
  rule.alarm.recheck = 0s;
  Rig rig{plant_of({rule})};
  rig.send(1s, "a/b/d 2");
  rig.send(2s, "a/b/d 3");
  rig.send(3s, "a/b/d 4");
  CHECK(told(rig) == "1s suppressed none; 2s unsuppressed none; 3s suppressed none");
}

TEST_CASE("suppress_when: one unknown operand of several hides nothing, whatever the others say",
          "[pipeline]") {
  Plant plant = plant_of({guarded("`a/b/d` == 1 || `a/b/e` == 1")});
  plant.tags.push_back(tag_of("a/b/e"));
  Rig rig{std::move(plant)};
  rig.send(1s, "a/b/d 1");
  CHECK(told(rig).empty());
  rig.send(2s, "a/b/e 0");
  CHECK(told(rig) == "2s suppressed none");
}

TEST_CASE("suppress_when: a loop check's test value hides nothing, and the plant's does after it",
          "[pipeline]") {
  RuleSpec rule = guarded();
  rule.alarm.recheck = 5s;
  Rig rig{plant_of({rule})};
  rig.send(1s, "a/b/d 0\na/b/c 9");
  rig.feed(check_loop(1), 2s);
  CHECK(told(rig) == "1s raised opens");
  rig.send(30s, "a/b/d 1");  // of the plant, which is not looked at meanwhile
  CHECK(told(rig).empty());
  rig.tick(2min);
  CHECK(told(rig) == "1m2s suppressed updates");
  rig.feed(check_loop(1), 3min);
  rig.tick(10min);
  CHECK(told(rig) == "3m5s unsuppressed updates; 4m suppressed updates");
}

TEST_CASE("suppress_when: each tag of a pattern has its own", "[pipeline]") {
  RuleSpec rule = guarded("`{site}/{device}/off` == 1 && `a/b/d` > 0");
  rule.tags = {"a/p1/x", "a/p2/x"};
  Plant plant = plant_of({rule});
  for (const char* name : {"a/p1/x", "a/p2/x", "a/p1/off", "a/p2/off"}) {
    plant.tags.push_back(tag_of(name));
  }
  Rig rig{std::move(plant)};
  rig.send(1s, "a/b/d 1\na/p1/off 1\na/p2/off 0\na/p1/x 9\na/p2/x 9");
  CHECK(rig.alarms() == "1s suppressed a/p1/x; 1s raised H a/p1/x 9; 1s raised H a/p2/x 9");
  rig.send(2s, "a/p2/off 1");
  CHECK(rig.alarms() == "2s suppressed H a/p2/x 9");
}

TEST_CASE("suppress_when: sees computed tags with what they are computed from", "[pipeline]") {
  Plant plant = plant_of({guarded("`a/d/stopped`")});
  Tag stopped = tag_of("a/d/stopped", ValueType::boolean);
  stopped.expression = "`a/b/d` < 1";
  plant.tags.push_back(stopped);
  Rig rig{std::move(plant)};
  rig.send(1s, "a/b/d 0\na/b/c 9");
  CHECK(told(rig) == "1s suppressed none; 1s raised none");
}

TEST_CASE("suppress_when: is looked at when a configuration comes into force", "[pipeline]") {
  Rig rig{plant_of({limit_of("limit", "a/b/c", 5)})};
  rig.send(1s, "a/b/d 1\na/b/c 1");
  Plant second = plant_of({guarded()});
  second.hash = "plant-2";
  rig.use(second, 2s);
  rig.send(3s, "a/b/c 9");
  CHECK(told(rig) == "2s suppressed none; 3s raised none");
  Plant third = plant_of({guarded()});  // the same rule: nothing changes
  third.hash = "plant-3";
  rig.use(third, 4s);
  CHECK(told(rig).empty());
  Plant fourth = plant_of({limit_of("limit", "a/b/c", 5)});
  fourth.hash = "plant-4";
  rig.use(fourth, 5s);
  CHECK(told(rig) == "5s removed none; 5s raised opens");
}

TEST_CASE("suppress_when: goes on after a restart, its recheck moved by our absence",
          "[pipeline]") {
  RuleSpec rule = guarded();
  const auto plant = std::make_shared<const Plant>(plant_of({rule}));
  pipeline::Pipeline before;
  Facts facts;
  std::uint64_t sequence = 0;
  const auto feed = [&](pipeline::Pipeline& to, Duration at, auto body) {
    const Input input{++sequence, day + at, std::move(body)};
    to.step(day + at, {&input, 1}, facts);
  };
  const auto send = [&](pipeline::Pipeline& to, Duration at, const std::string& payload) {
    Message message;
    message.payload = payload;
    feed(to, at, std::move(message));
  };
  feed(before, 0s, NewPlant{plant});
  send(before, 1s, "a/b/d 1\na/b/c 9");
  send(before, 2s, "a/b/d 0");
  v1::Snapshot snapshot;
  before.snapshot(snapshot);
  auto after = pipeline::Pipeline::restore(snapshot, plant);
  REQUIRE(after.ok());
  facts.transitions.clear();
  feed(*after, 1h, Start{1h - 2s});
  CHECK(facts.transitions.empty());
  after->step(day + 2h, {}, facts);
  REQUIRE(facts.transitions.size() == 1);
  CHECK(facts.transitions[0].kind == TransitionKind::unsuppressed);
  CHECK(facts.transitions[0].at == day + 1h + 30s);
  CHECK(facts.transitions[0].notice == Notice::opens);
}

namespace {

// While the last value is good and above, and the recheck after it.
Spans hidden_spans(const reference::Series& series, double above, Duration recheck) {
  Spans spans;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (series[i].value.value_or(0) <= above) continue;
    const bool last = i + 1 == series.size();
    const Timestamp until = last ? timestamp_max : series[i + 1].at + recheck;
    if (!spans.empty() && spans.back().until >= series[i].at) {
      spans.back().until = until;
    } else {
      spans.push_back({series[i].at, until});
    }
  }
  return spans;
}

// So slow that nothing chatters: an alarm that does closes only when it is calm.
Pair slow_pair(std::uint64_t seed) {
  Pair pair = random_pair(seed);
  for (reference::Series* series : {&pair.a, &pair.b}) {
    for (reference::Point& p : *series) p.at = day + (p.at - day) * 30;
  }
  return pair;
}

}  // namespace

TEST_CASE("suppress_when: random series are told exactly as the reference says",
          "[pipeline][property]") {
  std::size_t hidden_raises = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    const Pair pair = slow_pair(seed);
    RuleSpec rule = limit_of("limit", "a/b/c", 55);
    rule.limits[0].deadband = 3;
    rule.limits[0].on_delay = 31s;
    rule.alarm.suppress_when = "`a/b/d` > 50";
    rule.alarm.recheck = seed % 2 == 0 ? 0s : 300s;
    const Duration whole = 30 * length + 10min;
    const Spans hidden = hidden_spans(pair.b, 50, rule.alarm.recheck);
    const auto changes = reference::levels(rule.limits, pair.a, day + whole);

    Rig rig{plant_of({rule})};
    feed_pair(rig, pair);
    rig.tick(whole);
    reference::Changes judged;
    for (const AlarmEvent& e : rig.facts().transitions) {
      if (e.rule != "limit") continue;
      if (e.kind == TransitionKind::raised || e.kind == TransitionKind::returned) {
        judged.push_back({e.at, e.level});
        REQUIRE(((e.flags & alarm_suppressed) != 0) == is_in(hidden, e.at));
        if (e.level != Level::none && is_in(hidden, e.at)) ++hidden_raises;
      }
    }
    REQUIRE(judged == changes);
    REQUIRE(notices_in(rig.facts().transitions, "limit") ==
            notices_of(changes, hidden, day + whole));
  }
  CHECK(hidden_raises > 100);
}

}  // namespace guard_test
