// tests/unit/rules/window_total_test.cpp - Totals: a rate over time, and what a counter counted.
#include <catch2/catch.hpp>
#include <random>

#include "rules/window.h"

namespace window_total_test {

using namespace parkwatch;
using namespace parkwatch::rules;
using namespace std::chrono_literals;

namespace {

WindowSpec total_of(Aggregate aggregate, Duration gap = 1h) {
  return {.aggregate = aggregate, .length = 24h, .running = true, .per = 1h, .gap = gap};
}

Timestamp at(Duration since) { return Timestamp{48h + since}; }  // a midnight

// Closes what is over, then adds.
std::optional<double> take(WindowSignal& window, Duration when, double value) {
  while (window.end() <= at(when)) (void)window.close();
  if (!window.add(at(when), value)) return std::nullopt;
  return window.value();
}

}  // namespace

TEST_CASE("total: a value stands until the next one comes", "[rules]") {
  WindowSignal window{total_of(Aggregate::integral)};
  CHECK(window.is_running());
  CHECK(take(window, 0h, 100) == 0.0);
  CHECK(take(window, 30min, 300) == 50.0);
  CHECK(take(window, 90min, 0) == 350.0);
  CHECK(take(window, 2h, 10) == 350.0);
}

TEST_CASE("total: but no longer than its gap", "[rules]") {
  for (const auto& [gap, expected] : {std::pair{1h, 100.0}, std::pair{3h, 300.0}}) {
    WindowSignal window{total_of(Aggregate::integral, gap)};
    (void)take(window, 0h, 100);
    CHECK(take(window, 5h, 100) == expected);
  }
  WindowSignal window{total_of(Aggregate::integral, 2h)};
  (void)take(window, 0h, 100);
  CHECK(take(window, 2h, 0) == 200.0);  // just as long
}

TEST_CASE("total: what stands across midnight is shared between both days", "[rules]") {
  WindowSignal window{total_of(Aggregate::integral)};
  (void)take(window, 23h, 100);
  (void)take(window, 23h + 45min, 200);
  CHECK(window.value() == 75.0);
  REQUIRE(window.end() == at(24h));
  CHECK(window.close() == 125.0);  // the last quarter of an hour stood to the end
  CHECK(window.end() == never);
  CHECK_FALSE(window.value());
  CHECK(take(window, 24h + 30min, 0) == 100.0);  // and half an hour of the new one
}

TEST_CASE("total: a day without any reading ends without a verdict, and adds nothing", "[rules]") {
  WindowSignal window{total_of(Aggregate::integral)};
  (void)take(window, 12h, 100);
  CHECK(take(window, 72h, 100) == 0.0);
  CHECK(window.end() == at(96h));
}

TEST_CASE("total: out of order it adds nothing, and the next one is not counted twice", "[rules]") {
  WindowSignal window{total_of(Aggregate::integral)};
  (void)take(window, 0h, 100);
  CHECK(take(window, 1h, 100) == 100.0);
  CHECK(take(window, 30min, 900) == 100.0);
  CHECK(take(window, 1h, 900) == 100.0);  // the same time again
  CHECK(take(window, 2h, 100) == 200.0);
  CHECK_FALSE(take(window, -1h, 100));  // of a day that is closed
}

TEST_CASE("total: a counter adds what it counted on, and from 0 when it went back", "[rules]") {
  WindowSignal window{total_of(Aggregate::increase)};
  CHECK(take(window, 0h, 7000) == 0.0);
  CHECK(take(window, 1h, 7010) == 10.0);
  CHECK(take(window, 2h, 7010) == 10.0);
  CHECK(take(window, 3h, 4) == 14.0);  // begun anew
  CHECK(take(window, 20h, 9) == 19.0);
  CHECK(take(window, 19h, 5) == 19.0);  // late: it is between two that are counted
  CHECK(window.close() == 19.0);
  CHECK(take(window, 25h, 12) == 3.0);  // belongs to the day of the later one
}

TEST_CASE("total: cutting a rate into more readings changes nothing", "[rules][property]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random{seed};
    WindowSignal rare{total_of(Aggregate::integral)};
    WindowSignal often{total_of(Aggregate::integral)};
    WindowSignal meter{total_of(Aggregate::increase)};
    double counted = 1000;
    Duration now{0};
    double value = 0;
    while (now < 23h) {
      value = static_cast<double>(random() % 500);
      const Duration step = 1min * static_cast<std::int64_t>(1 + random() % 60);
      if (now + step >= 24h) break;
      (void)take(rare, now, value);
      for (Duration part{0}; part < step; part += 1min) {
        (void)take(often, now + part, value);
        (void)take(meter, now + part, counted);
        counted += value / 60;
      }
      now += step;
    }
    (void)take(rare, now, 0);
    (void)take(often, now, 0);
    (void)take(meter, now, counted);
    CAPTURE(seed);
    REQUIRE(*rare.value() == Approx(*often.value()));
    REQUIRE(*rare.value() == Approx(*meter.value()));
    REQUIRE(*rare.value() == Approx(counted - 1000));
    REQUIRE(*rare.close() == Approx(*often.close()));
  }
}

TEST_CASE("total: what is saved and restored goes on alike, counters and rates", "[rules]") {
  for (const Aggregate aggregate : {Aggregate::integral, Aggregate::increase}) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      std::mt19937_64 random{seed};
      WindowSignal one{total_of(aggregate)};
      WindowSignal other{total_of(aggregate)};
      Duration now{0};
      for (int i = 0; i < 200; ++i) {
        now += 1s * static_cast<std::int64_t>(random() % 5000);
        CAPTURE(to_text(aggregate), seed, i);
        const auto value = static_cast<double>(random() % 90);
        REQUIRE(take(one, now, value) == take(other, now, value));
        if (random() % 4 != 0) continue;
        other.clear();
        other.restore(one.newest(), one.spans(), one.previous());
        REQUIRE(other.end() == one.end());
        REQUIRE(other.value() == one.value());
      }
    }
  }
}

TEST_CASE("total: a step of the clock forwards moves the last reading, one back begins anew",
          "[rules]") {
  WindowSignal window{total_of(Aggregate::integral)};
  (void)take(window, 0h, 100);
  window.shift(30min);
  CHECK(take(window, 1h, 100) == 50.0);  // it is half an hour old
  window.shift(-1s);
  CHECK(window.end() == never);
  CHECK_FALSE(window.previous());
  CHECK(take(window, 30min, 100) == 0.0);
}

TEST_CASE("total: a value without end is no verdict", "[rules]") {
  WindowSignal window{total_of(Aggregate::integral)};
  (void)take(window, 0h, 1.7e308);
  (void)take(window, 1h, 1.7e308);
  CHECK_FALSE(take(window, 2h, 0));
}

TEST_CASE("window: a sliding extreme is that of the last sixty sixtieths", "[rules][property]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::mt19937_64 random{seed};
    WindowSignal window{WindowSpec{.aggregate = Aggregate::max, .length = 1min, .calendar = false}};
    std::vector<Sample> all;
    Timestamp now = at(0s);
    for (int i = 0; i < 200; ++i) {
      now += Duration{static_cast<std::int64_t>(random() % 2'500'000)};
      while (window.end() <= now) (void)window.close();
      const double value = static_cast<double>(random() % 1000);
      REQUIRE(window.add(now, value));
      all.push_back({now, value});
      const Timestamp first = Timestamp{now.time_since_epoch() / 1s * 1s - 59s};
      double expected = 0;
      for (const Sample& s : all) {
        if (s.time >= first) expected = std::max(expected, s.value);
      }
      CAPTURE(seed, i);
      REQUIRE(window.value() == expected);
    }
  }
}

}  // namespace window_total_test
