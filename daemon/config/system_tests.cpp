// daemon/config/system_tests.cpp - Chooses among the tests of packages.
#include "config/system_tests.h"

#include <algorithm>

#include "config/fields.h"
#include "config/raw.h"

namespace parkwatch::config {
namespace {

// The rule of the test that the park changed; empty: none. A package's test is named "<id>: ...".
std::string changed_rule(const SettingsTable& test, const std::set<std::string>& changed) {
  const std::vector<std::string> rules = raw_texts(test, "rule");
  for (const std::string& rule : rules) {
    if (changed.contains(rule)) return rule;
  }
  const std::string* name = raw_text(test, "name");
  if (!rules.empty() || name == nullptr) return {};
  const std::string prefix = name->substr(0, name->find(": ")) + '.';
  const auto found = changed.lower_bound(prefix);
  return found != changed.end() && found->starts_with(prefix) ? *found : std::string{};
}

}  // namespace

std::shared_ptr<SettingsTable> with_families(const SettingsTable& test, const Families& families) {
  auto copy = std::make_shared<SettingsTable>(test);
  SettingsValue* value = raw_value(*copy, "rule");
  if (value == nullptr) return copy;
  std::vector<std::string> ids = raw_texts(test, "rule");
  bool any = false;
  std::vector<SettingsValue> all;
  for (const std::string& id : ids) {
    const auto family = families.find(id);
    any = any || family != families.end();
    for (const std::string& one :
         family == families.end() ? std::vector<std::string>{id} : family->second) {
      all.push_back({value->where, one});
    }
  }
  if (any) value->held = std::move(all);
  return copy;
}

std::vector<std::shared_ptr<SettingsTable>> tests_that_hold(
    const std::vector<std::shared_ptr<SettingsTable>>& tests, const std::set<std::string>& changed,
    std::vector<std::string>& notes) {
  std::vector<std::shared_ptr<SettingsTable>> kept;
  for (const auto& test : tests) {
    const std::string rule = changed_rule(*test, changed);
    if (rule.empty()) {
      kept.push_back(test);
      continue;
    }
    const std::string* name = raw_text(*test, "name");
    notes.push_back("the package's test " + in_quotes(name == nullptr ? "" : *name) +
                    " is left out: the park changes the rule " + rule);
  }
  return kept;
}

}  // namespace parkwatch::config
