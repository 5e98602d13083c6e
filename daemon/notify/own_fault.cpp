// daemon/notify/own_fault.cpp - See the header.
#include "notify/own_fault.h"

#include <utility>

namespace parkwatch::notify {
namespace {

AlertPtr fault_begins(std::string_view name, const Text& message, Timestamp at,
                      std::string volatile_id) {
  Alert alert;
  AlarmEvent& event = alert.event;
  event.at = event.raised_at = event.reading_time = at;
  event.kind = TransitionKind::raised;
  event.state = AlarmState::unacknowledged;
  event.rule = "parkwatch-" + std::string{name};
  event.tag = "parkwatch/" + std::string{name};
  event.level = Level::on;
  event.priority = Priority::critical;
  event.group = "parkwatch";
  event.message = message;
  alert.volatile_id = std::move(volatile_id);
  return std::make_shared<const Alert>(std::move(alert));
}

AlertPtr fault_ends(const AlertPtr& begun, Timestamp at, std::string volatile_id) {
  Alert alert = *begun;
  alert.event.at = alert.event.reading_time = at;
  alert.event.kind = TransitionKind::returned;
  alert.event.state = AlarmState::normal;
  alert.event.level = Level::none;
  alert.volatile_id = std::move(volatile_id);
  return std::make_shared<const Alert>(std::move(alert));
}

}  // namespace

AlertPtr OwnFaults::changed(std::string_view name, bool active, const Text& message, Timestamp at) {
  const auto known = standing_.find(name);
  if ((known != standing_.end()) == active) return nullptr;
  if (active && standing_.size() >= faults_max) return nullptr;
  std::string id = ids_ + std::to_string(++number_);
  if (active) {
    return standing_.emplace(name, fault_begins(name, message, at, std::move(id))).first->second;
  }
  AlertPtr end = fault_ends(known->second, at, std::move(id));
  standing_.erase(known);
  return end;
}

}  // namespace parkwatch::notify
