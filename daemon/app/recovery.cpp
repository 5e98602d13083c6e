// daemon/app/recovery.cpp - Restores, replays, and compares what comes out with what is stored.
#include "app/recovery.h"

#include <algorithm>

#include "parkwatch/v1/snapshot.pb.h"

namespace parkwatch::app {
namespace {

// What a replay gave against what the batch holds: the number of places that differ.
std::uint64_t differences(const RecordedBatch& batch, const Facts& facts, std::string& first) {
  std::vector<Reading> stored;
  std::copy_if(batch.readings.begin(), batch.readings.end(), std::back_inserter(stored),
               [](const Reading& r) { return (r.flags & reading_derived) != 0; });
  std::uint64_t count = stored.size() > facts.readings.size()
                            ? stored.size() - facts.readings.size()
                            : facts.readings.size() - stored.size();
  for (std::size_t i = 0; i < std::min(stored.size(), facts.readings.size()); ++i) {
    if (!(stored[i] == facts.readings[i])) ++count;
  }
  const std::size_t both = std::min(batch.transitions.size(), facts.transitions.size());
  count += std::max(batch.transitions.size(), facts.transitions.size()) - both;
  for (std::size_t i = 0; i < both; ++i) {
    if (batch.transitions[i] == facts.transitions[i]) continue;
    ++count;
    if (first.empty()) {
      first = "journal " + std::to_string(batch.transitions[i].journal) + " (" +
              batch.transitions[i].rule + ", " + batch.transitions[i].tag + ")";
    }
  }
  if (count != 0 && first.empty()) first = "message " + std::to_string(batch.last_sequence);
  return count;
}

Result<pipeline::Pipeline> restore(store::Store& store, const PlantOf& plant_of, Recovery& recovery,
                                   std::uint64_t& sequence) {
  auto snapshot = store.newest_snapshot();
  if (!snapshot.ok()) return snapshot.error();
  if (*snapshot == nullptr) return pipeline::Pipeline{};
  sequence = (*snapshot)->last_sequence();
  const auto plant = plant_of((*snapshot)->plant_hash());
  if (plant == nullptr) {
    return Error{ErrorKind::permanent, "the configuration " + (*snapshot)->plant_hash() +
                                           " that the last snapshot was made under cannot be read"};
  }
  recovery.notes.push_back("snapshot of message " + std::to_string(sequence) + " restored");
  return pipeline::Pipeline::restore(**snapshot, plant);
}

}  // namespace

Result<Recovery> recover(store::Store& store, const PlantOf& plant_of) {
  Recovery recovery;
  std::uint64_t sequence = 0;
  auto restored = restore(store, plant_of, recovery, sequence);
  if (!restored.ok()) return restored.error();
  recovery.pipeline = std::move(*restored);
  const auto take = [&](const RecordedBatch& batch) -> Result<Done> {
    Facts facts;
    auto done = recovery.pipeline.replay(batch, plant_of, facts);
    if (!done.ok()) return done;
    std::string first;
    const std::uint64_t count = differences(batch, facts, first);
    if (count != 0 && recovery.differences == 0) {
      recovery.notes.push_back("replay differs from what is stored, first at " + first);
    }
    recovery.differences += count;
    recovery.readings += batch.readings.size();
    ++recovery.batches;
    return Done{};
  };
  const store::Recovered& recovered = store.recovered();
  auto replayed = store.batches_after(sequence, take);
  if (recovered.salvage) {
    // As far as it goes: what is missing is lost, and told.
    if (!replayed.ok()) recovery.notes.push_back("the replay ends: " + replayed.error().message);
    recovery.pipeline.resume_after(recovered.last_sequence, recovered.last_journal);
    return recovery;
  }
  if (!replayed.ok()) return replayed.error();
  return recovery;
}

Result<Done> look_through(const std::string& directory) {
  const auto reader = store::open_reader(directory);
  if (!reader.ok()) return reader.error();
  store::JournalNumbers damaged;
  if (const auto rows = (*reader)->standing(&damaged); !rows.ok()) return rows.error();
  if (const auto rows = (*reader)->outbox(0, 1, &damaged); !rows.ok()) return rows.error();
  if (const auto rows = (*reader)->notify_rows(); !rows.ok()) return rows.error();
  if (const auto rows = (*reader)->consumers(); !rows.ok()) return rows.error();
  return Done{};
}

}  // namespace parkwatch::app
