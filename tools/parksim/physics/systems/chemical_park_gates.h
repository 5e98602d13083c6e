// tools/parksim/physics/systems/chemical_park_gates.h - The gates of a closed chemical park:
// barriers, face doors, boards, card dispensers and lanes for hazardous goods.
#pragma once
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// Package chemical-park-gates. Settings: its parameters. Causes are of the first gate of a kind.
[[nodiscard]] SystemInfo chemical_park_gates_system();

}  // namespace parkwatch::parksim
