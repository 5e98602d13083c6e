// tools/parksim/system_settings.cpp - TOML to SystemSettings.
#include "tools/parksim/system_settings.h"

#include <fstream>
#include <sstream>

#include "config/toml.h"
#include "model/value.h"

namespace parkwatch::parksim {
namespace {

std::string written(const SettingsValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.held)) return *text;
  if (const auto* whole = std::get_if<std::int64_t>(&value.held)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&value.held)) return to_text(Value{*number});
  if (const auto* flag = std::get_if<bool>(&value.held)) return *flag ? "true" : "false";
  return {};  // lists in lists and tables: no setting has them
}

}  // namespace

SystemSettings system_settings(const SettingsTable& table) {
  SystemSettings settings;
  for (const auto& [key, value] : table.entries) {
    std::vector<std::string>& all = settings[key];
    if (const auto* list = std::get_if<std::vector<SettingsValue>>(&value.held)) {
      for (const SettingsValue& element : *list) all.push_back(written(element));
    } else {
      all.push_back(written(value));
    }
  }
  return settings;
}

Result<SystemSettings> read_system_settings(const std::string& path) {
  const auto bad = [](std::string message) {
    return Error{ErrorKind::bad_input, std::move(message)};
  };
  std::ifstream file{path};
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return bad(path + " cannot be read");
  Diagnostics diagnostics;
  const auto root = config::parse_toml(path, text.str(), diagnostics);
  if (root == nullptr) return bad(to_text(diagnostics.front()));
  for (const auto& [key, value] : root->entries) {
    const auto* table = std::get_if<std::shared_ptr<SettingsTable>>(&value.held);
    if (key == "system" && table != nullptr) return system_settings(**table);
  }
  return bad(path + " has no table [system]");
}

}  // namespace parkwatch::parksim
