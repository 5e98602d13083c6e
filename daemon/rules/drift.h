// daemon/rules/drift.h - A slow departure from what is usual. Pure; time is an argument.
#pragma once
#include <optional>

#include "rules/signal.h"

namespace parkwatch::rules {

// The two sums of Page's CUSUM over what is left after a moving baseline, each reading weighed with
// the time since the one before it:
//   up   = max(0, up   + (value - baseline - slack) * dt / per)
//   down = max(0, down + (baseline - value - slack) * dt / per)
//   baseline += (value - baseline) * dt / (baseline time + dt)
// Its value is `up`, or -`down` when that is the larger one, in unit times `per`. No verdict until
// the readings have covered the baseline's time; until then the baseline is their mean. After a gap
// longer than the baseline's time it begins anew; one longer than `per` counts as none.
class DriftSignal final : public ReadingSignal {
 public:
  // REQUIRES: per > 0, baseline > 0. The sums stop at twice the outermost limit, so that the way
  // back is no longer than the way there.
  explicit DriftSignal(const RuleSpec& rule);

  std::optional<double> take(Timestamp time, double value) override;
  void shift(Duration by) override;
  [[nodiscard]] Memory memory() const override;
  bool restore(const Memory& memory) override;

 private:
  struct State {
    Timestamp last;
    double baseline = 0;
    double up = 0;
    double down = 0;
    double covered_us = 0;  // by readings, up to the baseline's time
  };
  void advance(double value, double dt_us);
  [[nodiscard]] std::optional<double> verdict() const;

  double slack_;
  double per_us_;
  double baseline_us_;
  double sum_max_;
  std::optional<State> state_;
};

}  // namespace parkwatch::rules
