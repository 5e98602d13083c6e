// daemon/pipeline/snapshot_alarms.cpp - Field by field; the property tests compare whole snapshots
// and fail without a field.
#include "pipeline/snapshot_alarms.h"

#include <algorithm>
#include <utility>

#include "pipeline/snapshot_values.h"

namespace parkwatch::pipeline {
namespace {

using alarms::Alarm;
using alarms::Opened;
using alarms::Window;

void put_memory(const Alarm& alarm, v1::AlarmMemory& out) {
  out.set_active(alarm.active);
  out.set_unacked(alarm.unacked);
  out.set_open(alarm.open);
  out.set_told(alarm.told);
  out.set_by_design(alarm.by_design);
  out.set_shelf_level(static_cast<v1::Level>(alarm.shelf_level));
  out.set_told_level(static_cast<v1::Level>(alarm.told_level));
  for (const Timestamp raised : alarm.raised) out.add_raised_us(to_us(raised));
  if (alarm.realarm_due != alarms::never) out.set_realarm_us(to_us(alarm.realarm_due));
  if (alarm.recheck_due != alarms::never) out.set_recheck_us(to_us(alarm.recheck_due));
  if (alarm.chatter_due != alarms::never) out.set_chatter_us(to_us(alarm.chatter_due));
  if (alarm.overdue_due != alarms::never) out.set_overdue_us(to_us(alarm.overdue_due));
  out.set_first_out_group(alarm.first_out_group);
  if (alarm.event.shelving) {
    out.set_shelf_priority(static_cast<v1::Priority>(alarm.shelf_priority));
  }
}

bool is_level(int number) { return number >= 0 && number <= static_cast<int>(Level::high_high); }

bool is_priority(int number) {
  return number >= 0 && number <= static_cast<int>(Priority::critical);
}

bool take_memory(const v1::AlarmMemory& in, Alarm& alarm) {
  if (!is_level(in.shelf_level()) || !is_level(in.told_level())) return false;
  if (in.has_shelf_priority() && !is_priority(in.shelf_priority())) return false;
  alarm.active = in.active();
  alarm.unacked = in.unacked();
  alarm.open = in.open();
  alarm.told = in.told();
  alarm.by_design = in.by_design();
  alarm.shelf_level = static_cast<Level>(in.shelf_level());
  alarm.told_level = static_cast<Level>(in.told_level());
  // A version that did not keep it: as urgent as the alarm is by now.
  alarm.shelf_priority =
      in.has_shelf_priority() ? static_cast<Priority>(in.shelf_priority()) : alarm.event.priority;
  for (const auto raised : in.raised_us()) alarm.raised.push_back(bounded(raised));
  if (in.has_realarm_us()) alarm.realarm_due = from_us(in.realarm_us());
  if (in.has_recheck_us()) alarm.recheck_due = from_us(in.recheck_us());
  if (in.has_chatter_us()) alarm.chatter_due = from_us(in.chatter_us());
  if (in.has_overdue_us()) alarm.overdue_due = from_us(in.overdue_us());
  alarm.first_out_group = in.first_out_group();
  // What counts raises has at least one.
  const bool chatters = (alarm.event.flags & alarm_chattering) != 0;
  return !chatters || !alarm.raised.empty();
}

// Of a version that kept only the last transition: all of these were announced.
void guess_memory(Alarm& alarm) {
  const AlarmState state = alarm.event.state;
  alarm.active = state == AlarmState::unacknowledged || state == AlarmState::acknowledged;
  alarm.unacked =
      state == AlarmState::unacknowledged || state == AlarmState::returned_unacknowledged;
  alarm.open = alarm.active;
  alarm.told = alarm.unacked;
  alarm.told_level = alarm.event.level;
}

void put_opened(const Opened& opened, v1::OpenedState& out) {
  out.set_at_us(to_us(opened.at));
  out.set_journal(opened.journal);
  out.set_rule(opened.rule);
  out.set_tag(opened.tag);
}

Opened opened_of(const v1::OpenedState& in) {
  return {bounded(in.at_us()), in.journal(), in.rule(), in.tag()};
}

void put_window(const Window& window, v1::MaintenanceWindow& out) {
  out.set_id(window.id);
  out.set_group(window.group);
  out.set_tags(window.tags);
  out.set_from_us(to_us(window.from));
  out.set_until_us(to_us(window.until));
  out.set_author(window.author);
  out.set_reason(window.reason);
  out.set_started(window.started);
}

Window window_of(const v1::MaintenanceWindow& in) {
  return {in.id(),     in.group(),  in.tags(),   from_us(in.from_us()), from_us(in.until_us()),
          in.author(), in.reason(), in.started()};
}

void take_state(const v1::AlarmsState& state, alarms::Alarms::Saved& saved) {
  for (const v1::FirstOutState& group : state.first_outs()) {
    saved.first_outs[group.group()].first = {group.rule(), group.tag()};
  }
  std::vector<Opened> newest;
  for (const v1::OpenedState& opened : state.newest()) newest.push_back(opened_of(opened));
  std::vector<Opened> first;
  for (const v1::OpenedState& opened : state.flood_first()) first.push_back(opened_of(opened));
  saved.flood.restore(std::move(newest), state.flood(), std::move(first));
  for (const v1::MaintenanceWindow& window : state.windows()) {
    saved.maintenance.add(window_of(window));
  }
  saved.silenced = state.silenced();
}

}  // namespace

void put_alarms(const alarms::Alarms& alarms, v1::Snapshot& out) {
  out.set_last_journal(alarms.last_journal());
  for (const auto& [key, alarm] : alarms.remembered()) {
    to_message(alarm.event, *out.add_alarms());
    put_memory(alarm, *out.add_alarm_memories());
  }
  v1::AlarmsState& state = *out.mutable_alarms_state();
  for (const auto& [name, group] : alarms.first_outs()) {
    v1::FirstOutState& each = *state.add_first_outs();
    each.set_group(name);
    each.set_rule(group.first.first);
    each.set_tag(group.first.second);
  }
  for (const Opened& opened : alarms.flood().newest()) put_opened(opened, *state.add_newest());
  state.set_flood(alarms.flood().on());
  if (alarms.flood().on()) {
    for (const Opened& each : alarms.flood().first()) put_opened(each, *state.add_flood_first());
  }
  for (const auto& [id, window] : alarms.maintenance().all()) {
    put_window(window, *state.add_windows());
  }
  state.set_silenced(alarms.silenced());
}

Result<alarms::Alarms::Saved> take_alarms(const v1::Snapshot& snapshot) {
  alarms::Alarms::Saved saved;
  const bool remembered = snapshot.alarm_memories_size() == snapshot.alarms_size();
  if (!remembered && snapshot.alarm_memories_size() != 0) return contradiction("alarms' memory");
  for (int i = 0; i < snapshot.alarms_size(); ++i) {
    const v1::AlarmEvent& message = snapshot.alarms(i);
    auto event = from_message(message);
    if (!event) return contradiction("alarm of " + message.rule());
    Alarm alarm;
    alarm.event = std::move(*event);
    if (!remembered) {
      guess_memory(alarm);
    } else if (!take_memory(snapshot.alarm_memories(i), alarm)) {
      return contradiction("memory of the alarm of " + message.rule());
    }
    saved.alarms.push_back(std::move(alarm));
  }
  take_state(snapshot.alarms_state(), saved);
  saved.last_journal = snapshot.last_journal();
  return saved;
}

void put_loop_checks(const LoopChecks& checks, v1::Snapshot& out) {
  for (const auto& [tag, check] : checks) {
    v1::LoopCheckState& state = *out.add_loop_checks();
    state.set_tag_id(tag);
    state.set_value(check.value);
    state.set_since_us(to_us(check.since));
    state.set_until_us(to_us(check.until));
    state.set_author(check.author);
    state.set_reason(check.reason);
    state.set_sequence(check.sequence);
  }
}

Result<LoopChecks> take_loop_checks(const v1::Snapshot& snapshot, const TagTable& tags) {
  LoopChecks checks;
  for (const v1::LoopCheckState& state : snapshot.loop_checks()) {
    if (state.tag_id() >= tags.size()) return contradiction("a loop check");
    checks[state.tag_id()] = {
        state.value(),  from_us(state.since_us()), from_us(state.until_us()), state.author(),
        state.reason(), state.sequence()};
  }
  return checks;
}

}  // namespace parkwatch::pipeline
