// tools/parksim/physics/systems/air_quality.h - Ambient air at the stations of a park: what is
// given off, and how much air it is mixed into.
#pragma once
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// Package air-quality. Settings: its parameters. Causes are seen by every station but those of an
// instrument, which are the first station's.
[[nodiscard]] SystemInfo air_quality_system();

}  // namespace parkwatch::parksim
