// tests/systems/verdict.cpp - Listening to a journal, and the first difference.
#include "tests/systems/verdict.h"

#include <algorithm>
#include <utility>

namespace parkwatch::systems {
namespace {

std::string without(const std::string& text, const std::string& prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

int severity(Level level) {
  if (level == Level::none) return 0;
  return level == Level::high_high || level == Level::low_low ? 2 : 1;
}

bool is_low(Level level) { return level == Level::low || level == Level::low_low; }

// A balance may jump from one side to the other: that is news too.
bool is_rise(Level from, Level to) {
  return severity(to) > severity(from) || (severity(to) > 0 && is_low(from) != is_low(to));
}

std::string describe(const std::string& rule, const std::string& tag, Level level,
                     Priority priority) {
  return rule + ' ' + tag + ' ' + std::string{to_text(level)} + ' ' +
         std::string{to_text(priority)};
}

bool same_alarm(const ExpectedAlarm& expected, const SeenAlarm& seen) {
  return expected.rule == seen.rule && expected.tag == seen.tag && expected.level == seen.level &&
         expected.priority == seen.priority;
}

bool in_time(const ExpectedAlarm& expected, const SeenAlarm& seen) {
  return expected.earliest <= seen.after && seen.after <= expected.latest;
}

}  // namespace

Listener::Listener(Timestamp begin, std::string id, std::string site)
    : begin_(begin), id_(std::move(id)), site_(std::move(site)) {}

SeenAlarm Listener::seen(const AlarmEvent& event) const {
  return {without(event.rule, id_ + '.'),
          without(event.tag, site_ + '/'),
          event.level,
          event.priority,
          event.at - begin_,
          event.value,
          event.limit};
}

void Listener::hear(const AlarmEvent& event) {
  if (is_record_rule(event.rule)) return;
  const std::string key = event.rule + ' ' + event.tag;
  const auto at = levels_.find(key);
  const Level before = at == levels_.end() ? Level::none : at->second;
  switch (event.kind) {
    case TransitionKind::raised:
    case TransitionKind::level_changed:
      if (!is_hidden(event) && is_rise(before, event.level)) {
        outcome_.alarms.push_back(seen(event));
      }
      levels_[key] = event.level;
      break;
    case TransitionKind::unsuppressed:
      if (event.level != Level::none && !is_hidden(event)) outcome_.alarms.push_back(seen(event));
      break;
    case TransitionKind::returned:
    case TransitionKind::removed:
      levels_.erase(key);
      break;
    default:
      break;
  }
}

Outcome Listener::outcome() const {
  Outcome result = outcome_;
  for (const auto& [key, level] : levels_) result.standing.push_back(key);
  return result;
}

std::string text_of(const SeenAlarm& alarm) {
  std::string text = describe(alarm.rule, alarm.tag, alarm.level, alarm.priority) + " after " +
                     to_text(alarm.after);
  if (alarm.value) text += ", value " + to_text(Value{*alarm.value});
  if (alarm.limit) text += ", limit " + to_text(Value{*alarm.limit});
  return text;
}

std::string text_of(const ExpectedAlarm& alarm) {
  return describe(alarm.rule, alarm.tag, alarm.level, alarm.priority) + " after " +
         to_text(alarm.earliest) + " to " + to_text(alarm.latest);
}

std::string difference(const std::vector<ExpectedAlarm>& expected, const Outcome& outcome) {
  if (!outcome.refused.empty()) return "a message was refused: " + outcome.refused.front();
  std::vector<bool> met(expected.size(), false);
  for (const SeenAlarm& alarm : outcome.alarms) {
    std::string near;
    std::size_t found = expected.size();
    for (std::size_t i = 0; i < expected.size() && found == expected.size(); ++i) {
      if (met[i] || !same_alarm(expected[i], alarm)) continue;
      if (in_time(expected[i], alarm)) found = i;
      if (near.empty()) near = text_of(expected[i]);
    }
    if (found == expected.size()) {
      return "expected " + (near.empty() ? "no such alarm" : near) + ", seen " + text_of(alarm);
    }
    met[found] = true;
  }
  const auto missing = std::find(met.begin(), met.end(), false);
  if (missing != met.end()) {
    const auto at = static_cast<std::size_t>(missing - met.begin());
    return "expected " + text_of(expected[at]) + ", seen nothing of it";
  }
  if (!outcome.standing.empty()) {
    return "expected that all return, seen standing at the end: " + outcome.standing.front();
  }
  return {};
}

}  // namespace parkwatch::systems
