// tests/unit/config/systems_test.cpp - [[system]]: what a package becomes, what overrides it, and
// what is said of mistakes in either.
#include "config/systems.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "library_given.h"

namespace systems_test {

using namespace parkwatch;
using namespace parkwatch::config;
using namespace std::chrono_literals;

TEST_CASE("systems: a system is its package's tags, rules and tests under its own names",
          "[config]") {
  const Library library;
  const Loaded got = library.with(two_tanks);
  INFO(got.said());
  REQUIRE(got.config != nullptr);
  CHECK(got.said().empty());
  CHECK(tag_names(got) ==
        "tf-a/T101/level tf-a/T102/level tf-a/T101/valve tf-a/T102/valve tf-a/farm/highest ");
  CHECK(rule_ids(got) ==
        "tf-a.limit.T101.level tf-a.silent.T101.level tf-a.limit.T102.level "
        "tf-a.silent.T102.level tf-a.stuck.T101 tf-a.stuck.T102 tf-a.any tf-a.filling ");
  CHECK(rule(got, "tf-a.limit.T102.level").limits.back().at == 12);
  CHECK(rule(got, "tf-a.stuck.T102").tags == std::vector<std::string>{"tf-a/T102/valve"});
  CHECK(rule(got, "tf-a.stuck.T102").message.en == "T102 of tf-a is stuck");
  const RuleSpec& any = rule(got, "tf-a.any");
  REQUIRE(any.terms.size() == 2);
  CHECK(any.terms[1].tag == "tf-a/T102/level");
  CHECK(any.trigger.above == 11.0);
  REQUIRE(got.config->tests.size() == 2);
  CHECK(got.config->tests[0].name == "tf-a: a valve is stuck (T101)");
  CHECK(got.config->tests[1].rules ==
        std::vector<std::string>{"tf-a.stuck.T101", "tf-a.stuck.T102"});
}

TEST_CASE("systems: a package can be there several times, each with parameters of its own",
          "[config]") {
  const Library library;
  const Loaded got = library.with(two_tanks +
                                  "[[system]]\npackage = \"tanks\"\nsite = \"tf-b\"\nid = \"b\"\n"
                                  "tanks = [\"T101\", \"B1\"]\nheight = 20\nkind = \"oil\"\n");
  INFO(got.said());
  REQUIRE(got.config != nullptr);
  CHECK(rule(got, "b.limit.B1.level").limits.back().at == 20);
  CHECK(rule(got, "b.limit.B1.level").tags == std::vector<std::string>{"tf-b/B1/level"});
  // only_if = "kind=acid"
  CHECK(rule_ids(got).find("tf-a.filling") != std::string::npos);
  CHECK(rule_ids(got).find("b.filling") == std::string::npos);
}

TEST_CASE("systems: only_if takes rows, tags and rules by what parameters say", "[config]") {
  const Library library;
  const Loaded got = library.with(two_tanks + "valves = false\n");
  INFO(got.said());
  REQUIRE(got.config != nullptr);
  CHECK(tag_names(got) == "tf-a/T101/level tf-a/T102/level tf-a/farm/highest ");
  CHECK(rule_ids(got).find("stuck") == std::string::npos);
  CHECK(got.config->tests.empty());
}

TEST_CASE("systems: a package's actions are of the system's own alarms, and can be overridden",
          "[config]") {
  const Library library;
  library.folder.write("systems/tanks/rules.toml",
                       tanks_rules +
                           "[[action]]\nid = \"stop\"\nfor_each = \"tanks\"\nonly_if = \"valves\"\n"
                           "when = { rule = [\"stuck.${tanks}\", \"any\"] }\n"
                           "topic = \"cmd/${site}/${tanks}\"\npayload = \"stop {id}\"\n"
                           "[[action]]\nid = \"tell\"\nwhen = { level = \"H\" }\n"
                           "topic = \"cmd/{site}\"\n");
  const std::string allow = "[actions]\nallow = [\"cmd/#\"]\n";
  const Loaded got =
      library.with(two_tanks + allow + "[[action]]\nid = \"tf-a.stop.T102\"\ncooldown = \"7s\"\n");
  INFO(got.said());
  REQUIRE(got.config != nullptr);
  const ActionPlan& plan = got.config->plant->actions;
  CHECK_FALSE(plan.live);
  REQUIRE(plan.actions.size() == 3);
  CHECK(plan.actions[0].id == "tf-a.stop.T101");
  CHECK(plan.actions[0].rules == std::vector<std::string>{"tf-a.stuck.T101", "tf-a.any"});
  CHECK(plan.actions[0].order.topic == "cmd/tf-a/T101");
  CHECK(plan.actions[0].cooldown == 60s);
  CHECK(plan.actions[1].id == "tf-a.stop.T102");
  CHECK(plan.actions[1].cooldown == 7s);
  CHECK(plan.actions[1].order.topic == "cmd/tf-a/T102");
  CHECK(plan.actions[2].rules == std::vector<std::string>{"tf-a.*"});
  const Loaded without = library.with(two_tanks + "valves = false\n" + allow);
  INFO(without.said());
  REQUIRE(without.config != nullptr);
  REQUIRE(without.config->plant->actions.actions.size() == 1);
  CHECK(without.config->plant->actions.actions[0].id == "tf-a.tell");
  const Loaded refused = library.with(two_tanks);
  CHECK(refused.config == nullptr);
  CHECK(refused.said().find("\"cmd/tf-a/T101\" is not allowed: no filter in allow of [actions] "
                            "covers it (system \"tf-a\"") != std::string::npos);
}

TEST_CASE("systems: a column of a package's table is a placeholder, only_if is none", "[config]") {
  const Library library;
  const std::string all = two_tanks +
                          "[[rule]]\nid = \"all\"\nkind = \"stale\"\nafter = \"1h\"\n"
                          "tags = [\"tf-a/*/level\"]\nmessage = \"{hj212}{only_if}\"\n";
  CHECK(library.with(all).said() ==
        "<folder>/p.toml:15:1 error rule.message: unknown placeholder {only_if} (known: {tag} "
        "{site} {device} {quantity} {description} {value} {limit} {unit} {level} {priority} {rule} "
        "{group} {hj212})\n"
        "<folder>/p.toml:15:1 warning rule.message: {hj212}: the column is empty for "
        "tf-a/T101/level and 1 more of the rule's tags\n");
}

TEST_CASE("systems: [[rule]] overrides a package's rule key by key, in one copy or in all",
          "[config]") {
  const Library library;
  const Loaded got =
      library.with(two_tanks +
                   "[[rule]]\nid = \"tf-a.stuck\"\npriority = \"critical\"\n"
                   "[[rule]]\nid = \"tf-a.stuck.T102\"\non_delay = \"7s\"\nmessage.en = \"ours\"\n"
                   "[[rule]]\nid = \"tf-a.limit.T101.level\"\nHH = 11.9\n"
                   "[[rule]]\nid = \"tf-a.any\"\nenabled = false\n");
  INFO(got.said());
  REQUIRE(got.config != nullptr);
  CHECK(rule(got, "tf-a.stuck.T101").priority == Priority::critical);
  CHECK(rule(got, "tf-a.stuck.T101").on_delay == 5s);
  CHECK(rule(got, "tf-a.stuck.T102").priority == Priority::critical);
  CHECK(rule(got, "tf-a.stuck.T102").on_delay == 7s);
  CHECK(rule(got, "tf-a.stuck.T102").message == Text{"T102 卡住", "ours"});
  const Limit& highest = rule(got, "tf-a.limit.T101.level").limits.back();
  CHECK(highest.at == 11.9);
  CHECK(highest.priority == Priority::high);  // as the package has it
  CHECK(rule(got, "tf-a.limit.T102.level").limits.back().at == 12);
  CHECK(rule_ids(got).find("tf-a.any") == std::string::npos);
  // The package's tests say nothing of rules that are not its own any more.
  CHECK(got.config->tests.empty());
  const auto& notes = got.config->notes;
  CHECK(std::find(notes.begin(), notes.end(),
                  "the package's test \"tf-a: a valve is stuck (T101)\" is left out: the park "
                  "changes the rule tf-a.stuck.T101") != notes.end());
}

TEST_CASE("systems: each key of a merged rule has the place that it came from", "[config]") {
  const Library library;
  const Loaded got =
      library.with(two_tanks + "[[rule]]\nid = \"tf-a.stuck.T101\"\npriority = \"low\"\n");
  INFO(got.said());
  REQUIRE(got.config != nullptr);
  const auto& given = got.config->point_rules;
  const auto merged = std::find_if(given.begin(), given.end(), [](const auto& one) {
    return text_at(*one, "id") == "tf-a.stuck.T101";
  });
  REQUIRE(merged != given.end());
  CHECK(place_of(**merged, "priority") == "p.toml:12");
  CHECK(place_of(**merged, "on_delay") == "systems/tanks/rules.toml:19");
}

TEST_CASE("systems: [[tag]] overrides a package's tag key by key", "[config]") {
  const Library library;
  const Loaded got =
      library.with(two_tanks + "[[tag]]\nname = \"tf-a/T101/level\"\nscale = { factor = 0.001 }\n");
  INFO(got.said());
  REQUIRE(got.config != nullptr);
  const Tag& tag = got.config->plant->tags.front();
  CHECK(tag.name == "tf-a/T101/level");
  CHECK(tag.scaling.factor == 0.001);
  CHECK(tag.unit == "m");
}

TEST_CASE("systems: what a [[system]] gives wrongly is told at its key", "[config][fault]") {
  struct Case {
    std::string system;
    std::string said;
  };
  const std::vector<Case> table{
      {"package = \"tnaks\"\nsite = \"a\"\n",
       "p.toml:7:1 error system.package: there is no package \"tnaks\"; did you mean \"tanks\"? "
       "(tanks in <folder>/systems;"},
      {"site = \"a\"\n", "p.toml:6:1 error system.package: is missing"},
      {"package = \"tanks\"\ntanks = [\"T1\"]\n", "p.toml:6:1 error system.site: is missing"},
      {"package = \"tanks\"\nsite = \"a\"\n",
       "p.toml:6:1 error system.tanks: is missing: the tanks (names), which package \"tanks\" "
       "needs"},
      {"package = \"tanks\"\nsite = \"a b\"\ntanks = [\"T1\"]\n",
       "p.toml:8:1 error system.site: must be a name: letters"},
      {"package = \"tanks\"\nsite = \"a\"\ntanks = []\n",
       "p.toml:9:1 error system.tanks: must not be empty: package \"tanks\" needs at least one "
       "(the "
       "tanks)"},
      {"package = \"tanks\"\nsite = \"a\"\ntanks = \"T1\"\n",
       "p.toml:9:1 error system.tanks: must be an array of names, such as"},
      {"package = \"tanks\"\nsite = \"a\"\ntanks = [\"T1\", \"T1\"]\n", "\"T1\" is there twice"},
      {"package = \"tanks\"\nsite = \"a\"\ntanks = [\"T1\"]\nheight = 99\n",
       "p.toml:10:1 error system.height: must be a number from 1 to 40, is 99"},
      {"package = \"tanks\"\nsite = \"a\"\ntanks = [\"T1\"]\nkind = \"acit\"\n",
       "p.toml:10:1 error system.kind: must be one of \"acid\", \"oil\"; did you mean \"acid\"?"},
      {"package = \"tanks\"\nsite = \"a\"\ntanks = [\"T1\"]\nvalves = 1\n",
       "system.valves: must be true or false"},
      {"package = \"tanks\"\nsite = \"a\"\ntanks = [\"T1\"]\nhieght = 9\n",
       "p.toml:10:1 error system.hieght: unknown key; did you mean \"height\"?"},
  };
  const Library library;
  for (const Case& one : table) {
    const Loaded got = library.with("[[system]]\n" + one.system);
    CAPTURE(one.system, got.said());
    CHECK(got.config == nullptr);
    CHECK(got.said().find(one.said) != std::string::npos);
    CHECK(got.out.size() == 1);
  }
}

namespace {

// The library's package whose tanks may be none, with rules on them.
void give_optional_tanks(const Library& library, const std::string& fallback) {
  library.folder.write("systems/tanks/package.toml",
                       "name = \"tanks\"\ntitle = \"t\"\nline = \"safety\"\n[[parameter]]\n"
                       "name = \"tanks\"\ntype = \"names\"\ndefault = " +
                           fallback +
                           "\ndescription = \"the tanks\"\n[[parameter]]\nname = \"all\"\n"
                           "type = \"names\"\ndefault = [\"${tanks}\"]\n");
  library.folder.write("systems/tanks/points.csv", "tag\n${site}/${tanks}/level\n");
}

}  // namespace

TEST_CASE("systems: a list whose emptiness leaves rules without a tag is one mistake, at its key",
          "[config][fault]") {
  const Library library;
  give_optional_tanks(library, "[\"T1\", \"T2\"]");
  const std::string limit = "kind = \"limit\"\nH = 1\ntags = [\"${site}/${tanks}/level\"]\n";
  library.folder.write(
      "systems/tanks/rules.toml",
      "[[rule]]\nid = \"high\"\n" + limit + "[[rule]]\nid = \"higher\"\n" + limit +
          "[[rule]]\nid = \"two\"\nkind = \"vote\"\nk = 2\nabove = 1\n"
          "members = [\"${site}/${tanks}/level\"]\n"
          "[[test]]\nname = \"t\"\nrule = \"high\"\ninput = \"t ${site}/T1/level\"\n"
          "expect = \"\"\n");
  const std::string system = "[[system]]\npackage = \"tanks\"\nsite = \"a\"\n";
  const Loaded got = library.with(system + "tanks = []\n");
  CHECK(got.config == nullptr);
  CHECK(got.said() ==
        "<folder>/p.toml:9:1 error system.tanks: is empty, and without it the rule \"high\" and 2 "
        "more of package \"tanks\" would watch nothing: give at least one\n");
  CHECK(library.with(system).said().empty());
  // A rule that only_if takes away, or that has another tag, needs no name.
  library.folder.write("systems/tanks/rules.toml",
                       "[[rule]]\nid = \"high\"\nonly_if = \"tanks\"\n" + limit +
                           "[[rule]]\nid = \"one\"\nkind = \"limit\"\nH = 1\n"
                           "tags = [\"${site}/${tanks}/level\", \"${site}/pool/level\"]\n"
                           "[[tag]]\nname = \"${site}/pool/level\"\n");
  CHECK(rule_ids(library.with(system + "tanks = []\n")) == "a.one ");
}

TEST_CASE("systems: one that makes no rule at all is a warning with the lists to give",
          "[config][fault]") {
  const Library library;
  give_optional_tanks(library, "[]");
  library.folder.write("systems/tanks/rules.toml",
                       "[[rule]]\nid = \"high\"\nfor_each = \"tanks\"\nkind = \"limit\"\nH = 1\n"
                       "tags = [\"${site}/${tanks}/level\"]\n");
  const std::string system = "[[system]]\npackage = \"tanks\"\nsite = \"a\"\n";
  const Loaded got = library.with(system);
  CHECK(got.config != nullptr);
  CHECK(got.said() ==
        "<folder>/p.toml:6:1 warning system: watches nothing: package \"tanks\" needs at least one "
        "of these lists: tanks\n");
  CHECK(library.with(system + "tanks = [\"T1\"]\n").said().empty());
}

TEST_CASE("systems: a package's test of a rule that is left out is left out with it", "[config]") {
  const Library library;
  give_optional_tanks(library, "[]");
  const auto with_test_of = [&](const std::string& rule) {
    library.folder.write("systems/tanks/rules.toml",
                         "[[rule]]\nid = \"high\"\nonly_if = \"all\"\nkind = \"limit\"\nH = 1\n"
                         "tags = [\"${site}/${tanks}/level\"]\n"
                         "[[test]]\nname = \"t\"\nrule = \"" +
                             rule + "\"\ninput = \"t ${site}/T1/level\"\nexpect = \"\"\n");
    return library.with(
        "[[system]]\npackage = \"tanks\"\nsite = \"a\"\ntanks = [\"T1\"]\nall = []\n");
  };
  const Loaded got = with_test_of("high");
  INFO(got.said());
  REQUIRE(got.config != nullptr);
  CHECK(got.config->tests.empty());
  CHECK(with_test_of("hihg").said().find("unknown rule \"a.hihg\"") != std::string::npos);
}

TEST_CASE("systems: a column of a test's input with a list is a column for each name", "[config]") {
  const auto with_last_line = [](const std::string& line) {
    const Library library;
    give_optional_tanks(library, "[]");
    library.folder.write("systems/tanks/rules.toml", R"([[rule]]
id = "high"
kind = "limit"
H = 1
tags = ["${site}/${tanks}/level"]
[[test]]
name = "t"
rule = "high"
expect = ""
input = """
# before
t   ${site}/${tanks}/level  # of each

1s  0.5
)" + line + "\n\"\"\"\n");
    return library.with(
        "[[system]]\npackage = \"tanks\"\nsite = \"a\"\ntanks = [\"T1\", \"T2\"]\n");
  };
  const Loaded got = with_last_line("2s  bad:comm_lost");
  INFO(got.said());
  REQUIRE(got.config != nullptr);
  const RuleTest& test = got.config->tests.at(0);
  REQUIRE(test.input.size() == 2);
  REQUIRE(test.input[0].readings.size() == 2);
  CHECK(test.input[0].readings[0].tag == "a/T1/level");
  CHECK(test.input[0].readings[1].tag == "a/T2/level");
  CHECK(test.input[0].readings[1].value == Value{0.5});
  CHECK(test.input[1].readings[1].quality == Quality::bad);
  CHECK(with_last_line("2s  oops").said().find("rules.toml:15:5 error") != std::string::npos);
  CHECK(with_last_line("2s  1 2").said().find("has no column") != std::string::npos);
  CHECK(with_last_line("2s  1 ${tnks}").said().find("unknown parameter ${tnks}") !=
        std::string::npos);
}

TEST_CASE("systems: two that would make the same tags are one mistake, at the second's site",
          "[config][fault]") {
  const Library library;
  const Loaded got = library.with(two_tanks +
                                  "[[system]]\npackage = \"tanks\"\nsite = \"tf-a\"\nid = \"b\"\n"
                                  "tanks = [\"T102\", \"T103\"]\n"
                                  "[[rule]]\nid = \"b.stuck\"\npriority = \"low\"\n");
  CHECK(got.config == nullptr);
  CHECK(got.said() ==
        "<folder>/p.toml:12:1 error system.site: \"tf-a/T102/level\" and 2 more of package "
        "\"tanks\" would be tags of the system \"tf-a\" at <folder>/p.toml:8 as well; give it a "
        "site of its own\n");
}

TEST_CASE("systems: two may share a site as long as their tags differ", "[config]") {
  const Library library;
  library.folder.write("systems/tanks/rules.toml", "");
  const Loaded got = library.with(
      two_tanks +
      "[[system]]\npackage = \"tanks\"\nsite = \"tf-a\"\nid = \"b\"\ntanks = [\"T9\"]\n");
  CHECK(got.said().empty());
  CHECK(tag_names(got) == "tf-a/T101/level tf-a/T102/level tf-a/T9/level ");
}

TEST_CASE("systems: what overrides rules of a system that has a mistake is no further mistake",
          "[config][fault]") {
  const Library library;
  const std::string system = "[[system]]\npackage = \"tanks\"\nsite = \"a\"\ntanks = []\n";
  const std::string rules = "[[rule]]\nid = \"a.stuck.T1\"\nenabled = false\n";
  const Loaded got = library.with(system + rules + "[[rule]]\nid = \"b.stuck\"\n");
  CAPTURE(got.said());
  REQUIRE(got.out.size() == 2);
  CHECK(got.out[0].key == "system.tanks");
  CHECK(got.out[1].where.line == 13);  // b is no system's
}

TEST_CASE("systems: two of one id, and a rule that overrides none, are mistakes",
          "[config][fault]") {
  const Library library;
  CHECK(library.with(two_tanks + two_tanks)
            .said()
            .find("p.toml:12:1 error system.site: \"tf-a\" is the id of the system at "
                  "<folder>/p.toml:8 already") != std::string::npos);
  const std::string said =
      library.with(two_tanks + "[[rule]]\nid = \"tf-a.stukc\"\npriority = \"low\"\n").said();
  CAPTURE(said);
  CHECK(said.find("p.toml:11:1 error rule.id: the system \"tf-a\" has no rule \"tf-a.stukc\"; did "
                  "you mean \"tf-a.stuck\"?") != std::string::npos);
}

TEST_CASE("systems: a mistake in a package has the package's file and line and the system",
          "[config][fault]") {
  struct Case {
    std::string file;
    std::string text;
    std::string said;
  };
  const std::string system = " (system \"tf-a\", <folder>/p.toml:6)\n";
  const std::vector<Case> table{
      {"rules.toml",
       "[[rule]]\nid = \"r\"\nkind = \"limit\"\ntags = [\"${site}/${tnaks}/level\"]\n",
       "systems/tanks/rules.toml:4:9 error rule.tags: unknown parameter ${tnaks}; did you mean "
       "\"tanks\"? (known: ${height} ${id} ${kind} ${site} ${tanks} ${valves}; package.toml "
       "declares them)" +
           system},
      {"rules.toml", "[[rule]]\nid = \"r\"\nkind = \"limit\"\ntags = [\"${site}/none\"]\nH = 1\n",
       "systems/tanks/rules.toml:4:1 error rule.tags: unknown tag \"tf-a/none\""},
      {"rules.toml", "[[rule]]\nid = \"r-${tanks}\"\n",
       "rules.toml:2:1 error rule.id: ${tanks} is a list, and here is room for one value: give the "
       "table for_each = \"tanks\""},
      {"rules.toml", "[[rule]]\nid = \"${site\"\n", "rule.id: \"${\" without its \"}\"" + system},
      {"rules.toml", "[[rule]]\nfor_each = \"site\"\n",
       "rule.for_each: must be the name of a list parameter" + system},
      {"rules.toml", "[[rule]]\nonly_if = \"valvs\"\n",
       "rule.only_if: unknown parameter ${valvs}; did you mean \"valves\"?"},
      {"rules.toml", "[[receiver]]\nid = \"x\"\n",
       "receiver: unknown key (a package's rules.toml holds [[tag]], [[rule]], [[action]] and "
       "[[test]])" +
           system},
      {"rules.toml", "[[action]]\nid = \"x\"\ntopic = \"${tank}\"\n",
       "action.topic: unknown parameter ${tank}; did you mean \"tanks\"?"},
      {"rules.toml",
       "[[rule]]\nid = \"r\"\nkind = \"limit\"\ntags = [\"${site}/farm/highest\"]\nH = 1\n"
       "[[tag]]\nname = \"${site}/farm/highest\"\n[[action]]\nid = \"x\"\n"
       "when = { rule = \"q\" }\ntopic = \"cmd\"\n",
       "action.when.rule: there is no rule \"tf-a.q\""},
      {"rules.toml", "[[rule]\n", "rules.toml:1:8 error: syntax error"},
      {"points.csv", "tag,unit\n${site}/${tank}/level,m\n",
       "points.csv:2:1 error points.tag: unknown parameter ${tank}; did you mean \"tanks\"?"},
      {"points.csv", "tag,H\n${site}/x,${kind}\n",
       "points.csv:2:11 error points.H: \"acid\" is no number" + system},
      {"package.toml", "name = \"tank\"\nline = \"safty\"\n[[parameter]]\nname = \"site\"\n",
       "package.toml:1:1 error name: must be that of its folder, \"tanks\""},
      {"package.toml", "name = \"tanks\"\nline = \"safty\"\n",
       "package.toml:2:1 error line: must be safety, environment, emergency, security or energy; "
       "did you mean \"safety\"? (system on <folder>/p.toml:6)"},
      {"package.toml", "name = \"tanks\"\nline = \"safety\"\n[[parameter]]\nname = \"site\"\n",
       "parameter.name: \"site\" is what every [[system]] has"},
      {"package.toml",
       "name = \"tanks\"\nline = \"safety\"\n[[parameter]]\nname = \"n\"\ntype = \"number\"\n"
       "default = \"x\"\n",
       "package.toml:6:1 error parameter.default: must be a number"},
  };
  for (const Case& one : table) {
    const Library library;
    library.folder.write("systems/tanks/" + one.file, one.text);
    const Loaded got = library.with(two_tanks);
    CAPTURE(one.text, got.said());
    CHECK(got.config == nullptr);
    CHECK(got.said().find(one.said) != std::string::npos);
  }
}

TEST_CASE("systems: copies and systems that say the same say it once", "[config][fault]") {
  const Library library;
  library.folder.write("systems/tanks/rules.toml",
                       "[[rule]]\nid = \"r\"\nfor_each = \"tanks\"\nkind = \"limti\"\n");
  const Loaded got =
      library.with(two_tanks + "[[system]]\npackage = \"tanks\"\nsite = \"b\"\ntanks = [\"B1\"]\n");
  CAPTURE(got.said());
  CHECK(std::count_if(got.out.begin(), got.out.end(),
                      [](const auto& d) { return d.key == "rule.kind"; }) == 1);
}

TEST_CASE("systems: a default may be made of parameters before it, and a name may be left open",
          "[config]") {
  const Library library;
  library.folder.write("systems/tanks/package.toml",
                       "name = \"tanks\"\ntitle = \"t\"\nline = \"safety\"\n[[parameter]]\n"
                       "name = \"wind\"\ntype = \"tag\"\ndefault = \"${site}/meteo/wind\"\n"
                       "[[parameter]]\nname = \"pump\"\ndefault = \"\"\n");
  library.folder.write("systems/tanks/points.csv",
                       "tag,only_if\n${wind},\n${site}/${pump}/on,pump\n");
  library.folder.write("systems/tanks/rules.toml", "");
  const std::string system = "[[system]]\npackage = \"tanks\"\nsite = \"a\"\n";
  CHECK(tag_names(library.with(system)) == "a/meteo/wind ");
  CHECK(tag_names(library.with(system + "pump = \"P1\"\nwind = \"m/w\"\n")) == "m/w a/P1/on ");
}

TEST_CASE("systems: [daemon] library names the folder of packages", "[config]") {
  const Library library;
  library.folder.write("etc/p.toml",
                       "[daemon]\npark = \"p\"\nlibrary = \"..\"\n[[source]]\nname = \"s\"\n"
                       "driver = \"mqtt\"\n" +
                           two_tanks);
  CHECK(load_from(library.folder, "etc/p.toml").said().empty());
  library.folder.write("etc/p.toml", "[daemon]\npark = \"p\"\nlibrary = \"none\"\n");
  CHECK(load_from(library.folder, "etc/p.toml")
            .said()
            .find("etc/p.toml:3:1 error daemon.library: <folder>/etc/none has no "
                  "systems/<package>/package.toml") != std::string::npos);
}

TEST_CASE("systems: the bundle holds the packages, and gives the same plant without the disk",
          "[config]") {
  std::shared_ptr<const Config> config;
  {
    const Library library;
    config = library.with(two_tanks).config;
  }
  REQUIRE(config != nullptr);
  Diagnostics out;
  const auto again = load_bundle(config->bundle, {}, out);
  CHECK(text_of(out).empty());
  REQUIRE(again != nullptr);
  CHECK(again->plant->hash == config->plant->hash);
  CHECK(again->plant->tags == config->plant->tags);
  CHECK(again->plant->rules == config->plant->rules);
}

TEST_CASE("systems: a changed package is another hash; where the library lies is none",
          "[config]") {
  const auto hash = [](const Library& library) {
    const Loaded got = library.with(two_tanks);
    REQUIRE(got.config != nullptr);
    return got.config->plant->hash;
  };
  const Library first;
  const Library second;
  CHECK(hash(first) == hash(second));
  second.folder.write("systems/tanks/points.csv", "tag\n${site}/x/y\n");
  second.folder.write("systems/tanks/rules.toml", "");
  CHECK(hash(first) != hash(second));
}

}  // namespace systems_test
