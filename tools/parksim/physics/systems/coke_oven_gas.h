// tools/parksim/physics/systems/coke_oven_gas.h - A coke-oven-gas main of 4,800 m with CO
// detectors, and enclosed coke ovens.
#pragma once
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// Package coke-oven-gas. Settings: site, detectors, ovens. Causes that act on one of them act on
// the first.
[[nodiscard]] SystemInfo coke_oven_gas_system();

}  // namespace parkwatch::parksim
