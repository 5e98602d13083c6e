// tests/unit/pipeline/kinds_test.cpp - Rate, window, expression rules and derived tags through the
// pipeline.
#include <catch2/catch.hpp>

#include "rig.h"

namespace kinds_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

RuleSpec rate_rule() {
  RuleSpec rule = limit_of("rate", "a/b/c", 6);
  rule.kind = RuleKind::rate;
  rule.per = 1min;
  rule.over = 10s;
  return rule;
}

RuleSpec window_rule(bool calendar) {
  RuleSpec rule = limit_of("window", "a/b/c", 10);
  rule.kind = RuleKind::window;
  rule.window = {.aggregate = Aggregate::sum, .length = 1min, .calendar = calendar};
  return rule;
}

RuleSpec expr_rule(std::string expression) {
  RuleSpec rule = limit_of("expr", "a/b/c", 0);
  rule.kind = RuleKind::expr;
  rule.expression = std::move(expression);
  return rule;
}

Tag derived_tag(std::string name, std::string expression) {
  Tag tag = tag_of(std::move(name));
  tag.expression = std::move(expression);
  return tag;
}

}  // namespace

TEST_CASE("rate: a slope over the limit raises with the slope as its value", "[pipeline]") {
  Rig rig{plant_of({rate_rule()})};
  rig.send(0s, "a/b/c 0");
  rig.send(5s, "a/b/c 50");
  CHECK(rig.alarms().empty());  // nothing is old enough
  rig.send(10s, "a/b/c 2");
  CHECK(rig.alarms() == "10s raised H a/b/c 12");
  CHECK(rig.facts().transitions[0].unit == "/min");
  rig.send(20s, "a/b/c 2.5");
  CHECK(rig.alarms() == "20s returned a/b/c 3");
}

TEST_CASE("rate: bad readings are no part of a slope", "[pipeline]") {
  Rig rig{plant_of({rate_rule()})};
  rig.send(0s, "a/b/c 0");
  rig.send(5s, "a/b/c 900 q=bad");
  rig.send(15s, "a/b/c 1");
  CHECK(rig.alarms().empty());
}

TEST_CASE("rate: a step of our clock is no time that passed for a tag without source time",
          "[pipeline]") {
  Rig rig{plant_of({rate_rule()})};
  rig.send(0s, "a/b/c 0");
  rig.feed(ClockStep{1h}, 5s);
  rig.send(1h + 10s, "a/b/c 20");
  CHECK(rig.alarms() == "1h10s raised H a/b/c 120");
}

TEST_CASE("rate: a device's own time does not move with our clock", "[pipeline]") {
  Rig rig{plant_of({rate_rule()})};
  rig.send(1h, "a/b/c 0 t=3600000000");
  rig.feed(ClockStep{30s}, 1h + 5s);
  rig.send(1h + 40s, "a/b/c 20 t=3640000000");
  CHECK(rig.alarms() == "1h40s raised H a/b/c 30");
}

TEST_CASE("window: begins anew when our clock is set back under a tag without source time",
          "[pipeline]") {
  Rig rig{plant_of({window_rule(true)})};
  rig.send(2h + 10s, "a/b/c 6");
  rig.feed(ClockStep{-1h}, 2h + 15s);
  rig.send(1h + 20s, "a/b/c 16");
  rig.send(1h + 61s, "a/b/c 0");
  CHECK(rig.alarms() == "1h1m raised H a/b/c 16");
}

TEST_CASE("window: a calendar window is judged at the first reading past its end", "[pipeline]") {
  Rig rig{plant_of({window_rule(true)})};
  rig.send(10s, "a/b/c 6");
  rig.send(59s, "a/b/c 6");
  CHECK(rig.alarms().empty());
  rig.send(61s, "a/b/c 1");
  CHECK(rig.alarms() == "1m raised H a/b/c 12");
  CHECK(rig.facts().transitions[0].reading_sequence == 3);  // the last one in the window
  rig.send(130s, "a/b/c 1");
  CHECK(rig.alarms() == "2m returned a/b/c 1");
}

TEST_CASE("window: without such a reading it is judged late_after after its end", "[pipeline]") {
  Rig rig{plant_of({window_rule(true)})};
  rig.send(10s, "a/b/c 16");
  CHECK(rig.pipeline().next_deadline() == day + 2min);
  rig.tick(1min + 59s);
  CHECK(rig.alarms().empty());
  rig.tick(2min);
  CHECK(rig.alarms() == "2m raised H a/b/c 16");
  // What comes for it now is too late.
  rig.send(2min + 1s, "a/b/c 1 t=50000000");
  rig.tick(10min);
  CHECK(rig.alarms().empty());
}

TEST_CASE("window: the grace goes by the delay of its readings, and by what we were away",
          "[pipeline]") {
  Rig rig{plant_of({window_rule(true)})};
  rig.send(10min + 10s, "a/b/c 6 t=10000000");  // a backlog: ten minutes late
  CHECK(rig.pipeline().next_deadline() == day + 10min + 2min);
  rig.feed(Start{1h}, 1h + 10min + 20s);
  CHECK(rig.pipeline().next_deadline() == day + 1h + 10min + 2min);
  rig.send(1h + 10min + 21s, "a/b/c 6 t=50000000\na/b/c 1 t=61000000");
  CHECK(rig.alarms() == "1m raised H a/b/c 12");
}

TEST_CASE("window: a sliding one moves on though nothing comes", "[pipeline]") {
  Rig rig{plant_of({window_rule(false)})};
  rig.send(10s, "a/b/c 6");
  rig.send(20s, "a/b/c 6");
  CHECK(rig.alarms() == "20s raised H a/b/c 12");
  rig.tick(129s);
  CHECK(rig.alarms().empty());
  rig.tick(10min);
  // The first reading leaves the window at 70 s, which is certain late_after later.
  CHECK(rig.alarms() == "2m10s returned a/b/c 6");
  CHECK_FALSE(rig.pipeline().next_deadline());
}

TEST_CASE("window: late readings that are newer still count, historical ones never", "[pipeline]") {
  Rig rig{plant_of({window_rule(true)})};
  rig.send(5min, "a/b/c 6 t=10000000\na/b/c 6 t=20000000\na/b/c 50 t=30000000 h");
  rig.send(5min + 1s, "a/b/c 1 t=70000000");
  CHECK(rig.alarms() == "1m raised H a/b/c 12");
}

TEST_CASE("window: a kill in the middle changes nothing but stamps", "[pipeline]") {
  const auto run = [](bool killed) {
    RuleSpec limit = limit_of("level", "a/b/c", 80);
    limit.limits[0].on_delay = 10s;
    Rig rig{plant_of({limit, window_rule(true)})};
    const Duration away = killed ? 45s : 0s;
    for (int second = 1; second < 300; ++second) {
      if (killed && second == 90) rig.feed(Start{away}, 90s + away);
      const double value = second % 100 > 80 ? 90 : second / 100.0;
      // After the kill the broker gives 45 seconds at once.
      const Duration received =
          killed && second >= 90 ? std::max<Duration>(90s + away, second * 1s) : second * 1s;
      rig.send(received,
               "a/b/c " + std::to_string(value) + " t=" + std::to_string(second * 1'000'000));
    }
    std::vector<std::string> events;
    for (const AlarmEvent& e : rig.facts().transitions) {
      events.push_back(e.rule + " " + std::string{to_text(e.kind)} + " " +
                       to_rfc3339(e.reading_time) + " " + std::to_string(e.value.value_or(0)));
    }
    return events;
  };
  const auto expected = run(false);
  CHECK(expected.size() >= 6);
  CHECK(run(true) == expected);
}

TEST_CASE("expr: is evaluated when any of its tags gets a reading", "[pipeline]") {
  Rig rig{plant_of({expr_rule("`a/b/c` > 10 && `a/b/d` == 1")})};
  rig.send(1s, "a/b/c 20");
  CHECK(rig.alarms().empty());  // the other is not known yet
  rig.send(2s, "a/b/d 1");
  CHECK(rig.alarms() == "2s raised on a/b/c 20");
  CHECK(rig.facts().transitions[0].reading_sequence == 3);
  rig.send(3s, "a/b/c 5");
  CHECK(rig.alarms() == "3s returned a/b/c 5");
}

TEST_CASE("expr: a bad operand holds it", "[pipeline]") {
  RuleSpec rule = expr_rule("`a/b/c` > 10 && `a/b/d` == 1");
  rule.on_delay = 10s;
  Rig rig{without_sources(plant_of({rule}))};
  rig.send(1s, "a/b/c 20\na/b/d 1");
  CHECK(rig.pipeline().next_deadline() == day + 11s);
  rig.send(4s, "a/b/d 1 q=bad");
  CHECK_FALSE(rig.pipeline().next_deadline());
  rig.send(5s, "a/b/c 5");  // the other one is still bad
  rig.send(50s, "a/b/c 20");
  rig.send(60s, "a/b/d 1");
  CHECK(rig.pipeline().next_deadline() == day + 67s);
  rig.tick(70s);
  CHECK(rig.alarms() == "1m7s raised on a/b/c 20");
}

TEST_CASE("expr: a first value is no ground for a verdict", "[pipeline]") {
  Rig rig{plant_of({expr_rule("`a/b/c` > 10 && `a/b/d` == 1")})};
  rig.send_mqtt(1s, "a/b/d 1", 0, false, true);
  rig.send(2s, "a/b/c 20");
  CHECK(rig.alarms().empty());
  rig.send(3s, "a/b/d 1");
  CHECK(rig.alarms() == "3s raised on a/b/c 20");
}

TEST_CASE("derived: is computed from its operands, after the message's own readings",
          "[pipeline]") {
  Plant plant = plant_of({limit_of("sum", "a/d/twice", 25)});
  plant.tags.push_back(derived_tag("a/d/twice", "`a/d/sum` * 2"));
  plant.tags.push_back(derived_tag("a/d/sum", "`a/b/c` + `a/b/d`"));
  Rig rig{plant};
  rig.send(1s, "a/b/c 4");
  CHECK(rig.readings() == "a/b/c=4 good -");  // the other operand is not known
  rig.send(2s, "a/b/d 6 t=1500000\na/b/c 8 t=1600000");
  CHECK(rig.readings() ==
        "a/b/d=6 good; a/b/c=8 good; a/d/sum=10 good D; a/d/twice=20 good D; a/d/sum=14 good D; "
        "a/d/twice=28 good D");
  const auto& readings = rig.facts().readings;
  for (std::size_t i = 1; i < readings.size(); ++i) CHECK(readings[i].index == i - 1);
  CHECK(readings.back().source_time == day + 1600ms);
  CHECK(rig.alarms() == "2s raised H a/d/twice 28");
  CHECK(rig.facts().transitions[0].reading_index == 5);
}

TEST_CASE("derived: no rule sees an operand without what is computed from it", "[pipeline]") {
  Plant plant = plant_of({expr_rule("`a/b/c` * 2 != `a/d/twice`")});
  plant.tags.push_back(derived_tag("a/d/twice", "`a/b/c` * 2"));
  Rig rig{plant};
  for (int i = 0; i < 5; ++i) rig.send(i * 1s, "a/b/c " + std::to_string(i));
  CHECK(rig.alarms().empty());
}

TEST_CASE("derived: its quality is the worst of its operands'", "[pipeline]") {
  Plant plant = plant_of({});
  plant.tags.push_back(derived_tag("a/d/sum", "`a/b/c` + `a/b/d`"));
  Rig rig{plant};
  rig.send(1s, "a/b/c 4\na/b/d 6 q=bad");
  CHECK_THAT(rig.readings(), Catch::EndsWith("a/d/sum=10 bad(sensor_fault) -D"));
  rig.send(2s, "a/b/d 6 q=uncertain");
  CHECK_THAT(rig.readings(), Catch::EndsWith("a/d/sum=10 uncertain -D"));
  rig.send(3s, "a/b/d 6");
  CHECK_THAT(rig.readings(), Catch::EndsWith("a/d/sum=10 good -D"));
}

TEST_CASE("derived: what is no number is bad, and repeats the last value", "[pipeline]") {
  Plant plant = plant_of({});
  plant.tags.push_back(derived_tag("a/d/inverse", "1 / `a/b/c`"));
  plant.tags.back().range = Range{-1, 1};
  Rig rig{plant};
  rig.send(1s, "a/b/c 4");
  rig.send(2s, "a/b/c 0");
  rig.send(3s, "a/b/c 0.1");
  CHECK(rig.readings() ==
        "a/b/c=4 good -; a/d/inverse=0.25 good -D; a/b/c=0 good -; a/d/inverse=0.25 "
        "bad(sensor_fault) -D; a/b/c=0.1 good -; a/d/inverse=10 bad(out_of_range) -D");
}

TEST_CASE("derived: a historical operand computes nothing, and nobody else sends its value",
          "[pipeline]") {
  Plant plant = plant_of({});
  plant.tags.push_back(derived_tag("a/d/twice", "`a/b/c` * 2"));
  Rig rig{plant};
  rig.send(2s, "a/b/c 4 t=2000000 h\na/d/twice 5");
  CHECK(rig.readings() == "a/b/c=4 good H");
  REQUIRE(rig.facts().refusals.size() == 1);
  CHECK(rig.facts().refusals[0].detail == "a/d/twice is computed here");
}

}  // namespace kinds_test
