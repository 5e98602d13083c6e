// tests/unit/notify/topics_test.cpp - Topic names, and odd names that must not end a connection.
#include "notify/topics.h"

#include <catch2/catch.hpp>
#include <string>

#include "model/utf8.h"

namespace topics_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using std::string_literals::operator""s;

TEST_CASE("topics: are those of the design, with the tag's own levels", "[notify]") {
  const Topics topics{"park-a"};
  CHECK(topics.state("tank-level", "tank/t101/level") ==
        "parkwatch/v1/park-a/alarm/tank-level/tank/t101/level/state");
  CHECK(topics.event(Priority::critical, "tank-farm") ==
        "parkwatch/v1/park-a/event/critical/tank-farm");
  CHECK(topics.online() == "parkwatch/v1/park-a/online");
  CHECK(topics.states_filter() == "parkwatch/v1/park-a/alarm/+/#");
}

TEST_CASE("topics: Chinese names pass unchanged", "[notify]") {
  CHECK(Topics{"化工园"}.state("液位", "罐区/一号罐/液位") ==
        "parkwatch/v1/化工园/alarm/液位/罐区/一号罐/液位/state");
}

TEST_CASE("topics: what a broker would refuse in a topic becomes an underline", "[notify]") {
  CHECK(topic_part("a+b#c/d", false) == "a_b_c_d");
  CHECK(topic_part("a+b#c/d", true) == "a_b_c/d");
  CHECK(topic_part("a\x01z\x7F\0b"s, false) == "a_z__b");
  CHECK(topic_part("\xC2\x85", false) == "_");          // U+0085, a C1 control
  CHECK(topic_part("\xEF\xBF\xBF", false) == "_");      // U+FFFF
  CHECK(topic_part("\xEF\xB7\x90", false) == "_");      // U+FDD0
  CHECK(topic_part("\xF0\x9F\xBF\xBE", false) == "_");  // U+1FFFE
  CHECK(topic_part("\xF0\x9F\x98\x80", false) == "\xF0\x9F\x98\x80");
  CHECK(topic_part("x\xFFy\xC0\xAF", false) == "x_y__");
  CHECK(topic_part("", false) == "_");
}

TEST_CASE("topics: every byte in a part leaves a legal part", "[notify]") {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string text{static_cast<char>(a), static_cast<char>(b)};
      const std::string part = topic_part(text, false);
      CAPTURE(a, b);
      REQUIRE_FALSE(part.empty());
      REQUIRE_FALSE(first_not_utf8(part).has_value());
      REQUIRE(part.find_first_of("+#/") == std::string::npos);
      for (const char c : part) REQUIRE(static_cast<unsigned char>(c) >= 0x20);
    }
  }
}

TEST_CASE("topics: a state topic is known by its shape", "[notify]") {
  const Topics topics{"park-a"};
  CHECK(topics.is_state(topics.state("r", "t")));
  CHECK(topics.is_state(topics.state("r", "a/b/c/d")));
  CHECK_FALSE(topics.is_state("parkwatch/v1/park-a/alarm/r/state"));
  CHECK_FALSE(topics.is_state("parkwatch/v1/park-a/alarm//t/state"));
  CHECK_FALSE(topics.is_state("parkwatch/v1/park-a/alarm/state"));
  CHECK_FALSE(topics.is_state("parkwatch/v1/park-a/alarm/r//state"));
  CHECK_FALSE(topics.is_state("parkwatch/v1/park-a/alarm/r/t/states"));
  CHECK_FALSE(topics.is_state("parkwatch/v1/park-a/event/high/state"));
  CHECK_FALSE(topics.is_state("parkwatch/v1/park-b/alarm/r/t/state"));
  CHECK_FALSE(topics.is_state(""));
}

}  // namespace topics_test
