// daemon/app/log.cpp - spdlog on standard error.
#include "app/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <utility>

namespace parkwatch::app {

void set_up_log(const std::string& level) {
  auto log = spdlog::get("parkwatchd");
  if (log == nullptr) log = spdlog::stderr_logger_mt("parkwatchd");
  const bool has_journal = std::getenv("JOURNAL_STREAM") != nullptr;
  log->set_pattern(has_journal ? "%l: %v" : "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v",
                   spdlog::pattern_time_type::utc);
  log->set_level(spdlog::level::from_str(level == "warning" ? "warn" : level));
  log->flush_on(spdlog::level::info);
}

spdlog::logger& logger() {
  auto log = spdlog::get("parkwatchd");
  if (log == nullptr) {
    set_up_log("info");
    log = spdlog::get("parkwatchd");
  }
  return *log;
}

void log_diagnostics(const Diagnostics& diagnostics) {
  for (const Diagnostic& d : diagnostics) {
    const bool is_error = d.severity == Diagnostic::Severity::error;
    logger().log(is_error ? spdlog::level::err : spdlog::level::warn, to_text(d));
  }
}

bool RateLimit::may(Timestamp now, std::size_t& suppressed) {
  suppressed = 0;
  if (now - begin_ >= window_ || now < begin_) {
    begin_ = now;
    lines_ = 0;
    suppressed = std::exchange(held_back_, 0);
  }
  if (lines_ >= lines_max_) {
    ++held_back_;
    return false;
  }
  ++lines_;
  return true;
}

}  // namespace parkwatch::app
