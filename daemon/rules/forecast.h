// daemon/rules/forecast.h - The time until a value is reached at the present slope. Pure; time is
// an argument.
#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "rules/signal.h"

namespace parkwatch::rules {

// Minutes until the line through the last `over` meets the target; 0: it is met. The line is that
// of Theil and Sen (the median of all slopes between two readings, and the median of what is left),
// so that up to 29 % of the readings may be outliers.
//
// Readings closer than over / 30 to the last kept one are not kept; they are still judged, by the
// line of the kept ones at their time. No verdict with fewer than five kept ones, or when these
// reach back less than half of `over`.
class ForecastSignal final : public ReadingSignal {
 public:
  // At most so many readings are kept.
  static constexpr std::size_t samples_max = 32;
  static constexpr std::size_t samples_min = 5;
  // A year: "not approaching" and "not within a year" are both this many minutes.
  static constexpr double minutes_max = 366.0 * 24 * 60;

  // REQUIRES: over > 0
  ForecastSignal(Duration over, double target, bool rising);

  std::optional<double> take(Timestamp time, double value) override;
  void shift(Duration by) override;
  [[nodiscard]] Memory memory() const override { return {samples_, {}}; }
  bool restore(const Memory& memory) override;

 private:
  struct Line {
    Timestamp from;
    double at_from = 0;
    double per_us = 0;
  };
  void keep(Sample sample);
  void fit();

  Duration over_;
  double target_;
  bool rising_;
  std::vector<Sample> samples_;  // oldest first
  std::optional<Line> line_;     // of the samples
};

}  // namespace parkwatch::rules
