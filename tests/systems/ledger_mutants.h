// tests/systems/ledger_mutants.h - Whether the incidents of a package with a ledger would notice a
// wrong figure of it: stays, delays, how many may be inside, and what a counter may differ by.
#pragma once
#include <memory>
#include <vector>

#include "model/plant.h"
#include "tests/systems/mutants.h"
#include "tests/systems/package_case.h"

namespace parkwatch::systems {

// Each figure of [gates] by a fifth of itself (whole numbers by one at least) outward and inward:
// nobody inside and no time is what is normal. A control of each rule stands beside them. A figure
// is tried with the incidents that expect its rule; one without such an incident is not caught.
// Without [gates] there are none.
[[nodiscard]] std::vector<Mutant> run_ledger_mutants(const PackageCase& package,
                                                     const std::shared_ptr<const Plant>& plant);

}  // namespace parkwatch::systems
