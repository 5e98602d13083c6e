// daemon/rules/rate.h - The slope of a signal. Pure; time is an argument.
#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "rules/signal.h"

namespace parkwatch::rules {

// (value - value then) / (time - time then), in units per `per`, where "then" is the newest kept
// reading that is at least `over` old. Readings closer than over / 60 to the last kept one are not
// kept, so that memory is bounded: the slope is that over a time between `over` and `over` + 1/60
// where readings come that often, and that to the next older reading where they come more rarely.
class RateSignal final : public Signal {
 public:
  // At most this many readings are kept.
  static constexpr std::size_t samples_max = 64;

  // REQUIRES: over > 0, per > 0
  RateSignal(Duration over, Duration per);

  // Empty: no reading is old enough. A reading older than the newest kept one is not kept, and has
  // a slope only where something older by `over` still is; older by more than `over`, it means a
  // clock set back: history starts anew.
  [[nodiscard]] std::optional<double> add(Timestamp time, double value);
  void shift(Duration by) override;

  // Oldest first.
  [[nodiscard]] std::vector<Sample> samples() const;
  void restore(const std::vector<Sample>& samples);

 private:
  [[nodiscard]] Sample& at(std::size_t i) { return ring_[(first_ + i) & (ring_.size() - 1)]; }
  [[nodiscard]] const Sample& at(std::size_t i) const {
    return ring_[(first_ + i) & (ring_.size() - 1)];
  }
  void drop_old(Timestamp before);
  void keep(Sample sample);

  Duration over_;
  Duration spacing_;
  double per_us_;
  std::vector<Sample> ring_;  // a power of two; grows to samples_max
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace parkwatch::rules
