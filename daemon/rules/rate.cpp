// daemon/rules/rate.cpp - A ring of samples.
#include "rules/rate.h"

#include <algorithm>

namespace parkwatch::rules {

RateSignal::RateSignal(Duration over, Duration per)
    : over_(std::max(over, Duration{1})),
      spacing_(std::max(over / 60, Duration{1})),
      per_us_(static_cast<double>(per.count())),
      ring_(4) {}

std::optional<double> RateSignal::add(Timestamp time, double value) {
  const bool anew = size_ > 0 && at(size_ - 1).time - time > over_;
  if (anew) first_ = size_ = 0;
  const Timestamp old_enough = time - over_;
  std::optional<double> slope;
  std::size_t base = size_;
  if (size_ > 0 && time >= at(size_ - 1).time) {
    drop_old(old_enough);
    if (at(0).time <= old_enough) base = 0;
  } else {
    for (std::size_t i = 0; i < size_ && at(i).time <= old_enough; ++i) base = i;
  }
  if (base < size_) {
    const Sample& then = at(base);
    slope = (value - then.value) / static_cast<double>((time - then.time).count()) * per_us_;
  }
  if (size_ == 0 || time - at(size_ - 1).time >= spacing_) keep({time, value});
  return slope;
}

// Keeps the newest that is old enough, and all after it.
void RateSignal::drop_old(Timestamp before) {
  while (size_ > 1 && at(1).time <= before) {
    first_ = (first_ + 1) & (ring_.size() - 1);
    --size_;
  }
}

void RateSignal::keep(Sample sample) {
  if (size_ == ring_.size()) {
    std::vector<Sample> grown = samples();
    if (size_ == samples_max) grown.erase(grown.begin());
    restore(grown);
  }
  at(size_) = sample;
  ++size_;
}

void RateSignal::shift(Duration by) {
  for (std::size_t i = 0; i < size_; ++i) at(i).time += by;
}

std::vector<Sample> RateSignal::samples() const {
  std::vector<Sample> all;
  for (std::size_t i = 0; i < size_; ++i) all.push_back(at(i));
  return all;
}

// Leaves room for one more, if it may grow.
void RateSignal::restore(const std::vector<Sample>& samples) {
  std::size_t room = 4;
  while (room <= samples.size() && room < samples_max) room *= 2;
  const std::size_t count = std::min(samples.size(), room);
  ring_.assign(room, Sample{});
  std::copy(samples.end() - static_cast<std::ptrdiff_t>(count), samples.end(), ring_.begin());
  first_ = 0;
  size_ = count;
}

}  // namespace parkwatch::rules
