// tests/unit/config/rule_tests_test.cpp - [[test]] tables: every cell and line, and what is said of
// a wrong one.
#include "config/rule_tests.h"

#include <catch2/catch.hpp>

#include "given.h"

namespace rule_tests_test {

using namespace parkwatch;
using namespace parkwatch::config;
using namespace std::chrono_literals;

namespace {

const std::string park = R"(
daemon.park = "p"
[[source]]
name = "s"
driver = "mqtt"
[[tag]]
name = "a/b/level"
range = [0, 100]
[[tag]]
name = "a/b/valve"
states = [{ number = 0, word = "closed" }, { number = 1, word = "open" }]
[[tag]]
name = "a/b/on"
type = "boolean"
[[rule]]
id = "level"
kind = "limit"
tags = ["a/b/level"]
H = 85
)";

// Of a file of its own, so that its lines count from 1.
Loaded tested(const std::string& text) {
  const Folder folder;
  folder.write("p.toml", "include = [\"t.toml\"]" + park);
  folder.write("t.toml", text);
  return load_from(folder, "p.toml");
}

// A test whose first line of input is line 5.
std::string with_input(const std::string& input) {
  return "[[test]]\nname = \"n\"\nrule = \"level\"\ninput = \"\"\"\n" + input +
         "\"\"\"\nexpect = \"\"\n";
}

std::string with_expect(const std::string& lines) {
  return "[[test]]\nname = \"n\"\ninput = \"t a/b/level\"\nexpect = \"\"\"\n" + lines + "\"\"\"\n";
}

const RuleTest& only(const Loaded& loaded) {
  INFO(loaded.said());
  REQUIRE(loaded.config != nullptr);
  REQUIRE(loaded.config->tests.size() == 1);
  return loaded.config->tests.front();
}

}  // namespace

TEST_CASE("rule tests: rows, comments and every kind of cell are read", "[config]") {
  const Loaded loaded = tested(with_input(R"(# before
t    a/b/level             a/b/valve  a/b/on
0s   70                    open       true     # a comment
10s  91.5@8s               -          0
20s  bad:comm_lost         1
1m   uncertain:clock_skew=3
90s  historical:50@30s
90s  bad=7                 bad
)"));
  const RuleTest& test = only(loaded);
  CHECK(test.rules == std::vector<std::string>{"level"});
  CHECK(test.exact);
  REQUIRE(test.input.size() == 6);
  CHECK(test.input[0].readings.size() == 3);
  CHECK(test.input[0].readings[0].value == Value{70.0});
  CHECK(test.input[0].readings[1].value == Value{std::int64_t{1}});
  CHECK(test.input[0].readings[2].value == Value{true});
  REQUIRE(test.input[1].readings.size() == 2);
  CHECK(test.input[1].at == 10s);
  CHECK(test.input[1].readings[0].time == 8s);
  CHECK(test.input[1].readings[1].value == Value{false});
  CHECK(test.input[2].readings[0].quality == Quality::bad);
  CHECK(test.input[2].readings[0].reason == QualityReason::comm_lost);
  CHECK_FALSE(test.input[2].readings[0].value);
  CHECK(test.input[3].readings[0].quality == Quality::uncertain);
  CHECK(test.input[3].readings[0].value == Value{3.0});
  CHECK(test.input[4].readings[0].historical);
  CHECK(test.input[4].readings[0].time == 30s);
  CHECK(test.input[5].readings[0].value == Value{7.0});
  CHECK(test.input[5].readings[1].reason == QualityReason::sensor_fault);
  CHECK(test.until == 90s);
  CHECK(test.input[0].where.line == 7);
}

TEST_CASE("rule tests: a line can be a line every so often", "[config]") {
  const Loaded loaded = tested(with_input(R"(t  a/b/level  a/b/on
0s          70         true
10s..31s/10s  80@8s      -
31s..31s/1h   90
)"));
  const RuleTest& test = only(loaded);
  std::vector<Duration> times;
  for (const TestRow& row : test.input) times.push_back(row.at);
  CHECK(times == std::vector<Duration>{0s, 10s, 20s, 30s, 31s});
  CHECK(test.input[3].readings.size() == 1);
  CHECK(test.input[3].readings[0].value == Value{80.0});
  CHECK(test.input[3].readings[0].time == 28s);
  CHECK(test.input[4].readings[0].time == 31s);
  CHECK(test.input[3].where.line == 7);
}

TEST_CASE("rule tests: an expected line says what it says and no more", "[config]") {
  const Loaded loaded = tested(with_expect(R"(15s a/b/level raise HH high   # five seconds
20s a/b/level return
30s x/y acknowledged level
)"));
  const RuleTest& test = only(loaded);
  REQUIRE(test.expect.size() == 3);
  CHECK(test.expect[0].at == 15s);
  CHECK(test.expect[0].what == "raise");
  CHECK(test.expect[0].level == Level::high_high);
  CHECK(test.expect[0].priority == Priority::high);
  CHECK(test.expect[0].text == "15s a/b/level raise HH high");
  CHECK_FALSE(test.expect[1].level);
  CHECK_FALSE(test.expect[1].priority);
  CHECK(test.expect[2].tag == "x/y");
  CHECK(test.expect[2].rule == "level");
  CHECK(test.until == 30s);
}

TEST_CASE("rule tests: a wrong cell is told with its line, column and what would be right",
          "[config]") {
  struct Case {
    std::string input;
    std::string said;
  };
  const std::vector<Case> table{
      {"t a/b/levle\n", "t.toml:5:3 error test.input: unknown tag \"a/b/levle\"; did you mean"},
      {"t a/b/level\n10 1\n", "t.toml:6:1 error test.input: \"10\" is no time"},
      {"t a/b/level\n0s..10s 1\n", "\"0s..10s\" is no time since the beginning"},
      {"t a/b/level\n9s..1s/1s 1\n", "\"9s..1s/1s\" is no time since the beginning"},
      {"t a/b/level\n0s..9s/0 1\n", "\"0s..9s/0\" is no time since the beginning"},
      {"t a/b/level\n0s..x/1s 1\n", "\"0s..x/1s\" is no time since the beginning"},
      {"t a/b/level\n0s..9s/3s 1\n8s 1\n", "t.toml:7:1 error test.input: is earlier"},
      {"t a/b/level\n0s..100d/1s 1\n1s 2\n", "t.toml:6:1 error test.input: more than 100000 rows"},
      {"t a/b/level\n9s 1\n8s 1\n", "t.toml:7:1 error test.input: is earlier"},
      {"t a/b/level\n9s  high\n", "t.toml:6:5 error test.input: \"high\" is no value of a/b/level"},
      {"t a/b/valve\n9s opne\n", "did you mean \"open\"?"},
      {"t a/b/level\n9s bad:com_lost\n", "did you mean \"comm_lost\"?"},
      {"t a/b/level\n9s 1 2\n", "t.toml:6:6 error test.input: has no column"},
      {"t a/b/level\n9s 1@x\n", "behind '@' is the source time"},
      {"x a/b/level\n", "the first line names the columns"},
      {"t a/b/level a/b/level\n", "has a column already"},
      {"t\n", "names no tag"},
      {"", "t.toml:4:1 error test.input: is empty"},
  };
  for (const Case& one : table) {
    const Loaded loaded = tested(with_input(one.input));
    CAPTURE(one.input, loaded.said());
    CHECK(loaded.config == nullptr);
    CHECK(loaded.said().find(one.said) != std::string::npos);
  }
}

TEST_CASE("rule tests: a wrong expectation is told with its line and column", "[config]") {
  struct Case {
    std::string expect;
    std::string said;
  };
  const std::vector<Case> table{
      {"\nsoon a/b/level raise\n", "t.toml:6:1 error test.expect: \"soon\" is no time"},
      {"5s a/b/level\n", "needs a time, a tag and what happens"},
      {"5s a/b/level rais H\n",
       "t.toml:5:14 error test.expect: unknown transition \"rais\"; did you"},
      {"5s a/b/level raise HHH\n", "t.toml:5:20 error test.expect: \"HHH\" is no level"},
      {"5s a/b/level raise H hihg\n", "did you mean \"high\"?"},
  };
  for (const Case& one : table) {
    const Loaded loaded = tested(with_expect(one.expect));
    CAPTURE(one.expect, loaded.said());
    CHECK(loaded.config == nullptr);
    CHECK(loaded.said().find(one.said) != std::string::npos);
  }
}

TEST_CASE("rule tests: names, rules and keys are checked", "[config]") {
  const std::string good = "name = \"n\"\ninput = \"t a/b/level\"\nexpect = \"\"\n";
  CHECK(
      tested("[[test]]\n" + good + "[[test]]\n" + good).said().find("is the name of the test at") !=
      std::string::npos);
  CHECK(tested("[[test]]\n" + good + "rule = \"levl\"\n").said().find("did you mean \"level\"?") !=
        std::string::npos);
  CHECK(tested("[[test]]\n" + good + "inputs = 1\n").said().find("did you mean \"input\"?") !=
        std::string::npos);
  CHECK(tested("[[test]]\n" + good + "begin = \"noon\"\n").said().find("must be a time such as") !=
        std::string::npos);
  CHECK(tested("[[test]]\nname = \"n\"\n").said().find("input: is needed") != std::string::npos);
}

TEST_CASE("rule tests: a bundle of the store is read without its tests", "[config]") {
  const Loaded loaded = given("[[test]]\nname = 7\n");
  INFO(loaded.said());
  REQUIRE(loaded.config != nullptr);
  CHECK(loaded.config->tests.empty());
}

TEST_CASE("rule tests: the input may be a CSV file, with the same cells", "[config]") {
  const Folder folder;
  folder.write("p.toml", "include = [\"t.toml\"]" + park);
  folder.write("t.toml",
               "[[test]]\nname = \"n\"\ninput = { csv = \"series/day.csv\" }\nexpect = \"\"\n");
  folder.write("series/day.csv",
               "\xEF\xBB\xBFt,a/b/level,a/b/valve\n# a comment\n0s,70,open\n10s,,closed\n"
               "20s,bad:comm_lost,-\n");
  const Loaded loaded = load_from(folder, "p.toml");
  const RuleTest& test = only(loaded);
  REQUIRE(test.input.size() == 3);
  CHECK(test.input[0].readings[0].value == Value{70.0});
  REQUIRE(test.input[1].readings.size() == 1);
  CHECK(test.input[1].readings[0].value == Value{std::int64_t{0}});
  CHECK(test.input[2].readings[0].reason == QualityReason::comm_lost);
  CHECK(test.until == 20s);
  CHECK(test.input[1].where.line == 4);
}

TEST_CASE("rule tests: what is wrong with a CSV input is told at its cell", "[config]") {
  const Folder folder;
  const std::string rest = "\nexpect = \"\"\n";
  const auto said_of = [&](const std::string& input, const std::string& csv) {
    folder.write("p.toml", "include = [\"t.toml\"]" + park);
    folder.write("t.toml", "[[test]]\nname = \"n\"\ninput = " + input + rest);
    folder.write("day.csv", csv);
    return load_from(folder, "p.toml").said();
  };
  const std::string named = "{ csv = \"day.csv\" }";
  CHECK_THAT(
      said_of(named, "t,a/b/level\n0s,70\n1s,much\n"),
      Catch::Contains("day.csv:3:4 error test.input.csv: \"much\" is no value of a/b/level"));
  CHECK_THAT(said_of(named, "t,a/b/levle\n0s,70\n"),
             Catch::Contains("day.csv:1:3 error test.input.csv: unknown tag \"a/b/levle\""));
  CHECK_THAT(said_of(named, ""), Catch::Contains("is empty: its first line names the columns"));
  CHECK_THAT(said_of("{ csv = \"none.csv\" }", ""),
             Catch::Contains("test.input.csv") && Catch::Contains("none.csv"));
  CHECK_THAT(said_of("{ cvs = \"day.csv\" }", ""), Catch::Contains("did you mean \"csv\"?"));
  CHECK_THAT(said_of("7", ""), Catch::Contains("is needed: lines of a time"));
}

TEST_CASE("rule tests: a start takes a CSV input that is not there as a warning", "[config]") {
  const Folder folder;
  folder.write("p.toml", park +
                             "[[test]]\nname = \"n\"\ninput = { csv = \"none.csv\" }\n"
                             "expect = \"\"\n");
  Diagnostics out;
  CHECK(load(folder / "p.toml", {}, out, FileFaults::warnings) != nullptr);
  REQUIRE(out.size() == 1);
  CHECK(out.front().severity == Diagnostic::Severity::warning);
  CHECK(load(folder / "p.toml", {}, out) == nullptr);
}

}  // namespace rule_tests_test
