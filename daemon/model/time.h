// daemon/model/time.h - Points and spans of time. Pure: nothing here reads a clock.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace parkwatch {

using Duration = std::chrono::microseconds;
// UTC, microseconds since 1970-01-01.
using Timestamp = std::chrono::sys_time<Duration>;

inline constexpr Timestamp timestamp_min = Timestamp{Duration{0}};
// 9999-12-31T23:59:59.999999Z: later times are bad input, so that no sum of ours overflows.
inline constexpr Timestamp timestamp_max = Timestamp{Duration{253402300799999999}};

[[nodiscard]] constexpr Timestamp from_us(std::int64_t us) { return Timestamp{Duration{us}}; }
[[nodiscard]] constexpr std::int64_t to_us(Timestamp t) { return t.time_since_epoch().count(); }

// RFC 3339 with the fraction that the value needs: 0, 3 or 6 digits, always "Z".
[[nodiscard]] std::string to_rfc3339(Timestamp t);
// Any offset, any number of fraction digits (cut at microseconds), 'T', 't' or a space between date
// and time. Empty when it is not such a time or lies outside timestamp_min..timestamp_max.
[[nodiscard]] std::optional<Timestamp> parse_rfc3339(std::string_view text);

// "250ms", "10s", "1m30s", "2h", "7d": whole or decimal numbers with a unit each, at least one.
// Empty for anything else, and for what is longer than 100 years.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);
// The shortest text that parse_duration takes back.
[[nodiscard]] std::string to_text(Duration d);

// The gateway clock's face (design: Time). Only `app` has a real one; tests and tools have their
// own.
class Clock {
 public:
  virtual ~Clock() = default;
  // Any thread. Never earlier than an earlier call's, but for a journaled step.
  [[nodiscard]] virtual Timestamp now() = 0;
  // Whether it may decide what is too old to be kept: a clock that was set far ahead by mistake
  // must delete nothing. Any thread.
  [[nodiscard]] virtual bool is_certain() { return true; }
};

}  // namespace parkwatch
