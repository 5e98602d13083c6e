// daemon/notify/standing_alarms.h - The alarms that stand, by their retained topic, and which of
// them the broker has been told since it was connected. Pure; one thread.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "notify/cloud_event.h"

namespace parkwatch::notify {

// As many as alarms stand: the one collection here without a bound of its own, since the alarms'
// number is bounded by the configuration.
class StandingAlarms {
 public:
  // The alarm's newest transition, committed but perhaps not sent yet.
  void changed(const std::string& topic, AlertPtr alert);
  [[nodiscard]] bool stands(const std::string& topic) const { return alarms_.contains(topic); }
  [[nodiscard]] AlertPtr find(const std::string& topic) const;

  // A new connection: the broker may have forgotten everything.
  void connected();
  // This transition was sent on its topic over the present connection.
  void sent(const std::string& topic, const AlertPtr& alert);
  // The next alarm that was not sent over the present connection, once each; "" when there is none.
  [[nodiscard]] std::string next_unsent();

 private:
  struct Entry {
    AlertPtr alert;
    std::uint64_t connection = 0;  // over which `alert` was sent
  };
  std::map<std::string, Entry, std::less<>> alarms_;
  std::uint64_t connection_ = 1;
  std::string looked_at_;  // next_unsent() has looked at all topics up to this one
};

}  // namespace parkwatch::notify
