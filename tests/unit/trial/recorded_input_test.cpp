// tests/unit/trial/recorded_input_test.cpp - The recipe of docs/testing-rules.md: what a pull of a
// store wrote as CSV is a test's input, and gives the transitions that were recorded.
#include <catch2/catch.hpp>

#include "http/readings_page.h"
#include "store/reader.h"
#include "tests/unit/config/given.h"
#include "tests/unit/trial/recorded_rule.h"
#include "tools/trial/rule_test.h"

namespace recorded_input_test {

using namespace parkwatch;

namespace {

constexpr const char* park = R"(
daemon.park = "p"
[[source]]
name = "s"
driver = "mqtt"
[[tag]]
name = "a/b/t0"
[[tag]]
name = "a/b/double"
expression = "`a/b/t0` * 2"
[[rule]]
id = "level"
kind = "limit"
tags = ["a/b/t0", "a/b/double"]
deadband = 2
on_delay = "10s"
off_delay = "5s"
H = { at = 80, priority = "high" }
)";

std::string pulled_csv(const std::string& directory) {
  const auto reader = store::open_reader(directory);
  REQUIRE(reader);
  const auto page = (*reader)->readings({});
  REQUIRE(page);
  REQUIRE(page->end);
  return http::csv_page({*page, (*reader)->generation(), 0, std::size_t{1} << 20, true}).body;
}

// As a [[test]] expects them; times count from the first message.
std::string recorded_transitions(const std::string& directory) {
  const auto reader = store::open_reader(directory);
  REQUIRE(reader);
  const auto events = (*reader)->events(0, 100);
  REQUIRE(events);
  std::string lines;
  for (const AlarmEvent& e : *events) {
    if (e.rule != "level") continue;
    const bool raised = e.kind == TransitionKind::raised;
    lines += to_text(e.at - test::rule_began) + ' ' + e.tag + (raised ? " raise H\n" : " return\n");
  }
  return lines;
}

}  // namespace

TEST_CASE("recorded input: a test over what a pull wrote gives the transitions that were recorded",
          "[trial]") {
  const test::RecordedRule recorded{
      {{0, "30"}, {5, "50"}, {20, "90"}, {40, "79"}, {50, "90"}, {60, "10"}, {80, "10"}}, park};
  const std::string expect = recorded_transitions(recorded.dir.path());
  CHECK(expect.find("a/b/t0 raise H") != std::string::npos);
  CHECK(expect.find("a/b/double return") != std::string::npos);
  const config::Folder folder;
  folder.write("series.csv", pulled_csv(recorded.dir.path()));
  const auto outcome_of = [&](const std::string& expected) {
    folder.write("p.toml", std::string{park} + "[[test]]\nname = \"the morning of the leak\"\n" +
                               "input = { csv = \"series.csv\" }\nexpect = \"\"\"\n" + expected +
                               "\"\"\"\n");
    const config::Loaded loaded = config::load_from(folder, "p.toml");
    INFO(loaded.said());
    REQUIRE(loaded.config != nullptr);
    return trial::run_test(loaded.config->tests.front(), *loaded.config->plant);
  };
  const trial::TestOutcome outcome = outcome_of(expect);
  INFO(outcome.detail);
  CHECK(outcome.passed);
  CHECK_FALSE(outcome_of("").passed);
}

}  // namespace recorded_input_test
