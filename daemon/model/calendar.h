// daemon/model/calendar.h - The site's own days: a time zone as plain data, and the periods of a
// calendar. Pure; no time zone database is read here.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/time.h"

namespace parkwatch {

// From `at` on, local time is UTC + `offset`.
struct ZoneChange {
  Timestamp at;
  Duration offset{0};
  bool operator==(const ZoneChange&) const = default;
};

struct TimeZone {
  std::string name = "UTC";         // as configured: "Asia/Shanghai", "+08:00"
  Duration offset{0};               // before the first change
  std::vector<ZoneChange> changes;  // ascending
  bool operator==(const TimeZone&) const = default;

  [[nodiscard]] Duration offset_at(Timestamp t) const;
  // The first moment at which a local clock shows `local` (time since 1970 as it reads there) or
  // later: a time that is left out in spring is when the clocks go forward.
  [[nodiscard]] Timestamp first_at(Duration local) const;
};

// A shift begins at the same local time each day and lasts until the next one begins.
struct Shift {
  std::string name;   // "early"; unique
  Duration begin{0};  // since local midnight, below 24 h
  bool operator==(const Shift&) const = default;
};

// fixed: a length of its own, aligned to UTC. A week begins on Monday.
enum class Period : std::uint8_t { fixed, hour, day, week, month, shift };
[[nodiscard]] std::string_view to_text(Period p);
[[nodiscard]] std::optional<Period> parse_period(std::string_view text);

struct Calendar {
  TimeZone zone;
  std::vector<Shift> shifts;  // ascending by `begin`
  bool operator==(const Calendar&) const = default;

  // Periods are numbered without holes from 1970 on. REQUIRES: not fixed; shift: there are some.
  [[nodiscard]] std::int64_t number_of(Period period, Timestamp t) const;
  // When that period begins; the one before ends then.
  [[nodiscard]] Timestamp begin_of(Period period, std::int64_t number) const;
  // Position in `shifts`. REQUIRES: there are some.
  [[nodiscard]] std::size_t shift_at(Timestamp t) const;
};

// "UTC" and "+08:00" to "-12:00"; empty for all else, names of the tz database included.
[[nodiscard]] std::optional<TimeZone> parse_offset(std::string_view text);
// "08:00" as a time since midnight, below 24 h; empty for anything else.
[[nodiscard]] std::optional<Duration> parse_time_of_day(std::string_view text);
// "2026-07-01", "2026-07-01 08:00", "2026-07-01T08:00:30" as a clock there shows it, or a whole RFC
// 3339 time with its own offset; empty for anything else.
[[nodiscard]] std::optional<Timestamp> parse_local(std::string_view text, const TimeZone& zone);
// "2026-07-01 08:00:00 +08:00"
[[nodiscard]] std::string to_local_text(Timestamp t, const TimeZone& zone);

}  // namespace parkwatch
