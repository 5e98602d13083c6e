// tests/unit/http/json_text_test.cpp - The direct writers against Boost.JSON and the model's own
// texts.
#include "http/json_text.h"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace json_text_test {

using namespace parkwatch;

namespace {

std::string json_of(std::string_view text) {
  std::string out;
  http::append_json_string(out, text);
  return out;
}

std::string read_back(const std::string& document) {
  return std::string{boost::json::parse(document).as_string()};
}

}  // namespace

TEST_CASE("json: every byte below 128 comes back from its string, and none that acts is in it",
          "[http]") {
  for (int code = 0; code < 128; ++code) {
    const std::string text = std::string{"a"} + static_cast<char>(code) + "b";
    const std::string document = json_of(text);
    CAPTURE(code, document);
    CHECK(read_back(document) == text);
    for (const char c : document) CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
  }
}

TEST_CASE("json: a hostile string stays one string on one line", "[http][fault]") {
  const std::string hostile[] = {
      "\"}\n{\"type\":\"page\",\"cursor\":\"x\"}",
      "\\\"",
      "\\",
      "\r\n\r\nHTTP/1.1 200 OK",
      "\xE6\xB6\xB2\xE4\xBD\x8D \xF0\x9F\x92\xA7",
      "</script><script>alert(1)</script>",
      "\x1b[2J\x1b]0;owned\x07",
      "\xE2\x80\xA8",
  };
  for (const std::string& text : hostile) {
    const std::string document = json_of(text);
    CAPTURE(document);
    CHECK(document.find('\n') == std::string::npos);
    CHECK(read_back(document) == text);
  }
}

TEST_CASE("json: bytes that are not UTF-8 become replacement characters", "[http][fault]") {
  CHECK(json_of("a\xFF"
                "b") ==
        "\"a\xEF\xBF\xBD"
        "b\"");
  CHECK(json_of("\xC0\xAF") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");      // an overlong '/'
  CHECK(json_of("\xED\xA0\x80").find('\xED') == std::string::npos);  // a surrogate
  CHECK(json_of("\xE6\xB6") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");      // cut
}

TEST_CASE("json: a number is the shortest text that reads back with the same bits", "[http]") {
  for (const double number : {0.0, -0.0, 0.1, 1.5, 1e300, -2.5e-300, 5e-324, 123456789.123,
                              1.0 / 3.0, std::numeric_limits<double>::max()}) {
    std::string text;
    http::append_number(text, number);
    const double back = std::strtod(text.c_str(), nullptr);
    CAPTURE(text);
    CHECK(std::memcmp(&back, &number, sizeof back) == 0);
  }
  std::string text;
  http::append_number(text, 0.1);
  CHECK(text == "0.1");
  http::append_number(text, -0.0);
  CHECK(text == "0.1-0.0");
}

TEST_CASE("json: each kind of value has its own look", "[http]") {
  const auto text_of = [](const Value& value) {
    std::string out;
    http::append_json_value(out, value);
    return out;
  };
  CHECK(text_of(Value{1.5}) == "1.5");
  CHECK(text_of(Value{std::numeric_limits<std::int64_t>::min()}) == "-9223372036854775808");
  CHECK(text_of(Value{true}) == "true");
  CHECK(text_of(Value{false}) == "false");
  CHECK(text_of(Value{std::string{"a\"b"}}) == R"("a\"b")");
}

TEST_CASE("json: a document is written as short as it can be, and reads back the same", "[http]") {
  const std::string text = R"({"a":7.42,"b":[],"c":[1,-2,18446744073709551615,true,false,null],)"
                           R"("d":{},"e":{"f\"":"g\n"}})";
  std::string out;
  http::append_json(out, boost::json::parse(text));
  CHECK(out == text);
}

TEST_CASE("json: times are those of the model's own writer", "[http]") {
  http::TimeText writer;
  std::int64_t us = 0;
  for (int step = 0; step < 5000; ++step) {
    for (const std::int64_t at : {us, us - us % 1000, us - us % 1'000'000}) {
      std::string text;
      writer.append(text, from_us(at));
      REQUIRE(text == to_rfc3339(from_us(at)));
    }
    us = (us * 31 + 48'611'234'567'891) % to_us(timestamp_max);
  }
  std::string text;
  writer.append(text, timestamp_max);
  CHECK(text == to_rfc3339(timestamp_max));
}

}  // namespace json_text_test
