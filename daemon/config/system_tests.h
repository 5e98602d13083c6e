// daemon/config/system_tests.h - The tests that packages bring, in a park that changes their rules.
// Pure.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "config/expand.h"
#include "model/settings.h"

namespace parkwatch::config {

// Rules that are several: what their id would be -> the ids that there are.
using Families = std::map<std::string, std::vector<std::string>>;

// The test with every family among its rules as all of its members.
[[nodiscard]] std::shared_ptr<SettingsTable> with_families(const SettingsTable& test,
                                                           const Families& families);

// The test with every column of its input whose tag has a list as a column for each name, and the
// cells below it likewise. What is wrong `expander` reports.
[[nodiscard]] std::shared_ptr<SettingsTable> with_columns(const SettingsTable& test,
                                                          Expander& expander);

// The tests of packages without those whose rules the park changed (`changed`, their ids), which
// would say nothing of the park; each is named in `notes`. A test without rules is of all of its
// system's.
[[nodiscard]] std::vector<std::shared_ptr<SettingsTable>> tests_that_hold(
    const std::vector<std::shared_ptr<SettingsTable>>& tests, const std::set<std::string>& changed,
    std::vector<std::string>& notes);

}  // namespace parkwatch::config
