// daemon/pipeline/engine.cpp - What a reading does to the rules that it touches.
#include "pipeline/engine.h"

#include <algorithm>
#include <cmath>

#include "rules/message.h"
#include "rules/rate.h"
#include "rules/window.h"

namespace parkwatch::pipeline {
namespace {

using rules::Cause;
using rules::Moment;
using rules::never;

Cause cause_of(const Reading& r, std::optional<double> value) {
  return {r.sequence, r.index, r.quality, value.has_value(), value.value_or(0), r.source_time};
}

double seconds_of(Duration d) { return std::chrono::duration<double>(d).count(); }

bool is_inside(double value, const rules::Band& band) {
  return value >= band.low && value <= band.high;
}

}  // namespace

void Engine::on_reading(const Reading& r, Scene& scene) {
  const TagRules& t = rules_of_[r.tag];
  if (r.reason == QualityReason::first_value) return;
  const Moment at{r.receive_time, r.evaluated_at(), r.has_device_time()};
  TagLife& life = lives_[r.tag];
  const bool by_source =
      at.source >= t.wake_signal ||
      (at.device_time && (at.source >= t.wake_device ||
                          (life.seen_device && at.source - life.seen_source >= t.silence)));
  if (by_source) fire_by_source(r.tag, at, scene);
  life.on_device_clock = at.device_time;
  std::uint32_t u = on_guards(t, at.receive, scene);
  if (r.quality == Quality::bad) {
    for (std::uint32_t i = t.limits; i < t.windows; ++i) hold(i, at);
  } else {
    on_signals(r, at, scene);
    if ((r.flags & reading_retained) == 0) on_seen(r, at, scene);
  }
  for (; u < t.users_end; ++u) on_joint(users_[u], r, at, scene);
}

void Engine::on_overridden(const Reading& r, Scene& scene) {
  if (r.reason == QualityReason::first_value) return;
  lives_[r.tag].on_device_clock = r.has_device_time();
  if (r.quality == Quality::bad || (r.flags & reading_retained) != 0) return;
  on_seen(r, {r.receive_time, r.evaluated_at(), r.has_device_time()}, scene);
}

void Engine::prefetch_rules(TagId tag) const {
  __builtin_prefetch(&rules_of_[tag]);
  __builtin_prefetch(&rules_of_[tag].wake_signal);
  __builtin_prefetch(&lives_[tag]);
  __builtin_prefetch(&lives_[tag].seen_cause.time);
  __builtin_prefetch(&operands_[tag]);
}

void Engine::prefetch_instances(TagId tag) const {
  const TagRules& t = rules_of_[tag];
  if (t.limits == t.joints) return;
  __builtin_prefetch(&bands_[t.limits]);
  if (t.rates < t.windows) __builtin_prefetch(signals_[t.rates]);
  if (t.windows < t.stales) {
    const auto* window = reinterpret_cast<const char*>(signals_[t.windows]);
    for (std::size_t at = 0; at < sizeof(rules::WindowSignal); at += 64) {
      __builtin_prefetch(window + at);
    }
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
  scene.facts.counts.evaluations += t.joints - t.limits;
  for (std::uint32_t i = t.limits; i < t.states; ++i) {
    if (value >= bands_[i].low && value <= bands_[i].high) continue;
    signal(i, value, at, cause_of(r, value), scene);
  }
  for (std::uint32_t i = t.states; i < t.rates; ++i) {
    const std::vector<double>& states = spec(instances_[i]).states;
    const bool alarming = std::find(states.begin(), states.end(), value) != states.end();
    const double flag = alarming ? 1 : 0;
    if (is_inside(flag, bands_[i])) continue;
    signal(i, flag, at, cause_of(r, value), scene);
  }
  if (t.rates < t.signals) on_rates(r, value, at, scene);
  if (t.signals < t.windows) on_memories(r, value, at, scene);
  if (t.windows < t.stales) on_windows(r, value, at, scene);
}

void Engine::on_rates(const Reading& r, double value, const Moment& at, Scene& scene) {
  const TagRules& t = rules_of_[r.tag];
  for (std::uint32_t i = t.rates; i < t.signals; ++i) {
    const auto slope = static_cast<rules::RateSignal*>(signals_[i])->add(at.source, value);
    verdict(i, r, slope && std::isfinite(*slope) ? slope : std::nullopt, at, scene);
  }
}

void Engine::on_memories(const Reading& r, double value, const Moment& at, Scene& scene) {
  const TagRules& t = rules_of_[r.tag];
  for (std::uint32_t i = t.signals; i < t.windows; ++i) {
    auto* const own = static_cast<rules::ReadingSignal*>(signals_[i]);
    const auto found = own->take(at.source, value);
    await_signal(r, *own, at);
    verdict(i, r, found, at, scene);
  }
}

void Engine::on_windows(const Reading& r, double value, const Moment& at, Scene& scene) {
  const TagRules& t = rules_of_[r.tag];
  for (std::uint32_t i = t.windows; i < t.stales; ++i) {
    auto* const window = static_cast<rules::WindowSignal*>(signals_[i]);
    if (!window->add(at.source, value)) continue;
    await_signal(r, *window, at);
    if (window->is_running()) verdict(i, r, window->value(), at, scene);
  }
}

// The signal changes by itself at due(): at the tag's first reading past that time, at the latest
// late_after after it as the gateway's clock will see it, going by the delay of this reading.
inline void Engine::await_signal(const Reading& r, rules::Signal& signal, const Moment& at) {
  const Timestamp due = signal.due();
  rules::Pending& pending = signal.pending;
  pending.last = cause_of(r, std::nullopt);
  if (due == never) {
    pending.receive_due = never;
    return;
  }
  pending.receive_due =
      due + plant_->timing.late_after + std::max(at.receive - at.source, Duration{0});
  TagRules& t = rules_of_[r.tag];
  t.wake_signal = std::min(t.wake_signal, due);
  deadlines_.arm(pending.rank, pending.receive_due);
}

// Of a signal at a reading.
inline void Engine::verdict(std::uint32_t i, const Reading& r, std::optional<double> value,
                            const Moment& at, Scene& scene) {
  if (!value) {
    hold(i, at);
  } else if (!is_inside(*value, bands_[i])) {
    signal(i, *value, at, cause_of(r, *value), scene);
  }
}

// A signal changes by itself at `at.source`; `due` is what the verdict is stamped with.
void Engine::end_span(std::uint32_t i, const Moment& at, Timestamp due, Scene& scene) {
  RuleInstance& x = instances_[i];
  rules::Pending& pending = x.signal->pending;
  const Timestamp before = x.signal->due();
  const auto value = x.signal->on_due();
  // What comes next is as much later on either clock.
  const Timestamp next = x.signal->due();
  pending.receive_due = next == never ? never : pending.receive_due + (next - before);
  const bool moves = x.kind != RuleKind::window || !spec(x).window.calendar;
  if (!value || (moves && operands_[x.tag].lost)) {
    hold(x, at);  // values that leave while none can come say nothing
  } else if (may_judge(x, at.source)) {
    Cause cause = pending.last;
    cause.has_value = true;
    cause.value = *value;
    if (x.levels.on_signal(*value, at, cause)) announce(x, due, scene);
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
  if (life.missed) end_unseen(r.tag, at.receive, scene);
  for (std::uint32_t i = t.stales; i < t.joints; ++i) {
    signal(i, 0, at, life.seen_cause, scene);
  }
}

// No verdict holds what runs.
void Engine::on_joint(std::uint32_t i, const Reading& r, const Moment& at, Scene& scene) {
  const RuleInstance& x = instances_[i];
  ++scene.facts.counts.evaluations;
  const auto value = joint_signal(x);
  if (!value) return hold(i, at);
  const Joint& joint = joints_[x.joint];
  const Operand& own = operands_[x.tag];
  const bool on_own = x.kind == RuleKind::expr || x.kind == RuleKind::mismatch;
  const auto shown = on_own && own.known ? std::optional{own.value} : std::nullopt;
  const Cause cause = cause_of(r, on_own ? shown : value);
  const auto states = x.levels.states();
  if (x.kind == RuleKind::mismatch && r.tag == joint.operands[1] && operands_[r.tag].changed &&
      *value != 0 && states[0].in && !states[0].active) {
    // Another command: the time to follow it begins anew.
    signal(i, 0, at, cause, scene);
  }
  if (!is_inside(*value, bands_[i])) signal(i, *value, at, cause, scene);
}

std::optional<double> Engine::joint_signal(const RuleInstance& x) {
  Joint& joint = joints_[x.joint];
  if (joint.expression) {
    const Trust trust = trust_of(joint.operands, operands_);
    if (!trust.known || trust.quality == Quality::bad || any_lost(joint.operands, operands_) ||
        trust.reason == QualityReason::first_value) {
      return std::nullopt;
    }
    const auto value = evaluate(*joint.expression, joint.operands, operands_);
    if (!value) return std::nullopt;
    return *value != 0 ? 1 : 0;
  }
  members_.clear();
  for (const TagId tag : joint.operands) {
    const Operand& operand = operands_[tag];
    members_.push_back({operand.value, operand.known && operand.quality != Quality::bad &&
                                           !operand.lost &&
                                           operand.reason != QualityReason::first_value});
  }
  return rules::joint_value(spec(x), members_);
}

void Engine::signal(std::uint32_t i, double value, const Moment& at, const Cause& cause,
                    Scene& scene) {
  RuleInstance& x = instances_[i];
  if (!may_judge(x, at.source)) return;
  if (x.blind) return hold(i, at);
  const bool changed = x.levels.on_signal(value, at, cause);
  touch(i);
  if (changed) announce(x, at.receive, scene);
}

void Engine::hold(std::uint32_t i, const Moment& at) {
  if (instances_[i].phase != Phase::in_force) return;
  hold(instances_[i], at);
  bands_[i] = instances_[i].levels.band();
}

void Engine::hold(RuleInstance& x, const Moment& at) {
  Moment then = at;
  if (paused_at_) then.receive = std::min(then.receive, *paused_at_);
  x.levels.hold(then);
}

// By the dates of its rule. A window is judged for the time before its end.
bool Engine::may_judge(const RuleInstance& x, Timestamp source) const {
  if (!x.dated) return true;
  if (x.phase != Phase::in_force) return false;
  if (x.kind == RuleKind::stale) return true;
  return judges(spec(x), plant_->calendar, source);
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
  if (x.kind == RuleKind::mismatch) c.limit = seconds_of(rule.within);
  if (x.kind == RuleKind::vote || x.kind == RuleKind::repeat) c.limit = rule.times;
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
