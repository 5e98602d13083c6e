// tests/unit/mqtt_codec/topic_test.cpp - Topics with captures against MQTT 3.1.1, 4.7.
#include "drivers/mqtt/codec/topic.h"

#include <catch2/catch.hpp>

namespace parkwatch::mqtt_codec::topic_test {
namespace {

TopicPattern pattern(std::string_view text) {
  Result<TopicPattern> parsed = TopicPattern::parse(text);
  INFO(text);
  REQUIRE(parsed);
  return *parsed;
}

// "a,b" for captures a and b, "-" for no match.
std::string captured(std::string_view text, std::string_view topic) {
  std::vector<std::string_view> levels;
  if (!pattern(text).match(topic, levels)) return "-";
  std::string joined;
  for (const std::string_view level : levels)
    joined += (joined.empty() ? "" : ",") + std::string{level};
  return joined;
}

TEST_CASE("topic: captures take exactly one level each", "[mqtt_codec]") {
  const std::string three = "park/{site}/{device}/{quantity}";
  CHECK(captured(three, "park/wwtp1/effluent/cod") == "wwtp1,effluent,cod");
  CHECK(captured(three, "park/wwtp1/effluent") == "-");
  CHECK(captured(three, "park/wwtp1/effluent/cod/extra") == "-");
  CHECK(captured(three, "Park/wwtp1/effluent/cod") == "-");
  CHECK(captured(three, "park/wwtp1//cod") == "wwtp1,,cod");
  CHECK(captured(three, "/park/wwtp1/effluent/cod") == "-");
  CHECK(captured(three, "") == "-");
}

TEST_CASE("topic: wildcards match as MQTT 3.1.1 says", "[mqtt_codec]") {
  CHECK(captured("sport/tennis/player1/#", "sport/tennis/player1") == "");
  CHECK(captured("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon") == "");
  CHECK(captured("sport/#", "sport") == "");
  CHECK(captured("#", "a/b") == "");
  CHECK(captured("sport/+", "sport") == "-");
  CHECK(captured("sport/+", "sport/") == "");
  CHECK(captured("+/+", "/finance") == "");
  CHECK(captured("/+", "/finance") == "");
  CHECK(captured("+", "/finance") == "-");
  CHECK(captured("{a}/b/#", "x/b/c/d") == "x");
}

TEST_CASE("topic: names that begin with a dollar sign are the broker's own", "[mqtt_codec]") {
  CHECK(captured("#", "$SYS/broker/load") == "-");
  CHECK(captured("+/broker/load", "$SYS/broker/load") == "-");
  CHECK(captured("{a}/broker/load", "$SYS/broker/load") == "-");
  CHECK(captured("$SYS/#", "$SYS/broker/load") == "");
}

TEST_CASE("topic: the filter has a plus for each capture", "[mqtt_codec]") {
  CHECK(pattern("park/{site}/{device}/x").filter() == "park/+/+/x");
  CHECK(pattern("a/+/{b}/#").filter() == "a/+/+/#");
  CHECK(pattern("/a/").filter() == "/a/");
}

TEST_CASE("topic: each mistake in a pattern is named", "[mqtt_codec]") {
  const std::pair<std::string, std::string> mistakes[] = {
      {"", "a topic is needed"},
      {"a/#/b", "'#' may only be the last level"},
      {"a/b#", "stand for a whole level"},
      {"a/b+/c", "stand for a whole level"},
      {"a/dev-{id}", "stand for a whole level"},
      {"a/{site", "stand for a whole level"},
      {"a/{}", "is no capture"},
      {"a/{Site}", "is no capture"},
      {"a/{1st}", "is no capture"},
      {"{x}/{x}", "two levels are captured as {x}"},
      {std::string(topic_bytes_max + 1, 'a'), "longer than 1024 bytes"},
      {"a/\xff", "not UTF-8"},
      {std::string{"a\0b", 3}, "zero byte"},
      {"{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}/{j}/{k}/{l}/{m}/{n}/{o}/{p}/{q}",
       "more than 16 captures"}};
  for (const auto& [text, part] : mistakes) {
    CAPTURE(text);
    const Result<TopicPattern> parsed = TopicPattern::parse(text);
    REQUIRE_FALSE(parsed);
    CHECK_THAT(parsed.error().message, Catch::Contains(part));
  }
}

TEST_CASE("topic: covers and overlaps tell which messages two patterns share", "[mqtt_codec]") {
  struct Pair {
    std::string a, b;
    bool a_covers_b, b_covers_a, overlap;
  };
  const Pair pairs[] = {
      {"a/b", "a/b", true, true, true},       {"a/+", "a/b", true, false, true},
      {"a/{x}", "a/+", true, true, true},     {"a/#", "a/b/c", true, false, true},
      {"a/#", "a", true, false, true},        {"a/#", "a/+/#", true, false, true},
      {"#", "a/b", true, false, true},        {"a/+/c", "a/b/+", false, false, true},
      {"a/+", "b/+", false, false, false},    {"a/+", "a/b/c", false, false, false},
      {"a/+/#", "a", false, false, false},    {"+/b/#", "a/#", false, false, true},
      {"#", "$SYS/a", false, false, false},   {"+/a", "$SYS/a", false, false, false},
      {"$SYS/#", "$SYS/a", true, false, true}};
  for (const Pair& p : pairs) {
    CAPTURE(p.a, p.b);
    CHECK(pattern(p.a).covers(pattern(p.b)) == p.a_covers_b);
    CHECK(pattern(p.b).covers(pattern(p.a)) == p.b_covers_a);
    CHECK(pattern(p.a).overlaps(pattern(p.b)) == p.overlap);
    CHECK(pattern(p.b).overlaps(pattern(p.a)) == p.overlap);
  }
}

TEST_CASE("topic: covers agrees with match on every small topic and pattern",
          "[mqtt_codec][property]") {
  const std::vector<std::string> level_texts{"a", "b", "+"};
  std::vector<std::string> patterns{"#"};
  std::vector<std::string> topics;
  for (const auto& x : level_texts) {
    patterns.push_back(x);
    patterns.push_back(x + "/#");
    if (x != "+") topics.push_back(x);
    for (const auto& y : level_texts) {
      patterns.push_back(x + "/" + y);
      patterns.push_back(x + "/" + y + "/#");
      if (x != "+" && y != "+") topics.push_back(x + "/" + y);
      for (const auto& z : level_texts) {
        if (x != "+" && y != "+" && z != "+") topics.push_back(x + "/" + y + "/" + z);
      }
    }
  }
  topics.push_back("c/c/c/c");
  for (const auto& a : patterns) {
    for (const auto& b : patterns) {
      bool all = true;
      bool any = false;
      for (const auto& topic : topics) {
        const bool in_a = captured(a, topic) != "-";
        const bool in_b = captured(b, topic) != "-";
        if (in_b && !in_a) all = false;
        if (in_a && in_b) any = true;
      }
      CAPTURE(a, b);
      if (pattern(a).covers(pattern(b))) CHECK(all);
      CHECK(pattern(a).overlaps(pattern(b)) == any);
    }
  }
}

}  // namespace
}  // namespace parkwatch::mqtt_codec::topic_test
