// daemon/pipeline/snapshot_actions.cpp - Field by field; the property tests compare whole snapshots
// and fail without a field.
#include "pipeline/snapshot_actions.h"

#include <algorithm>
#include <utility>

#include "pipeline/snapshot_values.h"

namespace parkwatch::pipeline {
namespace {

void put_target(const Actions::Targets::value_type& target, v1::ActionTarget& out) {
  const ActionTarget& t = target.second;
  out.set_action(target.first.first);
  out.set_topic(target.first.second);
  for (const auto& [rule, tag] : t.causes) {
    v1::ActionCause& cause = *out.add_causes();
    cause.set_rule(rule);
    cause.set_tag(tag);
  }
  if (t.ordered) out.set_ordered_us(to_us(*t.ordered));
  out.set_ordered_priority(static_cast<v1::Priority>(t.ordered_priority));
  out.set_engaged(t.engaged);
  if (t.release_due != rules::never) out.set_release_us(to_us(t.release_due));
  if (t.ending) to_message(*t.ending, *out.mutable_ending());
  if (t.awaited) to_message(*t.awaited, *out.mutable_awaited());
  if (t.confirm_due != rules::never) out.set_confirm_us(to_us(t.confirm_due));
  out.set_awaits(t.awaits);
  out.set_failed(t.failed);
}

// False: it contradicts itself, or its action.
bool take_target(const v1::ActionTarget& in, const ActionSpec& spec, ActionTarget& t) {
  for (const v1::ActionCause& cause : in.causes()) t.causes.emplace(cause.rule(), cause.tag());
  if (in.has_ordered_us()) t.ordered = bounded(in.ordered_us());
  if (in.ordered_priority() < 0 || in.ordered_priority() > v1::PRIORITY_CRITICAL) return false;
  t.ordered_priority = static_cast<Priority>(in.ordered_priority());
  t.engaged = in.engaged();
  if (in.has_release_us()) t.release_due = bounded(in.release_us());
  if (in.has_ending()) t.ending = from_message(in.ending());
  if (in.has_awaited()) t.awaited = from_message(in.awaited());
  if (in.has_confirm_us()) t.confirm_due = bounded(in.confirm_us());
  t.awaits = in.awaits();
  t.failed = in.failed();
  if (t.release_due != rules::never && (!t.ending || !spec.release)) return false;
  if (t.awaited && !t.awaited->command) return false;
  if ((t.awaits || t.failed || t.confirm_due != rules::never) && !t.awaited) return false;
  if (!t.awaited) return true;
  const bool release = t.awaited->command->release;
  if (release && !spec.release) return false;
  return !t.awaits || (release ? *spec.release : spec.order).confirm.has_value();
}

}  // namespace

void put_actions(const Actions& actions, v1::Snapshot& out) {
  if (actions.targets().empty() && actions.commands().empty()) return;
  v1::ActionsState& state = *out.mutable_actions();
  for (const auto& target : actions.targets()) put_target(target, *state.add_targets());
  for (const auto& [journal, row] : actions.commands()) to_message(row, *state.add_commands());
}

Result<Done> take_actions(const v1::Snapshot& snapshot, const Plant& plant, const TagTable& tags,
                          Actions& out) {
  Actions::Targets targets;
  Actions::Commands commands;
  for (const v1::ActionTarget& message : snapshot.actions().targets()) {
    const ActionSpec* spec = plant.actions.find(message.action());
    if (spec == nullptr) continue;
    ActionTarget& target = targets[{message.action(), message.topic()}];
    if (!take_target(message, *spec, target)) {
      return contradiction("action " + message.action());
    }
  }
  for (const v1::AlarmEvent& message : snapshot.actions().commands()) {
    auto row = from_message(message);
    if (!row || !row->command) return contradiction("a command");
    commands.insert_or_assign(row->journal, std::move(*row));
  }
  out.restore(plant, tags, std::move(targets), std::move(commands), snapshot.last_journal());
  return Done{};
}

}  // namespace parkwatch::pipeline
