// tests/unit/trial/documents_test.cpp - What docs/testing-rules.md tells people to write does what
// it says.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/unit/config/given.h"
#include "tools/trial/rule_test.h"

namespace documents_test {

using namespace parkwatch;
using namespace parkwatch::trial;

namespace {

std::string document() {
  std::ifstream file{std::string{PARKWATCH_SOURCE_DIR} + "/docs/testing-rules.md"};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The texts between ```toml and ```.
std::vector<std::string> examples() {
  std::vector<std::string> found;
  const std::string text = document();
  for (std::size_t at = text.find("```toml\n"); at != std::string::npos;
       at = text.find("```toml\n", at)) {
    at += 8;
    const std::size_t end = text.find("```", at);
    found.push_back(text.substr(at, end - at));
  }
  return found;
}

const std::string tank = R"(
daemon.park = "p"
[[source]]
name = "s"
driver = "mqtt"
[[tag]]
name = "tank/t101/level"
unit = "%"
range = [0, 100]
[[rule]]
id = "tank-level"
kind = "limit"
tags = ["tank/*/level"]
deadband = "2%"
on_delay = "5s"
HH = { at = 90, priority = "high" }
H  = { at = 85, priority = "medium", on_delay = "10s" }
)";

}  // namespace

TEST_CASE("documents: every example of testing-rules.md is read and passes", "[trial]") {
  const auto all = examples();
  REQUIRE_FALSE(all.empty());
  for (const std::string& example : all) {
    const config::Folder folder;
    folder.write("p.toml", tank + example);
    const config::Loaded loaded = config::load_from(folder, "p.toml");
    INFO(loaded.said());
    REQUIRE(loaded.config != nullptr);
    REQUIRE_FALSE(loaded.config->tests.empty());
    for (const config::RuleTest& test : loaded.config->tests) {
      const TestOutcome outcome = run_test(test, *loaded.config->plant);
      INFO(to_text(outcome.fault) << '\n' << outcome.detail);
      CHECK(outcome.passed);
    }
  }
}

TEST_CASE("documents: every key of a test is told", "[trial]") {
  const std::string text = document();
  for (const char* key : {"`name`", "`rule`", "`input`", "`expect`", "`exact`", "`begin`",
                          "`until`", "`raise`", "`rise`, `fall`", "`return`",
                          "historical:", "bad:comm_lost", "uncertain", "@8s", "--coverage"}) {
    CAPTURE(key);
    CHECK(text.find(key) != std::string::npos);
  }
}

}  // namespace documents_test
