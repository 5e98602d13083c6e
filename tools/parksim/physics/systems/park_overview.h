// tools/parksim/physics/systems/park_overview.h - The data platform of a park: the feeds of its
// five lines, the command link, and what stands ready for an emergency.
#pragma once
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// Package park-overview. Settings: its parameters. Causes are of the first feed of a line.
[[nodiscard]] SystemInfo park_overview_system();

}  // namespace parkwatch::parksim
