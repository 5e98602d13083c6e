// tests/unit/pipeline/reference_kinds_test.cpp - The kinds with a memory or several tags say what
// their reference says.
#include <catch2/catch.hpp>

#include "series.h"

namespace reference_kinds_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

RuleSpec rule_of(RuleKind kind, std::vector<Limit> limits = {}) {
  RuleSpec rule = limit_of(std::string{to_text(kind)}, "a/b/c", 0);
  rule.kind = kind;
  rule.limits = std::move(limits);
  return rule;
}

RuleSpec cumulative_of(Aggregate aggregate, Period period) {
  RuleSpec rule = rule_of(RuleKind::cumulative, {{.level = Level::high, .at = 3, .deadband = 0.1},
                                                 {.level = Level::high_high, .at = 6}});
  rule.window = {.aggregate = aggregate,
                 .count_min = 2,
                 .period = period,
                 .running = true,
                 .per = 1h,
                 .gap = 20s};
  return rule;
}

}  // namespace

TEST_CASE("reference: deviations", "[pipeline][property]") {
  RuleSpec rule =
      rule_of(RuleKind::deviation, {{.level = Level::high, .at = 12, .deadband = 2, .on_delay = 2s},
                                    {.level = Level::high_high, .at = 20, .deadband = 2}});
  rule.terms = {{"a/b/d", 1}};
  const auto distance = [](const std::vector<double>& v) { return std::abs(v[0] - v[1]); };
  compare(rule, 500, [&](const Pair& pair, Timestamp end) {
    return reference::levels(rule.limits, reference::combined({pair.a, pair.b}, distance), end);
  });
}

TEST_CASE("reference: balances", "[pipeline][property]") {
  RuleSpec rule = rule_of(RuleKind::balance, {{.level = Level::low, .at = -40, .deadband = 5},
                                              {.level = Level::high, .at = 40, .on_delay = 3s}});
  rule.terms = {{"a/b/c", 2}, {"a/b/d", -1.5}};
  const auto sum = [](const std::vector<double>& v) { return 2 * v[0] - 1.5 * v[1]; };
  compare(rule, 500, [&](const Pair& pair, Timestamp end) {
    return reference::levels(rule.limits, reference::combined({pair.a, pair.b}, sum), end);
  });
}

TEST_CASE("reference: votes", "[pipeline][property]") {
  for (const std::uint32_t k : {1U, 2U}) {
    RuleSpec rule = rule_of(RuleKind::vote);
    rule.terms = {{"a/b/c", 1}, {"a/b/d", 1}};
    rule.trigger.above = 55;
    rule.times = k;
    rule.on_delay = 2s;
    compare(rule, 200, [&](const Pair& pair, Timestamp end) {
      return reference::levels({{.level = Level::on, .at = k - 0.5, .on_delay = 2s}},
                               reference::votes({pair.a, pair.b}, rule.trigger, k), end);
    });
  }
}

TEST_CASE("reference: mismatches", "[pipeline][property]") {
  RuleSpec rule = rule_of(RuleKind::mismatch);
  rule.terms = {{"a/b/d", 1}};
  rule.within = 5s;
  const auto changes = [](const Pair& pair, Timestamp end) {
    return reference::mismatches(5s, pair.a, pair.b, end);
  };
  compare(rule, 150, changes, random_states);
}

TEST_CASE("reference: forecasts", "[pipeline][property]") {
  for (const bool rising : {true, false}) {
    RuleSpec rule =
        rule_of(RuleKind::forecast, {{.level = Level::low_low, .at = 0.3, .deadband = 0.05},
                                     {.level = Level::low, .at = 1, .on_delay = 2s}});
    rule.over = 30s;
    rule.target = rising ? 90 : 10;
    rule.rising = rising;
    compare(rule, 300, [&](const Pair& pair, Timestamp end) {
      return reference::levels(rule.limits, reference::forecasts(30s, rule.target, rising, pair.a),
                               end);
    });
  }
}

TEST_CASE("reference: drifts", "[pipeline][property]") {
  RuleSpec rule = rule_of(RuleKind::drift, {{.level = Level::low, .at = -3, .deadband = 1},
                                            {.level = Level::high, .at = 3, .deadband = 1},
                                            {.level = Level::high_high, .at = 6}});
  rule.per = 1min;
  rule.baseline = 2min;
  rule.slack = 4;
  compare(rule, 300, [&](const Pair& pair, Timestamp end) {
    return reference::levels(rule.limits, reference::drifts(rule, pair.a), end);
  });
}

TEST_CASE("reference: repetitions", "[pipeline][property]") {
  for (const std::uint32_t times : {1U, 3U}) {
    RuleSpec rule = rule_of(RuleKind::repeat);
    rule.trigger.above = 70;
    rule.trigger.below = 20;
    rule.times = times;
    rule.within = 40s;
    compare(rule, 150, [&](const Pair& pair, Timestamp end) {
      return reference::levels({{.level = Level::on, .at = times - 0.5}},
                               reference::repetitions(rule.trigger, times, 40s, 60s, pair.a, end),
                               end);
    });
  }
}

TEST_CASE("reference: limits that count how often they are passed", "[pipeline][property]") {
  RuleSpec rule =
      rule_of(RuleKind::limit,
              {{.level = Level::high, .at = 60, .deadband = 2, .on_delay = 30s, .off_delay = 5s},
               {.level = Level::high_high, .at = 90, .on_delay = 30s}});
  rule.alarm.count_times = 2;
  rule.alarm.count_within = 1min;
  compare(rule, 200, [&](const Pair& pair, Timestamp end) {
    return reference::levels(rule.limits, pair.a, end, reference::Count{2, 1min});
  });
}

TEST_CASE("reference: windows of the site's hours and shifts", "[pipeline][property]") {
  for (const Period period : {Period::hour, Period::shift}) {
    RuleSpec rule = rule_of(RuleKind::window, {{.level = Level::low, .at = 45, .deadband = 2},
                                               {.level = Level::high, .at = 55, .deadband = 2}});
    rule.window = {.aggregate = Aggregate::avg, .count_min = 40, .period = period};
    compare(rule, 20, [&](const Pair& pair, Timestamp end) {
      return reference::levels(rule.limits,
                               reference::calendar(rule.window, 60s, pair.a, end, site), end);
    });
  }
}

TEST_CASE("reference: totals", "[pipeline][property]") {
  for (const Period period : {Period::hour, Period::shift}) {
    for (const Aggregate aggregate : {Aggregate::integral, Aggregate::increase}) {
      RuleSpec rule = cumulative_of(aggregate, period);
      if (aggregate == Aggregate::increase) {
        for (Limit& limit : rule.limits) limit.at *= 1000;
      }
      compare(rule, 15, [&](const Pair& pair, Timestamp end) {
        return reference::levels(rule.limits,
                                 reference::totals(rule.window, 60s, pair.a, end, site), end);
      });
    }
  }
}

}  // namespace reference_kinds_test
