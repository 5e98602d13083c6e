// tools/parksim/physics/systems/wastewater_plant.h - A wastewater plant of 5,000 m3/d at its real
// speed, as the package wastewater-plant watches it. Pure; one thread at a time.
#pragma once
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// Settings: site, blowers, pumps (lift pumps). Meets class 1A of GB 18918 on a quiet day.
[[nodiscard]] SystemInfo wastewater_plant_system();

}  // namespace parkwatch::parksim
