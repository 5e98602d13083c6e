// tests/unit/trial/explain_test.cpp - Why an alarm came or not, out of a store in every state of a
// rule.
#include "tools/trial/explain.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/unit/parkwatch/recording_console.h"
#include "tests/unit/trial/recorded_rule.h"
#include "tools/parkwatch/explain.h"

namespace explain_test {

using namespace parkwatch;
using namespace parkwatch::trial;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp began = test::rule_began;

const char* const text = R"(
daemon.park = "p"
[[source]]
name = "park"
driver = "mqtt"
[[tag]]
name = "a/b/t0"
unit = "m"
range = [0, 100]
[[tag]]
name = "a/b/pump"
[[rule]]
id = "level"
kind = "limit"
tags = ["a/b/t0"]
deadband = 2
on_delay = "10s"
off_delay = "5s"
H = { at = 80, priority = "high" }
)";

const std::string guarded = std::string{text} + R"(suppress_when = "`{site}/{device}/pump` == 0"
recheck = "40s"
)";

// With the rule above unless said otherwise.
struct Recorded : test::RecordedRule {
  explicit Recorded(const Values& values, const std::string& configuration = text,
                    const Others& others = {})
      : RecordedRule(values, configuration, others) {}
};

bool has(const std::string& whole, const std::string& part) {
  INFO(whole);
  return whole.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("explain: a value below the limit", "[trial]") {
  const Recorded r{{{0, "50"}}};
  CHECK(has(r.reasons(), "H = 80 is not passed; the alarm is normal"));
  CHECK(r.explained().newest->value == Value{50.0});
  CHECK(r.explained().decisions.empty());
}

TEST_CASE("explain: no reading at all", "[trial]") {
  const Recorded r{{{0, ""}}};
  CHECK(has(r.reasons(), "no reading of the tag has come yet"));
}

TEST_CASE("explain: past the limit, and what is left of the delay", "[trial]") {
  const Recorded r{{{0, "50"}, {5, "90"}, {9, "90"}}};
  CHECK(has(r.reasons(), "H = 80 is passed; 6s of its on-delay (10s) are left"));
  CHECK(r.explained().levels.front().left == 6s);
}

TEST_CASE("explain: bad data holds the delay", "[trial]") {
  const Recorded r{{{0, "50"}, {5, "90"}, {8, "500"}, {30, ""}}};  // out of range
  CHECK(has(r.reasons(), "the data is bad (out_of_range)"));
  CHECK(has(r.reasons(), "its delay stands still while the data is bad, 7s are left"));
}

TEST_CASE("explain: active, inside the deadband, and on its way back", "[trial]") {
  const Recorded active{{{0, "50"}, {5, "90"}, {20, "79"}}};
  CHECK(
      has(active.reasons(), "H = 80 is passed: the level is active until the signal is below 78"));
  CHECK(has(active.reasons(), "the alarm is unacknowledged since"));
  REQUIRE(active.explained().decisions.size() == 1);
  CHECK(active.explained().decisions.front().kind == TransitionKind::raised);

  const Recorded returning{{{0, "50"}, {5, "90"}, {20, "70"}, {22, ""}}};
  CHECK(has(returning.reasons(), "is no longer passed; 3s of its off-delay (5s) are left"));
}

TEST_CASE("explain: what does not exist is answered with what is near", "[trial]") {
  const Recorded r{{{0, "50"}}};
  const auto history = store::open_history(r.dir.path());
  REQUIRE(history.ok());
  const auto rule = explain(**history, "levle", "a/b/t0");
  REQUIRE_FALSE(rule.ok());
  CHECK(has(rule.error().message, "did you mean \"level\"?"));
  const auto tag = explain(**history, "level", "a/b/to");
  REQUIRE_FALSE(tag.ok());
  CHECK(has(tag.error().message, "has no alarm on \"a/b/to\""));
}

TEST_CASE("explain: the command says it in words and in JSON", "[trial]") {
  const Recorded r{{{0, "50"}, {5, "90"}, {20, "79"}}};
  cli::ExplainCommand command;
  command.rule = "level";
  command.tag = "a/b/t0";
  command.state_directory = r.dir.path();
  test::RecordingConsole words;
  CHECK(cli::explain(command, words.console) == cli::exit_ok);
  CHECK(has(words.out.str(), "level (limit) on a/b/t0"));
  CHECK(has(words.out.str(), "value 79 m, good"));
  CHECK(has(words.out.str(), "the last decisions:"));
  test::RecordingConsole json;
  json.console.json = true;
  CHECK(cli::explain(command, json.console) == cli::exit_ok);
  const auto document = boost::json::parse(json.out.str()).as_object();
  CHECK(document.at("state") == "unacknowledged");
  CHECK(document.at("levels").at(0).at("past") == true);
  CHECK(document.at("decisions").as_array().size() == 1);
  command.rule = "none";
  test::RecordingConsole none;
  CHECK(cli::explain(command, none.console) == cli::exit_no);
}

TEST_CASE("explain: suppressed by which expression, with which values", "[trial]") {
  const Recorded r{{{0, "a/b/pump=0"}, {5, "90"}, {20, "90"}}, guarded};
  CHECK(has(r.reasons(), "suppressed by `a/b/pump` == 0 (a/b/pump is 0)"));
  CHECK(has(r.reasons(), "the alarm is unacknowledged"));
  CHECK(has(r.reasons(), "evaluated and journaled, and nobody is told"));
  CHECK(r.explained().hidden == alarm_suppressed);

  const Recorded over{{{0, "a/b/pump=0"}, {5, "90"}, {20, "a/b/pump=1"}}, guarded};
  CHECK(has(over.reasons(), "suppressed until " + to_rfc3339(began + 60s) +
                                ", the recheck (40s) after `a/b/pump` == 0 (a/b/pump is 1)"));
  CHECK_FALSE(over.explained().by_design);

  const Recorded normal{{{0, "a/b/pump=0"}}, guarded};  // with nothing to hide
  CHECK(has(normal.reasons(), "the alarm is normal; suppressed by `a/b/pump` == 0"));
}

TEST_CASE("explain: why an alarm is not suppressed", "[trial]") {
  const Recorded running{{{0, "a/b/pump=1"}, {5, "90"}}, guarded};
  CHECK(has(running.reasons(), "not suppressed: `a/b/pump` == 0"));
  CHECK(has(running.reasons(), "(a/b/pump is 1)"));
  CHECK(running.explained().hidden == 0);
  const Recorded unknown{{{0, "90"}}, guarded};
  CHECK(has(unknown.reasons(), "(a/b/pump was never seen)"));
  const Recorded plain{{{0, "90"}}};
  CHECK_FALSE(has(plain.reasons(), "suppressed"));
}

TEST_CASE("explain: shelved and out of service, until when, by whom and why", "[trial]") {
  AlarmCommand shelve;
  shelve.rule = "level";
  shelve.tag = "a/b/t0";
  shelve.length = 1h;
  shelve.one_shot = true;
  shelve.comment = "calibration";
  AlarmCommand service = shelve;
  service.verb = AlarmCommand::Verb::out_of_service;
  service.one_shot = false;
  service.length = Duration{0};
  service.comment = "sensor swapped";
  const Recorded r{{{0, "50"}, {5, "50"}, {6, "50"}},
                   text,
                   {{5, Command{"li", shelve, false}}, {6, Command{"li", service, false}}}};
  CHECK(has(r.reasons(), "shelved until " + to_rfc3339(began + 1h + 5s) +
                             " or until it returns by li: calibration"));
  CHECK(has(r.reasons(), "out of service by li: sensor swapped"));
  CHECK(r.explained().hidden == (alarm_shelved | alarm_out_of_service));
}

TEST_CASE("explain: JSON names what hides the alarm", "[trial]") {
  const Recorded r{{{0, "a/b/pump=0"}, {5, "90"}}, guarded};
  cli::ExplainCommand command;
  command.rule = "level";
  command.tag = "a/b/t0";
  command.state_directory = r.dir.path();
  test::RecordingConsole json;
  json.console.json = true;
  CHECK(cli::explain(command, json.console) == cli::exit_ok);
  const auto document = boost::json::parse(json.out.str()).as_object();
  CHECK(document.at("hidden_by") == boost::json::array{"suppressed"});
}

}  // namespace explain_test
