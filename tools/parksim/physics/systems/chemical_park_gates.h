// tools/parksim/physics/systems/chemical_park_gates.h - The gates of a closed chemical park: people
// and vehicles pass lanes and doors, and readers, barriers and counters tell of it.
#pragma once
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// Package chemical-park-gates. Settings: its parameters. Causes are of the first gate of a kind.
// Publishes passages too, as the package's ledger.toml maps them. Begins with nobody inside, and
// outside 05:00 to 20:00 nobody comes but by a cause.
[[nodiscard]] SystemInfo chemical_park_gates_system();

}  // namespace parkwatch::parksim
