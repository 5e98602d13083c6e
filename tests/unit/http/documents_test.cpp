// tests/unit/http/documents_test.cpp - The documents that other systems read, member by member.
#include "http/documents.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <vector>

namespace documents_test {

using namespace parkwatch;
using http::LiveTag;
using http::to_document;
namespace json = boost::json;

namespace {

const Timestamp t0 = from_us(1'748'671'402'140'000);
constexpr const char* t0_text = "2025-05-31T06:03:22.140Z";

// Comparing values, so that neither blanks nor the order of members count.
void check_is(const json::object& document, const std::string& expected) {
  INFO(json::serialize(document));
  CHECK(json::value(document) == json::parse(expected));
}

std::vector<std::string> keys_of(const json::object& document) {
  std::vector<std::string> keys;
  for (const auto& member : document) keys.emplace_back(member.key());
  return keys;
}

bool has(const json::object& document, std::string_view key) { return document.contains(key); }

}  // namespace

TEST_CASE("documents: a plain tag has its identity and no member that says nothing", "[http]") {
  Tag tag;
  tag.name = "a/b/c";
  check_is(to_document(7, 2, tag),
           R"({"name":"a/b/c","id":7,"version":2,"unit":"","value_type":"float64","decimals":3})");
}

TEST_CASE("documents: everything that a tag can say is said", "[http]") {
  Tag tag;
  tag.name = "tank/t101/valve";
  tag.description = {"阀门", "valve"};
  tag.unit = "%";
  tag.type = ValueType::int64;
  tag.range = Range{-1, 100};
  tag.decimals = 0;
  tag.scaling.factor = 0.5;
  tag.scaling.offset = -2;
  tag.scaling.clamp = Range{0, 10};
  tag.enumeration = {{0, "shut", {}}, {1, "open", {"开", "open"}}};
  tag.expression = "`a/b/c` + 1";
  tag.auto_registered = true;
  tag.commissioned = false;
  check_is(to_document(0, 1, tag),
           R"({"name":"tank/t101/valve","id":0,"version":1,"unit":"%","value_type":"int64",
               "decimals":0,"description":{"zh":"阀门","en":"valve"},
               "range":{"low":-1.0,"high":100.0},
               "scaling":{"factor":0.5,"offset":-2.0,"clamp":{"low":0.0,"high":10.0}},
               "enumeration":[{"number":0,"word":"shut"},
                              {"number":1,"word":"open","text":{"zh":"开","en":"open"}}],
               "expression":"`a/b/c` + 1","auto_registered":true,"commissioned":false})");
  tag.scaling.clamp.reset();
  CHECK_FALSE(has(to_document(0, 1, tag).at("scaling").as_object(), "clamp"));
}

TEST_CASE("documents: the latest reading of a tag tells both its times and its quality", "[http]") {
  LiveTag live;
  live.id = 3;
  live.version = 1;
  live.tag = std::make_shared<const Tag>();
  CHECK_FALSE(has(to_document(live), "latest"));
  Reading reading;
  reading.sequence = 48'213;
  reading.index = 4;
  reading.source_time = t0;
  reading.receive_time = t0 + std::chrono::seconds{1};
  reading.value = true;
  live.newest = reading;
  check_is(to_document(live).at("latest").as_object(),
           R"({"time":"2025-05-31T06:03:22.140Z","received":"2025-05-31T06:03:23.140Z",
               "value":true,"quality":"good","sequence":48213,"index":4})");
  live.newest->quality = Quality::bad;
  live.newest->reason = QualityReason::sensor_fault;
  const auto latest = to_document(live).at("latest").as_object();
  CHECK(latest.at("quality") == "bad");
  CHECK(latest.at("reason") == "sensor_fault");
  const std::pair<Value, json::value> values[] = {{Value{1.5}, 1.5},
                                                  {Value{std::int64_t{-7}}, -7},
                                                  {Value{false}, false},
                                                  {Value{std::string{"open \"1\""}}, "open \"1\""}};
  for (const auto& [value, expected] : values) {
    live.newest->value = value;
    CHECK(to_document(live).at("latest").at("value") == expected);
  }
}

TEST_CASE("documents: a transition always has the members that consumers rely on", "[http]") {
  const json::object document = to_document(AlarmEvent{}, "00c0ffee");
  CHECK(document.at("generation") == "00c0ffee");
  for (const char* key :
       {"journal",  "at",         "kind",      "state", "rule",   "tag",      "level",
        "priority", "occurrence", "raised_at", "group", "unit",   "sequence", "reading",
        "message",  "guidance",   "plant",     "flags", "notice", "sounds",   "sounded"}) {
    CAPTURE(key);
    CHECK(has(document, key));
  }
  for (const char* key : {"value", "limit", "author", "comment", "raises", "respond_by", "shelving",
                          "service", "scope", "related"}) {
    CAPTURE(key);
    CHECK_FALSE(has(document, key));
  }
}

TEST_CASE("documents: what a transition may say is said where it is set", "[http]") {
  AlarmEvent event;
  event.journal = 9;
  event.sounded = 9;
  event.kind = TransitionKind::shelved;
  event.state = AlarmState::acknowledged;
  event.level = Level::high_high;
  event.priority = Priority::critical;
  event.value = 0.0;  // zero is a value
  event.limit = -1.5;
  event.author = "li";
  event.comment = "seen";
  event.notice = Notice::updates;
  event.flags = alarm_shelved | alarm_chattering;
  event.raises = 12;
  event.respond_by = t0;
  event.shelving = Hold{t0, t0 + std::chrono::hours{1}, true, "li", "works"};
  event.service = Hold{t0, std::nullopt, false, "wang", "pump out"};
  event.scope = "tank/**";
  event.related = {3, 4};
  event.reading_sequence = 5;
  event.reading_index = 6;
  event.reading_time = t0;
  event.quality = Quality::uncertain;
  const json::object document = to_document(event, "g");
  check_is(document.at("shelving").as_object(),
           R"({"since":"2025-05-31T06:03:22.140Z","until":"2025-05-31T07:03:22.140Z",
               "one_shot":true,"author":"li","reason":"works"})");
  check_is(document.at("service").as_object(),
           R"({"since":"2025-05-31T06:03:22.140Z","until":null,"one_shot":false,
               "author":"wang","reason":"pump out"})");
  check_is(document.at("reading").as_object(),
           R"({"sequence":5,"index":6,"time":"2025-05-31T06:03:22.140Z","quality":"uncertain"})");
  const std::pair<const char*, json::value> members[] = {
      {"kind", "shelved"},     {"state", "acknowledged"},
      {"level", "HH"},         {"value", 0.0},
      {"limit", -1.5},         {"priority", "critical"},
      {"author", "li"},        {"comment", "seen"},
      {"notice", "updates"},   {"raises", 12},
      {"respond_by", t0_text}, {"scope", "tank/**"},
      {"related", {3, 4}},     {"sounds", true},
      {"sounded", 9},          {"flags", {"shelved", "chattering"}}};
  for (const auto& [key, expected] : members) {
    CAPTURE(key);
    CHECK(document.at(key) == expected);
  }
  event.sounded = 8;
  CHECK(to_document(event, "g").at("sounds") == false);
}

TEST_CASE("documents: a consumer's cursor carries the generation, and no expiry is null",
          "[http]") {
  store::ConsumerRow row{"hq", 48'213, std::nullopt, t0};
  check_is(to_document(row, "00c0ffee"),
           R"({"name":"hq","cursor":"00c0ffee.48213","updated_at":"2025-05-31T06:03:22.140Z",
               "expires_at":null})");
  row.expires_at = t0;
  CHECK(to_document(row, "g").at("expires_at") == t0_text);
}

TEST_CASE("documents: a gap says from when to when, how much and why", "[http]") {
  check_is(to_document(store::Gap{3, 9, t0, t0, 70, "size", true}),
           R"({"first_sequence":3,"last_sequence":9,"from":"2025-05-31T06:03:22.140Z",
               "to":"2025-05-31T06:03:22.140Z","readings":70,"reason":"size",
               "unacknowledged":true})");
}

TEST_CASE("documents: a refused payload is text where it is some, else base64", "[http][fault]") {
  store::QuarantineRow row;
  row.id = 1;
  row.refusal.reason = RefusalReason::not_a_number;
  struct Case {
    std::string payload;
    const char* key;
    const char* shown;
  };
  const Case cases[] = {{"", "payload", ""},
                        {"{\"v\":NaN}", "payload", "{\"v\":NaN}"},
                        {"液位", "payload", "液位"},
                        {"\xFF", "payload_base64", "/w=="},
                        {"\xFF\xFE", "payload_base64", "//4="},
                        {"\xFF\xFE\xFD", "payload_base64", "//79"},
                        {std::string("a\xFF\0b", 4), "payload_base64", "Yf8AYg=="}};
  for (const auto& [payload, key, shown] : cases) {
    CAPTURE(shown);
    row.refusal.payload = payload;
    const json::object document = to_document(row);
    CHECK(document.at(key) == shown);
    CHECK(has(document, "payload") != has(document, "payload_base64"));
    CHECK(document.at("reason") == "not_a_number");
  }
  row.refusal.topic = "a\xFF/b";  // of a broker that does not check its topics
  CHECK(to_document(row).at("topic") == "a\xEF\xBF\xBD/b");
}

TEST_CASE("documents: the status tells each source, and a fault of the store or null", "[http]") {
  http::Status status;
  status.version = "1.2.3";
  status.messages = 1;
  status.readings = 2;
  status.duplicates = 3;
  status.refusals = 4;
  status.transitions = 5;
  status.commits = 6;
  status.commit_bytes = 7;
  status.intake_inputs = 8;
  status.intake_bytes = 9;
  http::SourceStatus source;
  source.name = "park";
  source.driver = "mqtt";
  source.held_acks = 3;
  source.oldest_held = std::chrono::milliseconds{1500};
  source.since = t0;
  status.sources = {source};
  json::object document = to_document(status);
  check_is(document.at("numbers").as_object(),
           R"({"messages":1,"readings":2,"duplicates":3,"refusals":4,"transitions":5,"commits":6,
               "commit_bytes":7})");
  check_is(document.at("intake").as_object(), R"({"inputs":8,"bytes":9})");
  CHECK(document.at("store_fault").is_null());
  check_is(document.at("sources").at(0).as_object(),
           R"({"name":"park","driver":"mqtt","connected":false,"paused":false,
               "since":"2025-05-31T06:03:22.140Z","messages":0,"held_acknowledgements":3,
               "oldest_held_seconds":1.5})");
  status.store_fault = "disk full";
  status.problems = {"source park is not connected"};
  status.sources[0].detail = "refused";
  document = to_document(status);
  CHECK(document.at("store_fault") == "disk full");
  CHECK(document.at("problems").as_array().at(0) == "source park is not connected");
  CHECK(document.at("sources").at(0).at("detail") == "refused");
}

TEST_CASE("documents: the store's counts are numbers, each under its own name", "[http]") {
  check_is(to_document(store::StoreCounts{1, 2, 3, 4, 5, 6, 7}),
           R"({"blocks":1,"readings":2,"bytes":3,"first_sequence":4,"last_sequence":5,"events":6,
               "readings_lost":7})");
  CHECK(keys_of(to_document(store::StoreCounts{})).size() == 7);
}

}  // namespace documents_test
