// tests/unit/rules/levels_test.cpp - Limits, deadbands, delays and holds of one level set.
#include "rules/levels.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/support/reference/reference.h"

namespace levels_test {

using namespace parkwatch;
using namespace parkwatch::rules;
using namespace std::chrono_literals;

namespace {

RuleSpec rule_of(std::vector<Limit> limits) {
  RuleSpec rule;
  rule.limits = std::move(limits);
  return rule;
}

const std::vector<Limit> four = {
    {.level = Level::low_low, .at = 10, .deadband = 1, .off_delay = 4s},
    {.level = Level::low, .at = 20, .deadband = 2, .on_delay = 3s},
    {.level = Level::high, .at = 80, .deadband = 2, .on_delay = 5s, .off_delay = 2s},
    {.level = Level::high_high, .at = 90, .deadband = 2, .on_delay = 2s}};

// A set on one clock, unless told otherwise.
class Bench {
 public:
  explicit Bench(std::vector<Limit> limits) : spec_(rule_of(std::move(limits))), set_(spec_) {}

  // True: the level changed.
  bool good(Duration at, double value) { return good(at, at, true, value); }
  bool good(Duration receive, Duration source, bool device_time, double value) {
    ++sequence_;
    return set_.on_signal(value, moment(receive, source, device_time),
                          {sequence_, 0, Quality::good, true, value, {}});
  }
  void bad(Duration at) { set_.hold(moment(at, at, true)); }
  LevelSet& set() { return set_; }
  [[nodiscard]] Level level() const {
    return set_.level() == nullptr ? Level::none : set_.level()->level;
  }

 private:
  static Moment moment(Duration receive, Duration source, bool device_time) {
    return {Timestamp{receive}, Timestamp{source}, device_time};
  }
  LevelSpec spec_;
  LevelSet set_;
  std::uint64_t sequence_ = 0;
};

}  // namespace

TEST_CASE("levels: at the limit is not past it, and inside the deadband is not back", "[rules]") {
  Bench b{{{.level = Level::high, .at = 80, .deadband = 2}}};
  CHECK_FALSE(b.good(0s, 80.0));
  CHECK(b.good(1s, 80.1));
  CHECK(b.level() == Level::high);
  CHECK_FALSE(b.good(2s, 78.0));
  CHECK(b.good(3s, 77.9));
  CHECK(b.level() == Level::none);
}

TEST_CASE("levels: the low side mirrors the high one", "[rules]") {
  Bench b{{{.level = Level::low, .at = 20, .deadband = 2}}};
  CHECK_FALSE(b.good(0s, 20.0));
  CHECK(b.good(1s, 19.9));
  CHECK_FALSE(b.good(2s, 22.0));
  CHECK(b.good(3s, 22.1));
}

TEST_CASE("levels: an on-delay raises when it is due, not at the next signal", "[rules]") {
  Bench b{{{.level = Level::high, .at = 80, .on_delay = 10s}}};
  CHECK_FALSE(b.good(1s, 81));
  CHECK(b.set().receive_due() == Timestamp{11s});
  CHECK_FALSE(b.set().expire_receive(Timestamp{10'999'999us}));
  CHECK(b.set().expire_receive(Timestamp{11s}));
  CHECK(b.set().last_cause().sequence == 1);
  CHECK(b.set().receive_due() == never);
}

TEST_CASE("levels: a condition that ends in its delay leaves nothing behind", "[rules]") {
  Bench b{{{.level = Level::high, .at = 80, .on_delay = 10s}}};
  (void)b.good(1s, 81);
  CHECK_FALSE(b.good(5s, 79));
  CHECK(b.set().receive_due() == never);
  (void)b.good(6s, 81);
  CHECK(b.set().receive_due() == Timestamp{16s});
}

TEST_CASE("levels: an off-delay holds the level through a dip", "[rules]") {
  Bench b{{{.level = Level::high, .at = 80, .off_delay = 10s}}};
  CHECK(b.good(1s, 81));
  CHECK_FALSE(b.good(2s, 70));
  CHECK_FALSE(b.good(3s, 81));
  CHECK(b.set().receive_due() == never);
  CHECK_FALSE(b.good(4s, 70));
  CHECK(b.set().expire_receive(Timestamp{14s}));
  CHECK(b.level() == Level::none);
  CHECK(b.set().last_cause().sequence == 4);
  CHECK(b.set().last_ended().level == Level::high);
}

TEST_CASE("levels: a value that falls back from HH is at H, though H's own delay had not run",
          "[rules]") {
  Bench b{four};
  (void)b.good(0s, 95);
  CHECK(b.set().expire_receive(Timestamp{2s}));
  CHECK(b.level() == Level::high_high);
  CHECK(b.good(3s, 85));
  CHECK(b.level() == Level::high);
  CHECK(b.set().last_cause().sequence == 2);
}

TEST_CASE("levels: LL counts at once for an L that the same signal passes", "[rules]") {
  Bench b{{{.level = Level::low_low, .at = 10}, {.level = Level::low, .at = 20, .on_delay = 9s}}};
  CHECK(b.good(0s, 5));
  CHECK(b.level() == Level::low_low);
  CHECK(b.good(1s, 15));
  CHECK(b.level() == Level::low);
}

TEST_CASE("levels: passed often enough it counts without its delay", "[rules]") {
  RuleSpec rule = rule_of({{.level = Level::high, .at = 80, .on_delay = 30s}});
  rule.alarm.count_times = 3;
  rule.alarm.count_within = 10s;
  const LevelSpec spec{rule};
  LevelSet set{spec};
  const auto good = [&set](Duration at, double value) {
    return set.on_signal(value, {Timestamp{at}, Timestamp{at}, true}, {});
  };
  CHECK_FALSE(good(0s, 90));
  CHECK_FALSE(good(1s, 70));
  CHECK_FALSE(good(4s, 90));
  CHECK_FALSE(good(5s, 70));
  CHECK_FALSE(good(10s, 90));  // the first is ten seconds old
  CHECK_FALSE(good(11s, 70));
  CHECK(good(12s, 90));
  CHECK(set.passings().size() == 3);
  CHECK(good(13s, 70));
  LevelSet other{spec};
  other.restore(set.states(), set.passings());
  CHECK(other.on_signal(90, {Timestamp{13s}, Timestamp{13s}, true}, {}));
  other.shift_passings(1h);
  CHECK(other.passings().front().at == Timestamp{1h + 10s});
}

TEST_CASE("levels: an end leaves nothing behind and says what ended", "[rules]") {
  Bench b{
      {{.level = Level::high, .at = 80}, {.level = Level::high_high, .at = 90, .on_delay = 9s}}};
  CHECK_FALSE(b.set().end());
  (void)b.good(0s, 95);
  CHECK(b.set().end());
  CHECK(b.set().last_ended().level == Level::high);
  CHECK(b.set().last_cause().sequence == 1);
  CHECK(b.level() == Level::none);
  for (const LevelState& state : b.set().states()) CHECK(state == LevelState{});
}

TEST_CASE("levels: both delays due at once are one change, to the outer level", "[rules]") {
  Bench b{{{.level = Level::high, .at = 80, .on_delay = 5s},
           {.level = Level::high_high, .at = 90, .on_delay = 5s}}};
  (void)b.good(0s, 95);
  CHECK(b.set().expire_receive(Timestamp{5s}));
  CHECK(b.level() == Level::high_high);
}

TEST_CASE("levels: a fresh condition counts before one that only lingers", "[rules]") {
  Bench b{{{.level = Level::low, .at = 20, .off_delay = 60s}, {.level = Level::high, .at = 80}}};
  CHECK(b.good(0s, 10));
  CHECK(b.good(1s, 90));
  CHECK(b.level() == Level::high);
  CHECK(b.set().last_cause().sequence == 2);
  CHECK_FALSE(b.set().expire_receive(Timestamp{61s}));
  CHECK(b.level() == Level::high);
}

TEST_CASE("levels: bad data holds a delay, which goes on with the next signal", "[rules]") {
  Bench b{{{.level = Level::high, .at = 80, .on_delay = 10s}}};
  (void)b.good(0s, 81);
  b.bad(4s);
  CHECK(b.set().receive_due() == never);
  CHECK(b.set().source_due() == never);
  b.bad(100s);  // a second bad reading changes nothing
  CHECK_FALSE(b.good(200s, 81));
  CHECK(b.set().receive_due() == Timestamp{206s});
  b.bad(203s);
  CHECK_FALSE(b.good(300s, 79));  // the condition is over: nothing is left
  CHECK(b.set().receive_due() == never);
}

TEST_CASE("levels: an off-delay is held by bad data too", "[rules]") {
  Bench b{{{.level = Level::high, .at = 80, .off_delay = 10s}}};
  (void)b.good(0s, 81);
  (void)b.good(1s, 70);
  b.bad(3s);
  CHECK_FALSE(b.set().expire_receive(Timestamp{1h}));
  CHECK(b.level() == Level::high);
  CHECK_FALSE(b.good(2h, 70));
  CHECK(b.set().expire_receive(Timestamp{2h + 8s}));
}

TEST_CASE("levels: a delay runs for the larger of both clocks", "[rules]") {
  Bench b{{{.level = Level::high, .at = 80, .on_delay = 10s}}};
  (void)b.good(100s, 50s, true, 81);
  CHECK(b.set().receive_due() == Timestamp{110s});
  CHECK(b.set().source_due() == Timestamp{60s});
  CHECK(b.set().expire_source(Timestamp{60s}));
}

TEST_CASE("levels: without the device's time only ours counts", "[rules]") {
  Bench b{{{.level = Level::high, .at = 80, .on_delay = 10s}}};
  (void)b.good(100s, 100s, false, 81);
  CHECK(b.set().source_due() == never);
}

TEST_CASE("levels: what is held has run for the larger of both clocks as well", "[rules]") {
  Bench b{{{.level = Level::high, .at = 80, .on_delay = 10s}}};
  (void)b.good(100s, 50s, true, 81);
  b.set().hold({Timestamp{101s}, Timestamp{57s}, true});
  (void)b.good(200s, 90s, true, 81);
  CHECK(b.set().receive_due() == Timestamp{203s});
  CHECK(b.set().source_due() == Timestamp{93s});
}

TEST_CASE("levels: a shift moves what runs by our clock, not what runs by the device's",
          "[rules]") {
  Bench b{{{.level = Level::high, .at = 80, .on_delay = 10s}}};
  (void)b.good(0s, 81);
  b.set().shift(1h, Timestamp{2h});
  CHECK(b.set().receive_due() == Timestamp{1h + 10s});
  CHECK(b.set().source_due() == Timestamp{10s});
  b.set().shift(1h, Timestamp{1h});
  CHECK(b.set().receive_due() == Timestamp{1h + 10s});  // as if it began just now
}

TEST_CASE("levels: a signal inside the band never changes anything", "[rules]") {
  std::mt19937_64 random{11};
  std::uniform_real_distribution<double> value{0, 100};
  Bench b{four};
  Duration now{0};
  for (int i = 0; i < 20'000; ++i) {
    now += 100ms;
    (void)b.set().expire_receive(Timestamp{now});
    if (i % 17 == 0) b.bad(now);
    const double v = value(random);
    const Band band = b.set().band();
    const std::vector<LevelState> before{b.set().states().begin(), b.set().states().end()};
    const bool changed = b.good(now, v);
    if (v < band.low || v > band.high) continue;
    CAPTURE(i, v);
    REQUIRE_FALSE(changed);
    REQUIRE(before == std::vector<LevelState>{b.set().states().begin(), b.set().states().end()});
  }
}

TEST_CASE("levels: random series agree with the reference", "[rules][property]") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    std::normal_distribution<double> step{0, 15};
    reference::Series series;
    Duration now{0};
    double value = 50;
    for (int i = 0; i < 200; ++i) {
      now += Duration{static_cast<std::int64_t>(random() % 3'000'000)};
      value = std::clamp(value + step(random), 0.0, 100.0);
      const bool bad = random() % 10 == 0;
      series.push_back({Timestamp{now}, bad ? std::nullopt : std::optional{value}});
    }
    const Timestamp end = Timestamp{now + 10s};
    Bench b{four};
    reference::Changes changes;
    const auto expire = [&](Timestamp by) {
      for (Timestamp due = b.set().receive_due(); due <= by; due = b.set().receive_due()) {
        if (b.set().expire_receive(due)) changes.push_back({due, b.level()});
      }
    };
    for (const reference::Point& p : series) {
      expire(p.at);
      if (!p.value) {
        b.bad(p.at.time_since_epoch());
      } else if (b.good(p.at.time_since_epoch(), *p.value)) {
        changes.push_back({p.at, b.level()});
      }
    }
    expire(end);
    REQUIRE(changes.size() > 5);
    REQUIRE(changes == reference::levels(four, series, end));
  }
}

}  // namespace levels_test
