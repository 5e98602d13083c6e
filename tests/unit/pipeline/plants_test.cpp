// tests/unit/pipeline/plants_test.cpp - What a new configuration keeps, and what it closes.
#include <catch2/catch.hpp>

#include "rig.h"

namespace plants_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

RuleSpec delayed() {
  RuleSpec rule = limit_of("level", "a/b/c", 80);
  rule.limits[0].on_delay = 10s;
  return rule;
}

Plant second(std::vector<RuleSpec> rules) {
  Plant plant = plant_of(std::move(rules));
  plant.hash = "plant-2";
  return plant;
}

}  // namespace

TEST_CASE("plants: a rule that did not change keeps its alarm and its delay", "[pipeline]") {
  Rig rig{plant_of({delayed(), limit_of("other", "a/b/d", 5)})};
  rig.send(1s, "a/b/c 81\na/b/d 6");
  CHECK(rig.alarms() == "1s raised H a/b/d 6");
  // The same rules in another order, on one more tag, beside a new one.
  RuleSpec other = limit_of("other", "a/b/d", 5);
  other.tags.push_back("a/b/c");
  rig.use(second({other, limit_of("new", "a/b/d", 5), delayed()}), 5s);
  // The new rule, and the old one on its new tag; the old one on its old tag stands already.
  CHECK(rig.alarms() == "5s raised H a/b/c 81; 5s raised H a/b/d 6");
  rig.tick(11s);
  CHECK(rig.alarms() == "11s raised H a/b/c 81");
  CHECK(rig.facts().transitions.back().plant == "plant-2");
}

TEST_CASE("plants: a rule that changed or went closes its alarm, and what stands is told at once",
          "[pipeline]") {
  Rig rig{plant_of({limit_of("level", "a/b/c", 80), limit_of("gone", "a/b/c", 80),
                    limit_of("less", "a/b/d", 80)})};
  rig.send(1s, "a/b/c 81\na/b/d 81");
  (void)rig.alarms();
  RuleSpec less = limit_of("less", "a/b/d", 80);
  less.tags = {"a/b/c"};
  rig.use(second({limit_of("level", "a/b/c", 70), less}), 5s);
  CHECK(rig.alarms() ==
        "5s removed a/b/c 81; 5s removed a/b/c 81; 5s removed a/b/d 81; "
        "5s raised H a/b/c 81; 5s raised H a/b/c 81");
  CHECK(rig.facts().transitions.back().reading_sequence == 2);
  rig.send(6s, "a/b/c 81");
  CHECK(rig.alarms().empty());
}

TEST_CASE("plants: better texts of a rule close no alarm", "[pipeline]") {
  RuleSpec rule = limit_of("level", "a/b/c", 80);
  Rig rig{plant_of({rule})};
  rig.send(1s, "a/b/c 81");
  (void)rig.alarms();
  rule.message.en = "too much in the tank";
  rule.guidance.en = "close the valve {valve}";
  rule.columns["a/b/c"] = {{"valve", "V-1"}};
  rig.use(second({rule}), 5s);
  CHECK(rig.alarms().empty());
  rig.send(6s, "a/b/c 1");
  rig.send(7s, "a/b/c 81");
  CHECK(rig.alarms() == "6s returned a/b/c 1; 7s raised H a/b/c 81");
  CHECK(rig.facts().transitions.back().message.en == "too much in the tank");
  CHECK(rig.facts().transitions.back().guidance.en == "close the valve V-1");
  rule.columns["a/b/c"] = {{"valve", "V-2"}};
  rig.use(second({rule}), 8s);
  CHECK(rig.alarms().empty());
}

TEST_CASE("plants: a new rule judges what stands, a delay runs from then on", "[pipeline]") {
  Rig rig{plant_of({})};
  rig.send(1s, "a/b/c 81\na/b/d 81");
  RuleSpec delayed = limit_of("delayed", "a/b/c", 80);
  delayed.limits[0].on_delay = 10s;
  RuleSpec both = limit_of("both", "a/b/c", 0);
  both.kind = RuleKind::expr;
  both.limits.clear();
  both.expression = "`a/b/c` > 80 && `a/b/d` > 80";
  rig.use(second({delayed, both}), 5s);
  CHECK(rig.alarms() == "5s raised on a/b/c 81");
  rig.tick(20s);
  CHECK(rig.alarms() == "15s raised H a/b/c 81");
}

TEST_CASE("plants: a changed rule on a tag that is bad goes by its last good value, and waits",
          "[pipeline]") {
  RuleSpec rule = limit_of("level", "a/b/c", 80);
  Rig rig{plant_of({rule})};
  rig.send(1s, "a/b/c 81");
  rig.send(2s, "a/b/c 0 q=bad");
  (void)rig.alarms();
  rule.limits[0].at = 70;
  RuleSpec delayed = limit_of("delayed", "a/b/c", 80);
  delayed.limits[0].on_delay = 10s;
  rig.use(second({rule, delayed}), 5s);
  CHECK(rig.alarms() == "5s removed a/b/c 81; 5s raised H a/b/c 81");
  rig.tick(1min);
  CHECK(rig.alarms().find("raised H") == std::string::npos);
}

TEST_CASE("plants: a changed tag begins its rules anew, a better text does not", "[pipeline]") {
  Rig rig{plant_of({limit_of("level", "a/b/c", 80)})};
  rig.send(1s, "a/b/c 81");
  (void)rig.alarms();
  Plant plant = second({limit_of("level", "a/b/c", 80)});
  plant.tags[0].description.en = "the level";
  rig.use(plant, 2s);
  CHECK(rig.alarms().empty());
  CHECK(rig.pipeline().tag(0).version == 2);
  REQUIRE(rig.pipeline().tag(0).newest != nullptr);
  plant.tags[0].unit = "m";
  rig.use(plant, 3s);
  CHECK(rig.alarms() == "3s removed a/b/c 81");
  CHECK(rig.pipeline().tag(0).version == 3);
  CHECK(rig.pipeline().tag(0).newest == nullptr);  // a value in another unit says nothing
  CHECK(rig.facts().tags.back().tag.unit == "m");
  rig.use(plant, 4s);
  CHECK(rig.facts().tags.size() == 4);
}

TEST_CASE("plants: numbers of tags stay, also of those that leave and come back", "[pipeline]") {
  Rig rig{plant_of({})};
  Plant plant = second({});
  plant.tags = {tag_of("x/y/z"), tag_of("a/b/d")};
  rig.use(plant, 1s);
  rig.send(2s, "a/b/c 1\nx/y/z 2\na/b/d 3");
  CHECK(rig.readings() == "x/y/z=2 good -; a/b/d=3 good -");
  CHECK(rig.facts().readings[0].tag == 2);
  CHECK(rig.facts().readings[1].tag == 1);
  CHECK(rig.facts().refusals.size() == 1);
  rig.use(plant_of({}), 3s);
  rig.send(4s, "a/b/c 1");
  CHECK(rig.facts().readings.back().tag == 0);
  CHECK(rig.pipeline().tag(0).version == 1);
}

TEST_CASE("plants: auto-registered tags outlive a reload, and may become configured ones",
          "[pipeline]") {
  Plant plant = plant_of({});
  plant.sources[0].auto_register_max = 1;
  Rig rig{plant};
  rig.send(1s, "x/y/z 1.5");
  rig.use(second({}), 2s);
  rig.send(3s, "x/y/z 2.5");
  CHECK(rig.readings() == "x/y/z=1.5 good -; x/y/z=2.5 good -");
  Plant third = second({});
  third.hash = "plant-3";
  third.tags.push_back(tag_of("x/y/z"));
  rig.use(third, 4s);
  CHECK(rig.pipeline().tag(2).version == 2);
  CHECK_FALSE(rig.pipeline().tag(2).tag->auto_registered);
  CHECK(rig.pipeline().tag(2).newest != nullptr);
}

TEST_CASE("plants: silence of a tag that is known goes on, of an unseen one it begins",
          "[pipeline]") {
  Rig rig{plant_of({})};
  rig.send(10s, "a/b/c 1");
  RuleSpec stale = limit_of("silent", "a/b/c", 0);
  stale.kind = RuleKind::stale;
  stale.tags = {"a/b/c", "a/b/d"};
  stale.after = 30s;
  rig.use(second({stale}), 20s);
  rig.tick(60s);
  CHECK(rig.alarms() == "40s raised on a/b/c; 50s raised on a/b/d");
}

TEST_CASE("plants: a reload does not begin the silence of an unseen tag anew", "[pipeline]") {
  RuleSpec stale = limit_of("silent", "a/b/c", 0);
  stale.kind = RuleKind::stale;
  stale.after = 30s;
  Rig rig{plant_of({stale})};
  rig.use(second({stale}), 20s);
  rig.tick(60s);
  CHECK(rig.alarms() == "30s raised on a/b/c");
}

TEST_CASE("plants: silence that is too long already is told when the rule comes", "[pipeline]") {
  Rig rig{plant_of({})};
  rig.send(10s, "a/b/c 1");
  RuleSpec stale = limit_of("silent", "a/b/c", 0);
  stale.kind = RuleKind::stale;
  stale.after = 30s;
  rig.use(second({stale}), 100s);
  CHECK(rig.alarms() == "1m40s raised on a/b/c");
}

TEST_CASE("plants: a window goes on through a reload", "[pipeline]") {
  RuleSpec rule = limit_of("window", "a/b/c", 10);
  rule.kind = RuleKind::window;
  rule.window = {.aggregate = Aggregate::sum, .length = 1min};
  Rig rig{plant_of({rule})};
  rig.send(10s, "a/b/c 6");
  rig.use(second({rule}), 20s);
  rig.send(30s, "a/b/c 6");
  rig.send(61s, "a/b/c 0");
  CHECK(rig.alarms() == "1m raised H a/b/c 12");
}

TEST_CASE("plants: a clock alarm of a tag that leaves is closed", "[pipeline]") {
  Rig rig{plant_of({})};
  rig.send(1h, "a/b/c 1 t=3600000000");
  rig.send(1h, "a/b/c 1 t=1\na/b/c 1 t=2\na/b/c 1 t=3");
  CHECK(rig.alarms() == "1h raised on a/b/c");
  Plant plant = second({});
  plant.tags.erase(plant.tags.begin());
  rig.use(plant, 2h);
  CHECK(rig.alarms() == "2h removed a/b/c");
}

TEST_CASE("plants: a configuration that config should have refused harms nothing", "[pipeline]") {
  RuleSpec unknown = limit_of("unknown", "no/such/tag", 1);
  RuleSpec broken = limit_of("broken", "a/b/c", 1);
  broken.kind = RuleKind::expr;
  broken.expression = "1 +";
  RuleSpec foreign = broken;
  foreign.id = "foreign";
  foreign.expression = "`no/such/tag` > 1";
  Plant plant = plant_of({unknown, broken, foreign});
  for (const char* expression : {"1 +", "`no/such/tag`", "`a/d/1`"}) {
    Tag tag = tag_of("a/d/" + std::to_string(plant.tags.size()));
    tag.expression = expression;
    plant.tags.push_back(tag);
  }
  Tag circle = tag_of("a/d/circle");
  circle.expression = "`a/d/circle` + `a/b/c`";
  plant.tags.push_back(circle);
  Rig rig{plant};
  rig.send(1s, "a/b/c 5");
  CHECK(rig.readings() == "a/b/c=5 good -");
  CHECK(rig.alarms().empty());
}

}  // namespace plants_test
