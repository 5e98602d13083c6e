// daemon/notify/cloud_event.h - A transition as a CloudEvent 1.0 in structured JSON. Pure.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "model/alarm_event.h"

namespace parkwatch::notify {

// One thing to tell: a transition of the journal, or one that no journal holds.
struct Alert {
  AlarmEvent event;
  // Not empty: the transition was not stored, and its id is "<park>-<generation>-<this>".
  std::string volatile_id;
};
using AlertPtr = std::shared_ptr<const Alert>;

// Whose events these are.
struct EventOrigin {
  std::string park;
  std::string generation;  // of the store
};

// A longer text is cut, at a character, so that a payload stays far below every broker's limit.
inline constexpr std::size_t alert_text_bytes_max = 4096;

// "<park>-<generation>-<journal>": the same transition has the same id for ever, no two share one.
[[nodiscard]] std::string event_id(const EventOrigin& origin, const Alert& alert);

// "parkwatch.alarm.<what>.v1" where <what> is raised, level_changed, acked, returned (the condition
// ended, not acknowledged yet), cleared (ended and acknowledged before) or removed.
[[nodiscard]] std::string event_type(const AlarmEvent& event);

// Whether the alarm's retained state is emptied by this transition.
[[nodiscard]] bool ends_alarm(const AlarmEvent& event);

// CloudEvents 1.0.2, JSON format 1.0.2 section 3; `sequence` by the extension "sequence", 20 digits
// so that it also sorts as a text. Members as docs/alerts.md lists them, always all of them and in
// this order. Always valid UTF-8 and JSON: bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string cloud_event(const EventOrigin& origin, const Alert& alert);

// The payload of `.../online`. `generation` is left out when empty (the last will).
[[nodiscard]] std::string online_payload(bool online, std::string_view generation,
                                         std::string_view reason);

}  // namespace parkwatch::notify
