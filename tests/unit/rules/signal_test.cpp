// tests/unit/rules/signal_test.cpp - Forecasts, drifts and repetitions by themselves.
#include "rules/signal.h"

#include <catch2/catch.hpp>
#include <random>

#include "rules/drift.h"
#include "rules/forecast.h"
#include "rules/repeat.h"

namespace signal_test {

using namespace parkwatch;
using namespace parkwatch::rules;
using namespace std::chrono_literals;

namespace {

Timestamp at(Duration since) { return Timestamp{24h + since}; }

RuleSpec drift_rule() {
  RuleSpec rule;
  rule.kind = RuleKind::drift;
  rule.per = 1h;
  rule.baseline = 24h;
  rule.slack = 1;
  rule.limits = {{.level = Level::high, .at = 10}};
  return rule;
}

RuleSpec forecast_rule() {
  RuleSpec rule;
  rule.kind = RuleKind::forecast;
  rule.over = 10min;
  rule.target = 50;
  return rule;
}

RuleSpec repeat_rule() {
  RuleSpec rule;
  rule.kind = RuleKind::repeat;
  rule.trigger.above = 10;
  rule.times = 3;
  rule.within = 1min;
  return rule;
}

}  // namespace

TEST_CASE("forecast: minutes until a straight line meets its target", "[rules]") {
  ForecastSignal up{10min, 90, true};
  std::optional<double> left;
  for (int minute = 0; minute <= 10; ++minute) left = up.take(at(minute * 1min), 10 + 2.0 * minute);
  CHECK(*left == Approx(30));  // 60 to go, 2 a minute
  ForecastSignal down{10min, 0, false};
  for (int minute = 0; minute <= 10; ++minute) left = down.take(at(minute * 1min), 50 - minute);
  CHECK(*left == Approx(40));
}

TEST_CASE("forecast: nothing that comes nearer is a year away, and what is there is 0 away",
          "[rules]") {
  ForecastSignal signal{10min, 90, true};
  std::optional<double> left;
  for (int minute = 0; minute <= 10; ++minute) left = signal.take(at(minute * 1min), 50);
  CHECK(left == ForecastSignal::minutes_max);
  for (int minute = 11; minute <= 30; ++minute) left = signal.take(at(minute * 1min), 95);
  CHECK(left == 0.0);
}

TEST_CASE("forecast: a quarter of outliers moves it by little", "[rules]") {
  std::mt19937_64 random{3};
  ForecastSignal signal{30min, 100, true};
  std::optional<double> left;
  for (int minute = 0; minute <= 30; ++minute) {
    const double outlier = minute % 4 == 1 ? static_cast<double>(random() % 400) : 0;
    left = signal.take(at(minute * 1min), 10 + minute + outlier);
  }
  CHECK(*left > 45);
  CHECK(*left < 65);  // 60 without them
}

TEST_CASE("forecast: is silent without enough readings, and after a gap", "[rules]") {
  ForecastSignal signal{10min, 90, true};
  for (int i = 0; i < 4; ++i) CHECK_FALSE(signal.take(at(i * 2min), i));
  CHECK(signal.take(at(8min), 4));
  CHECK_FALSE(signal.take(at(40min), 5));
}

TEST_CASE("forecast: a clock that is set back begins history anew", "[rules]") {
  ForecastSignal signal{10min, 90, true};
  for (int i = 0; i <= 10; ++i) (void)signal.take(at(60min + i * 1min), 10 + i);
  CHECK_FALSE(signal.take(at(0min), 5));
  CHECK(signal.memory().samples.size() == 1);
}

TEST_CASE("drift: the sum of what is beyond the slack, after a day of learning", "[rules]") {
  DriftSignal signal{drift_rule()};
  Duration now{0};
  std::optional<double> sum;
  for (; now < 24h; now += 10min) {
    sum = signal.take(at(now), 20);
    CHECK_FALSE(sum);
  }
  CHECK(signal.take(at(now), 20) == 0.0);
  // 3 above the baseline, which follows by a 24th of that an hour.
  for (int step = 1; step <= 12; ++step) sum = signal.take(at(now + step * 10min), 23);
  CHECK(*sum > 3.6);
  CHECK(*sum < 4.0);  // two hours times (3 - 1), if the baseline stood still
  DriftSignal down{drift_rule()};
  for (now = 0h; now <= 24h; now += 10min) (void)down.take(at(now), 20);
  for (int step = 0; step < 12; ++step) sum = down.take(at(now + step * 10min), 17);
  CHECK(*sum < -3.6);
}

TEST_CASE("drift: stops at twice its limit, and a long gap begins it anew", "[rules]") {
  DriftSignal signal{drift_rule()};
  for (Duration now{0}; now <= 24h; now += 10min) (void)signal.take(at(now), 20);
  std::optional<double> sum;
  for (Duration now = 24h; now <= 30h; now += 10min) sum = signal.take(at(now), 200);
  CHECK(sum == 20.0);
  sum = signal.take(at(33h), 200);  // longer than per: counts as none
  CHECK(sum == 20.0);
  CHECK_FALSE(signal.take(at(60h), 200));
}

TEST_CASE("repeat: counts what begins, and forgets it in time", "[rules]") {
  RepeatSignal signal{repeat_rule().trigger, 3, 1min};
  CHECK(signal.take(at(0s), 20) == 0.0);  // it may have begun at any time before
  CHECK(signal.take(at(1s), 0) == 0.0);
  CHECK(signal.take(at(2s), 20) == 1.0);
  CHECK(signal.take(at(3s), 30) == 1.0);
  CHECK(signal.take(at(4s), 5) == 1.0);
  CHECK(signal.take(at(10s), 20) == 2.0);
  CHECK(signal.due() == never);
  (void)signal.take(at(11s), 0);
  CHECK(signal.take(at(20s), 20) == 3.0);
  CHECK(signal.due() == at(1min + 2s));
  (void)signal.take(at(21s), 0);
  CHECK(signal.take(at(30s), 20) == 3.0);  // no further than it must
  CHECK(signal.due() == at(1min + 10s));
  CHECK(signal.on_due() == 2.0);
  CHECK(signal.due() == never);
}

TEST_CASE("signal: what is saved and restored goes on alike", "[rules][property]") {
  for (const RuleSpec& rule : {forecast_rule(), drift_rule(), repeat_rule()}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      CAPTURE(to_text(rule.kind), seed);
      std::mt19937_64 random{seed};
      auto one = make_signal(rule);
      auto other = make_signal(rule);
      Duration now{0};
      double value = 20;
      for (int i = 0; i < 400; ++i) {
        now += Duration{static_cast<std::int64_t>(random() % 1'200'000'000)};
        if (rule.kind == RuleKind::repeat) now -= now / 2 % 30s;
        value += static_cast<double>(random() % 21) - 10;
        while (one->due() <= at(now)) REQUIRE(one->on_due() == other->on_due());
        REQUIRE(one->take(at(now), value) == other->take(at(now), value));
        if (random() % 30 == 0) {
          const Duration by{static_cast<std::int64_t>(random() % 10'000'000)};
          one->shift(by);
          other->shift(by);
        }
        if (random() % 5 != 0) continue;
        other = make_signal(rule);
        REQUIRE(other->restore(one->memory()));
        REQUIRE(other->memory() == one->memory());
      }
    }
  }
}

TEST_CASE("signal: a memory of another kind is refused", "[rules]") {
  const ReadingSignal::Memory wrong{{{at(2s), 1}, {at(1s), 1}}, {1, 2, 3, 4}};
  for (const RuleSpec& rule : {forecast_rule(), drift_rule(), repeat_rule()}) {
    CHECK_FALSE(make_signal(rule)->restore(wrong));
    CHECK_FALSE(make_signal(rule)->restore({wrong.samples, {}}));
    CHECK(make_signal(rule)->restore({}));
  }
  CHECK(make_signal(RuleSpec{}) == nullptr);
}

}  // namespace signal_test
