// tests/unit/trial/kinds_test.cpp - What tests of rules can say of every kind of rule, and of data
// that is bad, late, repeated or out of range: each table below is a whole configuration that
// passes.
#include <catch2/catch.hpp>

#include "tests/unit/config/given.h"
#include "tools/trial/coverage.h"
#include "tools/trial/rule_test.h"

namespace kinds_test {

using namespace parkwatch;
using namespace parkwatch::trial;

namespace {

const std::string head = R"(
daemon.park = "p"
[[source]]
name = "s"
driver = "mqtt"
[[tag]]
name = "a/b/level"
unit = "m"
range = [0, 100]
[[tag]]
name = "a/b/flow"
[[tag]]
name = "a/b/valve"
states = [
  { number = 0, word = "closed" },
  { number = 1, word = "open" },
  { number = 2, word = "moving" },
]
[[tag]]
name = "a/b/on"
type = "boolean"
[[tag]]
name = "a/b/both"
type = "boolean"
expression = "`a/b/on` && `a/b/level` > 50"
)";

struct Case {
  std::string name;
  std::string rule;  // of [[rule]], without its id
  std::string input;
  std::string expect;
  std::string more{};  // keys of [[test]]
};

std::string text_of(const Case& one) {
  return head + "[[rule]]\nid = \"r\"\n" + one.rule + "\n[[test]]\nname = \"n\"\n" + one.more +
         "input = \"\"\"\n" + one.input + "\"\"\"\nexpect = \"\"\"\n" + one.expect + "\"\"\"\n";
}

TestOutcome outcome_of(const Case& one) {
  const config::Folder folder;
  folder.write("p.toml", text_of(one));
  const config::Loaded loaded = config::load_from(folder, "p.toml");
  INFO(one.name << '\n' << loaded.said());
  REQUIRE(loaded.config != nullptr);
  return run_test(loaded.config->tests.front(), *loaded.config->plant);
}

void check_all(const std::vector<Case>& table) {
  for (const Case& one : table) {
    const TestOutcome outcome = outcome_of(one);
    INFO(one.name << '\n' << to_text(outcome.fault) << '\n' << outcome.detail);
    CHECK(outcome.passed);
  }
}

const std::string limit = "kind = \"limit\"\ntags = \"a/b/level\"\nH = 80\n";

}  // namespace

TEST_CASE("kinds: limits with deadbands and delays", "[trial]") {
  check_all({
      {"at the limit is not past it", limit, "t a/b/level\n0s 80\n1s 80.1\n",
       "1s a/b/level raise H medium\n"},
      {"the deadband holds the level", limit + "deadband = 5\n",
       "t a/b/level\n0s 81\n1s 76\n2s 75\n3s 74.9\n",
       "0s a/b/level raise H\n3s a/b/level return\n"},
      {"a delay that is broken off begins anew", limit + "on_delay = \"10s\"\n",
       "t a/b/level\n0s 90\n9s 70\n10s 90\n15s 90\n25s 90\n", "20s a/b/level raise H\n"},
      {"an off-delay holds through a dip", limit + "off_delay = \"10s\"\n",
       "t a/b/level\n0s 90\n5s 70\n14s 90\n20s 70\n40s 70\n",
       "0s a/b/level raise H\n30s a/b/level return\n"},
      {"delays expire by the clock, not by the next message", limit + "on_delay = \"10s\"\n",
       "t a/b/level\n0s 90\n", "10s a/b/level raise H\n", "until = \"60s\"\n"},
      {"what was not waited for did not happen", limit + "on_delay = \"10s\"\n",
       "t a/b/level\n0s 90\n", "", "until = \"9s\"\n"},
  });
}

TEST_CASE("kinds: states by word and by number", "[trial]") {
  const std::string valve = "kind = \"state\"\ntags = \"a/b/valve\"\nstates = [\"moving\"]\n";
  check_all({
      {"a word", valve, "t a/b/valve\n0s closed\n5s moving\n8s open\n",
       "5s a/b/valve raise on\n8s a/b/valve return\n"},
      {"a number", valve, "t a/b/valve\n0s 0\n5s 2\n8s 1\n",
       "5s a/b/valve raise on\n8s a/b/valve return\n"},
      {"a boolean", "kind = \"state\"\ntags = \"a/b/on\"\nstates = [false]\n",
       "t a/b/on\n0s true\n5s false\n8s 1\n", "5s a/b/on raise\n8s a/b/on return\n"},
  });
}

TEST_CASE("kinds: rates, windows, silence and expressions", "[trial]") {
  check_all({
      {"a rate", "kind = \"rate\"\ntags = \"a/b/flow\"\nper = \"1m\"\nover = \"10s\"\nH = 30\n",
       "t a/b/flow\n0s 0\n5s 0\n10s 0\n15s 5\n20s 10\n25s 10\n30s 10\n35s 10\n",
       "20s a/b/flow raise H\n30s a/b/flow return\n"},
      {"a calendar window closes with the first reading behind it",
       "kind = \"window\"\ntags = \"a/b/flow\"\n"
       "window = { aggregate = \"avg\", length = \"1m\" }\nH = 10\n",
       "t a/b/flow\n0s 20\n30s 20\n60s 1\n90s 1\n120s 1\n",
       "60s a/b/flow raise H\n120s a/b/flow return\n"},
      {"silence", "kind = \"stale\"\ntags = \"a/b/flow\"\nafter = \"30s\"\n",
       "t a/b/flow\n0s 1\n20s 1\n60s 1\n", "50s a/b/flow raise on\n60s a/b/flow return\n"},
      {"an expression of two tags", "kind = \"expr\"\nexpression = \"`a/b/level` > `a/b/flow`\"\n",
       "t a/b/level a/b/flow\n0s 1 5\n10s 6 -\n20s - 7\n",
       "10s a/b/level raise on\n20s a/b/level return\n"},
      {"a rule on a derived tag", "kind = \"state\"\ntags = \"a/b/both\"\nstates = [true]\n",
       "t a/b/on a/b/level\n0s true 40\n10s - 60\n20s false -\n",
       "10s a/b/both raise on\n20s a/b/both return\n"},
  });
}

TEST_CASE("kinds: bad data neither raises nor clears, and holds delays", "[trial]") {
  check_all({
      {"bad never raises", limit, "t a/b/level\n0s 70\n5s bad=90\n6s bad:maintenance=90\n", "",
       "exact = false\n"},
      {"bad never clears", limit, "t a/b/level\n0s 90\n5s bad\n10s bad:comm_lost=10\n20s 10\n",
       "0s a/b/level raise H\n20s a/b/level return\n", "exact = false\n"},
      {"out of range is bad", limit, "t a/b/level\n0s 70\n5s 500\n", "", "exact = false\n"},
      {"a delay stands still meanwhile", limit + "on_delay = \"10s\"\n",
       "t a/b/level\n0s 90\n5s bad\n20s 90\n40s 90\n", "25s a/b/level raise H\n",
       "exact = false\n"},
      {"uncertain is judged", limit, "t a/b/level\n0s uncertain=90\n", "0s a/b/level raise H\n"},
  });
}

TEST_CASE("kinds: late data alarms, historical data never does", "[trial]") {
  check_all({
      {"late but the newest", limit, "t a/b/level\n0s 70\n10m 90@60s\n", "10m a/b/level raise H\n"},
      {"historical", limit, "t a/b/level\n0s 70\n10m historical:90@60s\n", ""},
      {"older than the newest", limit, "t a/b/level\n60s 70\n70s 90@30s\n", ""},
      {"from the future it is judged when it comes", limit, "t a/b/level\n0s 90@10m\n",
       "0s a/b/level raise H\n"},
  });
}

TEST_CASE("kinds: a test that must fail does fail, of every kind of mistake", "[trial]") {
  const std::string input = "t a/b/level\n0s 90\n10s 70\n";
  const std::vector<std::string> wrong{
      "",
      "0s a/b/level raise H\n",
      "0s a/b/level raise H\n10s a/b/level return\n11s a/b/level raise H\n",
      "1s a/b/level raise H\n10s a/b/level return\n",
      "0s a/b/level raise HH\n10s a/b/level return\n",
      "0s a/b/level raise H critical\n10s a/b/level return\n",
      "0s a/b/level fall H\n10s a/b/level return\n",
      "0s a/b/flow raise H\n10s a/b/level return\n",
      "0s a/b/level raise H\n0s a/b/level raise H\n10s a/b/level return\n",
  };
  CHECK(
      outcome_of({"right", limit, input, "0s a/b/level raise H medium r\n10s a/b/level return r\n"})
          .passed);
  for (const std::string& expect : wrong) {
    const TestOutcome outcome = outcome_of({"wrong", limit, input, expect});
    INFO(expect);
    CHECK_FALSE(outcome.passed);
    CHECK_FALSE(outcome.fault.message.empty());
    CHECK(outcome.fault.where.file.ends_with("p.toml"));
    CHECK(outcome.detail.find("all that happened") != std::string::npos);
  }
}

}  // namespace kinds_test
