// daemon/app/recovery.h - Start = the last snapshot + a replay of what was committed since.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/plant.h"
#include "model/result.h"
#include "pipeline/pipeline.h"
#include "store/store.h"

namespace parkwatch::app {

struct Recovery {
  pipeline::Pipeline pipeline;
  std::uint64_t batches = 0;  // that were stepped again
  std::uint64_t readings = 0;
  // Derived readings and transitions that did not come out as they are stored. A bug: the journal
  // wins.
  std::uint64_t differences = 0;
  std::vector<std::string> notes;  // for the log, one line each
};

// `plant_of` gives the plant of a hash; null when it is not known.
using PlantOf = std::function<std::shared_ptr<const Plant>(const std::string& hash)>;

// After a salvage the replay ends where something is missing, and numbers go on behind what is
// stored; the first batch must then carry a snapshot, since no replay can cross that place.
// Errors: those of the store, and permanent where neither a snapshot nor a replay can be used.
[[nodiscard]] Result<Recovery> recover(store::Store& store, const PlantOf& plant_of);

// Whether SQLite can read what the rest of the start reads: standing alarms, what waits to be sent,
// consumers. A row that is damaged by itself is passed over. Errors: those of the reader.
[[nodiscard]] Result<Done> look_through(const std::string& directory);

}  // namespace parkwatch::app
