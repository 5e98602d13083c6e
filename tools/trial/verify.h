// tools/trial/verify.h - Steps a recording again under the rules that were in force: exactly the
// recorded transitions must come out, times and journal numbers included.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/plant.h"
#include "model/result.h"
#include "store/history.h"

namespace parkwatch::trial {

struct Verified {
  Timestamp from;  // of what was stepped; a kept state before the wanted time, if there is one
  Timestamp to;
  std::uint64_t batches = 0;
  std::uint64_t readings = 0;
  std::uint64_t starts = 0;  // of the daemon, and steps of its clock, that lie in it
  std::uint64_t clock_steps = 0;
  std::uint64_t transitions = 0;   // that were recorded
  std::uint64_t derived = 0;       // derived readings, likewise
  std::uint64_t unknown = 0;       // came out, but their journal rows were given up since
  std::uint64_t differ = 0;        // places where what came out is not what is recorded
  std::vector<std::string> first;  // the first of them, in words
};

// From the latest kept state at or before `from` (empty: the earliest there is, or the beginning of
// the store) to `to`. Errors: not_found - nothing is stored, or nothing can be stepped from;
// permanent - a batch is damaged, or a configuration cannot be read.
[[nodiscard]] Result<Verified> verify(store::History& history, std::optional<Timestamp> from,
                                      std::optional<Timestamp> to);
// The same with configurations from elsewhere: null for one that is not known.
using PlantOf = std::function<std::shared_ptr<const Plant>(const std::string& hash)>;
[[nodiscard]] Result<Verified> verify(store::History& history, const PlantOf& plant_of,
                                      std::optional<Timestamp> from, std::optional<Timestamp> to);

}  // namespace parkwatch::trial
