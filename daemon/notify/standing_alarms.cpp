// daemon/notify/standing_alarms.cpp - See the header.
#include "notify/standing_alarms.h"

#include <utility>

namespace parkwatch::notify {

void StandingAlarms::changed(const std::string& topic, AlertPtr alert) {
  if (ends_alarm(alert->event)) {
    alarms_.erase(topic);
  } else {
    alarms_[topic] = Entry{std::move(alert), 0};
  }
}

AlertPtr StandingAlarms::find(const std::string& topic) const {
  const auto found = alarms_.find(topic);
  return found == alarms_.end() ? nullptr : found->second.alert;
}

void StandingAlarms::connected() {
  ++connection_;
  looked_at_.clear();
}

void StandingAlarms::sent(const std::string& topic, const AlertPtr& alert) {
  const auto found = alarms_.find(topic);
  if (found == alarms_.end()) return;
  // By number, since a row read again from the outbox is another object.
  const Alert& held = *found->second.alert;
  if (held.event.journal == alert->event.journal && held.volatile_id == alert->volatile_id) {
    found->second.connection = connection_;
  }
}

std::string StandingAlarms::next_unsent() {
  for (auto at = alarms_.upper_bound(looked_at_); at != alarms_.end(); ++at) {
    if (at->second.connection == connection_) continue;
    looked_at_ = at->first;
    return at->first;
  }
  looked_at_.assign(1, '\x7F');  // above every topic, which begin with "parkwatch"
  return {};
}

}  // namespace parkwatch::notify
