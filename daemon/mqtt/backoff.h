// daemon/mqtt/backoff.h - How long to wait before the next attempt to connect. Pure: the chance
// comes from a seed.
#pragma once
#include <algorithm>
#include <cstdint>
#include <random>

#include "model/time.h"

namespace parkwatch::mqtt_session {

// Doubles from `min` to `max`; each wait is drawn from its upper half, so that a park's gateways do
// not come back to a restarted broker all at once.
class Backoff {
 public:
  // REQUIRES: 0 < min <= max
  Backoff(Duration min, Duration max, std::uint32_t seed)
      : min_(min), max_(max), ceiling_(min), chance_(seed) {}

  [[nodiscard]] Duration next() {
    const Duration ceiling = ceiling_;
    ceiling_ = std::min(ceiling_ * 2, max_);
    std::uniform_int_distribution<Duration::rep> draw(ceiling.count() / 2, ceiling.count());
    return Duration{draw(chance_)};
  }

  void reset() { ceiling_ = min_; }

 private:
  const Duration min_;
  const Duration max_;
  Duration ceiling_;
  std::minstd_rand chance_;
};

}  // namespace parkwatch::mqtt_session
