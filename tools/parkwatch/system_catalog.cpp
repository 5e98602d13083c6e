// tools/parkwatch/system_catalog.cpp - Reads a library for people.
#include "tools/parkwatch/system_catalog.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "config/csv.h"
#include "config/fields.h"
#include "config/files.h"
#include "config/library.h"
#include "config/raw.h"
#include "config/toml.h"

namespace parkwatch::cli {
namespace {

using config::raw_tables;
using config::raw_text;

std::string text_of(const SettingsTable& table, std::string_view key) {
  const std::string* text = raw_text(table, key);
  return text == nullptr ? std::string{} : *text;
}

// A number or a text as it is written.
std::string words_of(const SettingsValue* value) {
  if (value == nullptr) return {};
  if (const auto* text = std::get_if<std::string>(&value->held)) return *text;
  const auto number = config::number_of(*value);
  return number ? config::number_text(*number) : std::string{};
}

Text texts_of(const SettingsTable& table, std::string_view key) {
  if (const SettingsTable* both = config::raw_table(table, key)) {
    return {text_of(*both, "zh"), text_of(*both, "en")};
  }
  const std::string one = text_of(table, key);
  return {one, one};
}

// Whether a name with ${parameters} may stand for another: each parameter for any run of letters.
bool may_be(std::string_view pattern, std::string_view name) {
  const std::size_t begin = pattern.find("${");
  const std::size_t end = begin == std::string_view::npos ? begin : pattern.find('}', begin);
  if (end == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, begin))) return false;
  const std::string_view rest = pattern.substr(end + 1);
  for (std::size_t at = begin; at <= name.size(); ++at) {
    if (may_be(rest, name.substr(at))) return true;
  }
  return false;
}

// What a rule's limit may be: of a parameter that names one, its default and its choices.
std::vector<std::string> patterns_of(const std::string& limit, const config::Package& package) {
  for (const config::Parameter& parameter : package.parameters) {
    if (limit != "${" + parameter.name + '}') continue;
    std::vector<std::string> names = parameter.choices;
    const auto& fallback = parameter.fallback;
    const auto* name = fallback ? std::get_if<std::string>(&fallback->held) : nullptr;
    if (name != nullptr) names.push_back(*name);
    return names;
  }
  return {limit};
}

class CatalogReader {
 public:
  CatalogReader(std::string library, Diagnostics& out) : library_(std::move(library)), out_(out) {
    for (const std::string& path : config::limits_in(library_)) {
      if (const auto root = toml(path)) {
        SettingsReader reader{*root, "", out_};
        limits_.read(reader, {}, true);
      }
    }
  }

  std::optional<CatalogSystem> read(const std::string& name) {
    const auto root = toml(config::package_path(name, "package.toml"));
    if (root == nullptr) return std::nullopt;
    const std::size_t first = out_.size();
    CatalogSystem system;
    system.package = config::read_package(*root, name, out_);
    read_points(config::package_path(name, "points.csv"), system);
    if (const auto rules = toml(config::package_path(name, "rules.toml"))) {
      read_rules(*rules, system);
    }
    if (const auto incidents = toml(config::package_path(name, "incidents.toml"))) {
      read_incidents(*incidents, system);
    }
    add_limits(system);
    if (out_.size() > first) return std::nullopt;
    return system;
  }

 private:
  std::optional<std::string> text(const std::string& path) {
    const std::string shown = config::path_from(library_, path);
    auto read = config::read_file(shown);
    if (read) return *std::move(read);
    if (read.error().kind != ErrorKind::not_found) {
      out_.push_back({Diagnostic::Severity::error, {shown, 0, 0}, "", read.error().message});
    }
    return std::nullopt;
  }

  std::shared_ptr<const SettingsTable> toml(const std::string& path) {
    const auto read = text(path);
    return read ? config::parse_toml(config::path_from(library_, path), *read, out_) : nullptr;
  }

  void read_points(const std::string& path, CatalogSystem& system) {
    const auto bytes = text(path);
    if (!bytes) return;
    const auto decoded = config::decoded_text(*bytes);
    const auto rows = decoded ? config::parse_csv(decoded->utf8)
                              : Result<std::vector<config::CsvRow>>{decoded.error()};
    if (!rows) {
      out_.push_back({Diagnostic::Severity::error,
                      {config::path_from(library_, path), 0, 0},
                      "",
                      rows.error().message});
      return;
    }
    for (std::size_t at = 1; at < rows->size(); ++at) {
      const auto cell = [&](std::string_view key) {
        const auto& head = rows->front().cells;
        const auto& cells = (*rows)[at].cells;
        for (std::size_t i = 0; i < std::min(head.size(), cells.size()); ++i) {
          if (head[i].text == key) return cells[i].text;
        }
        return std::string{};
      };
      const std::string en = cell("description_en");
      const std::string zh = cell("description");
      system.points.push_back({cell("tag"),
                               {zh.empty() ? en : zh, en.empty() ? zh : en},
                               cell("unit"),
                               cell("type"),
                               cell("range_low"),
                               cell("range_high"),
                               false});
    }
  }

  static void read_rules(const SettingsTable& root, CatalogSystem& system) {
    for (const SettingsTable* tag : raw_tables(root, "tag")) {
      system.points.push_back({text_of(*tag, "name"), texts_of(*tag, "description"),
                               text_of(*tag, "unit"), text_of(*tag, "type"), "", "",
                               config::raw_value(*tag, "expression") != nullptr});
    }
    for (const SettingsTable* table : raw_tables(root, "rule")) {
      CatalogRule rule{
          text_of(*table, "id"), text_of(*table, "kind"), text_of(*table, "priority"), {}, {}};
      for (const char* key : {"LL", "L", "H", "HH", "above", "below", "budget"}) {
        if (const SettingsValue* value = config::raw_value(*table, key)) {
          rule.levels.push_back(level_of(key, *value));
        }
      }
      std::set<std::string> limits;
      config::add_limits_of(*table, limits);
      rule.limits.assign(limits.begin(), limits.end());
      system.rules.push_back(std::move(rule));
    }
  }

  static CatalogLevel level_of(const std::string& key, const SettingsValue& value) {
    const auto* table = std::get_if<std::shared_ptr<SettingsTable>>(&value.held);
    if (table == nullptr) return {key, "", words_of(&value), ""};
    return {key, text_of(**table, "limit"), words_of(config::raw_value(**table, "at")),
            words_of(config::raw_value(**table, "factor"))};
  }

  static void read_incidents(const SettingsTable& root, CatalogSystem& system) {
    if (const SettingsTable* example = config::raw_table(root, "system")) {
      system.example = std::make_shared<SettingsTable>(*example);
    }
    for (const SettingsTable* table : raw_tables(root, "incident")) {
      CatalogIncident incident{text_of(*table, "name"), texts_of(*table, "cause"), {}};
      for (const SettingsTable* alarm : raw_tables(*table, "alarms")) {
        incident.alarms.push_back(
            {text_of(*alarm, "rule"), text_of(*alarm, "level"), text_of(*alarm, "priority")});
      }
      system.incidents.push_back(std::move(incident));
    }
  }

  void add_limits(CatalogSystem& system) const {
    std::vector<std::string> patterns;
    for (const CatalogRule& rule : system.rules) {
      for (const std::string& limit : rule.limits) {
        const auto own = patterns_of(limit, system.package);
        patterns.insert(patterns.end(), own.begin(), own.end());
      }
    }
    for (const std::string& name : limits_.names()) {
      const bool used = std::any_of(patterns.begin(), patterns.end(),
                                    [&](const auto& pattern) { return may_be(pattern, name); });
      if (!used) continue;
      const auto& editions = *limits_.find(name);
      system.limits.insert(system.limits.end(), editions.begin(), editions.end());
    }
  }

  std::string library_;
  Diagnostics& out_;
  config::NamedLimits limits_;
};

}  // namespace

std::string library_of(const std::string& told) {
  return told.empty() ? config::default_library({"config", "/etc/parkwatch"}) : told;
}

std::vector<CatalogSystem> read_catalog(const std::string& library, const std::string& name,
                                        Diagnostics& out) {
  CatalogReader reader{library, out};
  std::vector<CatalogSystem> all;
  for (const std::string& one : config::packages_in(library)) {
    if (!name.empty() && one != name) continue;
    if (auto system = reader.read(one)) all.push_back(*std::move(system));
  }
  return all;
}

}  // namespace parkwatch::cli
