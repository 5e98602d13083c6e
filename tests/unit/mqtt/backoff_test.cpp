// tests/unit/mqtt/backoff_test.cpp - Waits grow, stay within their bounds and differ.
#include "mqtt/backoff.h"

#include <catch2/catch.hpp>
#include <set>

namespace backoff_test {

using namespace parkwatch;
using namespace parkwatch::mqtt_session;
using namespace std::chrono_literals;

TEST_CASE(
    "backoff: each wait is drawn from the upper half of a bound that doubles up to the greatest") {
  for (std::uint32_t seed = 1; seed < 50; ++seed) {
    CAPTURE(seed);
    Backoff backoff(200ms, 1s, seed);
    for (const Duration bound :
         {Duration{200ms}, Duration{400ms}, Duration{800ms}, Duration{1s}, Duration{1s}}) {
      const Duration wait = backoff.next();
      CHECK(wait >= bound / 2);
      CHECK(wait <= bound);
    }
    backoff.reset();
    CHECK(backoff.next() <= 200ms);
  }
}

TEST_CASE("backoff: two gateways do not wait alike") {
  std::set<Duration> waits;
  for (std::uint32_t seed = 1; seed <= 20; ++seed) waits.insert(Backoff(1s, 30s, seed).next());
  CHECK(waits.size() > 10);
}

}  // namespace backoff_test
