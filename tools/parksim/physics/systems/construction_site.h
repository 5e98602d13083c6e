// tools/parksim/physics/systems/construction_site.h - A construction site: people, works, fire
// protection, temporary electricity, dust and noise.
#pragma once
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// Package construction-site. Settings: its parameters. Causes are of the first device of a kind.
[[nodiscard]] SystemInfo construction_site_system();

}  // namespace parkwatch::parksim
