// tools/trial/verify.cpp - Replays and compares.
#include "tools/trial/verify.h"

#include <algorithm>

#include "parkwatch/v1/snapshot.pb.h"
#include "pipeline/pipeline.h"
#include "tools/trial/plants.h"

namespace parkwatch::trial {
namespace {

constexpr std::size_t told_max = 10;

std::string name_of(const AlarmEvent& e) {
  std::string text = "journal " + std::to_string(e.journal) + ", " + to_rfc3339(e.at) + ' ' +
                     std::string{to_text(e.kind)} + ' ' + e.rule + ' ' + e.tag;
  if (e.level != Level::none) text += ' ' + std::string{to_text(e.level)};
  return text;
}

class Comparison {
 public:
  Comparison(Verified& verified, bool rows_given_up)
      : verified_(verified), rows_given_up_(rows_given_up) {}

  void take(const RecordedBatch& batch, const Facts& facts) {
    compare_derived(batch, facts);
    compare_transitions(batch, facts);
  }

 private:
  void tell(std::string difference) {
    ++verified_.differ;
    if (verified_.first.size() < told_max) verified_.first.push_back(std::move(difference));
  }

  void compare_derived(const RecordedBatch& batch, const Facts& facts) {
    std::size_t at = 0;
    for (const Reading& stored : batch.readings) {
      if ((stored.flags & reading_derived) == 0) continue;
      ++verified_.derived;
      if (at < facts.readings.size() && facts.readings[at] == stored) {
        ++at;
        continue;
      }
      tell("derived reading of message " + std::to_string(stored.sequence) + " at " +
           to_rfc3339(stored.receive_time));
      ++at;
    }
    for (; at < facts.readings.size(); ++at) {
      tell("a derived reading more, of message " + std::to_string(facts.readings[at].sequence));
    }
  }

  // Both in the order of the journal.
  void compare_transitions(const RecordedBatch& batch, const Facts& facts) {
    verified_.transitions += batch.transitions.size();
    auto stored = batch.transitions.begin();
    auto came = facts.transitions.begin();
    while (stored != batch.transitions.end() || came != facts.transitions.end()) {
      const bool only_came = stored == batch.transitions.end() ||
                             (came != facts.transitions.end() && came->journal < stored->journal);
      const bool only_stored =
          !only_came && (came == facts.transitions.end() || stored->journal < came->journal);
      if (only_came) {
        if (rows_given_up_) {
          ++verified_.unknown;
        } else {
          tell("came out but is not recorded: " + name_of(*came));
        }
        ++came;
      } else if (only_stored) {
        tell("is recorded but did not come out: " + name_of(*stored));
        ++stored;
      } else {
        // The number of the input that a deadline was handled before is not kept of messages that
        // gave no reading.
        AlarmEvent alike = *came;
        alike.sequence = stored->sequence;
        if (!(*stored == alike)) {
          tell("recorded: " + name_of(*stored) + "; came out: " + name_of(*came));
        }
        ++stored;
        ++came;
      }
    }
  }

  Verified& verified_;
  bool rows_given_up_;
};

struct Beginning {
  pipeline::Pipeline pipeline;
  std::uint64_t after_batch = 0;
  Timestamp at;
};

Result<Beginning> beginning_of(store::History& history, const PlantOf& plant_of,
                               std::optional<Timestamp> from) {
  const auto extent = history.extent();
  if (!extent) return extent.error();
  if (extent->first_batch == 0) return Error{ErrorKind::not_found, "nothing is stored yet"};
  const auto kept = history.snapshots();
  if (!kept) return kept.error();
  const store::KeptSnapshot* chosen = nullptr;
  for (const store::KeptSnapshot& one : *kept) {
    if (from && one.now <= *from) chosen = &one;
  }
  const bool from_the_first = extent->first_batch == 1;
  if (chosen == nullptr && from_the_first) return Beginning{{}, 0, extent->from};
  if (chosen == nullptr && !kept->empty()) chosen = &kept->front();
  if (chosen == nullptr) {
    return Error{ErrorKind::not_found, "the store keeps no state that a replay could begin with"};
  }
  const auto snapshot = history.snapshot(*chosen);
  if (!snapshot) return snapshot.error();
  const std::string& hash = (*snapshot)->plant_hash();
  const auto plant = hash.empty() ? nullptr : plant_of(hash);
  if (plant == nullptr && !hash.empty()) {
    return Error{ErrorKind::permanent, "the configuration " + hash + " is not kept"};
  }
  auto pipeline = pipeline::Pipeline::restore(**snapshot, plant);
  if (!pipeline) return pipeline.error();
  return Beginning{std::move(*pipeline), chosen->batch, chosen->now};
}

void count_inputs(const RecordedBatch& batch, Verified& verified) {
  for (const RecordedInput& input : batch.inputs) {
    if (std::holds_alternative<Start>(input.body)) ++verified.starts;
    if (std::holds_alternative<ClockStep>(input.body)) ++verified.clock_steps;
  }
}

}  // namespace

Result<Verified> verify(store::History& history, std::optional<Timestamp> from,
                        std::optional<Timestamp> to) {
  Plants plants{history};
  auto verified = verify(
      history, [&](const std::string& hash) { return plants.of(hash); }, from, to);
  if (!verified && !plants.fault().empty()) return Error{ErrorKind::permanent, plants.fault()};
  return verified;
}

Result<Verified> verify(store::History& history, const PlantOf& plant_of,
                        std::optional<Timestamp> from, std::optional<Timestamp> to) {
  auto beginning = beginning_of(history, plant_of, from);
  if (!beginning) return beginning.error();
  const auto given_up = history.journal_given_up();
  if (!given_up) return given_up.error();
  Verified verified;
  verified.from = verified.to = beginning->at;
  Comparison comparison{verified, *given_up > 0};
  const auto take = [&](RecordedBatch& batch) -> Result<Done> {
    Facts facts;
    auto done = beginning->pipeline.replay(batch, plant_of, facts);
    if (!done) return done;
    comparison.take(batch, facts);
    count_inputs(batch, verified);
    verified.to = batch.now;
    verified.readings += batch.readings.size();
    ++verified.batches;
    return Done{};
  };
  const store::BatchSpan span{beginning->after_batch, to.value_or(timestamp_max)};
  if (auto done = history.batches(span, take); !done) return done.error();
  return verified;
}

}  // namespace parkwatch::trial
