// daemon/config/points_merge.cpp - What point tables gave, with the [[rule]] tables that override
// it and the sources that it is mapped to.
#include <algorithm>
#include <map>
#include <set>

#include "config/fields.h"
#include "config/points.h"
#include "config/raw.h"
#include "model/rule.h"

namespace parkwatch::config {
namespace {

std::string text_entry(const SettingsTable& table, std::string_view key) {
  const std::string* text = raw_text(table, key);
  return text == nullptr ? std::string{} : *text;
}

// The one tag without wildcards that a rule names, or nothing.
std::string only_tag(const SettingsTable& rule) {
  const SettingsValue* tags = raw_value(rule, "tags");
  if (tags == nullptr) return {};
  const std::string* name = std::get_if<std::string>(&tags->held);
  if (const auto* array = std::get_if<std::vector<SettingsValue>>(&tags->held)) {
    if (array->size() == 1) name = std::get_if<std::string>(&array->front().held);
  }
  return name == nullptr || name->find('*') != std::string::npos ? std::string{} : *name;
}

bool overrides(const SettingsTable& rule, const PointRule& point) {
  if (text_entry(rule, "id") == text_entry(*point.table, "id")) return true;
  if (point.tag.empty()) return false;
  const std::string kind = text_entry(rule, "kind");
  return text_entry(*point.table, "kind") == "limit" && (kind == "limit" || kind.empty()) &&
         only_tag(rule) == point.tag;
}

// Keys that say the same in another way, so that one takes the other's place.
void give_way(std::string_view key, SettingsTable& merged) {
  std::vector<std::string_view> others;
  if (key == "at") others = {"limit", "factor"};
  if (key == "limit") others = {"at", "factor"};
  std::erase_if(merged.entries, [&](const auto& own) {
    return std::find(others.begin(), others.end(), own.first) != others.end();
  });
}

// `but`: a key that stays.
void override_by(const SettingsTable& table, SettingsTable& merged, std::string_view but = {});

// A value in place of another: of two tables key by key, and a level's bare number is its `at`, so
// that what else was said of the level stays.
void override_value(std::string_view key, const SettingsValue& value, SettingsValue& merged) {
  const auto* own = std::get_if<std::shared_ptr<SettingsTable>>(&merged.held);
  if (own == nullptr) {
    merged = value;
    return;
  }
  auto copy = std::make_shared<SettingsTable>(**own);
  if (const auto* table = std::get_if<std::shared_ptr<SettingsTable>>(&value.held)) {
    override_by(**table, *copy);
  } else if (parse_level(key) && number_of(value)) {
    override_by({value.where, {{"at", value}}}, *copy);
  } else {
    merged = value;
    return;
  }
  merged = {value.where, std::move(copy)};
}

void override_by(const SettingsTable& table, SettingsTable& merged, std::string_view but) {
  for (const auto& [key, value] : table.entries) {
    if (key == but) continue;
    give_way(key, merged);
    if (SettingsValue* own = raw_value(merged, key)) {
      override_value(key, value, *own);
    } else {
      merged.entries.emplace_back(key, value);
    }
  }
}

using Mappings = std::vector<std::pair<std::string, std::shared_ptr<SettingsTable>>>;

// A row's mapping as one of the fields of its topic's mapping.
SettingsValue field_of(const SettingsTable& mapping) {
  auto field = std::make_shared<SettingsTable>(mapping);
  std::erase_if(field->entries, [](const auto& one) { return one.first == "topic"; });
  return {mapping.where, std::move(field)};
}

// Rows of one topic that name fields of its JSON as one mapping with these fields: a source takes
// the first mapping whose topic matches, so that further ones would never be reached.
Mappings by_topic(const Mappings& rows) {
  Mappings merged;
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> topics;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    topics[{rows[i].first, text_entry(*rows[i].second, "topic")}].push_back(i);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& same = topics[{rows[i].first, text_entry(*rows[i].second, "topic")}];
    const bool fields = std::all_of(same.begin(), same.end(), [&](std::size_t one) {
      return raw_value(*rows[one].second, "value") != nullptr;
    });
    if (same.size() == 1 || !fields) {
      merged.push_back(rows[i]);
    } else if (same.front() == i) {
      auto mapping = std::make_shared<SettingsTable>();
      mapping->where = rows[i].second->where;
      mapping->entries.emplace_back("topic", *raw_value(*rows[i].second, "topic"));
      std::vector<SettingsValue> all;
      for (const std::size_t one : same) all.push_back(field_of(*rows[one].second));
      mapping->entries.emplace_back("fields", SettingsValue{mapping->where, std::move(all)});
      merged.emplace_back(rows[i].first, std::move(mapping));
    }
  }
  return merged;
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

}  // namespace

std::set<std::string> override_point_rules(Points& points,
                                           std::vector<const SettingsTable*>& rules) {
  std::set<const SettingsTable*> used;
  std::set<std::string> changed;
  for (PointRule& point : points.rules) {
    const std::string id = text_entry(*point.table, "id");
    for (const SettingsTable* rule : rules) {
      if (point.family.empty() || text_entry(*rule, "id") != point.family) continue;
      override_by(*rule, *point.table, "id");
      used.insert(rule);
      changed.insert(id);
      break;
    }
    for (const SettingsTable* rule : rules) {
      if (used.contains(rule) || !overrides(*rule, point)) continue;
      override_by(*rule, *point.table);
      used.insert(rule);
      changed.insert(id);
      break;
    }
  }
  rules.erase(std::remove_if(rules.begin(), rules.end(),
                             [&](const SettingsTable* rule) { return used.contains(rule); }),
              rules.end());
  return changed;
}

void merge_tables(const std::vector<std::shared_ptr<SettingsTable>>& given, std::string_view key,
                  std::vector<const SettingsTable*>& own) {
  std::map<std::string, const SettingsTable*> by_name;
  for (const SettingsTable* table : own) {
    if (raw_value(*table, "each") == nullptr) by_name.emplace(text_entry(*table, key), table);
  }
  std::set<const SettingsTable*> used;
  for (const auto& table : given) {
    const auto found = by_name.find(text_entry(*table, key));
    if (found == by_name.end() || !used.insert(found->second).second) continue;
    override_by(*found->second, *table);
  }
  own.erase(std::remove_if(own.begin(), own.end(),
                           [&](const SettingsTable* table) { return used.contains(table); }),
            own.end());
  for (const auto& table : given) own.push_back(table.get());
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
  for (const auto& [source, mapping] : by_topic(points.mappings)) {
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
