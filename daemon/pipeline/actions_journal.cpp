// daemon/pipeline/actions_journal.cpp - The rows of commands, and the alarm of those that failed.
#include <algorithm>
#include <utility>

#include "alarms/action_text.h"
#include "pipeline/actions.h"
#include "pipeline/sources.h"

namespace parkwatch::pipeline {
namespace {

using rules::never;

// How late the newest reading of the alarm's tag came, if it was late: a command is as old as what
// it rests on.
Duration age_of(const AlarmEvent& cause, const TagTable& tags) {
  const TagId tag = tags.find(cause.tag);
  if (tag == tag_id_none || !tags.hot(tag).has_newest) return Duration{0};
  const Reading& newest = tags.newest(tag);
  if ((newest.flags & reading_late) == 0) return Duration{0};
  return std::max(newest.receive_time - newest.source_time, Duration{0});
}

std::string sentence_of(const AlarmEvent& row, bool zh) {
  const ActionCommand& command = *row.command;
  const std::string cause = command.cause_rule + " " + command.cause_tag;
  if (zh) {
    return "联动指令未得到确认：" + row.tag + "，主题 " + command.topic + "，起因 " + cause;
  }
  return "the command of " + row.tag + " to " + command.topic + " for " + cause +
         " is not confirmed";
}

}  // namespace

AlarmEvent Actions::row_of(const Wish& wish, Scene& scene) const {
  const ActionOrder& order = wish.release ? *wish.spec.release : wish.spec.order;
  const Duration age = wish.release ? Duration{0} : age_of(wish.cause, scene.tags);
  ActionCommand command;
  command.release = wish.release;
  command.topic = filled_from_tag_name(order.topic, wish.cause.tag);
  command.expires = wish.at + wish.spec.expires - age;
  command.cause_rule = wish.cause.rule;
  command.cause_tag = wish.cause.tag;
  const alarms::CommandContext context{wish.spec,    order,   wish.cause,     scene.plant.park,
                                       wish.release, wish.at, command.expires};
  command.payload = alarms::render_payload(context);
  AlarmEvent row;
  row.rule = rule_action;
  row.tag = action_tag(wish.spec.id);
  row.priority = wish.cause.priority;
  row.level = wish.release ? Level::none : wish.cause.level;
  row.group = wish.cause.group;
  row.raised_at = wish.cause.raised_at;
  row.related = {wish.cause.journal};
  row.message = alarms::command_text(context, command.topic);
  row.command = std::move(command);
  return row;
}

void Actions::record(AlarmEvent row, TransitionKind kind, std::string comment, Scene& scene,
                     Timestamp at) {
  row.kind = kind;
  row.comment = std::move(comment);
  scene.alarms.record(std::move(row), {at, scene.sequence, scene.plant.hash},
                      scene.facts.transitions);
}

void Actions::confirm(Entry& target, Scene& scene, Timestamp at) {
  ActionTarget& t = target.second;
  t.awaits = false;
  t.confirm_due = never;
  record(*t.awaited, TransitionKind::action_confirmed, "by " + scene.tags.slot(t.feedback).tag.name,
         scene, at);
  end_failure(target, scene, at);
}

void Actions::fail(Entry& target, Scene& scene, Timestamp at) {
  ActionTarget& t = target.second;
  t.failed = true;
  refresh_alarm(target.first.first, scene, at);
  // What nothing can mend any more only waits for an operator.
  if (!t.awaits && t.causes.empty()) end_failure(target, scene, at);
}

void Actions::end_failure(Entry& target, Scene& scene, Timestamp at) {
  if (!std::exchange(target.second.failed, false)) return;
  refresh_alarm(target.first.first, scene, at);
}

// One alarm an action, as long as a command of it has failed.
void Actions::refresh_alarm(const std::string& action, Scene& scene, Timestamp at) const {
  const AlarmEvent* failed = nullptr;
  for (const auto& [key, t] : targets_) {
    if (key.first != action || !t.failed) continue;
    if (failed == nullptr || t.awaited->priority > failed->priority) failed = &*t.awaited;
  }
  const std::string tag = action_tag(action);
  alarms::Condition c;
  c.rule = rule_action_unconfirmed;
  c.tag = tag;
  c.group = own_group;
  if (failed != nullptr) {
    c.level = Level::on;
    c.priority = std::max(Priority::high, failed->priority);
    c.message = {sentence_of(*failed, true), sentence_of(*failed, false)};
    c.guidance = {"到现场或用其他办法执行，再查消息服务器、设备和反馈点。",
                  "Do it by hand or by other means, then look at the broker, the device and its "
                  "feedback."};
    c.group = failed->group;
  }
  scene.alarms.apply(std::move(c), {at, scene.sequence, scene.plant.hash}, scene.facts.transitions);
}

}  // namespace parkwatch::pipeline
