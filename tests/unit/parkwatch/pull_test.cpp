// tests/unit/parkwatch/pull_test.cpp - Pulls from a scripted daemon: pages, cursors, kills, gaps.
#include "tools/parkwatch/pull.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/temp_dir.h"
#include "tests/unit/parkwatch/recording_console.h"
#include "tests/unit/parkwatch/scripted_server.h"

namespace pull_test {

using namespace parkwatch;
using namespace parkwatch::cli;
using parkwatch::test::problem_answer;
using parkwatch::test::Scripted;
using parkwatch::test::ScriptedServer;

namespace {

std::string lines_of(unsigned page) {
  return R"({"type":"reading","tag":"a/b/c","value":)" + std::to_string(page) +
         "}\n"
         R"({"type":"page","cursor":"g.)" +
         std::to_string(page) + "\"}\n";
}

// A page of one reading that ends at cursor g.<page>.
Scripted page_answer(unsigned page, bool end, std::string body = {}) {
  Scripted out;
  out.body = body.empty() ? lines_of(page) : std::move(body);
  out.content_type = "application/x-ndjson";
  out.headers = {{"Parkwatch-Cursor", "g." + std::to_string(page)},
                 {"Parkwatch-End", end ? "true" : "false"}};
  return out;
}

std::string content_of(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream{path}.rdbuf();
  return out.str();
}

struct Run {
  int code = -1;
  std::string out;
  std::string err;
  std::size_t pauses = 0;
  std::vector<test::Asked> asked;
};

Run pull(std::vector<Scripted> script, const PullCommand& command, bool json_output = false) {
  const ScriptedServer server{std::move(script)};
  HttpClient client{*parse_server_url(server.url()), {}, std::chrono::seconds{5}};
  test::RecordingConsole rec;
  rec.console.json = json_output;
  Run run;
  run.code = Pull{client, command, rec.console}.run();
  run.out = rec.out.str();
  run.err = rec.err.str();
  run.pauses = rec.pauses.size();
  run.asked = server.asked();
  return run;
}

class Files {
 public:
  Files() : output(dir_.path() / "out"), cursor(dir_.path() / "cursor") {}
  PullCommand command() const {
    PullCommand c;
    c.output = output;
    c.cursor_file = cursor;
    return c;
  }

 private:
  test::TempDir dir_;

 public:
  const std::string output;
  const std::string cursor;
};

}  // namespace

TEST_CASE("pull: page after page until the end, each from the last one's cursor", "[cli]") {
  const Files files;
  const Run run = pull({page_answer(1, false), page_answer(2, true)}, files.command());
  CHECK(run.code == exit_ok);
  CHECK(content_of(files.output) == lines_of(1) + lines_of(2));
  REQUIRE(run.asked.size() == 2);
  CHECK(run.asked[0].target == "/v1/readings?max_bytes=1048576");
  CHECK(run.asked[0].accept == "application/x-ndjson");
  CHECK(run.asked[1].target == "/v1/readings?max_bytes=1048576&after=g.1");
  CHECK((*load_position(files.cursor))->cursor == "g.2");
  CHECK(run.out.starts_with("pulled 2 readings in 2 pages ("));
}

TEST_CASE("pull: the next run goes on where this one ended", "[cli]") {
  const Files files;
  REQUIRE(pull({page_answer(1, true)}, files.command()).code == exit_ok);
  const Run run = pull({page_answer(2, true)}, files.command());
  CHECK(run.code == exit_ok);
  REQUIRE(run.asked.size() == 1);
  CHECK(run.asked[0].target.ends_with("&after=g.1"));
  CHECK(content_of(files.output) == lines_of(1) + lines_of(2));
}

TEST_CASE("pull: a kill between a page and its cursor neither loses nor doubles it", "[cli]") {
  const Files files;
  REQUIRE(pull({page_answer(1, true)}, files.command()).code == exit_ok);
  const std::string whole = lines_of(2);
  for (std::size_t bytes = 0; bytes <= whole.size(); bytes += 7) {
    CAPTURE(bytes);
    // What a killed run leaves: some or all of page 2 in the output, the cursor still at page 1.
    const Position before = **load_position(files.cursor);
    std::ofstream{files.output, std::ios::app} << whole.substr(0, bytes);
    REQUIRE(pull({page_answer(2, true)}, files.command()).code == exit_ok);
    REQUIRE(content_of(files.output) == lines_of(1) + lines_of(2));
    std::filesystem::resize_file(files.output, before.bytes);
    REQUIRE(save_position(files.cursor, before));
  }
}

TEST_CASE("pull: a kill in the very first page is mended too", "[cli]") {
  const Files files;
  CHECK(pull({problem_answer(500, "broken")}, files.command()).code == exit_no);
  std::ofstream{files.output, std::ios::app} << "half a li";
  REQUIRE(pull({page_answer(1, true)}, files.command()).code == exit_ok);
  CHECK(content_of(files.output) == lines_of(1));
}

TEST_CASE("pull: a damaged page is not taken, and the cursor stays", "[cli]") {
  const Files files;
  const Run run = pull({page_answer(1, false), page_answer(2, true,
                                                           R"({"type":"reading"})"
                                                           "\n")},
                       files.command());
  CHECK(run.code == exit_no);
  CHECK(run.err.find("cut or damaged") != std::string::npos);
  CHECK(content_of(files.output) == lines_of(1));
  CHECK((*load_position(files.cursor))->cursor == "g.1");
}

TEST_CASE("pull: an answer of something else is not taken", "[cli]") {
  const Files files;
  Scripted html{200, "<html></html>", "text/html"};
  const Run run = pull({html}, files.command());
  CHECK(run.code == exit_no);
  CHECK(run.err.find("no page of readings") != std::string::npos);
  CHECK(run.out.empty());  // nothing was pulled: no summary
  CHECK(content_of(files.output).empty());
}

TEST_CASE("pull: the output must not be full", "[cli]") {
  const Files files;
  PullCommand command = files.command();
  command.output = "/dev/full";
  const Run run = pull({page_answer(1, true)}, command);
  CHECK(run.code == exit_no);
  CHECK(run.err.find("No space left on device") != std::string::npos);
  CHECK((*load_position(files.cursor))->cursor.empty());
}

TEST_CASE("pull: a consumer begins at its place and is told what is safe, after the cursor file",
          "[cli]") {
  const Files files;
  PullCommand command = files.command();
  command.consumer = "centre";
  const Run run =
      pull({page_answer(1, false), Scripted{200, "{}"}, page_answer(2, true), Scripted{200, "{}"}},
           command);
  CHECK(run.code == exit_ok);
  REQUIRE(run.asked.size() == 4);
  CHECK(run.asked[0].target.ends_with("&consumer=centre"));
  CHECK(run.asked[1].method == "POST");
  CHECK(run.asked[1].target == "/v1/consumers/centre/ack");
  CHECK(run.asked[1].body == R"({"cursor":"g.1"})");
  CHECK(run.asked[2].target.ends_with("&after=g.1"));  // and no consumer: only one may be given
  CHECK(run.asked[3].body == R"({"cursor":"g.2"})");
}

TEST_CASE("pull: an acknowledgement that is refused is an error, the output is safe", "[cli]") {
  const Files files;
  PullCommand command = files.command();
  command.consumer = "centre";
  const Run run =
      pull({page_answer(1, true), problem_answer(404, "there is no consumer 'centre'")}, command);
  CHECK(run.code == exit_no);
  CHECK(run.err.find("there is no consumer 'centre'") != std::string::npos);
  CHECK((*load_position(files.cursor))->cursor == "g.1");
}

TEST_CASE("pull: filters are passed on", "[cli]") {
  const Files files;
  PullCommand command = files.command();
  command.tags = "a/*,b";
  command.from = "2026-01-01T00:00:00+08:00";
  command.to = "2026-01-02T00:00:00Z";
  command.page_bytes = 4096;
  const Run run = pull({page_answer(1, true)}, command);
  REQUIRE(run.asked.size() == 1);
  CHECK(run.asked[0].target ==
        "/v1/readings?max_bytes=4096&tags=a%2F%2A%2Cb&from=2026-01-01T00%3A00%3A00%2B08%3A00"
        "&to=2026-01-02T00%3A00%3A00Z");
}

TEST_CASE("pull: following waits for more, and for a daemon in trouble", "[cli]") {
  const Files files;
  PullCommand command = files.command();
  command.follow = true;
  const std::string nothing = R"({"type":"page","cursor":"g.1","end":true})"
                              "\n";
  const Run run = pull({page_answer(1, true), page_answer(1, true, nothing),
                        problem_answer(503, "the store is in trouble"), page_answer(2, true),
                        problem_answer(400, "enough")},
                       command);
  CHECK(run.code == exit_no);  // only what waiting cannot mend ends it
  CHECK(run.err.find("enough") != std::string::npos);
  CHECK(run.pauses == 1);
  CHECK(content_of(files.output) == lines_of(1) + lines_of(2));  // nothing of the empty page
  CHECK(run.asked[0].target.ends_with("&wait=30"));
}

TEST_CASE("pull: without following an unreachable daemon is code 3", "[cli]") {
  const Files files;
  std::string url;
  {
    const ScriptedServer gone{{}};
    url = gone.url();
  }
  HttpClient client{*parse_server_url(url), {}, std::chrono::seconds{5}};
  test::RecordingConsole rec;
  const PullCommand command = files.command();
  CHECK(Pull{client, command, rec.console}.run() == exit_not_reachable);
  CHECK(rec.err.str().find("Connection refused") != std::string::npos);
}

TEST_CASE("pull: gaps are said and counted", "[cli]") {
  const Files files;
  const std::string body = R"({"type":"gap","readings":1200,"from":"A","to":"B","reason":"size"})"
                           "\n" +
                           lines_of(7);
  const Run run = pull({page_answer(7, true, body)}, files.command());
  CHECK(run.code == exit_ok);
  CHECK(run.err.find("gap: 1200 readings received from A to B were given up (size)") !=
        std::string::npos);
  CHECK(run.out.find("GAPS: 1, 1200 readings lost") != std::string::npos);
  CHECK(content_of(files.output) == body);
}

TEST_CASE("pull: another store ends it, unless that was accepted", "[cli]") {
  const Files files;
  REQUIRE(pull({page_answer(1, true)}, files.command()).code == exit_ok);
  const Scripted other =
      problem_answer(410, "the cursor is of generation g", R"(,"restart":"h.0")");
  PullCommand command = files.command();
  const Run refused = pull({other}, command);
  CHECK(refused.code == exit_no);
  CHECK(refused.err.find("--accept-new-store") != std::string::npos);
  CHECK((*load_position(files.cursor))->cursor == "g.1");

  command.accept_new_store = true;
  const Run accepted = pull({other, page_answer(2, true)}, command);
  CHECK(accepted.code == exit_ok);
  CHECK(accepted.err.find("gap: the cursor is of generation g") != std::string::npos);
  REQUIRE(accepted.asked.size() == 2);
  CHECK(accepted.asked[1].target.ends_with("&after=h.0"));
  const Run endless = pull({problem_answer(410, "x", R"(,"restart":"g.2")")}, command);
  CHECK(endless.code == exit_no);
  CHECK(endless.asked.size() == 1);
}

TEST_CASE("pull: one title line in CSV, however many pages and runs", "[cli]") {
  const Files files;
  PullCommand command = files.command();
  command.format = PullFormat::csv;
  const auto csv = [](unsigned page, bool end) {
    Scripted out = page_answer(page, end, "tag,value\r\na," + std::to_string(page) + "\r\n");
    out.content_type = "text/csv; charset=utf-8";
    out.headers.emplace_back("Parkwatch-Gap", "1-2; readings=5; from=a; to=b; reason=age");
    return out;
  };
  const Run run = pull({csv(1, false), csv(2, true)}, command);
  CHECK(run.code == exit_ok);
  CHECK(run.err.find("sequences 1-2; readings=5") != std::string::npos);
  REQUIRE(pull({csv(3, true)}, command).code == exit_ok);
  CHECK(content_of(files.output) == "tag,value\r\na,1\r\na,2\r\na,3\r\n");
}

TEST_CASE("pull: a cursor file of another format is refused before anything is asked", "[cli]") {
  const Files files;
  REQUIRE(pull({page_answer(1, true)}, files.command()).code == exit_ok);
  PullCommand command = files.command();
  command.format = PullFormat::csv;
  const Run run = pull({}, command);
  CHECK(run.code == exit_no);
  CHECK(run.err.find("--format ndjson, not csv") != std::string::npos);
  CHECK(run.asked.empty());
}

TEST_CASE("pull: the summary in JSON", "[cli]") {
  const Files files;
  const Run run = pull({page_answer(1, true)}, files.command(), true);
  CHECK(run.out == R"({"pages":1,"readings":1,"gaps":0,"lost_readings":0,"bytes":)" +
                       std::to_string(lines_of(1).size()) +
                       R"(,"cursor":"g.1"})"
                       "\n");
}

}  // namespace pull_test
