// daemon/app/log.h - Where the daemon's own words go: standard error, one line each.
#pragma once
#include <memory>
#include <string>

#include "model/diagnostic.h"
#include "model/time.h"

namespace spdlog {
class logger;
}

namespace parkwatch::app {

// Any thread. Under systemd (JOURNAL_STREAM set) lines carry a syslog priority and no time, since
// journald has its own. `level`: trace, debug, info, warn, error.
void set_up_log(const std::string& level);
[[nodiscard]] spdlog::logger& logger();
// A line each, at the level of its severity.
void log_diagnostics(const Diagnostics& diagnostics);

// For lines that hostile input could multiply: at most `lines_max` a `window`, then one that counts
// the rest. One thread.
class RateLimit {
 public:
  RateLimit(std::size_t lines_max, Duration window) : lines_max_(lines_max), window_(window) {}
  // True if a line may go out at `now`. `suppressed` is set to how many were held back since the
  // last window; say so when it is not zero.
  [[nodiscard]] bool may(Timestamp now, std::size_t& suppressed);

 private:
  const std::size_t lines_max_;
  const Duration window_;
  Timestamp begin_{};
  std::size_t lines_ = 0;
  std::size_t held_back_ = 0;
};

}  // namespace parkwatch::app
