// tests/unit/parkwatch/watch_test.cpp - Following transitions through waits, troubles and a new
// store.
#include "tools/parkwatch/watch.h"

#include <catch2/catch.hpp>

#include "tests/unit/parkwatch/recording_console.h"
#include "tests/unit/parkwatch/scripted_server.h"

namespace watch_test {

using namespace parkwatch;
using namespace parkwatch::cli;
using parkwatch::test::problem_answer;
using parkwatch::test::Scripted;
using parkwatch::test::ScriptedServer;

namespace {

Scripted standing(const std::string& cursor) {
  return {200, R"({"alarms":[],"cursor":")" + cursor + "\"}"};
}

Scripted events(const std::string& cursor, const std::string& kind) {
  Scripted out;
  out.content_type = "application/x-ndjson";
  if (!kind.empty()) {
    out.body = R"({"type":"event","at":"A","kind":")" + kind +
               R"(","rule":"r","tag":"t"})"
               "\n";
  }
  out.body += R"({"type":"page","cursor":")" + cursor +
              R"(","end":true})"
              "\n";
  out.headers = {{"Parkwatch-Cursor", cursor}};
  return out;
}

struct Run {
  int code = -1;
  std::string out;
  std::string err;
  std::size_t pauses = 0;
  std::vector<std::string> targets;
};

Run watch(std::vector<Scripted> script, bool json_output = false) {
  const ScriptedServer server{std::move(script)};
  HttpClient client{*parse_server_url(server.url()), {}, std::chrono::seconds{5}};
  test::RecordingConsole rec;
  rec.console.json = json_output;
  Run run;
  run.code = watch_alarms(client, rec.console);
  run.out = rec.out.str();
  run.err = rec.err.str();
  run.pauses = rec.pauses.size();
  for (const auto& asked : server.asked()) run.targets.push_back(asked.target);
  return run;
}

}  // namespace

TEST_CASE("watch: what stands, then each transition from there on", "[cli]") {
  const Run run = watch({standing("g.5"), events("g.5", ""), events("g.6", "raised"),
                         events("g.7", "returned"), problem_answer(401, "no more")});
  CHECK(run.code == exit_no);
  CHECK(run.targets == std::vector<std::string>{"/v1/alarms", "/v1/events?wait=30&after=g.5",
                                                "/v1/events?wait=30&after=g.5",
                                                "/v1/events?wait=30&after=g.6",
                                                "/v1/events?wait=30&after=g.7"});
  CHECK(run.out.starts_with("no alarm stands\n\nA"));
  CHECK(run.out.find("raised") < run.out.find("returned"));
  CHECK(run.err.find("no more") != std::string::npos);
}

TEST_CASE("watch: a daemon in trouble is waited for, from the same place", "[cli]") {
  Scripted dying = events("g.6", "raised");
  dying.close_after = true;
  const Run run = watch({standing("g.5"), dying, problem_answer(503, "stopping"),
                         problem_answer(503, "stopping"), events("g.7", "returned"),
                         problem_answer(403, "enough")});
  CHECK(run.code == exit_no);
  CHECK(run.pauses == 2);
  CHECK(run.out.find("returned") != std::string::npos);
  REQUIRE(run.targets.size() == 6);
  CHECK(run.targets[2] == run.targets[4]);
}

TEST_CASE("watch: another store begins with what stands there", "[cli]") {
  const Run run = watch({standing("g.5"), problem_answer(410, "another generation"),
                         standing("h.1"), events("h.2", "raised"), problem_answer(403, "enough")});
  CHECK(run.targets[2] == "/v1/alarms");
  CHECK(run.targets[3].ends_with("after=h.1"));
  CHECK(run.err.find("another generation") != std::string::npos);
}

TEST_CASE("watch: a daemon that was never there is code 3 at once", "[cli]") {
  std::string url;
  {
    const ScriptedServer gone{{}};
    url = gone.url();
  }
  HttpClient client{*parse_server_url(url), {}, std::chrono::seconds{5}};
  test::RecordingConsole rec;
  CHECK(watch_alarms(client, rec.console) == exit_not_reachable);
  CHECK(rec.pauses.empty());
}

TEST_CASE("watch: answers without a cursor end it", "[cli]") {
  CHECK(watch({Scripted{200, "{}"}}).code == exit_no);
  CHECK(watch({standing("g.5"), Scripted{200, "", "application/x-ndjson"}}).code == exit_no);
}

TEST_CASE("watch: in JSON each line is one alarm or event as it came", "[cli]") {
  Scripted alarm{200, R"({"alarms":[{"rule":"r"}],"cursor":"g.5"})"};
  const Run run = watch({alarm, events("g.6", "raised"), problem_answer(403, "enough")}, true);
  CHECK(run.out ==
        "{\"rule\":\"r\"}\n"
        R"({"type":"event","at":"A","kind":"raised","rule":"r","tag":"t"})"
        "\n");
}

TEST_CASE("watch: transitions that are no longer stored are said where they are missing", "[cli]") {
  const std::string page = R"({"type":"gap","first_journal":1,"last_journal":900,"events":900})"
                           "\n"
                           R"({"type":"event","kind":"raised"})"
                           "\n";
  test::RecordingConsole rec;
  print_events(page, rec.console);
  CHECK(rec.out.str().starts_with("transitions 1 to 900 are no longer stored\n"));
  test::RecordingConsole as_json;
  as_json.console.json = true;
  print_events(page, as_json.console);
  CHECK(as_json.out.str() == page);
}

TEST_CASE("watch: lines that are no events are passed over", "[cli]") {
  test::RecordingConsole rec;
  print_events("garbage\n{}\n[1]\n{\"type\":\"page\"}\n\n{\"type\":\"event\",\"kind\":\"raised\"}",
               rec.console);
  const std::string out = rec.out.str();
  CHECK(std::count(out.begin(), out.end(), '\n') == 1);
}

}  // namespace watch_test
