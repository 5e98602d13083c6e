// daemon/alarms/commands.cpp - What people do about alarms, and what they may not.
#include <algorithm>

#include "alarms/alarms.h"

namespace parkwatch::alarms {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Error wrong(std::string what) { return {ErrorKind::bad_input, std::move(what)}; }
Error otherwise(std::string what) { return {ErrorKind::conflict, std::move(what)}; }

// "tank-level on tank/t101/level is now unacknowledged (HH), occurrence 17"
std::string now_text(const AlarmEvent& alarm) {
  std::string text =
      alarm.rule + " on " + alarm.tag + " is now " + std::string{to_text(alarm.state)};
  if (alarm.level != Level::none) text += " (" + std::string{to_text(alarm.level)} + ")";
  if (alarm.occurrence > 0) text += ", occurrence " + std::to_string(alarm.occurrence);
  return text;
}

std::optional<Error> check_texts(const Person& who, const std::string& comment) {
  if (comment.size() <= comment_bytes_max && who.author.size() <= comment_bytes_max) {
    return std::nullopt;
  }
  return wrong("the comment is longer than " + std::to_string(comment_bytes_max) + " bytes");
}

// When it ends; empty: neither a time nor a length was given.
Result<std::optional<Timestamp>> end_of(const std::optional<Timestamp>& until, Duration length,
                                        Timestamp from) {
  if (until && length != Duration{0}) return wrong("give an end or a length, not both");
  if (length < Duration{0} || length > hours{24 * 366}) return wrong("the length is out of range");
  if (length > Duration{0}) return std::optional{from + length};
  if (until && *until <= from) return wrong("the end is not after the beginning");
  if (until && *until > timestamp_max) return wrong("the end is out of range");
  return until;
}

bool is_verb_of_normal(AlarmCommand::Verb verb) {
  return verb == AlarmCommand::Verb::shelve || verb == AlarmCommand::Verb::out_of_service;
}

}  // namespace

Duration shelve_cap(Priority priority) {
  switch (priority) {
    case Priority::critical:
      return minutes{30};
    case Priority::high:
      return hours{8};
    case Priority::medium:
    case Priority::low:
      break;
  }
  return hours{24};
}

Result<Done> Alarms::acknowledge(const AcknowledgeAlarm& command, const Person& who,
                                 const Occasion& occasion, Out& out) {
  if (auto mistake = check_texts(who, command.comment)) return *mistake;
  const auto found = alarms_.find(Key{command.rule, command.tag});
  if (found == alarms_.end() || !found->second.stands()) {
    return Error{ErrorKind::not_found,
                 "no alarm of rule " + command.rule + " stands on " + command.tag};
  }
  Alarm& alarm = found->second;
  if (alarm.event.occurrence != command.occurrence) {
    return otherwise("the alarm has changed: " + now_text(alarm.event));
  }
  if (!alarm.unacked) return otherwise("already acknowledged: " + now_text(alarm.event));
  const Duration realarm = rule_of(command.rule).alarm.realarm;
  alarm.unacked = alarm.told = false;
  alarm.told_level = Level::none;  // what is raised next while it chatters is news again
  alarm.overdue_due = never;
  alarm.event.respond_by.reset();
  if (alarm.active && realarm > Duration{0}) alarm.realarm_due = occasion.at + realarm;
  emit_by(alarm, TransitionKind::acknowledged, Telling::journal, who, command.comment, occasion,
          out);
  settle(found);
  return Done{};
}

Result<Done> Alarms::command(const AlarmCommand& c, const Person& who, bool exists,
                             const Occasion& occasion, Out& out) {
  if (auto mistake = check_texts(who, c.comment)) return *mistake;
  if (c.verb == AlarmCommand::Verb::silence) return silence(c, who, occasion, out);
  if (c.verb == AlarmCommand::Verb::reset_first_out) return reset_first_out(c, who, occasion, out);
  const bool remembered = alarms_.contains(Key{c.rule, c.tag});
  if (!remembered && !exists) {
    return Error{ErrorKind::not_found, "there is no alarm of rule " + c.rule + " on " + c.tag};
  }
  if (!remembered && !is_verb_of_normal(c.verb)) {
    return otherwise("nothing to do: " + c.rule + " on " + c.tag + " is now normal");
  }
  Alarm& alarm = find_or_create(c.rule, c.tag)->second;
  auto result = one_alarm(c, who, alarm, occasion, out);
  settle(alarm);
  return result;
}

Result<Done> Alarms::one_alarm(const AlarmCommand& c, const Person& who, Alarm& alarm,
                               const Occasion& occasion, Out& out) {
  AlarmEvent& event = alarm.event;
  if (c.occurrence != 0 && c.occurrence != event.occurrence) {
    return otherwise("the alarm has changed: " + now_text(event));
  }
  switch (c.verb) {
    case AlarmCommand::Verb::unacknowledge:
      return unacknowledge(c, who, alarm, occasion, out);
    case AlarmCommand::Verb::shelve:
      return shelve(c, who, alarm, occasion, out);
    case AlarmCommand::Verb::unshelve:
      if (!event.shelving) return otherwise("not shelved: " + now_text(event));
      unshelve(alarm, who, c.comment, occasion, out);
      return Done{};
    case AlarmCommand::Verb::reset:
      return reset(c, who, alarm, occasion, out);
    case AlarmCommand::Verb::out_of_service:
      return take_out(c, who, alarm, occasion, out);
    case AlarmCommand::Verb::in_service:
      if (!event.service) return otherwise("not out of service: " + now_text(event));
      event.service.reset();
      event.flags &= ~static_cast<std::uint32_t>(alarm_out_of_service);
      show_again(alarm, TransitionKind::in_service, who, c.comment, occasion, out);
      return Done{};
    case AlarmCommand::Verb::reset_first_out:
    case AlarmCommand::Verb::silence:
      break;
  }
  return wrong("an unknown command");
}

Result<Done> Alarms::unacknowledge(const AlarmCommand& c, const Person& who, Alarm& alarm,
                                   const Occasion& occasion, Out& out) {
  if (alarm.unacked) return otherwise("not acknowledged: " + now_text(alarm.event));
  if (!alarm.active && !alarm.latched()) {
    return otherwise("nothing to do: " + now_text(alarm.event));
  }
  if (!rule_of(c.rule).alarm.ack_required) {
    return Error{ErrorKind::refused, c.rule + " needs no acknowledgement (ack = \"auto\")"};
  }
  unacknowledge(alarm, occasion);
  emit_by(alarm, TransitionKind::unacknowledged, Telling::sound, who, c.comment, occasion, out);
  return Done{};
}

Result<Done> Alarms::shelve(const AlarmCommand& c, const Person& who, Alarm& alarm,
                            const Occasion& occasion, Out& out) {
  const AlarmSpec& spec = rule_of(c.rule).alarm;
  AlarmEvent& event = alarm.event;
  if (!spec.shelvable) return Error{ErrorKind::refused, c.rule + " must not be shelved"};
  if (event.priority == Priority::critical && !who.admin) {
    return Error{ErrorKind::refused, "only an admin may shelve a critical alarm"};
  }
  if (c.comment.empty()) return wrong("shelving needs a reason");
  const auto& reasons = spec.shelve_reasons;
  if (!reasons.empty() && std::find(reasons.begin(), reasons.end(), c.comment) == reasons.end()) {
    std::string list;
    for (const std::string& reason : reasons) list += (list.empty() ? "" : ", ") + reason;
    return wrong("the reason must be one of: " + list);
  }
  Duration cap = shelve_cap(event.priority);
  if (spec.shelve_max > Duration{0}) cap = std::min(cap, spec.shelve_max);
  auto until = end_of(c.until, c.length, occasion.at);
  if (!until) return until.error();
  if (!*until && !c.one_shot) return wrong("shelving needs an end, a length or one_shot");
  if (!*until) *until = occasion.at + cap;
  if (**until - occasion.at > cap) {
    return wrong("an alarm of priority " + std::string{to_text(event.priority)} +
                 " of this rule may be shelved for " + to_text(cap) + " at most");
  }
  event.shelving = Hold{occasion.at, *until, c.one_shot, who.author, c.comment};
  event.flags |= alarm_shelved;
  alarm.shelf_level = event.level;
  alarm.shelf_priority = event.priority;
  emit_by(alarm, TransitionKind::shelved, Telling::journal, who, c.comment, occasion, out);
  return Done{};
}

Result<Done> Alarms::reset(const AlarmCommand& c, const Person& who, Alarm& alarm,
                           const Occasion& occasion, Out& out) {
  if (alarm.active && rule_of(c.rule).alarm.latched) {
    return otherwise("the cause is still present: " + now_text(alarm.event));
  }
  if (!alarm.latched()) return otherwise("nothing to reset: " + now_text(alarm.event));
  alarm.event.flags &= ~static_cast<std::uint32_t>(alarm_latched);
  emit_by(alarm, TransitionKind::reset, Telling::journal, who, c.comment, occasion, out);
  return Done{};
}

Result<Done> Alarms::take_out(const AlarmCommand& c, const Person& who, Alarm& alarm,
                              const Occasion& occasion, Out& out) {
  if (c.comment.empty()) return wrong("out of service needs a reason");
  if (alarm.event.service) return otherwise("out of service already: " + now_text(alarm.event));
  const auto until = end_of(c.until, c.length, occasion.at);
  if (!until) return until.error();
  alarm.event.service = Hold{occasion.at, *until, false, who.author, c.comment};
  alarm.event.flags |= alarm_out_of_service;
  emit_by(alarm, TransitionKind::out_of_service, Telling::journal, who, c.comment, occasion, out);
  return Done{};
}

Result<Done> Alarms::reset_first_out(const AlarmCommand& c, const Person& who,
                                     const Occasion& occasion, Out& out) {
  const auto group = first_outs_.find(c.group);
  if (group == first_outs_.end()) {
    return Error{ErrorKind::not_found, "no alarm of the first-out group " + c.group + " stands"};
  }
  if (group->second.first.first.empty()) {
    return otherwise("the first-out group " + c.group + " is reset already");
  }
  const Key key = std::exchange(group->second.first, {});
  Alarm& alarm = find_or_create(key.first, key.second)->second;
  alarm.event.flags &= ~static_cast<std::uint32_t>(alarm_first_out);
  emit_by(alarm, TransitionKind::first_out_reset, Telling::silently, who, c.comment, occasion, out);
  settle(alarm);
  return Done{};
}

Result<Done> Alarms::silence(const AlarmCommand& c, const Person& who, const Occasion& occasion,
                             Out& out) {
  const bool any = std::any_of(alarms_.begin(), alarms_.end(), [this](const auto& entry) {
    const Alarm& alarm = entry.second;
    return alarm.unacked && !is_hidden(alarm.event) && alarm.event.sounded > silenced_;
  });
  if (!any) return otherwise("nothing sounds");
  AlarmEvent row;
  row.kind = TransitionKind::silenced;
  row.rule = rule_horn;
  row.tag = "alarms";
  row.priority = Priority::low;
  row.flags = alarm_in_progress;
  row.author = who.author;
  row.comment = c.comment;
  row.raised_at = occasion.at;
  record(std::move(row), occasion, out);
  silenced_ = last_journal_;
  return Done{};
}

Result<Done> Alarms::maintain(const MaintenanceCommand& c, const Person& who,
                              const Occasion& occasion, Out& out) {
  if (auto mistake = check_texts(who, c.reason)) return *mistake;
  if (c.verb == MaintenanceCommand::Verb::end) {
    const Window* found = maintenance_.find(c.window);
    if (found == nullptr) {
      return Error{ErrorKind::not_found,
                   "there is no maintenance window " + std::to_string(c.window)};
    }
    const Window window = *found;
    maintenance_.erase(c.window);
    record_window(window, TransitionKind::maintenance_ended, who, c.reason, occasion, out);
    refresh_covers(TransitionKind::maintenance_ended, occasion, out);
    return Done{};
  }
  if (c.reason.empty()) return wrong("a maintenance window needs a reason");
  if (c.group.empty() && c.tags.empty()) return wrong("give a group, a pattern of tags, or both");
  if (c.group.size() > comment_bytes_max || c.tags.size() > comment_bytes_max) {
    return wrong("the group or the pattern is too long");
  }
  if (maintenance_.all().size() >= windows_max) {
    return Error{ErrorKind::refused, "there are " + std::to_string(windows_max) + " windows"};
  }
  const Timestamp from = std::max(c.from.value_or(occasion.at), occasion.at);
  const auto until = end_of(c.until, c.length, from);
  if (!until) return until.error();
  if (!*until) return wrong("a maintenance window needs an end or a length");
  if (**until - from > window_length_max) {
    return wrong("a maintenance window may last " + to_text(window_length_max) + " at most");
  }
  if (from - occasion.at > hours{24 * 366}) return wrong("the beginning is too far off");
  Window window{last_journal_ + 1, c.group,    c.tags,   from,
                **until,           who.author, c.reason, from == occasion.at};
  maintenance_.add(window);
  const TransitionKind kind =
      window.started ? TransitionKind::maintenance_started : TransitionKind::maintenance_planned;
  record_window(window, kind, who, c.reason, occasion, out);
  if (window.started) refresh_covers(kind, occasion, out);
  return Done{};
}

}  // namespace parkwatch::alarms
