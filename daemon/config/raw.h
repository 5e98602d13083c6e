// daemon/config/raw.h - Looks into a table without asking whether what stands there is right: its
// reader says that. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "model/settings.h"

namespace parkwatch::config {

// Null: there is no such key, or it holds something else. Pointers into the table.
[[nodiscard]] inline const SettingsValue* raw_value(const SettingsTable& table,
                                                    std::string_view key) {
  for (const auto& [name, value] : table.entries) {
    if (name == key) return &value;
  }
  return nullptr;
}
[[nodiscard]] inline SettingsValue* raw_value(SettingsTable& table, std::string_view key) {
  for (auto& [name, value] : table.entries) {
    if (name == key) return &value;
  }
  return nullptr;
}
[[nodiscard]] inline const std::string* raw_text(const SettingsTable& table, std::string_view key) {
  const SettingsValue* value = raw_value(table, key);
  return value == nullptr ? nullptr : std::get_if<std::string>(&value->held);
}
// The id that a rule, an action or a test gives itself; empty without.
[[nodiscard]] inline std::string id_of(const SettingsTable& table) {
  const std::string* id = raw_text(table, "id");
  return id == nullptr ? std::string{} : *id;
}
[[nodiscard]] inline std::string* raw_text(SettingsTable& table, std::string_view key) {
  SettingsValue* value = raw_value(table, key);
  return value == nullptr ? nullptr : std::get_if<std::string>(&value->held);
}
[[nodiscard]] inline const SettingsTable* raw_table(const SettingsTable& table,
                                                    std::string_view key) {
  const SettingsValue* value = raw_value(table, key);
  const auto* inner =
      value == nullptr ? nullptr : std::get_if<std::shared_ptr<SettingsTable>>(&value->held);
  return inner == nullptr ? nullptr : inner->get();
}
[[nodiscard]] inline SettingsTable* raw_table(SettingsTable& table, std::string_view key) {
  SettingsValue* value = raw_value(table, key);
  auto* inner =
      value == nullptr ? nullptr : std::get_if<std::shared_ptr<SettingsTable>>(&value->held);
  return inner == nullptr ? nullptr : inner->get();
}
// The texts of an array, or the one text.
[[nodiscard]] inline std::vector<std::string> raw_texts(const SettingsTable& table,
                                                        std::string_view key) {
  const SettingsValue* value = raw_value(table, key);
  if (value == nullptr) return {};
  if (const auto* one = std::get_if<std::string>(&value->held)) return {*one};
  std::vector<std::string> all;
  if (const auto* array = std::get_if<std::vector<SettingsValue>>(&value->held)) {
    for (const SettingsValue& element : *array) {
      if (const auto* one = std::get_if<std::string>(&element.held)) all.push_back(*one);
    }
  }
  return all;
}
// The tables of an array ([[key]]).
[[nodiscard]] inline std::vector<const SettingsTable*> raw_tables(const SettingsTable& table,
                                                                  std::string_view key) {
  std::vector<const SettingsTable*> all;
  const SettingsValue* value = raw_value(table, key);
  const auto* array =
      value == nullptr ? nullptr : std::get_if<std::vector<SettingsValue>>(&value->held);
  if (array == nullptr) return all;
  for (const SettingsValue& element : *array) {
    const auto* inner = std::get_if<std::shared_ptr<SettingsTable>>(&element.held);
    if (inner != nullptr) all.push_back(inner->get());
  }
  return all;
}

}  // namespace parkwatch::config
