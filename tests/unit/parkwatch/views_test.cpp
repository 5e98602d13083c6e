// tests/unit/parkwatch/views_test.cpp - JSON as people read it, hostile and incomplete JSON too.
#include "tools/parkwatch/views.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

namespace views_test {

using namespace parkwatch::cli;
namespace json = boost::json;

namespace {

json::object object(const char* text) { return json::parse(text).as_object(); }
json::array array(const char* text) { return json::parse(text).as_array(); }
bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

constexpr const char* standing = R"([
  {"rule":"cod","tag":"wwtp1/effluent/cod","state":"acknowledged","priority":"critical",
    "level":"HH",
   "value":61.5,"limit":50,"unit":"mg/L","raised_at":"2026-01-01T00:00:00Z","occurrence":3,
   "message":{"zh":"出水超标","en":"effluent above limit"}},
  {"rule":"lel","tag":"tank/t1/gas","state":"unacknowledged","priority":"high","level":"H",
   "value":22,"limit":20,"unit":"%LEL","raised_at":"2026-01-01T00:01:00Z","occurrence":7,
   "message":{"zh":"可燃气","en":""}},
  {"rule":"lel","tag":"tank/t2/gas","state":"unacknowledged","priority":"critical","level":"HH",
   "raised_at":"2026-01-01T00:00:30Z","occurrence":5,"message":{"zh":"可燃气","en":"gas"}}
])";

}  // namespace

TEST_CASE("views: alarms in the order of urgency, in columns", "[cli]") {
  const std::string text = alarms_view(array(standing), {});
  CHECK(text ==
        "PRIORITY  STATE           LEVEL  RULE  TAG                 VALUE                 "
        "SINCE                 OCCURRENCE  MESSAGE               NOTE\n"
        "critical  unacknowledged  HH     lel   tank/t2/gas         -                     "
        "2026-01-01T00:00:30Z           5  gas\n"
        "high      unacknowledged  H      lel   tank/t1/gas         22 %LEL (limit 20)    "
        "2026-01-01T00:01:00Z           7  可燃气\n"
        "critical  acknowledged    HH     cod   wwtp1/effluent/cod  61.5 mg/L (limit 50)  "
        "2026-01-01T00:00:00Z           3  effluent above limit\n");
  CHECK(has(alarms_view(array(standing), {false, true}), "出水超标"));
  CHECK(has(alarms_view(array(standing), {true, false}), "\x1B[1;31mcritical"));
  CHECK(alarms_view({}, {}) == "no alarm stands\n");
  CHECK(has(alarms_view(array(standing), {false, true}), "紧急"));
  CHECK(has(alarms_view(array(standing), {false, true}), "未确认"));
}

TEST_CASE("views: what an alarm has not is a dash", "[cli]") {
  const std::string text = alarms_view(array(R"([{"priority":"high","state":"normal","level":"on",
      "rule":"silent","tag":"a/b/c","limit":60,"unit":"s","raised_at":"1970-01-01T00:00:00Z",
      "occurrence":0,"message":{"zh":"","en":"text"}}])"),
                                       {});
  CHECK_FALSE(has(text, "1970"));
  CHECK_FALSE(has(text, "limit 60"));
  CHECK(has(text, "a/b/c  -      -               -  text"));
}

TEST_CASE("views: an event is one line", "[cli]") {
  const json::object event = object(
      R"({"type":"event","at":"2026-01-01T00:01:00Z","kind":"acknowledged","priority":"high",
        "level":"H",
          "rule":"lel","tag":"tank/t1/gas","value":22.499999999999996,"limit":20,"unit":"%LEL",
          "author":"wang",
          "comment":"on my way\nnow","message":{"zh":"可燃气","en":"gas"}})");
  CHECK(event_line(event, {}) ==
        "2026-01-01T00:01:00Z      acknowledged   high      H   lel tank/t1/gas  "
        "22.5 %LEL (limit 20)  by wang  on my way\\x0Anow  gas\n");
  CHECK(event_line(event, {true, false}).starts_with("\x1B[32m"));
  json::object raise = event;
  raise["kind"] = "raised";
  CHECK(event_line(raise, {true, false}).starts_with("\x1B[31m"));
}

TEST_CASE("views: tags with their latest values", "[cli]") {
  const std::string text = tags_view(array(R"([
    {"name":"a/b/level","unit":"m","decimals":2,"description":{"zh":"液位","en":"level"},
     "latest":{"time":"2026-01-01T00:00:00Z","value":1.23456,"quality":"good"}},
    {"name":"a/b/valve","unit":"","decimals":3,"enumeration":[{"number":0,"word":"closed"},
      {"number":1,"word":"open"}],
     "latest":{"time":"2026-01-01T00:00:00Z","value":1,"quality":"bad","reason":"stale"}},
    {"name":"a/b/note","latest":{"value":"text","quality":"good"}},
    {"name":"a/b/run","latest":{"value":true,"quality":"good"}},
    {"name":"a/b/new"}])"),
                                     {});
  CHECK(text ==
        "TAG         VALUE  UNIT  QUALITY    TIME                  DESCRIPTION\n"
        "a/b/level    1.23  m     good       2026-01-01T00:00:00Z  level\n"
        "a/b/valve  1 open        bad stale  2026-01-01T00:00:00Z\n"
        "a/b/note     text        good\n"
        "a/b/run      true        good\n"
        "a/b/new\n");
}

TEST_CASE("views: the status says first what an operator must know", "[cli]") {
  const char* text =
      R"({"version":"0.1.0","park":"park-a","plant":"c0ffee","started_at":"A","now":"B",
    "numbers":{"messages":5,"readings":6,"duplicates":0,"refusals":1,"transitions":2,"commits":3,
      "commit_bytes":99},
    "intake":{"inputs":1,"bytes":20},"outbox_pending":4,"tags":17,"store_fault":null,
    "store":{"blocks":1,"readings":6,"bytes":4096,"first_sequence":1,"last_sequence":6,"events":2,
      "generation":"gen"},
    "sources":[{"name":"park","driver":"mqtt","connected":true,"paused":false,"since":"C",
      "messages":5,"held_acknowledgements":2},
               {"name":"old","driver":"mqtt","connected":false,"since":"D","messages":0,
                 "held_acknowledgements":0,
                "detail":"certificate has expired"}]})";
  json::object status = object(text);
  const std::string shown = status_view(status, {});
  CHECK(has(shown, "park-a"));
  CHECK(has(shown, "messages 5, readings 6, duplicates 0, refusals 1"));
  CHECK(has(shown, "inputs 1, bytes 20, alerts 4"));
  CHECK(has(shown, "generation gen"));
  CHECK(has(shown, "connected"));
  CHECK(has(shown, "certificate has expired"));
  CHECK_FALSE(has(shown, "NOTHING IS STORED"));
  status["store_fault"] = "disk full";
  status["problems"] = boost::json::array{"the configuration has 3 errors"};
  status["store"] = object(R"({"error":"cannot open"})");
  CHECK(has(status_view(status, {}), "NOTHING IS STORED: disk full"));
  CHECK(has(status_view(status, {}), "the configuration has 3 errors"));
  CHECK(has(status_view(status, {}), "cannot open"));
}

TEST_CASE("views: consumers and their cursors", "[cli]") {
  CHECK(
      consumers_view(array(R"([{"name":"centre","cursor":"g.7","updated_at":"A","expires_at":null},
                                {"name":"b","cursor":"g.9","updated_at":"B",
                                  "expires_at":"C"}])")) ==
      "CONSUMER  CURSOR  UPDATED  EXPIRES\n"
      "centre    g.7     A        never\n"
      "b         g.9     B        C\n");
  CHECK(consumers_view({}) == "no consumer is registered\n");
}

TEST_CASE("views: the quarantine shows hostile bytes harmlessly", "[cli]") {
  const std::string text = quarantine_view(array(R"([
    {"id":1,"received":"A","source":"park","topic":"t/\u001b[2J","reason":"malformed",
      "detail":"offset 3",
     "payload_bytes":9,"payload":"{\"a\\b\":\u0007"},
    {"id":2,"received":"B","source":"park","topic":"u","reason":"not_utf8","detail":"",
     "payload_bytes":2,"payload_base64":"/+8="}])"));
  CHECK(text ==
        "A  park  t/\\x1B[2J  malformed\n"
        "    offset 3\n"
        "    9 bytes: {\"a\\\\b\":\\x07\n"
        "B  park  u  not_utf8\n"
        "    2 bytes: \\xFF\\xEF\n");
  CHECK(quarantine_view({}) == "the quarantine is empty\n");
  json::array large = array(R"([{"payload_bytes":4096}])");
  large[0].as_object()["payload"] = std::string(4096, 'x');
  CHECK(quarantine_view(large).size() < 400);
}

TEST_CASE("views: members of a wrong type or missing are shown as nothing", "[cli]") {
  const json::array odd =
      array(R"([7,null,"x",{},{"latest":3,"enumeration":{},"message":[],"decimals":"x",
    "name":{},"value":[],"description":"d","sources":3,"numbers":null}])");
  CHECK_FALSE(tags_view(odd, {}).empty());
  CHECK_FALSE(alarms_view(odd, {}).empty());
  CHECK_FALSE(consumers_view(odd).empty());
  CHECK_FALSE(quarantine_view(odd).empty());
  CHECK_FALSE(status_view(odd[4].as_object(), {}).empty());
  CHECK_FALSE(event_line(odd[3].as_object(), {}).empty());
  CHECK_FALSE(tags_view(array(R"([{"decimals":-5,"latest":{"value":1.5}},
    {"decimals":400,"latest":{"value":1e308}}])"),
                        {})
                  .empty());
}

TEST_CASE("views: a test value is marked at the alarm, at the tag and in the events", "[cli]") {
  CHECK(has(alarms_view(array(R"([{"rule":"r","tag":"t","flags":["test"]}])"), {}), "TEST"));
  const char* const tags = R"([{"name":"t","latest":{"value":1.5},"test":{"value":95}}])";
  CHECK(has(tags_view(array(tags), {}), "TEST 95"));
  const json::array events = array(R"([{"kind":"raised","rule":"r","tag":"t","flags":["test"]},
    {"kind":"raised","rule":"r","tag":"t","flags":[]}])");
  CHECK(has(event_line(events[0].as_object(), {}), "r t  TEST"));
  CHECK_FALSE(has(event_line(events[1].as_object(), {}), "TEST"));
  const json::object flood = json::parse(R"({"flood":{"message":{"en":"flood"}}})").as_object();
  CHECK(alarms_head(flood, {}) == "! flood\n");
  const auto damaged = json::parse(R"({"damaged":[{"rule":"r","tag":"t","journal":7}]})");
  CHECK(alarms_head(damaged.as_object(), {}) == "! r t stands, but its record is damaged\n");
}

TEST_CASE("views: an alarm with bad data shows its last value and for how long", "[cli]") {
  const char* const rows = R"([{"rule":"level","tag":"t","priority":"high","value":91.0,
   "unit":"%","frozen":{"since":"2026-01-01T00:00:00Z","value":33.5}},
   {"rule":"other","tag":"u","frozen":{"since":"2026-01-01T00:00:00Z"}}])";
  const std::string text = alarms_view(array(rows), {}, "2026-01-01T00:04:10Z");
  CHECK(has(text, "bad data for 4m10s, last 33.5 %"));
  CHECK_FALSE(has(text, "91"));
  CHECK(has(alarms_view(array(rows), {}), "bad data since 2026-01-01T00:00:00Z"));
}

}  // namespace views_test
