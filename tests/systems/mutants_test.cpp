// tests/systems/mutants_test.cpp - Which limits are shifted, from where and by how much.
#include "tests/systems/mutants.h"

#include <catch2/catch.hpp>

namespace parkwatch::systems::mutants_test {
namespace {

RuleSpec rule(std::string id, RuleKind kind, std::vector<Limit> limits) {
  RuleSpec result;
  result.id = std::move(id);
  result.kind = kind;
  result.tags = {"tf-a/T1/level"};
  result.limits = std::move(limits);
  return result;
}

const std::map<std::string, double> medians{{"tf-a/T1/level", 7.0}, {"tf-a/T2/level", 6.0}};

std::vector<double> limits_of(const MutantPlant& all, std::size_t mutant) {
  std::vector<double> result;
  for (const RuleSpec& one : all.plant->rules) {
    if (all.places.at(one.id) == mutant) {
      for (const Limit& limit : one.limits) result.push_back(limit.at);
    }
  }
  return result;
}

}  // namespace

TEST_CASE("systems mutants: each level is shifted by a fifth of its distance to normal",
          "[systems]") {
  Plant plant;
  plant.rules = {rule("tf-a.level", RuleKind::limit,
                      {{Level::low, 2.0, 0, {}, {}, {}}, {Level::high, 10.0, 0, {}, {}, {}}})};
  const MutantPlant all = mutate(plant, "tf-a", medians);
  REQUIRE(all.mutants.size() == 4);
  CHECK(limits_of(all, 0) == std::vector<double>{1.0, 10.0});
  CHECK(limits_of(all, 1) == std::vector<double>{3.0, 10.0});
  CHECK(limits_of(all, 2)[1] == Approx(10.6));
  CHECK(limits_of(all, 3)[1] == Approx(9.4));
  CHECK(all.mutants[0].rule == "level");
  CHECK(all.mutants[0].what == "L 2 -> 1 (outward, normal 7)");
  CHECK(all.originals.at(all.plant->rules[0].id) == "tf-a.level");
}

TEST_CASE("systems mutants: what a package's rule became is shifted together", "[systems]") {
  Plant plant;
  plant.rules = {rule("tf-a.level.T1", RuleKind::limit, {{Level::high, 10.0, 0, {}, {}, {}}}),
                 rule("tf-a.level.T2", RuleKind::limit, {{Level::high, 12.0, 0, {}, {}, {}}}),
                 rule("tf-a.gone", RuleKind::stale, {})};
  plant.rules[1].tags = {"tf-a/T2/level"};
  const MutantPlant all = mutate(plant, "tf-a", medians);
  REQUIRE(all.mutants.size() == 2);
  CHECK(all.plant->rules.size() == 4);
  CHECK(limits_of(all, 0)[0] == Approx(10.6));
  CHECK(limits_of(all, 0)[1] == Approx(13.2));
}

TEST_CASE("systems mutants: a trigger's bounds are limits too", "[systems]") {
  Plant plant;
  plant.rules = {rule("tf-a.two-of-three", RuleKind::vote, {})};
  plant.rules[0].terms = {{"tf-a/T1/level", 1.0}, {"tf-a/T2/level", 1.0}};
  plant.rules[0].trigger.above = 17.0;
  const MutantPlant all = mutate(plant, "tf-a", medians);
  REQUIRE(all.mutants.size() == 2);
  CHECK(*all.plant->rules[0].trigger.above == Approx(19.0));
  CHECK(all.mutants[1].what == "above 17 -> 15 (inward, normal 7)");
}

TEST_CASE("systems mutants: rates, differences, totals and forecasts begin at nothing",
          "[systems]") {
  for (const RuleKind kind : {RuleKind::rate, RuleKind::deviation, RuleKind::balance,
                              RuleKind::drift, RuleKind::forecast, RuleKind::cumulative}) {
    CHECK(normal_of(rule("r", kind, {}), medians) == 0.0);
  }
  RuleSpec window = rule("r", RuleKind::window, {});
  window.window.aggregate = Aggregate::avg;
  CHECK(normal_of(window, medians) == 7.0);
  window.window.aggregate = Aggregate::count;
  CHECK(normal_of(window, medians) == 0.0);
  CHECK(normal_of(rule("r", RuleKind::limit, {}), {}) == 0.0);
}

TEST_CASE("systems mutants: a rule's name is that of the package", "[systems]") {
  CHECK(rule_of_package("tf-a.level", "tf-a") == "level");
  CHECK(rule_of_package("tf-a.level.T1", "tf-a") == "level");
  CHECK(rule_of_package("level.2031-01-01", "") == "level");
  CHECK(rule_of_package("never-seen", "tf-a") == "never-seen");
}

}  // namespace parkwatch::systems::mutants_test
