// tools/parksim/physics/systems/hydrogen_station.h - A hydrogen and energy station: electrolysers,
// storage grades, dispensers, LNG and chargers, with their detectors.
#pragma once
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// Package hydrogen-station. Settings: site, detectors, flames, grades, electrolysers, dispensers,
// lng, chargers. Causes that act on one of them act on the first; those of the storage on all.
[[nodiscard]] SystemInfo hydrogen_station_system();

}  // namespace parkwatch::parksim
