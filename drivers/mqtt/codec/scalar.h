// drivers/mqtt/codec/scalar.h - Numbers, words, times and qualities as devices write them. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "drivers/mqtt/codec/mapping.h"
#include "model/time.h"
#include "model/value.h"

namespace parkwatch::mqtt_codec {

// A text value has at most this many bytes: words of states and short remarks, no documents.
inline constexpr std::size_t text_bytes_max = 4096;

// NaN, an infinity, a number out of a double's reach, or a whole number beyond int64 that no double
// holds exactly (an identifier or a counter that rounding would falsify).
struct NotANumber {};
// `std::monostate`: not written as a number at all.
using ParsedNumber = std::variant<std::monostate, double, std::int64_t, NotANumber>;

// "12", "-0.5", "+3", "1e3", ".5": digits without a point or exponent give an int64. "NaN", "inf",
// "Infinity" (any case, any sign) are NotANumber. The whole text must be the number.
[[nodiscard]] ParsedNumber parse_number(std::string_view text);

// true and on, false and off; in any case.
[[nodiscard]] std::optional<bool> parse_switch(std::string_view text);

// `number` in the unit of `format`; automatic: |number| < 1e11 s, < 1e14 ms, < 1e17 us, else ns
// (each then lies between 1973 and 5138). Empty when outside timestamp_min..timestamp_max, or for
// rfc3339.
[[nodiscard]] std::optional<Timestamp> time_of(std::int64_t number, TimeFormat format);
[[nodiscard]] std::optional<Timestamp> time_of(double number, TimeFormat format);
// RFC 3339 (with `zone` added where it has none), or a number in quotes as above.
[[nodiscard]] std::optional<Timestamp> time_of(std::string_view text, TimeFormat format,
                                               std::string_view zone);

// "good", "uncertain", "bad", or the word of a reason, which says bad (clock_skew and first_value:
// uncertain); in any case, ' ' and '-' for '_'. Empty for other words.
[[nodiscard]] std::optional<QualityMark> quality_of(std::string_view word);
// The quality byte of OPC DA (OPC Data Access 3.00, 6.8): 192..255 good, 64..127 uncertain, 0..63
// bad, with the reasons that have one here. Empty for other numbers.
[[nodiscard]] std::optional<QualityMark> quality_of(std::int64_t opc);

}  // namespace parkwatch::mqtt_codec
