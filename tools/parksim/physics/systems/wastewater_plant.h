// tools/parksim/physics/systems/wastewater_plant.h - A wastewater plant of 5,000 m3/d at its real
// speed, as the package wastewater-plant watches it. Pure; one thread at a time.
#pragma once
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// Settings: site, blowers, pumps (lift pumps), class of the discharge permit (1a, 1b, 2 of GB
// 18918) and inlet, the grade of the sewer (a, b, c of GB/T 31962). On a quiet day it meets its
// class, with about as much room as its designer left in each, and its sewer brings what the grade
// allows.
[[nodiscard]] SystemInfo wastewater_plant_system();

}  // namespace parkwatch::parksim
