// daemon/pipeline/engine.cpp - What a reading does to the rules that it touches.
#include "pipeline/engine.h"

#include <algorithm>
#include <cmath>

#include "rules/message.h"

namespace parkwatch::pipeline {
namespace {

using rules::Cause;
using rules::Moment;
using rules::never;

bool is_device_time(const Reading& r) {
  return (r.flags & (reading_has_source_time | reading_at_receive_time)) == reading_has_source_time;
}

Cause cause_of(const Reading& r, std::optional<double> value) {
  return {r.sequence, r.index, r.quality, value.has_value(), value.value_or(0), r.source_time};
}

double seconds_of(Duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

void Engine::on_reading(const Reading& r, Scene& scene) {
  const TagRules& t = rules_of_[r.tag];
  if (r.reason == QualityReason::first_value) return;
  const Moment at{r.receive_time, r.evaluated_at(), is_device_time(r)};
  TagLife& life = lives_[r.tag];
  const bool by_source =
      at.source >= t.wake_window ||
      (at.device_time && (at.source >= t.wake_device ||
                          (life.seen_device && at.source - life.seen_source >= t.silence)));
  if (by_source) fire_by_source(r.tag, at, scene);
  life.on_device_clock = at.device_time;
  if (r.quality == Quality::bad) {
    for (std::uint32_t i = t.limits; i < t.windows; ++i) hold(i, at);
  } else {
    on_signals(r, at, scene);
    if ((r.flags & reading_retained) == 0) on_seen(r, at, scene);
  }
  for (std::uint32_t u = t.users; u < t.users_end; ++u) on_expression(users_[u], r, at, scene);
}

void Engine::prefetch_rules(TagId tag) const {
  __builtin_prefetch(&rules_of_[tag]);
  __builtin_prefetch(&rules_of_[tag].wake_window);
  __builtin_prefetch(&lives_[tag]);
  __builtin_prefetch(&lives_[tag].seen_cause.time);
  __builtin_prefetch(&operands_[tag]);
}

void Engine::prefetch_instances(TagId tag) const {
  const TagRules& t = rules_of_[tag];
  if (t.limits == t.exprs) return;
  __builtin_prefetch(&bands_[t.limits]);
  if (t.rates < t.windows) __builtin_prefetch(rates_[t.rates]);
  if (t.windows < t.stales) {
    const auto* window = reinterpret_cast<const char*>(windows_[t.windows]);
    for (std::size_t at = 0; at < sizeof(WindowWork); at += 64) __builtin_prefetch(window + at);
  }
}

void Engine::on_signals(const Reading& r, const Moment& at, Scene& scene) {
  double value = 0;
  if (const auto* number = std::get_if<double>(&r.value)) {
    value = *number;
  } else if (const auto other = as_number(r.value)) {
    value = *other;
  } else {
    return;  // a text
  }
  const TagRules& t = rules_of_[r.tag];
  scene.facts.counts.evaluations += t.exprs - t.limits;
  for (std::uint32_t i = t.limits; i < t.states; ++i) {
    if (value >= bands_[i].low && value <= bands_[i].high) continue;
    signal(i, value, at, cause_of(r, value), scene);
  }
  for (std::uint32_t i = t.states; i < t.rates; ++i) {
    const std::vector<double>& states = spec(instances_[i]).states;
    const bool alarming = std::find(states.begin(), states.end(), value) != states.end();
    const double flag = alarming ? 1 : 0;
    if (flag >= bands_[i].low && flag <= bands_[i].high) continue;
    signal(i, flag, at, cause_of(r, value), scene);
  }
  if (t.rates < t.windows) on_rates(r, value, at, scene);
  if (t.windows < t.stales) on_windows(r, value, at, scene);
}

void Engine::on_rates(const Reading& r, double value, const Moment& at, Scene& scene) {
  const TagRules& t = rules_of_[r.tag];
  for (std::uint32_t i = t.rates; i < t.windows; ++i) {
    const auto slope = rates_[i]->add(at.source, value);
    if (!slope || !std::isfinite(*slope)) {
      hold(i, at);
    } else if (*slope < bands_[i].low || *slope > bands_[i].high) {
      signal(i, *slope, at, cause_of(r, *slope), scene);
    }
  }
}

void Engine::on_windows(const Reading& r, double value, const Moment& at, Scene& scene) {
  TagRules& t = rules_of_[r.tag];
  for (std::uint32_t i = t.windows; i < t.stales; ++i) {
    WindowWork& window = *windows_[i];
    if (!window.signal.add(at.source, value)) continue;
    const Timestamp end = window.signal.end();
    window.receive_due =
        end + plant_->timing.late_after + std::max(at.receive - at.source, Duration{0});
    window.last = cause_of(r, std::nullopt);
    t.wake_window = std::min(t.wake_window, end);
    deadlines_.arm(window.rank, window.receive_due);
    if (window.calendar) continue;
    const auto aggregate = window.signal.value();
    if (!aggregate) {
      hold(i, at);
    } else if (*aggregate < bands_[i].low || *aggregate > bands_[i].high) {
      signal(i, *aggregate, at, cause_of(r, *aggregate), scene);
    }
  }
}

// The span ends at `at.source`; `due` is what the verdict is stamped with.
void Engine::close_window(std::uint32_t i, const Moment& at, Timestamp due, Scene& scene) {
  RuleInstance& x = instances_[i];
  WindowWork& window = *x.window;
  const auto aggregate = window.signal.close();
  // What is left in a sliding window ends a step later on either clock.
  window.receive_due =
      window.signal.end() == never ? never : window.receive_due + window.signal.span();
  if (!aggregate) {
    x.levels.hold(at);
  } else {
    Cause cause = window.last;
    cause.has_value = true;
    cause.value = *aggregate;
    if (x.levels.on_signal(*aggregate, at, cause)) announce(x, due, scene);
  }
  touch(i);
}

// Ends silence.
void Engine::on_seen(const Reading& r, const Moment& at, Scene& scene) {
  TagLife& life = lives_[r.tag];
  life.seen = true;
  life.seen_device = at.device_time;
  life.seen_receive = at.receive;
  life.seen_source = at.source;
  life.seen_cause = cause_of(r, std::nullopt);
  TagRules& t = rules_of_[r.tag];
  if (t.silent == 0) return;
  t.silent = 0;
  for (std::uint32_t i = t.stales; i < t.exprs; ++i) {
    signal(i, 0, at, life.seen_cause, scene);
  }
}

// No value of every operand, or none at all, is no verdict: what runs is held.
void Engine::on_expression(std::uint32_t i, const Reading& r, const Moment& at, Scene& scene) {
  Compiled& compiled = expressions_[instances_[i].expression];
  ++scene.facts.counts.evaluations;
  const Trust trust = trust_of(compiled.operands, operands_);
  if (!trust.known || trust.quality == Quality::bad || trust.reason == QualityReason::first_value) {
    return hold(i, at);
  }
  const auto value = evaluate(compiled.expression, compiled.operands, operands_);
  if (!value) return hold(i, at);
  const double flag = *value != 0 ? 1 : 0;
  if (flag >= bands_[i].low && flag <= bands_[i].high) return;
  const Operand& own = operands_[instances_[i].tag];
  signal(i, flag, at, cause_of(r, own.known ? std::optional<double>{own.value} : std::nullopt),
         scene);
}

void Engine::signal(std::uint32_t i, double value, const Moment& at, const Cause& cause,
                    Scene& scene) {
  RuleInstance& x = instances_[i];
  const bool changed = x.levels.on_signal(value, at, cause);
  touch(i);
  if (changed) announce(x, at.receive, scene);
}

void Engine::hold(std::uint32_t i, const Moment& at) {
  instances_[i].levels.hold(at);
  bands_[i] = instances_[i].levels.band();
}

Timestamp Engine::silence_due(const RuleInstance& x) const {
  if (x.kind != RuleKind::stale || x.levels.states()[0].in) return never;
  const TagLife& life = lives_[x.tag];
  const Duration after = spec(x).after;
  return life.seen ? std::max(life.seen_receive + after, x.since) : x.since + after;
}

Timestamp Engine::receive_due(const RuleInstance& x) const {
  const Timestamp due = std::min(x.levels.receive_due(), silence_due(x));
  return x.window ? std::min(due, x.window->receive_due) : due;
}

// Of what a reading's own time makes due.
Timestamp Engine::source_due(const RuleInstance& x, bool device_time) const {
  const Timestamp end = x.window ? x.window->signal.end() : never;
  if (!device_time) return end;
  Timestamp due = std::min(end, x.levels.source_due());
  const TagLife& life = lives_[x.tag];
  if (x.kind == RuleKind::stale && life.seen_device && !x.levels.states()[0].in) {
    due = std::min(due, life.seen_source + spec(x).after);
  }
  return due;
}

Timestamp Engine::next_due() {
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

void Engine::fire_next(Scene& scene) {
  const Deadlines::Entry entry = deadlines_.pop();
  deadlines_.disarm(entry.slot);
  const std::uint32_t i = by_rank_[entry.slot];
  RuleInstance& x = instances_[i];
  const TagLife& life = lives_[x.tag];
  bool changed = false;
  if (x.window && x.window->receive_due == entry.due) {
    close_window(i, {entry.due, x.window->signal.end(), life.on_device_clock}, entry.due, scene);
    refresh_wakes(x.tag);
  }
  if (silence_due(x) == entry.due) {
    const Moment at{entry.due, life.seen_source + spec(x).after, life.seen && life.seen_device};
    ++rules_of_[x.tag].silent;
    changed = x.levels.on_signal(1, at, life.seen_cause);
  }
  changed = x.levels.expire_receive(entry.due) || changed;
  touch(i);
  if (changed) announce(x, entry.due, scene);
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
  for (std::uint32_t i = t.limits; i < t.exprs; ++i) look(i);
  for (std::uint32_t u = t.users; u < t.users_end; ++u) look(users_[u]);
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
  if (x.window && x.window->signal.end() == due) {
    close_window(i, {at.receive, due, at.device_time}, stamp, scene);
  }
  if (x.kind == RuleKind::stale && !x.levels.states()[0].in &&
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
  bands_[i] = x.levels.band();
  if (x.window) {
    TagRules& t = rules_of_[x.tag];
    t.wake_window = std::min(t.wake_window, x.window->signal.end());
  }
  const Timestamp due = receive_due(x);
  if (due != never) deadlines_.arm(x.rank, due);
  const Timestamp by_source = x.levels.source_due();
  if (by_source == never) return;
  if (x.kind != RuleKind::expr) return wake_at(x.tag, by_source);
  for (const TagId tag : expressions_[x.expression].operands) wake_at(tag, by_source);
}

void Engine::wake_at(TagId tag, Timestamp source_due) {
  TagRules& t = rules_of_[tag];
  t.wake_device = std::min(t.wake_device, source_due);
}

void Engine::refresh_wakes(TagId tag) {
  TagRules& t = rules_of_[tag];
  t.wake_device = t.wake_window = never;
  for (std::uint32_t i = t.limits; i < t.exprs; ++i) {
    const RuleInstance& x = instances_[i];
    t.wake_device = std::min(t.wake_device, x.levels.source_due());
    if (x.window) t.wake_window = std::min(t.wake_window, x.window->signal.end());
  }
  for (std::uint32_t u = t.users; u < t.users_end; ++u) {
    t.wake_device = std::min(t.wake_device, instances_[users_[u]].levels.source_due());
  }
}

void Engine::shift(Duration by, bool clock_step) {
  for (TagLife& life : lives_) {
    if (life.seen) life.seen_receive += by;
  }
  for (RuleInstance& x : instances_) {
    x.since += by;
    x.levels.shift(by);
    if (x.window && x.window->receive_due != never) x.window->receive_due += by;
    // Times of ours, not of the device, lie on the clock that was set.
    if (!clock_step || lives_[x.tag].on_device_clock) continue;
    if (x.rate) x.rate->shift(by);
    if (x.window && by < Duration{0}) {
      x.window->signal.clear();
      x.window->receive_due = never;
    }
  }
  resume();
}

// Everything that follows from the instances' states.
void Engine::resume() {
  deadlines_.reset(instances_.size());
  for (TagRules& t : rules_of_) t.silent = 0;
  for (std::uint32_t i = 0; i < instances_.size(); ++i) {
    const RuleInstance& x = instances_[i];
    rates_[i] = x.rate.get();
    windows_[i] = x.window.get();
    if (x.window) x.window->rank = x.rank;
    touch(i);
    if (x.kind == RuleKind::stale && x.levels.states()[0].in) ++rules_of_[x.tag].silent;
  }
}

void Engine::announce(RuleInstance& x, Timestamp at, Scene& scene) {
  x.last_at = at;
  const RuleSpec& rule = spec(x);
  const Tag& tag = scene.tags.slot(x.tag).tag;
  const Limit* level = x.levels.level();
  const Limit& limit = level != nullptr ? *level : x.levels.last_ended();
  const Cause& cause = x.levels.last_cause();
  alarms::Condition c;
  c.rule = rule.id;
  c.tag = tag.name;
  c.level = level != nullptr ? level->level : Level::none;
  c.priority = limit.priority;
  if (cause.has_value) c.value = cause.value;
  if (level_specs_[x.rule].has_limits()) c.limit = limit.at;
  if (x.kind == RuleKind::stale) c.limit = seconds_of(rule.after);
  c.reading_sequence = cause.sequence;
  c.reading_index = cause.index;
  c.reading_time = cause.time;
  c.quality = cause.quality;
  if (level != nullptr) {
    const rules::MessageContext context{
        rule, tag, c.level, c.priority, c.value, c.limit, rules::unit_of_signal(rule, tag)};
    c.message = rules::render_message(context);
    c.guidance = rules::render(rule.guidance, context);
    c.group = rule.group;
    c.unit = context.unit;
  }
  scene.alarms.apply(std::move(c), {at, scene.sequence, scene.plant.hash}, scene.facts.transitions);
}

}  // namespace parkwatch::pipeline
