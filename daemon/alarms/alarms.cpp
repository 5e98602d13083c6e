// daemon/alarms/alarms.cpp - Two memories (active, unacknowledged) and the rules between them.
#include "alarms/alarms.h"

#include <cstdlib>

namespace parkwatch::alarms {
namespace {

// How far out on its side: LL -2, L -1, on 1, H 1, HH 2.
int distance_of(Level level) {
  switch (level) {
    case Level::none:
      return 0;
    case Level::low_low:
      return -2;
    case Level::low:
      return -1;
    case Level::on:
    case Level::high:
      return 1;
    case Level::high_high:
      return 2;
  }
  return 0;
}

bool is_active(AlarmState state) {
  return state == AlarmState::unacknowledged || state == AlarmState::acknowledged;
}

// "tank-level on tank/t101/level is now unacknowledged (HH), occurrence 17"
std::string now_text(const AlarmEvent& alarm) {
  std::string text =
      alarm.rule + " on " + alarm.tag + " is now " + std::string{to_text(alarm.state)};
  if (alarm.level != Level::none) text += " (" + std::string{to_text(alarm.level)} + ")";
  return text + ", occurrence " + std::to_string(alarm.occurrence);
}

void take_cause(const Condition& condition, AlarmEvent& alarm) {
  alarm.value = condition.value;
  alarm.limit = condition.limit;
  alarm.reading_sequence = condition.reading_sequence;
  alarm.reading_index = condition.reading_index;
  alarm.reading_time = condition.reading_time;
  alarm.quality = condition.quality;
}

void take_texts(Condition& condition, AlarmEvent& alarm) {
  alarm.message = std::move(condition.message);
  alarm.guidance = std::move(condition.guidance);
  alarm.group = std::move(condition.group);
  alarm.unit = std::move(condition.unit);
}

}  // namespace

bool is_rise(Level from, Level to) {
  const int before = distance_of(from);
  const int after = distance_of(to);
  return (before < 0) != (after < 0) || std::abs(after) > std::abs(before);
}

void Alarms::emit(AlarmEvent& alarm, TransitionKind kind, const Occasion& occasion,
                  std::vector<AlarmEvent>& out) {
  alarm.journal = ++last_journal_;
  alarm.at = occasion.at;
  alarm.sequence = occasion.sequence;
  alarm.kind = kind;
  alarm.plant = occasion.plant;
  if (kind != TransitionKind::acknowledged) {
    alarm.author.clear();
    alarm.comment.clear();
  }
  out.push_back(alarm);
}

void Alarms::apply(Condition condition, const Occasion& occasion, std::vector<AlarmEvent>& out) {
  auto found = standing_.find(std::pair{condition.rule, condition.tag});
  if (condition.level == Level::none) {
    if (found == standing_.end() || !is_active(found->second.state)) return;
    AlarmEvent& alarm = found->second;
    const bool closes = alarm.state == AlarmState::acknowledged;
    alarm.state = closes ? AlarmState::normal : AlarmState::returned_unacknowledged;
    alarm.level = Level::none;
    take_cause(condition, alarm);
    emit(alarm, TransitionKind::returned, occasion, out);
    if (closes) standing_.erase(found);
    return;
  }
  if (found == standing_.end()) {
    found = standing_.emplace(Key{condition.rule, condition.tag}, AlarmEvent{}).first;
    found->second.rule = condition.rule;
    found->second.tag = condition.tag;
  }
  AlarmEvent& alarm = found->second;
  const bool raised = !is_active(alarm.state);
  if (!raised && alarm.level == condition.level) return;
  if (raised) alarm.raised_at = occasion.at;
  if (raised || is_rise(alarm.level, condition.level)) {
    alarm.state = AlarmState::unacknowledged;
    alarm.occurrence = last_journal_ + 1;
  }
  alarm.level = condition.level;
  alarm.priority = condition.priority;
  take_cause(condition, alarm);
  take_texts(condition, alarm);
  emit(alarm, raised ? TransitionKind::raised : TransitionKind::level_changed, occasion, out);
}

Result<Done> Alarms::acknowledge(const AcknowledgeAlarm& command, const std::string& author,
                                 const Occasion& occasion, std::vector<AlarmEvent>& out) {
  if (command.comment.size() > comment_bytes_max || author.size() > comment_bytes_max) {
    return Error{ErrorKind::bad_input,
                 "the comment is longer than " + std::to_string(comment_bytes_max) + " bytes"};
  }
  const auto found = standing_.find(Key{command.rule, command.tag});
  if (found == standing_.end()) {
    return Error{ErrorKind::not_found,
                 "no alarm of rule " + command.rule + " stands on " + command.tag};
  }
  AlarmEvent& alarm = found->second;
  if (alarm.occurrence != command.occurrence) {
    return Error{ErrorKind::conflict, "the alarm has changed: " + now_text(alarm)};
  }
  if (alarm.state == AlarmState::acknowledged) {
    return Error{ErrorKind::conflict, "already acknowledged: " + now_text(alarm)};
  }
  const bool closes = alarm.state == AlarmState::returned_unacknowledged;
  alarm.state = closes ? AlarmState::normal : AlarmState::acknowledged;
  alarm.author = author;
  alarm.comment = command.comment;
  emit(alarm, TransitionKind::acknowledged, occasion, out);
  if (closes) standing_.erase(found);
  return Done{};
}

void Alarms::remove(const std::string& rule, const std::string& tag, const Occasion& occasion,
                    std::vector<AlarmEvent>& out) {
  const auto found = standing_.find(std::pair<std::string_view, std::string_view>{rule, tag});
  if (found == standing_.end()) return;
  found->second.state = AlarmState::normal;
  found->second.level = Level::none;
  emit(found->second, TransitionKind::removed, occasion, out);
  standing_.erase(found);
}

void Alarms::restore(std::vector<AlarmEvent> standing, std::uint64_t last_journal) {
  standing_.clear();
  for (AlarmEvent& alarm : standing) {
    Key key{alarm.rule, alarm.tag};
    standing_.insert_or_assign(std::move(key), std::move(alarm));
  }
  last_journal_ = last_journal;
}

}  // namespace parkwatch::alarms
