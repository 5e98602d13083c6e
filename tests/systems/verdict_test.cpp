// tests/systems/verdict_test.cpp - A difference is seen: too much, too little, too early, too late,
// another level or priority, and what does not return.
#include "tests/systems/verdict.h"

#include <catch2/catch.hpp>

namespace parkwatch::systems::verdict_test {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;

const Timestamp begin{1'000'000s};

AlarmEvent event(TransitionKind kind, Level level, Duration after,
                 std::string tag = "tf-a/T1/level") {
  AlarmEvent result;
  result.at = begin + after;
  result.kind = kind;
  result.rule = "tf-a.level";
  result.tag = std::move(tag);
  result.level = level;
  result.priority = level == Level::high_high ? Priority::high : Priority::medium;
  result.value = 9.5;
  return result;
}

Outcome heard(const std::vector<AlarmEvent>& events) {
  Listener listener{begin, "tf-a", "tf-a"};
  for (const AlarmEvent& one : events) listener.hear(one);
  return listener.outcome();
}

const std::vector<ExpectedAlarm> expected{
    {"level", "T1/level", Level::high, Priority::medium, 60s, 70s},
    {"level", "T1/level", Level::high_high, Priority::high, 100s, 110s},
};

const AlarmEvent raise = event(TransitionKind::raised, Level::high, 65s);
const AlarmEvent rise = event(TransitionKind::level_changed, Level::high_high, 105s);
const AlarmEvent fall = event(TransitionKind::level_changed, Level::high, 200s);
const AlarmEvent back = event(TransitionKind::returned, Level::none, 300s);

}  // namespace

TEST_CASE("systems verdict: exactly what was expected is no difference", "[systems]") {
  CHECK(difference(expected, heard({raise, rise, fall, back})).empty());
  CHECK(difference({}, heard({})).empty());
}

TEST_CASE("systems verdict: the time is part of what is expected", "[systems]") {
  const auto early = event(TransitionKind::raised, Level::high, 59s);
  const auto late = event(TransitionKind::raised, Level::high, 71s);
  for (const AlarmEvent& wrong : {early, late}) {
    const std::string what = difference(expected, heard({wrong, rise, fall, back}));
    CHECK_THAT(what, Contains("expected level T1/level H medium after 1m to 1m10s, seen level"));
    CHECK_THAT(what, Contains("value 9.5"));
  }
}

TEST_CASE("systems verdict: what is missing or too much is a difference", "[systems]") {
  CHECK_THAT(difference(expected, heard({raise, back})),
             Contains("HH high") && Contains("nothing"));
  CHECK_THAT(difference(expected, heard({})), Contains("seen nothing of it"));
  const auto other = event(TransitionKind::raised, Level::high, 65s, "tf-a/T2/level");
  const auto other_back = event(TransitionKind::returned, Level::none, 70s, "tf-a/T2/level");
  CHECK_THAT(difference(expected, heard({raise, other, rise, back, other_back})),
             Contains("expected no such alarm, seen level T2/level"));
  const auto again = event(TransitionKind::level_changed, Level::high_high, 210s);
  CHECK_THAT(difference(expected, heard({raise, rise, fall, again, back})), Contains("3m30s"));
}

TEST_CASE("systems verdict: another priority is another alarm", "[systems]") {
  AlarmEvent critical = rise;
  critical.priority = Priority::critical;
  CHECK_THAT(difference(expected, heard({raise, critical, back})), Contains("HH critical"));
}

TEST_CASE("systems verdict: all must have returned at the end", "[systems]") {
  CHECK_THAT(difference(expected, heard({raise, rise, fall})),
             Contains("standing at the end: tf-a.level tf-a/T1/level"));
}

TEST_CASE("systems verdict: a jump from too little to too much is a rise of its own", "[systems]") {
  const auto low = event(TransitionKind::raised, Level::low, 10s);
  const auto high = event(TransitionKind::level_changed, Level::high, 20s);
  CHECK(heard({low, high}).alarms.size() == 2);
  CHECK(heard({raise, rise, fall}).alarms.size() == 2);
}

TEST_CASE("systems verdict: what is suppressed is an alarm once it comes out of hiding",
          "[systems]") {
  AlarmEvent hidden = raise;
  hidden.flags = alarm_suppressed;
  CHECK(heard({hidden, back}).alarms.empty());
  const auto shown = event(TransitionKind::unsuppressed, Level::high, 80s);
  const Outcome outcome = heard({hidden, shown, back});
  REQUIRE(outcome.alarms.size() == 1);
  CHECK(outcome.alarms[0].after == 80s);
  const auto nothing_stands = event(TransitionKind::unsuppressed, Level::none, 80s);
  CHECK(heard({nothing_stands}).alarms.empty());
}

TEST_CASE("systems verdict: a record is no alarm, a refused message is a difference", "[systems]") {
  AlarmEvent flood = raise;
  flood.rule = rule_flood;
  CHECK(heard({flood}).alarms.empty());
  Listener listener{begin, "tf-a", "tf-a"};
  listener.refused("park/x: no mapping");
  CHECK_THAT(difference({}, listener.outcome()), Contains("park/x: no mapping"));
}

}  // namespace parkwatch::systems::verdict_test
