// tests/unit/parkwatch/api_test.cpp - Problems as errors, tokens, and patience.
#include "tools/parkwatch/api.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/support/temp_dir.h"
#include "tests/unit/parkwatch/recording_console.h"
#include "tests/unit/parkwatch/scripted_server.h"

namespace api_test {

using namespace parkwatch;
using namespace parkwatch::cli;
using parkwatch::test::problem_answer;
using parkwatch::test::Scripted;
using parkwatch::test::ScriptedServer;

namespace {

HttpAnswer answer_of(unsigned status, std::string body) {
  HttpAnswer out;
  out.status = status;
  out.body = std::move(body);
  return out;
}

HttpClient client_of(const ScriptedServer& server) {
  return HttpClient{*parse_server_url(server.url()), {}, std::chrono::seconds{5}};
}

}  // namespace

TEST_CASE("api: a problem's detail is the error's text", "[cli]") {
  const Error conflict =
      error_of(answer_of(409, R"({"title":"Conflict","detail":"it re-alarmed at 14:03"})"));
  CHECK(conflict.kind == ErrorKind::conflict);
  CHECK(conflict.message == "it re-alarmed at 14:03");
  CHECK(error_of(answer_of(404, R"({"title":"Not Found"})")).message == "Not Found");
  CHECK(error_of(answer_of(404, "")).kind == ErrorKind::not_found);
  CHECK(error_of(answer_of(410, "")).kind == ErrorKind::gone);
  CHECK(error_of(answer_of(400, "")).kind == ErrorKind::bad_input);
  const Error strange = error_of(answer_of(500, "<html>"));
  CHECK(strange.kind == ErrorKind::refused);
  CHECK(strange.message == "the daemon answered with status 500");
  CHECK(error_of(answer_of(503, "")).kind != ErrorKind::transient);  // there is a daemon
}

TEST_CASE("api: without the token it is said how to give it", "[cli]") {
  const Error error = error_of(answer_of(401, R"({"detail":"a token is needed"})"));
  CHECK(error.message.find("a token is needed") != std::string::npos);
  CHECK(error.message.find("--token-file") != std::string::npos);
}

TEST_CASE("api: exit codes tell unreachable from refused", "[cli]") {
  CHECK(exit_code_of(Error{ErrorKind::transient, ""}) == exit_not_reachable);
  CHECK(exit_code_of(Error{ErrorKind::conflict, ""}) == exit_no);
  CHECK(exit_code_of(Error{ErrorKind::refused, ""}) == exit_no);
}

TEST_CASE("api: a token is the first line of its file", "[cli]") {
  const test::TempDir dir;
  const std::string path = dir.path() / "token";
  CHECK(*read_token("") == "");
  std::ofstream{path} << "s3cret\r\nmore\n";
  CHECK(*read_token(path) == "s3cret");
  for (const char* bad : {"", "\n", "two words\n"}) {
    std::ofstream{path} << bad;
    const auto token = read_token(path);
    CAPTURE(bad);
    REQUIRE_FALSE(token);
    CHECK(token.error().message.find(path) != std::string::npos);
  }
  CHECK_FALSE(read_token(dir.path() / "absent"));
}

TEST_CASE("api: an answer that is no JSON object is refused", "[cli]") {
  const auto body = GENERATE(as<std::string>{}, "", "[]", "7", "<html>", "{", "{\"a\":1}x");
  const ScriptedServer server{{Scripted{200, body}}};
  HttpClient client = client_of(server);
  const auto got = Api{client}.get("/v1/status");
  CAPTURE(body);
  REQUIRE_FALSE(got);
  CHECK(got.error().kind == ErrorKind::bad_input);
  CHECK_FALSE(object_of(answer_of(200, std::string(100'000, '['))));
}

TEST_CASE("api: a command may be answered by nothing", "[cli]") {
  const ScriptedServer server{{Scripted{204, ""}}};
  HttpClient client = client_of(server);
  const auto got = Api{client}.command("DELETE", "/v1/consumers/x", {});
  REQUIRE(got);
  CHECK(got->empty());
}

TEST_CASE("api: patience waits for a busy daemon, and says so once", "[cli]") {
  const ScriptedServer server{{problem_answer(503, "too many pages are on their way"),
                               problem_answer(429, "slowly"),
                               problem_answer(404, "no such thing")}};
  HttpClient client = client_of(server);
  test::RecordingConsole rec;
  HttpRequest request;
  request.target = "/v1/readings";
  const auto answer = send_patiently(client, request, rec.console);
  REQUIRE(answer);
  CHECK(answer->status == 404);
  CHECK(rec.pauses == std::vector<Duration>{std::chrono::seconds{1}, std::chrono::seconds{2}});
  CHECK(rec.err.str() == "parkwatch: too many pages are on their way (trying again)\n");
}

}  // namespace api_test
