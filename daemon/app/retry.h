// daemon/app/retry.h - When something that could not begin is tried again. Pure: time is an
// argument.
#pragma once
#include <chrono>
#include <optional>
#include <random>

#include "mqtt/backoff.h"

namespace parkwatch::app {

// A file that cannot be read for a moment (a renewed key, a disk that is slow to mount) is looked
// at again after 1 s, 2 s, 4 s ... 30 s, as a broker is. One thread.
class Retry {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  void failed(SteadyTime now) { at_ = now + backoff_.next(); }
  // It has begun, or is not wanted any more.
  void over() {
    at_.reset();
    backoff_.reset();
  }
  // Whoever waits is due at once: somebody says that it is mended.
  void hurry() {
    if (!at_) return;
    at_ = SteadyTime::min();
    backoff_.reset();
  }
  [[nodiscard]] bool due(SteadyTime now) const { return at_ && *at_ <= now; }

 private:
  mqtt_session::Backoff backoff_{std::chrono::seconds{1}, std::chrono::seconds{30},
                                 std::random_device{}()};
  std::optional<SteadyTime> at_;  // empty: nothing failed
};

}  // namespace parkwatch::app
