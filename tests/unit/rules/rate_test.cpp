// tests/unit/rules/rate_test.cpp - Slopes.
#include "rules/rate.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/support/reference/reference.h"

namespace rate_test {

using namespace parkwatch;
using namespace parkwatch::rules;
using namespace std::chrono_literals;

TEST_CASE("rate: there is no slope until a reading is old enough", "[rules]") {
  RateSignal rate{10s, 1min};
  CHECK_FALSE(rate.add(Timestamp{0s}, 1));
  CHECK_FALSE(rate.add(Timestamp{9'999'999us}, 2));
  CHECK(rate.add(Timestamp{10s}, 2) == Approx(6.0));  // 1 in 10 s is 6 a minute
}

TEST_CASE("rate: the slope is that to the newest reading which is old enough", "[rules]") {
  RateSignal rate{10s, 1s};
  (void)rate.add(Timestamp{0s}, 0);
  (void)rate.add(Timestamp{5s}, 100);
  CHECK(rate.add(Timestamp{16s}, 111) == Approx(1.0));  // to that at 5 s, not at 0 s
  CHECK(rate.add(Timestamp{1000s}, 111) == Approx(0.0));
}

TEST_CASE("rate: however many readings come, few are kept", "[rules]") {
  RateSignal rate{60s, 1s};
  for (int i = 0; i < 100'000; ++i) {
    const auto slope = rate.add(Timestamp{i * 10ms}, i * 0.01);
    if (slope) REQUIRE(*slope == Approx(1.0));
  }
  CHECK(rate.samples().size() <= RateSignal::samples_max);
}

TEST_CASE("rate: a clock set back begins a new history, a reading out of order does not",
          "[rules]") {
  RateSignal rate{10s, 1s};
  for (int i = 0; i <= 20; ++i) (void)rate.add(Timestamp{100s + i * 1s}, i);
  CHECK(rate.add(Timestamp{120s}, 21) == Approx(1.1));  // the same time again
  CHECK_FALSE(rate.add(Timestamp{115s}, 15));           // what lies 10 s before is gone
  CHECK(rate.samples().back().time == Timestamp{120s});
  CHECK_FALSE(rate.add(Timestamp{50s}, 7));
  CHECK(rate.samples().size() == 1);
}

TEST_CASE("rate: a step of our clock moves the history with it", "[rules]") {
  RateSignal rate{10s, 1s};
  (void)rate.add(Timestamp{0s}, 0);
  rate.shift(1h);
  CHECK(rate.add(Timestamp{1h + 10s}, 20) == Approx(2.0));
}

TEST_CASE("rate: what is saved and restored goes on alike, and both agree with the reference",
          "[rules][property]") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    reference::Series series;
    Duration now{0};
    for (int i = 0; i < 300; ++i) {
      now += Duration{static_cast<std::int64_t>(random() % (seed % 2 == 0 ? 4'000'000 : 60'000))};
      series.push_back({Timestamp{now}, static_cast<double>(random() % 1000) / 10});
    }
    const reference::Series expected = reference::slopes(10s, 1min, series);
    auto rate = std::make_unique<RateSignal>(10s, 1min);
    for (std::size_t i = 0; i < series.size(); ++i) {
      const auto slope = rate->add(series[i].at, *series[i].value);
      REQUIRE(slope == expected[i].value);
      if (random() % 5 != 0) continue;
      auto other = std::make_unique<RateSignal>(10s, 1min);
      other->restore(rate->samples());
      REQUIRE(other->samples() == rate->samples());
      rate = std::move(other);
    }
  }
}

TEST_CASE("rate: a late reading has the slope to what is older by `over`, and is not kept",
          "[rules]") {
  RateSignal signal{10s, 1min};
  for (int i = 0; i <= 12; ++i) (void)signal.add(Timestamp{i * 5s}, i * i);
  const auto kept = signal.samples();
  REQUIRE(kept.front().time == Timestamp{50s});                       // of the newest, at 60 s
  CHECK_FALSE(signal.add(Timestamp{59s}, 100));                       // nothing is older than 49 s
  CHECK(signal.add(Timestamp{60s}, 120) == (120.0 - 100) / 10 * 60);  // no older, so not late
  CHECK(signal.samples() == kept);
  RateSignal sparse{10s, 1min};
  (void)sparse.add(Timestamp{0s}, 0);
  (void)sparse.add(Timestamp{9s}, 9);
  (void)sparse.add(Timestamp{18s}, 18);  // keeps 0 s: only that is older by ten
  REQUIRE(sparse.samples().size() == 3);
  CHECK(sparse.add(Timestamp{10s}, 70) == 420.0);  // late: to the one at 0 s
  CHECK_FALSE(sparse.add(Timestamp{9s}, 70));      // late, and nothing is ten seconds older
  CHECK(sparse.samples().size() == 3);
  // At the newest one's time less `over` it is late; before that the clock was set back.
  CHECK_FALSE(sparse.add(Timestamp{8s}, 70));
  CHECK(sparse.samples().size() == 3);
  CHECK_FALSE(sparse.add(Timestamp{8s - 1us}, 70));
  CHECK(sparse.samples() == std::vector<Sample>{{Timestamp{8s - 1us}, 70}});
}

TEST_CASE("rate: of several that are old enough the newest counts, for a late one too", "[rules]") {
  RateSignal signal{10s, 1s};
  (void)signal.add(Timestamp{100s}, 1);
  (void)signal.add(Timestamp{104s}, 2);
  (void)signal.add(Timestamp{108s}, 4);
  (void)signal.add(Timestamp{113s}, 8);
  REQUIRE(signal.samples().size() == 4);          // 103 s is wanted: from 100 s on
  CHECK(signal.add(Timestamp{112s}, 31) == 2.5);  // late: to 100 s
  CHECK(signal.add(Timestamp{114s}, 52) == 5.0);  // to 104 s, which is just old enough
  CHECK(signal.samples().front().time == Timestamp{104s});
}

}  // namespace rate_test
