// tests/unit/pipeline/deadlines_test.cpp - Wake-ups in order, with bounded memory.
#include "pipeline/deadlines.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>

namespace deadlines_test {

using namespace parkwatch;
using namespace parkwatch::pipeline;
using namespace std::chrono_literals;

TEST_CASE("deadlines: come by time, then by slot", "[pipeline]") {
  Deadlines deadlines;
  deadlines.reset(4);
  deadlines.arm(3, Timestamp{5s});
  deadlines.arm(1, Timestamp{5s});
  deadlines.arm(2, Timestamp{4s});
  CHECK(deadlines.pop().slot == 2);
  CHECK(deadlines.pop().slot == 1);
  CHECK(deadlines.pop().slot == 3);
  CHECK(deadlines.empty());
}

TEST_CASE("deadlines: an earlier one makes the later void, a later one costs nothing",
          "[pipeline]") {
  Deadlines deadlines;
  deadlines.reset(1);
  deadlines.arm(0, Timestamp{9s});
  deadlines.arm(0, Timestamp{20s});
  CHECK(deadlines.size() == 1);
  deadlines.arm(0, Timestamp{5s});
  const auto first = deadlines.pop();
  CHECK(first.due == Timestamp{5s});
  CHECK(deadlines.is_current(first));
  deadlines.disarm(0);
  CHECK_FALSE(deadlines.is_current(deadlines.pop()));
}

TEST_CASE("deadlines: memory stays bounded however they move, and none is missed",
          "[pipeline][property]") {
  std::mt19937_64 random{3};
  Deadlines deadlines;
  constexpr std::uint32_t slots = 50;
  deadlines.reset(slots);
  std::map<std::uint32_t, Timestamp> truth;  // a slot's true deadline
  std::int64_t now = 0;
  for (int i = 0; i < 200'000; ++i) {
    const auto slot = static_cast<std::uint32_t>(random() % slots);
    truth[slot] = Timestamp{Duration{now + 1 + static_cast<std::int64_t>(random() % 10'000)}};
    deadlines.arm(slot, truth[slot]);
    REQUIRE(deadlines.size() <= 2 * slots + 65);
    now += static_cast<std::int64_t>(random() % 20);
    while (!deadlines.empty() && deadlines.earliest() <= Timestamp{Duration{now}}) {
      const auto entry = deadlines.pop();
      if (!deadlines.is_current(entry)) continue;
      deadlines.disarm(entry.slot);
      const auto due = truth.find(entry.slot);
      if (due == truth.end()) continue;
      if (due->second <= entry.due) {
        truth.erase(due);
      } else {
        deadlines.arm(entry.slot, due->second);
      }
    }
    for (const auto& [s, due] : truth) REQUIRE(due > Timestamp{Duration{now}});
  }
}

}  // namespace deadlines_test
