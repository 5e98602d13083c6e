// daemon/rules/message.h - An alarm's text with its placeholders filled in. Pure.
#pragma once
#include <optional>
#include <string>

#include "model/rule.h"
#include "model/tag.h"

namespace parkwatch::rules {

// A rendered text is cut at this many bytes, at a character's border.
inline constexpr std::size_t message_bytes_max = 2000;

// What the placeholders stand for at one raise or change of level.
struct MessageContext {
  const RuleSpec& rule;
  const Tag& tag;
  Level level = Level::on;
  Priority priority = Priority::medium;
  std::optional<double> value;  // of the signal
  std::optional<double> limit;
  std::string unit;  // of the signal
};

// {tag} {site} {device} {quantity} {description} {value} {limit} {unit} {level} {priority} {rule}
// {group}, {other} (the partner of a deviation, the command of a mismatch), {target} (of a
// forecast), and the rule's columns of the tag; numbers with the tag's decimals, or with
// `{value:.1f}`. `{{` and `}}` are braces. An unknown placeholder stays as it is written.
[[nodiscard]] Text render(const Text& text, const MessageContext& context);
// The rule's message; what a rule without one says in both languages.
[[nodiscard]] Text render_message(const MessageContext& context);
// Of the signal of `rule` on `tag`: "m", "m/min", "s" for stale, "min" for forecast, "" for a
// count.
[[nodiscard]] std::string unit_of_signal(const RuleSpec& rule, const Tag& tag);

}  // namespace parkwatch::rules
