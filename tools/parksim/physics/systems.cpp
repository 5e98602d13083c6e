// tools/parksim/physics/systems.cpp - The table of the simulated systems: one line a package.
#include <vector>

#include "tools/parksim/physics/system.h"
#include "tools/parksim/physics/systems/air_quality.h"
#include "tools/parksim/physics/systems/chemical_park_gates.h"
#include "tools/parksim/physics/systems/coke_oven_gas.h"
#include "tools/parksim/physics/systems/cold_chain_barns.h"
#include "tools/parksim/physics/systems/construction_site.h"
#include "tools/parksim/physics/systems/emergency_pool.h"
#include "tools/parksim/physics/systems/energy_carbon.h"
#include "tools/parksim/physics/systems/heating_geothermal.h"
#include "tools/parksim/physics/systems/hydrogen_station.h"
#include "tools/parksim/physics/systems/park_overview.h"
#include "tools/parksim/physics/systems/tank_farm.h"
#include "tools/parksim/physics/systems/wastewater_plant.h"
#include "tools/parksim/physics/systems/water_supply.h"
#include "tools/parksim/physics/systems/zero_liquid_discharge.h"

namespace parkwatch::parksim {

std::span<const SystemInfo> systems() {
  static const std::vector<SystemInfo> table{
      air_quality_system(),       chemical_park_gates_system(),
      coke_oven_gas_system(),     cold_chain_barns_system(),
      construction_site_system(), emergency_pool_system(),
      energy_carbon_system(),     heating_geothermal_system(),
      hydrogen_station_system(),  park_overview_system(),
      tank_farm_system(),         wastewater_plant_system(),
      water_supply_system(),      zero_liquid_discharge_system(),
  };
  return table;
}

}  // namespace parkwatch::parksim
