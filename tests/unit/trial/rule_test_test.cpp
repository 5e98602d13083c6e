// tests/unit/trial/rule_test_test.cpp - Tests of rules run on the pipeline; the first difference is
// shown.
#include "tools/trial/rule_test.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "config/config.h"
#include "drivers/driver.h"
#include "tests/unit/config/given.h"
#include "tools/trial/coverage.h"

namespace rule_test_test {

using namespace parkwatch;
using namespace parkwatch::trial;

namespace {

const std::string park = R"(
daemon.park = "p"
[[source]]
name = "s"
driver = "mqtt"
[[tag]]
name = "tank/t101/level"
unit = "%"
range = [0, 100]
scale = { factor = 10 }
[[tag]]
name = "tank/t102/level"
range = [0, 100]
[[tag]]
name = "tank/t101/double"
expression = "`tank/t101/level` * 2"
[[rule]]
id = "tank-level"
kind = "limit"
tags = ["tank/*/level"]
deadband = 2
on_delay = "5s"
HH = { at = 90, priority = "high" }
H = { at = 85, priority = "medium", on_delay = "10s" }
[[rule]]
id = "silent"
kind = "stale"
tags = ["tank/*/level"]
after = "30s"
[[rule]]
id = "double"
kind = "limit"
tags = ["tank/t101/double"]
H = 150
)";

config::Loaded loaded_with(const std::string& tests) {
  const config::Folder folder;
  folder.write("p.toml", park + tests);
  return config::load_from(folder, "p.toml");
}

std::string test_text(const std::string& expect, const std::string& more = "") {
  return "[[test]]\nname = \"n\"\nrule = \"tank-level\"\n" + more + "input = \"\"\"\n" +
         "t   tank/t101/level\n0s  70\n10s 91\n16s 89.5\n40s 87.9\n50s 60\n\"\"\"\nexpect = "
         "\"\"\"\n" +
         expect + "\"\"\"\n";
}

TestOutcome run(const std::string& tests) {
  const config::Loaded loaded = loaded_with(tests);
  INFO(loaded.said());
  REQUIRE(loaded.config != nullptr);
  return run_test(loaded.config->tests.front(), *loaded.config->plant);
}

const std::string all =
    "15s tank/t101/level raise HH high\n40s tank/t101/level fall H medium\n"
    "50s tank/t101/level return\n";

}  // namespace

TEST_CASE("trial: a test passes when exactly what it expects happens", "[trial]") {
  const TestOutcome outcome = run(test_text(all));
  INFO(to_text(outcome.fault) << '\n' << outcome.detail);
  CHECK(outcome.passed);
  CHECK(outcome.happened.size() == 3);
}

TEST_CASE("trial: a line that does not happen fails the test at that line", "[trial]") {
  const TestOutcome outcome = run(test_text("16s tank/t101/level raise HH high\n"));
  CHECK_FALSE(outcome.passed);
  INFO(outcome.detail);
  CHECK(outcome.fault.message.find("expected 16s tank/t101/level raise HH high, got 15s") !=
        std::string::npos);
  const std::string before = park + test_text("");  // ends with: expect = """, """
  const auto lines = std::count(before.begin(), before.end(), '\n');
  CHECK(outcome.fault.where.line == static_cast<std::uint32_t>(lines));
  CHECK(outcome.detail.find("HH 90") != std::string::npos);
  CHECK(outcome.detail.find('^') != std::string::npos);
}

TEST_CASE("trial: a transition that nobody expects fails an exact test only", "[trial]") {
  const std::string first = "15s tank/t101/level raise HH high\n";
  const TestOutcome exact = run(test_text(first));
  CHECK_FALSE(exact.passed);
  CHECK(exact.fault.message.find("nobody expects 40s tank/t101/level fall H medium") !=
        std::string::npos);
  CHECK(run(test_text(first, "exact = false\n")).passed);
}

TEST_CASE("trial: another level, priority or tag than expected is a difference", "[trial]") {
  for (const std::string line :
       {"15s tank/t101/level raise H high", "15s tank/t101/level raise HH low",
        "15s tank/t102/level raise HH high", "15s tank/t101/level return"}) {
    CAPTURE(line);
    CHECK_FALSE(run(test_text(line + "\n", "exact = false\n")).passed);
  }
}

TEST_CASE("trial: values are in the unit of the tag, whatever the device sends", "[trial]") {
  const TestOutcome outcome = run(test_text(all));  // a factor of 10 stands in the configuration
  REQUIRE_FALSE(outcome.happened.empty());
  CHECK(outcome.happened.front().event.value == 91.0);
}

TEST_CASE("trial: without rules a test is about all of its tags, and of no other", "[trial]") {
  const std::string text =
      "[[test]]\nname = \"n\"\ninput = \"\"\"\nt tank/t101/level\n0s 70\n10s 80\n60s 70\n\"\"\"\n"
      "expect = \"\"\"\n10s tank/t101/double raise H double\n40s tank/t101/level raise on silent\n"
      "60s tank/t101/level return silent\n60s tank/t101/double return double\n\"\"\"\n";
  const TestOutcome outcome = run(text);
  INFO(to_text(outcome.fault) << '\n' << outcome.detail);
  CHECK(outcome.passed);  // t102 is silent too, but no column
}

TEST_CASE("trial: a test none of whose columns its rule watches is a mistake", "[trial]") {
  const TestOutcome outcome =
      run("[[test]]\nname = \"n\"\nrule = \"double\"\ninput = \"t tank/t102/level\"\n"
          "expect = \"\"\n");
  CHECK_FALSE(outcome.passed);
  CHECK(outcome.fault.message.find("no column of the input is a tag of its rules") !=
        std::string::npos);
}

TEST_CASE("trial: late and historical cells do what they do in the plant", "[trial]") {
  const std::string text =
      "[[test]]\nname = \"n\"\nrule = \"tank-level\"\ninput = \"\"\"\nt tank/t101/level\n0s 70\n"
      "10s historical:95@2s\n30s 91@12s\n\"\"\"\nuntil = \"60s\"\n"
      "expect = \"35s tank/t101/level raise HH high\"\n";
  const TestOutcome outcome = run(text);
  INFO(to_text(outcome.fault) << '\n' << outcome.detail);
  CHECK(outcome.passed);  // the delay runs on the gateway's clock too
}

TEST_CASE("trial: coverage counts each level that some test reached", "[trial]") {
  const config::Loaded loaded = loaded_with(test_text(all));
  REQUIRE(loaded.config != nullptr);
  Coverage coverage{*loaded.config->plant};
  CHECK(coverage.levels() == 4);
  CHECK(coverage.reached() == 0);
  coverage.add(run_test(loaded.config->tests.front(), *loaded.config->plant));
  CHECK(coverage.reached() == 2);
  const auto missing = coverage.missing();
  REQUIRE(missing.size() == 2);
  CHECK(missing[0].rule == "silent");
  CHECK(missing[1].level == Level::high);
}

TEST_CASE("trial: every test of the shipped rules passes, and they reach every level", "[trial]") {
  Diagnostics diagnostics;
  const auto config = config::load(std::string{PARKWATCH_SOURCE_DIR} + "/config/parkwatch.toml",
                                   check_driver, diagnostics);
  for (const Diagnostic& d : diagnostics) UNSCOPED_INFO(to_text(d));
  REQUIRE(config != nullptr);
  CHECK(config->tests.size() > 20);
  Coverage coverage{*config->plant};
  for (const config::RuleTest& test : config->tests) {
    const TestOutcome outcome = run_test(test, *config->plant);
    INFO(to_text(outcome.fault) << '\n' << outcome.detail);
    CHECK(outcome.passed);
    coverage.add(outcome);
  }
  for (const LevelOfRule& level : coverage.missing()) {
    UNSCOPED_INFO(level.rule << ' ' << to_text(level.level));
  }
  CHECK(coverage.missing().empty());
}

TEST_CASE("trial: a suppression is a transition like any other", "[trial]") {
  const auto suppression = [](const std::string& expect) {
    return "[[tag]]\nname = \"tank/t101/pump\"\n[[tag]]\nname = \"tank/t102/pump\"\n" +
           std::string{"[[rule]]\nid = \"no-flow\"\nkind = \"limit\"\n"} +
           "tags = [\"tank/*/level\"]\nL = 5\nrecheck = \"10s\"\n" +
           "suppress_when = \"`{site}/{device}/pump` == 0\"\n" +
           "[[test]]\nname = \"n\"\nrule = \"no-flow\"\nuntil = \"1m\"\ninput = \"\"\"\n" +
           "t  tank/t101/level  tank/t101/pump\n0s 50 1\n5s 2 0\n20s - 1\n\"\"\"\nexpect = " +
           "\"\"\"\n" + expect + "\"\"\"\n";
  };
  const std::string head = "5s tank/t101/level suppressed\n5s tank/t101/level raise L\n";
  CHECK(run(suppression(head + "30s tank/t101/level unsuppressed L\n")).passed);
  const TestOutcome late = run(suppression(head + "31s tank/t101/level unsuppressed L\n"));
  CHECK_FALSE(late.passed);
  CHECK_THAT(late.fault.message, Catch::Contains("got 30s tank/t101/level unsuppressed L"));
}

}  // namespace rule_test_test
