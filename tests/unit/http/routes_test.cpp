// tests/unit/http/routes_test.cpp - The table, and that the OpenAPI document tells all of it.
#include "http/routes.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "http/openapi.h"

namespace routes_test {

using namespace parkwatch::http;

namespace {

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), [](char c) { return c < 'a' ? char(c + 32) : c; });
  return out;
}

}  // namespace

TEST_CASE("routes: a path is matched level by level, its name is taken out", "[http]") {
  const Match ack = match_route("POST", "/v1/consumers/central-1/ack");
  REQUIRE(ack.route != nullptr);
  CHECK(ack.route->pattern == "/v1/consumers/{name}/ack");
  CHECK(ack.name == "central-1");
  const Match put = match_route("PUT", "/v1/consumers/a");
  REQUIRE(put.route != nullptr);
  CHECK(put.name == "a");
}

TEST_CASE("routes: a wrong method is told the right ones, a wrong path nothing", "[http]") {
  const Match match = match_route("PATCH", "/v1/consumers/a");
  CHECK(match.route == nullptr);
  CHECK(match.allow == "PUT, DELETE");
  CHECK(match_route("HEAD", "/healthz").allow == "GET");
  for (const char* path : {"/", "//", "/v1", "/v1/", "/v1/tags/", "/v1/tags/x", "/v1/consumers/a/b",
                           "/v1/consumers/a/ack/x", "/v2/tags", "/V1/tags", "v1/tags", ""}) {
    CAPTURE(path);
    const Match none = match_route("GET", path);
    CHECK(none.route == nullptr);
    CHECK(none.allow.empty());
  }
}

TEST_CASE("openapi: the document holds every route and no other", "[http]") {
  const auto document = boost::json::parse(openapi_text()).as_object();
  CHECK(document.at("openapi").as_string().starts_with("3."));
  std::size_t operations = 0;
  const auto& paths = document.at("paths").as_object();
  for (const auto& path : paths) {
    for (const auto& member : path.value().as_object()) {
      if (member.key() != "parameters") ++operations;
    }
  }
  CHECK(operations == routes().size());
  for (const Route& route : routes()) {
    CAPTURE(route.method, route.pattern);
    REQUIRE(paths.contains(route.pattern));
    const auto& path = paths.at(route.pattern).as_object();
    REQUIRE(path.contains(lower(route.method)));
    const auto& operation = path.at(lower(route.method)).as_object();
    CHECK(operation.contains("operationId"));
    CHECK(operation.contains("responses"));
    // Open routes say that they need no token.
    CHECK(operation.contains("security") == route.open);
  }
}

TEST_CASE("openapi: every reference in it leads somewhere", "[http]") {
  const std::string& text = openapi_text();
  const auto document = boost::json::parse(text);
  constexpr std::string_view mark = "\"$ref\": \"#";
  std::size_t references = 0;
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const std::size_t from = at + mark.size();
    const std::string pointer = text.substr(from, text.find('"', from) - from);
    CAPTURE(pointer);
    boost::system::error_code failed;
    CHECK(document.find_pointer(pointer, failed) != nullptr);
    ++references;
  }
  CHECK(references > 10);
}

}  // namespace routes_test
