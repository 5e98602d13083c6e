// tools/parksim/physics/systems/emergency_pool.h - The accident pool of a park and its three-level
// blocking, as the package emergency-pool watches them. Pure; one thread at a time.
#pragma once
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// Settings: site, gates (from the plant's to the border's), pumps. The pool holds 5,000 m3.
[[nodiscard]] SystemInfo emergency_pool_system();

}  // namespace parkwatch::parksim
