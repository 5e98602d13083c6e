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
using namespace std::chrono_literals;

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

std::string csv_of(const store::ReadingsPage& page) {
  return http::csv_page({page, "0123456789abcdef", 0, std::size_t{1} << 20, true}).body;
}

std::string pulled_csv(const std::string& directory) {
  const auto reader = store::open_reader(directory);
  REQUIRE(reader);
  const auto page = (*reader)->readings({});
  REQUIRE(page);
  REQUIRE(page->end);
  return csv_of(*page);
}

// A configuration with one test, whose input is this recording.
std::shared_ptr<const config::Config> config_of(const std::string& text, const std::string& csv,
                                                const std::string& expected) {
  const config::Folder folder;
  folder.write("series.csv", csv);
  folder.write("p.toml", text + "[[test]]\nname = \"the morning of the leak\"\n" +
                             "input = { csv = \"series.csv\" }\nexpect = \"\"\"\n" + expected +
                             "\"\"\"\n");
  const config::Loaded loaded = config::load_from(folder, "p.toml");
  INFO(loaded.said());
  REQUIRE(loaded.config != nullptr);
  return loaded.config;
}

trial::TestOutcome outcome_of(const config::Config& config) {
  return trial::run_test(config.tests.front(), *config.plant);
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

constexpr const char* every_type = R"(
daemon.park = "p"
[[source]]
name = "s"
driver = "mqtt"
[[tag]]
name = "a/b/valve"
states = [{ number = 0, word = "closed" }, { number = 1, word = "open" }]
[[tag]]
name = "a/b/run"
type = "boolean"
[[tag]]
name = "a/b/batch"
type = "text"
[[tag]]
name = "a/b/level"
[[rule]]
id = "open"
kind = "state"
tags = ["a/b/valve"]
states = ["open"]
[[rule]]
id = "level"
kind = "limit"
tags = ["a/b/level"]
H = 80
)";

// A message a reading, a second apart.
store::ReadingsPage page_of_every_type() {
  store::ReadingsPage page;
  for (const char* name : {"a/b/valve", "a/b/run", "a/b/batch", "a/b/level"}) {
    store::TagRow row;
    row.id = static_cast<TagId>(page.tags.size());
    row.tag.name = name;
    page.tags.push_back(row);
  }
  const auto add = [&](TagId tag, Value value, QualityReason reason = QualityReason::none) {
    Reading r;
    r.tag = tag;
    r.sequence = page.readings.size() + 1;
    r.receive_time = test::rule_began + page.readings.size() * 1s;
    r.source_time = r.receive_time - 1ms;
    r.value = std::move(value);
    r.quality = reason == QualityReason::none ? Quality::good : Quality::bad;
    r.reason = reason;
    page.readings.push_back(std::move(r));
  };
  add(0, std::int64_t{1});
  add(1, true);
  for (const char* batch : {"B-17", "-", "", " B \t", "\"a\", b\r\n# c", "1"}) {
    add(2, std::string{batch});
  }
  add(2, std::string{}, QualityReason::comm_lost);
  add(3, 95.0, QualityReason::out_of_range);
  add(3, 0.1 + 0.2);
  add(0, std::int64_t{0});
  return page;
}

}  // namespace

TEST_CASE("recorded input: a test over what a pull wrote gives the transitions that were recorded",
          "[trial]") {
  const test::RecordedRule recorded{
      {{0, "30"}, {5, "50"}, {20, "90"}, {40, "79"}, {50, "90"}, {60, "10"}, {80, "10"}}, park};
  const std::string expect = recorded_transitions(recorded.dir.path());
  CHECK(expect.find("a/b/t0 raise H") != std::string::npos);
  CHECK(expect.find("a/b/double return") != std::string::npos);
  const std::string csv = pulled_csv(recorded.dir.path());
  const trial::TestOutcome outcome = outcome_of(*config_of(park, csv, expect));
  INFO(outcome.detail);
  CHECK(outcome.passed);
  CHECK_FALSE(outcome_of(*config_of(park, csv, "")).passed);
}

TEST_CASE("recorded input: values of every type and bad ones are those that were pulled",
          "[trial]") {
  const store::ReadingsPage page = page_of_every_type();
  const auto config =
      config_of(every_type, csv_of(page), "0s a/b/valve raise\n11s a/b/valve return\n");
  const config::RuleTest& test = config->tests.front();
  CHECK(test.begin == parkwatch::test::rule_began);
  REQUIRE(test.input.size() == page.readings.size());
  for (std::size_t i = 0; i < page.readings.size(); ++i) {
    const Reading& pulled = page.readings[i];
    CAPTURE(i, to_text(pulled.value));
    REQUIRE(test.input[i].readings.size() == 1);
    const config::TestReading& read = test.input[i].readings.front();
    CHECK(read.tag == page.tags[pulled.tag].tag.name);
    CHECK(read.value == pulled.value);
    CHECK(read.quality == pulled.quality);
    CHECK(read.reason == pulled.reason);
    CHECK(test.begin + test.input[i].at == pulled.receive_time);
    CHECK(test.begin + read.time == pulled.source_time);
  }
  const trial::TestOutcome outcome = outcome_of(*config);
  INFO(outcome.detail);
  CHECK(outcome.passed);
}

}  // namespace recorded_input_test
