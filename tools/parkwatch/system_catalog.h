// tools/parkwatch/system_catalog.h - The packages of a library for people: what each watches, by
// which rules and limits, and which incidents prove it. Blocks on the disk; any thread.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "config/named_limits.h"
#include "config/package.h"
#include "model/diagnostic.h"

namespace parkwatch::cli {

struct CatalogPoint {
  std::string tag;  // with ${parameters}
  Text description;
  std::string unit;
  std::string type;  // empty: a number
  std::string low;   // of the range; empty: none
  std::string high;
  bool is_derived = false;  // nobody sends it
};

struct CatalogLevel {
  std::string name;   // LL, L, H, HH, above, below, budget
  std::string limit;  // the named limit, with ${parameters}; empty: `value`
  std::string value;
  std::string factor;  // of the limit; empty: 1
};

struct CatalogRule {
  std::string id;
  std::string kind;
  std::string priority;
  std::vector<CatalogLevel> levels;
  std::vector<std::string> limits;  // of levels and expressions, with ${parameters}
};

struct CatalogAlarm {
  std::string rule;
  std::string level;
  std::string priority;
};

struct CatalogIncident {
  std::string name;
  Text cause;
  std::vector<CatalogAlarm> alarms;
};

struct CatalogSystem {
  config::Package package;
  std::vector<CatalogPoint> points;  // of points.csv, then of [[tag]]
  std::vector<CatalogRule> rules;
  std::vector<CatalogIncident> incidents;
  std::shared_ptr<const SettingsTable> example;  // what the simulated instance says; null: none
  std::vector<config::NamedLimit> limits;  // every edition of those that it refers to, by name
};

// `told`, or without it where packages are found by default: ./config, as in the sources,
// /etc/parkwatch, or where they are installed.
[[nodiscard]] std::string library_of(const std::string& told);

// Every package in byte order of the names, or only `name`. What is wrong with their files is
// reported, and the package left out.
[[nodiscard]] std::vector<CatalogSystem> read_catalog(const std::string& library,
                                                      const std::string& name, Diagnostics& out);

}  // namespace parkwatch::cli
