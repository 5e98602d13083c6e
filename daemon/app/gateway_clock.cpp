// daemon/app/gateway_clock.cpp - Slews, steps, and the kernel's word on synchronisation.
#include "app/gateway_clock.h"

#include <sys/timex.h>

#include <algorithm>

namespace parkwatch::app {
namespace {

constexpr std::int64_t slew_parts_per_second = 2'000;  // 1/2000 = 500 us a second

}  // namespace

ClockSources real_clock_sources() {
  return {
      .system =
          [] { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); },
      .monotonic =
          [] {
            return std::chrono::duration_cast<Duration>(
                std::chrono::steady_clock::now().time_since_epoch());
          },
      .synchronised =
          [] {
            timex state{};
            const int answer = adjtimex(&state);  // a refusal (seccomp) is no yes
            return answer >= 0 && answer != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
          },
  };
}

GatewayClock::GatewayClock(ClockSources sources, Timestamp not_before)
    : sources_(std::move(sources)),
      not_before_(not_before),
      base_(std::max(sources_.system(), not_before)),
      base_monotonic_(sources_.monotonic()),
      doubted_since_(base_monotonic_),
      last_(base_) {}

Timestamp GatewayClock::now() {
  const std::lock_guard lock{mutex_};
  return now_locked();
}

Timestamp GatewayClock::now_locked() {
  last_ = std::max(last_, base_ + (sources_.monotonic() - base_monotonic_));
  return last_;
}

std::optional<Duration> GatewayClock::compare() {
  const std::lock_guard lock{mutex_};
  const Duration monotonic = sources_.monotonic();
  const Timestamp ours = base_ + (monotonic - base_monotonic_);
  const Timestamp system = sources_.system();
  const Duration difference = system - ours;
  if (difference < -step_over && system < not_before_ && !sources_.synchronised()) {
    return std::nullopt;
  }
  if (difference > step_over || difference < -step_over) return difference;
  const Duration slew_max = (monotonic - base_monotonic_) / slew_parts_per_second;
  base_ = ours + std::clamp(difference, -slew_max, slew_max);
  base_monotonic_ = monotonic;
  return std::nullopt;
}

void GatewayClock::step(Duration by) {
  const std::lock_guard lock{mutex_};
  const Duration monotonic = sources_.monotonic();
  base_ += (monotonic - base_monotonic_) + by;
  base_monotonic_ = monotonic;
  doubted_since_ = monotonic;
  last_ = base_;
}

bool GatewayClock::is_certain() {
  const std::lock_guard lock{mutex_};
  const Duration difference = sources_.system() - now_locked();
  if (difference > step_over || difference < -step_over) return false;
  return sources_.monotonic() - doubted_since_ >= doubted_for || sources_.synchronised();
}

}  // namespace parkwatch::app
