// tests/unit/http/consumers_test.cpp - /v1/consumers: register, acknowledge, expire, remove.
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "tests/unit/http/client.h"
#include "tests/unit/http/park.h"

namespace consumers_test {

using namespace parkwatch;
using test::get;
using test::Park;
using test::send;

namespace {

test::HttpReply ack(Park& park, const std::string& name, const std::string& cursor) {
  return send(park.port(), "POST", "/v1/consumers/" + name + "/ack",
              "{\"cursor\":\"" + cursor + "\"}");
}

std::size_t consumer_count(Park& park) {
  return get(park.port(), "/v1/consumers").json().at("consumers").as_array().size();
}

std::size_t readings_of(Park& park, const std::string& name) {
  std::size_t count = 0;
  for (const auto& line : get(park.port(), "/v1/readings?consumer=" + name).lines()) {
    if (line.at("type") == "reading") ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("consumers: registered from the beginning, now or a time", "[http]") {
  Park park;
  park.clock.set(*parse_rfc3339("2026-01-01T01:00:00Z"));
  park.publish("tank/t101/level", 1.0);
  park.clock.set(*parse_rfc3339("2026-01-01T03:00:00Z"));
  const std::uint64_t last = park.publish("tank/t101/level", 2.0);
  const auto all = send(park.port(), "PUT", "/v1/consumers/all", "{\"start\":\"beginning\"}");
  CHECK(all.status == 201);
  CHECK(all.json().at("cursor").as_string() == park.cursor(0));
  CHECK(all.json().at("expires_at").is_null());
  const auto now = send(park.port(), "PUT", "/v1/consumers/now", "{\"start\":\"now\"}");
  CHECK(now.status == 201);
  CHECK(readings_of(park, "now") == 0);
  const auto time =
      send(park.port(), "PUT", "/v1/consumers/time", "{\"start\":\"2026-01-01T02:00:00Z\"}");
  CHECK(time.status == 201);
  CHECK(readings_of(park, "all") == 2);
  CHECK(readings_of(park, "time") == 1);
  park.publish("tank/t101/level", 3.0);
  CHECK(readings_of(park, "now") == 1);
  CHECK(last > 0);
  CHECK(consumer_count(park) == 3);
}

TEST_CASE("consumers: registering again renews the expiry and keeps the cursor", "[http]") {
  Park park;
  const std::uint64_t last = park.publish("tank/t101/level", 1.0);
  CHECK(send(park.port(), "PUT", "/v1/consumers/c", "{\"expires_in\":\"1h\"}").status == 201);
  CHECK(ack(park, "c", park.cursor(last)).status == 200);
  park.clock.set(park.clock.now() + std::chrono::minutes{30});
  const auto again = send(park.port(), "PUT", "/v1/consumers/c",
                          "{\"start\":\"beginning\",\"expires_in\":\"1h\"}");
  CHECK(again.status == 200);
  CHECK(again.json().at("cursor").as_string() == park.cursor(last));
  CHECK(again.json().at("expires_at") == "2026-01-01T01:30:00Z");
}

TEST_CASE("consumers: one that has expired is gone, and can begin anew", "[http]") {
  Park park;
  const std::uint64_t last = park.publish("tank/t101/level", 1.0);
  REQUIRE(send(park.port(), "PUT", "/v1/consumers/c", "{\"expires_in\":\"1h\"}").status == 201);
  REQUIRE(ack(park, "c", park.cursor(last)).status == 200);
  park.clock.set(park.clock.now() + std::chrono::hours{1});
  CHECK(consumer_count(park) == 0);
  CHECK(get(park.port(), "/v1/readings?consumer=c").status == 404);
  CHECK(ack(park, "c", park.cursor(last)).status == 404);
  const auto again = send(park.port(), "PUT", "/v1/consumers/c", "");
  CHECK(again.status == 201);
  CHECK(again.json().at("cursor").as_string() == park.cursor(0));
}

TEST_CASE("consumers: an acknowledgement moves the cursor forward only", "[http]") {
  Park park;
  const std::uint64_t first = park.publish("tank/t101/level", 1.0);
  const std::uint64_t second = park.publish("tank/t101/level", 2.0);
  REQUIRE(send(park.port(), "PUT", "/v1/consumers/c", "{}").status == 201);
  const auto forward = ack(park, "c", park.cursor(second));
  CHECK(forward.status == 200);
  CHECK(forward.json().at("cursor").as_string() == park.cursor(second));
  const std::size_t commands = park.commands().size();
  const auto back = ack(park, "c", park.cursor(first));
  CHECK(back.status == 200);
  CHECK(back.json().at("cursor").as_string() == park.cursor(second));
  CHECK(park.commands().size() == commands);  // nothing to commit
}

TEST_CASE("consumers: an acknowledgement of what is not here is refused", "[http][fault]") {
  Park park;
  const std::uint64_t last = park.publish("tank/t101/level", 1.0);
  REQUIRE(send(park.port(), "PUT", "/v1/consumers/c", "{}").status == 201);
  CHECK(ack(park, "nobody", park.cursor(last)).status == 404);
  CHECK(ack(park, "c", "00000000deadbeef.1").status == 410);
  CHECK(ack(park, "c", park.cursor(last + 1000)).status == 400);
  CHECK(ack(park, "c", "").status == 400);
  CHECK(ack(park, "c", "x").status == 400);
  CHECK(readings_of(park, "c") == 1);
}

TEST_CASE("consumers: removing works once", "[http]") {
  Park park;
  REQUIRE(send(park.port(), "PUT", "/v1/consumers/c", "{}").status == 201);
  const auto removed = send(park.port(), "DELETE", "/v1/consumers/c");
  CHECK(removed.status == 204);
  CHECK(removed.body.empty());
  CHECK(send(park.port(), "DELETE", "/v1/consumers/c").status == 404);
  CHECK(consumer_count(park) == 0);
}

TEST_CASE("consumers: names and bodies are checked before anything is committed", "[http][fault]") {
  Park park;
  for (const std::string& name :
       {std::string{"%2e%2e"}, std::string{"a%00b"}, std::string{"a'b"}, std::string(65, 'x')}) {
    CAPTURE(name);
    CHECK(send(park.port(), "PUT", "/v1/consumers/" + name, "{}").status == 400);
    CHECK(send(park.port(), "DELETE", "/v1/consumers/" + name).status == 400);
    CHECK(ack(park, name, park.cursor(0)).status == 400);
  }
  for (const char* body :
       {"{\"start\":\"soon\"}", "{\"start\":5}", "{\"expires_in\":\"30\"}", "{\"from\":\"now\"}",
        "{\"expires_in\":\"-1d\"}", "{\"expires_in\":\"0s\"}", "not json"}) {
    CAPTURE(body);
    CHECK(send(park.port(), "PUT", "/v1/consumers/c", body).status == 400);
  }
  CHECK(park.commands().empty());
}

TEST_CASE("consumers: their number is bounded, since each holds readings back", "[http][fault]") {
  Park park;
  test::HttpClient client{park.port()};
  for (int i = 0; i < 100; ++i) {
    const auto put = client.send("PUT", "/v1/consumers/c" + std::to_string(i), "{}");
    REQUIRE(put.status == 201);
  }
  const auto refused = client.send("PUT", "/v1/consumers/one-more", "{}");
  CHECK(refused.status == 409);
  CHECK_THAT(refused.detail(), Catch::Contains("100 consumers"));
  CHECK(client.send("PUT", "/v1/consumers/c7", "{}").status == 200);
}

}  // namespace consumers_test
