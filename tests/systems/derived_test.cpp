// tests/systems/derived_test.cpp - Names of tags, followed through expressions and rules.
#include "tests/systems/derived.h"

#include <catch2/catch.hpp>

namespace parkwatch::systems::derived_test {
namespace {

Tag derived(const std::string& name, const std::string& expression) {
  Tag tag;
  tag.name = name;
  tag.expression = expression;
  return tag;
}

}  // namespace

TEST_CASE("derived: the same expression of several devices is one of the package", "[systems]") {
  Plant plant;
  plant.tags = {derived("e/pv1/ratio", "`e/pv1/power` / 5"),
                derived("e/wind1/ratio", "`e/wind1/power` / 7"),
                derived("e/pv2/ratio", "`e/pv2/power` / 5"), derived("e/pv1/power", "")};
  const auto families = derived_families(plant);
  REQUIRE(families.size() == 2);
  CHECK(families[0] == std::vector<const Tag*>{&plant.tags[0], &plant.tags[2]});
  CHECK(families[1] == std::vector<const Tag*>{&plant.tags[1]});
}

TEST_CASE("derived: dependents are followed by however many steps, in any order", "[systems]") {
  Plant plant;
  plant.tags = {derived("s/a/c", "2 * `s/a/b`"), derived("s/a/b", "`s/a/a` + `s/a/x`"),
                derived("s/a/d", "`s/a/x`"), derived("s/a/a", "")};
  CHECK(with_dependents(plant, {&plant.tags[3]}) ==
        std::set<std::string>{"s/a/a", "s/a/b", "s/a/c"});
  CHECK(with_dependents(plant, {&plant.tags[2]}) == std::set<std::string>{"s/a/d"});
}

TEST_CASE("derived: a rule reads its tags, terms, expression and filled guard", "[systems]") {
  RuleSpec rule;
  rule.tags = {"s/a/q"};
  rule.terms = {{"s/a/term", 1.0}};
  rule.expression = "`s/b/x` > 3";
  rule.alarm.suppress_when = "`{site}/{device}/off` == 1";
  CHECK(tags_of(rule) == std::set<std::string>{"s/a/q", "s/a/term", "s/b/x", "s/a/off"});
  CHECK(tags_in("`one` + max(`two`, 1) + `open") == std::vector<std::string>{"one", "two"});
}

TEST_CASE("derived: new names stand wherever the old ones did, and nowhere else", "[systems]") {
  const NewNames names{{"s/a/q", "s/a/q~1"}};
  CHECK(renamed("`s/a/q` + `s/a/qq` > 2 ? `s/a/q` : 0", names) ==
        "`s/a/q~1` + `s/a/qq` > 2 ? `s/a/q~1` : 0");
  CHECK(renamed("", names).empty());
  RuleSpec rule;
  rule.tags = {"s/a/p", "s/a/q"};
  rule.terms = {{"s/a/q", 1.0}};
  rule.expression = "`s/a/q` > 1";
  rule.alarm.suppress_when = "`s/a/q` < 1";
  const RuleSpec other = renamed(rule, names);
  CHECK(other.tags == std::vector<std::string>{"s/a/p", "s/a/q~1"});
  CHECK(other.terms[0].tag == "s/a/q~1");
  CHECK(other.expression == "`s/a/q~1` > 1");
  CHECK(other.alarm.suppress_when == "`s/a/q~1` < 1");
}

TEST_CASE("derived: a guard on each of the compared tags shuts the rule's eyes", "[systems]") {
  RuleSpec rule;
  rule.tags = {"s/a/ratio"};
  rule.alarm.suppress_when = "`{site}/{device}/flow` < 5";
  CHECK(is_guarded(rule, "`s/a/flow` > 1 "));
  CHECK_FALSE(is_guarded(rule, "`s/a/flow` > `s/a/other`"));
  CHECK_FALSE(is_guarded(rule, "1 > 0"));
  const std::set<std::string> tags{"s/a/ratio"};
  CHECK(told_by({&rule}, tags, "`s/a/flow` > 1") == Told::guarded);
  CHECK(told_by({&rule}, {"s/b/ratio"}, "`s/a/flow` > 1") == Told::no);
  RuleSpec open = rule;
  open.alarm.suppress_when.clear();
  CHECK_FALSE(is_guarded(open, "`s/a/flow` > 1"));
  CHECK(told_by({&rule, &open}, tags, "`s/a/flow` > 1") == Told::yes);
}

}  // namespace parkwatch::systems::derived_test
