// daemon/config/systems.h - [[system]] tables: each a package's tags, rules, actions, tests and
// points with the system's parameters filled in. Pure.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/points.h"
#include "config/system_tests.h"
#include "model/diagnostic.h"
#include "model/settings.h"

namespace parkwatch::config {

inline constexpr std::size_t systems_max = 1000;

// A package's files as far as there are any. Without a root after a syntax error.
struct PackageFiles {
  std::shared_ptr<const SettingsTable> package;
  std::optional<CsvFile> points;
  std::shared_ptr<const SettingsTable> rules;
};

// What the systems of a configuration are made into. Their rules and mappings go into Points, so
// that the park's [[rule]] tables override point tables and packages alike.
struct Systems {
  std::vector<std::shared_ptr<SettingsTable>> tags;     // of points first, then of [[tag]]
  std::vector<std::shared_ptr<SettingsTable>> tests;    // names and rules begin with the id
  std::vector<std::shared_ptr<SettingsTable>> actions;  // their ids, and rules in when, likewise
  std::vector<std::string> ids;                         // of those with mistakes too
  Families families;                                    // of for_each
  bool complete = true;  // false: some part is missing, so that an unknown name may be in there
};

// Makes every [[system]]. `packages` are the files of the packages that they name, by name;
// `known` are all that the library has (for "did you mean"), `library` is how people know it.
[[nodiscard]] Systems make_systems(const std::vector<const SettingsTable*>& tables,
                                   const std::map<std::string, PackageFiles>& packages,
                                   const std::vector<std::string>& known,
                                   const std::string& library, Points& points, Diagnostics& out);

// A [[rule]] without a kind, which overrides nothing, but whose id is of a system: reported with
// what would be right, and taken out of `rules`; only the latter where systems are not complete.
void refuse_lost_overrides(const Systems& systems, const Points& points,
                           std::vector<const SettingsTable*>& rules, Diagnostics& out);

}  // namespace parkwatch::config
