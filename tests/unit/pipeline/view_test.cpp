// tests/unit/pipeline/view_test.cpp - What no fact says (periods that run, frozen alarms), and the
// rows of the journal that are about people and messages: shifts signed, escalations.
#include <catch2/catch.hpp>

#include "parkwatch/v1/snapshot.pb.h"
#include "rig.h"

namespace view_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

AlarmCommand oos(const std::string& rule) {
  AlarmCommand command;
  command.verb = AlarmCommand::Verb::out_of_service;
  command.rule = rule;
  command.tag = "a/b/c";
  command.comment = "swap";
  return command;
}

// A counter's increase in each fixed span of an hour, against 100 and 200.
Plant plant_with_total() {
  RuleSpec rule;
  rule.id = "total";
  rule.kind = RuleKind::cumulative;
  rule.tags = {"a/b/c"};
  rule.group = "test";
  rule.window.aggregate = Aggregate::increase;
  rule.window.length = 1h;
  rule.window.period = Period::hour;
  rule.window.running = true;
  rule.limits = {{.level = Level::high, .at = 100}, {.level = Level::high_high, .at = 200}};
  return plant_of({rule});
}

// At +08:00.
Plant site_of(std::vector<RuleSpec> rules) {
  Plant plant = without_sources(plant_of(std::move(rules)));
  plant.calendar.zone = *parse_offset("+08:00");
  plant.tags[0].unit = "mg/L";
  return plant;
}

// A discharge limit: the mean of the site's day, of at least three good values.
RuleSpec daily_mean() {
  RuleSpec rule = limit_of("mean", "a/b/c", 50);
  rule.kind = RuleKind::window;
  rule.window.period = Period::day;
  rule.window.count_min = 3;
  return rule;
}

// REQUIRES: there is one.
Tally only_tally(Rig& rig) {
  const auto tallies = rig.pipeline().view().tallies;
  REQUIRE(tallies.size() == 1);
  return tallies[0];
}

pipeline::Pipeline restored(const pipeline::Pipeline& from, Plant plant) {
  v1::Snapshot snapshot;
  from.snapshot(snapshot);
  auto again = pipeline::Pipeline::restore(snapshot, std::make_shared<const Plant>(plant));
  REQUIRE(again.ok());
  return std::move(*again);
}

}  // namespace

TEST_CASE("frozen: a standing alarm with bad data has its last good value and since when",
          "[pipeline]") {
  const Plant plant = plant_of({limit_of("r", "a/b/c", 80)});
  Rig rig{plant};
  rig.send(1s, "a/b/c 81.5");
  CHECK_FALSE(rig.facts().transitions.back().frozen.has_value());
  CHECK(rig.pipeline().view().frozen.empty());
  rig.send(9s, "a/b/c 85.5");
  rig.send(10s, "a/b/c 0 q=bad");
  rig.send(20s, "a/b/c 1 q=bad");
  const Frozen expected{85.5, day + 9s, day + 10s};
  const auto view = rig.pipeline().view();
  CHECK(view.at == day + 20s);
  CHECK(view.frozen == std::vector<FrozenAlarm>{{"r", "a/b/c", expected}});
  rig.feed(Command{"li", oos("r")}, 21s);
  CHECK(rig.facts().transitions.back().frozen == expected);
  CHECK(restored(rig.pipeline(), plant).view() == rig.pipeline().view());

  rig.send(30s, "a/b/c 86");
  CHECK(rig.pipeline().view().frozen.empty());
  rig.send(31s, "a/b/c 20");
  CHECK_FALSE(rig.facts().transitions.back().frozen.has_value());
}

TEST_CASE("frozen: data of a lost source is, once that is an alarm", "[pipeline]") {
  const Plant plant = plant_of({limit_of("r", "a/b/c", 80)});
  Rig rig{plant};
  rig.send(1s, "a/b/c 81.5");
  rig.feed(SourceCondition{"park", false, true, "refused"}, 5s);
  rig.tick(14s);
  CHECK(rig.pipeline().view().frozen.empty());
  rig.tick(15s);
  const Frozen expected{81.5, day + 1s, day + 5s};
  CHECK(rig.pipeline().view().frozen == std::vector<FrozenAlarm>{{"r", "a/b/c", expected}});
  CHECK(restored(rig.pipeline(), plant).view() == rig.pipeline().view());
  rig.feed(SourceCondition{"park", true, true, ""}, 20s);
  CHECK(rig.pipeline().view().frozen.empty());
}

TEST_CASE("frozen: without a good value before, only since when", "[pipeline]") {
  RuleSpec silence = limit_of("silence", "a/b/c", 80);
  silence.kind = RuleKind::stale;
  silence.limits.clear();
  silence.after = 1min;
  Rig rig{plant_of({silence})};
  rig.send(1s, "a/b/c 5 q=bad");
  rig.tick(10min);
  REQUIRE(rig.pipeline().view().frozen.size() == 1);
  CHECK(rig.pipeline().view().frozen[0].frozen.value == std::nullopt);
  CHECK(rig.pipeline().view().frozen[0].frozen.since == day + 1s);
}

TEST_CASE("totals: of the period that is on, and of the one before", "[pipeline]") {
  const Plant plant = plant_with_total();
  Rig rig{plant};
  rig.send(10min, "a/b/c 1000.0");
  rig.send(20min, "a/b/c 1040.0");
  rig.send(50min, "a/b/c 1090.0");
  Tally tally = only_tally(rig);
  CHECK(tally.rule == "total");
  CHECK(tally.tag == "a/b/c");
  CHECK(tally.period == Period::hour);
  CHECK(tally.aggregate == Aggregate::increase);
  CHECK(tally.limits.size() == 2);
  CHECK(tally.running == Tally::Total{day, day + 1h, 90.0, 3});
  CHECK(tally.before == Tally::Total{day - 1h, day, {}, {}});

  rig.tick(1h + 5min);
  rig.send(1h + 10min, "a/b/c 1100.0");
  tally = only_tally(rig);
  CHECK(tally.running == Tally::Total{day + 1h, day + 2h, 10.0, 1});
  CHECK(tally.before == Tally::Total{day, day + 1h, 90.0, {}});
  CHECK(restored(rig.pipeline(), plant).view() == rig.pipeline().view());

  rig.tick(5h);  // a period without readings has no total
  tally = only_tally(rig);
  CHECK(tally.running == Tally::Total{day + 5h, day + 6h, {}, 0});
  CHECK(tally.before == Tally::Total{day + 4h, day + 5h, {}, {}});
}

TEST_CASE("periods: a day's mean so far is that of its good readings, however few", "[pipeline]") {
  const Plant plant = site_of({daily_mean()});
  Rig rig{plant};
  CHECK(only_tally(rig).running == Tally::Total{day - 8h, day + 16h, {}, 0});
  rig.send(4h, "a/b/c 60.0");
  rig.send(8h, "a/b/c 39.0");
  rig.send(9h, "a/b/c 900.0 q=bad");
  Tally tally = only_tally(rig);
  CHECK(tally.running == Tally::Total{day - 8h, day + 16h, 49.5, 2});
  CHECK(tally.count_min == 3);
  CHECK(tally.unit == "mg/L");
  CHECK(tally.period == Period::day);
  CHECK(tally.limits == daily_mean().limits);
  rig.send(15h, "a/b/c 66.0");
  CHECK(only_tally(rig).running == Tally::Total{day - 8h, day + 16h, 55.0, 3});
  CHECK(restored(rig.pipeline(), plant).view() == rig.pipeline().view());

  // Over, but its late readings are still waited for.
  rig.tick(16h + 30s);
  tally = only_tally(rig);
  CHECK(tally.running == Tally::Total{day + 16h, day + 40h, {}, 0});
  CHECK(tally.before == Tally::Total{day - 8h, day + 16h, 55.0, 3});
  rig.tick(16h + 2min);
  CHECK(only_tally(rig).before == Tally::Total{day - 8h, day + 16h, 55.0, {}});
}

TEST_CASE("periods: a day that ended with too few good readings has no verdict", "[pipeline]") {
  const Plant plant = site_of({daily_mean()});
  Rig rig{plant};
  rig.send(4h, "a/b/c 60.0");
  rig.send(8h, "a/b/c 39.0");
  rig.tick(17h);
  CHECK(only_tally(rig).before == Tally::Total{day - 8h, day + 16h, {}, {}});
}

TEST_CASE("periods: each day stands against the edition of the limit that judges it",
          "[pipeline]") {
  RuleSpec old = daily_mean();
  RuleSpec next = daily_mean();
  next.id = "next";
  old.valid_to = next.valid_from = day + 16h;
  Rig rig{site_of({old, next})};
  for (Duration at = 1h; at < 15h; at += 2h) rig.send(at, "a/b/c 20.0");
  CHECK(only_tally(rig).rule == "mean");

  rig.tick(17h);
  const auto tallies = rig.pipeline().view().tallies;
  REQUIRE(tallies.size() == 2);
  CHECK(tallies[0].rule == "mean");
  CHECK_FALSE(tallies[0].running);
  CHECK(tallies[0].before == Tally::Total{day - 8h, day + 16h, 20.0, {}});
  CHECK(tallies[1].rule == "next");
  CHECK(tallies[1].running == Tally::Total{day + 16h, day + 40h, {}, 0});
  CHECK_FALSE(tallies[1].before);
}

TEST_CASE("periods: a suppressed alarm's, and one's out of service, are shown all the same",
          "[pipeline]") {
  RuleSpec rule = daily_mean();
  rule.alarm.suppress_when = "`a/b/d` == 1";
  Rig rig{site_of({rule})};
  rig.send(1h, "a/b/d 0");
  rig.send(2h, "a/b/d 1");
  rig.feed(Command{"li", oos("mean")}, 3h);
  REQUIRE(rig.facts().transitions.back().kind == TransitionKind::out_of_service);
  REQUIRE((rig.facts().transitions.back().flags & alarm_suppressed) != 0);
  rig.send(4h, "a/b/c 60.0");
  CHECK(only_tally(rig).running == Tally::Total{day - 8h, day + 16h, 60.0, 1});
}

TEST_CASE("periods: a shift's own total runs from its begin to the next one's", "[pipeline]") {
  RuleSpec rule = daily_mean();
  rule.kind = RuleKind::cumulative;
  rule.window.aggregate = Aggregate::increase;
  rule.window.period = Period::shift;
  Plant plant = site_of({rule});
  plant.calendar.shifts = {{"early", 8h}, {"late", 20h}};
  Rig rig{plant};
  rig.send(1h, "a/b/c 100.0");
  rig.send(11h, "a/b/c 160.0");
  CHECK(only_tally(rig).running == Tally::Total{day, day + 12h, 60.0, 2});
  rig.send(13h, "a/b/c 190.0");
  CHECK(only_tally(rig).running == Tally::Total{day + 12h, day + 24h, 30.0, 1});
}

TEST_CASE("periods: each tag of a rule has its own", "[pipeline]") {
  RuleSpec rule = daily_mean();
  rule.tags = {"a/b/c", "a/b/d"};
  Rig rig{site_of({rule})};
  rig.send(1h, "a/b/d 60.0");
  const auto tallies = rig.pipeline().view().tallies;
  REQUIRE(tallies.size() == 2);
  CHECK(tallies[0].tag == "a/b/c");
  CHECK_FALSE(tallies[0].running->value);
  CHECK(tallies[1].tag == "a/b/d");
  CHECK(tallies[1].running->value == 60.0);
}

TEST_CASE("periods: sliding windows, and those of a mere length, are none", "[pipeline]") {
  RuleSpec sliding = daily_mean();
  sliding.window.period = Period::fixed;
  sliding.window.length = 24h;
  sliding.window.calendar = false;
  RuleSpec minutes = sliding;
  minutes.id = "minutes";
  minutes.window.calendar = true;
  minutes.window.length = 10min;
  Rig rig{site_of({sliding, minutes})};
  rig.send(4h, "a/b/c 60.0");
  CHECK(rig.pipeline().view().tallies.empty());
}

TEST_CASE("shift: signing is a row of the journal with its author and note", "[pipeline]") {
  Rig rig{plant_of({})};
  rig.feed(Command{"wang", SignShift{"early", day, day + 8h, "all quiet"}}, 8h);
  REQUIRE(rig.facts().replies.back().result.ok());
  REQUIRE(rig.facts().transitions.size() == 1);
  const AlarmEvent& row = rig.facts().transitions[0];
  CHECK(row.kind == TransitionKind::shift_signed);
  CHECK(row.rule == "shift");
  CHECK(row.tag == "shift/early");
  CHECK(row.author == "wang");
  CHECK(row.comment == "all quiet");
  CHECK(row.raised_at == day);
  CHECK(row.notice == Notice::none);
  CHECK_FALSE(is_listed(row));
}

TEST_CASE("shift: one that has not begun, or never was, cannot be signed", "[pipeline]") {
  Rig rig{plant_of({})};
  for (const SignShift& wrong :
       {SignShift{"late", day + 9h, day + 17h, ""}, SignShift{"early", day + 1h, day + 1h, ""},
        SignShift{"early", day, day + 1h, std::string(100'000, 'x')}}) {
    rig.feed(Command{"wang", wrong}, 8h);
    CHECK_FALSE(rig.facts().replies.back().result.ok());
  }
  CHECK(rig.facts().transitions.empty());
}

TEST_CASE("news of notices: an escalation is journaled, and told to machines alone", "[pipeline]") {
  Rig rig{plant_of({limit_of("r", "a/b/c", 80)})};
  rig.send(1s, "a/b/c 81.5");
  const std::uint64_t occurrence = rig.facts().transitions.back().occurrence;
  rig.feed(NoticeNews{TransitionKind::escalated, "r", "a/b/c", occurrence, "step 2/3: ding"}, 5s);
  const AlarmEvent row = rig.facts().transitions.back();
  CHECK(row.kind == TransitionKind::escalated);
  CHECK(row.state == AlarmState::unacknowledged);
  CHECK(row.occurrence == occurrence);
  CHECK(row.comment == "step 2/3: ding");
  CHECK(row.notice == Notice::none);
  CHECK_FALSE(begins_horn(row));

  // Of another occurrence, or of an alarm that is over: nothing.
  const std::size_t before = rig.facts().transitions.size();
  rig.feed(NoticeNews{TransitionKind::escalated, "r", "a/b/c", occurrence + 7, ""}, 6s);
  rig.feed(NoticeNews{TransitionKind::escalated, "r", "a/b/d", occurrence, ""}, 6s);
  CHECK(rig.facts().transitions.size() == before);
}

TEST_CASE("news of notices: what could not be delivered is a row, whether or not an alarm stands",
          "[pipeline]") {
  Rig rig{plant_of({})};
  const NoticeNews news{TransitionKind::delivery_failed, "delivery-failed", "receiver/ding", 0,
                        "3 notices expired"};
  rig.feed(news, 1s);
  CHECK(rig.facts().transitions.back().kind == TransitionKind::delivery_failed);
  CHECK(rig.facts().transitions.back().state == AlarmState::normal);
  rig.feed(OwnCondition{"delivery-failed", "receiver/ding", true, Priority::high, {}, {}}, 2s);
  rig.feed(news, 3s);
  const AlarmEvent row = rig.facts().transitions.back();
  CHECK(row.kind == TransitionKind::delivery_failed);
  CHECK(row.state == AlarmState::unacknowledged);  // so that it stays in the list
  CHECK(row.notice == Notice::none);
  CHECK(row.comment == "3 notices expired");
}

}  // namespace view_test
