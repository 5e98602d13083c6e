// tests/unit/pipeline/reference_test.cpp - Random series through the whole pipeline say what the
// plain reference implementation of each kind says.
#include <catch2/catch.hpp>

#include "series.h"

namespace reference_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

const std::vector<Limit> four = {
    {.level = Level::low_low, .at = 10, .deadband = 1, .off_delay = 4s},
    {.level = Level::low, .at = 20, .deadband = 2, .on_delay = 3s},
    {.level = Level::high, .at = 80, .deadband = 2, .on_delay = 5s, .off_delay = 2s},
    {.level = Level::high_high, .at = 90, .deadband = 2, .on_delay = 2s}};

// What is summed and what is spread has other sizes than what is averaged.
std::vector<Limit> limits_for(Aggregate aggregate, const std::vector<Limit>& otherwise) {
  if (aggregate == Aggregate::count) return {{.level = Level::low, .at = 15}};
  if (aggregate == Aggregate::sum) return {{.level = Level::high, .at = 600, .deadband = 30}};
  if (aggregate == Aggregate::stddev) return {{.level = Level::high, .at = 12, .deadband = 1}};
  return otherwise;
}

const std::vector<Limit> two = {{.level = Level::low, .at = 40, .deadband = 2},
                                {.level = Level::high, .at = 55, .deadband = 2}};

}  // namespace

TEST_CASE("reference: limits", "[pipeline][property]") {
  RuleSpec rule = limit_of("limit", "a/b/c", 0);
  rule.limits = four;
  compare(rule, 500,
          [](const Pair& pair, Timestamp end) { return reference::levels(four, pair.a, end); });
}

TEST_CASE("reference: states", "[pipeline][property]") {
  RuleSpec rule = limit_of("state", "a/b/c", 0);
  rule.kind = RuleKind::state;
  rule.states = {0, 100};
  rule.on_delay = 1s;
  rule.off_delay = 2s;
  compare(rule, 200, [&](const Pair& pair, Timestamp end) {
    return reference::on_off(1s, 2s, reference::states(rule.states, pair.a), end);
  });
}

TEST_CASE("reference: slopes", "[pipeline][property]") {
  RuleSpec rule = limit_of("rate", "a/b/c", 0);
  rule.kind = RuleKind::rate;
  rule.per = 1min;
  rule.over = 15s;
  rule.limits = {{.level = Level::low, .at = -60, .deadband = 10, .on_delay = 2s},
                 {.level = Level::high, .at = 60, .deadband = 10}};
  compare(rule, 500, [&](const Pair& pair, Timestamp end) {
    return reference::levels(rule.limits, reference::slopes(15s, 1min, pair.a), end);
  });
}

TEST_CASE("reference: silence", "[pipeline][property]") {
  RuleSpec rule = limit_of("stale", "a/b/c", 0);
  rule.kind = RuleKind::stale;
  rule.after = 20s;
  compare(rule, 200, [](const Pair& pair, Timestamp end) {
    return reference::silences(20s, pair.a, day, end);
  });
}

TEST_CASE("reference: calendar windows", "[pipeline][property]") {
  for (const Aggregate aggregate :
       {Aggregate::avg, Aggregate::min, Aggregate::max, Aggregate::sum, Aggregate::stddev}) {
    RuleSpec rule = limit_of("window", "a/b/c", 0);
    rule.kind = RuleKind::window;
    rule.window = {.aggregate = aggregate, .length = 30s, .count_min = 3};
    rule.limits = limits_for(aggregate, two);
    compare(rule, 100, [&](const Pair& pair, Timestamp end) {
      return reference::levels(rule.limits, reference::calendar(rule.window, 60s, pair.a, end),
                               end);
    });
  }
}

TEST_CASE("reference: sliding windows", "[pipeline][property]") {
  for (const Aggregate aggregate : {Aggregate::avg, Aggregate::min, Aggregate::max, Aggregate::sum,
                                    Aggregate::count, Aggregate::stddev}) {
    RuleSpec rule = limit_of("window", "a/b/c", 0);
    rule.kind = RuleKind::window;
    rule.window = {.aggregate = aggregate, .length = 60s, .calendar = false};
    rule.limits = limits_for(aggregate, two);
    compare(rule, 100, [&](const Pair& pair, Timestamp end) {
      return reference::levels(rule.limits, reference::sliding(rule.window, 60s, pair.a, end), end);
    });
  }
}

TEST_CASE("reference: expressions", "[pipeline][property]") {
  RuleSpec rule = limit_of("expr", "a/b/c", 0);
  rule.kind = RuleKind::expr;
  rule.expression = "`a/b/c` > 60 && `a/b/d` > 60";
  rule.on_delay = 2s;
  compare(rule, 200, [](const Pair& pair, Timestamp end) {
    const auto both = [](const std::vector<double>& v) {
      return v[0] > 60 && v[1] > 60 ? 1.0 : 0.0;
    };
    return reference::on_off(2s, 0s, reference::combined({pair.a, pair.b}, both), end);
  });
}

}  // namespace reference_test
