// daemon/config/rule_tables.h - From the [[rule]] tables of files, points and packages to those
// that are read: overridden, switched off, with the figures of their limits. Pure.
#pragma once
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/named_limits.h"
#include "config/points.h"
#include "config/system_tests.h"
#include "config/systems.h"
#include "config/tags.h"
#include "model/calendar.h"

namespace parkwatch::config {

struct RuleTables {
  std::vector<const SettingsTable*> tables;  // of the files, of Points, or of `made`
  std::vector<std::shared_ptr<const SettingsTable>> made;
  // Of point tables and packages, as merged, switched off ones too: for people.
  std::vector<std::shared_ptr<const SettingsTable>> given;
  std::set<std::string> changed;  // ids: the park overrides them or a limit of theirs
  Families editions;              // of rules whose limits have editions
  bool complete = true;           // false: one is left out for what is wrong with its limits
};

// `rules` are the park's own tables. Without `now` no limit is told to be out of force.
[[nodiscard]] RuleTables make_rule_tables(std::vector<const SettingsTable*> rules, Points& points,
                                          const Systems& systems, const NamedLimits& limits,
                                          TagIndex& index, const Calendar& calendar,
                                          std::optional<Timestamp> now, Diagnostics& out);

}  // namespace parkwatch::config
