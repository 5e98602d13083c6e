// daemon/notify/own_fault.h - Faults of the daemon itself that no journal can hold, as alarms:
// told, and not stored. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "notify/cloud_event.h"

namespace parkwatch::notify {

// Kinds of them that stand at a time.
inline constexpr std::size_t faults_max = 32;

// A critical alarm of rule "parkwatch-<name>" on tag "parkwatch/<name>", of group "parkwatch".
// `volatile_id`: as Alert's, never empty.
[[nodiscard]] AlertPtr fault_begins(std::string_view name, const Text& message, Timestamp at,
                                    std::string volatile_id);
// The end of `begun`, in its words.
[[nodiscard]] AlertPtr fault_ends(const AlertPtr& begun, Timestamp at, std::string volatile_id);

}  // namespace parkwatch::notify
