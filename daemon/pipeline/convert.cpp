// daemon/pipeline/convert.cpp - Scaling and types.
#include "pipeline/convert.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "model/utf8.h"

namespace parkwatch::pipeline {
namespace {

using Refused = std::optional<RefusalReason>;

// 2^63; every double below it in magnitude has a whole part that an int64 holds.
constexpr double int64_limit = 9223372036854775808.0;

constexpr std::size_t words_told_max = 8;

bool is_identity(const Scaling& s) { return s.factor == 1 && s.offset == 0 && !s.clamp; }

double scaled(const Scaling& s, double raw) {
  const double value = raw * s.factor + s.offset;
  return s.clamp ? std::clamp(value, s.clamp->low, s.clamp->high) : value;
}

Refused to_int64(double number, Value& out) {
  const double whole = std::nearbyint(number);
  if (!(std::abs(whole) < int64_limit)) return RefusalReason::not_a_number;
  out = static_cast<std::int64_t>(whole);
  return std::nullopt;
}

Refused to_type(ValueType type, double number, Value& out) {
  if (!std::isfinite(number)) return RefusalReason::not_a_number;
  switch (type) {
    case ValueType::float64:
      out = number;
      return std::nullopt;
    case ValueType::int64:
      return to_int64(number, out);
    case ValueType::boolean:
      if (number != 0 && number != 1) return RefusalReason::wrong_type;
      out = number != 0;
      return std::nullopt;
    case ValueType::text:
      break;
  }
  return RefusalReason::wrong_type;
}

// An enumeration's word; for a boolean "true" and "false" too.
Refused from_word(const Tag& tag, const std::string& word, Value& out) {
  for (const EnumEntry& entry : tag.enumeration) {
    if (entry.word == word) return to_type(tag.type, static_cast<double>(entry.number), out);
  }
  if (tag.type == ValueType::boolean && (word == "true" || word == "false")) {
    out = word == "true";
    return std::nullopt;
  }
  return RefusalReason::wrong_type;
}

}  // namespace

std::string what_fits(const Tag& tag) {
  std::string out = tag.type == ValueType::boolean ? "true, false, 0 or 1" : "a number";
  for (std::size_t i = 0; i < tag.enumeration.size(); ++i) {
    if (i == words_told_max) return out + ", ...";
    out += (i == 0 ? " or one of " : ", ") + tag.enumeration[i].word;
  }
  return out;
}

std::optional<RefusalReason> convert(const Tag& tag, const Value& raw, Value& out) {
  if (tag.type == ValueType::text) {
    std::string text = to_text(raw);
    // Everything that keeps it (protobuf, JSON) demands it.
    if (first_not_utf8(text)) return RefusalReason::not_utf8;
    out = std::move(text);
    return std::nullopt;
  }
  if (const auto* word = std::get_if<std::string>(&raw)) return from_word(tag, *word, out);
  if (is_identity(tag.scaling) || !tag.enumeration.empty()) {
    if (type_of(raw) == tag.type && tag.type != ValueType::float64) {
      out = raw;
      return std::nullopt;
    }
    return to_type(tag.type, *as_number(raw), out);
  }
  return to_type(tag.type, scaled(tag.scaling, *as_number(raw)), out);
}

bool is_in_range(const Tag& tag, const Value& value) {
  const auto number = as_number(value);
  if (!number) return true;
  if (tag.range && (*number < tag.range->low || *number > tag.range->high)) return false;
  return tag.enumeration.empty() ||
         std::any_of(tag.enumeration.begin(), tag.enumeration.end(), [&](const EnumEntry& entry) {
           return static_cast<double>(entry.number) == *number;
         });
}

}  // namespace parkwatch::pipeline
