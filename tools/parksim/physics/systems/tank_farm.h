// tools/parksim/physics/systems/tank_farm.h - A tank farm for flammable liquid, as the package
// tank-farm watches it: working and stock tanks with two gauges, interlocks, nitrogen blanket, gas
// and flame detectors, cameras. Pure; one thread at a time.
#pragma once
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// Settings: site, tanks (the first, third ... are drawn from and filled, the others are stock),
// cameras (each sees all tanks). The causes act on the first tank, or on the second (stock).
[[nodiscard]] SystemInfo tank_farm_system();

}  // namespace parkwatch::parksim
