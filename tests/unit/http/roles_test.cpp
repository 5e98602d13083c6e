// tests/unit/http/roles_test.cpp - Who may do what over HTTP: every route with every role.
#include <catch2/catch.hpp>
#include <map>

#include "http/routes.h"
#include "tests/unit/http/client.h"
#include "tests/unit/http/park.h"

namespace roles_test {

using namespace parkwatch;
using http::Role;
using test::Park;

namespace {

http::HttpOptions with_holders() {
  http::HttpOptions options = test::quick_options();
  options.holders = {{"screen", Role::viewer, "tv"},
                     {"hq", Role::puller, "th"},
                     {"wang", Role::operating, "tw"},
                     {"chief", Role::admin, "tc"}};
  return options;
}

unsigned status_of(Park& park, const std::string& token, const std::string& method,
                   const std::string& target, const std::string& body = "{}") {
  return test::send(park.port(), method, target, body, {{"Authorization", "Bearer " + token}})
      .status;
}

}  // namespace

TEST_CASE("roles: each route asks for the role that design and docs give it", "[http][security]") {
  // What is not here needs no more than reading.
  const std::map<std::pair<std::string, std::string>, Role> expected{
      {{"POST", "/v1/alarms/ack"}, Role::operating},
      {{"POST", "/v1/alarms/unack"}, Role::operating},
      {{"POST", "/v1/alarms/silence"}, Role::operating},
      {{"POST", "/v1/alarms/shelve"}, Role::operating},
      {{"POST", "/v1/alarms/unshelve"}, Role::operating},
      {{"POST", "/v1/alarms/reset"}, Role::operating},
      {{"POST", "/v1/alarms/first-out/reset"}, Role::operating},
      {{"POST", "/v1/shift-report/sign"}, Role::operating},
      {{"GET", "/v1/gates/inside"}, Role::operating},
      {{"GET", "/v1/gates/passages"}, Role::operating},
      {{"GET", "/v1/gates/devices"}, Role::operating},
      {{"GET", "/v1/gates/permits"}, Role::operating},
      {{"PUT", "/v1/gates/permits/{name}"}, Role::operating},
      {{"DELETE", "/v1/gates/permits/{name}"}, Role::operating},
      {{"POST", "/v1/gates/corrections"}, Role::operating},
      {{"GET", "/v1/gates/muster"}, Role::operating},
      {{"POST", "/v1/gates/muster/start"}, Role::operating},
      {{"POST", "/v1/gates/muster/end"}, Role::operating},
      {{"POST", "/v1/gates/muster/report"}, Role::operating},
      {{"POST", "/v1/alarms/out-of-service"}, Role::admin},
      {{"POST", "/v1/alarms/in-service"}, Role::admin},
      {{"POST", "/v1/maintenance"}, Role::admin},
      {{"POST", "/v1/maintenance/end"}, Role::admin},
      {{"POST", "/v1/loop-checks"}, Role::admin},
      {{"POST", "/v1/loop-checks/end"}, Role::admin},
      {{"POST", "/v1/receivers/{name}/test"}, Role::admin},
      {{"DELETE", "/v1/consumers/{name}"}, Role::admin},
      {{"PUT", "/v1/consumers/{name}"}, Role::puller},
      {{"POST", "/v1/consumers/{name}/ack"}, Role::puller}};
  std::size_t found = 0;
  for (const http::Route& route : http::routes()) {
    CAPTURE(route.method, route.pattern);
    const auto at = expected.find({std::string{route.method}, std::string{route.pattern}});
    if (at != expected.end()) ++found;
    CHECK(route.needed == (at == expected.end() ? Role::viewer : at->second));
    // Nothing that changes anything is open to who may only read.
    if (route.method != "GET") CHECK(route.needed != Role::viewer);
  }
  CHECK(found == expected.size());
}

TEST_CASE("roles: over the wire, with the name as the author and what an admin may",
          "[http][security]") {
  Park park{with_holders()};
  const std::string ack = R"({"rule":"HH","tag":"a/b/c","occurrence":1})";
  for (const char* token : {"tv", "th", "tw", "tc"}) {
    CHECK(status_of(park, token, "GET", "/v1/alarms", "") == 200);
  }
  CHECK(status_of(park, "tx", "GET", "/v1/alarms", "") == 401);
  CHECK(status_of(park, "tv", "POST", "/v1/alarms/ack", ack) == 403);
  CHECK(status_of(park, "th", "POST", "/v1/alarms/ack", ack) == 403);
  CHECK(park.commands().empty());
  CHECK(status_of(park, "tw", "POST", "/v1/alarms/ack", ack) == 200);
  CHECK(status_of(park, "tw", "POST", "/v1/alarms/shelve",
                  R"({"rule":"HH","tag":"a/b/c","for":"5m","reason":"x"})") == 200);
  CHECK(status_of(park, "tw", "POST", "/v1/maintenance",
                  R"({"group":"g","for":"5m","reason":"x"})") == 403);
  CHECK(status_of(park, "tc", "POST", "/v1/maintenance",
                  R"({"group":"g","for":"5m","reason":"x"})") == 200);
  const auto commands = park.commands();
  REQUIRE(commands.size() == 3);
  CHECK(commands[0].author == "wang");
  CHECK_FALSE(commands[0].admin);
  CHECK_FALSE(commands[1].admin);  // so that the pipeline refuses a critical alarm
  CHECK(commands[2].author == "chief");
  CHECK(commands[2].admin);
}

}  // namespace roles_test
