// tests/systems/package_case.h - incidents.toml of a system package: the simulated instance, its
// quiet day, and what each incident must raise.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/diagnostic.h"
#include "model/rule.h"
#include "model/settings.h"
#include "model/time.h"
#include "tools/parksim/physics/system.h"

namespace parkwatch::systems {

// A raise, or a rise to a worse level, that must come.
struct ExpectedAlarm {
  std::string rule;  // without the instance's prefix
  std::string tag;   // without the site
  Level level = Level::on;
  Priority priority = Priority::medium;
  Duration earliest{0};  // since the incident's start
  Duration latest{0};
};

struct IncidentCase {
  std::string name;
  std::vector<std::string> causes;  // of the simulated system; without the key: its name
  Duration start{0};                // since the simulation's start
  Duration duration{0};
  Duration watch{0};  // the simulation's length; by then everything has returned
  std::vector<ExpectedAlarm> alarms;
};

struct PackageCase {
  std::string package;
  std::string variant;  // its name; empty: the instance of [system]
  std::string site;
  parksim::SystemSettings settings;  // for the simulator
  std::string instance;  // of a main file, as TOML: the [[system]] table, and ledger.toml
  std::string permits;   // the path of the ledger's list of permits; empty: there is none
  Duration quiet = std::chrono::days{1};
  std::vector<IncidentCase> incidents;
  // Instances with other parameters (another class of a permit), each with incidents of its own.
  std::vector<PackageCase> variants;
};

// Reads <root>/config/systems/<package>/incidents.toml, and ledger.toml beside it if the package
// has a ledger (the paths in it are made absolute). Empty if anything in `out` is an error.
[[nodiscard]] std::optional<PackageCase> read_case(const std::string& root,
                                                   const std::string& package, Diagnostics& out);
// The same from a text, for tests.
[[nodiscard]] std::optional<PackageCase> parse_case(const std::string& package,
                                                    const std::string& file,
                                                    const std::string& text, Diagnostics& out);

}  // namespace parkwatch::systems
