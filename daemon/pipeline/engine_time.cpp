// daemon/pipeline/engine_time.cpp - What becomes due, on the gateway's clock and on the devices'.
#include <algorithm>
#include <utility>

#include "pipeline/engine.h"

namespace parkwatch::pipeline {
namespace {

using rules::Moment;
using rules::never;

}  // namespace

Timestamp Engine::silence_due(const RuleInstance& x) const {
  if (x.kind != RuleKind::stale || x.phase != Phase::in_force || x.levels.states()[0].in) {
    return never;
  }
  const TagLife& life = lives_[x.tag];
  const Duration after = spec(x).after;
  return life.seen ? std::max(life.seen_receive + after, x.since) : x.since + after;
}

Timestamp Engine::receive_due(const RuleInstance& x) const {
  Timestamp due = std::min(x.levels.receive_due(), silence_due(x));
  due = std::min(due, x.phase_until);
  return x.signal ? std::min(due, x.signal->pending.receive_due) : due;
}

void Engine::change_phase(std::uint32_t i, Timestamp due, Scene& scene) {
  RuleInstance& x = instances_[i];
  const PhaseNow next = phase_at(spec(x), *plant_, due);
  const Phase last = std::exchange(x.phase, next.phase);
  x.phase_until = next.until;
  if (last != Phase::in_force && x.phase == Phase::in_force) x.since = due;
  if (last != Phase::in_force || x.phase == Phase::in_force) return;
  if (x.kind == RuleKind::stale && x.levels.states()[0].in) --rules_of_[x.tag].silent;
  if (x.levels.end()) announce(x, due, scene);
}

// Of what a reading's own time makes due.
Timestamp Engine::source_due(const RuleInstance& x, bool device_time) const {
  const Timestamp end = x.signal ? x.signal->due() : never;
  if (!device_time) return end;
  Timestamp due = std::min(end, x.levels.source_due());
  const TagLife& life = lives_[x.tag];
  if (x.kind == RuleKind::stale && x.phase == Phase::in_force && life.seen_device &&
      !x.levels.states()[0].in) {
    due = std::min(due, life.seen_source + spec(x).after);
  }
  return due;
}

// Of one time, rules before tags that were never seen.
Timestamp Engine::next_due() { return std::min(next_of_rules(), next_unseen()); }

void Engine::fire_next(Scene& scene) {
  if (next_of_rules() <= next_unseen()) {
    fire_next_rule(scene);
  } else {
    fire_unseen(scene);
  }
}

Timestamp Engine::next_of_rules() {
  while (!deadlines_.empty()) {
    const Timestamp earliest = deadlines_.earliest();
    const Deadlines::Entry entry = deadlines_.pop();
    if (!deadlines_.is_current(entry)) continue;
    deadlines_.disarm(entry.slot);
    const Timestamp due = receive_due(instances_[by_rank_[entry.slot]]);
    if (due == never) continue;
    deadlines_.arm(entry.slot, due);
    if (due == earliest) return due;
  }
  return never;
}

void Engine::fire_next_rule(Scene& scene) {
  const Deadlines::Entry entry = deadlines_.pop();
  deadlines_.disarm(entry.slot);
  const std::uint32_t i = by_rank_[entry.slot];
  RuleInstance& x = instances_[i];
  const TagLife& life = lives_[x.tag];
  bool changed = false;
  if (x.signal && x.signal->pending.receive_due == entry.due) {
    end_span(i, {entry.due, x.signal->due(), life.on_device_clock}, entry.due, scene);
    refresh_wakes(x.tag);
  }
  if (silence_due(x) == entry.due) {
    const Moment at{entry.due, life.seen_source + spec(x).after, life.seen && life.seen_device};
    ++rules_of_[x.tag].silent;
    changed = x.levels.on_signal(1, at, life.seen_cause);
  }
  changed = x.levels.expire_receive(entry.due) || changed;
  if (changed) announce(x, entry.due, scene);
  if (x.phase_until == entry.due) change_phase(i, entry.due, scene);
  touch(i);
}

// Before the reading at `at` is looked at: what was due by its time, in order.
void Engine::fire_by_source(TagId tag, const Moment& at, Scene& scene) {
  for (;;) {
    const std::uint32_t next = next_by_source(tag, at);
    if (next == UINT32_MAX) break;
    fire_one_by_source(next, at, scene);
  }
  refresh_wakes(tag);
}

std::uint32_t Engine::next_by_source(TagId tag, const Moment& at) const {
  const TagRules& t = rules_of_[tag];
  std::uint32_t next = UINT32_MAX;
  Timestamp due = never;
  const auto look = [&](std::uint32_t i) {
    const Timestamp own = source_due(instances_[i], at.device_time);
    if (own > at.source || own > due) return;
    if (own == due && instances_[i].rank >= instances_[next].rank) return;
    due = own;
    next = i;
  };
  for (std::uint32_t i = t.limits; i < t.joints; ++i) look(i);
  for (std::uint32_t u = t.users; u < t.users_end; ++u) {
    if (!is_guard(users_[u])) look(users_[u]);
  }
  return next;
}

void Engine::fire_one_by_source(std::uint32_t i, const Moment& at, Scene& scene) {
  RuleInstance& x = instances_[i];
  const TagLife& life = lives_[x.tag];
  const Timestamp due = source_due(x, at.device_time);
  // The device's clock may lag behind ours: no later transition of an alarm is stamped before an
  // earlier one.
  const Timestamp stamp = std::min(std::max(due, x.last_at), at.receive);
  bool changed = false;
  if (x.signal && x.signal->due() == due) {
    end_span(i, {at.receive, due, at.device_time}, stamp, scene);
  }
  if (x.kind == RuleKind::stale && x.phase == Phase::in_force && !x.levels.states()[0].in &&
      life.seen_source + spec(x).after == due) {
    ++rules_of_[x.tag].silent;
    changed = x.levels.on_signal(1, {at.receive, due, true}, life.seen_cause);
  }
  if (at.device_time) changed = x.levels.expire_source(due) || changed;
  touch(i);
  if (changed) announce(x, stamp, scene);
}

// After any change of an instance's state.
void Engine::touch(std::uint32_t i) {
  RuleInstance& x = instances_[i];
  bands_[i] = x.phase == Phase::in_force ? x.levels.band() : rules::Band{};
  if (x.signal) {
    TagRules& t = rules_of_[x.tag];
    t.wake_signal = std::min(t.wake_signal, x.signal->due());
  }
  const Timestamp due = receive_due(x);
  if (due != never) deadlines_.arm(x.rank, due);
  const Timestamp by_source = x.levels.source_due();
  if (by_source == never) return;
  if (!is_of_several(x.kind)) return wake_at(x.tag, by_source);
  for (const TagId tag : joints_[x.joint].operands) wake_at(tag, by_source);
}

void Engine::wake_at(TagId tag, Timestamp source_due) {
  TagRules& t = rules_of_[tag];
  t.wake_device = std::min(t.wake_device, source_due);
}

void Engine::refresh_wakes(TagId tag) {
  TagRules& t = rules_of_[tag];
  t.wake_device = t.wake_signal = never;
  for (std::uint32_t i = t.limits; i < t.joints; ++i) {
    const RuleInstance& x = instances_[i];
    t.wake_device = std::min(t.wake_device, x.levels.source_due());
    if (x.signal) t.wake_signal = std::min(t.wake_signal, x.signal->due());
  }
  for (std::uint32_t u = t.users; u < t.users_end; ++u) {
    if (is_guard(users_[u])) continue;
    t.wake_device = std::min(t.wake_device, instances_[users_[u]].levels.source_due());
  }
}

void Engine::shift(Duration by, Timestamp now, bool clock_step) {
  // What came while we stood still came just now.
  const auto move = [by, now](Timestamp& t) { t = std::min(t + by, now); };
  for (TagLife& life : lives_) {
    if (life.seen) move(life.seen_receive);
    if (life.expected_since != never) move(life.expected_since);
  }
  for (RuleInstance& x : instances_) {
    move(x.since);
    x.levels.shift(by, now);
    if (x.signal && x.signal->pending.receive_due != never) x.signal->pending.receive_due += by;
    // Times of ours, not of the device, lie on the clock that was set.
    if (!clock_step || lives_[x.tag].on_device_clock) continue;
    x.levels.shift_passings(by);
    if (!x.signal) continue;
    x.signal->shift(by);
    if (x.signal->due() == never) x.signal->pending.receive_due = never;
  }
  resume();
}

// Everything that follows from the instances' states.
void Engine::resume() {
  deadlines_.reset(instances_.size());
  for (TagRules& t : rules_of_) t.silent = 0;
  for (std::uint32_t i = 0; i < instances_.size(); ++i) {
    const RuleInstance& x = instances_[i];
    signals_[i] = x.signal.get();
    if (x.signal) x.signal->pending.rank = x.rank;
    touch(i);
    if (x.kind == RuleKind::stale && x.levels.states()[0].in) ++rules_of_[x.tag].silent;
  }
  for (const TagId tag : expected_) {
    if (lives_[tag].missed) ++rules_of_[tag].silent;
  }
  arm_unseen();
}

}  // namespace parkwatch::pipeline
