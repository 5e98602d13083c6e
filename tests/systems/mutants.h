// tests/systems/mutants.h - Whether the incidents of a package would notice a wrong limit: every
// level of every rule, shifted by a fifth of its distance to normal, outward and inward.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "model/plant.h"
#include "tests/systems/package_case.h"

namespace parkwatch::systems {

struct Mutant {
  std::string rule;  // the package's rule, without prefix, names and editions
  std::string what;  // "HH 11 -> 11.8 (outward, normal 7.1)"
  bool caught = false;
  std::string by;  // incident and first difference
};

// The package's rule that a rule of the plant was made of: "level" of "tf-a.level.T101".
[[nodiscard]] std::string rule_of_package(const std::string& id, const std::string& instance);

// What a signal of the rule is on a quiet day, by the medians of its tags.
[[nodiscard]] double normal_of(const RuleSpec& rule, const std::map<std::string, double>& medians);

// One plant in which every mutant is a rule of its own: rules do not know of each other, so one run
// tries all of them. ids[rule id] is the mutant's place in `mutants`.
struct MutantPlant {
  std::shared_ptr<const Plant> plant;
  std::vector<Mutant> mutants;
  std::map<std::string, std::size_t> places;     // by the id of the copied rule
  std::map<std::string, std::string> originals;  // likewise: the id that it was copied from
};
[[nodiscard]] MutantPlant mutate(const Plant& plant, const std::string& instance,
                                 const std::map<std::string, double>& medians);

// Tries all mutants with all incidents of the package.
[[nodiscard]] std::vector<Mutant> run_mutants(const PackageCase& package,
                                              const std::shared_ptr<const Plant>& plant);

}  // namespace parkwatch::systems
