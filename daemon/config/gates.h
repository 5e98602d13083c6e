// daemon/config/gates.h - [gates], [[gate]] and [[zone]]: who may pass where, and what is told. And
// the list of permits. Pure, but for a look at the files that keys name.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/sections.h"
#include "model/calendar.h"
#include "model/gate_command.h"
#include "model/gates.h"
#include "model/settings.h"

namespace parkwatch::config {

struct GateTables {
  const SettingsTable* settings = nullptr;  // [gates] of the main file
  std::vector<const SettingsTable*> gates;
  std::vector<const SettingsTable*> zones;
};

// The rules that begin a muster are looked at: each pattern must match some of `rules` or an alarm
// of our own.
[[nodiscard]] GatePlan read_gates(const GateTables& tables, const std::vector<RuleSpec>& rules,
                                  const Surroundings& around, GatesConfig& files, Diagnostics& out);

// The permits of a list, as docs/gates.md tells; every mistake becomes a diagnostic of `shown`.
// Times without an offset are of `zone`.
[[nodiscard]] std::vector<Permit> read_permits(const std::string& shown, std::string_view bytes,
                                               const TimeZone& zone, Diagnostics& out);

// The list that `config` names as a command; an empty one without a name. Nothing: the file cannot
// be read or has mistakes, which `out` tells. No part of load(), since a mistake in it must not
// keep a configuration from being taken.
[[nodiscard]] std::optional<PermitCommand> read_permit_list(const Config& config, Diagnostics& out);

}  // namespace parkwatch::config
