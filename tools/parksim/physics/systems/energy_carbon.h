// tools/parksim/physics/systems/energy_carbon.h - A park's electricity: enterprises with their
// meters, PV, wind, chargers, storage, and the meter to the grid; natural gas and steam.
#pragma once
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// Package energy-carbon. Settings: site, enterprises, pv, pv_capacity, wind, wind_capacity,
// chargers, storage, steam_users. Causes of meters are about the second to the ninth enterprise,
// those of plants about the first of its kind.
[[nodiscard]] SystemInfo energy_carbon_system();

}  // namespace parkwatch::parksim
