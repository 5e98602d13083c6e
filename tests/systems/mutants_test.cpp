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

const QuietDay quiet{{{"tf-a/T1/level", 7.0}, {"tf-a/T2/level", 6.0}, {"tf-a/T1/on", 1.0}},
                     {{"tf-a.level", 7.0}, {"tf-a.level.T1", 7.0}, {"tf-a.level.T2", 6.0}}};

using Reasons = std::map<std::string, std::vector<std::string>>;

Tag derived(const std::string& name, const std::string& expression) {
  Tag tag;
  tag.name = name;
  tag.expression = expression;
  return tag;
}

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
  const MutantPlant all = mutate(plant, "tf-a", quiet);
  REQUIRE(all.mutants.size() == 5);
  CHECK(limits_of(all, 0) == std::vector<double>{2.0, 10.0});
  CHECK(limits_of(all, 1) == std::vector<double>{1.0, 10.0});
  CHECK(limits_of(all, 2) == std::vector<double>{3.0, 10.0});
  CHECK(limits_of(all, 3)[1] == Approx(10.6));
  CHECK(limits_of(all, 4)[1] == Approx(9.4));
  CHECK(all.mutants[0].control);
  CHECK_FALSE(all.mutants[1].control);
  CHECK(all.mutants[1].rule == "level");
  CHECK(all.mutants[1].what == "L 2 -> 1 (outward, normal 7)");
  CHECK(all.originals.at(all.plant->rules[0].id) == "tf-a.level");
}

TEST_CASE("systems mutants: what a package's rule became is shifted together", "[systems]") {
  Plant plant;
  plant.rules = {rule("tf-a.level.T1", RuleKind::limit, {{Level::high, 10.0, 0, {}, {}, {}}}),
                 rule("tf-a.level.T2", RuleKind::limit, {{Level::high, 10.0, 0, {}, {}, {}}}),
                 rule("tf-a.gone", RuleKind::stale, {})};
  const MutantPlant all = mutate(plant, "tf-a", quiet);
  REQUIRE(all.mutants.size() == 3);  // one is the control; the other rule has no figure
  CHECK(all.plant->rules.size() == 6);
  CHECK(limits_of(all, 1)[0] == Approx(10.6));
  CHECK(limits_of(all, 1)[1] == Approx(10.8));
}

TEST_CASE("systems mutants: the editions of a limit are shifted together", "[systems]") {
  Plant plant;
  plant.rules = {
      rule("tf-a.level", RuleKind::limit, {{Level::high, 10.0, 0, {}, {}, {}}}),
      rule("tf-a.level.2027-01-01", RuleKind::limit, {{Level::high, 9.0, 0, {}, {}, {}}})};
  const MutantPlant all = mutate(plant, "tf-a", quiet);
  REQUIRE(all.mutants.size() == 3);
  CHECK(limits_of(all, 1)[0] == Approx(10.6));
  CHECK(limits_of(all, 1)[1] > 9.0);
}

TEST_CASE("systems mutants: where each name has a limit of its own, each is shifted by itself",
          "[systems]") {
  Plant plant;
  plant.rules = {rule("tf-a.level.T1", RuleKind::limit, {{Level::high, 10.0, 0, {}, {}, {}}}),
                 rule("tf-a.level.T2", RuleKind::limit, {{Level::high, 12.0, 0, {}, {}, {}}})};
  plant.rules[1].tags = {"tf-a/T2/level"};
  const MutantPlant all = mutate(plant, "tf-a", quiet);
  REQUIRE(all.mutants.size() == 5);
  CHECK(limits_of(all, 1) == std::vector<double>{10.6, 12.0});
  CHECK(limits_of(all, 3) == std::vector<double>{10.0, 13.2});
  CHECK(all.mutants[4].what == "H 12 -> 10.8 (inward, normal 6)");
}

TEST_CASE("systems mutants: a trigger's bounds and its count are limits too", "[systems]") {
  Plant plant;
  plant.rules = {rule("tf-a.two-of-three", RuleKind::vote, {})};
  plant.rules[0].terms = {{"tf-a/T1/level", 1.0}, {"tf-a/T2/level", 1.0}};
  plant.rules[0].trigger.above = 17.0;
  plant.rules[0].times = 2;
  const MutantPlant all = mutate(plant, "tf-a", quiet);
  REQUIRE(all.mutants.size() == 5);
  CHECK(*all.plant->rules[1].trigger.above == Approx(19.0));
  CHECK(all.mutants[2].what == "above 17 -> 15 (inward, normal 7)");
  CHECK(all.plant->rules[3].times == 3);
  CHECK(all.plant->rules[4].times == 1);
}

TEST_CASE("systems mutants: a slope and a total are shifted from what is usual of them",
          "[systems]") {
  for (const RuleKind kind : {RuleKind::rate, RuleKind::balance, RuleKind::cumulative}) {
    Plant plant;
    plant.rules = {rule("tf-a.level", kind, {{Level::high, 10.0, 0, {}, {}, {}}})};
    CHECK(limits_of(mutate(plant, "tf-a", quiet), 1)[0] == Approx(10.6));
  }
  Plant plant;  // nothing is usual of a time to go
  plant.rules = {rule("tf-a.soon", RuleKind::forecast, {{Level::low, 60.0, 0, {}, {}, {}}})};
  const MutantPlant all = mutate(plant, "tf-a", quiet);
  CHECK(limits_of(all, 1)[0] == Approx(72.0));
}

TEST_CASE("systems mutants: times are shifted by a fifth of themselves", "[systems]") {
  using namespace std::chrono_literals;
  Plant plant;
  plant.rules = {rule("tf-a.a-gone", RuleKind::stale, {}), rule("tf-a.b-on", RuleKind::state, {}),
                 rule("tf-a.c-valve", RuleKind::mismatch, {})};
  plant.rules[0].after = 100s;
  plant.rules[1].on_delay = 2s;
  plant.rules[2].within = 30s;
  const MutantPlant all = mutate(plant, "tf-a", quiet);
  REQUIRE(all.mutants.size() == 9);
  const auto& rules = all.plant->rules;
  CHECK(rules[1].after == 120s);
  CHECK(rules[2].after == 80s);
  CHECK(all.mutants[2].what == "after 100s -> 80s (inward, normal 0)");
  CHECK(rules[4].on_delay == 2400ms);
  CHECK(rules[5].on_delay == 1600ms);
  CHECK(all.mutants[4].what == "on_delay 2s -> 2.4s (outward, normal 0)");
  CHECK(rules[7].within == 36s);
  CHECK(rules[8].within == 24s);
}

TEST_CASE("systems mutants: a level's delay is judged with its level", "[systems]") {
  Plant plant;
  plant.rules = {rule("tf-a.level", RuleKind::limit, {{Level::high, 10.0, 0, {}, {}, {}}})};
  plant.rules[0].on_delay = std::chrono::seconds{10};
  CHECK(mutate(plant, "tf-a", quiet).mutants.size() == 3);
}

TEST_CASE("systems mutants: targets, slacks and tolerances are shifted", "[systems]") {
  Plant plant;
  plant.rules = {rule("tf-a.a-soon", RuleKind::forecast, {}),
                 rule("tf-a.b-drift", RuleKind::drift, {}),
                 rule("tf-a.c-valve", RuleKind::mismatch, {})};
  plant.rules[0].target = 12.0;  // normal is 7
  plant.rules[1].slack = 0.5;
  plant.rules[2].tolerance = 5.0;
  const MutantPlant all = mutate(plant, "tf-a", quiet);
  REQUIRE(all.mutants.size() == 9);
  CHECK(all.plant->rules[1].target == Approx(13.0));
  CHECK(all.plant->rules[5].slack == Approx(0.4));
  CHECK(all.plant->rules[7].tolerance == Approx(6.0));
}

TEST_CASE("systems mutants: numbers of expressions and guards are shifted, states are counted",
          "[systems]") {
  Plant plant;
  plant.rules = {rule("tf-a.both", RuleKind::expr, {})};
  plant.rules[0].expression = "`tf-a/T1/on` == 0 && `tf-a/T1/level` > 12";
  plant.rules[0].alarm.suppress_when = "`{site}/{device}/level` < 2";
  const MutantPlant all = mutate(plant, "tf-a", quiet);
  REQUIRE(all.mutants.size() == 5);
  CHECK(all.plant->rules[0].expression == plant.rules[0].expression);
  CHECK(all.plant->rules[1].expression == "`tf-a/T1/on` == 0 && `tf-a/T1/level` > 13");
  CHECK(all.mutants[2].what == "expression 12 -> 11 (inward, normal 7)");
  CHECK(all.plant->rules[3].alarm.suppress_when == "`{site}/{device}/level` < 1");
  CHECK(all.mutants[4].what == "suppress_when 2 -> 3 (inward, normal 7)");
  CHECK(not_shifted(plant, "tf-a", quiet) == Reasons{{"states in expressions", {"both: 0"}}});
}

TEST_CASE("systems mutants: what derived tags compare with is shifted for the rules on them",
          "[systems]") {
  Plant plant;
  plant.rules = {rule("tf-a.high.T1", RuleKind::limit, {{Level::high, 10.0, 0, {}, {}, {}}}),
                 rule("tf-a.other", RuleKind::state, {})};
  plant.rules[0].tags = {"tf-a/T1/twice"};
  for (const std::string device : {"T1", "T2"}) {
    const std::string level = "`tf-a/" + device + "/level`";
    plant.tags.push_back(derived("tf-a/" + device + "/full", level + " > 12 ? " + level + " : 0"));
  }
  plant.tags.push_back(derived("tf-a/T1/twice", "2 * `tf-a/T1/full`"));
  const MutantPlant all = mutate(plant, "tf-a", quiet);
  REQUIRE(all.mutants.size() == 5);  // the control and H, and then
  CHECK(all.mutants[3].what == "full 12 -> 13 (outward, normal 7)");
  CHECK(all.mutants[4].what == "full 12 -> 11 (inward, normal 7)");
  CHECK(all.mutants[3].rule == "high");
  CHECK(all.plant->rules.at(3).tags == std::vector<std::string>{"tf-a/T1/twice~3"});
  const auto expression_of = [&](const std::string& name) {
    for (const Tag& tag : all.plant->tags) {
      if (tag.name == name) return tag.expression;
    }
    return std::string{};
  };
  CHECK(expression_of("tf-a/T1/twice") == "2 * `tf-a/T1/full`");
  CHECK(expression_of("tf-a/T1/twice~3") == "2 * `tf-a/T1/full~3`");
  CHECK(expression_of("tf-a/T1/full~3") == "`tf-a/T1/level` > 13 ? `tf-a/T1/level` : 0");
  CHECK(expression_of("tf-a/T2/full~3") == "`tf-a/T2/level` > 13.2 ? `tf-a/T2/level` : 0");
  CHECK(expression_of("tf-a/T1/full~4") == "`tf-a/T1/level` > 11 ? `tf-a/T1/level` : 0");
  CHECK(all.tags.at("tf-a/T1/twice~4") == "tf-a/T1/twice");
}

TEST_CASE("systems mutants: what a derived tag compares where its rules are silent is told",
          "[systems]") {
  Plant plant;
  plant.rules = {rule("tf-a.high", RuleKind::limit, {{Level::high, 10.0, 0, {}, {}, {}}})};
  plant.rules[0].tags = {"tf-a/T1/full"};
  plant.rules[0].alarm.suppress_when = "`{site}/{device}/level` < 20";
  plant.tags = {derived("tf-a/T1/full", "`tf-a/T1/level` > 12 ? 1 * (`tf-a/T1/on` == 2) : 0")};
  const MutantPlant all = mutate(plant, "tf-a", quiet);
  CHECK(all.mutants.size() == 5);  // the control, H and the guard
  CHECK(all.tags.empty());
  CHECK(not_shifted(plant, "tf-a", quiet) ==
        Reasons{{"behind a rule's own guard", {"full: 12"}},
                {"factors in derived tags", {"full: 1", "full: 0"}},
                {"states in derived tags", {"full: 2"}}});
}

TEST_CASE("systems mutants: what stays as it is, is told", "[systems]") {
  Plant plant;
  plant.rules = {rule("tf-a.late", RuleKind::state, {}), rule("tf-a.on.T1", RuleKind::state, {}),
                 rule("tf-a.on.T2", RuleKind::state, {})};
  plant.rules[0].on_delay = std::chrono::seconds{5};
  for (const std::string device : {"T1", "T2"}) {
    plant.tags.push_back(
        derived("tf-a/" + device + "/volume", "3.14 * 25 * `tf-a/" + device + "/level`"));
  }
  CHECK(not_shifted(plant, "tf-a", quiet) ==
        Reasons{{"factors in derived tags", {"volume: 3.14", "volume: 25"}},
                {"states told at once", {"on"}}});
}

TEST_CASE("systems mutants: a variant proves the rules that are otherwise in it", "[systems]") {
  Plant base;
  base.rules = {rule("tf-a.level", RuleKind::limit, {{Level::high, 10.0, 0, {}, {}, {}}}),
                rule("tf-a.same", RuleKind::limit, {{Level::high, 10.0, 0, {}, {}, {}}})};
  Plant variant = base;
  variant.rules[0].limits[0].at = 12.0;
  variant.rules.push_back(rule("tf-a.new", RuleKind::stale, {}));
  const auto different = differing(variant, base);
  REQUIRE(different->rules.size() == 2);
  CHECK(different->rules[0].id == "tf-a.level");
  CHECK(different->rules[1].id == "tf-a.new");
}

TEST_CASE("systems mutants: all caught is no proof without mutants or with a broken control",
          "[systems]") {
  const Mutant caught{"level", "H", false, true, {}};
  const Mutant unseen{"level", "H", false, false, {}};
  const Mutant control{"level", "", true, false, {}};
  const Mutant broken{"level", "", true, true, {}};
  CHECK(score({control, caught, caught}).is_good());
  CHECK_FALSE(score({}).is_good());
  CHECK_FALSE(score({control}).is_good());
  CHECK_FALSE(score({caught}).is_good());
  CHECK_FALSE(score({control, caught, unseen}).is_good());
  CHECK_FALSE(score({broken, caught}).is_good());
  const MutantScore counted = score({control, broken, caught, unseen, unseen});
  CHECK(counted.mutants == 3);
  CHECK(counted.caught == 1);
  CHECK(counted.controls == 2);
  CHECK(counted.broken == 1);
  MutantScore sum = counted;
  sum += counted;
  CHECK(sum.mutants == 6);
  CHECK(sum.caught == 2);
  CHECK(sum.controls == 4);
  CHECK(sum.broken == 2);
}

TEST_CASE("systems mutants: a rule's name is that of the package", "[systems]") {
  CHECK(rule_of_package("tf-a.level", "tf-a") == "level");
  CHECK(rule_of_package("tf-a.level.T1", "tf-a") == "level");
  CHECK(rule_of_package("level.2031-01-01", "") == "level");
  CHECK(rule_of_package("never-seen", "tf-a") == "never-seen");
}

}  // namespace parkwatch::systems::mutants_test
