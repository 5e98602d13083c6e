// daemon/model/action.h - Commands that alarms publish: what is declared, and what was decided.
// Plain, immutable values; `config` makes them, the pipeline decides by them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/rule.h"
#include "model/time.h"

namespace parkwatch {

inline constexpr std::size_t actions_max = 200;
inline constexpr std::size_t action_topic_bytes_max = 512;
// Of a payload with its placeholders filled in; a longer one is not sent.
inline constexpr std::size_t action_payload_bytes_max = std::size_t{16} << 10;

// The plant's own word that a command had its effect.
struct ActionConfirm {
  std::string tag;  // placeholders of a tag's name: {site} {device} {quantity} {tag}
  Trigger trigger;  // on the tag's value
  Duration within = std::chrono::seconds{10};  // from the decision
  bool operator==(const ActionConfirm&) const = default;
};

// One command: QoS 1, not retained.
struct ActionOrder {
  std::string topic;    // placeholders of a tag's name
  std::string payload;  // placeholders as docs/actions.md lists them; "{{" and "}}" are braces
  bool json = false;    // what placeholders stand for is escaped for a JSON string
  std::optional<ActionConfirm> confirm;
  bool operator==(const ActionOrder&) const = default;
};

struct ActionSpec {
  std::string id;  // unique: letters, digits, '-', '_', '.'
  // Which alarms call for it. Empty lists match everything; at least one is not empty.
  std::vector<std::string> rules;   // patterns as tag_matches takes them
  std::vector<std::string> tags;    // likewise
  std::vector<std::string> groups;  // likewise
  std::vector<Priority> priorities;
  std::vector<Level> levels;
  ActionOrder order;
  // A command that could not be sent by then, from the decision, is dropped.
  Duration expires = std::chrono::seconds{30};
  // The same action on the same topic is not commanded again so soon, unless it was released in
  // between or the alarm is more urgent.
  Duration cooldown = std::chrono::seconds{60};
  // Sent when no alarm calls for it any more, for so long.
  std::optional<ActionOrder> release;
  Duration release_after = std::chrono::seconds{60};
  bool release_acknowledged = true;  // and each was acknowledged
  bool operator==(const ActionSpec&) const = default;

  // An alarm of that level and priority calls for it, as far as these go.
  [[nodiscard]] bool takes(Level level, Priority priority) const;
};

struct ActionPlan {
  bool live = false;               // false: decided and journaled, nothing is published
  std::vector<std::string> allow;  // MQTT topic filters
  std::vector<ActionSpec> actions;
  bool operator==(const ActionPlan&) const = default;

  [[nodiscard]] bool allows(std::string_view topic) const;
  [[nodiscard]] const ActionSpec* find(std::string_view id) const;  // null: there is none
};

// What a row of the journal says of a command.
struct ActionCommand {
  std::uint64_t request = 0;  // journal number of the row that decided it: names it for ever
  bool release = false;       // of the action: takes back what it did
  std::string topic;
  std::string payload;  // as final_payload() takes it
  Timestamp expires;
  std::string cause_rule;  // the alarm that called for it, or was the last to do so
  std::string cause_tag;
  bool operator==(const ActionCommand&) const = default;
};

// "<park>-<generation>-<journal number>": the same for every time that a command is sent.
[[nodiscard]] std::string command_id(std::string_view park, std::string_view generation,
                                     std::uint64_t request);
// With {id} filled in, and doubled braces single: what is published. Only then is it known of which
// generation the store is.
[[nodiscard]] std::string final_payload(std::string_view payload, std::string_view id);

// A filter of MQTT 3.1.1 (4.7): '+' is one whole level, '#' the whole rest.
[[nodiscard]] bool is_topic_filter(std::string_view text);
// A name to publish to: 1..action_topic_bytes_max bytes without wildcards and control characters.
[[nodiscard]] bool is_topic_name(std::string_view text);
// REQUIRES: is_topic_filter(filter)
[[nodiscard]] bool topic_matches(std::string_view filter, std::string_view topic);

// The tag of an action's rows and of its alarm.
[[nodiscard]] std::string action_tag(std::string_view id);

}  // namespace parkwatch
