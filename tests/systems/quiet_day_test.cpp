// tests/systems/quiet_day_test.cpp - What is normal for rules that compare no value of a tag.
#include "tests/systems/quiet_day.h"

#include <catch2/catch.hpp>

namespace parkwatch::systems::quiet_day_test {
namespace {

using namespace std::chrono_literals;

RuleSpec rule(std::string id, RuleKind kind) {
  RuleSpec result;
  result.id = std::move(id);
  result.kind = kind;
  result.tags = {"s/a/x"};
  return result;
}

Reading reading(Duration at, double value) {
  Reading result;
  result.source_time = result.receive_time = Timestamp{48h + at};
  result.value = value;
  return result;
}

// A day in which x rises by 2 an hour from 10, told every ten minutes; y is 3.
QuietDay rising_day(std::vector<RuleSpec> rules) {
  Plant plant;
  plant.rules = std::move(rules);
  QuietSignals signals{plant};
  for (Duration at{0}; at < 24h; at += 10min) {
    const double hours = std::chrono::duration<double, std::ratio<3600>>{at}.count();
    signals.take("s/a/x", reading(at, 10 + 2 * hours));
    signals.take("s/a/y", reading(at, 3));
  }
  return signals.finish();
}

}  // namespace

TEST_CASE("systems quiet: tags and limits have the median of the good readings", "[systems]") {
  Plant plant;
  plant.rules = {rule("limit", RuleKind::limit)};
  QuietSignals signals{plant};
  for (const double value : {7.0, 1.0, 5.0}) signals.take("s/a/x", reading(0h, value));
  Reading bad = reading(0h, 90.0);
  bad.quality = Quality::bad;
  signals.take("s/a/x", bad);
  const QuietDay day = signals.finish();
  CHECK(day.tags == std::map<std::string, double>{{"s/a/x", 5.0}});
  CHECK(day.rules == std::map<std::string, double>{{"limit", 5.0}});
}

TEST_CASE("systems quiet: of a rate it is the usual slope", "[systems]") {
  RuleSpec rate = rule("rate", RuleKind::rate);
  rate.per = 1h;
  rate.over = 30min;
  CHECK(rising_day({rate}).rules.at("rate") == Approx(2.0));
}

TEST_CASE("systems quiet: of a total it is what the day comes to", "[systems]") {
  RuleSpec total = rule("total", RuleKind::cumulative);
  total.window = {
      .aggregate = Aggregate::integral, .length = 24h, .running = true, .per = 1h, .gap = 1h};
  total.tags = {"s/a/y"};
  CHECK(rising_day({total}).rules.at("total") == Approx(72.0));
}

TEST_CASE("systems quiet: of windows it is the middle one", "[systems]") {
  RuleSpec hours = rule("hours", RuleKind::window);
  hours.window = {.aggregate = Aggregate::avg, .length = 1h};
  RuleSpec sliding = rule("sliding", RuleKind::window);
  sliding.window = {.aggregate = Aggregate::count, .length = 1h, .calendar = false};
  const QuietDay day = rising_day({hours, sliding});
  CHECK(day.rules.at("hours") == Approx(10 + 2 * 12 + 5.0 / 6));
  CHECK(day.rules.at("sliding") == Approx(6.0).margin(1.0));
}

TEST_CASE("systems quiet: of a balance and a deviation it is what is left", "[systems]") {
  RuleSpec balance = rule("balance", RuleKind::balance);
  balance.tags = {"s/a/y"};
  balance.terms = {{"s/a/x", 1.0}, {"s/a/y", -2.0}};
  RuleSpec deviation = rule("deviation", RuleKind::deviation);
  deviation.terms = {{"s/a/y", 1.0}};
  const QuietDay day = rising_day({balance, deviation});
  CHECK(day.rules.at("balance") == Approx(10 + 24 - 6.0).margin(0.4));
  CHECK(day.rules.at("deviation") == Approx(10 + 24 - 3.0).margin(0.4));
}

TEST_CASE("systems quiet: of what repeats it is how often; of silence there is nothing",
          "[systems]") {
  RuleSpec repeat = rule("repeat", RuleKind::repeat);
  repeat.trigger.above = 20.0;
  repeat.times = 5;
  repeat.within = 1h;
  RuleSpec stale = rule("stale", RuleKind::stale);
  const QuietDay day = rising_day({repeat, stale});
  CHECK(day.rules.at("repeat") == 0.0);
  CHECK(day.rules.count("stale") == 0);
}

}  // namespace parkwatch::systems::quiet_day_test
