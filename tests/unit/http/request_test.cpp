// tests/unit/http/request_test.cpp - Targets, parameters, bodies of commands.
#include "http/request.h"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "http/command_body.h"

namespace request_test {

using namespace parkwatch;
using http::CommandBody;
using http::Parameters;
using http::parse_target;

namespace {

std::string detail(const std::optional<http::Response>& response) {
  if (!response) return "";
  CHECK(response->status == 400);
  return std::string{boost::json::parse(response->body).at("detail").as_string()};
}

}  // namespace

TEST_CASE("request: a target is a path and decoded parameters in order", "[http]") {
  const auto target = parse_target("/v1/tags?match=tank%2F*%2Flevel,a+b&max=5&&flag&x=");
  REQUIRE(target);
  CHECK(target->path == "/v1/tags");
  using Pair = std::pair<std::string, std::string>;
  CHECK(target->query ==
        std::vector<Pair>{{"match", "tank/*/level,a b"}, {"max", "5"}, {"flag", ""}, {"x", ""}});
}

TEST_CASE("request: what is no target of ours is none", "[http][fault]") {
  for (const char* text : {"", "*", "v1/tags", "http://localhost/v1/tags", "/a?x=%", "/a?x=%4",
                           "/a?x=%zz", "/a?%=1", "/a b", "/\x01", "/a?x=\x80"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_target(text));
  }
  std::string many = "/a?";
  for (int i = 0; i < 33; ++i) many += "p" + std::to_string(i) + "=1&";
  CHECK_FALSE(parse_target(many));
}

TEST_CASE("request: a number outside its bounds is named with them", "[http]") {
  for (const char* query : {"/x?max=0", "/x?max=101", "/x?max=-1", "/x?max=", "/x?max=1.5",
                            "/x?max=99999999999999999999", "/x?max=7 "}) {
    const auto target = parse_target(query);
    if (!target) continue;
    Parameters parameters{*target};
    CHECK(parameters.number("max", 10, 1, 100) == 10);
    CHECK_THAT(detail(parameters.finish()),
               Catch::Contains("parameter 'max'") && Catch::Contains("from 1 to 100"));
  }
  const auto target = parse_target("/x?max=100");
  Parameters parameters{*target};
  CHECK(parameters.number("max", 10, 1, 100) == 100);
  CHECK_FALSE(parameters.finish());
}

TEST_CASE("request: an unknown parameter and one given twice are named", "[http]") {
  const auto unknown = parse_target("/x?aftr=1");
  Parameters first{*unknown};
  CHECK_FALSE(first.text("after"));
  CHECK(detail(first.finish()) == "parameter 'aftr': unknown; there are: after");

  const auto twice = parse_target("/x?after=1&after=2");
  Parameters second{*twice};
  CHECK(second.text("after") == "2");
  CHECK(detail(second.finish()) == "parameter 'after': is given twice");

  const auto none = parse_target("/x?a=1");
  Parameters third{*none};
  CHECK(detail(third.finish()) == "parameter 'a': this resource takes none");
}

TEST_CASE("request: a time may have lost the plus of its offset", "[http]") {
  const auto expected = parse_rfc3339("2026-01-31T08:00:00+08:00");
  for (const char* query : {"/x?from=2026-01-31T08:00:00%2B08:00",
                            "/x?from=2026-01-31T08:00:00+08:00", "/x?from=2026-01-31T00:00:00Z"}) {
    const auto target = parse_target(query);
    Parameters parameters{*target};
    CHECK(parameters.time("from") == expected);
    CHECK_FALSE(parameters.finish());
  }
  const auto wrong = parse_target("/x?from=yesterday");
  Parameters parameters{*wrong};
  CHECK_FALSE(parameters.time("from"));
  CHECK_THAT(detail(parameters.finish()), Catch::Contains("'yesterday'"));
}

TEST_CASE("request: a list has bounded, whole parts", "[http]") {
  const auto good = parse_target("/x?tags=a,b,c");
  Parameters first{*good};
  CHECK(first.list("tags", 3) == std::vector<std::string>{"a", "b", "c"});
  CHECK_FALSE(first.finish());
  Parameters second{*good};
  static_cast<void>(second.list("tags", 2));
  CHECK_THAT(detail(second.finish()), Catch::Contains("more than 2 parts"));
  const auto hole = parse_target("/x?tags=a,,c");
  Parameters third{*hole};
  static_cast<void>(third.list("tags", 9));
  CHECK_THAT(detail(third.finish()), Catch::Contains("empty part"));
}

TEST_CASE("request: the body of a command is a flat object with known members", "[http][fault]") {
  struct Case {
    const char* body;
    const char* complaint;
  };
  const Case cases[] = {
      {"[]", "must be a JSON object"},
      {"7", "must be a JSON object"},
      {"{\"rule\":", "no JSON"},
      {"{\"rule\":\"\xFF\"}", "no JSON"},
      {"{\"rule\":[[[[[[1]]]]]]}", "no JSON"},  // deeper than any command
      {"{}", "member 'rule': is missing"},
      {"{\"rule\":\"\"}", "member 'rule': is missing"},
      {"{\"rule\":7}", "member 'rule': must be a string"},
      {"{\"rule\":\"123456789\"}", "longer than 8 bytes"},
      {"{\"rule\":\"a\\u0000b\"}", "control characters"},
      {"{\"rule\":\"a\",\"occurrence\":0}", "member 'occurrence'"},
      {"{\"rule\":\"a\",\"occurrence\":-1}", "member 'occurrence'"},
      {"{\"rule\":\"a\",\"occurrence\":1.5}", "member 'occurrence'"},
      {"{\"rule\":\"a\",\"occurrence\":\"1\"}", "member 'occurrence'"},
      {"{\"rule\":\"a\",\"occurrence\":1,\"ruel\":1}", "member 'ruel': is unknown"},
      {"{\"rule\":\"a\"}", "member 'occurrence': is missing"},
  };
  for (const auto& [text, complaint] : cases) {
    CAPTURE(text);
    CommandBody body{text};
    static_cast<void>(body.required_text("rule", 8));
    static_cast<void>(body.required_number("occurrence"));
    CHECK_THAT(detail(body.finish()), Catch::Contains(complaint));
  }
  CommandBody body{R"({"rule":"a","occurrence":18446744073709551615})"};
  CHECK(body.required_text("rule", 8) == "a");
  CHECK(body.required_number("occurrence") == UINT64_MAX);
  CHECK_FALSE(body.finish());
}

}  // namespace request_test
