// daemon/config/actions.h - [actions] and [[action]]: commands that alarms publish. Pure.
#pragma once
#include <vector>

#include "config/tags.h"
#include "model/action.h"
#include "model/rule.h"
#include "model/settings.h"

namespace parkwatch::config {

// The [actions] table (null: absent) and the [[action]] tables of all files, in their order.
struct ActionTables {
  const SettingsTable* settings = nullptr;
  std::vector<const SettingsTable*> actions;
};

// Usable only if nothing was reported as an error. `has_broker`: [alerts] is on, over which
// commands leave. Each action is tried with every alarm that may call for it: its topics must be
// covered by the allow-list, the tags of its feedback must exist.
[[nodiscard]] ActionPlan read_actions(const ActionTables& tables,
                                      const std::vector<RuleSpec>& rules, TagIndex& index,
                                      bool has_broker, Diagnostics& out);

}  // namespace parkwatch::config
