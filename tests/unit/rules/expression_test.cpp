// tests/unit/rules/expression_test.cpp - What an expression may say, and what it gives.
#include "rules/expression.h"

#include <catch2/catch.hpp>

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
