// daemon/pipeline/pipeline.h - (now, inputs) -> facts. Pure and deterministic: no clock, no thread,
// no I/O.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/facts.h"
#include "model/input.h"
#include "model/plant.h"
#include "model/plant_view.h"

namespace parkwatch::v1 {
class Snapshot;
}

namespace parkwatch::pipeline {

// Lives on one thread (the pipeline's); has no lock. The same inputs give the same facts, stamps
// included, however they are cut into steps and whatever empty steps come between.
class Pipeline {
 public:
  Pipeline();
  ~Pipeline();
  Pipeline(Pipeline&&) noexcept;
  Pipeline& operator=(Pipeline&&) noexcept;

  // Before each input, fires every deadline due by its receive time (and, of a reading's own tag,
  // those due by its source time), stamped with the due time, in the order (due, rule, tag); after
  // the last input those due by `now`. Appends to `facts`, which the caller may have filled in
  // earlier steps. REQUIRES: inputs in rising sequence; receive times not falling, none later than
  // `now`, and `now` not earlier than an earlier step's. The first input of a new pipeline is a
  // NewPlant.
  void step(Timestamp now, std::span<const Input> inputs, Facts& facts);

  // Steps what was committed once more, behind decoding, dedupe and scaling. `plant_of` gives the
  // plant of a hash. Appends the derived readings and transitions that come out, for comparing.
  // Errors: permanent - a plant that `plant_of` does not know (it returned null).
  Result<Done> replay(
      const RecordedBatch& batch,
      const std::function<std::shared_ptr<const Plant>(const std::string&)>& plant_of,
      Facts& facts);

  // The whole state as one value. restore() on a new pipeline continues as if nothing had been.
  void snapshot(v1::Snapshot& out) const;
  // Errors: permanent - the snapshot contradicts itself or `plant` is not the one it names.
  static Result<Pipeline> restore(const v1::Snapshot& snapshot,
                                  const std::shared_ptr<const Plant>& plant);

  // After a store lost what came later: sequence and journal numbers go on behind these.
  void resume_after(std::uint64_t sequence, std::uint64_t journal);

  // Gives decoders to the plant in force (after a replay, which has none).
  void set_decoders(std::vector<std::shared_ptr<Decoder>> decoders);
  // Likewise: how names become pseudonyms.
  void set_pseudonym(Pseudonym pseudonym);

  // Commands that alarms publish and of which no ActionReport has come: their rows, in the order of
  // the journal.
  [[nodiscard]] std::vector<AlarmEvent> commands() const;

  // The next time at which step() would do something without an input; empty: nothing is pending.
  [[nodiscard]] std::optional<Timestamp> next_deadline() const;
  [[nodiscard]] std::uint64_t last_sequence() const;
  [[nodiscard]] Timestamp now() const;  // of the last step
  [[nodiscard]] const std::string& plant_hash() const;
  [[nodiscard]] std::size_t tag_count() const;
  // Every known tag's definition and newest reading (empty: none yet), by TagId. For the live view
  // at start.
  struct TagView {
    const Tag* tag;
    std::uint32_t version;
    const Reading* newest;  // null: none yet
  };
  [[nodiscard]] TagView tag(TagId id) const;
  // As of the last step.
  [[nodiscard]] PlantView view() const;
  // Who is inside, permits and the muster. For the view at start.
  [[nodiscard]] const GateBook& gates() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace parkwatch::pipeline
