// daemon/rules/forecast.cpp - A robust line through the last readings.
#include "rules/forecast.h"

#include <algorithm>
#include <cmath>

namespace parkwatch::rules {
namespace {

double us_between(Timestamp a, Timestamp b) { return static_cast<double>((b - a).count()); }

// The mean of the two in the middle of an even number. Reorders. REQUIRES: not empty.
double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

}  // namespace

ForecastSignal::ForecastSignal(Duration over, double target, bool rising)
    : over_(over), target_(target), rising_(rising) {}

std::optional<double> ForecastSignal::take(Timestamp time, double value) {
  // A clock that was set back by more than all that is kept: history starts anew.
  if (!samples_.empty() && samples_.back().time - time > over_) samples_.clear();
  if (samples_.empty() || time - samples_.back().time >= std::max(over_ / 30, Duration{1})) {
    keep({time, value});
  }
  if (!line_) return std::nullopt;
  const double now = line_->at_from + line_->per_us * us_between(line_->from, time);
  const double way = rising_ ? target_ - now : now - target_;
  const double speed = rising_ ? line_->per_us : -line_->per_us;
  if (way <= 0) return 0;
  if (!(speed > 0)) return minutes_max;
  return std::min(way / speed / 60e6, minutes_max);
}

void ForecastSignal::keep(Sample sample) {
  const auto old = std::find_if(samples_.begin(), samples_.end(),
                                [&](const Sample& s) { return sample.time - s.time <= over_; });
  samples_.erase(samples_.begin(), old);
  if (samples_.size() == samples_max) samples_.erase(samples_.begin());
  samples_.push_back(sample);
  fit();
}

void ForecastSignal::fit() {
  line_.reset();
  if (samples_.size() < samples_min) return;
  const Timestamp from = samples_.front().time;
  if (samples_.back().time - from < over_ / 2) return;
  std::vector<double> values;
  values.reserve(samples_max * (samples_max - 1) / 2);
  for (std::size_t j = 1; j < samples_.size(); ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      values.push_back((samples_[j].value - samples_[i].value) /
                       us_between(samples_[i].time, samples_[j].time));
    }
  }
  const double slope = median(values);
  values.clear();
  for (const Sample& s : samples_) values.push_back(s.value - slope * us_between(from, s.time));
  const double at_from = median(values);
  if (std::isfinite(slope) && std::isfinite(at_from)) line_ = Line{from, at_from, slope};
}

void ForecastSignal::shift(Duration by) {
  for (Sample& s : samples_) s.time += by;
  if (line_) line_->from += by;
}

bool ForecastSignal::restore(const Memory& memory) {
  if (!memory.numbers.empty() || memory.samples.size() > samples_max) return false;
  for (std::size_t i = 1; i < memory.samples.size(); ++i) {
    if (memory.samples[i].time <= memory.samples[i - 1].time) return false;
  }
  samples_ = memory.samples;
  fit();
  return true;
}

}  // namespace parkwatch::rules
