// daemon/config/rule_texts.cpp - Placeholders of rules, and columns of point tables.
#include "config/rule_texts.h"

#include <algorithm>
#include <set>

#include "config/each.h"
#include "config/fields.h"
#include "rules/check.h"

namespace parkwatch::config {
namespace {

// A table of a hundred columns would make a list that nobody reads.
constexpr std::size_t columns_listed_max = 20;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_format(std::string_view name, std::string_view format) {
  return (name == "value" || name == "limit") && format.size() == 3 && format[0] == '.' &&
         format[1] >= '0' && format[1] <= '9' && format[2] == 'f';
}

// "tank/t9/level and 3 more of the rule's tags"
std::string some_of(const std::vector<std::string>& tags) {
  if (tags.size() == 1) return tags.front();
  return tags.front() + " and " + std::to_string(tags.size() - 1) + " more of the rule's tags";
}

class TextsReader {
 public:
  TextsReader(SettingsReader& reader, const TagIndex& index, RuleSpec& rule)
      : reader_(reader),
        index_(index),
        rule_(rule),
        common_(rules::message_placeholders(rule.kind)) {}

  Text read(std::string_view key) {
    Text text = read_text(reader_, key);
    columns_.clear();
    check(key, text.zh);
    if (text.en != text.zh) check(key, text.en);
    for (const std::string& column : columns_) take_column(key, column);
    return text;
  }

 private:
  void check(std::string_view key, const std::string& text) {
    const auto used = placeholders_of(text);
    if (!used) {
      reader_.error(key, "a brace without its partner");
      return;
    }
    for (const auto& [name, format] : *used) {
      const bool is_column = !contains(common_, name);
      if (is_column && !contains(index_.column_names(), name)) {
        refuse(key, name);
      } else if (!format.empty() && !is_format(name, format)) {
        reader_.error(key, "{" + name + ":" + format +
                               "}: only {value:.1f} and {limit:.1f} have a format, with 0 to 9 "
                               "digits");
      } else if (is_column) {
        columns_.insert(name);
      }
    }
  }

  // If a file could not be read, it may be a column in there.
  void refuse(std::string_view key, const std::string& name) {
    if (!index_.complete()) return;
    const std::vector<std::string>& columns = index_.column_names();
    std::vector<std::string> known = common_;
    known.insert(known.end(), columns.begin(), columns.end());
    std::string list;
    for (std::size_t i = 0; i < std::min(known.size(), common_.size() + columns_listed_max); ++i) {
      list += " {" + known[i] + "}";
    }
    if (columns.size() > columns_listed_max) list += " ...";
    reader_.error(
        key, "unknown placeholder {" + name + "}" + hint(name, known) + " (known:" + list + ")");
  }

  // Of each of the rule's tags.
  void take_column(std::string_view key, const std::string& name) {
    std::vector<std::string> lacking;
    std::vector<std::string> empty;
    for (const std::string& tag : rule_.tags) {
      const std::string* cell = index_.cell(tag, name);
      if (cell == nullptr) {
        lacking.push_back(tag);
        continue;
      }
      if (cell->empty()) empty.push_back(tag);
      rule_.columns[tag].insert_or_assign(name, *cell);
    }
    if (!lacking.empty()) {
      reader_.error(key, "{" + name + "}: there is no such column for " + some_of(lacking) +
                             "; give it a row in a point table with that column, or columns = { " +
                             in_quotes(name) + " = \"...\" } in its [[tag]]");
    }
    if (!empty.empty()) {
      reader_.warning(key, "{" + name + "}: the column is empty for " + some_of(empty));
    }
  }

  SettingsReader& reader_;
  const TagIndex& index_;
  RuleSpec& rule_;
  const std::vector<std::string> common_;  // placeholders of every rule of this kind
  std::set<std::string> columns_;          // that the text asks for
};

}  // namespace

void read_texts(SettingsReader& reader, const TagIndex& index, RuleSpec& rule) {
  TextsReader texts{reader, index, rule};
  rule.message = texts.read("message");
  rule.guidance = texts.read("guidance");
}

}  // namespace parkwatch::config
