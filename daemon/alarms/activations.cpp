// daemon/alarms/activations.cpp - Pairs raises with their ends.
#include "alarms/activations.h"

#include <algorithm>

#include "model/author.h"
#include "model/gates.h"

namespace parkwatch::alarms {
namespace {

void worsen(Activation& activation, const AlarmEvent& event) {
  activation.priority = std::max(activation.priority, event.priority);
  const auto severity = [](Level level) {
    return level == Level::low_low || level == Level::high_high ? 2 : 1;
  };
  if (severity(event.level) > severity(activation.level)) activation.level = event.level;
}

// A device's clock may be ahead of ours. What the gates' ledger finds has no reading's time.
std::optional<Duration> detected_in(const AlarmEvent& raise) {
  if (raise.reading_sequence == 0 || is_gate_rule(raise.rule)) return std::nullopt;
  return std::max(raise.at - raise.reading_time, Duration{0});
}

// A hold that a reload writes down once more began before.
bool begins_unknown(const std::optional<Hold>& hold, const AlarmEvent& event) {
  return hold && hold->author == author_unknown && hold->since == event.at;
}

bool is_unauthorised(const AlarmEvent& event) {
  switch (event.kind) {
    case TransitionKind::shelved:
      return begins_unknown(event.shelving, event);
    case TransitionKind::out_of_service:
      return begins_unknown(event.service, event);
    case TransitionKind::maintenance_planned:
    case TransitionKind::maintenance_started:
    case TransitionKind::loop_check_started:
      return event.author == author_unknown;
    default:
      return false;
  }
}

}  // namespace

void ActivationLog::take(const AlarmEvent& event) {
  if (is_unauthorised(event)) {
    // The row of a loop check is of the gateway's own group, whatever rules see the tag.
    const bool of_a_tag = event.kind == TransitionKind::loop_check_started;
    unauthorised_.push_back({event.at, of_a_tag ? std::string{} : event.group});
  }
  if (is_record_rule(event.rule) || is_of_test(event)) return;
  see(event);
  switch (event.kind) {
    case TransitionKind::raised:
      end_open(event);
      open(event, event.journal, event.at).detected_in = detected_in(event);
      return;
    case TransitionKind::level_changed:
      worsen(opened(event), event);
      return;
    case TransitionKind::acknowledged:
      acknowledge(event);
      return;
    case TransitionKind::returned:
      opened(event).ended = event.at;
      active_.erase({event.rule, event.tag});
      return;
    case TransitionKind::removed:
      end_open(event);
      return;
    case TransitionKind::overdue:
      opened(event).overdue = true;
      return;
    default:  // says nothing about when it was active
      return;
  }
}

std::vector<Activation> ActivationLog::done() {
  std::stable_sort(all_.begin(), all_.end(),
                   [](const Activation& a, const Activation& b) { return a.raised < b.raised; });
  return std::move(all_);
}

Activation& ActivationLog::open(const AlarmEvent& event, std::uint64_t journal, Timestamp raised) {
  const Key key{event.rule, event.tag};
  latest_.insert_or_assign(key, all_.size());
  active_.insert_or_assign(key, all_.size());
  Activation& fresh = all_.emplace_back();
  fresh.rule = event.rule;
  fresh.tag = event.tag;
  fresh.group = event.group;
  fresh.level = event.level;
  fresh.priority = event.priority;
  fresh.journal = journal;
  fresh.raised = raised;
  fresh.message = event.message;
  if (!is_hidden(event)) fresh.shown = raised;
  return fresh;
}

// A loop check is no alarm of the plant. It may end one, and what is acknowledged may be one before
// it.
bool ActivationLog::is_of_test(const AlarmEvent& event) const {
  if ((event.flags & alarm_test) == 0) return false;
  const Key key{event.rule, event.tag};
  if (event.kind == TransitionKind::acknowledged) return !latest_.contains(key);
  const bool ends = event.kind == TransitionKind::returned || event.kind == TransitionKind::removed;
  return !ends || !active_.contains(key);
}

// The active one; one that was raised before the rows begin is opened as its row tells it.
Activation& ActivationLog::opened(const AlarmEvent& event) {
  const auto found = active_.find({event.rule, event.tag});
  return found != active_.end() ? all_[found->second] : open(event, 0, event.raised_at);
}

void ActivationLog::end_open(const AlarmEvent& event) {
  const auto found = active_.find({event.rule, event.tag});
  if (found == active_.end()) return;
  all_[found->second].ended = event.at;
  active_.erase(found);
}

// What was hidden at its raise is shown later, or rises while nothing hides it.
void ActivationLog::see(const AlarmEvent& event) {
  const auto found = active_.find({event.rule, event.tag});
  if (found == active_.end() || event.level == Level::none || is_hidden(event)) return;
  Activation& activation = all_[found->second];
  if (!activation.shown) activation.shown = event.at;
}

// Of what is active, or of what returned before somebody saw it.
void ActivationLog::acknowledge(const AlarmEvent& event) {
  const auto found = latest_.find({event.rule, event.tag});
  const bool known = found != latest_.end();
  Activation& activation = known ? all_[found->second] : open(event, 0, event.raised_at);
  if (!known && event.state == AlarmState::normal) {
    activation.ended = activation.raised;  // it had returned: when, is not among the rows
    active_.erase({event.rule, event.tag});
  }
  if (!activation.acknowledged) {
    activation.acknowledged = event.at;
    activation.author = event.author;
  }
  if (activation.comment.empty()) activation.comment = event.comment;
}

std::vector<Activation> activations_of(std::span<const AlarmEvent> journal) {
  ActivationLog log;
  for (const AlarmEvent& event : journal) log.take(event);
  return log.done();
}

}  // namespace parkwatch::alarms
