// daemon/alarms/action_text.h - What an action's command says: placeholders filled in from the
// alarm that calls for it. Pure.
#pragma once
#include <string>
#include <vector>

#include "model/action.h"
#include "model/alarm_event.h"

namespace parkwatch::alarms {

// One command that is about to be decided.
struct CommandContext {
  const ActionSpec& spec;
  const ActionOrder& order;
  const AlarmEvent& cause;  // the transition because of which
  const std::string& park;
  bool release = false;
  Timestamp at;
  Timestamp expires;
};

// Those of a payload: {id} {park} {action} {command} {rule} {tag} {site} {device} {quantity}
// {group} {level} {priority} {value} {limit} {unit} {message.zh} {message.en} {at} {expires}.
[[nodiscard]] const std::vector<std::string>& payload_placeholders();

// As final_payload() takes it: {id} is left, braces of what is filled in are doubled.
[[nodiscard]] std::string render_payload(const CommandContext& context);

// Of the row, for people.
[[nodiscard]] Text command_text(const CommandContext& context, const std::string& topic);

// The payload of an order that has none of its own, to be read with ActionOrder::json.
[[nodiscard]] std::string default_payload();

}  // namespace parkwatch::alarms
