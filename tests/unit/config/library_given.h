// tests/unit/config/library_given.h - A library with one small package in a temporary folder.
#pragma once
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "given.h"

namespace parkwatch::config {

// On line 6 of p.toml.
inline const std::string two_tanks =
    "[[system]]\npackage = \"tanks\"\nsite = \"tf-a\"\ntanks = [\"T101\", \"T102\"]\n";

inline const std::string tanks_package = R"(name = "tanks"
title = { zh = "储罐", en = "Tanks" }
line = "safety"
[[parameter]]
name = "tanks"
type = "names"
description = { zh = "储罐", en = "the tanks" }
[[parameter]]
name = "height"
type = "number"
low = 1
high = 40
default = 12
[[parameter]]
name = "kind"
type = "choice"
choices = ["acid", "oil"]
default = "acid"
[[parameter]]
name = "valves"
type = "boolean"
default = true
)";

inline const std::string tanks_rules = R"toml([[tag]]
name = "${site}/${tanks}/valve"
for_each = "tanks"
only_if = "valves"
states = [{ number = 0, word = "shut" }, { number = 1, word = "stuck" }]

[[tag]]
name = "${site}/farm/highest"
expression = "max(`${site}/T101/level`, ${height} - 1)"
unit = "m"

[[rule]]
id = "stuck"
for_each = "tanks"
only_if = "valves"
kind = "state"
tags = ["${site}/${tanks}/valve"]
states = ["stuck"]
on_delay = "5s"
message = { zh = "${tanks} 卡住", en = "${tanks} of ${site} is stuck" }

[[rule]]
id = "any"
kind = "vote"
members = ["${site}/${tanks}/level"]
k = 1
above = 11

[[rule]]
id = "filling"
only_if = "kind=acid"
kind = "rate"
tags = ["${site}/${tanks}/level"]
per = "1h"
H = { at = "${height}", priority = "high" }

[[test]]
name = "a valve is stuck"
for_each = "tanks"
only_if = "valves"
rule = "stuck"
input = """
t   ${site}/${tanks}/valve
0s  shut
10s stuck
"""
expect = """
15s ${site}/${tanks}/valve raise on ${id}.stuck.${tanks}
"""
)toml";

struct Library {
  Folder folder;

  Library() {
    folder.write("systems/tanks/package.toml", tanks_package);
    folder.write("systems/tanks/points.csv",
                 "tag,description,unit,range_low,range_high,HH,timeout,only_if,hj212\n"
                 "${site}/${tanks}/level,${tanks}液位,m,0,50,${height},1m,tanks,\n");
    folder.write("systems/tanks/rules.toml", tanks_rules);
  }

  // p.toml in this folder: four lines, an empty one, and `text`.
  [[nodiscard]] Loaded with(const std::string& text) const {
    folder.write("p.toml",
                 "daemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n\n" + text);
    return load_from(folder, "p.toml");
  }
};

inline const RuleSpec& rule(const Loaded& loaded, const std::string& id) {
  INFO(loaded.said());
  REQUIRE(loaded.config != nullptr);
  const auto& rules = loaded.config->plant->rules;
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const RuleSpec& r) { return r.id == id; });
  INFO(id);
  REQUIRE(found != rules.end());
  return *found;
}

inline std::string rule_ids(const Loaded& loaded) {
  INFO(loaded.said());
  REQUIRE(loaded.config != nullptr);
  std::string ids;
  for (const RuleSpec& one : loaded.config->plant->rules) ids += one.id + ' ';
  return ids;
}

inline std::string tag_names(const Loaded& loaded) {
  INFO(loaded.said());
  REQUIRE(loaded.config != nullptr);
  std::string names;
  for (const Tag& tag : loaded.config->plant->tags) names += tag.name + ' ';
  return names;
}

inline const SettingsValue& value_at(const SettingsTable& table, const std::string& key) {
  const auto found = std::find_if(table.entries.begin(), table.entries.end(),
                                  [&](const auto& entry) { return entry.first == key; });
  REQUIRE(found != table.entries.end());
  return found->second;
}
inline std::string text_at(const SettingsTable& table, const std::string& key) {
  return std::get<std::string>(value_at(table, key).held);
}
// "rules.toml:3", from the last part of the path that both know.
inline std::string place_of(const SettingsTable& table, const std::string& key) {
  const SourceLocation& where = value_at(table, key).where;
  const std::size_t at = where.file.find("systems/");
  const std::string file = at == std::string::npos
                               ? std::filesystem::path{where.file}.filename().string()
                               : where.file.substr(at);
  return file + ':' + std::to_string(where.line);
}

}  // namespace parkwatch::config
