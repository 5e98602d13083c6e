// tests/unit/parkwatch/http_client_test.cpp - Addresses, and answers of good, bad and silent
// servers.
#include "tools/parkwatch/http_client.h"

#include <catch2/catch.hpp>

#include "tests/unit/parkwatch/scripted_server.h"

namespace http_client_test {

using namespace parkwatch;
using namespace parkwatch::cli;
using parkwatch::test::Scripted;
using parkwatch::test::ScriptedServer;

namespace {

HttpClient client_of(const ScriptedServer& server, std::string token = {},
                     Duration timeout = std::chrono::seconds{5}) {
  return HttpClient{*parse_server_url(server.url()), std::move(token), timeout};
}

HttpRequest get(const std::string& target) {
  HttpRequest request;
  request.target = target;
  return request;
}

}  // namespace

TEST_CASE("http client: an address is a host and a port", "[cli]") {
  const auto v4 = parse_server_url("http://127.0.0.1:7300");
  REQUIRE(v4);
  CHECK(v4->host == "127.0.0.1");
  CHECK(v4->port == 7300);
  const auto v6 = parse_server_url("http://[::1]:7300/");
  REQUIRE(v6);
  CHECK(v6->host == "::1");
  CHECK(v6->text() == "http://[::1]:7300");
  const auto name = parse_server_url("http://gateway");
  REQUIRE(name);
  CHECK(name->port == 80);
}

TEST_CASE("http client: anything else is refused with an example", "[cli]") {
  const auto url =
      GENERATE(as<std::string>{}, "", "127.0.0.1:7300", "ftp://x", "http://", "http://:7300",
               "http://a:", "http://a:0", "http://a:65536", "http://a:7x", "http://a/b",
               "http://u@a", "http://[::1", "http://[::1]7", "https://gateway");
  const auto parsed = parse_server_url(url);
  CAPTURE(url);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().message.find("http://127.0.0.1:7300") != std::string::npos);
}

TEST_CASE("http client: values are percent-encoded whole", "[cli]") {
  CHECK(percent_encoded("aZ0-._~") == "aZ0-._~");
  CHECK(percent_encoded("a/*,b&c=d e+") == "a%2F%2A%2Cb%26c%3Dd%20e%2B");
  CHECK(percent_encoded("液") == "%E6%B6%B2");
}

TEST_CASE("http client: asks and gets, on one connection", "[cli]") {
  Scripted answer;
  answer.body = R"({"a":1})";
  answer.headers = {{"Parkwatch-Cursor", "g.7"}, {"X-Two", "a"}, {"X-Two", "b"}};
  const ScriptedServer server{{answer, Scripted{404, "{}"}}};
  HttpClient client = client_of(server, "secret");
  const auto first = client.send(get("/v1/status"));
  REQUIRE(first);
  CHECK(first->status == 200);
  CHECK(first->body == R"({"a":1})");
  CHECK(first->header("parkwatch-cursor") == "g.7");
  CHECK(first->header("x-two") == "a\nb");
  CHECK(first->header("absent").empty());
  const auto second = client.send(get("/v1/tags"));
  REQUIRE(second);
  CHECK(second->status == 404);
  CHECK(server.connections() == 1);
  REQUIRE(server.asked().size() == 2);
  CHECK(server.asked()[0].target == "/v1/status");
  CHECK(server.asked()[0].authorization == "Bearer secret");
  CHECK(server.asked()[0].accept == "application/json");
}

TEST_CASE("http client: a connection that the server closed meanwhile is opened again", "[cli]") {
  Scripted closing{200, "{}"};
  closing.close_after = true;
  const ScriptedServer server{{closing, Scripted{200, "{}"}}};
  HttpClient client = client_of(server);
  REQUIRE(client.send(get("/1")));
  const auto second = client.send(get("/2"));
  REQUIRE(second);
  CHECK(second->status == 200);
  CHECK(server.connections() == 2);
}

TEST_CASE("http client: a command is sent once, on a connection of its own", "[cli]") {
  Scripted closing{200, "{}"};
  closing.close_after = true;
  const ScriptedServer server{{closing, closing}};
  HttpClient client = client_of(server);
  REQUIRE(client.send(get("/1")));
  HttpRequest post = get("/2");
  post.method = "POST";
  post.body = R"({"x":1})";
  REQUIRE(client.send(post));
  REQUIRE(server.asked().size() == 2);
  CHECK(server.asked()[1].method == "POST");
  CHECK(server.asked()[1].body == R"({"x":1})");
}

TEST_CASE("http client: nobody there is said with address, reason and what to do", "[cli]") {
  std::string url;
  {
    const ScriptedServer gone{{}};
    url = gone.url();
  }
  HttpClient client{*parse_server_url(url), {}, std::chrono::seconds{5}};
  const auto answer = client.send(get("/"));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::transient);
  CHECK(answer.error().message.find(url) != std::string::npos);
  CHECK(answer.error().message.find("Connection refused") != std::string::npos);
  CHECK(answer.error().message.find("is parkwatchd running") != std::string::npos);
}

TEST_CASE("http client: a silent server costs the time limit and no more", "[cli]") {
  Scripted silent;
  silent.silent = true;
  const ScriptedServer server{{silent}};
  HttpClient client = client_of(server, {}, std::chrono::milliseconds{100});
  const auto answer = client.send(get("/"));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::transient);
  CHECK(answer.error().message.find("no answer within 100ms") != std::string::npos);
}

TEST_CASE("http client: a cut or damaged answer is no answer", "[cli]") {
  const auto raw =
      GENERATE(as<std::string>{}, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
               "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
  Scripted broken;
  broken.raw = raw;
  const ScriptedServer server{{broken, broken}};
  HttpClient client = client_of(server);
  CAPTURE(raw);
  CHECK_FALSE(client.send(get("/")));
}

}  // namespace http_client_test
