// daemon/rules/levels.cpp - Comparator, delays, and which of the active levels counts.
#include "rules/levels.h"

#include <algorithm>
#include <utility>

namespace parkwatch::rules {
namespace {

bool is_above(const Limit& limit) { return limit.level >= Level::on; }

bool is_past(const Limit& limit, double value) {
  return is_above(limit) ? value > limit.at : value < limit.at;
}

bool is_back(const Limit& limit, double value) {
  return is_above(limit) ? value < limit.at - limit.deadband : value > limit.at + limit.deadband;
}

int severity_of(Level level) {
  return level == Level::low_low || level == Level::high_high ? 2 : 1;
}

// What the single `on` of a kind without limits is above.
double threshold_of(const RuleSpec& rule) {
  const bool counts = rule.kind == RuleKind::vote || rule.kind == RuleKind::repeat;
  return counts ? rule.times - 0.5 : 0.5;
}

// A mismatch has its own; a repetition is a delay already, and one that waits for data: a second
// one would run out before the first was known to be over.
Duration delay_of(const RuleSpec& rule) {
  if (rule.kind == RuleKind::mismatch) return rule.within;
  return rule.kind == RuleKind::repeat ? Duration{0} : rule.on_delay;
}

bool has_limits_of_its_own(RuleKind kind) {
  switch (kind) {
    case RuleKind::limit:
    case RuleKind::rate:
    case RuleKind::window:
    case RuleKind::deviation:
    case RuleKind::balance:
    case RuleKind::forecast:
    case RuleKind::drift:
    case RuleKind::cumulative:
      return true;
    case RuleKind::state:
    case RuleKind::stale:
    case RuleKind::expr:
    case RuleKind::vote:
    case RuleKind::mismatch:
    case RuleKind::repeat:
      break;
  }
  return false;
}

}  // namespace

LevelSpec::LevelSpec(const RuleSpec& rule)
    : has_limits_(has_limits_of_its_own(rule.kind)),
      times_(rule.alarm.count_times),
      within_(rule.alarm.count_within) {
  if (!has_limits_) {
    limits_.push_back({.level = Level::on,
                       .at = threshold_of(rule),
                       .on_delay = delay_of(rule),
                       .off_delay = rule.off_delay,
                       .priority = rule.priority});
    return;
  }
  const std::size_t count = std::min(rule.limits.size(), levels_max);
  limits_.assign(rule.limits.begin(), rule.limits.begin() + static_cast<std::ptrdiff_t>(count));
}

LevelSet::LevelSet(const LevelSpec& spec) : spec_(&spec), size_(spec.limits().size()) {}

bool LevelSet::on_signal(double value, const Moment& at, const Cause& cause) {
  const std::size_t before = effective();
  // All of them first: LL counts at once for an L that is passed by the same signal.
  std::array<bool, levels_max> changed{};
  for (std::size_t i = 0; i < size_; ++i) {
    const Limit& limit = spec_->limits()[i];
    LevelState& state = states_[i];
    const bool in = state.in ? !is_back(limit, value) : is_past(limit, value);
    if (in == state.in) continue;
    changed.at(i) = true;
    state.in = in;
    state.cause = cause;
  }
  for (std::size_t i = 0; i < size_; ++i) {
    LevelState& state = states_[i];
    if (changed.at(i)) {
      begin_delay(i, at);
      const bool counts = state.in && spec_->times() > 0;
      if (counts && is_repeated(i, at.source) && !state.active) activate(i);
    } else if (state.held) {
      resume(state, at);
    }
  }
  return settle(before);
}

// Notes that the level was passed; true if so often within the time that it counts at once.
bool LevelSet::is_repeated(std::size_t i, Timestamp at) {
  const Duration within = spec_->within();
  // What lies far ahead is of a clock that was set back since.
  std::erase_if(passings_,
                [&](const Passing& p) { return at - p.at >= within || p.at - at > within; });
  const auto is_of_level = [i](const Passing& p) { return p.level == i; };
  auto before = std::count_if(passings_.begin(), passings_.end(), is_of_level);
  if (before >= spec_->times()) {
    passings_.erase(std::find_if(passings_.begin(), passings_.end(), is_of_level));
    --before;
  }
  passings_.push_back({static_cast<std::uint32_t>(i), at});
  return before + 1 >= spec_->times();
}

// A change of `in`: ends the delay that ran against it, or begins its own.
void LevelSet::begin_delay(std::size_t i, const Moment& at) {
  const Limit& limit = spec_->limits()[i];
  LevelState& state = states_[i];
  state.held = false;
  state.remaining = Duration{0};
  state.receive_due = state.source_due = never;
  if (state.in == state.active) return;
  const Duration delay = state.in ? limit.on_delay : limit.off_delay;
  if (delay <= Duration{0}) return activate(i);
  state.receive_due = at.receive + delay;
  if (at.device_time) state.source_due = at.source + delay;
}

void LevelSet::resume(LevelState& state, const Moment& at) {
  state.receive_due = at.receive + state.remaining;
  state.source_due = at.device_time ? at.source + state.remaining : never;
  state.held = false;
  state.remaining = Duration{0};
}

// `active` follows `in`. Whoever is past HH is past H too, whatever is left of H's own delay:
// otherwise a value that falls back between them would end the alarm and raise it again.
void LevelSet::activate(std::size_t i) {
  const auto follow = [](LevelState& state) {
    state.active = state.in;
    state.held = false;
    state.remaining = Duration{0};
    state.receive_due = state.source_due = never;
  };
  follow(states_[i]);
  if (!states_[i].active) return;
  const Level level = spec_->limits()[i].level;
  for (std::size_t other = 0; other < size_; ++other) {
    const Level milder = spec_->limits()[other].level;
    const bool implied = (level == Level::high_high && milder == Level::high) ||
                         (level == Level::low_low && milder == Level::low);
    if (implied && states_[other].in && !states_[other].active) follow(states_[other]);
  }
}

bool LevelSet::expire_receive(Timestamp by) {
  const std::size_t before = effective();
  for (std::size_t i = 0; i < size_; ++i) {
    if (states_[i].receive_due <= by) activate(i);
  }
  return settle(before);
}

bool LevelSet::expire_source(Timestamp by) {
  const std::size_t before = effective();
  for (std::size_t i = 0; i < size_; ++i) {
    if (states_[i].source_due <= by) activate(i);
  }
  return settle(before);
}

void LevelSet::hold(const Moment& at) {
  for (std::size_t i = 0; i < size_; ++i) {
    LevelState& state = states_[i];
    if (state.held || state.in == state.active) continue;
    state.remaining = state.receive_due - at.receive;
    if (state.source_due != never && at.device_time) {
      state.remaining = std::min(state.remaining, Duration{state.source_due - at.source});
    }
    // Of one that began while nothing was due: all of it.
    const Limit& limit = spec_->limits()[i];
    const Duration whole = state.in ? limit.on_delay : limit.off_delay;
    state.remaining = std::clamp(state.remaining, Duration{0}, whole);
    state.held = true;
    state.receive_due = state.source_due = never;
  }
}

void LevelSet::resume(const Moment& at) {
  for (std::size_t i = 0; i < size_; ++i) {
    if (states_[i].held) resume(states_[i], at);
  }
}

void LevelSet::shift(Duration by, Timestamp now) {
  for (std::size_t i = 0; i < size_; ++i) {
    LevelState& state = states_[i];
    if (state.receive_due == never) continue;
    const Limit& limit = spec_->limits()[i];
    const Duration whole = state.in ? limit.on_delay : limit.off_delay;
    state.receive_due = std::min(state.receive_due + by, now + whole);
  }
}

void LevelSet::shift_passings(Duration by) {
  for (Passing& p : passings_) p.at += by;
}

bool LevelSet::end() {
  const std::size_t before = effective();
  for (std::size_t i = 0; i < size_; ++i) {
    const Cause cause = states_[i].cause;
    states_[i] = LevelState{};
    if (i == before) states_[i].cause = cause;
  }
  passings_.clear();
  const bool ended = settle(before);
  if (ended) states_[before].cause = Cause{};
  return ended;
}

// Further out first; of two sides the one whose condition still holds; then the high one. size_:
// none.
std::size_t LevelSet::effective() const {
  std::size_t best = size_;
  for (std::size_t i = 0; i < size_; ++i) {
    if (!states_[i].active) continue;
    if (best == size_) {
      best = i;
      continue;
    }
    const int severity = severity_of(spec_->limits()[i].level);
    const int severity_best = severity_of(spec_->limits()[best].level);
    // The order is ascending, so of equals the later one is on the high side.
    if (severity > severity_best ||
        (severity == severity_best && states_[i].in >= states_[best].in)) {
      best = i;
    }
  }
  return best;
}

// An end is caused by what ended it, anything else by what began the level that counts now.
bool LevelSet::settle(std::size_t before) {
  const std::size_t after = effective();
  if (after == before) return false;
  const bool ended = before < size_ && !states_[before].active;
  if (after == size_) last_ended_ = before;
  last_cause_ = states_[ended || after == size_ ? before : after].cause;
  return true;
}

const Limit* LevelSet::level() const {
  const std::size_t i = effective();
  return i == size_ ? nullptr : &spec_->limits()[i];
}

Timestamp LevelSet::receive_due() const {
  Timestamp due = never;
  for (std::size_t i = 0; i < size_; ++i) due = std::min(due, states_[i].receive_due);
  return due;
}

Timestamp LevelSet::source_due() const {
  Timestamp due = never;
  for (std::size_t i = 0; i < size_; ++i) due = std::min(due, states_[i].source_due);
  return due;
}

Band LevelSet::band() const {
  Band band;
  for (std::size_t i = 0; i < size_; ++i) {
    const LevelState& state = states_[i];
    const Limit& limit = spec_->limits()[i];
    if (state.held) return {1, 0};
    if (is_above(limit) == state.in) {
      band.low = std::max(band.low, state.in ? limit.at - limit.deadband : limit.at);
    } else {
      band.high = std::min(band.high, state.in ? limit.at + limit.deadband : limit.at);
    }
  }
  return band;
}

void LevelSet::restore(std::span<const LevelState> states, std::vector<Passing> passings) {
  std::copy_n(states.begin(), size_, states_.begin());
  passings_ = std::move(passings);
}

}  // namespace parkwatch::rules
