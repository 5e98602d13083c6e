// daemon/model/value.cpp - Words of values and qualities.
#include "model/value.h"

#include <array>
#include <charconv>

#include "model/words.h"

namespace parkwatch {
namespace {

constexpr Words<Quality, 3> qualities{{"good", "uncertain", "bad"}};
constexpr Words<QualityReason, 9> reasons{{"none", "stale", "comm_lost", "out_of_range",
                                           "sensor_fault", "maintenance", "clock_skew",
                                           "not_commissioned", "first_value"}};
constexpr Words<ValueType, 4> types{{"float64", "int64", "boolean", "text"}};

template <typename Number>
std::string shortest(Number number) {
  std::array<char, 40> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return error == std::errc{} ? std::string{buffer.data(), end} : std::string{};
}

}  // namespace

std::optional<double> as_number(const Value& v) {
  switch (type_of(v)) {
    case ValueType::float64:
      return std::get<double>(v);
    case ValueType::int64:
      return static_cast<double>(std::get<std::int64_t>(v));
    case ValueType::boolean:
      return std::get<bool>(v) ? 1.0 : 0.0;
    case ValueType::text:
      break;
  }
  return std::nullopt;
}

std::string to_text(const Value& v) {
  switch (type_of(v)) {
    case ValueType::float64:
      return shortest(std::get<double>(v));
    case ValueType::int64:
      return shortest(std::get<std::int64_t>(v));
    case ValueType::boolean:
      return std::get<bool>(v) ? "true" : "false";
    case ValueType::text:
      break;
  }
  return std::get<std::string>(v);
}

std::string_view to_text(Quality q) { return qualities.text(q); }
std::string_view to_text(QualityReason r) { return reasons.text(r); }
std::string_view to_text(ValueType t) { return types.text(t); }
std::optional<Quality> parse_quality(std::string_view text) { return qualities.parse(text); }
std::optional<QualityReason> parse_quality_reason(std::string_view text) {
  return reasons.parse(text);
}
std::optional<ValueType> parse_value_type(std::string_view text) { return types.parse(text); }

}  // namespace parkwatch
