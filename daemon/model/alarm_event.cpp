// daemon/model/alarm_event.cpp - Words of alarms.
#include "model/alarm_event.h"

#include <array>
#include <bit>

#include "model/diagnostic.h"
#include "model/gates.h"
#include "model/words.h"

namespace parkwatch {
namespace {

constexpr Words<AlarmState, alarm_states> states{
    {"normal", "unacknowledged", "acknowledged", "returned_unacknowledged", "latched"}};
constexpr Words<TransitionKind, transition_kinds> transition_words{{"raised",
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
                                                                    "muster_ended"}};
constexpr Words<Notice, 4> notices{{"none", "opens", "updates", "closes"}};
constexpr std::array<std::string_view, alarm_flags> flag_texts{
    "shelved",   "suppressed", "out_of_service", "not_commissioned", "maintenance", "latched",
    "first_out", "chattering", "test",           "in_progress"};

}  // namespace

std::string_view to_text(AlarmState s) { return states.text(s); }
Text words_of(AlarmState s) {
  static constexpr std::array<const char*, 5> zh{"正常", "未确认", "已确认", "已返回未确认",
                                                 "已锁存"};
  return {zh.at(static_cast<std::size_t>(s)), std::string{to_text(s)}};
}
std::string_view to_text(TransitionKind k) { return transition_words.text(k); }
std::string_view to_text(Notice n) { return notices.text(n); }
std::string_view to_text(AlarmFlag f) {
  const auto at = static_cast<std::size_t>(std::countr_zero(static_cast<std::uint32_t>(f)));
  return at < flag_texts.size() ? flag_texts.at(at) : std::string_view{"?"};
}
std::vector<std::string_view> flag_words(std::uint32_t flags) {
  std::vector<std::string_view> words;
  for (std::size_t bit = 0; bit < alarm_flags; ++bit) {
    const std::uint32_t flag = 1U << bit;
    if ((flags & flag) != 0) words.push_back(to_text(static_cast<AlarmFlag>(flag)));
  }
  return words;
}
std::optional<AlarmState> parse_alarm_state(std::string_view text) { return states.parse(text); }
std::optional<TransitionKind> parse_transition_kind(std::string_view text) {
  return transition_words.parse(text);
}
std::optional<Notice> parse_notice(std::string_view text) { return notices.parse(text); }

bool is_record_rule(std::string_view rule) {
  return rule == rule_maintenance || rule == rule_loop_check || rule == rule_flood ||
         rule == rule_horn || rule == rule_shift || rule == rule_action || rule == rule_gates ||
         rule == rule_muster;
}

bool is_own_rule(std::string_view rule) {
  return rule == rule_quality || rule == rule_clock || rule == rule_never_seen ||
         rule == rule_action_unconfirmed || rule == rule_delivery_failed ||
         rule == rule_store_fault || rule == rule_configuration_fault || is_record_rule(rule) ||
         is_gate_rule(rule);
}

bool is_listed(const AlarmEvent& e) {
  constexpr std::uint32_t kept = alarm_shelved | alarm_out_of_service | alarm_in_progress;
  if (e.kind == TransitionKind::removed) return false;
  return e.state != AlarmState::normal || (e.flags & kept) != 0;
}

}  // namespace parkwatch
