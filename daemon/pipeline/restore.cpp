// daemon/pipeline/restore.cpp - A snapshot back into a pipeline, or what contradicts in it.
#include <array>
#include <map>
#include <utility>

#include "parkwatch/v1/snapshot.pb.h"
#include "pipeline/snapshot_actions.h"
#include "pipeline/snapshot_alarms.h"
#include "pipeline/snapshot_gates.h"
#include "pipeline/snapshot_values.h"
#include "pipeline/state.h"
#include "rules/rate.h"
#include "rules/window.h"

namespace parkwatch::pipeline {
namespace {

using rules::never;

bool take_tag(const v1::TagState& message, TagTable& tags) {
  const auto id = static_cast<TagId>(tags.size());
  const auto tag = from_message(message.definition());
  if (!tag || message.definition().id() != id || id >= tags_max) return false;
  if (tags.find(tag->name) != tag_id_none || message.out_of_order() > UINT8_MAX) return false;
  TagSlot slot;
  slot.tag = *tag;
  slot.version = message.definition().version();
  slot.defined_by = message.definition().sequence();
  slot.active = message.active();
  slot.clock.count = static_cast<std::uint8_t>(message.out_of_order());
  slot.clock.last = from_us(message.out_of_order_us());
  slot.clock.set_back = message.clock_set_back();
  slot.clock.floor = from_us(message.clock_floor_us());
  tags.restore(std::move(slot));
  if (message.source() > 0 && message.source() <= source_id_none) {
    tags.hot(id).source = static_cast<SourceId>(message.source() - 1);
  }
  if (!message.has_newest()) return true;
  const auto newest = from_message(message.newest(), id);
  if (newest) tags.set_newest(id, *newest);
  if (message.has_frozen()) tags.freeze(id, from_message(message.frozen()));
  return newest.has_value();
}

bool take_life(const v1::TagState& message, TagLife& life) {
  life.on_device_clock = message.on_device_clock();
  life.missed = message.missed();
  if (message.has_expected_since_us()) life.expected_since = from_us(message.expected_since_us());
  life.seen = message.seen();
  if (!life.seen) return true;
  const auto cause = from_message(message.seen_cause());
  if (!cause) return false;
  life.seen_device = message.seen_device();
  life.seen_receive = from_us(message.seen_receive_us());
  life.seen_source = from_us(message.seen_source_us());
  life.seen_cause = *cause;
  return true;
}

bool take_levels(const v1::RuleState& message, rules::LevelSet& levels) {
  std::vector<rules::LevelState> states(levels.states().size());
  for (const v1::LevelState& level : message.levels()) {
    const auto state = from_message(level);
    if (!state || level.level() >= states.size()) return false;
    states[level.level()] = *state;
  }
  std::vector<rules::Passing> passings;
  for (const v1::Passing& p : message.passings()) {
    passings.push_back({p.level(), from_us(p.at_us())});
  }
  levels.restore(states, std::move(passings));
  return true;
}

rules::Sample sample_of(const v1::RateSample& message) {
  return {from_us(message.time_us()), message.value()};
}

template <typename Message>
bool take_pending(const Message& message, rules::Pending& pending) {
  const auto last = from_message(message.last());
  if (!last) return false;
  pending.receive_due = message.has_receive_due_us() ? from_us(message.receive_due_us()) : never;
  pending.last = *last;
  return true;
}

bool take_window(const v1::WindowState& message, rules::WindowSignal& window) {
  std::vector<rules::WindowSignal::Span> spans;
  for (const v1::WindowSpan& span : message.spans()) {
    if (span.number() < 0 || span.number() > message.newest() ||
        message.newest() - span.number() >= rules::WindowSignal::steps) {
      return false;
    }
    spans.push_back({span.number(), {span.count(), span.a(), span.b()}});
  }
  std::optional<rules::Sample> previous;
  if (message.has_previous()) previous = sample_of(message.previous());
  std::optional<rules::WindowSignal::Closed> closed;
  if (message.has_closed_number()) closed = {message.closed_number(), message.closed_value()};
  window.restore(message.newest(), spans, previous, closed);
  return take_pending(message, window.pending);
}

bool take_signal(const v1::SignalState& message, rules::ReadingSignal& signal) {
  rules::ReadingSignal::Memory memory;
  for (const v1::RateSample& s : message.samples()) memory.samples.push_back(sample_of(s));
  memory.numbers.assign(message.numbers().begin(), message.numbers().end());
  return signal.restore(memory) && take_pending(message, signal.pending);
}

bool take_memory(const v1::RuleState& message, RuleInstance& x) {
  if (is_window(x.kind)) {
    return take_window(message.window(), static_cast<rules::WindowSignal&>(*x.signal));
  }
  if (x.kind != RuleKind::rate) {
    return take_signal(message.signal(), static_cast<rules::ReadingSignal&>(*x.signal));
  }
  std::vector<rules::Sample> samples;
  for (const v1::RateSample& s : message.rate()) samples.push_back(sample_of(s));
  static_cast<rules::RateSignal&>(*x.signal).restore(samples);
  return true;
}

std::optional<Phase> phase_of(std::uint32_t number) {
  static constexpr std::array<Phase, 3> phases{Phase::in_force, Phase::before, Phase::after};
  if (number >= phases.size()) return std::nullopt;
  return phases.at(number);
}

bool take_rule(const v1::RuleState& message, RuleInstance& x) {
  const auto phase = phase_of(message.phase());
  if (!phase) return false;
  // Without it: of an older version; as the dates say then.
  if (message.has_phase_until_us()) x.phase_until = from_us(message.phase_until_us());
  x.phase = *phase;
  x.since = from_us(message.since_us());
  x.last_at = from_us(message.last_at_us());
  x.halted = message.halted();
  return take_levels(message, x.levels) && (!x.signal || take_memory(message, x));
}

// By (rule, tag), so that a new version of the daemon that orders them otherwise still reads it.
Result<Done> take_rules(const v1::Snapshot& snapshot, Engine& engine) {
  std::map<std::pair<std::string_view, TagId>, RuleInstance*> instances;
  for (std::size_t rank = 0; rank < engine.size(); ++rank) {
    RuleInstance& x = engine.ranked(rank);
    instances.emplace(std::pair{std::string_view{engine.plant()->rules[x.rule].id}, x.tag}, &x);
  }
  for (const v1::RuleState& message : snapshot.rules()) {
    const auto found = instances.find({message.rule(), message.tag_id()});
    if (found == instances.end()) {
      return contradiction("rule " + message.rule() + " is not in its plant");
    }
    if (!take_rule(message, *found->second)) return contradiction("state of " + message.rule());
  }
  return Done{};
}

}  // namespace

Result<Pipeline> Pipeline::restore(const v1::Snapshot& snapshot,
                                   const std::shared_ptr<const Plant>& plant) {
  const bool has_plant = !snapshot.plant_hash().empty();
  if (has_plant && (!plant || plant->hash != snapshot.plant_hash())) {
    return Error{ErrorKind::permanent,
                 "the snapshot was taken under the configuration " + snapshot.plant_hash()};
  }
  Pipeline pipeline;
  State& s = *pipeline.state_;
  s.last_sequence = snapshot.last_sequence();
  s.now = from_us(snapshot.now_us());
  if (snapshot.has_paused_us()) s.paused_at = from_us(snapshot.paused_us());
  for (const v1::TagState& tag : snapshot.tags()) {
    if (!take_tag(tag, s.tags)) {
      return contradiction("tag " + std::to_string(s.tags.size()));
    }
  }
  auto saved = take_alarms(snapshot);
  if (!saved) return saved.error();
  if (has_plant) {
    std::vector<AlarmEvent> none;  // there are no alarms yet
    s.alarms.configure(*plant, {s.now, s.last_sequence, plant->hash}, none);
  }
  s.alarms.restore(std::move(*saved));
  if (!has_plant) return pipeline;
  s.engine = std::make_unique<Engine>(plant, s.tags, s.now);
  s.decoders = plant->decoders;
  s.pseudonym = plant->pseudonym;
  for (TagId id = 0; id < s.tags.size(); ++id) {
    if (!take_life(snapshot.tags(static_cast<int>(id)), s.engine->lives()[id])) {
      return contradiction("tag " + std::to_string(id));
    }
  }
  if (auto taken = take_rules(snapshot, *s.engine); !taken) return taken.error();
  std::map<std::string, SourceState> sources;
  for (const v1::SourceState& message : snapshot.sources()) {
    sources.insert_or_assign(message.name(), from_message(message));
  }
  s.sources.restore(*plant, std::move(sources), s.tags);
  auto checks = take_loop_checks(snapshot, s.tags);
  if (!checks) return checks.error();
  s.loop_checks = std::move(*checks);
  s.load_operands();
  s.engine->know_lost(s.lost_tags(), s.tags);
  s.engine->pause(s.paused_at);
  s.engine->resume();
  s.resume_loop_checks();
  if (auto taken = take_actions(snapshot, *plant, s.tags, s.actions); !taken) return taken.error();
  if (auto taken = take_gates(snapshot, *plant, s.gates); !taken) return taken.error();
  return pipeline;
}

}  // namespace parkwatch::pipeline
