// tests/unit/http/command_body_test.cpp - Each kind of member that a command may carry, and what is
// said of one that cannot be read.
#include "http/command_body.h"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <functional>
#include <random>

namespace command_body_test {

using namespace parkwatch;
using namespace std::chrono_literals;
using http::CommandBody;

namespace {

// What a client is told; "" when all is well.
std::string told(CommandBody& body) {
  const auto refused = body.finish();
  if (!refused) return "";
  CHECK(refused->status == 400);
  return std::string{boost::json::parse(refused->body).at("detail").as_string()};
}

using Read = std::function<void(CommandBody&)>;

std::string told_of(const std::string& text, const Read& read) {
  CommandBody body{text};
  read(body);
  return told(body);
}

}  // namespace

TEST_CASE("command body: nothing at all is an empty object", "[http]") {
  for (const char* text : {"", " ", "\t\r\n", "{}", " { } "}) {
    CAPTURE(text);
    CommandBody body{text};
    CHECK_FALSE(body.text("comment", 9));
    CHECK(body.number("occurrence") == 0);
    CHECK_FALSE(body.real("value"));
    CHECK(body.boolean("one_shot", true));
    CHECK_FALSE(body.boolean("latched", false));
    CHECK_FALSE(body.time("from"));
    const auto end = body.end();
    CHECK_FALSE(end.until);
    CHECK(end.length == 0s);
    CHECK(told(body).empty());
  }
}

TEST_CASE("command body: a text is bounded in bytes and has no characters that act", "[http]") {
  const Read read = [](CommandBody& b) { static_cast<void>(b.text("c", 6)); };
  CHECK(told_of(R"({"c":"液位"})", read).empty());  // six bytes
  CHECK(told_of(R"({"c":"液位x"})", read) == "member 'c': is longer than 6 bytes");
  CHECK(told_of(R"({"c":"a\nb\tc"})", read).empty());
  CHECK(told_of(R"({"c":"a\rb"})", read) == "member 'c': has control characters");
  CHECK(told_of(R"({"c":"\u001b[2J"})", read) == "member 'c': has control characters");
  CHECK(told_of(R"({"c":"\u001f"})", read) == "member 'c': has control characters");
  CHECK(told_of(R"({"c":"\u007f"})", read) == "member 'c': has control characters");
  CHECK(told_of(R"({"c":" ~"})", read).empty());
  CHECK(told_of(R"({"c":null})", read).empty());  // as good as absent
  for (const char* wrong : {"1", "true", "[]", "{}"}) {
    CAPTURE(wrong);
    CHECK(told_of(std::string{R"({"c":)"} + wrong + "}", read) == "member 'c': must be a string");
  }
}

TEST_CASE("command body: a needed text must be there and say something", "[http]") {
  const Read read = [](CommandBody& b) { static_cast<void>(b.required_text("rule", 6)); };
  CHECK(told_of(R"({"rule":"a"})", read).empty());
  for (const char* text : {"", "{}", R"({"rule":""})", R"({"rule":null})"}) {
    CAPTURE(text);
    CHECK(told_of(text, read) == "member 'rule': is missing");
  }
  // The first mistake is the one that is told.
  CHECK(told_of(R"({"rule":7})", read) == "member 'rule': must be a string");
}

TEST_CASE("command body: a number is whole and at least one, wherever it may be left out",
          "[http]") {
  const std::string whole = "member 'n': must be a whole number, 1 or more";
  for (const auto& [text, number] :
       {std::pair{"1", std::uint64_t{1}}, std::pair{"18446744073709551615", UINT64_MAX},
        std::pair{"9007199254740993", std::uint64_t{9007199254740993}}}) {
    CommandBody body{std::string{R"({"n":)"} + text + "}"};
    CHECK(body.number("n") == number);
    CHECK(told(body).empty());
  }
  const Read read = [](CommandBody& b) { static_cast<void>(b.number("n")); };
  for (const char* wrong :
       {"0", "-1", "1.5", "18446744073709551616", "\"1\"", "null", "true", "[1]"}) {
    CAPTURE(wrong);
    CHECK(told_of(std::string{R"({"n":)"} + wrong + "}", read) == whole);
  }
}

TEST_CASE("command body: a value is any finite number", "[http]") {
  for (const auto& [text, number] : {std::pair{"0", 0.0}, std::pair{"-3", -3.0},
                                     std::pair{"2.5e-3", 0.0025}, std::pair{"1e308", 1e308}}) {
    CommandBody body{std::string{R"({"v":)"} + text + "}"};
    CHECK(body.real("v") == number);
    CHECK(told(body).empty());
  }
  const Read read = [](CommandBody& b) { CHECK_FALSE(b.real("v")); };
  for (const char* wrong : {"\"1\"", "null", "true", "[]"}) {
    CAPTURE(wrong);
    CHECK(told_of(std::string{R"({"v":)"} + wrong + "}", read) == "member 'v': must be a number");
  }
  CHECK_FALSE(told_of(R"({"v":1e999})", read).empty());
  CHECK_FALSE(told_of(R"({"v":-1e999})", read).empty());
}

TEST_CASE("command body: true and false are words of JSON, not of people", "[http]") {
  for (const bool fallback : {true, false}) {
    CommandBody yes{R"({"b":true})"};
    CHECK(yes.boolean("b", fallback));
    CHECK(told(yes).empty());
    CommandBody no{R"({"b":false})"};
    CHECK_FALSE(no.boolean("b", fallback));
    for (const char* wrong : {"1", "\"true\"", "null"}) {
      CommandBody body{std::string{R"({"b":)"} + wrong + "}"};
      CHECK(body.boolean("b", fallback) == fallback);
      CHECK(told(body) == "member 'b': must be true or false");
    }
  }
}

TEST_CASE("command body: a time is one of RFC 3339", "[http]") {
  CommandBody good{R"({"from":"2026-05-31T14:00:00+08:00"})"};
  CHECK(good.time("from") == parse_rfc3339("2026-05-31T06:00:00Z"));
  CHECK(told(good).empty());
  const Read read = [](CommandBody& b) { CHECK_FALSE(b.time("from")); };
  for (const char* wrong : {"tomorrow", "2026-05-31", "2026-05-31T06:00:00", ""}) {
    CAPTURE(wrong);
    CHECK(told_of(std::string{R"({"from":")"} + wrong + "\"}", read) ==
          "member 'from': must be a time like 2026-05-31T06:00:00Z");
  }
  const std::string padded = R"({"from":"2026-05-31T06:00:00.)" + std::string(60, '0') + "Z\"}";
  CHECK(told_of(padded, [](CommandBody& b) { static_cast<void>(b.time("from")); }) ==
        "member 'from': is longer than 64 bytes");
}

TEST_CASE("command body: an end is a time or a length of time, and one of them", "[http]") {
  CommandBody length{R"({"for":"1h30m"})"};
  CHECK(length.end().length == 90min);
  CHECK(told(length).empty());

  CommandBody until{R"({"until":"2026-05-31T06:00:00Z"})"};
  const auto end = until.end();
  CHECK(end.until == parse_rfc3339("2026-05-31T06:00:00Z"));
  CHECK(end.length == 0s);
  CHECK(told(until).empty());

  const Read read = [](CommandBody& b) { static_cast<void>(b.end()); };
  CHECK(told_of(R"({"for":"1h","until":"2026-05-31T06:00:00Z"})", read) ==
        "member 'for': stands beside 'until'; give one of them");
  for (const char* wrong : {"0s", "", "-1h", "soon", "1", "0.0000001s"}) {
    CAPTURE(wrong);
    CHECK(told_of(std::string{R"({"for":")"} + wrong + "\"}", read) ==
          "member 'for': must be a time like 30m or 2h");
  }
  CHECK(told_of(R"({"until":"noon"})", read) ==
        "member 'until': must be a time like 2026-05-31T06:00:00Z");
  CHECK(told_of(R"({"for":30})", read) == "member 'for': must be a string");
}

TEST_CASE("command body: a member that nobody asked for is named, and so is the first mistake",
          "[http]") {
  const Read nothing = [](CommandBody&) {};
  CHECK(told_of(R"({"reason":"x"})", nothing) == "member 'reason': is unknown");
  CHECK(told_of(R"({"a":1,"b":2})", [](CommandBody& b) { static_cast<void>(b.number("a")); }) ==
        "member 'b': is unknown");
  CHECK(told_of(R"({"n":0,"x":1})", [](CommandBody& b) { static_cast<void>(b.number("n")); }) ==
        "member 'n': must be a whole number, 1 or more");
  CHECK(told_of(R"({})", [](CommandBody& b) {
          b.mistake("tag", "is in no plant");
          b.mistake("tag", "is told no more");
        }) == "member 'tag': is in no plant");
  CHECK_THAT(told_of("{\"a\":1}}", nothing), Catch::StartsWith("the body is no JSON: "));
  CHECK(told_of("null", nothing) == "the body must be a JSON object");
  CHECK(told_of("\"{}\"", nothing) == "the body must be a JSON object");
}

TEST_CASE("command body: whatever comes is an object of ours or a sentence", "[http][property]") {
  std::mt19937_64 random{20261124};
  const std::string sound =
      R"({"rule":"tank-level","occurrence":48201,"for":"30m","one_shot":true,"value":1.5})";
  int well = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = sound;
    for (auto changes = random() % 4; changes > 0; --changes) {
      text[random() % text.size()] = static_cast<char>(random() % 256);
    }
    if (random() % 8 == 0) text.resize(random() % text.size());
    CommandBody body{text};
    const std::string rule = body.required_text("rule", 64);
    const auto occurrence = body.number("occurrence");
    const auto end = body.end();
    static_cast<void>(body.boolean("one_shot", false));
    static_cast<void>(body.real("value"));
    if (!told(body).empty()) continue;
    ++well;
    CAPTURE(text);
    REQUIRE_FALSE(rule.empty());
    REQUIRE((occurrence > 0 || text.find("\"occurrence\"") == std::string::npos));
    REQUIRE((end.length > 0s || text.find("\"for\"") == std::string::npos));
  }
  CHECK(well > 4'000);
  CHECK(well < 16'000);
}

}  // namespace command_body_test
