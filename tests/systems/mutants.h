// tests/systems/mutants.h - Whether the incidents of a package would notice a wrong limit: every
// figure of every rule, shifted by a fifth of its distance to normal, outward and inward.
//
// Figures are levels, the bounds of a trigger, `times`, the numbers that expressions, suppress_when
// and derived tags compare with, targets, slacks and tolerances, and times: `after`, `within`, and
// the on_delay of a rule without levels. Normal is what the figure is compared with on the
// package's quiet day (quiet_day.h): a slope's figure is shifted by its distance to the usual
// slope, a total's by that to what a quiet period comes to. Of a time, a slack, a tolerance and a
// time to go nothing is usual: the figure itself counts. Delays of levels are judged by the ranges
// of `after`, deadbands not at all. A derived tag's number is shifted for each rule that depends on
// it. The rules that one of a package became for a list of names are shifted together where they
// have the same figures, and one after the other where each has its own limit; editions of a limit
// are shifted together. What has no distance to a normal stays as it is, and not_shifted() tells
// it. A control, the rule with nothing shifted, runs beside its mutants and must pass.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "model/plant.h"
#include "tests/systems/package_case.h"
#include "tests/systems/quiet_day.h"

namespace parkwatch::systems {

struct Mutant {
  std::string rule;  // the package's rule, without prefix, names and editions
  std::string what;  // "HH 11 -> 11.8 (outward, normal 7.1)"; of a control "nothing shifted"
  bool control = false;
  bool caught = false;
  std::string by;  // incident and first difference
};

// The package's rule that a rule of the plant was made of: "level" of "tf-a.level.T101".
[[nodiscard]] std::string rule_of_package(const std::string& id, const std::string& instance);

// One plant in which every mutant is a rule of its own, on derived tags of its own where their
// number is shifted: rules do not know of each other, so one run tries all of them.
struct MutantPlant {
  std::shared_ptr<const Plant> plant;
  std::vector<Mutant> mutants;
  std::map<std::string, std::size_t> places;     // by the id of the copied rule
  std::map<std::string, std::string> originals;  // likewise: the id that it was copied from
  std::map<std::string, std::string> tags;       // of copied derived tags: which each was
};
[[nodiscard]] MutantPlant mutate(const Plant& plant, const std::string& instance,
                                 const QuietDay& quiet);

// What of a package's rules and derived tags is not shifted, each as "rule or tag: number", by why:
// - "states told at once": a rule of a state without a delay has no figure at all;
// - "states in expressions", "states in derived tags": a state is met or not;
// - "factors in expressions": they are compared with nothing;
// - "factors in derived tags": the plant's geometry and physics, which what is simulated is made
// of,
//   and what keeps a division from being one by nothing;
// - "behind a rule's own guard": a derived tag's number that only counts where suppress_when of the
//   rules on it compares the same tags: they say nothing there.
[[nodiscard]] std::map<std::string, std::vector<std::string>> not_shifted(
    const Plant& plant, const std::string& instance, const QuietDay& quiet);

// The plant with those rules only that `base` has otherwise or not at all: what a variant proves.
[[nodiscard]] std::shared_ptr<const Plant> differing(const Plant& plant, const Plant& base);

// Tries all mutants with all incidents of the package (of its variants none), with further seeds
// while any is left.
[[nodiscard]] std::vector<Mutant> run_mutants(const PackageCase& package,
                                              const std::shared_ptr<const Plant>& plant,
                                              const QuietDay& quiet);

struct MutantScore {
  std::size_t mutants = 0;
  std::size_t caught = 0;
  std::size_t controls = 0;
  std::size_t broken = 0;  // controls that an incident calls wrong
  MutantScore& operator+=(const MutantScore& other);
  // All were caught, and not because everything is: a package without mutants proves nothing.
  [[nodiscard]] bool is_good() const {
    return mutants > 0 && caught == mutants && controls > 0 && broken == 0;
  }
};
[[nodiscard]] MutantScore score(const std::vector<Mutant>& mutants);

}  // namespace parkwatch::systems
