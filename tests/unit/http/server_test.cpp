// tests/unit/http/server_test.cpp - Listening, tokens, limits, hostile clients, stopping.
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <future>
#include <random>

#include "tests/unit/http/client.h"
#include "tests/unit/http/park.h"

namespace server_test {

using namespace parkwatch;
using namespace std::chrono_literals;
using test::get;
using test::HttpClient;
using test::Park;
using test::send;

TEST_CASE("server: an occupied port is an error that names it and says what to do", "[http]") {
  Park first;
  auto options = test::quick_options();
  options.listen = "127.0.0.1:" + std::to_string(first.port());
  CHECK_THROWS_WITH(Park{options}, Catch::Contains("cannot listen on " + options.listen) &&
                                       Catch::Contains("Address already in use") &&
                                       Catch::Contains("set http.listen to a free port"));
  CHECK(get(first.port(), "/readyz").status == 200);
}

TEST_CASE("server: without a token it does not start where others could reach it",
          "[http][security]") {
  auto options = test::quick_options();
  options.listen = "0.0.0.0:0";
  CHECK_THROWS_WITH(Park{options}, Catch::Contains("there is no token"));
}

TEST_CASE("server: with a token every resource needs it, health does not but tells less",
          "[http][security]") {
  auto options = test::quick_options();
  options.token = "s3cret";
  Park park{options};
  {
    const std::lock_guard lock{park.status_mutex};
    park.health = {true, false, {"source north is lost"}};
  }
  const test::Fields right{{"Authorization", "Bearer s3cret"}, {"Host", "gateway.example"}};
  for (const char* path :
       {"/v1/readings", "/v1/tags", "/v1/status", "/metrics", "/v1/openapi.json", "/v1/nothing"}) {
    CAPTURE(path);
    const auto refused = get(park.port(), path);
    CHECK(refused.status == 401);
    CHECK(refused.field("WWW-Authenticate") == "Bearer realm=\"parkwatch\"");
    CHECK(get(park.port(), path, {{"Authorization", "Bearer s3creT"}}).status == 401);
    CHECK(get(park.port(), path, right).status != 401);
  }
  CHECK(send(park.port(), "DELETE", "/v1/consumers/c").status == 401);
  const auto stranger = get(park.port(), "/healthz");
  CHECK(stranger.status == 503);
  CHECK_FALSE(stranger.json().contains("problems"));
  CHECK(get(park.port(), "/healthz", right).json().at("problems").as_array().size() == 1);
  CHECK(send(park.port(), "PUT", "/v1/consumers/c", "{}", right).status == 201);
  CHECK(park.commands().at(0).author == "token");
}

TEST_CASE("server: without a token foreign host names and foreign pages are refused",
          "[http][security]") {
  Park park;
  CHECK(get(park.port(), "/v1/tags", {{"Host", "evil.example"}}).status == 421);
  CHECK(send(park.port(), "PUT", "/v1/consumers/c", "{}",
             {{"Host", "localhost:7300"}, {"Origin", "http://evil.example"}})
            .status == 403);
  CHECK(park.commands().empty());
}

TEST_CASE("server: a connection serves many requests, pipelined ones in order", "[http]") {
  Park park;
  HttpClient client{park.port()};
  for (int i = 0; i < 20; ++i) {
    const auto reply = client.send("GET", "/readyz");
    REQUIRE(reply.status == 200);
    CHECK(reply.field("Connection") == "keep-alive");
  }
  client.write(
      "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(client.read().status == 200);
  CHECK(client.read().status == 404);
  const auto last = client.read();
  CHECK(last.status == 200);
  CHECK(last.field("Connection") == "close");
  CHECK(client.read_to_end().empty());
}

TEST_CASE("server: HTTP/1.0 is answered and closed", "[http]") {
  Park park;
  HttpClient client{park.port()};
  client.write("GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n");
  const std::string answer = client.read_to_end();
  CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 200 OK\r\n") &&
                         Catch::Contains("\r\nConnection: close\r\n"));
}

TEST_CASE("server: a wrong method is told the right ones", "[http]") {
  Park park;
  const auto reply = send(park.port(), "POST", "/v1/readings", "");
  CHECK(reply.status == 405);
  CHECK(reply.field("Allow") == "GET");
  CHECK(send(park.port(), "BREW", "/v1/alarms/ack", "").field("Allow") == "POST");
}

TEST_CASE("server: an answer to HEAD has no body, so the next one is not misread", "[http]") {
  Park park;
  HttpClient client{park.port()};
  client.write(
      "HEAD /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string answers = client.read_to_end();
  CHECK_THAT(answers, Catch::StartsWith("HTTP/1.1 405 ") && Catch::Contains("\r\nAllow: GET\r\n") &&
                          Catch::Contains("\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_CASE("server: a body after Expect is asked for", "[http]") {
  Park park;
  HttpClient client{park.port()};
  client.write(
      "PUT /v1/consumers/c HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
      "Expect: 100-continue\r\n\r\n");
  CHECK(client.read().status == 100);
  client.write("{}");
  CHECK(client.read().status == 201);
  const auto unknown = send(park.port(), "PUT", "/v1/consumers/c", "{}", {{"Expect", "wine"}});
  CHECK(unknown.status == 417);
}

TEST_CASE("server: headers and bodies over their size are refused, not buffered", "[http][fault]") {
  Park park;
  HttpClient wide{park.port()};
  wide.write("GET /readyz HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(20'000, 'x'));
  CHECK(wide.read().status == 431);
  CHECK(wide.read_to_end().empty());

  CHECK(get(park.port(), "/readyz", {{"X", std::string(15'000, 'x')}}).status == 200);

  HttpClient announced{park.port()};
  announced.write(
      "PUT /v1/consumers/c HTTP/1.1\r\nHost: localhost\r\n"
      "Content-Length: 99999999999\r\n\r\n");
  CHECK(announced.read().status == 413);

  HttpClient chunked{park.port()};
  chunked.write(
      "PUT /v1/consumers/c HTTP/1.1\r\nHost: localhost\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 20; ++i) chunked.write("1000\r\n" + std::string(4096, 'x') + "\r\n");
  CHECK(chunked.read().status == 413);

  const auto fits = send(park.port(), "PUT", "/v1/consumers/c", std::string(65'000, ' ') + "{}");
  CHECK(fits.status == 201);
}

TEST_CASE("server: a header that dribbles, a body that never comes and silence are cut",
          "[http][fault]") {
  auto options = test::quick_options();
  options.header_time_max = 80ms;
  options.body_time_max = 80ms;
  options.idle_time_max = 80ms;
  Park park{options};
  const char* beginnings[] = {
      "GET /readyz HTTP/1.1\r\nHost: loc",
      "PUT /v1/consumers/c HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{",
      "",
  };
  for (const char* beginning : beginnings) {
    HttpClient client{park.port()};
    client.write(beginning);
    CHECK(client.read_to_end().empty());  // returns when the server closes
  }
  // Bytes that keep coming do not buy time.
  HttpClient dribble{park.port()};
  dribble.write("GET /readyz HTTP/1.1\r\nHost: localhost\r\n");
  const auto closed = std::async(std::launch::async, [&] { return dribble.read_to_end(); });
  while (closed.wait_for(10ms) != std::future_status::ready) dribble.write("X: y\r\n");
  CHECK(get(park.port(), "/readyz").status == 200);
}

TEST_CASE("server: a client that does not read its answer is cut, and holds up nobody",
          "[http][fault]") {
  auto options = test::quick_options();
  options.write_time_max = 100ms;
  Park park{options};
  Facts facts;
  facts.tags = {park.define("tank/t101/state")};
  for (int i = 0; i < 3000; ++i) {
    Reading reading;
    reading.tag = 0;
    reading.value = std::string(1000, static_cast<char>('a' + i % 26));
    facts.readings.push_back(reading);
  }
  park.commit(std::move(facts));
  HttpClient lazy{park.port()};
  lazy.socket().set_option(boost::asio::socket_base::receive_buffer_size(4096));
  std::string many;
  for (int i = 0; i < 20; ++i) {
    many += "GET /v1/readings?max_bytes=8000000 HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
  lazy.write(many);
  CHECK(get(park.port(), "/readyz").status == 200);
  // The gauge falls to this very connection when the lazy one is gone.
  while (get(park.port(), "/metrics").body.find("parkwatch_http_connections 1\n") ==
         std::string::npos) {
  }
  // Cut in the first page, and what the kernel held is not sent after all.
  CHECK(lazy.read_to_end().size() < 1'000'000);
}

TEST_CASE("server: one connection too many is told so, and a place that frees is given again",
          "[http][fault]") {
  auto options = test::quick_options();
  options.connections_max = 2;
  Park park{options};
  HttpClient first{park.port()};
  HttpClient second{park.port()};
  CHECK(first.send("GET", "/readyz").status == 200);
  CHECK(second.send("GET", "/readyz").status == 200);
  HttpClient third{park.port()};
  const std::string answer = third.read_to_end();
  CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 503 ") &&
                         Catch::Contains("too many connections") &&
                         Catch::Contains("Retry-After: 1"));
  CHECK(first.send("GET", "/readyz").status == 200);
  second.close();
  unsigned status = 503;
  while (status != 200) status = get(park.port(), "/readyz").status;
  CHECK_THAT(first.send("GET", "/metrics").body,
             Catch::Contains("parkwatch_http_connections_refused_total"));
}

TEST_CASE("server: a thousand requests of garbage do not touch the next good one",
          "[http][fault]") {
  Park park;
  park.publish("tank/t101/level", 1.0);
  std::mt19937 random{20260101};
  const std::string good =
      "POST /v1/consumers/c/ack?after=x HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
      "3\r\n\r\nabc";
  for (int round = 0; round < 1000; ++round) {
    std::string text = good;
    if (round % 3 == 0) {
      text.resize(random() % 400);
      for (char& c : text) c = static_cast<char>(random());
    } else {
      for (std::uint32_t n = 1 + random() % 6; n > 0; --n) {
        text[random() % text.size()] = static_cast<char>(random());
      }
      if (round % 3 == 1) text.resize(random() % text.size());
    }
    HttpClient client{park.port()};
    client.write(text);
    boost::system::error_code ignored;
    client.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
    const std::string answer = client.read_to_end();
    if (!answer.empty()) CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 "));
    CHECK_THAT(answer, !Catch::StartsWith("HTTP/1.1 500"));
  }
  CHECK(get(park.port(), "/v1/readings").status == 200);
}

TEST_CASE("server: answers in hand together are bounded; who asks for more gets less or waits",
          "[http][fault]") {
  auto options = test::quick_options();
  options.write_time_max = 20s;
  Park park{options};
  Facts facts;
  facts.tags = {park.define("tank/t101/state")};
  for (int i = 0; i < 9000; ++i) {
    Reading reading;
    reading.tag = 0;
    reading.value = std::string(1000, 'x');
    facts.readings.push_back(reading);
    if (i % 100 == 99) {
      i + 1 == 9000 ? park.commit(std::move(facts)) : park.append(std::move(facts));
      facts = {};
    }
  }
  const std::string largest =
      "GET /v1/readings?max_bytes=99999999 HTTP/1.1\r\nHost: localhost\r\n\r\n";
  std::vector<std::unique_ptr<HttpClient>> clients;
  std::size_t answered = 0;
  while (answered == 0) {
    clients.push_back(std::make_unique<HttpClient>(park.port()));
    clients.back()->socket().set_option(boost::asio::socket_base::receive_buffer_size(4096));
    clients.back()->write(largest);
    // Until the grants of those before are all of it, a page is granted.
    const auto reply = get(park.port(), "/v1/readings?max_bytes=70000");
    if (reply.status == 503) ++answered;
    REQUIRE(clients.size() < 50);
  }
  CHECK(clients.size() >= 3);
  CHECK(get(park.port(), "/healthz").status == 200);
  clients.clear();
  while (get(park.port(), "/v1/readings?max_bytes=70000").status != 200) {
  }
}

TEST_CASE("server: stopping answers a long poll, closes idle clients and is quick", "[http]") {
  Park park;
  const std::uint64_t last = park.publish("tank/t101/level", 1.0);
  HttpClient idle{park.port()};
  CHECK(idle.send("GET", "/readyz").status == 200);
  HttpClient polling{park.port()};
  polling.write("GET /v1/readings?wait=60&after=" + park.cursor(last) +
                " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  // Its connection is one of three in the gauge once it is served.
  while (get(park.port(), "/metrics").body.find("parkwatch_http_connections 3\n") ==
         std::string::npos) {
  }
  const auto began = std::chrono::steady_clock::now();
  auto polled = std::async(std::launch::async, [&] { return polling.read(); });
  auto closed = std::async(std::launch::async, [&] { return idle.read_to_end(); });
  park.stop_server();
  const auto took = std::chrono::steady_clock::now() - began;
  CHECK(took < 3s);
  const unsigned status = polled.get().status;
  CHECK((status == 200 || status == 0));  // 0: its request was not read before the stop
  CHECK(closed.get().empty());
  CHECK_THROWS(get(park.port(), "/readyz"));
}

TEST_CASE("server: stopping does not wait for a command that cannot be committed",
          "[http][fault]") {
  Park park;
  park.hold();
  HttpClient client{park.port()};
  client.write("PUT /v1/consumers/c HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}");
  while (get(park.port(), "/metrics").body.find("parkwatch_http_connections 2\n") ==
         std::string::npos) {
  }
  auto answer = std::async(std::launch::async, [&] { return client.read(); });
  park.stop_server();
  const auto reply = answer.get();
  if (reply.status != 0) {
    CHECK(reply.status == 503);
    CHECK_THAT(reply.detail(), Catch::Contains("stopping"));
  }
}

}  // namespace server_test
