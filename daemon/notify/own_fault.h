// daemon/notify/own_fault.h - Faults of the daemon itself that no journal can hold, as alarms:
// told, and not stored. Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "notify/cloud_event.h"

namespace parkwatch::notify {

class OwnFaults {
 public:
  // Of those that stand at a time; there are only a few kinds.
  static constexpr std::size_t faults_max = 32;

  // `ids`: what the ids of its alerts begin with; a number follows.
  explicit OwnFaults(std::string ids) : ids_(std::move(ids)) {}

  // The fault `name` begins or ends: a critical alarm of rule "parkwatch-<name>" on tag
  // "parkwatch/<name>", of group "parkwatch", which ends in the words of its beginning. Null: it is
  // known so already, or there are too many.
  [[nodiscard]] AlertPtr changed(std::string_view name, bool active, const Text& message,
                                 Timestamp at);

 private:
  const std::string ids_;
  std::uint64_t number_ = 0;
  std::map<std::string, AlertPtr, std::less<>> standing_;  // by name
};

}  // namespace parkwatch::notify
