// tests/unit/notify/rate_window_test.cpp - No window of a minute ever holds more than is allowed.
#include "notify/rate_window.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/notify/sample_events.h"

namespace rate_window_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace std::chrono_literals;

TEST_CASE("rate window: the reserve is only for urgent messages", "[notify]") {
  RateWindow window{18, 0, 5};
  const Timestamp t0 = test::sample_time;
  for (int i = 0; i < 13; ++i) {
    REQUIRE(window.free_at(t0, false) == t0);
    window.sent(t0);
  }
  CHECK(window.free_at(t0, false) == t0 + 60s);
  for (int i = 0; i < 5; ++i) {
    REQUIRE(window.free_at(t0, true) == t0);
    window.sent(t0 + 1s);
  }
  CHECK(window.free_at(t0 + 1s, true) == t0 + 60s);
  CHECK(window.free_at(t0 + 1s, false) == t0 + 60s);
  CHECK(window.free_at(t0 + 60s, false) == t0 + 60s);
}

TEST_CASE("rate window: random senders never pass the bounds in any window", "[notify]") {
  std::mt19937 random{7};
  RateWindow window{100, 5, 0};
  Timestamp now = test::sample_time;
  std::vector<Timestamp> sent;
  for (int i = 0; i < 2000; ++i) {
    now += Duration{random() % 300'000};
    now = std::max(now, window.free_at(now, true));
    window.sent(now);
    sent.push_back(now);
  }
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if (i >= 100) CHECK(sent[i] - sent[i - 100] >= 60s);
    if (i >= 5) CHECK(sent[i] - sent[i - 5] >= 1s);
  }
}

TEST_CASE("rate window: nothing is bounded when no bound is given", "[notify]") {
  RateWindow window{0, 0, 5};
  for (int i = 0; i < 1000; ++i) window.sent(test::sample_time);
  CHECK(window.free_at(test::sample_time, false) == test::sample_time);
  CHECK(window.times().empty());
}

TEST_CASE("rate window: a clock that is set holds nothing for longer or shorter than the window",
          "[notify]") {
  const Duration by = GENERATE(Duration{-1h}, Duration{1h});
  RateWindow window{1, 0, 0};
  window.sent(test::sample_time);
  window.shift(by);
  CHECK(window.free_at(test::sample_time + by, true) == test::sample_time + by + 60s);
}

TEST_CASE("rate window: it goes on after a restart", "[notify]") {
  RateWindow window{2, 0, 0};
  window.sent(test::sample_time);
  window.sent(test::sample_time + 1s);
  RateWindow again{2, 0, 0};
  again.restore({window.times().begin(), window.times().end()});
  CHECK(again.free_at(test::sample_time + 2s, true) == test::sample_time + 60s);
}

}  // namespace rate_window_test
