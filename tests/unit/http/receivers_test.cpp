// tests/unit/http/receivers_test.cpp - /v1/receivers over the wire.
#include <catch2/catch.hpp>
#include <future>

#include "tests/unit/http/client.h"
#include "tests/unit/http/park.h"

namespace receivers_test {

using namespace parkwatch;
using test::get;
using test::HttpClient;
using test::HttpReply;
using test::Park;
using test::send;

TEST_CASE("receivers: each with how it fares", "[http]") {
  Park park;
  CHECK(get(park.port(), "/v1/receivers").body == "{\"receivers\":[]}\n");
  {
    const std::lock_guard lock{park.status_mutex};
    http::ReceiverStatus ding;
    ding.name = "ding";
    ding.kind = "dingtalk";
    ding.failing = true;
    ding.waiting = 3;
    ding.told = 7;
    ding.failures = 2;
    ding.expired = 1;
    ding.detail = "code 130101: too fast";
    ding.raises = {4, std::chrono::milliseconds{1500}, std::chrono::seconds{90}};
    ding.last_ok = from_us(1'780'207'402'140'000);
    park.receivers = {ding, {}};
  }
  CHECK(get(park.port(), "/v1/receivers").body ==
        R"({"receivers":[{"name":"ding","kind":"dingtalk","failing":true,"waiting":3,"told":7,)"
        R"("failures":2,"expired":1,"refused":0,"raises_told":4,"raises_told_median_s":1.5,)"
        R"("raises_told_longest_s":90.0,"last_ok":"2026-05-31T06:03:22.140Z",)"
        R"("detail":"code 130101: too fast"},{"name":"","kind":"","failing":false,"waiting":0,)"
        R"("told":0,"failures":0,"expired":0,"refused":0,"raises_told":0,)"
        R"("raises_told_median_s":null,"raises_told_longest_s":null}]})"
        "\n");
  CHECK(get(park.port(), "/v1/receivers?x=1").status == 400);
}

TEST_CASE("receivers: a test gives the answer as it came", "[http]") {
  Park park;
  {
    const std::lock_guard lock{park.status_mutex};
    http::ReceiverTest test;
    test.outcome = "refused";
    test.status = 200;
    test.reply = "{\"errcode\":310000}";
    test.detail = "code 310000";
    park.tested = test;
  }
  const auto reply = send(park.port(), "POST", "/v1/receivers/ding/test");
  CHECK(reply.status == 200);
  CHECK(reply.body == R"({"receiver":"ding","outcome":"refused","status":200,)"
                      R"("reply":"{\"errcode\":310000}","detail":"code 310000"})"
                      "\n");
  const std::lock_guard lock{park.status_mutex};
  CHECK(park.tested_name == "ding");
}

TEST_CASE("receivers: one that is not there is 404, a GET of a test 405", "[http]") {
  Park park;
  {
    const std::lock_guard lock{park.status_mutex};
    park.tested = Error{ErrorKind::not_found, "there is no receiver \"x\""};
  }
  const auto reply = send(park.port(), "POST", "/v1/receivers/x/test");
  CHECK(reply.status == 404);
  CHECK(reply.detail() == "there is no receiver \"x\"");
  CHECK(get(park.port(), "/v1/receivers/x/test").status == 405);
}

TEST_CASE("receivers: stopping does not wait for one that does not answer its test",
          "[http][fault]") {
  Park park;
  HttpClient client{park.port()};
  client.write(
      "POST /v1/receivers/slow/test HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}");
  const auto is_asked = [&park] {
    const std::lock_guard lock{park.status_mutex};
    return park.tested_name == "slow";
  };
  while (!is_asked()) (void)get(park.port(), "/readyz");
  auto answer = std::async(std::launch::async, [&] { return client.read(); });
  park.stop_server();
  const HttpReply reply = answer.get();
  CHECK(reply.status == 503);
  CHECK(reply.detail() == "the receiver did not answer in time");
}

}  // namespace receivers_test
