// tests/unit/parkwatch/gates_commands_test.cpp - `parkwatch gates`: what each asks, what it says.
#include "tools/parkwatch/gates_commands.h"

#include <catch2/catch.hpp>

#include "tests/unit/parkwatch/recording_console.h"
#include "tests/unit/parkwatch/scripted_server.h"
#include "tests/unit/parkwatch/tool_run.h"
#include "tools/parkwatch/commands.h"

namespace gates_commands_test {

using namespace parkwatch;
using namespace parkwatch::cli;
using parkwatch::test::problem_answer;
using parkwatch::test::Run;
using parkwatch::test::run;
using parkwatch::test::Scripted;

namespace {

const Scripted page_one{
    200, R"({"inside":[{"id":"H1","class":"hazmat","since":"2026-01-01T00:00:00Z","gate":"g1",)"
         R"("lane":"2",)"
         R"("seen_at":"2026-01-01T00:01:00Z","seen_gate":"cam"}],"next":"H1"})"};
const Scripted page_two{200, R"({"inside":[{"id":"H2","class":"person"}],"next":null})"};

}  // namespace

TEST_CASE("gates commands: who is inside is asked page by page and shown as one table", "[cli]") {
  const Run all = run({page_one, page_two}, {"gates", "inside"});
  CHECK(all.code == exit_ok);
  REQUIRE(all.asked.size() == 2);
  CHECK(all.asked[0].target == "/v1/gates/inside?max=10000");
  CHECK(all.asked[1].target == "/v1/gates/inside?max=10000&after=H1");
  CHECK(all.out.find("H1  ") != std::string::npos);
  CHECK(all.out.find("g1/2") != std::string::npos);
  CHECK(all.out.find("H2  ") != std::string::npos);
  const Run some =
      run({page_one, page_two}, {"gates", "inside", "--class", "person", "--zone", "north a"});
  REQUIRE(some.asked.size() == 2);
  CHECK(some.asked[0].target == "/v1/gates/inside?max=10000&class=person&zone=north%20a");
  CHECK(some.asked[1].target == some.asked[0].target + "&after=H1");
  CHECK(run({{200, R"({"inside":[],"next":null})"}}, {"gates", "inside"}).out == "nobody\n");
}

TEST_CASE("gates commands: passages are lines, and it is said how to go on", "[cli]") {
  Scripted page{200,
                "{\"type\":\"passage\",\"passage\":\"12.0\",\"kind\":\"enter\",\"class\":"
                "\"person\",\"id\":\"zhang\",\"gate\":\"g1\",\"received_at\":\"t\"}\n"
                "{\"type\":\"page\",\"cursor\":\"c.12\",\"end\":true}\n",
                "application/x-ndjson",
                {{"Parkwatch-Cursor", "c.12"}, {"Parkwatch-End", "true"}}};
  const Run lines = run({page}, {"gates", "passages", "--after", "c.1", "--max", "5"});
  CHECK(lines.code == exit_ok);
  CHECK(lines.asked[0].target == "/v1/gates/passages?max=5&after=c.1");
  CHECK(lines.out == "12.0  t  enter  person  zhang  g1\n");
  CHECK(lines.err == "the end; new ones: parkwatch gates passages --after c.12\n");
}

TEST_CASE("gates commands: devices are one table", "[cli]") {
  const Scripted page{200, R"({"devices":[{"gate":"g1","device":"camera-1","kind":"camera",)"
                           R"("lane":"2","state":"silent","seen_at":"2026-01-01T00:00:00Z"}]})"};
  const Run all = run({page}, {"gates", "devices"});
  CHECK(all.code == exit_ok);
  CHECK(all.asked[0].target == "/v1/gates/devices");
  CHECK(all.out.find("g1/2  camera-1  camera  silent  2026-01-01T00:00:00Z") != std::string::npos);
  const Run one = run({{200, R"({"devices":[]})"}}, {"gates", "devices", "--gate", "north a"});
  CHECK(one.asked[0].target == "/v1/gates/devices?gate=north%20a");
  CHECK(one.out == "no devices\n");
}

TEST_CASE("gates commands: permits are put, listed and taken away", "[cli]") {
  const Run put = run({{200, "{}"}}, {"gates", "permit", "put", "P-1", "H1", "--class", "hazmat",
                                      "--until", "2026-01-02T00:00:00Z", "--gate", "g1"});
  CHECK(put.code == exit_ok);
  CHECK(put.asked[0].method == "PUT");
  CHECK(put.asked[0].target == "/v1/gates/permits/P-1");
  CHECK(put.asked[0].body ==
        R"({"id":"H1","class":"hazmat","until":"2026-01-02T00:00:00Z","gates":["g1"]})");
  CHECK(put.out == "permit P-1 is in force\n");
  const Run gone = run({{204, ""}}, {"gates", "permit", "remove", "P-1"});
  CHECK(gone.asked[0].method == "DELETE");
  const Run list =
      run({{200, R"({"permits":[{"number":"P-1","id":"H1","source":"file"}],"next":null})"}},
          {"gates", "permits"});
  CHECK(list.out.find("P-1     H1") != std::string::npos);
}

TEST_CASE("gates commands: corrections carry a reason", "[cli]") {
  const Run rename =
      run({{200, "{}"}}, {"gates", "correct", "rename", "a", "--to", "b", "--reason", "misread"});
  CHECK(rename.asked[0].target == "/v1/gates/corrections");
  CHECK(rename.asked[0].body == R"({"verb":"rename","id":"a","to":"b","reason":"misread"})");
  CHECK(rename.out == "corrected: rename a\n");
  CHECK(parse_command_line({"gates", "correct", "leave", "a"}).code == exit_usage);
  CHECK(parse_command_line({"gates", "correct", "move", "a", "--reason", "x"}).code == exit_usage);
}

TEST_CASE("gates commands: a muster begins, is reported to, listed and ends", "[cli]") {
  const Run start = run({{200, "{}"}}, {"gates", "muster", "start", "--reason", "gas"});
  CHECK(start.asked[0].target == "/v1/gates/muster/start");
  CHECK(start.asked[0].body == R"({"reason":"gas"})");
  const Run report = run({{200, "{}"}}, {"gates", "muster", "report", "a", "--point", "mp1"});
  CHECK(report.asked[0].body == R"({"id":"a","point":"mp1"})");
  CHECK(run({{200, "{}"}}, {"gates", "muster", "end"}).asked[0].target == "/v1/gates/muster/end");
  const Scripted list{200,
                      R"({"known":true,"active":true,"began":"t1","reason":"gas","missing":1,)"
                      R"("left":1,"reported":0,"list":[{"id":"a","state":"left","place":"g1"},)"
                      R"({"id":"b","state":"missing","seen_gate":"cam"}],"next":null})"};
  const Run missing = run({list}, {"gates", "muster"});
  CHECK(missing.out.find("muster since t1: gas; missing 1, reported 0, left 1") == 0);
  CHECK(missing.out.find("missing  b") < missing.out.find("left     a"));
  CHECK(run({{200, R"({"known":false,"active":false,"list":[],"next":null})"}}, {"gates", "muster"})
            .out == "no muster\n");
}

TEST_CASE("gates commands: a refusal is said, and is the answer no", "[cli]") {
  const Run refused = run({problem_answer(403, "operator needed")}, {"gates", "inside"});
  CHECK(refused.code == exit_no);
  CHECK(refused.err.find("operator needed") != std::string::npos);
  CHECK(parse_command_line({"gates"}).code == exit_usage);
}

}  // namespace gates_commands_test
