// tools/parksim/physics/systems/cold_chain_barns.h - Cold rooms of a food park, and laying hens in
// barns: heat, doors, compressors, fans and gases.
#pragma once
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// Package cold-chain-barns. Settings: its parameters. Causes are of the first device of a kind.
[[nodiscard]] SystemInfo cold_chain_barns_system();

}  // namespace parkwatch::parksim
