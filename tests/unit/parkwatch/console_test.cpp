// tests/unit/parkwatch/console_test.cpp - Errors in words and in JSON; pauses that grow and stop
// growing.
#include "tools/parkwatch/console.h"

#include <catch2/catch.hpp>

#include "tests/unit/parkwatch/recording_console.h"

namespace console_test {

using namespace parkwatch;
using namespace parkwatch::cli;

TEST_CASE("console: errors go to the error stream, harmless or as JSON", "[cli]") {
  test::RecordingConsole rec;
  say_error(rec.console, "bad \x1B[31m");
  rec.console.json = true;
  say_error(rec.console, "bad \"x\"");
  CHECK(rec.err.str() == "parkwatch: bad \\x1B[31m\n{\"error\":\"bad \\\"x\\\"\"}\n");
  CHECK(rec.out.str().empty());
}

TEST_CASE("console: pauses double up to half a minute", "[cli]") {
  CHECK(pause_before_try(0) == std::chrono::seconds{1});
  CHECK(pause_before_try(1) == std::chrono::seconds{2});
  CHECK(pause_before_try(4) == std::chrono::seconds{16});
  CHECK(pause_before_try(5) == std::chrono::seconds{30});
  CHECK(pause_before_try(4'000'000'000U) == std::chrono::seconds{30});
}

}  // namespace console_test
