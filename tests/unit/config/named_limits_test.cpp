// tests/unit/config/named_limits_test.cpp - Limits by name: their editions, and the rules on them.
#include "config/named_limits.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "library_given.h"

namespace named_limits_test {

using namespace parkwatch;
using namespace parkwatch::config;
using namespace std::chrono_literals;

namespace {

// A library with limits, and a park with one tag; the rule is what a test says.
struct Limited {
  Folder folder;

  Limited() {
    folder.write("systems/none/README.md", "");
    folder.write("limits/gb.toml", R"([standard]
name = "GB 1"
title = { zh = "标准", en = "A standard" }
[[limit]]
name = "gb.cod"
value = 50
unit = "mg/L"
averaging = "day"
valid_from = "2003-07-01"
clause = "table 1"
proof = "quoted"
[[limit]]
name = "gb.new"
value = 60
unit = "mg/L"
valid_to = "2026-07-01"
proof = "read"
[[limit]]
name = "gb.new"
value = 40
unit = "mg/L"
valid_from = "2026-07-01"
proof = "read"
)");
  }

  [[nodiscard]] Loaded with(const std::string& text) const {
    folder.write("p.toml",
                 "daemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n\n"
                 "[[tag]]\nname = \"a/b/cod\"\nunit = \"mg/L\"\n" +
                     text);
    return load_from(folder, "p.toml");
  }
  // A window rule whose H is that, on line 9.
  [[nodiscard]] Loaded with_high(const std::string& high, const std::string& more = "") const {
    return with("[[rule]]\nid = \"cod\"\nkind = \"window\"\ntags = [\"a/b/cod\"]\nH = " + high +
                "\nwindow = { aggregate = \"avg\", length = \"day\" }\n" + more);
  }
};

Timestamp day(const std::string& text) { return *parse_rfc3339(text + "T00:00:00+08:00"); }

}  // namespace

TEST_CASE("named limits: a level takes the figure, a part of it, and the dates", "[config]") {
  const Limited library;
  const Loaded got = library.with_high(
      "{ limit = \"gb.cod\", priority = \"high\" }\nHH = { limit = \"gb.cod\", "
      "factor = 1.5 }");
  CHECK(got.said().empty());
  const RuleSpec& cod = rule(got, "cod");
  REQUIRE(cod.limits.size() == 2);
  CHECK(cod.limits[0].at == 50);
  CHECK(cod.limits[0].priority == Priority::high);
  CHECK(cod.limits[1].at == 75);
  CHECK(cod.valid_from == day("2003-07-01"));
  CHECK(cod.valid_to == timestamp_max);
}

TEST_CASE("named limits: with several editions a rule is one for each, with their dates",
          "[config]") {
  const Limited library;
  const Loaded got =
      library.with_high("{ limit = \"gb.new\" }\nHH = { limit = \"gb.cod\", factor = 2 }");
  CHECK(rule_ids(got) == "cod cod.2026-07-01 ");
  CHECK(rule(got, "cod").limits[0].at == 60);
  CHECK(rule(got, "cod").valid_from == day("2003-07-01"));
  CHECK(rule(got, "cod").valid_to == day("2026-07-01"));
  CHECK(rule(got, "cod.2026-07-01").limits[0].at == 40);
  CHECK(rule(got, "cod.2026-07-01").limits[1].at == 100);
  CHECK(rule(got, "cod.2026-07-01").valid_from == day("2026-07-01"));
}

TEST_CASE("named limits: a rule's own dates cut the editions", "[config]") {
  const Limited library;
  const Loaded got = library.with_high("{ limit = \"gb.new\" }", "valid_from = \"2026-09-01\"\n");
  CHECK(rule_ids(got) == "cod ");
  CHECK(rule(got, "cod").limits[0].at == 40);
  CHECK(rule(got, "cod").valid_from == day("2026-09-01"));
}

TEST_CASE("named limits: a test of the rule is of all its editions", "[config]") {
  const Limited library;
  const Loaded got = library.with_high(
      "{ limit = \"gb.new\" }",
      "[[test]]\nname = \"t\"\nrule = \"cod\"\ninput = \"t a/b/cod\"\nexpect = \"\"\n");
  INFO(got.said());
  REQUIRE(got.config != nullptr);
  CHECK(got.config->tests.at(0).rules == std::vector<std::string>{"cod", "cod.2026-07-01"});
}

TEST_CASE("named limits: a [[limit]] of the park replaces all editions of its name", "[config]") {
  const Limited library;
  const Loaded got = library.with_high("{ limit = \"gb.new\" }",
                                       "[[limit]]\nname = \"gb.new\"\nvalue = 30\nunit = "
                                       "\"mg/L\"\nproof = \"site\"\n");
  CHECK(got.said().empty());
  CHECK(rule_ids(got) == "cod ");
  CHECK(rule(got, "cod").limits[0].at == 30);
}

TEST_CASE("named limits: a [[limit]] of the park that replaces none and is asked for by none",
          "[config][fault]") {
  const Limited library;
  const std::string rest = "\nvalue = 30\nunit = \"mg/L\"\nproof = \"site\"\n";
  const auto with = [&](const std::string& name, const std::string& limit) {
    return library.with_high("{ limit = \"" + limit + "\" }",
                             "[[limit]]\nname = \"" + name + '"' + rest);
  };
  const Loaded slip = with("gb.cdo", "gb.cod");
  CHECK(slip.config == nullptr);
  CHECK(
      slip.said() ==
      "<folder>/p.toml:16:1 error limit.name: \"gb.cdo\" replaces no limit of the library, and no "
      "rule refers to it; did you mean \"gb.cod\"?\n");
  const Loaded unused = with("ours.phosphorus", "gb.cod");
  CHECK(unused.config != nullptr);
  CHECK(unused.said() ==
        "<folder>/p.toml:16:1 warning limit.name: \"ours.phosphorus\" replaces no limit of the "
        "library, and no rule refers to it\n");
  // One that replaces a limit that nobody uses here, or that a rule asks for, is right.
  CHECK(with("gb.new", "gb.cod").said().empty());
  const Loaded own = with("gb.cdo", "gb.cdo");
  CHECK(own.said().empty());
  CHECK(rule(own, "cod").limits[0].at == 30);
}

TEST_CASE("named limits: a misspelt [[limit]] is told without any rule on a limit too",
          "[config][fault]") {
  const Limited library;
  const Loaded got =
      library.with("[[limit]]\nname = \"gb.nwe\"\nvalue = 1\nunit = \"mg/L\"\nproof = \"site\"\n");
  CHECK(got.said().find("p.toml:10:1 error limit.name: \"gb.nwe\" replaces no limit") !=
        std::string::npos);
  CHECK(got.said().find("did you mean \"gb.new\"?") != std::string::npos);
}

TEST_CASE("named limits: a limit for a rule that is switched off is not lost", "[config]") {
  const Limited library;
  const Loaded got = library.with_high(
      "{ limit = \"ours\" }",
      "enabled = false\n[[limit]]\nname = \"ours\"\nvalue = 1\nunit = \"mg/L\"\nproof = "
      "\"site\"\n");
  CHECK(got.said().empty());
}

TEST_CASE("named limits: above, below and a budget take a limit too", "[config]") {
  const Limited library;
  const Loaded got = library.with(
      "[[rule]]\nid = \"often\"\nkind = \"repeat\"\ntags = [\"a/b/cod\"]\ntimes = 2\n"
      "within = \"1h\"\nabove = { limit = \"gb.cod\" }\n"
      "[[rule]]\nid = \"load\"\nkind = \"cumulative\"\ntags = [\"a/b/cod\"]\nper = \"1h\"\n"
      "period = \"day\"\nbudget = { limit = \"gb.cod\", factor = 10 }\nH = \"80%\"\n");
  CHECK(got.said().empty());
  CHECK(rule(got, "often").trigger.above == 50.0);
  CHECK(rule(got, "load").limits[0].at == 400);
}

TEST_CASE("named limits: an expression and a guard take figures by limit(name), by editions",
          "[config]") {
  const Limited library;
  library.folder.write("limits/loss.toml",
                       "[standard]\nname = \"L\"\n[[limit]]\nname = \"loss\"\nvalue = -2.5\n"
                       "unit = \"m3\"\nproof = \"site\"\n");
  const Loaded got = library.with(
      "[[tag]]\nname = \"a/b/limit(gb.cod)\"\n[[rule]]\nid = \"r\"\nkind = \"expr\"\n"
      "tags = [\"a/b/cod\"]\nexpression = \"`a/b/cod` > limit(gb.new) && "
      "`a/b/limit(gb.cod)` - limit( loss ) > limit(gb.cod)\"\n"
      "suppress_when = \"`a/b/cod` < 2 * limit(gb.new)\"\n");
  CHECK(got.said().empty());
  REQUIRE(rule_ids(got) == "r r.2026-07-01 ");
  CHECK(rule(got, "r").expression == "`a/b/cod` > 60 && `a/b/limit(gb.cod)` - (-2.5) > 50");
  CHECK(rule(got, "r").alarm.suppress_when == "`a/b/cod` < 2 * 60");
  CHECK(rule(got, "r").valid_from == day("2003-07-01"));
  CHECK(rule(got, "r.2026-07-01").expression ==
        "`a/b/cod` > 40 && `a/b/limit(gb.cod)` - (-2.5) > 50");
  CHECK(rule(got, "r.2026-07-01").alarm.suppress_when == "`a/b/cod` < 2 * 40");
  CHECK(rule(got, "r.2026-07-01").valid_from == day("2026-07-01"));
}

TEST_CASE("named limits: a level and an expression may refer to the same limit", "[config]") {
  const Limited library;
  const Loaded got = library.with_high("{ limit = \"gb.cod\" }",
                                       "suppress_when = \"`a/b/cod` > 9 * limit(gb.cod)\"\n");
  CHECK(got.said().empty());
  CHECK(rule(got, "cod").limits[0].at == 50);
  CHECK(rule(got, "cod").alarm.suppress_when == "`a/b/cod` > 9 * 50");
}

TEST_CASE("named limits: a limit that an expression asks for and that is not there is told",
          "[config][fault]") {
  const Limited library;
  const Loaded got = library.with(
      "[[rule]]\nid = \"r\"\nkind = \"expr\"\ntags = [\"a/b/cod\"]\n"
      "expression = \"`a/b/cod` > limit(gb.cdo)\"\n");
  CHECK(got.config == nullptr);
  CHECK(got.said() ==
        "<folder>/p.toml:13:1 error rule.expression: there is no limit \"gb.cdo\"; did you mean "
        "\"gb.cod\"? ([[limit]] in limits/*.toml of the library, or here)\n");
}

TEST_CASE("named limits: a vote's figure has the unit of those that vote", "[config]") {
  const Limited library;
  const auto vote = [&](const std::string& member) {
    return library
        .with(
            "[[tag]]\nname = \"a/b/shut\"\ntype = \"boolean\"\n[[tag]]\nname = \"a/b/air\"\n"
            "unit = \"mg/m3\"\n[[rule]]\nid = \"r\"\nkind = \"vote\"\ntags = [\"a/b/shut\"]\n"
            "members = [\"" +
            member + "\"]\nk = 1\nabove = { limit = \"gb.cod\" }\n")
        .said();
  };
  CHECK(vote("a/b/cod").empty());
  CHECK(vote("a/b/air").find("gb.cod is in \"mg/L\" but a/b/air is in \"mg/m3\"") !=
        std::string::npos);
}

TEST_CASE("named limits: mistakes on a reference are told where it stands", "[config][fault]") {
  struct Case {
    std::string high;
    std::string said;
  };
  const std::vector<Case> table{
      {"{ limit = \"gb.cdo\" }",
       "p.toml:13:7 error rule.H.limit: there is no limit \"gb.cdo\"; did you mean \"gb.cod\"?"},
      {"{ limit = \"gb.cod\", at = 3 }", "rule.H.at: goes not with limit"},
      {"{ limit = \"gb.cod\", factor = 0 }", "rule.H.factor: must be above 0"},
      {"{ limit = 7 }", "rule.H.limit: must be a text in quotes"},
      {"{ limit = \"gb.cod\", prioriti = \"high\" }", "did you mean \"priority\"?"},
  };
  const Limited library;
  for (const Case& one : table) {
    const Loaded got = library.with_high(one.high);
    CAPTURE(one.high, got.said());
    CHECK(got.config == nullptr);
    CHECK(got.out.size() == 1);
    CHECK(got.said().find(one.said) != std::string::npos);
  }
  const Loaded unit = library.with(
      "[[tag]]\nname = \"a/b/air\"\nunit = \"mg/m3\"\n[[rule]]\nid = \"r\"\nkind = \"limit\"\n"
      "tags = [\"a/b/air\"]\nH = { limit = \"gb.cod\", factor = 1 }\n");
  CHECK(unit.said() ==
        "<folder>/p.toml:16:7 error rule.H.limit: gb.cod is in \"mg/L\" but a/b/air is in "
        "\"mg/m3\"\n");
}

TEST_CASE("named limits: a window of another length, and no edition of today, are warnings",
          "[config]") {
  const Limited library;
  library.folder.write("limits/later.toml",
                       "[standard]\nname = \"L\"\n[[limit]]\nname = \"later\"\nvalue = 1\n"
                       "unit = \"mg/L\"\nvalid_from = \"2999-01-01\"\nproof = \"read\"\n"
                       "[[limit]]\nname = \"hourly\"\nvalue = 1\nunit = \"mg/L\"\n"
                       "averaging = \"hour\"\nproof = \"read\"\n");
  const Loaded window = library.with_high("{ limit = \"hourly\" }");
  CHECK(window.said() ==
        "<folder>/p.toml:13:7 warning rule.H.limit: hourly is for hour, and the rule's window is "
        "day: take a limit for that, or say with factor (1 too) that it is meant so\n");
  CHECK(window.config != nullptr);
  CHECK(library.with_high("{ limit = \"hourly\", factor = 1 }").said().empty());
  const Loaded later = library.with_high("{ limit = \"later\" }");
  CHECK(later.said() ==
        "<folder>/p.toml:13:7 warning rule.H.limit: no edition of later is in force today (in "
        "force from 2999-01-01)\n");
  CHECK(rule(later, "cod").valid_from == day("2999-01-01"));
}

TEST_CASE("named limits: what is wrong in a limits file is told there", "[config][fault]") {
  struct Case {
    std::string text;
    std::string said;
  };
  const std::string good = "name = \"x\"\nvalue = 1\nunit = \"m\"\nproof = \"site\"\n";
  const std::vector<Case> table{
      {"[[limit]]\n" + good + "[[limit]]\n" + good,
       "limits/x.toml:7:1 error limit.name: \"x\" is a limit already at <folder>/limits/x.toml:3"},
      {"[[limit]]\nname = \"x\"\n", "limit.value: is missing"},
      {"[[limit]]\nname = \"x\"\n", "limit.unit: is missing"},
      {"[[limit]]\nname = \"x\"\n", "limit.proof: is missing: read, quoted, site or proposal"},
      {"[[limit]]\n" + good + "averaging = \"daily\"\n", "limit.averaging: must be instant"},
      {"[[limit]]\n" + good + "valid_from = \"2026\"\n",
       "limit.valid_from: must be a day such as \"2026-07-01\""},
      {"[[limit]]\n" + good + "valid_from = \"2026-07-01\"\nvalid_to = \"2026-07-01\"\n",
       "limit.valid_to: must be later than valid_from"},
      {"[[limit]]\n" + good + "clasue = \"1\"\n", "did you mean \"clause\"?"},
      {"[[limits]]\n", "limits: unknown key; did you mean \"limit\"?"},
  };
  for (const Case& one : table) {
    const Limited library;
    library.folder.write("limits/x.toml", one.text);
    const Loaded got = library.with_high("{ limit = \"gb.cod\" }");
    CAPTURE(one.text, got.said());
    CHECK(got.config == nullptr);
    CHECK(got.said().find(one.said) != std::string::npos);
  }
}

TEST_CASE("named limits: without a system or a reference no library is read", "[config]") {
  const Limited library;
  library.folder.write("limits/bad.toml", "[[[");
  const Loaded got = library.with("");
  CHECK(got.said().empty());
  REQUIRE(got.config != nullptr);
  CHECK(got.config->bundle.find("library:") == std::string::npos);
}

TEST_CASE("named limits: a bundle with limits gives the same rules without the disk", "[config]") {
  std::shared_ptr<const Config> config;
  {
    const Limited library;
    config = library.with_high("{ limit = \"gb.new\" }").config;
  }
  REQUIRE(config != nullptr);
  Diagnostics out;
  const auto again = load_bundle(config->bundle, {}, out);
  CHECK(text_of(out).empty());
  REQUIRE(again != nullptr);
  CHECK(again->plant->rules == config->plant->rules);
  CHECK(again->plant->hash == config->plant->hash);
}

}  // namespace named_limits_test
