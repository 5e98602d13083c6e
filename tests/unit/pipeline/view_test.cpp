// tests/unit/pipeline/view_test.cpp - What no fact says (running totals, frozen alarms), and the
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
  auto tallies = rig.pipeline().view().tallies;
  REQUIRE(tallies.size() == 1);
  CHECK(tallies[0].rule == "total");
  CHECK(tallies[0].tag == "a/b/c");
  CHECK(tallies[0].budgets.size() == 2);
  CHECK(tallies[0].running == Tally::Total{day, day + 1h, 90.0});
  CHECK_FALSE(tallies[0].closed);

  rig.tick(1h + 5min);
  rig.send(1h + 10min, "a/b/c 1100.0");
  tallies = rig.pipeline().view().tallies;
  CHECK(tallies[0].running == Tally::Total{day + 1h, day + 2h, 10.0});
  CHECK(tallies[0].closed == Tally::Total{day, day + 1h, 90.0});
  CHECK(restored(rig.pipeline(), plant).view() == rig.pipeline().view());

  rig.tick(5h);  // a period without readings has no total
  tallies = rig.pipeline().view().tallies;
  CHECK(tallies[0].running == Tally::Total{day + 5h, day + 6h, std::nullopt});
  CHECK(tallies[0].closed == Tally::Total{day + 1h, day + 2h, 10.0});
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
