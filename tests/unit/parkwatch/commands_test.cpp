// tests/unit/parkwatch/commands_test.cpp - Each command against a scripted daemon: what it asks,
// what it says, its exit code.
#include "tools/parkwatch/commands.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/support/temp_dir.h"
#include "tests/unit/parkwatch/recording_console.h"
#include "tests/unit/parkwatch/scripted_server.h"
#include "tests/unit/parkwatch/tool_run.h"

namespace commands_test {

using namespace parkwatch;
using namespace parkwatch::cli;
using parkwatch::test::problem_answer;
using parkwatch::test::Run;
using parkwatch::test::run;
using parkwatch::test::Scripted;
using parkwatch::test::ScriptedServer;

namespace {

Scripted json_answer(std::string body, unsigned status = 200) { return {status, std::move(body)}; }

const std::string alarms =
    R"({"alarms":[{"rule":"lel","tag":"tank/t1/gas","state":"unacknowledged","priority":"high",)"
    R"("level":"H","occurrence":48213,"raised_at":"A","message":{"zh":"可燃气","en":"gas"}}],)"
    R"("cursor":"g.9"})";

}  // namespace

TEST_CASE("commands: status and its JSON", "[cli]") {
  const std::string body = R"({"park":"park-a","version":"0.1.0"})";
  const Run text = run({json_answer(body)}, {"status"});
  CHECK(text.code == exit_ok);
  CHECK(text.out.find("park-a") != std::string::npos);
  CHECK(text.asked[0].target == "/v1/status");
  CHECK(run({json_answer(body)}, {"status", "--json"}).out == body + "\n");
}

TEST_CASE("commands: a tag that does not exist is said, with code 1", "[cli]") {
  const Run none = run({json_answer(R"({"tags":[],"next":null})")}, {"tags", "a/b/gass"});
  CHECK(none.code == exit_no);
  CHECK(none.out.empty());
  CHECK(none.err == "parkwatch: no tag matches 'a/b/gass'\n");
}

TEST_CASE("commands: tags come page by page and are shown together", "[cli]") {
  const Run all = run({json_answer(R"({"tags":[{"name":"a/b/c"}],"next":7})"),
                       json_answer(R"({"tags":[{"name":"a/b/d"}],"next":null})")},
                      {"tags", "a/*/**"});
  CHECK(all.code == exit_ok);
  CHECK(all.out == "TAG    VALUE  UNIT  QUALITY  TIME  DESCRIPTION\na/b/c\na/b/d\n");
  REQUIRE(all.asked.size() == 2);
  CHECK(all.asked[0].target == "/v1/tags?first=0&match=a%2F%2A%2F%2A%2A");
  CHECK(all.asked[1].target == "/v1/tags?first=7&match=a%2F%2A%2F%2A%2A");
  const Run stuck = run({json_answer(R"({"tags":[],"next":0})")}, {"tags", "--json"});
  CHECK(stuck.asked.size() == 1);
  CHECK(stuck.out == "{\"tags\":[]}\n");
}

TEST_CASE("commands: alarms as a table or as the document", "[cli]") {
  const Run text = run({json_answer(alarms)}, {"alarms"});
  CHECK(text.code == exit_ok);
  CHECK(text.out.find("tank/t1/gas") != std::string::npos);
  CHECK(run({json_answer(alarms)}, {"alarms", "--json"}).out == alarms + "\n");
}

TEST_CASE("commands: ack takes the occurrence that stands", "[cli]") {
  const Run done = run({json_answer(alarms), json_answer(R"({"state":"acknowledged"})")},
                       {"ack", "lel", "tank/t1/gas", "--comment", "巡检中"});
  CHECK(done.code == exit_ok);
  CHECK(done.out == "acknowledged: lel tank/t1/gas, occurrence 48213, now acknowledged\n");
  REQUIRE(done.asked.size() == 2);
  CHECK(done.asked[1].method == "POST");
  CHECK(done.asked[1].target == "/v1/alarms/ack");
  CHECK(done.asked[1].body ==
        R"({"rule":"lel","tag":"tank/t1/gas","occurrence":48213,"comment":"巡检中"})");
}

TEST_CASE("commands: ack of a given occurrence does not ask first", "[cli]") {
  const Run late = run({problem_answer(409, "occurrence 7 is over: it re-alarmed as 48213")},
                       {"ack", "lel", "tank/t1/gas", "--occurrence", "7"});
  CHECK(late.code == exit_no);
  CHECK(late.err == "parkwatch: occurrence 7 is over: it re-alarmed as 48213\n");
  REQUIRE(late.asked.size() == 1);
  CHECK(late.asked[0].body == R"({"rule":"lel","tag":"tank/t1/gas","occurrence":7})");
}

TEST_CASE("commands: ack of an alarm that does not stand says so", "[cli]") {
  const Run none = run({json_answer(alarms)}, {"ack", "lel", "tank/t2/gas"});
  CHECK(none.code == exit_no);
  CHECK(none.err == "parkwatch: no alarm of rule 'lel' stands on tag 'tank/t2/gas'\n");
}

TEST_CASE("commands: events are printed, and how to go on", "[cli]") {
  Scripted page{
      200,
      "{\"type\":\"event\",\"at\":\"A\",\"kind\":\"raised\",\"rule\":\"lel\",\"tag\":\"t\"}\n"
      "{\"type\":\"page\",\"cursor\":\"g.9\",\"end\":true}\n",
      "application/x-ndjson"};
  page.headers = {{"Parkwatch-Cursor", "g.9"}, {"Parkwatch-End", "true"}};
  const Run text = run({page}, {"events", "--after", "g.1", "--max", "5"});
  CHECK(text.code == exit_ok);
  CHECK(text.asked[0].target == "/v1/events?max=5&after=g.1");
  CHECK(text.asked[0].accept == "application/x-ndjson");
  CHECK(text.out.find("raised") != std::string::npos);
  CHECK(std::count(text.out.begin(), text.out.end(), '\n') == 1);
  CHECK(text.err == "the end; new ones: parkwatch events --after g.9\n");
  const Run lines = run({page}, {"events", "--json"});
  CHECK(lines.out == page.body.substr(0, page.body.find('\n') + 1));
  CHECK(lines.err.empty());
}

TEST_CASE("commands: consumers are listed, registered and removed", "[cli]") {
  CHECK(run({json_answer(R"({"consumers":[]})")}, {"consumers"}).out ==
        "no consumer is registered\n");
  const Run add = run({json_answer(R"({"name":"centre","cursor":"g.0"})", 201)},
                      {"consumers", "add", "centre", "--start", "now", "--expires-in", "30d"});
  CHECK(add.code == exit_ok);
  CHECK(add.out == "registered: centre, cursor g.0\n");
  CHECK(add.asked[0].method == "PUT");
  CHECK(add.asked[0].target == "/v1/consumers/centre");
  CHECK(add.asked[0].body == R"({"start":"now","expires_in":"30d"})");
  const Run remove = run({json_answer("", 204)}, {"consumers", "remove", "centre"});
  CHECK(remove.code == exit_ok);
  CHECK(remove.out == "removed: centre\n");
  CHECK(remove.asked[0].method == "DELETE");
  const Run bad =
      run({problem_answer(404, "there is no consumer 'x'")}, {"consumers", "remove", "x"});
  CHECK(bad.code == exit_no);
  CHECK(bad.err == "parkwatch: there is no consumer 'x'\n");
}

TEST_CASE("commands: the receivers are listed", "[cli]") {
  const Run rows =
      run({json_answer(R"({"receivers":[{"name":"ding","kind":"dingtalk","failing":true,)"
                       R"("waiting":3,"told":7,"failures":2,"expired":1,"refused":0,)"
                       R"("detail":"code 130101: too fast"}]})")},
          {"notify", "list"});
  CHECK(rows.code == exit_ok);
  CHECK(rows.asked[0].target == "/v1/receivers");
  for (const char* word : {"ding", "dingtalk", "failing", "130101"}) {
    CHECK_THAT(rows.out, Catch::Contains(word));
  }
  const Run none = run({json_answer(R"({"receivers":[]})")}, {"notify", "list"});
  CHECK(none.out == "no receiver is configured\n");
}

TEST_CASE("commands: a test message's answer is printed, and decides the exit code", "[cli]") {
  const Run good = run({json_answer(R"({"receiver":"ding","outcome":"ok","status":200,)"
                                    R"("reply":"{\"errcode\":0}"})")},
                       {"notify", "test", "ding"});
  CHECK(good.code == exit_ok);
  CHECK(good.asked[0].method == "POST");
  CHECK(good.asked[0].target == "/v1/receivers/ding/test");
  CHECK(good.out == "ding: ok, status 200\n{\"errcode\":0}\n");
  const Run bad = run({json_answer(R"({"receiver":"ding","outcome":"refused","status":200,)"
                                   R"("reply":"x\u001b[31m","detail":"code 310000: sign"})")},
                      {"notify", "test", "ding"});
  CHECK(bad.code == exit_no);
  CHECK_THAT(bad.out, Catch::Contains("310000"));
  CHECK(bad.out.find('\x1b') == std::string::npos);
  const Run json = run({json_answer(R"({"receiver":"d","outcome":"ok","status":0,"reply":""})")},
                       {"--json", "notify", "test", "d"});
  CHECK(json.out == "{\"receiver\":\"d\",\"outcome\":\"ok\",\"status\":0,\"reply\":\"\"}\n");
  const Run unknown =
      run({problem_answer(404, "there is no receiver nobody")}, {"notify", "test", "nobody"});
  CHECK(unknown.code == exit_no);
  CHECK_THAT(unknown.err, Catch::Contains("no receiver"));
}

TEST_CASE("commands: the quarantine is shown", "[cli]") {
  const Run rows = run({json_answer(R"({"quarantine":[{"received":"A","source":"park","topic":"t",)"
                                    R"("reason":"malformed","payload_bytes":1,"payload":"{"}]})")},
                       {"quarantine", "--max", "3"});
  CHECK(rows.code == exit_ok);
  CHECK(rows.asked[0].target == "/v1/quarantine?max=3");
  CHECK(rows.out == "A  park  t  malformed\n    1 bytes: {\n");
}

TEST_CASE("commands: a pull runs and its output is where it was asked for", "[cli]") {
  const test::TempDir dir;
  Scripted page{200, "{\"type\":\"page\",\"cursor\":\"g.1\",\"end\":true}\n",
                "application/x-ndjson"};
  page.headers = {{"Parkwatch-Cursor", "g.1"}, {"Parkwatch-End", "true"}};
  const Run pulled = run({page}, {"pull", "-o", (dir.path() / "out").string()});
  CHECK(pulled.code == exit_ok);
  CHECK(pulled.out == "pulled 0 readings in 1 pages (0 bytes), cursor g.1\n");
}

TEST_CASE("commands: the token is sent, and its lack explained", "[cli]") {
  const test::TempDir dir;
  const std::string path = dir.path() / "token";
  std::ofstream{path} << "s3cret\n";
  const Run with = run({json_answer("{}")}, {"status", "--token-file", path});
  CHECK(with.asked[0].authorization == "Bearer s3cret");
  const Run without = run({problem_answer(401, "a bearer token is needed")}, {"status", "--json"});
  CHECK(without.code == exit_no);
  CHECK(without.err.starts_with(R"({"error":"not authorised: a bearer token is needed; give)"));
  const Run missing = run({}, {"status", "--token-file", path + ".absent"});
  CHECK(missing.code == exit_usage);
  CHECK(missing.asked.empty());
}

TEST_CASE("commands: a wrong address is wrong usage, an absent daemon is code 3", "[cli]") {
  test::RecordingConsole rec;
  CommandLine line;
  line.url = "gateway";
  line.command = StatusCommand{};
  CHECK(run_command(line, rec.console) == exit_usage);
  {
    const ScriptedServer gone{{}};
    line.url = gone.url();
  }
  CHECK(run_command(line, rec.console) == exit_not_reachable);
  CHECK(rec.err.str().find("is parkwatchd running") != std::string::npos);
}

TEST_CASE("commands: a shift is signed with a note", "[cli]") {
  const std::string said = R"({"shift":"early","from":"A","to":"B","author":"token"})";
  const Run plain = run({json_answer(said)}, {"shift-report", "sign"});
  CHECK(plain.code == exit_ok);
  CHECK(plain.asked[0].target == "/v1/shift-report/sign");
  CHECK(plain.asked[0].body.empty());
  CHECK(plain.out == "signed by token: the shift early from A to B\n");
  const Run noted =
      run({json_answer(said)}, {"shift-report", "--shift", "current", "sign", "--note", "Wang"});
  CHECK(noted.asked[0].body == R"({"shift":"current","note":"Wang"})");
}

}  // namespace commands_test
