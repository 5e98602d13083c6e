// tools/parksim/physics/systems/zero_liquid_discharge.h - 20,000 m3/d of saline wastewater to reuse
// water and two salts, as the package zero-liquid-discharge watches it. Pure; one thread at a time.
#pragma once
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// Settings: site, stages (reverse osmosis stages; the first one fouls).
[[nodiscard]] SystemInfo zero_liquid_discharge_system();

}  // namespace parkwatch::parksim
