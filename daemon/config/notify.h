// daemon/config/notify.h - [[receiver]], [[route]] and [[escalation]]: who is told of which alarm.
// Pure, but for a look at the files that keys name.
#pragma once
#include <vector>

#include "config/sections.h"
#include "model/notify_plan.h"
#include "model/settings.h"

namespace parkwatch::config {

inline constexpr std::size_t receivers_max = 64;
inline constexpr std::size_t routes_max = 1000;
inline constexpr std::size_t escalations_max = 200;
inline constexpr std::size_t repeat_times_max = 1000;

// The tables of all files, in their order.
struct NotifyTables {
  std::vector<const SettingsTable*> receivers;
  std::vector<const SettingsTable*> routes;
  std::vector<const SettingsTable*> escalations;
};

// Usable only if nothing was reported as an error.
[[nodiscard]] NotifyPlan read_notify(const NotifyTables& tables, const Surroundings& around,
                                     Diagnostics& out);

// That every escalation which a [[rule]] names is there.
void check_rule_escalations(const std::vector<const SettingsTable*>& rules, const NotifyPlan& plan,
                            Diagnostics& out);

// A board is told over the broker of [alerts], which must be there (`alerting`).
void check_boards(const NotifyTables& tables, const NotifyPlan& plan, bool alerting,
                  Diagnostics& out);

// "08:00-20:00"; "24:00" is the end of the day. Empty: nothing of the kind.
struct Hours {
  std::uint16_t from_minute = 0;
  std::uint16_t to_minute = 0;
};
[[nodiscard]] std::optional<Hours> parse_hours(std::string_view text);

}  // namespace parkwatch::config
