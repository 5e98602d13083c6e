// tests/unit/http/status_test.cpp - Tags, status, health, metrics, quarantine, OpenAPI over the
// wire.
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "http/openapi.h"
#include "tests/unit/http/client.h"
#include "tests/unit/http/park.h"

namespace status_test {

using namespace parkwatch;
using test::get;
using test::Park;

TEST_CASE("tags: definitions with their latest committed values", "[http]") {
  Park park;
  Tag tag;
  tag.name = "tank/t101/state";
  tag.description = {"阀门", "Valve"};
  tag.type = ValueType::int64;
  tag.unit = "";
  tag.range = Range{0, 10};
  tag.decimals = 0;
  tag.scaling = {2, 1, Range{0, 9}};
  tag.enumeration = {{0, "shut", {"关", "shut"}}, {1, "open", {}}};
  tag.expression = "`a/b/c` + 1";
  tag.auto_registered = true;
  Facts facts;
  facts.tags = {park.define(tag), park.define("tank/t102/level")};
  Reading reading;
  reading.tag = 0;
  reading.value = std::int64_t{1};
  reading.quality = Quality::bad;
  reading.reason = QualityReason::sensor_fault;
  facts.readings = {reading};
  const std::uint64_t sequence = park.commit(std::move(facts));
  const auto document = get(park.port(), "/v1/tags").json();
  CHECK(document.at("next").is_null());
  REQUIRE(document.at("tags").as_array().size() == 2);
  const auto expected = boost::json::parse(R"({"name":"tank/t101/state","id":0,"version":1,
    "unit":"","value_type":"int64","decimals":0,"description":{"zh":"阀门","en":"Valve"},
    "range":{"low":0.0,"high":10.0},
    "scaling":{"factor":2.0,"offset":1.0,"clamp":{"low":0.0,"high":9.0}},
    "enumeration":[{"number":0,"word":"shut","text":{"zh":"关","en":"shut"}},
                   {"number":1,"word":"open"}],
    "expression":"`a/b/c` + 1","auto_registered":true,
    "latest":{"time":"2026-01-01T00:00:00Z","received":"2026-01-01T00:00:00Z","value":1,
              "quality":"bad","reason":"sensor_fault","sequence":)" +
                                           std::to_string(sequence) + R"(,"index":0}})");
  CHECK(document.at("tags").at(0) == expected);
  CHECK_FALSE(document.at("tags").at(1).as_object().contains("latest"));
}

TEST_CASE("tags: chosen by patterns, in pages", "[http]") {
  Park park;
  Facts facts;
  for (int i = 0; i < 25; ++i) {
    facts.tags.push_back(park.define("tank/t" + std::to_string(i) + "/level"));
    facts.tags.push_back(park.define("tank/t" + std::to_string(i) + "/pressure"));
  }
  park.commit(std::move(facts));
  const auto names = [&](const std::string& query, std::string& next) {
    std::vector<std::string> found;
    const auto document = get(park.port(), "/v1/tags?" + query).json();
    for (const auto& tag : document.at("tags").as_array()) {
      found.emplace_back(tag.at("name").as_string());
    }
    const auto& after = document.at("next");
    next = after.is_null() ? "" : std::to_string(after.to_number<int>());
    return found;
  };
  std::string next;
  CHECK(names("match=tank/t3/*", next) ==
        std::vector<std::string>{"tank/t3/level", "tank/t3/pressure"});
  CHECK(next.empty());
  std::vector<std::string> all;
  std::size_t pages = 0;
  std::string first = "0";
  for (; !first.empty(); ++pages) {
    for (auto& name : names("match=tank/*/level&max=10&first=" + first, next)) all.push_back(name);
    first = next;
  }
  CHECK(pages == 3);
  REQUIRE(all.size() == 25);
  CHECK(all[24] == "tank/t24/level");
  CHECK(get(park.port(), "/v1/tags?max=0").status == 400);
  CHECK(get(park.port(), "/v1/tags?mtach=x").status == 400);
}

TEST_CASE("status: sources, numbers and the store", "[http]") {
  Park park;
  {
    const std::lock_guard lock{park.status_mutex};
    park.status.version = "0.1.0";
    park.status.park = "park-a";
    park.status.messages = 12;
    park.status.commits = 3;
    park.status.commit_bytes = 456;
    park.status.sources.push_back({"north", "mqtt", false, true, "certificate verify failed",
                                   from_us(1'000'000), 12, 5, Duration{2'500'000}});
  }
  park.publish("tank/t101/level", 1.0);
  auto document = get(park.port(), "/v1/status").json();
  CHECK(document.at("park") == "park-a");
  CHECK(document.at("numbers").at("messages") == 12);
  CHECK(document.at("numbers").at("commits") == 3);
  CHECK(document.at("numbers").at("commit_bytes") == 456);
  CHECK(document.at("store_fault").is_null());
  CHECK(document.at("tags") == 1);
  CHECK(document.at("store").at("generation").as_string() == park.generation());
  CHECK(document.at("store").at("readings") == 1);
  const auto& source = document.at("sources").at(0);
  CHECK(source.at("name") == "north");
  CHECK(source.at("connected") == false);
  CHECK(source.at("detail") == "certificate verify failed");
  CHECK(source.at("held_acknowledgements") == 5);
  CHECK(source.at("oldest_held_seconds") == 2.5);

  // A store in trouble does not hide the rest.
  {
    const std::lock_guard lock{park.status_mutex};
    park.status.store_fault = "disk full";
  }
  park.break_readers(true);
  Park other;  // its readers are opened only now, so they are broken from the start
  other.break_readers(true);
  document = get(other.port(), "/v1/status").json();
  CHECK(document.at("store").at("error") == "disk I/O error");
  CHECK(get(park.port(), "/v1/status").json().at("store_fault") == "disk full");
}

TEST_CASE("health: 200 while all is well, else 503 with every problem", "[http]") {
  Park park;
  CHECK(get(park.port(), "/healthz").status == 200);
  CHECK(get(park.port(), "/readyz").status == 200);
  {
    const std::lock_guard lock{park.status_mutex};
    park.health = {false, false, {"the store cannot commit: disk full", "source north is lost"}};
  }
  const auto health = get(park.port(), "/healthz");
  CHECK(health.status == 503);
  CHECK(health.json().at("healthy") == false);
  CHECK(health.json().at("problems").at(0) == "the store cannot commit: disk full");
  CHECK(health.json().at("problems").at(1) == "source north is lost");
  const auto ready = get(park.port(), "/readyz");
  CHECK(ready.status == 503);
  CHECK(ready.json().at("ready") == false);
}

TEST_CASE("metrics: served as Prometheus reads them", "[http]") {
  Park park;
  park.publish("tank/t101/level", 1.0);
  const auto reply = get(park.port(), "/metrics");
  CHECK(reply.status == 200);
  CHECK(reply.field("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  CHECK_THAT(reply.body, Catch::Contains("\nparkwatch_readings_total 1\n") &&
                             Catch::Contains("\nparkwatch_http_connections 1\n"));
}

TEST_CASE("quarantine: what gave no reading can be looked at, whatever its bytes", "[http]") {
  Park park;
  Facts facts;
  facts.refusals.resize(2);
  facts.refusals[0].source = "north";
  facts.refusals[0].topic = "park/\xFF/x";
  facts.refusals[0].payload = "{\"value\": \"\n";
  facts.refusals[0].payload_bytes = 12;
  facts.refusals[0].reason = RefusalReason::malformed;
  facts.refusals[0].detail = "byte 12: the string does not end";
  facts.refusals[1].payload = std::string("\xFF\x00\x01", 3);
  facts.refusals[1].payload_bytes = 3;
  facts.refusals[1].reason = RefusalReason::not_utf8;
  park.commit(std::move(facts));
  const auto document = get(park.port(), "/v1/quarantine").json();
  CHECK(document.at("truncated") == false);
  const auto& rows = document.at("quarantine").as_array();
  REQUIRE(rows.size() == 2);
  bool text = false;
  bool bytes = false;
  for (const auto& row : rows) {
    if (row.at("reason") == "malformed") {
      text = row.at("payload") == "{\"value\": \"\n" && row.at("topic") == "park/\xEF\xBF\xBD/x" &&
             row.at("detail") == "byte 12: the string does not end";
    } else {
      bytes = row.at("payload_base64") == "/wAB" && row.at("payload_bytes") == 3;
    }
  }
  CHECK(text);
  CHECK(bytes);
  CHECK(get(park.port(), "/v1/quarantine?max=1").json().at("quarantine").as_array().size() == 1);
}

TEST_CASE("openapi: the document is served", "[http]") {
  Park park;
  const auto reply = get(park.port(), "/v1/openapi.json");
  CHECK(reply.status == 200);
  CHECK(reply.body == http::openapi_text());
}

}  // namespace status_test
