// tests/unit/model/value_test.cpp - Values as numbers and texts; words both ways.
#include "model/value.h"

#include <catch2/catch.hpp>

#include "model/alarm_event.h"
#include "model/decoder.h"
#include "model/result.h"
#include "model/rule.h"

namespace value_test {

using namespace parkwatch;

TEST_CASE("value: numbers, booleans and texts turn into numbers where they are some", "[model]") {
  CHECK(as_number(Value{1.5}) == 1.5);
  CHECK(as_number(Value{std::int64_t{7}}) == 7.0);
  CHECK(as_number(Value{true}) == 1.0);
  CHECK_FALSE(as_number(Value{std::string{"7"}}));
}

TEST_CASE("value: the text of a number is the shortest that reads back", "[model]") {
  CHECK(to_text(Value{0.1}) == "0.1");
  CHECK(to_text(Value{-0.0}) == "-0");
  CHECK(to_text(Value{std::int64_t{-9}}) == "-9");
  CHECK(to_text(Value{false}) == "false");
  CHECK(to_text(Value{std::string{"open"}}) == "open");
}

TEST_CASE("words: every enumerator has a word of its own that reads back", "[model]") {
  for (int i = 0; i < 3; ++i)
    CHECK(parse_quality(to_text(static_cast<Quality>(i))) == static_cast<Quality>(i));
  for (int i = 0; i < 9; ++i) {
    CHECK(parse_quality_reason(to_text(static_cast<QualityReason>(i))) ==
          static_cast<QualityReason>(i));
  }
  for (int i = 0; i < 4; ++i)
    CHECK(parse_priority(to_text(static_cast<Priority>(i))) == static_cast<Priority>(i));
  for (int i = 0; i < 6; ++i)
    CHECK(parse_level(to_text(static_cast<Level>(i))) == static_cast<Level>(i));
  for (int i = 0; i < 6; ++i)
    CHECK(parse_rule_kind(to_text(static_cast<RuleKind>(i))) == static_cast<RuleKind>(i));
  for (int i = 0; i < 6; ++i)
    CHECK(parse_aggregate(to_text(static_cast<Aggregate>(i))) == static_cast<Aggregate>(i));
  for (std::size_t i = 0; i < transition_kinds; ++i) {
    CHECK(parse_transition_kind(to_text(static_cast<TransitionKind>(i))) ==
          static_cast<TransitionKind>(i));
  }
  for (std::size_t i = 0; i < alarm_states; ++i) {
    CHECK(parse_alarm_state(to_text(static_cast<AlarmState>(i))) == static_cast<AlarmState>(i));
  }
  for (std::size_t i = 0; i < refusal_reasons; ++i) {
    CHECK(to_text(static_cast<RefusalReason>(i)) != "?");
  }
  CHECK_FALSE(parse_priority("hihg"));
}

TEST_CASE("result: holds a value or an error", "[model]") {
  const Result<int> good = 7;
  const Result<int> bad = Error{ErrorKind::transient, "disk full"};
  REQUIRE(good.ok());
  CHECK(*good == 7);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().message == "disk full");
}

}  // namespace value_test
