// tools/parksim/physics/systems/heating_geothermal.h - Geothermal wells, a primary heating network
// and its heat stations.
#pragma once
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// Package heating-geothermal. Settings: site, wells, stations, rooms. Causes that act on one of
// them act on the first.
[[nodiscard]] SystemInfo heating_geothermal_system();

}  // namespace parkwatch::parksim
