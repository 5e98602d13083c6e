// tools/parksim/physics/systems/water_supply.h - A water supply plant: quality of what leaves it,
// clear-water tank, pumps and network.
#pragma once
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// Package water-supply. Settings: site, taps (chlorine at the ends of the network).
[[nodiscard]] SystemInfo water_supply_system();

}  // namespace parkwatch::parksim
