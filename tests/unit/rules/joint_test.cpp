// tests/unit/rules/joint_test.cpp - Differences, sums and votes over a few tags.
#include "rules/joint.h"

#include <catch2/catch.hpp>
#include <vector>

namespace joint_test {

using namespace parkwatch;
using namespace parkwatch::rules;

namespace {

RuleSpec rule_of(RuleKind kind) {
  RuleSpec rule;
  rule.kind = kind;
  rule.tags = {"a", "b"};
  rule.terms = {{"x", 2}, {"y", -1}};
  rule.trigger.above = 5;
  rule.times = 2;
  return rule;
}

std::optional<double> value_of(RuleKind kind, std::vector<Member> members) {
  return joint_value(rule_of(kind), members);
}

}  // namespace

TEST_CASE("joint: a deviation is a distance, a balance a weighted sum", "[rules]") {
  CHECK(value_of(RuleKind::deviation, {{3, true}, {10, true}}) == 7.0);
  CHECK(value_of(RuleKind::balance, {{3, true}, {10, true}}) == -4.0);
  CHECK_FALSE(value_of(RuleKind::deviation, {{3, true}, {10, false}}));
  CHECK_FALSE(value_of(RuleKind::balance, {{3, false}, {10, true}}));
  CHECK_FALSE(value_of(RuleKind::balance, {{1e308, true}, {-1e308, true}}));
}

TEST_CASE("joint: a mismatch is more than the tolerance", "[rules]") {
  RuleSpec rule = rule_of(RuleKind::mismatch);
  rule.tolerance = 2;
  const auto found = [&](double own, double command) {
    const std::vector<Member> members{{own, true}, {command, true}};
    return joint_value(rule, members);
  };
  CHECK(found(1, 3) == 0.0);
  CHECK(found(1, 3.1) == 1.0);
}

TEST_CASE("joint: a vote waits only for whoever may decide it", "[rules]") {
  const Member yes{6, true};
  const Member no{5, true};
  const Member unknown{9, false};
  struct Case {
    std::vector<Member> members;
    std::optional<double> votes;
  };
  for (const Case& c :
       {Case{{yes, yes, no}, 2.0}, Case{{yes, no, no}, 1.0}, Case{{yes, yes, unknown}, 2.0},
        Case{{yes, no, unknown}, std::nullopt}, Case{{no, no, unknown}, 0.0},
        Case{{unknown, unknown, no}, std::nullopt}, Case{{unknown, unknown, yes}, std::nullopt}}) {
    RuleSpec rule = rule_of(RuleKind::vote);
    rule.terms.resize(c.members.size());
    CHECK(joint_value(rule, c.members) == c.votes);
  }
}

TEST_CASE("joint: which tags a rule rests on", "[rules]") {
  using Names = std::vector<std::string>;
  CHECK(operands_of(rule_of(RuleKind::deviation), 1) == Names{"b", "y"});
  CHECK(operands_of(rule_of(RuleKind::mismatch), 0) == Names{"a", "x"});
  CHECK(operands_of(rule_of(RuleKind::deviation), 2).empty());
  CHECK(operands_of(rule_of(RuleKind::balance), 0) == Names{"x", "y"});
  CHECK(operands_of(rule_of(RuleKind::vote), 1) == Names{"x", "y"});
}

}  // namespace joint_test
