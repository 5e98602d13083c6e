// tests/systems/simulation.h - A package's simulated system, its messages and the pipeline under a
// plant, in simulated time and in one process.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/rule_tests.h"
#include "model/facts.h"
#include "model/plant.h"
#include "tests/systems/package_case.h"

namespace parkwatch::systems {

// The instance's main file, loaded.
struct Instance {
  std::shared_ptr<const Plant> plant;   // rules, tags and decoders
  std::vector<config::RuleTest> tests;  // of the package
};
// Empty if anything is wrong, with the reasons in `out`. Writes the main file below `scratch`.
[[nodiscard]] std::optional<Instance> load_instance(const std::string& root,
                                                    const PackageCase& package,
                                                    const std::string& scratch, Diagnostics& out);

struct Run {
  const PackageCase* package = nullptr;
  std::shared_ptr<const Plant> plant;
  std::uint64_t seed = 1;
  const IncidentCase* incident = nullptr;  // null: a quiet day
};

// Midnight of the site, when every run begins: a Monday in March.
[[nodiscard]] Timestamp run_begin();
// When the incident begins; of a quiet day, when the run does.
[[nodiscard]] Timestamp incident_begin(const Run& run);

// Steps the run to its end. `hear` is called with what each step found out, and may look at tags by
// their number in `facts.tags`. Every tag is told once, before its first reading.
void simulate(const Run& run, const std::function<void(const Facts&)>& hear);

}  // namespace parkwatch::systems
