// tests/unit/mqtt_codec/decoder_test.cpp - Choosing a mapping; bare values; parkwatch.v1.
#include "drivers/mqtt/codec/decoder.h"

#include <catch2/catch.hpp>
#include <limits>

#include "drivers/mqtt/codec/scalar.h"
#include "parkwatch/v1/reading.pb.h"
#include "support.h"

namespace parkwatch::mqtt_codec::decoder_test {
namespace {

TEST_CASE("decoder: the first mapping that matches is taken", "[mqtt_codec]") {
  Bench bench{{table({{"topic", "p/special"}, {"format", "bare"}, {"tag", "first"}}),
               table({{"topic", "p/{x}"}, {"format", "bare"}, {"tag", "second/{x}"}})}};
  REQUIRE(bench.problems == "");
  for (int round = 0; round < 2; ++round) {  // the second one by memory
    CHECK(bench("p/special", "1") == "first = 1 (int64)\n");
    CHECK(bench("p/other", "2") == "second/other = 2 (int64)\n");
    CHECK(bench("q/other", "2") == "! unmapped_topic: no [[source.mapping]] takes \"q/other\"\n");
  }
}

TEST_CASE("decoder: topics with unexpected levels are faults, not tags", "[mqtt_codec]") {
  Bench bench{{table({{"topic", "p/{site}/{q}"}, {"format", "bare"}, {"tag", "{site}/{q}"}})}};
  CHECK(bench("p/a//b", "1") == "! unmapped_topic: no [[source.mapping]] takes \"p/a//b\"\n");
  CHECK(bench("p//q", "1") == "! unknown_tag: \"/q\" cannot be the name of a tag\n");
  CHECK(bench("p/a/", "1") == "! unknown_tag: \"a/\" cannot be the name of a tag\n");
  CHECK(bench("p/a b/q", "1") == "! unknown_tag: \"a b/q\" cannot be the name of a tag\n");
  CHECK(bench("p/a\n/q", "1") == "! unknown_tag: \"a?/q\" cannot be the name of a tag\n");
  CHECK(bench("p/\xFF/q", "1") == "! not_utf8: byte 2 of the topic: it is not UTF-8\n");
  CHECK(bench("", "1") == "! unmapped_topic: no [[source.mapping]] takes \"\"\n");
  CHECK_THAT(bench("p/" + std::string(60'000, 'x') + "/q", "1"),
             Catch::StartsWith("! unknown_tag: \"xxx"));
  CHECK_THAT(bench(std::string(60'000, '/'), "1"), Catch::StartsWith("! unmapped_topic: "));
}

TEST_CASE("decoder: a device that invents topics costs bounded memory and no reading",
          "[mqtt_codec]") {
  Bench bench{{table({{"topic", "p/{a}"}, {"format", "bare"}, {"tag", "t/{a}"}})}};
  for (std::size_t i = 0; i < 2 * remembered_topics_max + 10; ++i) {
    const std::string name = std::to_string(i);
    REQUIRE(bench("p/" + name, "1") == "t/" + name + " = 1 (int64)\n");
  }
  CHECK(bench("p/0", "1") == "t/0 = 1 (int64)\n");
}

TEST_CASE("decoder: what is remembered of a topic does not lean on the message", "[mqtt_codec]") {
  Bench bench{{table({{"topic", "p/{site}"}, {"tag", "{site}/{/d}"}, {"value", "/v"}})}};
  Message first = message("p/wwtp1", R"({"v":1,"d":"a"})");
  CHECK(lines(bench.decode(first)) == "wwtp1/a = 1 (int64)\n");
  first.topic.replace(0, first.topic.size(), "xxxxxxx");  // in the same place
  CHECK(bench("p/wwtp1", R"({"v":2,"d":"b"})") == "wwtp1/b = 2 (int64)\n");
}

TEST_CASE("decoder: an oversized message is told with its size", "[mqtt_codec]") {
  Bench bench{{table({{"topic", "p"}, {"format", "bare"}, {"tag", "t"}})}, 100};
  Message dropped = message("p", "");
  dropped.oversized = true;
  dropped.payload_bytes = 10'485'760;
  CHECK(lines(bench.decode(dropped)) == "! oversized: 10485760 bytes; payload_max is 100\n");
  CHECK(bench("p", std::string(101, '1')) == "! oversized: 101 bytes; payload_max is 100\n");
  CHECK_THAT(bench("p", std::string(100, 'x')), Catch::StartsWith("t = xxx"));
}

TEST_CASE("bare: numbers, switches and words", "[mqtt_codec]") {
  Bench bench{{table({{"topic", "p"}, {"format", "bare"}, {"tag", "t"}})}};
  CHECK(bench("p", "12.50") == "t = 12.5 (float64)\n");
  CHECK(bench("p", " 12 \r\n") == "t = 12 (int64)\n");
  CHECK(bench("p", "ON") == "t = true (boolean)\n");
  CHECK(bench("p", "false") == "t = false (boolean)\n");
  CHECK(bench("p", "half open") == "t = half open (text)\n");
  CHECK(bench("p", "\xE5\xBC\x80") == "t = \xE5\xBC\x80 (text)\n");
  CHECK(bench("p", "12.5 mg/L") == "t = 12.5 mg/L (text)\n");
}

TEST_CASE("bare: what is no value is refused", "[mqtt_codec]") {
  Bench bench{{table({{"topic", "p"}, {"format", "bare"}, {"tag", "t"}})}};
  CHECK(bench("p", "") == "! malformed: the payload is empty\n");
  CHECK(bench("p", " \n") == "! malformed: the payload is empty\n");
  CHECK(bench("p", "NaN") ==
        "! not_a_number: the payload is no number that can be kept: \"NaN\"\n");
  CHECK(bench("p", "1e999") ==
        "! not_a_number: the payload is no number that can be kept: \"1e999\"\n");
  CHECK(bench("p", " \xFF") == "! not_utf8: byte 1: the payload is not UTF-8\n");
  CHECK_THAT(bench("p", std::string("a\0b", 3)),
             Catch::StartsWith("! malformed: the payload is neither"));
  CHECK(bench("p", std::string(text_bytes_max + 1, 'x')) ==
        "! wrong_type: the payload is a text of more than 4096 bytes\n");
}

v1::Reading* add(v1::Readings& readings, const std::string& tag) {
  v1::Reading* reading = readings.add_readings();
  reading->set_tag(tag);
  return reading;
}

Bench protobuf_bench() {
  Bench bench{
      {table({{"topic", "p/{site}"}, {"format", "parkwatch.v1"}, {"tag", "{site}/{tag}"}})}};
  REQUIRE(bench.problems == "");
  return bench;
}

TEST_CASE("parkwatch.v1: every kind of value with its marks", "[mqtt_codec]") {
  v1::Readings readings;
  v1::Reading* r = add(readings, "e/cod");
  r->set_float64(12.5);
  r->set_time_us(1'704'067'200'000'000);
  r->set_quality(v1::QUALITY_BAD);
  r->set_reason(v1::QUALITY_REASON_SENSOR_FAULT);
  r->set_historical(true);
  add(readings, "e/count")->set_int64(-7);
  add(readings, "e/on")->set_boolean(true);
  add(readings, "e/state")->set_text("open");
  add(readings, "e/first")->set_float64(0);
  readings.mutable_readings(4)->set_quality(v1::QUALITY_UNCERTAIN);
  readings.mutable_readings(4)->set_reason(v1::QUALITY_REASON_FIRST_VALUE);
  CHECK(protobuf_bench()("p/w", readings.SerializeAsString()) ==
        "w/e/cod = 12.5 (float64) @ 2024-01-01T00:00:00Z bad sensor_fault historical\n"
        "w/e/count = -7 (int64)\n"
        "w/e/on = true (boolean)\n"
        "w/e/state = open (text)\n"
        "w/e/first = 0 (float64) uncertain first_value\n");
}

TEST_CASE("parkwatch.v1: a reading that is wrong does not cost the others", "[mqtt_codec]") {
  v1::Readings readings;
  add(readings, "nan")->set_float64(std::numeric_limits<double>::quiet_NaN());
  add(readings, "inf")->set_float64(std::numeric_limits<double>::infinity());
  add(readings, "none");
  add(readings, "a b")->set_int64(1);
  add(readings, "")->set_int64(1);
  add(readings, "late")->set_int64(1);
  readings.mutable_readings(5)->set_time_us(-1);
  add(readings, "q")->set_int64(1);
  readings.mutable_readings(6)->set_quality(static_cast<v1::Quality>(17));
  add(readings, "long")->set_text(std::string(text_bytes_max + 1, 'x'));
  add(readings, "good")->set_int64(1);
  CHECK(protobuf_bench()("p/w", readings.SerializeAsString()) ==
        "w/good = 1 (int64)\n"
        "! not_a_number: byte 2: the value is NaN or infinite\n"
        "! not_a_number: byte 18: the value is NaN or infinite\n"
        "! malformed: byte 34: a reading without a value\n"
        "! unknown_tag: \"w/a b\" cannot be the name of a tag\n"
        "! unknown_tag: \"w/\" cannot be the name of a tag\n"
        "! time_out_of_range: byte 55: time_us is before 1970 or after 9999\n"
        "! wrong_type: byte 74: a quality that parkwatch.v1 does not have\n"
        "! wrong_type: byte 84: a text of more than 4096 bytes\n");
}

TEST_CASE("parkwatch.v1: every cut is refused or is a shorter message", "[mqtt_codec]") {
  v1::Readings readings;
  add(readings, "a")->set_int64(1);
  add(readings, "b")->set_float64(2.5);
  const std::string good = readings.SerializeAsString();
  Bench bench = protobuf_bench();
  const std::size_t first = 2 + static_cast<std::size_t>(readings.readings(0).ByteSizeLong());
  for (std::size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    const Decoded& decoded = bench.decode(message("p/w", good.substr(0, size)));
    CHECK(decoded.readings.size() == (size >= first ? 1 : 0));
    CHECK(decoded.faults.size() == (size == 0 || size == first ? 0 : 1));
  }
  REQUIRE(bench.decode(message("p/w", good)).readings.size() == 2);
}

TEST_CASE("parkwatch.v1: broken bytes are told with their place", "[mqtt_codec]") {
  Bench bench = protobuf_bench();
  CHECK(bench("p/w", std::string("\0\0", 2)) ==
        "! malformed: byte 0: not protobuf: no field begins here\n");
  CHECK(bench("p/w", "{\"value\":1}") == "! malformed: byte 0: not protobuf: a broken field\n");
  CHECK(bench("p/w", "\x0A\xFF\xFF\xFF\xFF\x0F") ==
        "! malformed: byte 0: the payload ends inside a reading\n");
  CHECK(bench("p/w", "\x0A\x02\x0A\x05") ==
        "! malformed: byte 2: no field of a parkwatch.v1.Reading begins here\n");
  CHECK(bench("p/w",
              "\x0A\x05\x0A\x03"
              "ab\xFF") == "! not_utf8: byte 6: a text of the reading is not UTF-8\n");
  // Groups of an unknown field, nested without end.
  CHECK(bench("p/w", std::string(100'000, '\x13')) ==
        "! malformed: byte 0: not protobuf: a broken field\n");
  std::string nested = "\x0A\xA0\x8D\x06";
  CHECK_THAT(bench("p/w", nested + std::string(100'000, '\x13')),
             Catch::StartsWith("! malformed: byte 4: no field"));
}

TEST_CASE("parkwatch.v1: unknown fields are left to later versions", "[mqtt_codec]") {
  v1::Readings readings;
  add(readings, "a")->set_int64(1);
  const std::string unknown = "\x98\x06\x01";  // field 99, varint
  const std::string text = "\x9A\x06\x02hi";   // field 99, bytes
  CHECK(protobuf_bench()("p/w", unknown + readings.SerializeAsString() + text) ==
        "w/a = 1 (int64)\n");
}

TEST_CASE("parkwatch.v1: ten thousand readings a message, and not one more", "[mqtt_codec]") {
  v1::Readings readings;
  for (std::size_t i = 0; i < readings_a_message_max; ++i) add(readings, "a")->set_int64(1);
  Bench bench = protobuf_bench();
  CHECK(bench.decode(message("p/w", readings.SerializeAsString())).readings.size() ==
        readings_a_message_max);
  add(readings, "a")->set_int64(1);
  CHECK(bench("p/w", readings.SerializeAsString()) ==
        "! too_many: more than 10000 readings in one message\n");
  std::string empty;
  for (int i = 0; i < 500'000; ++i) empty += std::string("\x0A\0", 2);
  CHECK(bench("p/w", empty) == "! too_many: more than 10000 readings in one message\n");
}

}  // namespace
}  // namespace parkwatch::mqtt_codec::decoder_test
