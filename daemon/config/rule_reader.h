// daemon/config/rule_reader.h - [[rule]] tables -> rules with their tags resolved, each checked.
// Pure.
#pragma once
#include <cstddef>
#include <vector>

#include "config/tags.h"
#include "model/calendar.h"
#include "model/rule.h"
#include "model/settings.h"

namespace parkwatch::config {

inline constexpr std::size_t rules_max = 100'000;
// Rules times their tags: each is an alarm with a state of its own.
inline constexpr std::size_t alarms_max = 1'000'000;

// Every rule of every table, in their order. What is wrong is reported at its key; the rules are
// usable only if nothing was. Dates without an offset are those of `calendar`, and so are days and
// shifts.
[[nodiscard]] std::vector<RuleSpec> read_rules(const std::vector<const SettingsTable*>& tables,
                                               TagIndex& index, const Calendar& calendar,
                                               Diagnostics& out);

}  // namespace parkwatch::config
