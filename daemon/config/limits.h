// daemon/config/limits.h - LL, L, H and HH of a rule, with their deadbands. Pure.
#pragma once
#include <optional>
#include <vector>

#include "model/rule.h"
#include "model/settings.h"
#include "model/tag.h"

namespace parkwatch::config {

// A number in the unit of the signal, or a part of the tag's range.
struct Deadband {
  double number = 0;
  bool percent = false;
};

// "2%" or a number >= 0; absent: nothing.
[[nodiscard]] std::optional<Deadband> read_deadband(SettingsReader& reader);

// The levels of a rule. What a level does not say itself is the rule's: priority, delays,
// `deadband`. Percentages are of the range that all `tags` share; `in_tag_unit` false: there is no
// such range (a rate, a count), so that a percentage is a mistake. `whole` is what the levels
// themselves may be a percentage of, and the only level, H, of a rule that gives none.
[[nodiscard]] std::vector<Limit> read_limits(SettingsReader& reader, const RuleSpec& rule,
                                             const std::vector<const Tag*>& tags, bool in_tag_unit,
                                             std::optional<double> whole = std::nullopt);

// Of a rule or a level.
[[nodiscard]] Priority read_priority(SettingsReader& reader, Priority fallback);
[[nodiscard]] Duration read_delay(SettingsReader& reader, std::string_view key, Duration fallback);

}  // namespace parkwatch::config
