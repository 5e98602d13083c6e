// tests/unit/pipeline/convert_test.cpp - Raw values to types and units.
#include "pipeline/convert.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace convert_test {

using namespace parkwatch;
using pipeline::convert;

namespace {

Tag tag_with(ValueType type, Scaling scaling = {}) {
  Tag tag;
  tag.name = "a/b/c";
  tag.type = type;
  tag.scaling = scaling;
  return tag;
}

std::optional<Value> converted(const Tag& tag, const Value& raw) {
  Value out;
  if (convert(tag, raw, out)) return std::nullopt;
  return out;
}

std::optional<RefusalReason> refused(const Tag& tag, const Value& raw) {
  Value out;
  return convert(tag, raw, out);
}

const Tag number = tag_with(ValueType::float64);
const Tag whole = tag_with(ValueType::int64);
const Tag flag = tag_with(ValueType::boolean);
const Tag text = tag_with(ValueType::text);

}  // namespace

TEST_CASE("convert: scaling is linear, then clamped", "[pipeline]") {
  const Tag tag = tag_with(ValueType::float64, {0.1, -5, Range{0, 10}});
  CHECK(converted(tag, std::int64_t{100}) == Value{5.0});
  CHECK(converted(tag, 10.0) == Value{0.0});
  CHECK(converted(tag, 1000.0) == Value{10.0});
  CHECK(converted(tag, true) == Value{0.0});
}

TEST_CASE("convert: the identity does nothing to whole numbers", "[pipeline]") {
  const std::int64_t large = 9'007'199'254'740'993;  // no double is equal to it
  CHECK(converted(whole, large) == Value{large});
  CHECK(converted(whole, 2.5) == Value{std::int64_t{2}});
  CHECK(converted(whole, 3.5) == Value{std::int64_t{4}});
  CHECK(converted(whole, true) == Value{std::int64_t{1}});
  CHECK(refused(whole, 1e19) == RefusalReason::not_a_number);
  CHECK(converted(tag_with(ValueType::int64, {0.5, 0, {}}), std::int64_t{9}) ==
        Value{std::int64_t{4}});
}

TEST_CASE("convert: what is no finite number never becomes a value", "[pipeline]") {
  CHECK(refused(number, std::nan("")) == RefusalReason::not_a_number);
  CHECK(refused(number, std::numeric_limits<double>::infinity()) == RefusalReason::not_a_number);
  CHECK(refused(whole, std::nan("")) == RefusalReason::not_a_number);
  CHECK(refused(tag_with(ValueType::float64, {1e300, 0, {}}), 1e300) ==
        RefusalReason::not_a_number);
}

TEST_CASE("convert: a boolean is 0, 1, true or false", "[pipeline]") {
  CHECK(converted(flag, std::int64_t{1}) == Value{true});
  CHECK(converted(flag, 0.0) == Value{false});
  CHECK(converted(flag, false) == Value{false});
  CHECK(converted(flag, std::string{"true"}) == Value{true});
  CHECK(refused(flag, std::int64_t{2}) == RefusalReason::wrong_type);
  CHECK(refused(flag, std::string{"yes"}) == RefusalReason::wrong_type);
}

TEST_CASE("convert: a text where a number is needed is refused, a number for a text is written",
          "[pipeline]") {
  CHECK(refused(number, std::string{"12"}) == RefusalReason::wrong_type);
  CHECK(converted(text, std::string{"run"}) == Value{std::string{"run"}});
  CHECK(converted(text, std::int64_t{12}) == Value{std::string{"12"}});
}

TEST_CASE("convert: a text is UTF-8 or refused", "[pipeline]") {
  CHECK(converted(text, std::string{"\xe6\xb6\xb2"}) == Value{std::string{"\xe6\xb6\xb2"}});
  CHECK(refused(text, std::string{"\xe6\xb6"}) == RefusalReason::not_utf8);
}

TEST_CASE("convert: an enumeration takes its words and its numbers", "[pipeline]") {
  Tag tag = whole;
  tag.enumeration = {{0, "closed", {}}, {5, "open", {}}};
  CHECK(converted(tag, std::string{"open"}) == Value{std::int64_t{5}});
  CHECK(converted(tag, 5.0) == Value{std::int64_t{5}});
  CHECK(refused(tag, std::string{"ajar"}) == RefusalReason::wrong_type);
  CHECK(pipeline::what_fits(tag) == "a number or one of closed, open");
  CHECK(pipeline::what_fits(flag) == "true, false, 0 or 1");
  CHECK(pipeline::is_in_range(tag, std::int64_t{5}));
  CHECK_FALSE(pipeline::is_in_range(tag, std::int64_t{4}));
}

}  // namespace convert_test
