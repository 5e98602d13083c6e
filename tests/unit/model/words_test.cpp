// tests/unit/model/words_test.cpp - The words of the wire, the store and the documentation: other
// systems read them, so each stands here a second time and none may change unseen.
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "model/alarm_event.h"
#include "model/decoder.h"
#include "model/rule.h"
#include "model/value.h"

namespace words_test {

using namespace parkwatch;

namespace {

using Expected = std::vector<std::string_view>;

// Each enumerator from 0 has its word, no two share one, and behind the last there is none.
template <typename Enum>
void check_words(const Expected& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(to_text(static_cast<Enum>(i)) == expected[i]);
  }
  CHECK(std::set<std::string_view>(expected.begin(), expected.end()).size() == expected.size());
  CHECK(to_text(static_cast<Enum>(expected.size())) == "?");
}

template <typename Enum, typename Parse>
void check_both_ways(const Expected& expected, const Parse& parse) {
  check_words<Enum>(expected);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(parse(expected[i]) == static_cast<Enum>(i));
    CHECK_FALSE(parse(std::string{expected[i]} + " ").has_value());
  }
  CHECK_FALSE(parse("?").has_value());
  CHECK_FALSE(parse("Nonsense").has_value());
}

AlarmEvent event_of(TransitionKind kind, AlarmState state, std::uint32_t flags = 0) {
  AlarmEvent e;
  e.kind = kind;
  e.state = state;
  e.flags = flags;
  return e;
}

}  // namespace

TEST_CASE("words: qualities, their reasons and types of values", "[model]") {
  check_both_ways<Quality>({"good", "uncertain", "bad"}, parse_quality);
  check_both_ways<QualityReason>({"none", "stale", "comm_lost", "out_of_range", "sensor_fault",
                                  "maintenance", "clock_skew", "not_commissioned", "first_value"},
                                 parse_quality_reason);
  check_both_ways<ValueType>({"float64", "int64", "boolean", "text"}, parse_value_type);
}

TEST_CASE("words: kinds of rules, priorities, levels and aggregates", "[model]") {
  check_both_ways<RuleKind>(
      {"limit", "state", "rate", "stale", "window", "expr", "deviation", "balance", "vote",
       "mismatch", "forecast", "drift", "repeat", "cumulative"},
      parse_rule_kind);
  check_both_ways<Priority>({"low", "medium", "high", "critical"}, parse_priority);
  check_both_ways<Level>({"", "LL", "L", "on", "H", "HH"}, parse_level);
  check_both_ways<Aggregate>(
      {"avg", "min", "max", "sum", "count", "stddev", "integral", "increase"}, parse_aggregate);
}

TEST_CASE("words: states and transitions of alarms, and what receivers are told", "[model]") {
  check_both_ways<AlarmState>(
      {"normal", "unacknowledged", "acknowledged", "returned_unacknowledged", "latched"},
      parse_alarm_state);
  check_both_ways<TransitionKind>({"raised",
                                   "level_changed",
                                   "acknowledged",
                                   "returned",
                                   "removed",
                                   "unacknowledged",
                                   "reset",
                                   "shelved",
                                   "unshelved",
                                   "suppressed",
                                   "unsuppressed",
                                   "out_of_service",
                                   "in_service",
                                   "commissioned",
                                   "maintenance_planned",
                                   "maintenance_started",
                                   "maintenance_ended",
                                   "chattering",
                                   "chatter_ended",
                                   "re_alarmed",
                                   "overdue",
                                   "first_out_reset",
                                   "silenced",
                                   "flood_started",
                                   "flood_ended",
                                   "loop_check_started",
                                   "loop_check_ended",
                                   "escalated",
                                   "delivery_failed",
                                   "shift_signed",
                                   "action_requested",
                                   "action_dry_run",
                                   "action_skipped",
                                   "action_withdrawn",
                                   "action_sent",
                                   "action_expired",
                                   "action_confirmed",
                                   "gates_corrected",
                                   "muster_started",
                                   "muster_ended"},
                                  parse_transition_kind);
  check_both_ways<Notice>({"none", "opens", "updates", "closes"}, parse_notice);
}

TEST_CASE("words: reasons of refusals, as the metrics have them", "[model]") {
  check_words<RefusalReason>({"malformed", "not_utf8", "not_a_number", "unknown_tag",
                              "unmapped_topic", "oversized", "wrong_type", "time_out_of_range",
                              "too_many", "poison"});
}

TEST_CASE("words: each flag of an alarm has its own, and what is no flag has none", "[model]") {
  const Expected flags{"shelved",     "suppressed", "out_of_service", "not_commissioned",
                       "maintenance", "latched",    "first_out",      "chattering",
                       "test",        "in_progress"};
  REQUIRE(flags.size() == alarm_flags);
  for (std::size_t bit = 0; bit < 32; ++bit) {
    CAPTURE(bit);
    CHECK(to_text(static_cast<AlarmFlag>(1U << bit)) == (bit < flags.size() ? flags[bit] : "?"));
  }
  CHECK(to_text(AlarmFlag{}) == "?");
  CHECK(flag_words(0).empty());
  CHECK(flag_words(alarm_test | alarm_shelved | 1U << 31U) ==
        std::vector<std::string_view>{"shelved", "test"});
  CHECK(flag_words(~0U).size() == alarm_flags);
}

TEST_CASE("alarm: ids of our own rules are told from those of the configuration", "[model]") {
  for (const std::string_view record : {"maintenance", "loop-check", "flood", "horn", "action"}) {
    CAPTURE(record);
    CHECK(is_record_rule(record));
    CHECK(is_own_rule(record));
  }
  for (const std::string_view alarm :
       {"quality", "clock", "never-seen", "action-unconfirmed", "delivery-failed", "store-fault"}) {
    CAPTURE(alarm);
    CHECK_FALSE(is_record_rule(alarm));
    CHECK(is_own_rule(alarm));
  }
  for (const std::string_view other : {"", "Quality", "horn1", "loop_check", "tank-level"}) {
    CAPTURE(other);
    CHECK_FALSE(is_record_rule(other));
    CHECK_FALSE(is_own_rule(other));
  }
}

TEST_CASE("alarm: it is listed while it is not normal, held by somebody, or its record goes on",
          "[model]") {
  for (const AlarmState state : {AlarmState::unacknowledged, AlarmState::acknowledged,
                                 AlarmState::returned_unacknowledged, AlarmState::latched}) {
    CAPTURE(to_text(state));
    CHECK(is_listed(event_of(TransitionKind::raised, state)));
    CHECK_FALSE(is_listed(event_of(TransitionKind::removed, state)));
  }
  CHECK_FALSE(is_listed(event_of(TransitionKind::returned, AlarmState::normal)));
  for (std::size_t bit = 0; bit < alarm_flags; ++bit) {
    const auto flag = static_cast<AlarmFlag>(1U << bit);
    CAPTURE(to_text(flag));
    const bool held =
        flag == alarm_shelved || flag == alarm_out_of_service || flag == alarm_in_progress;
    CHECK(is_listed(event_of(TransitionKind::returned, AlarmState::normal, flag)) == held);
    CHECK_FALSE(is_listed(event_of(TransitionKind::removed, AlarmState::normal, flag)));
  }
}

TEST_CASE("alarm: the first five flags hide it and no other does", "[model]") {
  for (std::size_t bit = 0; bit < alarm_flags; ++bit) {
    const auto flag = static_cast<AlarmFlag>(1U << bit);
    CAPTURE(to_text(flag));
    CHECK(is_hidden(event_of(TransitionKind::raised, AlarmState::unacknowledged, flag)) ==
          (bit < 5));
  }
  CHECK_FALSE(is_hidden(event_of(TransitionKind::raised, AlarmState::unacknowledged)));
}

TEST_CASE("alarm: the horn begins with the transition that names itself", "[model]") {
  AlarmEvent e = event_of(TransitionKind::raised, AlarmState::unacknowledged);
  e.journal = 7;
  e.sounded = 7;
  CHECK(begins_horn(e));
  e.sounded = 6;  // it went on
  CHECK_FALSE(begins_horn(e));
  CHECK_FALSE(is_announced(e));
  e.notice = Notice::updates;
  CHECK(is_announced(e));
}

TEST_CASE("decoder: names lie end to end, and clear lets nothing of a message remain", "[model]") {
  Decoded decoded;
  decoded.add("a/b").value = 1.0;
  decoded.add("").value = 2.0;
  decoded.add("液位").value = 3.0;
  decoded.faults.push_back({RefusalReason::malformed, "x"});
  REQUIRE(decoded.readings.size() == 3);
  CHECK(decoded.name_of(decoded.readings[0]) == "a/b");
  CHECK(decoded.name_of(decoded.readings[1]).empty());
  CHECK(decoded.name_of(decoded.readings[2]) == "液位");
  decoded.clear();
  CHECK(decoded.names.empty());
  CHECK(decoded.readings.empty());
  CHECK(decoded.faults.empty());
}

}  // namespace words_test
