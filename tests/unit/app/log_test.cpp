// tests/unit/app/log_test.cpp - Hostile input cannot fill the log.
#include "app/log.h"

#include <catch2/catch.hpp>
#include <memory>
#include <sstream>

#include "spdlog/logger.h"
#include "spdlog/sinks/ostream_sink.h"

namespace log_test {

using namespace parkwatch;
using namespace std::chrono_literals;

TEST_CASE("log: a window takes its lines, and the next one says how many were held back", "[app]") {
  app::RateLimit limit{2, 10s};
  std::size_t held_back = 9;
  const Timestamp t = from_us(1'000'000'000);
  CHECK(limit.may(t, held_back));
  CHECK(held_back == 0);
  CHECK(limit.may(t + 1s, held_back));
  CHECK_FALSE(limit.may(t + 2s, held_back));
  CHECK_FALSE(limit.may(t + 9s, held_back));
  CHECK(limit.may(t + 10s, held_back));
  CHECK(held_back == 2);
  CHECK(limit.may(t + 11s, held_back));
  CHECK(held_back == 0);
}

TEST_CASE("log: a warning of the configuration is logged as one", "[app]") {
  std::ostringstream text;
  auto& sinks = app::logger().sinks();
  sinks.push_back(std::make_shared<spdlog::sinks::ostream_sink_mt>(text));
  sinks.back()->set_pattern("%l %v");
  app::log_diagnostics({{Diagnostic::Severity::warning, {"p.toml", 7, 1}, "alerts", "odd"},
                        {Diagnostic::Severity::error, {"p.toml", 8, 1}, "rule", "wrong"}});
  sinks.pop_back();
  CHECK(text.str() ==
        "warning p.toml:7:1 warning alerts: odd\nerror p.toml:8:1 error rule: wrong\n");
}

}  // namespace log_test
