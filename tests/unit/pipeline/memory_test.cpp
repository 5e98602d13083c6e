// tests/unit/pipeline/memory_test.cpp - Forecasts, drifts, repetitions, totals, windows of the
// site's calendar and dates through the pipeline.
#include <catch2/catch.hpp>

#include "rig.h"

namespace memory_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

RuleSpec rule_of(RuleKind kind, double at, Level level = Level::high) {
  RuleSpec rule = limit_of("rule", "a/b/c", at);
  rule.kind = kind;
  rule.limits[0].level = level;
  return rule;
}

RuleSpec forecast() {
  RuleSpec rule = rule_of(RuleKind::forecast, 10, Level::low);
  rule.target = 90;
  rule.over = 2min;
  return rule;
}

RuleSpec repeat() {
  RuleSpec rule = rule_of(RuleKind::repeat, 0);
  rule.trigger.above = 50;
  rule.times = 3;
  rule.within = 1min;
  return rule;
}

RuleSpec total() {
  RuleSpec rule = rule_of(RuleKind::cumulative, 100);
  rule.limits[0].deadband = 1;
  rule.window = {.aggregate = Aggregate::integral,
                 .period = Period::day,
                 .running = true,
                 .per = 1h,
                 .gap = 2h};
  return rule;
}

// Its days begin eight hours before those of the tests.
Plant site(const RuleSpec& rule) {
  Plant plant = plant_of({rule});
  plant.calendar.zone = {"Asia/Shanghai", 8h, {}};
  return plant;
}

}  // namespace

TEST_CASE("forecast: tells how many minutes are left, and to what", "[pipeline]") {
  Rig rig{plant_of({forecast()})};
  for (int i = 0; i <= 12; ++i) {
    rig.send(i * 10s, "a/b/c " + std::to_string(30.0 + i));  // six a minute
  }
  // At 1 min, with half of the time covered, 54 are left at six a minute.
  CHECK(rig.alarms() == "1m raised L a/b/c 9");
  CHECK(rig.facts().transitions[0].message.en == "a/b/c reaches 90 in 9 min (limit 10 min)");
  CHECK(rig.facts().transitions[0].unit == "min");
}

TEST_CASE("forecast: bad readings are no part of it, and no data changes nothing", "[pipeline]") {
  Rig rig{plant_of({forecast()})};
  for (int i = 0; i <= 12; ++i) {
    rig.send(i * 10s, "a/b/c " + std::to_string(30.0 + i));
    rig.send(i * 10s + 1s, "a/b/c 5000 q=bad");
  }
  CHECK(rig.alarms() == "1m raised L a/b/c 9");
  rig.tick(10h);
  CHECK(rig.alarms().empty());
  rig.send(10h + 1s, "a/b/c 20");  // one reading is no slope
  CHECK(rig.alarms().empty());
}

TEST_CASE("drift: a sensor that slowly leaves its baseline", "[pipeline]") {
  RuleSpec rule = rule_of(RuleKind::drift, 5);
  rule.per = 1min;
  rule.baseline = 10min;
  rule.slack = 1;
  Rig rig{plant_of({rule})};
  for (int i = 0; i <= 120; ++i) rig.send(i * 10s, "a/b/c 20");
  CHECK(rig.alarms().empty());
  for (int i = 1; i <= 30; ++i) {
    rig.send(20min + i * 10s, "a/b/c " + std::to_string(20 + i * 0.2));
  }
  const std::string raised = rig.alarms();
  CHECK(raised.find("raised H a/b/c 5.") != std::string::npos);
  for (int i = 1; i <= 360; ++i) rig.send(25min + i * 10s, "a/b/c 26");
  CHECK(rig.alarms().find("returned") != std::string::npos);  // that is usual now
}

TEST_CASE("repeat: the third time within a minute, until it is a minute old", "[pipeline]") {
  Rig rig{plant_of({repeat()})};
  for (const int second : {0, 10, 20, 30, 40}) {
    rig.send(second * 1s, second % 20 == 0 ? "a/b/c 10" : "a/b/c 60");
  }
  CHECK(rig.alarms().empty());
  rig.send(50s, "a/b/c 60");
  CHECK(rig.alarms() == "50s raised on a/b/c 3");
  CHECK(rig.facts().transitions[0].limit == 3.0);
  CHECK(rig.facts().transitions[0].unit.empty());
  rig.send(69s, "a/b/c 60");
  CHECK(rig.alarms().empty());
  rig.send(75s, "a/b/c 60");
  CHECK(rig.alarms() == "1m10s returned a/b/c 2");
}

TEST_CASE("repeat: without a reading it ends late_after later", "[pipeline]") {
  Rig rig{without_sources(plant_of({repeat()}))};
  for (int i = 0; i < 6; ++i) {
    rig.send(i * 1s, i % 2 == 0 ? "a/b/c 10" : "a/b/c 60");
    rig.send(i * 1s + 1ms, "a/b/c 10 q=bad");
  }
  CHECK(rig.alarms() == "5s raised on a/b/c 3");
  rig.tick(66s);  // the detector of chatter has forgotten it
  CHECK(rig.pipeline().next_deadline() == day + 1s + 1min + 60s);
  rig.tick(2min);
  CHECK(rig.alarms().empty());
  rig.tick(3min);
  CHECK(rig.alarms() == "2m1s returned a/b/c 2");
}

TEST_CASE("cumulative: a rate adds up over the day of the site", "[pipeline]") {
  Rig rig{site(total())};
  rig.send(13h, "a/b/c 40");
  rig.send(14h, "a/b/c 40");
  CHECK(rig.alarms().empty());
  rig.send(15h, "a/b/c 40");
  rig.send(15h + 30min, "a/b/c 60");
  rig.send(15h + 40min, "a/b/c 60");  // 40 + 40 + 20 + 10
  CHECK(rig.alarms() == "15h40m raised H a/b/c 110");
  rig.send(15h + 50min, "a/b/c 60");
  CHECK(rig.alarms().empty());
  // Midnight is at 16 h of UTC; half an hour of 60 an hour is in the new day.
  rig.send(16h + 30min, "a/b/c 60");
  CHECK(rig.alarms() == "16h30m returned a/b/c 30");
}

TEST_CASE("cumulative: what the last value adds before the day ends is judged", "[pipeline]") {
  Rig rig{site(total())};
  rig.send(14h, "a/b/c 90");
  rig.send(15h, "a/b/c 90");
  CHECK(rig.alarms().empty());
  rig.tick(16h + 59s);
  CHECK(rig.alarms().empty());
  rig.tick(16h + 60s);
  CHECK(rig.alarms() == "16h1m raised H a/b/c 180");
  rig.tick(30h);
  CHECK(rig.alarms().empty());  // no data is no proof of a small total
}

TEST_CASE("cumulative: a value stands for its gap and no longer", "[pipeline]") {
  Rig rig{site(total())};
  rig.send(2h, "a/b/c 40");
  rig.send(12h, "a/b/c 0");  // two hours of 40, not ten
  rig.send(13h, "a/b/c 0");
  CHECK(rig.alarms().empty());
  rig.send(13h + 1min, "a/b/c 90 q=bad");
  rig.send(14h, "a/b/c 90");
  rig.send(14h + 15min, "a/b/c 0");
  CHECK(rig.alarms() == "14h15m raised H a/b/c 102.5");
}

TEST_CASE("cumulative: a counter counts by itself, also when it begins anew", "[pipeline]") {
  RuleSpec rule = total();
  rule.window.aggregate = Aggregate::increase;
  Rig rig{site(rule)};
  rig.send(1h, "a/b/c 9000");
  rig.send(2h, "a/b/c 9060");
  CHECK(rig.alarms().empty());
  rig.send(3h, "a/b/c 30");  // exchanged, or over its end
  CHECK(rig.alarms().empty());
  rig.send(4h, "a/b/c 45");
  CHECK(rig.alarms() == "4h raised H a/b/c 105");
}

TEST_CASE("window: a day of the site, judged with enough values only", "[pipeline]") {
  RuleSpec rule = rule_of(RuleKind::window, 10);
  rule.window = {.aggregate = Aggregate::avg, .count_min = 3, .period = Period::day};
  Rig rig{site(rule)};
  rig.send(14h, "a/b/c 30");
  rig.send(15h, "a/b/c 30");
  rig.send(17h, "a/b/c 30");  // two values are no day
  CHECK(rig.alarms().empty());
  for (int hour = 18; hour < 40; ++hour) rig.send(hour * 1h, "a/b/c 12");
  rig.send(40h, "a/b/c 1");
  CHECK(rig.alarms() == "1d16h raised H a/b/c 12.782608695652174");
}

TEST_CASE("window: another calendar begins the window anew", "[pipeline]") {
  RuleSpec rule = rule_of(RuleKind::window, 10);
  rule.window = {.aggregate = Aggregate::sum, .period = Period::day};
  Rig rig{site(rule)};
  rig.send(10h, "a/b/c 30");
  Plant moved = site(rule);
  moved.hash = "plant-2";
  moved.calendar.zone.offset = 7h;
  rig.use(moved, 11h);
  rig.send(12h, "a/b/c 4");
  rig.send(20h, "a/b/c 4");
  CHECK(rig.alarms().empty());
}

TEST_CASE("dates: a limit holds from its first day to its last", "[pipeline]") {
  RuleSpec rule = rule_of(RuleKind::limit, 50);
  rule.valid_from = day + 1h;
  rule.valid_to = day + 2h;
  Rig rig{plant_of({rule})};
  rig.send(30min, "a/b/c 60");
  rig.send(1h + 1min, "a/b/c 60 t=3599000000");  // of before, though it comes late
  CHECK(rig.alarms().empty());
  rig.send(1h + 2min, "a/b/c 60");
  CHECK(rig.alarms() == "1h2m raised H a/b/c 60");
  rig.tick(1h + 30min);
  CHECK(rig.pipeline().next_deadline() == day + 2h);
  rig.tick(3h);
  CHECK(rig.alarms() == "2h returned a/b/c 60");
  rig.send(3h, "a/b/c 70");
  CHECK(rig.alarms().empty());
}

TEST_CASE("dates: a day's window is judged after the limit's last day", "[pipeline]") {
  RuleSpec rule = rule_of(RuleKind::window, 50);
  rule.window = {.aggregate = Aggregate::max, .length = 1h};
  rule.valid_from = day + 1h;
  rule.valid_to = day + 2h;
  Rig rig{plant_of({rule})};
  rig.send(30min, "a/b/c 60");
  rig.send(1h, "a/b/c 60");  // ends a window of before
  CHECK(rig.alarms().empty());
  rig.send(2h, "a/b/c 1");
  CHECK(rig.alarms() == "2h raised H a/b/c 60");
  rig.tick(3h);
  CHECK(rig.alarms() == "2h1m returned a/b/c 60");
}

TEST_CASE("dates: silence counts from the first day on", "[pipeline]") {
  RuleSpec rule = rule_of(RuleKind::stale, 0);
  rule.after = 10min;
  rule.valid_from = day + 1h;
  rule.valid_to = day + 2h;
  Rig rig{plant_of({rule})};
  rig.tick(1h + 9min);
  CHECK(rig.alarms().empty());
  rig.tick(1h + 10min);
  CHECK(rig.alarms() == "1h10m raised on a/b/c");
  rig.tick(4h);
  CHECK(rig.alarms() == "2h returned a/b/c");
}

TEST_CASE("dates: downtime does not move them", "[pipeline]") {
  RuleSpec rule = rule_of(RuleKind::limit, 50);
  rule.valid_to = day + 2h;
  Rig rig{plant_of({rule})};
  rig.send(1h, "a/b/c 60");
  CHECK(rig.alarms() == "1h raised H a/b/c 60");
  rig.feed(Start{90min}, 3h);
  CHECK(rig.alarms() == "2h returned a/b/c 60");
}

}  // namespace memory_test
