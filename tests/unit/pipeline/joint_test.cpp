// tests/unit/pipeline/joint_test.cpp - Deviations, balances, votes and mismatches through the
// pipeline: bad, late and missing data too.
#include <catch2/catch.hpp>

#include "rig.h"

namespace joint_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

RuleSpec joint_of(RuleKind kind, std::vector<Term> terms) {
  RuleSpec rule = limit_of("joint", "a/b/c", 10);
  rule.kind = kind;
  rule.terms = std::move(terms);
  rule.limits[0].deadband = 1;
  return rule;
}

RuleSpec deviation() { return joint_of(RuleKind::deviation, {{"a/b/d", 1}}); }

RuleSpec mismatch() {
  RuleSpec rule = joint_of(RuleKind::mismatch, {{"a/b/d", 1}});
  rule.within = 10s;
  return rule;
}

RuleSpec vote() {
  RuleSpec rule = joint_of(RuleKind::vote, {{"a/b/c", 1}, {"a/b/d", 1}, {"a/b/e", 1}});
  rule.trigger.above = 10;
  rule.times = 2;
  return rule;
}

Plant three_tags(const RuleSpec& rule) {
  Plant plant = plant_of({rule});
  plant.tags.push_back(tag_of("a/b/e"));
  return plant;
}

}  // namespace

TEST_CASE("deviation: is judged at a reading of either tag, once both are known", "[pipeline]") {
  Rig rig{plant_of({deviation()})};
  rig.send(1s, "a/b/c 50");
  CHECK(rig.alarms().empty());
  rig.send(2s, "a/b/d 61");
  CHECK(rig.alarms() == "2s raised H a/b/c 11");
  CHECK(rig.facts().transitions[0].reading_sequence == 3);
  CHECK(rig.facts().transitions[0].message.en == "a/b/c and a/b/d differ, H: 11  (limit 10 )");
  rig.send(3s, "a/b/c 52");
  CHECK(rig.alarms().empty());  // inside the deadband
  rig.send(4s, "a/b/c 52.5");
  CHECK(rig.alarms() == "4s returned a/b/c 8.5");
}

TEST_CASE("deviation: neither raises nor clears while one of them is bad", "[pipeline]") {
  Rig rig{plant_of({deviation()})};
  rig.send(1s, "a/b/c 50\na/b/d 50");
  rig.send(2s, "a/b/d 0 q=bad");
  rig.send(3s, "a/b/c 99");
  CHECK(rig.alarms().empty());
  rig.send(4s, "a/b/d 50");
  CHECK(rig.alarms() == "4s raised H a/b/c 49");
  rig.send(5s, "a/b/c 50 q=bad");
  rig.send(6s, "a/b/d 99");
  CHECK(rig.alarms().empty());
}

TEST_CASE("deviation: late readings are judged, historical ones are not", "[pipeline]") {
  Rig rig{plant_of({deviation()})};
  rig.send(5min, "a/b/c 50 t=10000000\na/b/d 99 t=11000000 h");
  CHECK(rig.alarms().empty());
  rig.send(5min + 1s, "a/b/d 99 t=12000000");
  CHECK(rig.alarms() == "5m1s raised H a/b/c 49");
}

TEST_CASE("balance: a weighted sum with two sides", "[pipeline]") {
  RuleSpec rule = joint_of(RuleKind::balance, {{"a/b/c", 1}, {"a/b/d", -2}});
  rule.limits.insert(rule.limits.begin(), {.level = Level::low, .at = -10, .deadband = 1});
  rule.unit = "m3/h";
  Rig rig{plant_of({rule})};
  rig.send(1s, "a/b/c 100\na/b/d 50");
  CHECK(rig.alarms().empty());
  rig.send(2s, "a/b/d 44");
  CHECK(rig.alarms() == "2s raised H a/b/c 12");
  CHECK(rig.facts().transitions[0].unit == "m3/h");
  rig.send(3s, "a/b/d 56");
  CHECK(rig.alarms() == "3s level_changed L a/b/c -12");
}

TEST_CASE("vote: two of three", "[pipeline]") {
  Rig rig{three_tags(vote())};
  rig.send(1s, "a/b/c 20\na/b/d 5\na/b/e 5");
  CHECK(rig.alarms().empty());
  rig.send(2s, "a/b/e 20");
  CHECK(rig.alarms() == "2s raised on a/b/c 2");
  CHECK(rig.facts().transitions[0].limit == 2.0);
  rig.send(3s, "a/b/c 5");
  CHECK(rig.alarms() == "3s returned a/b/c 1");
}

TEST_CASE("vote: a bad member holds it only where its vote would decide", "[pipeline]") {
  Rig rig{three_tags(vote())};
  rig.send(1s, "a/b/c 20\na/b/d 20\na/b/e 5 q=bad");
  CHECK(rig.alarms() == "1s raised on a/b/c 2");  // two are two, whatever the third says
  rig.send(2s, "a/b/d 5");
  CHECK(rig.alarms().empty());  // one, and one that nobody knows
  rig.send(3s, "a/b/c 5");
  CHECK(rig.alarms() == "3s returned a/b/c 0");
}

TEST_CASE("mismatch: a bad command in between does not begin the time to follow anew",
          "[pipeline]") {
  Rig rig{plant_of({mismatch()})};
  rig.send(0s, "a/b/c 0\na/b/d 0");
  rig.send(1s, "a/b/d 1");
  rig.send(5s, "a/b/d 0 q=bad");
  rig.send(6s, "a/b/d 1");
  rig.tick(1min);
  CHECK_THAT(rig.alarms(), Catch::Contains("12s raised on a/b/c 0"));  // 1 s it stood still
}

TEST_CASE("mismatch: the feedback has its time to follow", "[pipeline]") {
  Rig rig{plant_of({mismatch()})};
  rig.send(0s, "a/b/c 0\na/b/d 0");
  rig.send(1s, "a/b/d 1");
  rig.send(9s, "a/b/c 1");
  rig.tick(1min);
  CHECK(rig.alarms().empty());
  rig.send(61s, "a/b/d 0");
  CHECK(rig.pipeline().next_deadline() == day + 71s);
  rig.tick(71s);
  CHECK(rig.alarms() == "1m11s raised on a/b/c 1");
  CHECK(rig.facts().transitions[0].message.en == "a/b/c did not follow a/b/d within 10 s, it is 1");
  rig.send(80s, "a/b/c 0");
  CHECK(rig.alarms() == "1m20s returned a/b/c 0");
}

TEST_CASE("mismatch: another command gives another ten seconds", "[pipeline]") {
  Rig rig{plant_of({mismatch()})};
  rig.send(0s, "a/b/c 5\na/b/d 5");
  rig.send(1s, "a/b/d 1");
  rig.send(6s, "a/b/d 2");
  CHECK(rig.pipeline().next_deadline() == day + 16s);
  rig.send(8s, "a/b/d 2");  // the same one again does not
  CHECK(rig.pipeline().next_deadline() == day + 16s);
  rig.tick(16s);
  CHECK(rig.alarms() == "16s raised on a/b/c 5");
  rig.send(17s, "a/b/d 3");  // it stands, until it is followed
  CHECK(rig.alarms().empty());
}

TEST_CASE("mismatch: a bad feedback holds the time", "[pipeline]") {
  Rig rig{without_sources(plant_of({mismatch()}))};
  rig.send(0s, "a/b/c 0\na/b/d 0");
  rig.send(1s, "a/b/d 1");
  rig.send(4s, "a/b/c 0 q=bad");
  CHECK_FALSE(rig.pipeline().next_deadline());
  rig.send(50s, "a/b/c 0");
  CHECK(rig.pipeline().next_deadline() == day + 57s);
}

TEST_CASE("joint: a rule that names a tag that is not there has no alarm", "[pipeline]") {
  RuleSpec lost = deviation();
  lost.terms = {{"a/b/nowhere", 1}};
  RuleSpec short_of_one = deviation();
  short_of_one.id = "short";
  short_of_one.terms.clear();
  Rig rig{plant_of({lost, short_of_one})};
  rig.send(1s, "a/b/c 5\na/b/d 500");
  CHECK(rig.alarms().empty());
}

TEST_CASE("joint: a reload keeps what did not change and closes what did", "[pipeline]") {
  Rig rig{plant_of({deviation()})};
  rig.send(1s, "a/b/c 5\na/b/d 50");
  CHECK(rig.alarms() == "1s raised H a/b/c 45");
  Plant same = three_tags(deviation());
  same.hash = "plant-2";
  rig.use(same, 2s);
  CHECK(rig.alarms().empty());
  RuleSpec other = deviation();
  other.terms = {{"a/b/e", 1}};
  Plant changed = three_tags(other);
  changed.hash = "plant-3";
  rig.use(changed, 3s);
  CHECK(rig.alarms() == "3s removed a/b/c 45");
}

}  // namespace joint_test
