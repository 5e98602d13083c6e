// daemon/pipeline/actions.cpp - From transitions to commands, and from feedback to confirmations.
#include "pipeline/actions.h"

#include <algorithm>
#include <utility>

#include "alarms/action_text.h"

namespace parkwatch::pipeline {
namespace {

using rules::never;

bool matches(const ActionSpec& spec, const AlarmEvent& e) {
  // What is wrong with an action does not call for the same action.
  if (e.rule == rule_action_unconfirmed && e.tag == action_tag(spec.id)) return false;
  return spec.takes(e.level, e.priority) && tag_matches_one(spec.rules, e.rule) &&
         tag_matches_one(spec.tags, e.tag) && tag_matches_one(spec.groups, e.group);
}

// The condition is there, and the action is for it.
bool wants(const ActionSpec& spec, const AlarmEvent& e) {
  return e.level != Level::none && e.kind != TransitionKind::removed && matches(spec, e);
}

bool is_unacknowledged(const AlarmEvent& e) {
  return e.state == AlarmState::unacknowledged || e.state == AlarmState::returned_unacknowledged;
}

// The alarm no longer calls for the action.
bool is_over(const ActionSpec& spec, const AlarmEvent& e) {
  if (e.kind == TransitionKind::removed) return true;
  // It may be back at any moment, and nobody would be told.
  if (wants(spec, e) || (e.flags & alarm_chattering) != 0) return false;
  return !spec.release || !spec.release_acknowledged || !is_unacknowledged(e);
}

// Nobody did anything but the plant, or the alarm is shown again: people's own doings move nothing.
bool may_call(const AlarmEvent& e) {
  switch (e.kind) {
    case TransitionKind::raised:
    case TransitionKind::level_changed:
    case TransitionKind::unshelved:
    case TransitionKind::unsuppressed:
    case TransitionKind::in_service:
    case TransitionKind::commissioned:
    case TransitionKind::maintenance_ended:
      return is_announced(e) && !is_hidden(e) && e.occurrence == e.journal &&
             (e.flags & alarm_test) == 0;
    default:
      return false;
  }
}

std::string reason_to_hold_release(const AlarmEvent& e) {
  if (e.kind == TransitionKind::removed) return "the alarm left the configuration";
  if (is_hidden(e)) return "the alarm is hidden: whoever hid it decides";
  if ((e.flags & alarm_test) != 0) return "the alarm rests on a test value";
  return {};
}

}  // namespace

void Actions::configure(Scene& scene, Timestamp at) {
  const ActionPlan before = std::exchange(plan_, scene.plant.actions);
  const auto is_kept = [&](const std::string& action, const std::string& topic) {
    const ActionSpec* was = before.find(action);
    const ActionSpec* is = plan_.find(action);
    return was != nullptr && is != nullptr && *was == *is && before.live == plan_.live &&
           plan_.allows(topic);
  };
  for (auto each = commands_.begin(); each != commands_.end();) {
    const AlarmEvent row = each->second;
    const std::string action = row.tag.substr(action_tag({}).size());
    if (is_kept(action, row.command->topic)) {
      ++each;
      continue;
    }
    each = commands_.erase(each);
    record(row, TransitionKind::action_withdrawn, "another configuration is in force", scene, at);
  }
  for (auto each = targets_.begin(); each != targets_.end();) {
    const auto target = each++;
    const auto [action, topic] = target->first;
    if (is_kept(action, topic)) continue;
    const bool failed = target->second.failed;
    targets_.erase(target);
    if (failed) refresh_alarm(action, scene, at);
  }
  find_feedback(scene.tags);
  look(scene);
  refresh_due();
}

void Actions::look(Scene& scene) {
  const std::uint64_t last = scene.alarms.last_journal();
  if (last == looked_) return;
  if (plan_.actions.empty() && targets_.empty()) {
    looked_ = last;
    return;
  }
  const std::vector<AlarmEvent>& all = scene.facts.transitions;
  std::size_t first = all.size();
  while (first > 0 && all[first - 1].journal > looked_) --first;
  // What is decided adds rows, also of an alarm of its own.
  for (std::size_t at = first; at < all.size(); ++at) {
    if (is_record_rule(all[at].rule)) continue;
    const AlarmEvent event = all[at];
    take(event, scene);
  }
  looked_ = scene.alarms.last_journal();
  refresh_due();
}

void Actions::take(const AlarmEvent& event, Scene& scene) {
  forget_idle(event.at);
  end_causes(event, scene);
  if (!may_call(event)) return;
  for (const ActionSpec& spec : plan_.actions) {
    if (wants(spec, event)) begin(spec, event, scene);
  }
}

void Actions::end_causes(const AlarmEvent& event, Scene& scene) {
  const std::pair cause{event.rule, event.tag};
  for (Entry& target : targets_) {
    const ActionSpec* spec = plan_.find(target.first.first);
    if (spec == nullptr || !target.second.causes.contains(cause) || !is_over(*spec, event)) {
      continue;
    }
    target.second.causes.erase(cause);
    if (target.second.causes.empty()) idle(target, event, scene);
  }
}

void Actions::begin(const ActionSpec& spec, const AlarmEvent& event, Scene& scene) {
  const std::pair key{spec.id, filled_from_tag_name(spec.order.topic, event.tag)};
  if (!targets_.contains(key) && targets_.size() >= action_targets_max) {
    const Wish wish{spec, event, false, event.at};
    return record(row_of(wish, scene), TransitionKind::action_skipped,
                  "too many topics are commanded", scene, event.at);
  }
  Entry& target = *targets_.try_emplace(key).first;
  target.second.causes.emplace(event.rule, event.tag);
  target.second.release_due = never;
  target.second.ending.reset();
  decide({spec, event, false, event.at}, target.second, scene);
  if (target.second.failed) return fail(target, scene, event.at);
  refresh_alarm(spec.id, scene, event.at);
  if (is_met(target, scene)) confirm(target, scene, event.at);
}

// Nothing calls for it any more.
void Actions::idle(Entry& target, const AlarmEvent& event, Scene& scene) {
  ActionTarget& t = target.second;
  const ActionSpec& spec = *plan_.find(target.first.first);
  if (t.awaited && !t.awaited->command->release) {
    t.awaits = false;
    t.confirm_due = never;
    end_failure(target, scene, event.at);
  }
  if (!spec.release || !t.engaged) return;
  const std::string reason = reason_to_hold_release(event);
  if (!reason.empty()) {
    const Wish wish{spec, event, true, event.at};
    record(row_of(wish, scene), TransitionKind::action_skipped, reason, scene, event.at);
    return;
  }
  t.ending = event;
  t.release_due = event.at + spec.release_after;
}

void Actions::decide(const Wish& wish, ActionTarget& target, Scene& scene) {
  AlarmEvent row = row_of(wish, scene);
  const std::string reason = why_not(wish, target, *row.command);
  if (!reason.empty()) {
    return record(std::move(row), TransitionKind::action_skipped, reason, scene, wish.at);
  }
  const bool too_late = plan_.live && row.command->expires <= wish.at;
  row.command->request = scene.alarms.last_journal() + 1;
  const TransitionKind kind = !plan_.live ? TransitionKind::action_dry_run
                              : too_late  ? TransitionKind::action_expired
                                          : TransitionKind::action_requested;
  record(std::move(row), kind, too_late ? "what the alarm rests on is as old as that" : "", scene,
         wish.at);
  if (wish.release) {
    target.engaged = false;
  } else if (!too_late) {
    target.ordered = wish.at;
    target.ordered_priority = wish.cause.priority;
    target.engaged = true;
  }
  if (plan_.live) await(wish, target, scene.facts.transitions.back(), scene);
}

// From now on the newest command is the one that counts.
void Actions::await(const Wish& wish, ActionTarget& target, const AlarmEvent& row, Scene& scene) {
  const ActionOrder& order = wish.release ? *wish.spec.release : wish.spec.order;
  target.awaited = row;
  target.failed = row.kind == TransitionKind::action_expired;
  target.awaits = order.confirm.has_value();
  target.confirm_due = never;
  target.feedback = tag_id_none;
  if (!target.failed) commands_.emplace(row.journal, row);
  if (!target.awaits) return;
  target.feedback = scene.tags.find(filled_from_tag_name(order.confirm->tag, wish.cause.tag));
  if (!target.failed) target.confirm_due = wish.at + order.confirm->within;
}

// "": it is commanded.
std::string Actions::why_not(const Wish& wish, const ActionTarget& target,
                             const ActionCommand& command) const {
  if (!is_topic_name(command.topic) || !plan_.allows(command.topic)) {
    return "the allow-list does not cover the topic";
  }
  if (command.payload.size() > action_payload_bytes_max) return "the payload is too long";
  if (commands_.size() >= commands_max) return "too many commands wait to be sent";
  if (wish.release || !target.ordered || !target.engaged) return {};
  if (wish.at - *target.ordered >= wish.spec.cooldown) return {};
  if (wish.cause.priority > target.ordered_priority) return {};
  return "commanded already at " + to_rfc3339(*target.ordered) + ", within the cooldown";
}

void Actions::look_at_feedback(Scene& scene, Timestamp at) {
  if (awaiting_ == 0) return;
  for (Entry& target : targets_) {
    const ActionTarget& t = target.second;
    if (!t.awaits || t.feedback == tag_id_none || !scene.tags.hot(t.feedback).has_newest) continue;
    if (scene.tags.newest(t.feedback).sequence != scene.sequence) continue;
    if (is_met(target, scene)) confirm(target, scene, at);
  }
  look(scene);
}

bool Actions::is_met(const Entry& target, const Scene& scene) const {
  const ActionTarget& t = target.second;
  if (!t.awaits || t.feedback == tag_id_none || !scene.tags.hot(t.feedback).has_newest) {
    return false;
  }
  const Reading& newest = scene.tags.newest(t.feedback);
  if (newest.quality == Quality::bad || newest.reason == QualityReason::first_value) return false;
  const auto value = as_number(newest.value);
  const ActionSpec& spec = *plan_.find(target.first.first);
  const ActionOrder& order = t.awaited->command->release ? *spec.release : spec.order;
  return value && order.confirm->trigger.is_met(*value);
}

void Actions::fire_next(Scene& scene) {
  const Timestamp due = next_due_;
  for (Entry& target : targets_) {
    ActionTarget& t = target.second;
    if (t.confirm_due == due) {
      t.confirm_due = never;
      fail(target, scene, due);
      break;
    }
    if (t.release_due == due) {
      t.release_due = never;
      const AlarmEvent ending = *std::exchange(t.ending, std::nullopt);
      decide({*plan_.find(target.first.first), ending, true, due}, t, scene);
      refresh_alarm(target.first.first, scene, due);
      if (is_met(target, scene)) confirm(target, scene, due);
      break;
    }
  }
  look(scene);
  refresh_due();
}

void Actions::on_report(const ActionReport& report, Scene& scene, Timestamp at) {
  const auto found = commands_.find(report.request);
  if (found == commands_.end()) return;
  const AlarmEvent row = std::move(found->second);
  commands_.erase(found);
  const bool sent = report.outcome == ActionReport::Outcome::sent;
  record(row, sent ? TransitionKind::action_sent : TransitionKind::action_expired, report.detail,
         scene, at);
  if (sent) return;
  for (Entry& target : targets_) {
    const auto& awaited = target.second.awaited;
    if (awaited && awaited->journal == report.request) fail(target, scene, at);
  }
  look(scene);
  refresh_due();
}

// At most to where it would end if it began now.
void Actions::shift(Duration by, Timestamp now, bool clock_step) {
  const auto move = [by, now](Timestamp& due, Duration whole) {
    if (due != never) due = std::min(due + by, now + whole);
  };
  for (auto& [key, t] : targets_) {
    const ActionSpec* const spec = plan_.find(key.first);
    if (spec == nullptr) continue;
    const bool releases = t.awaited && t.awaited->command->release && spec->release;
    const ActionOrder& order = releases ? *spec->release : spec->order;
    move(t.confirm_due, order.confirm ? order.confirm->within : Duration{0});
    move(t.release_due, spec->release_after);
    if (!clock_step) continue;
    if (t.ordered) *t.ordered += by;
    if (t.awaited) t.awaited->command->expires += by;
  }
  if (clock_step) {
    for (auto& [journal, row] : commands_) row.command->expires += by;
  }
  refresh_due();
}

// Of targets about which there is nothing to remember.
void Actions::forget_idle(Timestamp at) {
  std::erase_if(targets_, [&](const Entry& target) {
    const ActionTarget& t = target.second;
    const ActionSpec* spec = plan_.find(target.first.first);
    const bool busy = !t.causes.empty() || t.release_due != never || t.awaits || t.failed;
    if (spec == nullptr || busy || (spec->release && t.engaged)) return false;
    if (t.ordered && at - *t.ordered < spec->cooldown) return false;
    return !t.awaited || !commands_.contains(t.awaited->journal);
  });
}

void Actions::find_feedback(const TagTable& tags) {
  for (auto& [key, t] : targets_) {
    const ActionSpec* spec = plan_.find(key.first);
    if (!t.awaits || spec == nullptr) continue;
    const ActionCommand& command = *t.awaited->command;
    const ActionOrder& order = command.release ? *spec->release : spec->order;
    t.feedback = tags.find(filled_from_tag_name(order.confirm->tag, command.cause_tag));
  }
}

void Actions::refresh_due() {
  next_due_ = never;
  awaiting_ = 0;
  for (const auto& [key, t] : targets_) {
    awaiting_ += t.awaits ? 1 : 0;
    next_due_ = std::min({next_due_, t.confirm_due, t.release_due});
  }
}

void Actions::restore(const Plant& plant, const TagTable& tags, Targets targets, Commands commands,
                      std::uint64_t looked) {
  plan_ = plant.actions;
  targets_ = std::move(targets);
  commands_ = std::move(commands);
  looked_ = looked;
  find_feedback(tags);
  refresh_due();
}

}  // namespace parkwatch::pipeline
