// daemon/notify/topics.h - The MQTT topics of the alerts. Pure; docs/alerts.md shows them to
// others.
#pragma once
#include <string>
#include <string_view>

#include "model/rule.h"

namespace parkwatch::notify {

// `text` as part of a topic: what MQTT 3.1.1 (4.7, 1.5.3) or a careful broker refuses in a topic -
// wildcards, control characters, non-characters, bytes that are not UTF-8 - becomes '_', and '/'
// too unless `levels`. Valid names pass unchanged; this only keeps one odd name from ending the
// connection for all others.
[[nodiscard]] std::string topic_part(std::string_view text, bool levels);

// Immutable; any thread.
class Topics {
 public:
  explicit Topics(std::string_view park);

  // Retained: the alarm as it stands; empty when normal. The tag's levels stay levels.
  [[nodiscard]] std::string state(std::string_view rule, std::string_view tag) const;
  // Not retained: each transition.
  [[nodiscard]] std::string event(Priority priority, std::string_view group) const;
  // Retained: whether the daemon is there; its last will.
  [[nodiscard]] std::string online() const;

  // Retained: how many alarms stand; whether the horn sounds.
  [[nodiscard]] std::string summary() const;
  [[nodiscard]] std::string sounder() const;

  // Takes every state topic.
  [[nodiscard]] std::string states_filter() const;
  // Whether `topic` is one that state() could have made.
  [[nodiscard]] bool is_state(std::string_view topic) const;

 private:
  std::string root_;  // "parkwatch/v1/<park>/"
};

}  // namespace parkwatch::notify
