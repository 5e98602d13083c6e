// daemon/pipeline/snapshot.cpp - The whole state as one value, in an order that depends on nothing
// else.
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

void put_tag(TagId id, const TagTable& tags, v1::TagState& out) {
  const TagSlot& slot = tags.slot(id);
  v1::TagDefinition& definition = *out.mutable_definition();
  to_message(slot.tag, definition);
  definition.set_id(id);
  definition.set_version(slot.version);
  definition.set_sequence(slot.defined_by);
  out.set_active(slot.active);
  if (tags.hot(id).has_newest) to_message(tags.newest(id), *out.mutable_newest());
  out.set_out_of_order(slot.clock.count);
  out.set_out_of_order_us(to_us(slot.clock.last));
  out.set_clock_set_back(slot.clock.set_back);
  out.set_clock_floor_us(to_us(slot.clock.floor));
  if (const Frozen* frozen = tags.frozen(id)) to_message(*frozen, *out.mutable_frozen());
}

void put_life(const TagLife& life, v1::TagState& out) {
  out.set_on_device_clock(life.on_device_clock);
  out.set_missed(life.missed);
  if (life.expected_since != never) out.set_expected_since_us(to_us(life.expected_since));
  if (!life.seen) return;
  out.set_seen(true);
  out.set_seen_device(life.seen_device);
  out.set_seen_receive_us(to_us(life.seen_receive));
  out.set_seen_source_us(to_us(life.seen_source));
  to_message(life.seen_cause, *out.mutable_seen_cause());
}

void put_sample(const rules::Sample& sample, v1::RateSample& out) {
  out.set_time_us(to_us(sample.time));
  out.set_value(sample.value);
}

void put_window(const rules::WindowSignal& window, v1::WindowState& out) {
  out.set_newest(window.newest());
  for (const rules::WindowSignal::Span& span : window.spans()) {
    v1::WindowSpan& s = *out.add_spans();
    s.set_number(span.number);
    s.set_count(span.content.count);
    s.set_a(span.content.a);
    s.set_b(span.content.b);
  }
  const rules::Pending& pending = window.pending;
  if (pending.receive_due != never) out.set_receive_due_us(to_us(pending.receive_due));
  to_message(pending.last, *out.mutable_last());
  if (window.closed()) {
    out.set_closed_number(window.closed()->number);
    out.set_closed_value(window.closed()->value);
  }
  if (window.previous()) put_sample(*window.previous(), *out.mutable_previous());
}

void put_signal(const rules::ReadingSignal& signal, v1::SignalState& out) {
  const rules::ReadingSignal::Memory memory = signal.memory();
  for (const rules::Sample& sample : memory.samples) put_sample(sample, *out.add_samples());
  for (const double number : memory.numbers) out.add_numbers(number);
  const rules::Pending& pending = signal.pending;
  if (pending.receive_due != never) out.set_receive_due_us(to_us(pending.receive_due));
  to_message(pending.last, *out.mutable_last());
}

void put_memory(const RuleInstance& x, v1::RuleState& out) {
  if (x.kind == RuleKind::rate) {
    for (const rules::Sample& sample : static_cast<rules::RateSignal&>(*x.signal).samples()) {
      put_sample(sample, *out.add_rate());
    }
  } else if (is_window(x.kind)) {
    put_window(static_cast<rules::WindowSignal&>(*x.signal), *out.mutable_window());
  } else {
    put_signal(static_cast<rules::ReadingSignal&>(*x.signal), *out.mutable_signal());
  }
}

std::uint32_t number_of(Phase phase) {
  switch (phase) {
    case Phase::in_force:
      return 0;
    case Phase::before:
      return 1;
    case Phase::after:
      return 2;
  }
  return 0;
}

void put_rule(const RuleInstance& x, const Plant& plant, v1::RuleState& out) {
  out.set_rule(plant.rules[x.rule].id);
  out.set_tag_id(x.tag);
  out.set_since_us(to_us(x.since));
  out.set_last_at_us(to_us(x.last_at));
  out.set_halted(x.halted);
  const auto states = x.levels.states();
  for (std::uint32_t i = 0; i < states.size(); ++i) {
    if (states[i] == rules::LevelState{}) continue;
    v1::LevelState& level = *out.add_levels();
    to_message(states[i], level);
    level.set_level(i);
  }
  for (const rules::Passing& passing : x.levels.passings()) {
    v1::Passing& p = *out.add_passings();
    p.set_level(passing.level);
    p.set_at_us(to_us(passing.at));
  }
  out.set_phase(number_of(x.phase));
  if (x.dated) out.set_phase_until_us(to_us(x.phase_until));
  if (x.signal) put_memory(x, out);
}

}  // namespace

void Pipeline::snapshot(v1::Snapshot& out) const {
  const State& s = *state_;
  out.Clear();
  out.set_last_sequence(s.last_sequence);
  out.set_now_us(to_us(s.now));
  out.set_plant_hash(plant_hash());
  if (s.paused_at) out.set_paused_us(to_us(*s.paused_at));
  for (TagId id = 0; id < s.tags.size(); ++id) {
    v1::TagState& tag = *out.add_tags();
    put_tag(id, s.tags, tag);
    const SourceId source = s.tags.hot(id).source;
    if (source != source_id_none) tag.set_source(source + 1U);
    if (s.engine) put_life(s.engine->lives()[id], tag);
  }
  for (const auto& [name, source] : s.sources.all()) {
    v1::SourceState& message = *out.add_sources();
    message.set_name(name);
    to_message(source, message);
  }
  if (s.engine) {
    for (std::size_t rank = 0; rank < s.engine->size(); ++rank) {
      put_rule(std::as_const(*s.engine).ranked(rank), s.plant(), *out.add_rules());
    }
  }
  put_alarms(s.alarms, out);
  put_loop_checks(s.loop_checks, out);
  put_actions(s.actions, out);
  put_gates(s.gates, out);
}

}  // namespace parkwatch::pipeline
