// tests/unit/http/response_test.cpp - Which status an error is answered with, what a problem says,
// and the sentences of refusals that clients are left alone with.
#include "http/response.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "tests/unit/http/client.h"
#include "tests/unit/http/park.h"

namespace response_test {

using namespace parkwatch;
using http::problem;
using http::reason_phrase;
using test::get;
using test::HttpClient;
using test::Park;
using test::send;

TEST_CASE("response: each status that is answered has its phrase of RFC 9110", "[http]") {
  const std::pair<unsigned, const char*> phrases[] = {{200, "OK"},
                                                      {201, "Created"},
                                                      {204, "No Content"},
                                                      {400, "Bad Request"},
                                                      {401, "Unauthorized"},
                                                      {403, "Forbidden"},
                                                      {404, "Not Found"},
                                                      {405, "Method Not Allowed"},
                                                      {406, "Not Acceptable"},
                                                      {409, "Conflict"},
                                                      {410, "Gone"},
                                                      {413, "Content Too Large"},
                                                      {417, "Expectation Failed"},
                                                      {421, "Misdirected Request"},
                                                      {431, "Request Header Fields Too Large"},
                                                      {500, "Internal Server Error"},
                                                      {503, "Service Unavailable"},
                                                      {505, "HTTP Version Not Supported"}};
  for (const auto& [status, phrase] : phrases) CHECK(reason_phrase(status) == phrase);
  CHECK(reason_phrase(418) == "Unknown");
  CHECK(reason_phrase(0) == "Unknown");
}

TEST_CASE("response: an error is a status by what the client must do", "[http]") {
  const std::pair<ErrorKind, unsigned> statuses[] = {
      {ErrorKind::bad_input, 400}, {ErrorKind::refused, 403},   {ErrorKind::not_found, 404},
      {ErrorKind::conflict, 409},  {ErrorKind::gone, 410},      {ErrorKind::transient, 503},
      {ErrorKind::permanent, 500}, {ErrorKind::incomplete, 500}};
  for (const auto& [kind, status] : statuses) {
    const auto response = problem(Error{kind, "why"});
    CAPTURE(status);
    CHECK(response.status == status);
    CHECK(response.content_type == "application/problem+json");
    const auto body = boost::json::parse(response.body);
    CHECK(body.at("type").as_string() == "about:blank");
    CHECK(body.at("title").as_string() == reason_phrase(status));
    CHECK(body.at("status").to_number<unsigned>() == status);
    CHECK(body.at("detail").as_string() == "why");
    const bool retry = std::ranges::count(response.headers, std::pair<std::string, std::string>{
                                                                "Retry-After", "1"}) == 1;
    CHECK(retry == (status == 503));  // only then trying again helps
  }
}

TEST_CASE("response: what a problem says is UTF-8, and what is beside it stays", "[http]") {
  const auto response = problem(400, "a\xFF\"b\n", {{"gap", 7}, {"detail", "other"}});
  const auto body = boost::json::parse(response.body);
  CHECK(body.at("gap").to_number<int>() == 7);
  CHECK(body.at("detail").as_string() == "other");  // an extra member is the last word
  CHECK(boost::json::parse(problem(400, "a\xFF\"b\n").body).at("detail").as_string() ==
        "a\xEF\xBF\xBD\"b\n");
  CHECK(response.body.back() == '\n');
}

TEST_CASE("response: a query that cannot be meant is refused word for word", "[http][fault]") {
  Park park;
  const struct {
    const char* target;
    const char* detail;
  } cases[] = {
      {"/v1/readings?from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z",
       "parameter 'to': is not after 'from'"},
      {"/v1/readings?dictionary=none", "parameter 'dictionary': is \"all\" or \"changed\""},
      {"/v1/kpi?from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z",
       "parameter 'from': is not before `to`"},
      {"/v1/kpi?by=fortnight", "parameter 'by': is all, hour, shift, day, week or month"},
      {"/v1/kpi?by=shift", "parameter 'by': needs time.shifts in the configuration"},
      {"/v1/kpi?position=nobody", "parameter 'position': is no [[position]] of the configuration"},
      {"/v1/shift-report?shift=next", "parameter 'shift': is current or last"},
      {"/v1/shift-report?at=9000-01-01T00:00:00Z", "parameter 'at': is in the future"},
      {"/v1/consumers?name=x", "parameter 'name': this resource takes none"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.target);
    const auto reply = get(park.port(), one.target);
    CHECK(reply.status == 400);
    CHECK(reply.detail() == one.detail);
  }
}

TEST_CASE("response: a consumer's name, start and expiry are refused word for word",
          "[http][fault]") {
  Park park;
  const auto put = [&](const std::string& name, const std::string& body) {
    return send(park.port(), "PUT", "/v1/consumers/" + name, body);
  };
  const std::string no_name = "' is no name for a consumer: 1 to 64 of A-Z a-z 0-9 . _ -";
  const std::string longest(64, 'x');
  CHECK(put(longest, "").status == 201);
  CHECK(put(longest + "x", "").detail() == "'" + longest + "x" + no_name);
  CHECK(put("a%20b", "").detail() == "'a%20b" + no_name);
  CHECK(put("c", R"({"start":"soon"})").detail() ==
        "member 'start': is \"beginning\", \"now\" or a time as in 2026-01-31T08:00:00Z");
  for (const char* wrong : {"30", "0s", "never"}) {
    CAPTURE(wrong);
    CHECK(put("c", std::string{R"({"expires_in":")"} + wrong + "\"}").detail() ==
          "member 'expires_in': is a duration as in \"30d\" or \"12h\"");
  }
  CHECK(get(park.port(), "/v1/readings?consumer=c").detail() ==
        "there is no consumer 'c' (never registered, removed or expired)");
}

TEST_CASE("response: another protocol and a target that is none are told so", "[http][fault]") {
  Park park;
  HttpClient newer{park.port()};
  newer.write("GET /readyz HTTP/2.0\r\nHost: localhost\r\n\r\n");
  const auto version = newer.read();
  CHECK(version.status == 505);
  CHECK(version.detail() == "this speaks HTTP/1.1");
  CHECK(newer.read_to_end().empty());

  HttpClient odd{park.port()};
  odd.write("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto target = odd.read();
  CHECK(target.status == 400);
  CHECK(target.detail() == "the request target is no path with a query");

  HttpClient noise{park.port()};
  noise.write("\x16\x03\x01 no HTTP at all\r\n\r\n");
  const auto garbage = noise.read();
  CHECK(garbage.status == 400);
  CHECK_THAT(garbage.detail(), Catch::StartsWith("this is no HTTP request: "));
  CHECK(noise.read_to_end().empty());
}

}  // namespace response_test
