// tools/parksim/physics/panel.cpp - Noise, drift, span, digits and period of each instrument.
#include "tools/parksim/physics/panel.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

namespace parkwatch::parksim {
namespace {

constexpr double drift_memory_s = 600.0;

}  // namespace

Panel::Panel(std::uint64_t seed, double rate, bool noisy, Span step)
    : seed_(seed), rate_(rate), noisy_(noisy), step_(step) {
  assert(rate > 0.0 && step > Span{0});
}

TagIndex Panel::add(TagInfo info, Noise noise) {
  assert(tags_.size() < std::numeric_limits<TagIndex>::max());
  const auto tag = static_cast<TagIndex>(tags_.size());
  const double steps = static_cast<double>(info.period / step_) / rate_;
  const auto period_steps = std::max<std::int64_t>(1, std::llround(steps));
  const double period_s =
      static_cast<double>(period_steps) * std::chrono::duration<double>(step_).count();
  if (!noisy_) noise = Noise{};
  Random random{seed_, info.topic()};
  const Stray drift{noise.drift, drift_memory_s, period_s, random};
  Instrument instrument{.period_steps = period_steps,
                        .white = noise.white,
                        .low = info.low,
                        .high = info.high,
                        .scale = std::pow(10.0, info.digits),
                        .discrete = info.kind != Kind::number,
                        .random = random,
                        .drift = drift};
  // Devices do not sample in step with each other.
  instrument.steps_left = tag % period_steps;
  instruments_.push_back(instrument);
  tags_.push_back(std::move(info));
  return tag;
}

void Panel::measure(Instrument& instrument) const {
  if (instrument.frozen) return;
  double value = instrument.truth;
  if (!instrument.discrete && noisy_) {
    value += instrument.white * instrument.random.normal();
    value += instrument.drift.step(instrument.random);
  }
  value = std::clamp(value, instrument.low, instrument.high);
  instrument.shown = std::round(value * instrument.scale) / instrument.scale;
}

void Panel::sample(TimePoint now, std::vector<Sample>& out) {
  for (std::size_t i = 0; i < instruments_.size(); ++i) {
    Instrument& instrument = instruments_[i];
    const bool due = instrument.steps_left == 0;
    instrument.steps_left = due ? instrument.period_steps - 1 : instrument.steps_left - 1;
    if (!instrument.powered) {
      instrument.silent_before = true;
      continue;
    }
    const bool changed = instrument.discrete && !instrument.frozen &&
                         (instrument.silent_before || instrument.truth != instrument.shown);
    if (!due && !changed) continue;
    measure(instrument);
    instrument.silent_before = false;
    out.push_back({static_cast<TagIndex>(i), now, instrument.shown});
  }
}

}  // namespace parkwatch::parksim
