// tests/unit/model/action_test.cpp - Topics, filters, ids and payloads of commands.
#include "model/action.h"

#include <catch2/catch.hpp>

namespace action_test {

using namespace parkwatch;

TEST_CASE("action: a filter's plus is one level, its number sign the rest", "[model]") {
  CHECK(topic_matches("park/+/cmd", "park/gate1/cmd"));
  CHECK_FALSE(topic_matches("park/+/cmd", "park/a/b/cmd"));
  CHECK_FALSE(topic_matches("park/+/cmd", "park/gate1/cmd/x"));
  CHECK_FALSE(topic_matches("park/+/cmd", "park/gate1"));
  CHECK(topic_matches("park/#", "park/a/b/c"));
  CHECK(topic_matches("park/#", "park"));
  CHECK(topic_matches("#", "a/b"));
  CHECK(topic_matches("a", "a"));
  CHECK_FALSE(topic_matches("a", "b"));
  CHECK(topic_matches("+", ""));
  CHECK_FALSE(topic_matches("#", "$SYS/x"));
  CHECK_FALSE(topic_matches("a/b", "a"));
}

TEST_CASE("action: wildcards stand alone in their level", "[model]") {
  for (const char* good : {"#", "+", "a/+/b", "a/#", "+/#", "/", "a//b"}) {
    CAPTURE(good);
    CHECK(is_topic_filter(good));
  }
  for (const char* bad : {"", "a+", "a/b#", "#/a", "a/+b/c", "a\nb"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_topic_filter(bad));
  }
  CHECK_FALSE(is_topic_filter(std::string(action_topic_bytes_max + 1, 'a')));
  CHECK(is_topic_name("a/b"));
  CHECK_FALSE(is_topic_name("a/+"));
  CHECK_FALSE(is_topic_name(""));
  CHECK_FALSE(is_topic_name("a\x7F"));
}

TEST_CASE("action: a payload gets its id last, and its doubled braces single", "[model]") {
  CHECK(command_id("p", "00ff", 17) == "p-00ff-17");
  CHECK(final_payload(R"({{"id":"{id}","x":{{}}}})", "p-g-1") == R"({"id":"p-g-1","x":{}})");
  CHECK(final_payload("{{id}}", "x") == "{id}");
  CHECK(final_payload("{", "x") == "{");
  CHECK(final_payload("", "x").empty());
}

TEST_CASE("action: a plan allows what one of its filters takes", "[model]") {
  ActionPlan plan;
  CHECK_FALSE(plan.allows("a"));
  plan.allow = {"a/+", "b"};
  CHECK(plan.allows("a/x"));
  CHECK(plan.allows("b"));
  CHECK_FALSE(plan.allows("c"));
  plan.actions.emplace_back().id = "x";
  CHECK(plan.find("x") == &plan.actions[0]);
  CHECK(plan.find("y") == nullptr);
}

}  // namespace action_test
