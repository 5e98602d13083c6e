// daemon/rules/drift.cpp - Sums of residuals.
#include "rules/drift.h"

#include <algorithm>
#include <cmath>

namespace parkwatch::rules {
namespace {

double us_of(Duration d) { return static_cast<double>(d.count()); }

}  // namespace

DriftSignal::DriftSignal(const RuleSpec& rule)
    : slack_(rule.slack),
      per_us_(us_of(rule.per)),
      baseline_us_(us_of(rule.baseline)),
      sum_max_(0) {
  for (const Limit& limit : rule.limits) sum_max_ = std::max(sum_max_, 2 * std::abs(limit.at));
}

std::optional<double> DriftSignal::take(Timestamp time, double value) {
  const double dt_us = state_ ? us_of(time - state_->last) : 0;
  if (!state_ || std::abs(dt_us) > baseline_us_) {
    state_ = State{time, value};
    return std::nullopt;
  }
  state_->last = time;
  if (dt_us > 0 && dt_us <= per_us_) advance(value, dt_us);
  return verdict();
}

void DriftSignal::advance(double value, double dt_us) {
  State& s = *state_;
  const double residual = value - s.baseline;
  const bool warm = s.covered_us >= baseline_us_;
  if (warm) {
    s.up = std::clamp(s.up + (residual - slack_) * dt_us / per_us_, 0.0, sum_max_);
    s.down = std::clamp(s.down + (-residual - slack_) * dt_us / per_us_, 0.0, sum_max_);
  }
  s.baseline += residual * dt_us / ((warm ? baseline_us_ : s.covered_us) + dt_us);
  if (!warm) s.covered_us = std::min(s.covered_us + dt_us, baseline_us_);
}

std::optional<double> DriftSignal::verdict() const {
  if (state_->covered_us < baseline_us_) return std::nullopt;
  const double value = state_->up >= state_->down ? state_->up : -state_->down;
  return std::isfinite(value) ? std::optional{value} : std::nullopt;
}

void DriftSignal::shift(Duration by) {
  if (state_) state_->last += by;
}

ReadingSignal::Memory DriftSignal::memory() const {
  if (!state_) return {};
  return {{{state_->last, state_->baseline}}, {state_->up, state_->down, state_->covered_us}};
}

bool DriftSignal::restore(const Memory& memory) {
  state_.reset();
  if (memory.samples.empty() && memory.numbers.empty()) return true;
  if (memory.samples.size() != 1 || memory.numbers.size() != 3) return false;
  state_ = State{memory.samples[0].time, memory.samples[0].value, memory.numbers[0],
                 memory.numbers[1], memory.numbers[2]};
  return true;
}

}  // namespace parkwatch::rules
