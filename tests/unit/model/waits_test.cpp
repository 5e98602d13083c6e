// tests/unit/model/waits_test.cpp - Medians and longest, against sorted times.
#include "model/waits.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

namespace waits_test {

using namespace parkwatch;
using namespace std::chrono_literals;

TEST_CASE("waits: nothing took no time", "[model]") { CHECK(waits_of({}) == Waits{}); }

TEST_CASE("waits: of two the median is the longer", "[model]") {
  CHECK(waits_of({5s}) == Waits{1, 5s, 5s});
  CHECK(waits_of({9s, 1s}) == Waits{2, 9s, 9s});
  CHECK(waits_of({9s, 1s, 2s}) == Waits{3, 2s, 9s});
}

TEST_CASE("waits: agree with sorted times", "[model]") {
  std::mt19937_64 random{7};
  for (std::size_t count = 1; count < 60; ++count) {
    std::vector<Duration> times;
    for (std::size_t i = 0; i < count; ++i) times.push_back(1s * (random() % 20));
    const Waits waits = waits_of(times);
    std::sort(times.begin(), times.end());
    CHECK(waits == Waits{count, times[count / 2], times.back()});
  }
}

}  // namespace waits_test
