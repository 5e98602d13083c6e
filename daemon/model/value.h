// daemon/model/value.h - What a tag can carry, and how far it can be trusted.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace parkwatch {

enum class ValueType : std::uint8_t { float64, int64, boolean, text };

// In the order of ValueType. A double here is always finite: NaN and infinities are bad quality.
using Value = std::variant<double, std::int64_t, bool, std::string>;

[[nodiscard]] inline ValueType type_of(const Value& v) { return static_cast<ValueType>(v.index()); }
// 1.5, 7, true -> 1; empty for a text.
[[nodiscard]] std::optional<double> as_number(const Value& v);
// Shortest text that reads back as the same value; a text is itself.
[[nodiscard]] std::string to_text(const Value& v);

enum class Quality : std::uint8_t { good, uncertain, bad };

enum class QualityReason : std::uint8_t {
  none,
  stale,             // silent for too long
  comm_lost,         // the source or its device is disconnected
  out_of_range,      // outside the tag's range
  sensor_fault,      // the device says so, or the value is no number (NaN, infinity)
  maintenance,       // being calibrated or repaired
  clock_skew,        // source time more than 5 s in the future
  not_commissioned,  // evaluated and journaled, not announced
  first_value,       // retained by the broker, of unknown age
};

[[nodiscard]] std::string_view to_text(Quality q);
[[nodiscard]] std::string_view to_text(QualityReason r);
[[nodiscard]] std::string_view to_text(ValueType t);
[[nodiscard]] std::optional<Quality> parse_quality(std::string_view text);
[[nodiscard]] std::optional<QualityReason> parse_quality_reason(std::string_view text);
[[nodiscard]] std::optional<ValueType> parse_value_type(std::string_view text);

}  // namespace parkwatch
