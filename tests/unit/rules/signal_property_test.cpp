// tests/unit/rules/signal_property_test.cpp - What must hold of every forecast, drift, repetition
// and slope, whatever the readings: compared with the plain reference, and with themselves turned
// round.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "rules/drift.h"
#include "rules/forecast.h"
#include "rules/rate.h"
#include "rules/repeat.h"
#include "tests/support/reference/reference.h"

namespace signal_property_test {

using namespace parkwatch;
using namespace parkwatch::rules;
using namespace std::chrono_literals;

namespace {

constexpr int seeds = 60;

Timestamp at(Duration since) { return Timestamp{24h + since}; }

// A walk with now and then an outlier or a pause; steps of whole milliseconds.
reference::Series walk(std::mt19937_64& random, int count, Duration step_max, Duration pause) {
  reference::Series series;
  Duration now{0};
  double level = 50;
  for (int i = 0; i < count; ++i) {
    const auto step_ms = static_cast<std::uint64_t>(step_max / 1ms);
    now += 1ms * static_cast<std::int64_t>(1 + random() % step_ms);
    if (random() % 40 == 0) now += pause;
    level += (static_cast<double>(random() % 2001) - 1000) / 500;
    const bool outlier = random() % 15 == 0;
    series.push_back({at(now), outlier ? level + 40 : level});
  }
  return series;
}

RuleSpec drift_rule() {
  RuleSpec rule;
  rule.kind = RuleKind::drift;
  rule.per = 1min;
  rule.baseline = 10min;
  rule.slack = 0.5;
  rule.limits = {{.level = Level::low, .at = -8}, {.level = Level::high, .at = 10}};
  return rule;
}

// Both none, or as good as equal.
bool alike(const std::optional<double>& a, const std::optional<double>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return *a == Approx(*b).epsilon(1e-7).margin(1e-7);
}

// Each reading through the signal, deadlines first.
std::vector<std::optional<double>> run(ReadingSignal& signal, const reference::Series& series) {
  std::vector<std::optional<double>> verdicts;
  for (const reference::Point& p : series) {
    while (signal.due() <= p.at) (void)signal.on_due();
    verdicts.push_back(signal.take(p.at, *p.value));
  }
  return verdicts;
}

reference::Series turned(reference::Series series, double factor, double offset, Duration by) {
  for (reference::Point& p : series) {
    p.at += by;
    p.value = *p.value * factor + offset;
  }
  return series;
}

}  // namespace

TEST_CASE("forecast: agrees with the reference at every reading", "[rules][property]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    const reference::Series series = walk(random, 150, 40s, 8min);
    const bool rising = seed % 2 == 0;
    ForecastSignal signal{10min, 60, rising};
    const auto verdicts = run(signal, series);
    const auto expected = reference::forecasts(10min, 60, rising, series);
    REQUIRE(expected.size() == verdicts.size());
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      CAPTURE(i);
      REQUIRE(alike(verdicts[i], expected[i].value));
    }
  }
}

TEST_CASE("forecast: neither unit, nor zero, nor date matter, and down is up turned round",
          "[rules][property]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    std::mt19937_64 random{seed};
    const reference::Series series = walk(random, 120, 40s, 8min);
    ForecastSignal plain{10min, 60, true};
    ForecastSignal in_mm{10min, 60'000 + 7, true};
    ForecastSignal mirrored{10min, -60, false};
    ForecastSignal next_year{10min, 60, true};
    const auto verdicts = run(plain, series);
    const auto same = run(in_mm, turned(series, 1000, 7, 0s));
    const auto mirror = run(mirrored, turned(series, -1, 0, 0s));
    const auto later = run(next_year, turned(series, 1, 0, 365 * 24h));
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      CAPTURE(seed, i);
      REQUIRE(alike(verdicts[i], same[i]));
      REQUIRE(alike(verdicts[i], mirror[i]));
      REQUIRE(verdicts[i] == later[i]);
      if (verdicts[i]) REQUIRE((*verdicts[i] >= 0 && *verdicts[i] <= ForecastSignal::minutes_max));
    }
  }
}

TEST_CASE("forecast: keeps what its header promises, and no more", "[rules][property]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    std::mt19937_64 random{seed};
    ForecastSignal signal{10min, 60, true};
    for (const reference::Point& p : walk(random, 200, 15s, 4min)) {
      (void)signal.take(p.at, *p.value);
      const std::vector<Sample> kept = signal.memory().samples;
      CAPTURE(seed, kept.size());
      REQUIRE(kept.size() <= ForecastSignal::samples_max);
      REQUIRE_FALSE(kept.empty());
      REQUIRE(p.at - kept.back().time < 20s);  // a thirtieth
      REQUIRE(kept.back().time - kept.front().time <= 10min);
      for (std::size_t i = 1; i < kept.size(); ++i) {
        REQUIRE(kept[i].time - kept[i - 1].time >= 20s);
      }
    }
  }
}

TEST_CASE("forecast: five readings over half of its time are a line, not less", "[rules]") {
  ForecastSignal signal{10min, 100, true};
  for (int i = 0; i < 4; ++i) CHECK_FALSE(signal.take(at(75s * i), i));
  CHECK_FALSE(signal.take(at(5min - 1us), 4));  // five, but a microsecond short of five minutes
  ForecastSignal other{10min, 100, true};
  for (int i = 0; i < 4; ++i) CHECK_FALSE(other.take(at(75s * i), i));
  CHECK(*other.take(at(5min), 4) == Approx(96 * 1.25));
}

TEST_CASE("drift: agrees with the reference at every reading", "[rules][property]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    const reference::Series series = walk(random, 300, 20s, seed % 3 == 0 ? 11min : 90s);
    DriftSignal signal{drift_rule()};
    const auto verdicts = run(signal, series);
    const auto expected = reference::drifts(drift_rule(), series);
    REQUIRE(expected.size() == verdicts.size());
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      CAPTURE(i);
      REQUIRE(alike(verdicts[i], expected[i].value));
    }
  }
}

TEST_CASE("drift: turned round it drifts the other way, and zero is wherever it is",
          "[rules][property]") {
  RuleSpec even = drift_rule();
  even.limits = {{.level = Level::low, .at = -10}, {.level = Level::high, .at = 10}};
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    std::mt19937_64 random{seed};
    const reference::Series series = walk(random, 200, 20s, 90s);
    DriftSignal plain{even};
    DriftSignal mirrored{even};
    DriftSignal higher{even};
    const auto verdicts = run(plain, series);
    const auto mirror = run(mirrored, turned(series, -1, 0, 0s));
    const auto raised = run(higher, turned(series, 1, 1000, 24h));
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      CAPTURE(seed, i);
      REQUIRE(verdicts[i].has_value() == mirror[i].has_value());
      if (verdicts[i]) REQUIRE(*mirror[i] == Approx(-*verdicts[i]).margin(1e-7));
      REQUIRE(alike(verdicts[i], raised[i]));
      if (verdicts[i]) REQUIRE(std::abs(*verdicts[i]) <= 20);  // twice the outermost limit
    }
  }
}

TEST_CASE("drift: a gap as long as per counts, one longer does not, one past the baseline forgets",
          "[rules]") {
  const auto learned = [] {
    DriftSignal signal{drift_rule()};
    for (Duration now{0}; now <= 10min; now += 1min) (void)signal.take(at(now), 20);
    return signal.memory();
  };
  const auto after = [&](Duration gap) {
    DriftSignal signal{drift_rule()};
    REQUIRE(signal.restore(learned()));
    return signal.take(at(10min + gap), 24);
  };
  CHECK(after(1min) == 3.5);  // 4 above the baseline, less the slack, for a minute
  CHECK(after(30s) == 1.75);
  CHECK(after(1min + 1us) == 0.0);
  CHECK(after(10min) == 0.0);
  CHECK_FALSE(after(10min + 1us));
  CHECK(after(-10min) == 0.0);  // out of order: no time has passed
  CHECK_FALSE(after(-10min - 1us));
}

TEST_CASE("repeat: agrees with a count of all beginnings", "[rules][property]") {
  Trigger trigger;
  trigger.above = 52;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    const reference::Series series = walk(random, 250, 6s, 70s);
    RepeatSignal signal{trigger, 4, 1min};
    const auto verdicts = run(signal, series);
    for (std::size_t i = 0; i < series.size(); ++i) {
      int begun = 0;
      for (std::size_t j = 1; j <= i; ++j) {
        const bool begins = *series[j].value > 52 && !(*series[j - 1].value > 52);
        if (begins && series[i].at - series[j].at < 1min) ++begun;
      }
      CAPTURE(i);
      REQUIRE(verdicts[i] == std::min(begun, 4));
    }
  }
}

TEST_CASE("repeat: one that comes late is counted at its own time, in whatever order", "[rules]") {
  Trigger trigger;
  trigger.states = {1};
  RepeatSignal signal{trigger, 3, 1min};
  const auto begin = [&](Duration when) {
    (void)signal.take(at(when), 0);
    return signal.take(at(when), 1);
  };
  CHECK(begin(30s) == 1.0);
  CHECK(begin(10s) == 2.0);
  CHECK(begin(20s) == 3.0);
  CHECK(signal.due() == at(1min + 10s));
  CHECK(signal.on_due() == 2.0);
  CHECK(begin(25s) == 3.0);
  CHECK(signal.due() == at(1min + 20s));
  CHECK(begin(90s) == 1.0);        // `within` old is too old: 30 s does not count either
  CHECK(begin(30s) == 2.0);        // a minute ahead is not too far
  CHECK(begin(30s - 1us) == 2.0);  // more than that is of a clock that was set back since
}

TEST_CASE("rate: a straight line has its slope, however it is sampled", "[rules][property]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    std::mt19937_64 random{seed};
    RateSignal signal{10s, 1h};
    Duration now{0};
    for (int i = 0; i < 500; ++i) {
      now += Duration{static_cast<std::int64_t>(1 + random() % 3'000'000)};
      const double hours = static_cast<double>(now.count()) / 3.6e9;
      const auto slope = signal.add(at(now), 100 - 7 * hours);
      CAPTURE(seed, i);
      if (slope) REQUIRE(*slope == Approx(-7).epsilon(1e-6));
      REQUIRE(slope.has_value() == (signal.samples().front().time <= at(now) - 10s));
    }
  }
}

}  // namespace signal_property_test
