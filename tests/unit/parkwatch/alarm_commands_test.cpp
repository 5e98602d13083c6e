// tests/unit/parkwatch/alarm_commands_test.cpp - Shelving, windows, loop checks and the rest on the
// command line: what each asks, what it says.
#include "tools/parkwatch/alarm_commands.h"

#include <catch2/catch.hpp>

#include "tests/unit/parkwatch/recording_console.h"
#include "tests/unit/parkwatch/scripted_server.h"
#include "tools/parkwatch/commands.h"

namespace alarm_commands_test {

using namespace parkwatch;
using namespace parkwatch::cli;
using parkwatch::test::problem_answer;
using parkwatch::test::Scripted;
using parkwatch::test::ScriptedServer;

namespace {

struct Run {
  int code = -1;
  std::string out;
  std::string err;
  std::string target;
  std::string body;
};

Run run(Scripted answer, std::vector<std::string> args) {
  const ScriptedServer server{{std::move(answer)}};
  args.insert(args.begin(), {"--url", server.url()});
  const Parsed parsed = parse_command_line(std::move(args));
  CAPTURE(parsed.text);
  REQUIRE(parsed.line);
  test::RecordingConsole rec;
  rec.console.json = parsed.line->json;
  Run out;
  out.code = run_command(*parsed.line, rec.console);
  out.out = rec.out.str();
  out.err = rec.err.str();
  REQUIRE(server.asked().size() == 1);
  out.target = server.asked()[0].target;
  out.body = server.asked()[0].body;
  return out;
}

const Scripted done{200, R"({"state":"acknowledged"})"};

}  // namespace

TEST_CASE("alarm commands: each verb asks its own path and says how the alarm is now", "[cli]") {
  const Run shelved =
      run(done, {"shelve", "lel", "a/b", "--for", "30m", "--reason", "why", "--one-shot"});
  CHECK(shelved.code == exit_ok);
  CHECK(shelved.out == "shelved: lel a/b, now acknowledged\n");
  CHECK(shelved.target == "/v1/alarms/shelve");
  CHECK(shelved.body == R"({"rule":"lel","tag":"a/b","for":"30m","reason":"why","one_shot":true})");
  const std::pair<const char*, const char*> plain[] = {
      {"unack", "unack"}, {"unshelve", "unshelve"}, {"reset", "reset"}, {"service", "in-service"}};
  for (const auto& [word, path] : plain) {
    const Run each = run(done, {word, "lel", "a/b", "--comment", "c"});
    CHECK(each.target == std::string{"/v1/alarms/"} + path);
    CHECK(each.body == R"({"rule":"lel","tag":"a/b","comment":"c"})");
  }
  const Run out = run(done, {"oos", "lel", "a/b", "--reason", "swap", "--until", "T"});
  CHECK(out.target == "/v1/alarms/out-of-service");
  CHECK(out.body == R"({"rule":"lel","tag":"a/b","until":"T","reason":"swap"})");
  const Run first = run({200, R"({"done":true})"}, {"first-out-reset", "trip"});
  CHECK(first.target == "/v1/alarms/first-out/reset");
  CHECK(first.out == "reset\n");
  const Run silent = run({200, R"({"done":true})"}, {"silence"});
  CHECK(silent.target == "/v1/alarms/silence");
  CHECK(silent.body.empty());
  CHECK(silent.out == "silenced\n");
}

TEST_CASE("alarm commands: a refusal is said, with code 1; a missing reason is wrong usage",
          "[cli]") {
  const Run refused = run(problem_answer(403, "only an admin may"),
                          {"shelve", "lel", "a/b", "--for", "1h", "--reason", "x"});
  CHECK(refused.code == exit_no);
  CHECK(refused.err == "parkwatch: only an admin may\n");
  CHECK(parse_command_line({"shelve", "lel", "a/b", "--for", "1h"}).code == exit_usage);
  CHECK(parse_command_line({"loopcheck", "start", "a/b", "--reason", "x"}).code == exit_usage);
}

TEST_CASE("alarm commands: maintenance windows are begun, ended and listed", "[cli]") {
  const Run begun =
      run({200, R"({"done":true,"window":17,"warnings":["no tag matches 'a/**'"]})"},
          {"maintenance", "begin", "--tags", "a/**", "--for", "4h", "--reason", "gauges"});
  CHECK(begun.out == "maintenance window noted: 17\n");
  CHECK(begun.err == "parkwatch: warning: no tag matches 'a/**'\n");
  CHECK(begun.target == "/v1/maintenance");
  CHECK(begun.body == R"({"tags":"a/**","for":"4h","reason":"gauges"})");
  const Run ended = run({200, R"({"done":true})"}, {"maintenance", "end", "17"});
  CHECK(ended.target == "/v1/maintenance/end");
  CHECK(ended.body == R"({"window":17})");
  const std::string rows =
      R"({"alarms":[],"maintenance":[{"tag":"window/17","group":"tanks","scope":"a/**",)"
      R"("shelving":{"since":"S","until":"U","author":"li","reason":"gauges"}}]})";
  const Run listed = run({200, rows}, {"maintenance"});
  CHECK(listed.target == "/v1/alarms");
  CHECK(listed.out == "window/17  tanks  a/**  S to U, li: gauges\n");
}

TEST_CASE("alarm commands: a loop check is started, ended and listed", "[cli]") {
  const Run started = run(
      done, {"loopcheck", "start", "a/b", "95.5", "--for", "5m", "--reason", "annual", "--json"});
  CHECK(started.target == "/v1/loop-checks");
  CHECK_THAT(started.body, Catch::Contains(R"("tag":"a/b","value":9.55E1,"for":"5m")"));
  CHECK(started.out == "{\"state\":\"acknowledged\"}\n");
  const Run ended = run(done, {"loopcheck", "end", "a/b"});
  CHECK(ended.target == "/v1/loop-checks/end");
  CHECK(run({200, R"({"loop_checks":[]})"}, {"loopcheck", "--json"}).out == "[]\n");
}

}  // namespace alarm_commands_test
