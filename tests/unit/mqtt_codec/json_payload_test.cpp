// tests/unit/mqtt_codec/json_payload_test.cpp - JSON messages to readings and faults.
#include "drivers/mqtt/codec/json_payload.h"

#include <catch2/catch.hpp>

#include "drivers/mqtt/codec/scalar.h"
#include "support.h"

namespace parkwatch::mqtt_codec::json_payload_test {
namespace {

Bench one(std::vector<std::pair<std::string, Cell>> more = {}) {
  std::vector<std::pair<std::string, Cell>> entries{{"topic", "park/{site}/{device}/{quantity}"},
                                                    {"tag", "{site}/{device}/{quantity}"},
                                                    {"value", "/value"},
                                                    {"time", "/time"},
                                                    {"quality", "/quality"}};
  for (auto& entry : more) entries.push_back(std::move(entry));
  Bench bench{{table(std::move(entries))}};
  REQUIRE(bench.problems == "");
  return bench;
}

const std::string topic = "park/w/e/cod";

TEST_CASE("json: value, time and quality of one reading", "[mqtt_codec]") {
  Bench bench = one();
  CHECK(bench(topic, R"({"value":12.5,"time":1704067200,"quality":"good"})") ==
        "w/e/cod = 12.5 (float64) @ 2024-01-01T00:00:00Z\n");
  CHECK(bench(topic,
              R"({"quality":"sensor_fault","time":"2024-01-01T08:00:00.5+08:00","value":12})") ==
        "w/e/cod = 12 (int64) @ 2024-01-01T00:00:00.500Z bad sensor_fault\n");
  CHECK(bench(topic, R"({"value":true,"quality":192})") == "w/e/cod = true (boolean)\n");
  CHECK(bench(topic, R"({"value":"open","quality":false})") == "w/e/cod = open (text) bad\n");
  CHECK(bench(topic, R"({"value":1,"quality":64.0,"time":null})") ==
        "w/e/cod = 1 (int64) uncertain\n");
  CHECK(bench(topic, R"({"value":1,"quality":null})") == "w/e/cod = 1 (int64)\n");
}

TEST_CASE("json: a byte order mark and blanks around the message do not count", "[mqtt_codec]") {
  CHECK(one()(topic, "\xEF\xBB\xBF \r\n{\"value\" : 1}\n") == "w/e/cod = 1 (int64)\n");
}

TEST_CASE("json: whole numbers stay exact", "[mqtt_codec]") {
  Bench bench = one();
  CHECK(bench(topic, R"({"value":9007199254740993})") == "w/e/cod = 9007199254740993 (int64)\n");
  CHECK(bench(topic, R"({"value":-9223372036854775808})") ==
        "w/e/cod = -9223372036854775808 (int64)\n");
  CHECK(bench(topic, R"({"value":9223372036854775808})") ==
        "w/e/cod = 9223372036854775808 (float64)\n");
  CHECK(bench(topic, R"({"value":18446744073709551616})") ==
        "w/e/cod = 18446744073709551616 (float64)\n");
  CHECK_THAT(bench(topic, R"({"value":9223372036854775809})"),
             Catch::StartsWith("! not_a_number: /value is beyond int64"));
  CHECK_THAT(
      bench(topic, R"({"value":18446744073709551617})"),
      Catch::StartsWith(
          "! not_a_number: /value is no number that can be kept: 18446744073709551617 at byte 9"));
}

TEST_CASE("json: NaN, infinities and huge exponents are not numbers", "[mqtt_codec]") {
  Bench bench = one();
  for (const std::string text : {"NaN", "Infinity", "-Infinity", "1e999", "-1e999", "-NaN"}) {
    CAPTURE(text);
    CHECK(bench(topic, "{\"value\":" + text + "}") ==
          "! not_a_number: /value is no number that can be kept: " + text + " at byte 9\n");
  }
  CHECK(bench(topic, R"({"value":1e-999})") == "w/e/cod = 0 (float64)\n");
}

TEST_CASE("json: one value that is no number does not cost the others", "[mqtt_codec]") {
  const Cell fields{std::vector<Cell>{table({{"tag", "{s}/cod"}, {"value", "/cod"}}),
                                      table({{"tag", "{s}/ph"}, {"value", "/ph"}}),
                                      table({{"tag", "{s}/do"}, {"value", "/do"}})}};
  Bench bench{{table({{"topic", "p/{s}"}, {"fields", fields}})}};
  REQUIRE(bench.problems == "");
  CHECK(bench("p/w", R"({"cod":12.1,"ph":NaN,"do":1e400})") ==
        "w/cod = 12.1 (float64)\n"
        "! not_a_number: /ph is no number that can be kept: NaN at byte 17\n"
        "! not_a_number: /do is no number that can be kept: 1e400 at byte 26\n");
  CHECK(bench("p/w", R"({"cod":null,"ph":[7],"do":"low"})") ==
        "w/do = low (text)\n"
        "! malformed: /cod is null\n"
        "! wrong_type: /ph must be a number, a text, true or false, is an array\n");
  CHECK(bench("p/w", R"({"do":3})") ==
        "w/do = 3 (int64)\n! malformed: /cod is not in the message\n! malformed: /ph is not in the "
        "message\n");
}

TEST_CASE("json: an optional field may be absent, but not wrong", "[mqtt_codec]") {
  const Cell fields{std::vector<Cell>{table({{"tag", "a"}, {"value", "/a"}, {"optional", true}}),
                                      table({{"tag", "b"}, {"value", "/b"}, {"optional", true}})}};
  Bench bench{{table({{"topic", "p"}, {"fields", fields}})}};
  CHECK(bench("p", R"({"b":2})") == "b = 2 (int64)\n");
  CHECK(bench("p", "{}") == "");
  CHECK(bench("p", R"({"a":{}})") ==
        "! wrong_type: /a must be a number, a text, true or false, is an object\n");
}

TEST_CASE("json: a text that looks like our own mark for NaN stays a text", "[mqtt_codec]") {
  Bench bench = one();
  CHECK(bench(topic,
              "{\"value\":\"\xEF\xBF\xBF"
              "0\"}") ==
        "w/e/cod = \xEF\xBF\xBF"
        "0 (text)\n");
  CHECK(bench(topic,
              "{\"value\":\"\xEF\xBF\xBF"
              "7\",\"x\":NaN}") ==
        "w/e/cod = \xEF\xBF\xBF"
        "7 (text)\n");
  // Nothing stays from the message before.
  CHECK(bench(topic,
              "{\"value\":\"\xEF\xBF\xBF"
              "0\"}") ==
        "w/e/cod = \xEF\xBF\xBF"
        "0 (text)\n");
}

TEST_CASE("json: what is no JSON is told with its byte", "[mqtt_codec]") {
  Bench bench = one();
  const std::pair<std::string, std::string> payloads[] = {
      {"", "! malformed: byte 0: not JSON: the text ends early: a value is expected\n"},
      {R"({"value":12)",
       "! malformed: byte 11: not JSON: the text ends early: ',' or '}' is expected\n"},
      {R"({"value":012})", "! malformed: byte 9: not JSON: a number must not begin with 0\n"},
      {R"({"value":1}})", "! malformed: byte 11: not JSON: nothing may follow the value\n"},
      {R"({"value":1,})", "! malformed: byte 11: not JSON: a name in double quotes is expected\n"},
      {R"({"value":tru})", "! malformed: byte 9: not JSON: a value is expected\n"},
      {R"({'value':1})", "! malformed: byte 1: not JSON: a name in double quotes is expected\n"},
      {R"({"value" 1})", "! malformed: byte 9: not JSON: ':' is expected\n"},
      {"{\"value\":\"a\nb\"}", "! malformed: byte 11: not JSON: a control character in a text\n"},
      {R"({"value":"\x"})", "! malformed: byte 11: not JSON: no such escape\n"},
      {R"({"value":"\u12G4"})",
       "! malformed: byte 14: not JSON: four hexadecimal digits are expected\n"},
      {R"({"value":1.})", "! malformed: byte 11: not JSON: a digit is expected\n"},
      {R"({"value":1e})", "! malformed: byte 11: not JSON: a digit is expected\n"},
      {R"([1 2])", "! malformed: byte 3: not JSON: ',' or ']' is expected\n"},
      {"\xEF\xBB\xBF{",
       "! malformed: byte 4: not JSON: the text ends early: a name in double quotes is expected\n"},
      {R"({"value":"\ud800"})", "! malformed: not JSON: "}};
  for (const auto& [payload, expected] : payloads) {
    CAPTURE(payload);
    CHECK_THAT(bench(topic, payload), Catch::StartsWith(expected));
  }
}

TEST_CASE("json: every cut of a good message is refused, and the next one is taken",
          "[mqtt_codec]") {
  Bench bench = one();
  const std::string good = R"({"value":12.5,"time":"2024-01-01T00:00:00Z","quality":"good"})";
  for (std::size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    CHECK_THAT(bench(topic, good.substr(0, size)), Catch::StartsWith("! malformed: byte "));
    REQUIRE(bench(topic, good) == "w/e/cod = 12.5 (float64) @ 2024-01-01T00:00:00Z\n");
  }
}

TEST_CASE("json: bytes that are not UTF-8 are told with their place", "[mqtt_codec]") {
  Bench bench = one();
  CHECK(bench(topic, "{\"value\":\"\xC3\x28\"}") ==
        "! not_utf8: byte 10: the payload is not UTF-8\n");
  CHECK(bench(topic, "\xFF\xFE{") == "! not_utf8: byte 0: the payload is not UTF-8\n");
}

TEST_CASE("json: nesting is bounded", "[mqtt_codec]") {
  Bench bench = one();
  const auto nested = [](std::size_t depth) {
    return "{\"value\":1,\"x\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  CHECK(bench(topic, nested(64)) == "w/e/cod = 1 (int64)\n");
  CHECK(bench(topic, nested(65)) == "! malformed: byte 78: not JSON: deeper than 64 levels\n");
  CHECK_THAT(bench(topic, nested(500'000)), Catch::StartsWith("! malformed: byte 78: "));
  CHECK_THAT(bench(topic, std::string(1'000'000, '[')),
             Catch::StartsWith("! malformed: byte 64: "));
}

TEST_CASE("json: a time that is none costs the reading, a missing one only itself",
          "[mqtt_codec]") {
  Bench bench = one();
  CHECK(bench(topic, R"({"value":1})") == "w/e/cod = 1 (int64)\n");
  CHECK_THAT(bench(topic, R"({"value":1,"time":"yesterday"})"),
             Catch::StartsWith("! time_out_of_range: /time is no time between 1970 and 9999") &&
                 Catch::EndsWith("\"yesterday\"\n"));
  CHECK_THAT(bench(topic, R"({"value":1,"time":-5})"),
             Catch::StartsWith("! time_out_of_range: /time"));
  CHECK_THAT(bench(topic, R"({"value":1,"time":18446744073709551615})"),
             Catch::StartsWith("! time_out_of_range: /time"));
  CHECK_THAT(bench(topic, R"({"value":1,"time":NaN})"), Catch::EndsWith("NaN at byte 18\n"));
  CHECK_THAT(bench(topic, R"({"value":1,"time":{"a":1}})"), Catch::EndsWith("an object\n"));
}

TEST_CASE("json: a quality that is none costs the reading", "[mqtt_codec]") {
  Bench bench =
      one({{"quality_words", table({{"N", "good"}, {"M", "maintenance"}})}, {"historical", "/h"}});
  CHECK(bench(topic, R"({"value":1,"quality":"ok"})") ==
        "! wrong_type: /quality is no quality: \"ok\"\n");
  CHECK(bench(topic, R"({"value":1,"quality":1000})") ==
        "! wrong_type: /quality is no quality: \"1000\"\n");
  CHECK(bench(topic, R"({"value":1,"quality":0.5})") ==
        "! wrong_type: /quality is no quality: \"0.5\"\n");
  CHECK(bench(topic, R"({"value":1,"quality":"N"})") == "w/e/cod = 1 (int64)\n");
  CHECK(bench(topic, R"({"value":1,"quality":"M"})") == "w/e/cod = 1 (int64) bad maintenance\n");
  CHECK(bench(topic, R"({"value":1,"h":true})") == "w/e/cod = 1 (int64) historical\n");
  CHECK(bench(topic, R"({"value":1,"h":0})") == "w/e/cod = 1 (int64)\n");
  CHECK(bench(topic, R"({"value":1,"h":"yes"})") ==
        "! wrong_type: /h must be true or false: \"yes\"\n");
}

TEST_CASE("json: an array of readings names its own tags", "[mqtt_codec]") {
  Bench bench{{table({{"topic", "p/{site}"},
                      {"each", "/readings"},
                      {"tag", "{site}/{/device}/{/n}"},
                      {"value", "/v"},
                      {"time", "/t"},
                      {"message_time", "/ts"}})}};
  REQUIRE(bench.problems == "");
  CHECK(bench("p/w",
              R"({"ts":1704067200,"readings":[{"device":"d1","n":"cod","v":1},)"
              R"({"device":"d2","n":7,"v":2.5,"t":1704067201},{"device":"d 3","n":"x","v":1},)"
              R"({"n":"x","v":1},{"device":"d","n":1.5,"v":1},5,{"device":"d","n":"x"}]})") ==
        "w/d1/cod = 1 (int64) @ 2024-01-01T00:00:00Z\n"
        "w/d2/7 = 2.5 (float64) @ 2024-01-01T00:00:01Z\n"
        "! unknown_tag: \"w/d 3/x\" cannot be the name of a tag\n"
        "! malformed: /readings/3/device is not in the message, but the tag's name needs it\n"
        "! wrong_type: /readings/4/n must be a text or a whole number for the tag's name, is a "
        "number\n"
        "! malformed: /readings/5/v is not in the message\n"
        "! malformed: /readings/6/v is not in the message\n");
  CHECK(bench("p/w", R"({"ts":1704067200,"readings":[{"device":"d","n":"x","v":1,"t":null}]})") ==
        "w/d/x = 1 (int64) @ 2024-01-01T00:00:00Z\n");
  CHECK(bench("p/w", R"({"readings":{}})") ==
        "! wrong_type: /readings must be an array, is an object\n");
  CHECK(bench("p/w", R"([])") == "! malformed: /readings is not in the message\n");
  CHECK(bench("p/w", R"({"readings":[]})") == "");
}

TEST_CASE("json: the members of an object are readings", "[mqtt_codec]") {
  Bench bench{{table({{"topic", "p/{site}"},
                      {"tag", "{site}/{member}"},
                      {"members", true},
                      {"time", "/time"},
                      {"except", std::vector<Cell>{"device"}}})}};
  REQUIRE(bench.problems == "");
  CHECK(
      bench("p/w", R"({"cod":12.1,"time":1704067200,"nh3n":0.3,"device":"x","sub":{},"a b":1})") ==
      "w/cod = 12.1 (float64) @ 2024-01-01T00:00:00Z\n"
      "w/nh3n = 0.3 (float64) @ 2024-01-01T00:00:00Z\n"
      "! wrong_type: /\"sub\" must be a number, a text, true or false, is an object\n"
      "! unknown_tag: \"w/a b\" cannot be the name of a tag\n");
  CHECK(bench("p/w", "[1]") == "! wrong_type: the payload must be an object, is an array\n");
}

TEST_CASE("json: arrays of objects with many members", "[mqtt_codec]") {
  Bench bench{{table({{"topic", "p"},
                      {"each", ""},
                      {"tag", "{/id}/{member}"},
                      {"members", true},
                      {"value", "/data"},
                      {"time", "/t"}})}};
  REQUIRE(bench.problems == "");
  CHECK(bench("p", R"([{"id":"a","t":1704067200,"data":{"x":1,"y":2}},)"
                   R"({"id":"b","data":{"x":3}},{"id":"c"}])") ==
        "a/x = 1 (int64) @ 2024-01-01T00:00:00Z\n"
        "a/y = 2 (int64) @ 2024-01-01T00:00:00Z\n"
        "b/x = 3 (int64)\n"
        "! malformed: /2/data is not in the message\n");
}

TEST_CASE("json: numbers in quotes are numbers only where the mapping says so", "[mqtt_codec]") {
  CHECK(one()(topic, R"({"value":"12.5"})") == "w/e/cod = 12.5 (text)\n");
  Bench bench = one({{"text_numbers", true}});
  CHECK(bench(topic, R"({"value":"12.5"})") == "w/e/cod = 12.5 (float64)\n");
  CHECK(bench(topic, R"({"value":"12"})") == "w/e/cod = 12 (int64)\n");
  CHECK(bench(topic, R"({"value":"open"})") == "w/e/cod = open (text)\n");
  CHECK(bench(topic, R"({"value":"NaN"})") ==
        "! not_a_number: /value is no number that can be kept: \"NaN\"\n");
}

TEST_CASE("json: the message itself may be the value", "[mqtt_codec]") {
  Bench bench{{table({{"topic", "p"}, {"tag", "x"}, {"value", ""}})}};
  CHECK(bench("p", "12.5") == "x = 12.5 (float64)\n");
  CHECK(bench("p", "\"open\"") == "x = open (text)\n");
  CHECK(bench("p", "null") == "! malformed: the payload is null\n");
  CHECK(bench("p", "[]") ==
        "! wrong_type: the payload must be a number, a text, true or false, is an array\n");
}

TEST_CASE("json: a text value is bounded", "[mqtt_codec]") {
  Bench bench = one();
  CHECK_THAT(bench(topic, "{\"value\":\"" + std::string(text_bytes_max, 'x') + "\"}"),
             Catch::StartsWith("w/e/cod = x"));
  CHECK(bench(topic, "{\"value\":\"" + std::string(text_bytes_max + 1, 'x') + "\"}") ==
        "! wrong_type: /value is a text of more than 4096 bytes\n");
}

std::string array_of(std::size_t count, const std::string& element) {
  std::string text = "[";
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + element;
  return text + "]";
}

TEST_CASE("json: ten thousand readings a message, and not one more", "[mqtt_codec]") {
  Bench bench{{table({{"topic", "p"}, {"each", ""}, {"tag", "x"}, {"value", "/v"}})}};
  const Decoded& most = bench.decode(message("p", array_of(readings_a_message_max, "{\"v\":1}")));
  CHECK(most.readings.size() == readings_a_message_max);
  CHECK(most.faults.empty());
  CHECK(bench("p", array_of(readings_a_message_max + 1, "{\"v\":1}")) ==
        "! too_many: more than 10000 readings in one message\n");
  CHECK(bench("p", array_of(100'000, "0")) ==
        "! too_many: more than 10000 readings in one message\n");
}

TEST_CASE("json: thousands of faults in a message are told as a few and a number", "[mqtt_codec]") {
  Bench bench{{table({{"topic", "p"}, {"each", ""}, {"tag", "x"}, {"value", "/v"}})}};
  const Decoded& decoded = bench.decode(message("p", array_of(9'000, "0")));
  CHECK(decoded.readings.empty());
  REQUIRE(decoded.faults.size() == faults_a_message_max);
  CHECK(decoded.faults.back().detail == "/15/v is not in the message; and 8984 more faults");
}

TEST_CASE("json: what was decoded before stays when a message holds too many", "[mqtt_codec]") {
  Read mappings = read({table({{"topic", "p"}, {"each", ""}, {"tag", "x"}, {"value", "/v"}})});
  const auto decoder = make_decoder(std::move(mappings.mappings), 1 << 20);
  Decoded decoded;
  decoder->decode(message("p", R"([{"v":1},{}])"), decoded);
  const std::string first = lines(decoded);
  decoder->decode(message("p", array_of(readings_a_message_max + 1, "{\"v\":1}")), decoded);
  CHECK(decoded.names == "x");
  CHECK(lines(decoded) == first + "! too_many: more than 10000 readings in one message\n");
}

TEST_CASE("json: a large message leaves the next small one as it was", "[mqtt_codec]") {
  Bench bench = one();
  const std::string large = "{\"pad\":\"" + std::string(900'000, 'x') + "\",\"value\":2}";
  CHECK(bench(topic, R"({"value":1})") == "w/e/cod = 1 (int64)\n");
  CHECK(bench(topic, large) == "w/e/cod = 2 (int64)\n");
  CHECK(bench(topic, R"({"value":3})") == "w/e/cod = 3 (int64)\n");
}

}  // namespace
}  // namespace parkwatch::mqtt_codec::json_payload_test
