// tests/unit/http/readings_test.cpp - GET /v1/readings of a real server over a real store.
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <set>

#include "store/block_codec.h"
#include "store/compression.h"
#include "tests/unit/http/client.h"
#include "tests/unit/http/frames_in.h"
#include "tests/unit/http/park.h"

namespace readings_test {

using namespace parkwatch;
using test::get;
using test::Park;

namespace {

std::vector<boost::json::object> of_type(const test::HttpReply& reply, std::string_view type) {
  std::vector<boost::json::object> found;
  for (auto& line : reply.lines()) {
    if (line.at("type").as_string() == type) found.push_back(std::move(line));
  }
  return found;
}

std::vector<double> values(const test::HttpReply& reply) {
  std::vector<double> found;
  for (const auto& line : of_type(reply, "reading")) {
    found.push_back(line.at("value").to_number<double>());
  }
  return found;
}

}  // namespace

TEST_CASE("readings: a pull gives all from the beginning, the next from its cursor", "[http]") {
  Park park;
  park.publish("tank/t101/level", 1.5);
  const std::uint64_t second = park.publish("tank/t102/level", 2.5);
  const auto first = get(park.port(), "/v1/readings");
  CHECK(first.status == 200);
  CHECK(first.field("Content-Type") == "application/x-ndjson");
  CHECK(first.field("Parkwatch-Cursor") == park.cursor(second));
  CHECK(first.field("Parkwatch-End") == "true");
  CHECK(values(first) == std::vector<double>{1.5, 2.5});
  CHECK(of_type(first, "tag").size() == 2);
  CHECK(of_type(first, "page").at(0).at("cursor").as_string() == park.cursor(second));

  const std::string after = "/v1/readings?after=" + first.field("Parkwatch-Cursor");
  CHECK(values(get(park.port(), after)).empty());
  park.publish("tank/t101/level", 3.5);
  CHECK(values(get(park.port(), after)) == std::vector<double>{3.5});
}

TEST_CASE("readings: small pages, one after another, give every reading once", "[http]") {
  Park park;
  constexpr int messages = 300;
  for (int i = 0; i < messages; ++i) {
    Facts facts;
    if (i == 0) facts.tags = {park.define("tank/t101/level")};
    for (int k = 0; k < 3; ++k) {
      Reading reading;
      reading.tag = 0;
      reading.value = double(i * 3 + k);
      facts.readings.push_back(reading);
    }
    i + 1 == messages ? park.commit(std::move(facts)) : park.append(std::move(facts));
  }
  for (const char* accept : {"application/x-ndjson", "text/csv", "application/x-protobuf"}) {
    std::vector<double> pulled;
    std::string cursor;
    std::size_t pages = 0;
    for (bool end = false; !end; ++pages) {
      const auto reply =
          get(park.port(), "/v1/readings?max_bytes=1024" + cursor, {{"Accept", accept}});
      REQUIRE(reply.status == 200);
      CHECK(reply.body.size() < 4096);
      cursor = "&after=" + reply.field("Parkwatch-Cursor");
      end = reply.field("Parkwatch-End") == "true";
      if (accept[0] == 't') {
        for (std::size_t at = reply.body.find('\n') + 1; at < reply.body.size();
             at = reply.body.find('\n', at) + 1) {
          std::size_t field = at;
          for (int k = 0; k < 3; ++k) field = reply.body.find(',', field) + 1;
          pulled.push_back(std::stod(reply.body.substr(field)));
        }
      } else if (reply.body[0] == '{') {
        for (const double value : values(reply)) pulled.push_back(value);
      } else {
        std::vector<Reading> readings;
        for (const auto& frame : test::frames_in(reply.body)) {
          if (frame.has_block()) REQUIRE(store::decode_block(frame.block(), readings));
        }
        for (const Reading& reading : readings) pulled.push_back(std::get<double>(reading.value));
      }
    }
    CAPTURE(accept);
    CHECK(pages > 2);
    REQUIRE(pulled.size() == 3 * messages);
    for (std::size_t i = 0; i < pulled.size(); ++i) CHECK(pulled[i] == double(i));
  }
}

TEST_CASE("readings: protobuf, compressed where the client takes zstd, decodes to the same",
          "[http]") {
  Park park;
  for (int i = 0; i < 200; ++i) park.publish("tank/t101/level", i * 0.5);
  const auto plain = get(park.port(), "/v1/readings", {{"Accept", "application/x-protobuf"}});
  CHECK(plain.field("Content-Type") == "application/x-protobuf");
  CHECK(plain.field("Content-Encoding").empty());
  const auto packed = get(park.port(), "/v1/readings",
                          {{"Accept", "application/x-protobuf"}, {"Accept-Encoding", "zstd"}});
  CHECK(packed.field("Content-Encoding") == "zstd");
  CHECK(packed.field("Vary") == "Accept, Accept-Encoding");
  CHECK(packed.body.size() < plain.body.size());
  std::string content;
  std::string_view frames = packed.body;
  store::Decompressor decompressor;
  REQUIRE(decompressor.take_frame(frames, 1 << 20, content));
  CHECK(frames.empty());
  CHECK(content == plain.body);
  std::vector<Reading> readings;
  for (const auto& frame : test::frames_in(content)) {
    if (frame.has_block()) REQUIRE(store::decode_block(frame.block(), readings));
  }
  REQUIRE(readings.size() == 200);
  CHECK(std::get<double>(readings[199].value) == 99.5);
}

TEST_CASE("readings: a long poll is answered by the commit, with what it brought", "[http]") {
  Park park;
  const std::uint64_t last = park.publish("tank/t101/level", 1.0);
  auto reply = std::async(std::launch::async, [&] {
    return get(park.port(), "/v1/readings?wait=60&after=" + park.cursor(last));
  });
  // The first look finds nothing; whether it happens before or after this commit, the answer has
  // it.
  park.publish("tank/t101/level", 2.0);
  CHECK(values(reply.get()) == std::vector<double>{2.0});
}

TEST_CASE("readings: a filtered long poll sleeps through what it does not want", "[http]") {
  Park park;
  park.publish("tank/t101/level", 1.0);
  const std::uint64_t last = park.publish("tank/t102/level", 1.0);
  auto reply = std::async(std::launch::async, [&] {
    return get(park.port(), "/v1/readings?wait=60&tags=tank/t102/*&after=" + park.cursor(last));
  });
  for (int i = 0; i < 20; ++i) park.publish("tank/t101/level", 2.0 + i);
  const std::uint64_t wanted = park.publish("tank/t102/level", 5.0);
  const auto answer = reply.get();
  CHECK(values(answer) == std::vector<double>{5.0});
  CHECK(answer.field("Parkwatch-Cursor") == park.cursor(wanted));
}

TEST_CASE("readings: a long poll whose time is up is an empty page", "[http]") {
  auto options = test::quick_options();
  Park park{options};
  const std::uint64_t last = park.publish("tank/t101/level", 1.0);
  const auto reply = get(park.port(), "/v1/readings?wait=1&after=" + park.cursor(last));
  CHECK(reply.status == 200);
  CHECK(values(reply).empty());
  CHECK(reply.field("Parkwatch-Cursor") == park.cursor(last));
}

TEST_CASE("readings: a client that goes during a long poll frees its place at once", "[http]") {
  auto options = test::quick_options();
  options.connections_max = 1;
  Park park{options};
  const std::uint64_t last = park.publish("tank/t101/level", 1.0);
  test::HttpClient waiting{park.port()};
  waiting.write("GET /v1/readings?wait=60&after=" + park.cursor(last) +
                " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  // While it waits there is no second place; a 503 of its own tells that it was taken first.
  CHECK(get(park.port(), "/healthz").status == 503);
  waiting.close();
  const auto began = std::chrono::steady_clock::now();
  unsigned status = 503;
  while (status == 503) status = get(park.port(), "/healthz").status;
  CHECK(status == 200);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds{30});  // it asked for 60
}

TEST_CASE("readings: tags, times and the consumer choose what is pulled", "[http]") {
  Park park;
  const auto at = [&](const std::string& time) { park.clock.set(*parse_rfc3339(time)); };
  at("2026-01-01T01:00:00Z");
  park.publish("tank/t101/level", 1.0);
  at("2026-01-01T02:00:00Z");
  const std::uint64_t second = park.publish("tank/t102/level", 2.0);
  at("2026-01-01T03:00:00Z");
  park.publish("tank/t101/pressure", 3.0);
  const auto pull = [&](const std::string& query) {
    const auto reply = get(park.port(), "/v1/readings?" + query);
    CAPTURE(query, reply.body);
    CHECK(reply.status == 200);
    return values(reply);
  };
  using Values = std::vector<double>;
  CHECK(pull("tags=tank/t101/level") == Values{1.0});
  CHECK(pull("tags=tank/*/level") == Values{1.0, 2.0});
  CHECK(pull("tags=tank/t101/*,tank/t102/level") == Values{1.0, 2.0, 3.0});
  CHECK(pull("tags=gate/*") == Values{});
  CHECK(pull("from=2026-01-01T02:00:00Z") == Values{2.0, 3.0});
  CHECK(pull("to=2026-01-01T02:00:00Z") == Values{1.0});
  CHECK(pull("from=2026-01-01T09:30:00+08:00&to=2026-01-01T10:30:00%2B08:00") == Values{2.0});
  const auto put = test::send(park.port(), "PUT", "/v1/consumers/central", "{}");
  REQUIRE(put.status == 201);
  CHECK(pull("consumer=central") == Values{1.0, 2.0, 3.0});
  const auto ack = test::send(park.port(), "POST", "/v1/consumers/central/ack",
                              "{\"cursor\":\"" + park.cursor(second) + "\"}");
  REQUIRE(ack.status == 200);
  CHECK(pull("consumer=central") == Values{3.0});
}

TEST_CASE("readings: what a pull cannot mean is refused by name", "[http][fault]") {
  Park park;
  park.publish("tank/t101/level", 1.0);
  struct Case {
    std::string query;
    unsigned status;
    const char* says;
  };
  const Case cases[] = {
      {"after=nonsense", 400, "'after'"},
      {"after=", 400, "'after'"},
      {"after=" + park.cursor(999), 400, "ahead"},
      {"max_bytes=1", 400, "'max_bytes'"},
      {"wait=61", 400, "'wait'"},
      {"wait=-1", 400, "'wait'"},
      {"from=yesterday", 400, "'from'"},
      {"from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 400, "'to'"},
      {"tags=tank/t101/levle", 400, "tank/t101/levle"},
      {"tags=,", 400, "'tags'"},
      {"limit=5", 400, "'limit'"},
      {"dictionary=none", 400, "'dictionary'"},
      {"consumer=nobody", 404, "nobody"},
      {"consumer=a&after=" + park.cursor(0), 400, "'consumer'"},
  };
  for (const auto& [query, status, says] : cases) {
    CAPTURE(query);
    const auto reply = get(park.port(), "/v1/readings?" + query);
    CHECK(reply.status == status);
    CHECK(reply.field("Content-Type") == "application/problem+json");
    const auto document = reply.json();
    CHECK(document.at("type") == "about:blank");
    CHECK(document.at("status") == status);
    CHECK_FALSE(document.at("title").as_string().empty());
    CHECK_THAT(reply.detail(), Catch::Contains(says));
  }
  CHECK(get(park.port(), "/v1/readings", {{"Accept", "text/html"}}).status == 406);
}

TEST_CASE("readings: a cursor of another generation is gone, with the gap and where to begin",
          "[http]") {
  Park park;
  park.publish("tank/t101/level", 1.0);
  const auto reply = get(park.port(), "/v1/readings?after=00000000deadbeef.77");
  CHECK(reply.status == 410);
  const auto document = reply.json();
  CHECK(document.at("generation").as_string() == park.generation());
  CHECK(document.at("restart").as_string() == park.cursor(0));
  CHECK(document.at("gap").at("generation") == "00000000deadbeef");
  CHECK(document.at("gap").at("after") == 77);
  const std::string restart{document.at("restart").as_string()};
  CHECK(values(get(park.port(), "/v1/readings?after=" + restart)) == std::vector<double>{1.0});
}

TEST_CASE("readings: hostile texts and names stay inside their line", "[http][fault]") {
  Park park;
  const std::string evil = "\"}\n{\"type\":\"page\",\"cursor\":\"0.0\",\"end\":true}\xFF\x1b[2J";
  park.publish("tank/t101/state", evil);
  const auto reply = get(park.port(), "/v1/readings");
  REQUIRE(reply.lines().size() == 3);
  const auto reading = of_type(reply, "reading").at(0);
  CHECK_THAT(std::string{reading.at("value").as_string()},
             Catch::StartsWith("\"}\n{\"type\":\"page\""));
}

TEST_CASE("readings: a broken store is a 503 that says so, and the next pull works",
          "[http][fault]") {
  Park park;
  park.publish("tank/t101/level", 1.0);
  park.break_readers(true);
  const auto reply = get(park.port(), "/v1/readings");
  CHECK(reply.status == 503);
  CHECK(reply.field("Retry-After") == "1");
  CHECK_THAT(reply.detail(), Catch::Contains("disk I/O error"));
  CHECK(get(park.port(), "/healthz").status == 200);
  park.break_readers(false);
  CHECK(values(get(park.port(), "/v1/readings")) == std::vector<double>{1.0});
}

}  // namespace readings_test
