// daemon/model/alarm_event.cpp - Words of alarms.
#include "model/alarm_event.h"

#include "model/words.h"

namespace parkwatch {
namespace {

constexpr Words<AlarmState, 4> states{
    {"normal", "unacknowledged", "acknowledged", "returned_unacknowledged"}};
constexpr Words<TransitionKind, 5> kinds{
    {"raised", "level_changed", "acknowledged", "returned", "removed"}};

}  // namespace

std::string_view to_text(AlarmState s) { return states.text(s); }
std::string_view to_text(TransitionKind k) { return kinds.text(k); }
std::optional<AlarmState> parse_alarm_state(std::string_view text) { return states.parse(text); }
std::optional<TransitionKind> parse_transition_kind(std::string_view text) {
  return kinds.parse(text);
}

}  // namespace parkwatch
