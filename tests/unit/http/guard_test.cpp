// tests/unit/http/guard_test.cpp - Token, host and origin.
#include "http/guard.h"

#include <catch2/catch.hpp>

#include "http/server.h"

namespace guard_test {

using namespace parkwatch;
using http::Credentials;
using http::Guard;

namespace {

unsigned status(const Guard& guard, const Credentials& credentials, bool open = false) {
  const auto refused = guard.refuse(credentials, open);
  return refused ? refused->status : 200;
}

}  // namespace

TEST_CASE("guard: with a token, only the token opens, but for open routes", "[http][security]") {
  const Guard guard{"s3cret"};
  CHECK(status(guard, {"GET", "Bearer s3cret", "gateway.example", ""}) == 200);
  CHECK(status(guard, {"GET", "bearer s3cret", "gateway.example", ""}) == 200);
  for (const char* wrong : {"", "s3cret", "Bearer ", "Bearer s3cre", "Bearer s3cret ",
                            "Bearer s3cretx", "Basic s3cret", "Bearer S3CRET"}) {
    CAPTURE(wrong);
    CHECK(status(guard, {"GET", wrong, "localhost", ""}) == 401);
    CHECK(status(guard, {"GET", wrong, "localhost", ""}, true) == 200);
    CHECK_FALSE(guard.authorised(wrong));
  }
  const auto body = [&](const char* given) {
    return guard.refuse({"GET", given, "localhost", ""}, false)->body;
  };
  CHECK_THAT(body(""), Catch::Contains("this needs the token"));
  CHECK_THAT(body("Bearer s3cre"), Catch::Contains("that was given is none of this daemon's"));
  REQUIRE(guard.caller("Bearer s3cret"));
  CHECK(guard.caller("Bearer s3cret")->name == "token");
  CHECK(guard.caller("Bearer s3cret")->role == http::Role::admin);
  REQUIRE(Guard{""}.caller(""));
  CHECK(Guard{""}.caller("")->name == "local");
  CHECK(Guard{""}.caller("")->role == http::Role::admin);
}

TEST_CASE("guard: without a token only the loopback's own names are answered", "[http][security]") {
  const Guard guard{""};
  for (const char* host : {"localhost", "LocalHost:7300", "127.0.0.1", "127.0.0.1:7300", "[::1]",
                           "[::1]:7300", "127.8.9.10:1"}) {
    CAPTURE(host);
    CHECK(status(guard, {"GET", "", host, ""}) == 200);
  }
  for (const char* host : {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example",
                           "127.evil", "10.0.0.1:7300", "[::2]", "127.1.1", "[::1"}) {
    CAPTURE(host);
    CHECK(status(guard, {"GET", "", host, ""}) == 421);
    CHECK(status(guard, {"GET", "", host, ""}, true) == 421);
  }
}

TEST_CASE("guard: a page of another site may read nothing it could not, and command nothing",
          "[http][security]") {
  const Guard guard{""};
  const char* host = "localhost:7300";
  CHECK(status(guard, {"POST", "", host, ""}) == 200);
  CHECK(status(guard, {"POST", "", host, "http://localhost:7300"}) == 200);
  for (const char* origin : {"http://evil.example", "null", "http://localhost:8080",
                             "http://localhost:7300.evil.example", "file://", "localhost:7300"}) {
    CAPTURE(origin);
    CHECK(status(guard, {"POST", "", host, origin}) == 403);
    CHECK(status(guard, {"PUT", "", host, origin}) == 403);
    CHECK(status(guard, {"DELETE", "", host, origin}) == 403);
    CHECK(status(guard, {"GET", "", host, origin}) == 200);
  }
}

TEST_CASE("guard: without a token only loopback may be listened on, and it says why",
          "[http][security]") {
  for (const char* listen : {"127.0.0.1:7300", "[::1]:0", "localhost:80", "127.1.2.3:1"}) {
    CAPTURE(listen);
    CHECK(http::check_listen(listen, false));
  }
  for (const char* listen : {"0.0.0.0:7300", "[::]:7300", "192.168.1.5:80"}) {
    CAPTURE(listen);
    CHECK(http::check_listen(listen, true));
    const auto refused = http::check_listen(listen, false);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::permanent);
    CHECK_THAT(refused.error().message, Catch::Contains(listen) && Catch::Contains("no token") &&
                                            Catch::Contains("http.token_file"));
  }
  for (const char* listen :
       {"", ":", "7300", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80",
        "[127.0.0.1]:80", "[::1]", "gateway:80", "127.0.0.1:80x"}) {
    CAPTURE(listen);
    const auto refused = http::check_listen(listen, true);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Catch::Contains("is no address and port"));
  }
}

TEST_CASE("guard: each holder of a token has a name and a role", "[http][security]") {
  const Guard guard{"", {{"wang", http::Role::operating, "w"}, {"hq", http::Role::puller, "h"}}};
  CHECK(guard.caller("Bearer w")->name == "wang");
  CHECK(guard.caller("Bearer h")->role == http::Role::puller);
  CHECK_FALSE(guard.caller("Bearer x"));
  CHECK_FALSE(guard.caller(""));
  // With any token, every host name is answered to who has one.
  CHECK(status(guard, {"GET", "Bearer w", "gateway.example", ""}) == 200);
  CHECK(status(guard, {"GET", "", "gateway.example", ""}) == 401);
}

TEST_CASE("guard: everyone may read, and only an admin everything", "[http][security]") {
  using http::Role;
  const Role all[] = {Role::viewer, Role::puller, Role::operating, Role::admin};
  for (const Role caller : all) {
    for (const Role needed : all) {
      const bool allowed = needed == Role::viewer || caller == needed || caller == Role::admin;
      const auto refused = Guard::refuse({"li", caller}, needed);
      CHECK(refused.has_value() != allowed);
      if (refused) CHECK(refused->status == 403);
    }
    CHECK(http::parse_role(to_text(caller)) == caller);
  }
  CHECK_FALSE(http::parse_role("root"));
}

}  // namespace guard_test
