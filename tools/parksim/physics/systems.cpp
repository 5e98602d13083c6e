// tools/parksim/physics/systems.cpp - The table of the simulated systems: one line a package.
#include <vector>

#include "tools/parksim/physics/system.h"
#include "tools/parksim/physics/systems/tank_farm.h"

namespace parkwatch::parksim {

std::span<const SystemInfo> systems() {
  static const std::vector<SystemInfo> table{
      tank_farm_system(),
  };
  return table;
}

}  // namespace parkwatch::parksim
