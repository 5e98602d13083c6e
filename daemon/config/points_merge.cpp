// daemon/config/points_merge.cpp - What point tables gave, with the [[rule]] tables that override
// it and the sources that it is mapped to.
#include <algorithm>
#include <map>

#include "config/each.h"
#include "config/fields.h"
#include "config/points.h"

namespace parkwatch::config {
namespace {

const SettingsValue* entry(const SettingsTable& table, std::string_view key) {
  for (const auto& [name, value] : table.entries) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::string text_entry(const SettingsTable& table, std::string_view key) {
  const SettingsValue* value = entry(table, key);
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(&value->held);
  return text == nullptr ? std::string{} : *text;
}

// The one tag without wildcards that a rule names, or nothing.
std::string only_tag(const SettingsTable& rule) {
  const SettingsValue* tags = entry(rule, "tags");
  if (tags == nullptr) return {};
  const std::string* name = std::get_if<std::string>(&tags->held);
  if (const auto* array = std::get_if<std::vector<SettingsValue>>(&tags->held)) {
    if (array->size() == 1) name = std::get_if<std::string>(&array->front().held);
  }
  return name == nullptr || name->find('*') != std::string::npos ? std::string{} : *name;
}

bool overrides(const SettingsTable& rule, const PointRule& point) {
  if (text_entry(rule, "id") == text_entry(*point.table, "id")) return true;
  const std::string kind = text_entry(rule, "kind");
  return text_entry(*point.table, "kind") == "limit" && (kind == "limit" || kind.empty()) &&
         only_tag(rule) == point.tag;
}

void override_by(const SettingsTable& rule, SettingsTable& merged) {
  for (const auto& [key, value] : rule.entries) {
    const auto found = std::find_if(merged.entries.begin(), merged.entries.end(),
                                    [&](const auto& own) { return own.first == key; });
    if (found == merged.entries.end()) {
      merged.entries.emplace_back(key, value);
    } else {
      found->second = value;
    }
  }
}

void append_mapping(SettingsTable& source, const std::shared_ptr<SettingsTable>& mapping) {
  const SettingsValue added{mapping->where, mapping};
  for (auto& [key, value] : source.entries) {
    if (key != "mapping") continue;
    if (auto* array = std::get_if<std::vector<SettingsValue>>(&value.held)) {
      array->push_back(added);
    }
    return;
  }
  source.entries.emplace_back("mapping",
                              SettingsValue{mapping->where, std::vector<SettingsValue>{added}});
}

// Every text inside `value` with the columns' placeholders filled in.
void fill(SettingsValue& value, const Variant& columns) {
  if (auto* text = std::get_if<std::string>(&value.held)) {
    *text = filled(*text, columns);
  } else if (auto* array = std::get_if<std::vector<SettingsValue>>(&value.held)) {
    for (SettingsValue& element : *array) fill(element, columns);
  } else if (auto* table = std::get_if<std::shared_ptr<SettingsTable>>(&value.held)) {
    *table = std::make_shared<SettingsTable>(**table);
    for (auto& [key, inner] : (*table)->entries) fill(inner, columns);
  }
}

}  // namespace

void merge_point_rules(Points& points, std::vector<const SettingsTable*>& rules) {
  for (PointRule& point : points.rules) {
    for (auto rule = rules.begin(); rule != rules.end(); ++rule) {
      if (!overrides(**rule, point)) continue;
      override_by(**rule, *point.table);
      rules.erase(rule);
      break;
    }
    for (auto& [key, value] : point.table->entries) {
      if (key == "message" || key == "guidance") fill(value, point.placeholders);
    }
  }
  for (const PointRule& point : points.rules) rules.push_back(point.table.get());
}

std::shared_ptr<const SettingsTable> with_mappings(const std::shared_ptr<const SettingsTable>& root,
                                                   const Points& points, Diagnostics& out) {
  if (points.mappings.empty()) return root;
  auto copy = std::make_shared<SettingsTable>(*root);
  std::vector<SettingsValue>* sources = nullptr;
  for (auto& [key, value] : copy->entries) {
    if (key == "source") sources = std::get_if<std::vector<SettingsValue>>(&value.held);
  }
  std::map<std::string, std::shared_ptr<SettingsTable>> by_name;
  std::vector<SettingsValue> none;
  for (SettingsValue& source : sources == nullptr ? none : *sources) {
    auto* table = std::get_if<std::shared_ptr<SettingsTable>>(&source.held);
    if (table == nullptr) continue;
    *table = std::make_shared<SettingsTable>(**table);
    by_name.emplace(text_entry(**table, "name"), *table);
    by_name.emplace("", *table);  // the first one, for rows that name none
  }
  for (const auto& [source, mapping] : points.mappings) {
    const auto found = by_name.find(source);
    if (found == by_name.end()) {
      out.push_back({Diagnostic::Severity::error, mapping->where, "points.source",
                     source.empty() ? "there is no [[source]] for the topic"
                                    : "unknown source " + in_quotes(source)});
      continue;
    }
    append_mapping(*found->second, mapping);
  }
  return copy;
}

}  // namespace parkwatch::config
