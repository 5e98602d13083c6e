// daemon/alarms/groups.cpp - What concerns several alarms: first-out groups, maintenance windows,
// floods, a new configuration.
#include <algorithm>

#include "alarms/alarms.h"
#include "model/tag.h"

namespace parkwatch::alarms {
namespace {

std::string name_of(const Opened& alarm) { return alarm.rule + " " + alarm.tag; }

Text flood_text(const std::vector<Opened>& first) {
  std::string list;
  for (const Opened& each : first) list += (list.empty() ? "" : ", ") + name_of(each);
  return {"报警泛滥：10 分钟内超过 10 个新报警；最先的十个：" + list,
          "alarm flood: more than 10 new alarms in 10 min; the first ten: " + list};
}

std::string covered_text(const Window& window) {
  std::string text;
  if (!window.group.empty()) text = "group " + window.group;
  if (!window.tags.empty()) text += (text.empty() ? "tags " : ", tags ") + window.tags;
  return text;
}

}  // namespace

void Alarms::configure(const Plant& plant, const Occasion& occasion, Out& out) {
  rules_.clear();
  for (const RuleSpec& rule : plant.rules) {
    Rule& own = rules_[rule.id];
    own.alarm = rule.alarm;
    own.group = rule.group;
    own.highest = rule.priority;
    if (rule.limits.empty()) continue;
    own.highest = Priority::low;
    for (const Limit& limit : rule.limits) own.highest = std::max(own.highest, limit.priority);
  }
  not_commissioned_.clear();
  tested_.clear();
  for (const Tag& tag : plant.tags) {
    if (!tag.commissioned) not_commissioned_.insert(tag.name);
  }
  for (auto each = alarms_.begin(); each != alarms_.end();) {
    const auto at = each++;
    Alarm& alarm = at->second;
    const bool hides = not_commissioned_.contains(at->first.second);
    if (hides == ((alarm.event.flags & alarm_not_commissioned) != 0)) continue;
    alarm.event.flags ^= alarm_not_commissioned;
    if (alarm.stands() && hides) {
      emit(alarm, TransitionKind::commissioned, Telling::journal, occasion, out);
    } else if (alarm.stands()) {
      show_again(alarm, TransitionKind::commissioned, {nobody}, nobody, occasion, out);
    }
    settle(at);
  }
}

void Alarms::enter_group(Alarm& alarm) {
  const AlarmSpec& spec = rule_of(alarm.event.rule).alarm;
  if (spec.first_out_group.empty() || (alarm.event.flags & alarm_test) != 0) return;
  const Key key{alarm.event.rule, alarm.event.tag};
  const bool enters = alarm.first_out_group.empty();
  if (enters) {
    alarm.first_out_group = filled_from_tag_name(spec.first_out_group, alarm.event.tag);
  }
  FirstOut& group = first_outs_[alarm.first_out_group];
  if (enters) ++group.standing;
  if (group.first.first.empty()) group.first = key;
  if (group.first == key) alarm.event.flags |= alarm_first_out;
}

void Alarms::leave_group(Alarm& alarm) {
  alarm.event.flags &= ~static_cast<std::uint32_t>(alarm_first_out);
  if (alarm.first_out_group.empty()) return;
  const auto group = first_outs_.find(alarm.first_out_group);
  alarm.first_out_group.clear();
  if (group != first_outs_.end() && --group->second.standing == 0) first_outs_.erase(group);
}

bool Alarms::is_covered(const Alarm& alarm) const {
  return maintenance_.covers(alarm.event.group, alarm.event.tag) &&
         !rule_of(alarm.event.rule).alarm.even_in_maintenance;
}

// A window began or ended: what stands and is hidden by it, or no longer is.
void Alarms::refresh_covers(TransitionKind kind, const Occasion& occasion, Out& out) {
  for (auto each = alarms_.begin(); each != alarms_.end();) {
    const auto at = each++;
    Alarm& alarm = at->second;
    const bool covered = is_covered(alarm);
    if (covered == ((alarm.event.flags & alarm_maintenance) != 0)) continue;
    alarm.event.flags ^= alarm_maintenance;
    if (alarm.stands() && covered) {
      emit(alarm, kind, Telling::journal, occasion, out);
    } else if (alarm.stands()) {
      show_again(alarm, kind, {nobody}, nobody, occasion, out);
    }
    settle(at);
  }
}

void Alarms::record_window(const Window& window, TransitionKind kind, const Person& who,
                           const std::string& comment, const Occasion& occasion, Out& out) {
  AlarmEvent row;
  row.kind = kind;
  row.rule = rule_maintenance;
  row.tag = "window/" + std::to_string(window.id);
  row.priority = Priority::low;
  row.group = window.group;
  row.scope = window.tags;
  row.raised_at = window.from;
  row.author = who.author;
  row.comment = comment;
  row.shelving = Hold{window.from, window.until, false, window.author, window.reason};
  const std::string what = covered_text(window);
  row.message = {"维护窗口（" + what + "）：" + window.reason,
                 "maintenance of " + what + ": " + window.reason};
  if (kind != TransitionKind::maintenance_ended) row.flags = alarm_in_progress;
  record(std::move(row), occasion, out);
}

void Alarms::fire_window(const Occasion& occasion, Out& out) {
  Window& window = *maintenance_.next();
  if (!window.started) {
    window.started = true;
    record_window(window, TransitionKind::maintenance_started, {nobody}, nobody, occasion, out);
    return refresh_covers(TransitionKind::maintenance_started, occasion, out);
  }
  const Window ended = window;
  maintenance_.erase(ended.id);
  record_window(ended, TransitionKind::maintenance_ended, {nobody}, "its end", occasion, out);
  refresh_covers(TransitionKind::maintenance_ended, occasion, out);
}

void Alarms::told_open(const AlarmEvent& event, const Occasion& occasion, Out& out) {
  if (!flood_.note({event.at, event.journal, event.rule, event.tag})) return;
  AlarmEvent row;
  row.kind = TransitionKind::flood_started;
  row.rule = rule_flood;
  row.tag = "alarms";
  row.priority = Priority::high;
  row.flags = alarm_in_progress;
  row.notice = Notice::opens;
  row.raised_at = occasion.at;
  row.message = flood_text(flood_.first());
  for (const Opened& each : flood_.first()) row.related.push_back(each.journal);
  record(std::move(row), occasion, out);
}

Timestamp Alarms::next_due() const {
  const Timestamp alarm = queue_.empty() ? never : (*queue_.begin())->queued;
  return std::min({alarm, maintenance_.next_due(), flood_.due()});
}

void Alarms::fire_next(std::uint64_t sequence, const std::string& plant, Out& out) {
  const Occasion occasion{next_due(), sequence, plant};
  if (maintenance_.next_due() == occasion.at) return fire_window(occasion, out);
  if (!queue_.empty() && (*queue_.begin())->queued == occasion.at) {
    return fire_alarm(**queue_.begin(), occasion, out);
  }
  AlarmEvent row;
  row.kind = TransitionKind::flood_ended;
  row.rule = rule_flood;
  row.tag = "alarms";
  row.priority = Priority::high;
  row.notice = Notice::closes;
  row.raised_at = occasion.at;
  row.message = flood_text(flood_.first());
  for (const Opened& each : flood_.first()) row.related.push_back(each.journal);
  flood_.end();
  record(std::move(row), occasion, out);
}

// One after the other, each as if it were alone.
void Alarms::fire_alarm(Alarm& alarm, const Occasion& occasion, Out& out) {
  AlarmEvent& event = alarm.event;
  const Timestamp at = occasion.at;
  if (event.shelving && event.shelving->until == at) {
    unshelve(alarm, {nobody}, "its end", occasion, out);
  }
  if (event.service && event.service->until == at) {
    event.service.reset();
    event.flags &= ~static_cast<std::uint32_t>(alarm_out_of_service);
    show_again(alarm, TransitionKind::in_service, {nobody}, "its end", occasion, out);
  }
  if (alarm.recheck_due == at) {
    alarm.recheck_due = never;
    event.flags &= ~static_cast<std::uint32_t>(alarm_suppressed);
    show_again(alarm, TransitionKind::unsuppressed, {nobody}, nobody, occasion, out);
  }
  if (alarm.overdue_due == at) {
    alarm.overdue_due = never;
    if (!is_hidden(event)) {
      emit(alarm, TransitionKind::overdue, Telling::journal, occasion, out);
    }
  }
  if (alarm.realarm_due == at) {
    alarm.realarm_due = never;
    if (!is_hidden(event)) {
      unacknowledge(alarm, occasion);
      emit(alarm, TransitionKind::re_alarmed, Telling::sound, occasion, out);
    }
  }
  if (alarm.chatter_due == at) {
    alarm.chatter_due = never;
    alarm.raised.clear();
    if ((event.flags & alarm_chattering) != 0) {
      event.flags &= ~static_cast<std::uint32_t>(alarm_chattering);
      emit(alarm, TransitionKind::chatter_ended, Telling::journal, occasion, out);
      event.raises = 0;
    }
  }
  settle(alarm);
}

void Alarms::shift(Duration by, bool clock_step) {
  const auto move = [by](Timestamp& due) {
    if (due != never) due += by;
  };
  for (auto& [key, alarm] : alarms_) {
    move(alarm.recheck_due);
    move(alarm.chatter_due);
    if (!clock_step) continue;
    move(alarm.realarm_due);
    move(alarm.overdue_due);
    if (alarm.event.respond_by) *alarm.event.respond_by += by;
    // For a time, not until an hour of the day: the cap of a priority is a time.
    if (alarm.event.shelving && alarm.event.shelving->until) *alarm.event.shelving->until += by;
  }
  if (clock_step) flood_.shift(by);
  queue_.clear();
  for (auto& [key, alarm] : alarms_) {
    alarm.queued = never;
    queue(alarm);
  }
}

void Alarms::restore(Saved saved) {
  alarms_.clear();
  queue_.clear();
  standing_ = 0;
  first_outs_ = std::move(saved.first_outs);
  for (Alarm& alarm : saved.alarms) {
    Key key{alarm.event.rule, alarm.event.tag};
    if (alarms_.contains(key)) continue;
    if (!alarm.first_out_group.empty()) ++first_outs_[alarm.first_out_group].standing;
    const auto at = alarms_.emplace(std::move(key), std::move(alarm)).first;
    at->second.queued = never;
    queue(at->second);
    if (at->second.event.state != AlarmState::normal) ++standing_;
  }
  std::erase_if(first_outs_, [](const auto& group) { return group.second.standing == 0; });
  flood_ = std::move(saved.flood);
  maintenance_ = std::move(saved.maintenance);
  silenced_ = saved.silenced;
  last_journal_ = saved.last_journal;
}

}  // namespace parkwatch::alarms
