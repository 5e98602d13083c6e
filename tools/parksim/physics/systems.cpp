// tools/parksim/physics/systems.cpp - The table of the simulated systems: one line a package.
#include <vector>

#include "tools/parksim/physics/system.h"
#include "tools/parksim/physics/systems/emergency_pool.h"
#include "tools/parksim/physics/systems/tank_farm.h"
#include "tools/parksim/physics/systems/wastewater_plant.h"
#include "tools/parksim/physics/systems/zero_liquid_discharge.h"

namespace parkwatch::parksim {

std::span<const SystemInfo> systems() {
  static const std::vector<SystemInfo> table{
      emergency_pool_system(),
      tank_farm_system(),
      wastewater_plant_system(),
      zero_liquid_discharge_system(),
  };
  return table;
}

}  // namespace parkwatch::parksim
