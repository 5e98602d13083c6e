// daemon/pipeline/replay.cpp - What was committed, stepped once more behind decoding, dedupe and
// scaling.
#include <algorithm>
#include <utility>

#include "pipeline/state.h"

namespace parkwatch::pipeline {
namespace {

// The parts of a recorded batch that belong to one sequence.
struct Recorded {
  std::uint64_t sequence = UINT64_MAX;
  Timestamp receive_time;
  std::span<const Reading> readings;
  std::span<const MessageIdentity> identities;
  std::span<const RecordedInput> inputs;
};

// Takes those of `sequence` off the front of `rest`.
template <typename T>
std::span<const T> take_front(std::span<const T>& rest, std::uint64_t sequence) {
  const auto end = std::find_if(rest.begin(), rest.end(),
                                [&](const T& each) { return each.sequence != sequence; });
  const auto taken = rest.first(static_cast<std::size_t>(end - rest.begin()));
  rest = rest.subspan(taken.size());
  return taken;
}

class BatchReader {
 public:
  explicit BatchReader(const RecordedBatch& batch)
      : readings_(batch.readings), identities_(batch.identities), inputs_(batch.inputs) {}

  [[nodiscard]] bool done() const {
    return readings_.empty() && identities_.empty() && inputs_.empty();
  }
  Recorded next() {
    Recorded r;
    const auto look = [&r](const auto& rest) {
      if (rest.empty() || rest.front().sequence >= r.sequence) return;
      r.sequence = rest.front().sequence;
      r.receive_time = rest.front().receive_time;
    };
    look(readings_);
    look(identities_);
    look(inputs_);
    r.readings = take_front(readings_, r.sequence);
    r.identities = take_front(identities_, r.sequence);
    r.inputs = take_front(inputs_, r.sequence);
    return r;
  }

 private:
  std::span<const Reading> readings_;
  std::span<const MessageIdentity> identities_;
  std::span<const RecordedInput> inputs_;
};

// What is no input of its own.
bool is_of_message(const RecordedInput& input) {
  return std::holds_alternative<TagRegistered>(input.body) ||
         std::holds_alternative<MessageSource>(input.body) ||
         std::holds_alternative<PassageSeen>(input.body);
}

using PlantOf = std::function<std::shared_ptr<const Plant>(const std::string&)>;

// The input as it was, with the plant looked up. Errors: permanent - an unknown plant.
Result<Input> input_of(const RecordedInput& recorded, const PlantOf& plant_of) {
  Input input{recorded.sequence, recorded.receive_time, {}};
  if (const auto* hash = std::get_if<PlantHash>(&recorded.body)) {
    auto plant = plant_of(hash->hash);
    if (!plant) {
      return Error{ErrorKind::permanent, "the configuration " + hash->hash + " is not kept"};
    }
    input.body = NewPlant{std::move(plant)};
    return input;
  }
  std::visit(
      [&input](const auto& body) {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (std::is_constructible_v<decltype(input.body), const Body&>) input.body = body;
      },
      recorded.body);
  return input;
}

}  // namespace

// A message: its source and registrations, its identity, its own readings, then the rules.
void Pipeline::State::on_recorded_message(std::uint64_t sequence, Timestamp receive,
                                          std::span<const RecordedInput> inputs,
                                          std::span<const MessageIdentity> identities,
                                          std::span<const Reading> readings, Facts& facts) {
  fire_until(receive, facts);
  last_sequence = sequence;
  if (!engine) return;
  source = source_id_none;
  for (const MessageIdentity& identity : identities) {
    DuplicateMemory* memory = sources.memory(identity.source);
    if (identity.packet_id == 0 || memory == nullptr) continue;
    memory->add(DuplicateMemory::key_of(identity.packet_id, identity.hash));
  }
  for (const RecordedInput& each : inputs) {
    if (const auto* tag = std::get_if<TagRegistered>(&each.body)) {
      register_tag(tag->tag, receive, facts);
    } else if (const auto* from = std::get_if<MessageSource>(&each.body)) {
      source = sources.find(from->source);
    }
  }
  const std::size_t first = facts.readings.size();
  for (const Reading& reading : readings) {
    if ((reading.flags & reading_derived) != 0 || reading.tag >= tags.size()) continue;
    facts.readings.push_back(reading);
    remember_last(facts);
  }
  for (const RecordedInput& each : inputs) {
    if (const auto* seen = std::get_if<PassageSeen>(&each.body)) pass(*seen, receive, facts);
  }
  evaluate_from(first, facts);
  act(receive, facts);
}

Result<Done> Pipeline::replay(const RecordedBatch& batch, const PlantOf& plant_of, Facts& facts) {
  State& s = *state_;
  Facts out;
  out.readings.reserve(batch.readings.size());
  for (BatchReader reader{batch}; !reader.done();) {
    const Recorded r = reader.next();
    if (r.inputs.empty() || is_of_message(r.inputs.front())) {
      s.on_recorded_message(r.sequence, r.receive_time, r.inputs, r.identities, r.readings, out);
      continue;
    }
    const auto input = input_of(r.inputs.front(), plant_of);
    if (!input) return input.error();
    s.on_input(*input, out);
  }
  s.last_sequence = std::max(s.last_sequence, batch.last_sequence);
  s.fire_until(batch.now, out);
  s.now = batch.now;
  for (Reading& reading : out.readings) {
    if ((reading.flags & reading_derived) != 0) facts.readings.push_back(std::move(reading));
  }
  for (AlarmEvent& event : out.transitions) facts.transitions.push_back(std::move(event));
  return Done{};
}

}  // namespace parkwatch::pipeline
