// tests/unit/rules/window_test.cpp - Calendar and sliding windows.
#include "rules/window.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/support/reference/reference.h"

namespace window_test {

using namespace parkwatch;
using namespace parkwatch::rules;
using namespace std::chrono_literals;

namespace {

WindowSpec spec_of(Aggregate aggregate, Duration length, bool calendar,
                   std::uint32_t count_min = 1) {
  return {.aggregate = aggregate, .length = length, .calendar = calendar, .count_min = count_min};
}

}  // namespace

TEST_CASE("window: a calendar window is aligned to UTC and ends with its last microsecond",
          "[rules]") {
  WindowSignal window{spec_of(Aggregate::sum, 1min, true)};
  CHECK(window.end() == never);
  CHECK(window.add(Timestamp{90s}, 1));
  CHECK(window.end() == Timestamp{120s});
  CHECK(window.add(Timestamp{120s - 1us}, 2));
  CHECK(window.close() == 3.0);
  CHECK(window.end() == never);
  CHECK_FALSE(window.add(Timestamp{119s}, 9));  // closed is closed
  CHECK(window.add(Timestamp{120s}, 5));
  CHECK(window.close() == 5.0);
}

TEST_CASE("window: every aggregate is what its name says", "[rules]") {
  struct Case {
    Aggregate aggregate;
    double expected;
  };
  const Case cases[] = {{Aggregate::avg, 5},  {Aggregate::min, 2},   {Aggregate::max, 9},
                        {Aggregate::sum, 40}, {Aggregate::count, 8}, {Aggregate::stddev, 2}};
  for (const bool calendar : {true, false}) {
    for (const Case& c : cases) {
      WindowSignal window{spec_of(c.aggregate, 1min, calendar)};
      int second = 0;
      for (const double value : {2, 4, 4, 4, 5, 5, 7, 9}) {
        const Timestamp at{Duration{second++ * 1'000'000}};
        while (window.end() <= at) (void)window.close();
        REQUIRE(window.add(at, value));
      }
      CAPTURE(to_text(c.aggregate), calendar);
      CHECK(*(calendar ? window.close() : window.value()) == Approx(c.expected));
    }
  }
}

TEST_CASE("window: too few values give no verdict", "[rules]") {
  WindowSignal window{spec_of(Aggregate::avg, 1min, true, 3)};
  (void)window.add(Timestamp{0s}, 1);
  (void)window.add(Timestamp{1s}, 1);
  CHECK_FALSE(window.close());
  for (int i = 0; i < 3; ++i) (void)window.add(Timestamp{60s + i * 1s}, 1);
  CHECK(window.close() == 1.0);
}

TEST_CASE("window: a sum keeps what a plain one would lose", "[rules]") {
  WindowSignal window{spec_of(Aggregate::sum, 1h, true)};
  (void)window.add(Timestamp{0s}, 1e16);
  for (int i = 1; i <= 1000; ++i) (void)window.add(Timestamp{i * 1s}, 0.1);
  (void)window.add(Timestamp{1001s}, -1e16);
  CHECK(*window.close() == Approx(100.0));
}

TEST_CASE("window: a sliding one forgets by sixtieths, until nothing is left", "[rules]") {
  WindowSignal window{spec_of(Aggregate::count, 60s, false)};
  (void)window.add(Timestamp{100s}, 1);
  CHECK(window.end() == Timestamp{101s});
  for (int step = 1; step < 60; ++step) CHECK(window.close() == 1.0);
  CHECK_FALSE(window.close());
  CHECK(window.end() == never);
  CHECK(window.add(Timestamp{500s}, 1));
  CHECK(window.value() == 1.0);
}

TEST_CASE("window: a reading a little back is counted in its sixtieth, one far back is not",
          "[rules]") {
  WindowSignal window{spec_of(Aggregate::sum, 60s, false)};
  (void)window.add(Timestamp{100s}, 1);
  CHECK(window.add(Timestamp{50s}, 10));
  CHECK(window.value() == 11.0);
  CHECK_FALSE(window.add(Timestamp{40s}, 100));
  CHECK(window.value() == 11.0);
  while (window.end() <= Timestamp{110s}) (void)window.close();
  CHECK(window.value() == 1.0);
}

TEST_CASE("window: what is saved and restored goes on alike", "[rules][property]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    const auto aggregate = static_cast<Aggregate>(seed % 6);
    const WindowSpec spec = spec_of(aggregate, 30s, seed % 2 == 0, 2);
    WindowSignal window{spec};
    Timestamp now{1000s};
    for (int i = 0; i < 300; ++i) {
      now += Duration{static_cast<std::int64_t>(random() % 3'000'000)};
      WindowSignal other{spec};
      other.restore(window.newest(), window.spans());
      REQUIRE(other.end() == window.end());
      while (window.end() <= now) REQUIRE(window.close() == other.close());
      const Timestamp at =
          now - Duration{static_cast<std::int64_t>(random() % 5 == 0 ? 7'000'000 : 0)};
      const double value = static_cast<double>(random() % 1000) / 7;
      REQUIRE(window.add(at, value) == other.add(at, value));
      if (window.end() != never) REQUIRE(window.value() == other.value());
    }
  }
}

}  // namespace window_test
