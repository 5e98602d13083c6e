// daemon/app/gateway_clock.h - The one clock of the gateway: UTC carried on by the monotonic clock.
#pragma once
#include <functional>
#include <mutex>
#include <optional>

#include "model/time.h"

namespace parkwatch::app {

// Where time comes from; replaced in tests.
struct ClockSources {
  std::function<Timestamp()> system;    // the system's UTC, which may jump
  std::function<Duration()> monotonic;  // since any fixed moment; never falls
  std::function<bool()> synchronised;   // whether the kernel says that its time is (NTP, PTP, GPS)
};
[[nodiscard]] ClockSources real_clock_sources();

// Design, "Time": small differences from the system's time are slewed (at most 500 us a second,
// like the kernel's own adjustment), one over 2 s is to be taken at once as a journaled step. At
// start it is no earlier than the last commit, nor is it set back behind that until the system's
// time is synchronised: a gateway may have no battery.
class GatewayClock final : public Clock {
 public:
  static constexpr Duration step_over = std::chrono::seconds{2};
  // A time that nothing confirms is believed once it has gone on for so long since the start or the
  // last step: by then somebody would have noticed.
  static constexpr Duration doubted_for = std::chrono::hours{24};

  GatewayClock(ClockSources sources, Timestamp not_before);

  // Any thread.
  [[nodiscard]] Timestamp now() override;
  // Compares with the system's time; call about once a second. Small differences are slewed; one
  // that must be taken at once is returned: then call step() with it, ordered with the inputs.
  [[nodiscard]] std::optional<Duration> compare();
  void step(Duration by);
  // The system agrees, and the kernel says that it is synchronised or `doubted_for` is over.
  [[nodiscard]] bool is_certain() override;
  [[nodiscard]] bool synchronised() const { return sources_.synchronised(); }

 private:
  Timestamp now_locked();

  const ClockSources sources_;
  const Timestamp not_before_;
  std::mutex mutex_;  // protects all below
  Timestamp base_;
  Duration base_monotonic_;
  Duration doubted_since_;
  Timestamp last_;  // never falls but in step()
};

}  // namespace parkwatch::app
