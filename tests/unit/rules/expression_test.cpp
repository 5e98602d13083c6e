// tests/unit/rules/expression_test.cpp - What an expression may say, and what it gives.
#include "rules/expression.h"

#include <catch2/catch.hpp>

namespace expression_test {

using parkwatch::rules::Expression;

namespace {

std::optional<double> value_of(const std::string& text, const std::vector<double>& operands) {
  auto compiled = Expression::compile(text);
  REQUIRE(compiled);
  REQUIRE(compiled->tags().size() == operands.size());
  for (std::size_t i = 0; i < operands.size(); ++i) compiled->set(i, operands[i]);
  return compiled->value();
}

std::string error_of(const std::string& text) {
  const auto compiled = Expression::compile(text);
  return compiled ? "" : compiled.error().message;
}

}  // namespace

TEST_CASE("expression: a name with slashes is one tag, not a division", "[rules]") {
  CHECK(value_of("`tank/t101/level` / 2", {8}) == 4.0);
  CHECK(value_of("`a/b` > 1 && !`c/d`", {2, 0}) == 1.0);
  CHECK(value_of("`a/b` > 1 && !`c/d`", {2, 1}) == 0.0);
  CHECK(value_of("`a/b` != 1 ? 5 : `a/b`", {1}) == 1.0);
}

TEST_CASE("expression: names that are no plain words work", "[rules]") {
  CHECK(value_of("`厂区/储罐/液位` + `x.y/a-b`", {1, 2}) == 3.0);
}

TEST_CASE("expression: what is no number has no value", "[rules]") {
  CHECK_FALSE(value_of("1 / `a/b`", {0}));
  CHECK_FALSE(value_of("sqrt(`a/b`)", {-1}));
  CHECK(value_of("1 / `a/b`", {4}) == 0.25);
}

TEST_CASE("expression: a moved one still knows its operands", "[rules]") {
  auto compiled = Expression::compile("`a/b` * 3");
  REQUIRE(compiled);
  Expression moved = std::move(*compiled);
  moved.set(0, 7);
  CHECK(moved.value() == 21.0);
}

TEST_CASE("expression: mistakes are told in the words that were written", "[rules]") {
  CHECK(error_of("") == "the expression is empty");
  CHECK_THAT(error_of("`a/b` = 1"), Catch::Contains("write '=='"));
  CHECK_THAT(error_of("`a/b` == \"open\""), Catch::Contains("texts"));
  CHECK_THAT(error_of("`a/b > 1"), Catch::Contains("not closed"));
  CHECK_THAT(error_of("`a/b` 5"), !Catch::Contains("tag_0_"));
  CHECK_FALSE(error_of("level > 1").empty());
  CHECK_FALSE(error_of("`a/b`, 1").empty());
  CHECK_THAT(error_of(std::string(5000, '1')), Catch::Contains("longer than"));
  CHECK(error_of("`a/b` >= 1 && `a/b` <= 2 || `a/b` == 7").empty());
}

TEST_CASE("expression: deep nesting ends as an error or a value, never as a crash", "[rules]") {
  const std::string deep = std::string(1900, '(') + "1" + std::string(1900, ')');
  const auto compiled = Expression::compile(deep);
  if (compiled) SUCCEED("it is only deep");
  CHECK_FALSE(error_of(std::string(1900, '(')).empty());
}

TEST_CASE("expression: every refusal is one sentence that says what would be right", "[rules]") {
  CHECK(error_of("`a/b > 1") == "a backquote is not closed: write `site/device/quantity`");
  CHECK(error_of("`a/b` > `") == "a backquote is not closed: write `site/device/quantity`");
  CHECK(error_of("`a/b`, 1") == "one result is needed, not a list with commas");
  CHECK(error_of("`a/b` == \"open\"") == "texts cannot be compared: use numbers");
  const std::size_t most = parkwatch::rules::expression_bytes_max;
  CHECK(error_of(std::string(most - 2, ' ') + "`a/b`").find("is longer than") != std::string::npos);
  CHECK(error_of(std::string(most - 5, ' ') + "`a/b`").empty());
  CHECK(error_of(std::string(most - 4, ' ') + "`a/b`") ==
        "the expression is longer than " + std::to_string(most) + " bytes");
}

TEST_CASE("expression: a single '=' is found wherever it stands, comparisons are none", "[rules]") {
  for (const char* text : {"`a/b` = 1", "= `a/b`", "`a/b` =", "`a/b` == 1 && `a/b` = 2",
                           "`a/b` === 1", "`a/b` += 1"}) {
    CAPTURE(text);
    CHECK(error_of(text) == "'=' does not compare: write '=='");
  }
  for (const char* text : {"`a/b`==1", "`a/b`<=1", "`a/b`>=1", "`a/b`!=1"}) {
    CAPTURE(text);
    CHECK(error_of(text).empty());
  }
  // In a name it is no sign of anything.
  CHECK(value_of("`a=b/c` + 1", {1}) == 2.0);
}

TEST_CASE("expression: one name is one operand however often it stands, in order of appearance",
          "[rules]") {
  const auto compiled = Expression::compile("`b` - `a` + `b` * 2 - `c`");
  REQUIRE(compiled);
  CHECK(compiled->tags() == std::vector<std::string>{"b", "a", "c"});
  CHECK(value_of("`b` - `a` + `b` * 2 - `c`", {10, 1, 100}) == -71.0);
  // Ten and more: `tag_1_` is no beginning of `tag_10_`.
  std::string sum = "0";
  std::vector<double> operands;
  double expected = 0;
  for (int i = 0; i < 25; ++i) {
    sum += " + " + std::to_string(i) + " * `t/" + std::to_string(i) + "`";
    operands.push_back(i + 0.5);
    expected += i * (i + 0.5);
  }
  CHECK(value_of(sum, operands) == expected);
}

TEST_CASE("expression: a mistake of muParser names tags, not what stands for them", "[rules]") {
  std::string many = "`t/0`";
  for (int i = 1; i < 12; ++i) many += " + `t/" + std::to_string(i) + "`";
  for (const char* text : {"`x/y` `z/w`", "sin(`x/y`", "`x/y` + nothing", "(`x/y`))"}) {
    CAPTURE(text);
    CHECK_FALSE(error_of(text).empty());
    CHECK_THAT(error_of(text), !Catch::Contains("tag_"));
    CHECK_THAT(error_of(many + text), !Catch::Contains("tag_"));
  }
}

TEST_CASE("expression: no number is no value, and the next one is not spoilt by it", "[rules]") {
  auto compiled = Expression::compile("log(`a/b`) / `c/d`");
  REQUIRE(compiled);
  const auto value = [&](double a, double c) {
    compiled->set(0, a);
    compiled->set(1, c);
    return compiled->value();
  };
  CHECK_FALSE(value(-1, 1));
  CHECK_FALSE(value(2, 0));
  CHECK(value(1, 5) == 0.0);
  CHECK_FALSE(value(0, 1));
  CHECK(value(1, 1) == 0.0);
}

}  // namespace expression_test
