// tests/unit/pipeline/unseen_test.cpp - A tag that has a rule and was never heard of is an alarm of
// its own.
#include <catch2/catch.hpp>

#include "rig.h"

namespace unseen_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

Plant expecting(std::vector<RuleSpec> rules) {
  Plant plant = plant_of(std::move(rules));
  plant.timing.never_seen_after = 1h;
  return plant;
}

RuleSpec both() {
  RuleSpec rule = limit_of("both", "a/b/c", 0);
  rule.kind = RuleKind::expr;
  rule.expression = "`a/b/c` > `a/b/d`";
  return rule;
}

}  // namespace

TEST_CASE("never seen: an hour after its rule came into force", "[pipeline]") {
  Rig rig{expecting({limit_of("limit", "a/b/c", 5)})};
  CHECK(rig.pipeline().next_deadline() == day + 1h);
  rig.tick(1h - 1us);
  CHECK(rig.alarms().empty());
  rig.tick(2h);
  CHECK(rig.alarms() == "1h raised on a/b/c");
  const AlarmEvent& e = rig.facts().transitions[0];
  CHECK(e.rule == "never-seen");
  CHECK(e.message.en == "a/b/c has rules but was never heard of for 1h");
  CHECK_FALSE(e.message.zh.empty());
  CHECK(e.limit == 3600.0);
  CHECK_FALSE(rig.pipeline().next_deadline());
  rig.send(3h, "a/b/c 1");
  CHECK(rig.alarms() == "3h returned a/b/c");
  CHECK(rig.facts().transitions[1].reading_sequence == 2);
  rig.tick(100h);
  CHECK(rig.alarms().empty());  // once seen, silence is for `stale`
}

TEST_CASE("never seen: nothing is expected of a tag without a rule, or of one that was seen",
          "[pipeline]") {
  Rig rig{expecting({limit_of("limit", "a/b/c", 5)})};
  rig.send(59min, "a/b/c 1");
  CHECK_FALSE(rig.pipeline().next_deadline());
  rig.tick(5h);
  CHECK(rig.alarms().empty());
}

TEST_CASE("never seen: every tag that a rule of several rests on", "[pipeline]") {
  Rig rig{expecting({both()})};
  rig.send(1s, "a/b/c 1");
  rig.tick(2h);
  CHECK(rig.alarms() == "1h raised on a/b/d");
}

TEST_CASE("never seen: bad readings and first values are not enough", "[pipeline]") {
  Rig rig{expecting({limit_of("limit", "a/b/c", 5)})};
  rig.send(1s, "a/b/c 1 q=bad");
  rig.send_mqtt(2s, "a/b/c 1", 0, false, true);
  rig.tick(2h);
  CHECK(rig.alarms() == "1h raised on a/b/c");
}

TEST_CASE("never seen: our own absence does not count", "[pipeline]") {
  Rig rig{expecting({limit_of("limit", "a/b/c", 5)})};
  rig.feed(Start{30min}, 40min);
  CHECK(rig.pipeline().next_deadline() == day + 90min);
}

TEST_CASE("never seen: a reload goes on waiting, and closes what is expected no more",
          "[pipeline]") {
  Rig rig{expecting({limit_of("limit", "a/b/c", 5)})};
  Plant second = expecting({limit_of("other", "a/b/c", 7), limit_of("more", "a/b/d", 7)});
  second.hash = "plant-2";
  rig.use(second, 30min);
  rig.tick(1h);
  CHECK(rig.alarms() == "1h raised on a/b/c");
  rig.tick(2h);
  CHECK(rig.alarms() == "1h30m raised on a/b/d");
  Plant third = expecting({limit_of("more", "a/b/d", 7)});
  third.hash = "plant-3";
  rig.use(third, 3h);
  CHECK(rig.alarms() == "3h removed a/b/c");
  third.timing.never_seen_after = 0h;
  third.hash = "plant-4";
  rig.use(third, 4h);
  CHECK(rig.alarms() == "4h removed a/b/d");
}

}  // namespace unseen_test
