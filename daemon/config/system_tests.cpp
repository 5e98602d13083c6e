// daemon/config/system_tests.cpp - Chooses among the tests of packages.
#include "config/system_tests.h"

#include <algorithm>
#include <sstream>

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

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream words{line.substr(0, line.find('#'))};
  std::vector<std::string> all;
  for (std::string word; words >> word;) all.push_back(word);
  return all;
}

// What each word of the first line becomes.
using Columns = std::vector<std::vector<std::string>>;

Columns columns_of(const std::vector<std::string>& header, const SourceLocation& where,
                   Expander& expander) {
  Columns columns;
  for (const std::string& word : header) {
    columns.push_back(expander.has_list(word) ? expander.texts(word, where, "test.input")
                                              : std::vector{word});
  }
  return columns;
}

// Line by line, so that mistakes keep their lines.
std::string widened(const std::string& input, const SourceLocation& where, Expander& expander) {
  std::istringstream lines{input};
  std::string all;
  Columns columns;
  for (std::string line; std::getline(lines, line); all += '\n') {
    const std::vector<std::string> words = words_of(line);
    const bool is_header = columns.empty() && !words.empty();
    if (is_header) columns = columns_of(words, where, expander);
    for (std::size_t i = 0; i < words.size(); ++i) {
      const bool is_known = i < columns.size();
      for (std::size_t n = 0; n < (is_known ? columns[i].size() : 1); ++n) {
        all += (is_header ? columns[i][n] : words[i]) + "  ";
      }
    }
  }
  return all;
}

}  // namespace

std::shared_ptr<SettingsTable> with_columns(const SettingsTable& test, Expander& expander) {
  auto copy = std::make_shared<SettingsTable>(test);
  SettingsValue* value = raw_value(*copy, "input");
  auto* text = value == nullptr ? nullptr : std::get_if<std::string>(&value->held);
  if (text != nullptr && expander.has_list(*text)) {
    *text = widened(*text, value->where, expander);
  }
  return copy;
}

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
