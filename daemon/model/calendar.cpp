// daemon/model/calendar.cpp - Offsets, and where periods begin.
#include "model/calendar.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "model/words.h"

namespace parkwatch {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Words<Period, 6> periods{{"fixed", "hour", "day", "week", "month", "shift"}};
// 1970-01-01 was a Thursday.
constexpr days first_monday{-3};

template <typename Unit>
std::int64_t whole(Duration d) {
  return floor<Unit>(d).count();
}

Duration month_begin(std::int64_t number) {
  using namespace std::chrono;
  const auto since = static_cast<int>(number);
  const year_month_day first = (year{1970} / January / 1) + months{since};
  return Duration{sys_days{first}.time_since_epoch()};
}

std::int64_t month_of(Duration local) {
  using namespace std::chrono;
  const year_month_day date{sys_days{floor<days>(local)}};
  return std::int64_t{(int{date.year()} - 1970)} * 12 + unsigned{date.month()} - 1;
}

// "08" of "08:00"; empty unless two digits below `end`.
std::optional<int> two_digits(std::string_view text, int end) {
  if (text.size() != 2 || text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') {
    return std::nullopt;
  }
  const int number = (text[0] - '0') * 10 + (text[1] - '0');
  return number < end ? std::optional{number} : std::nullopt;
}

}  // namespace

std::string_view to_text(Period p) { return periods.text(p); }
std::optional<Period> parse_period(std::string_view text) { return periods.parse(text); }

Duration TimeZone::offset_at(Timestamp t) const {
  const auto next = std::upper_bound(changes.begin(), changes.end(), t,
                                     [](Timestamp at, const ZoneChange& c) { return at < c.at; });
  return next == changes.begin() ? offset : std::prev(next)->offset;
}

Timestamp TimeZone::first_at(Duration local) const {
  // No offset is as large as a day: only the changes around are looked at.
  const Timestamp near{local - days{1}};
  auto change = std::upper_bound(changes.begin(), changes.end(), near,
                                 [](Timestamp at, const ZoneChange& c) { return at < c.at; });
  Duration now = change == changes.begin() ? offset : std::prev(change)->offset;
  Timestamp begin = near;
  for (;; now = change->offset, begin = change->at, ++change) {
    const Timestamp at = std::max(begin, Timestamp{local - now});
    if (change == changes.end() || at < change->at) return at;
  }
}

std::int64_t Calendar::number_of(Period period, Timestamp t) const {
  const Duration local = t.time_since_epoch() + zone.offset_at(t);
  std::int64_t number = 0;
  switch (period) {
    case Period::fixed:
      break;
    case Period::hour:
      number = whole<hours>(local);
      break;
    case Period::day:
      number = whole<days>(local);
      break;
    case Period::week:
      number = floor<std::chrono::weeks>(local - first_monday).count();
      break;
    case Period::month:
      number = month_of(local);
      break;
    case Period::shift:
      number = whole<days>(local) * static_cast<std::int64_t>(shifts.size());
      break;
  }
  // A local clock that is set back shows some times twice: what counts is which period has begun.
  while (begin_of(period, number) > t) --number;
  while (begin_of(period, number + 1) <= t) ++number;
  return number;
}

Timestamp Calendar::begin_of(Period period, std::int64_t number) const {
  switch (period) {
    case Period::fixed:
      break;
    case Period::hour:
      return zone.first_at(hours{number});
    case Period::day:
      return zone.first_at(days{number});
    case Period::week:
      return zone.first_at(std::chrono::weeks{number} + first_monday);
    case Period::month:
      return zone.first_at(month_begin(number));
    case Period::shift: {
      const auto count = static_cast<std::int64_t>(shifts.size());
      const std::int64_t day = number >= 0 ? number / count : (number - count + 1) / count;
      return zone.first_at(days{day} +
                           shifts[static_cast<std::size_t>(number - day * count)].begin);
    }
  }
  return Timestamp{};
}

std::size_t Calendar::shift_at(Timestamp t) const {
  const auto count = static_cast<std::int64_t>(shifts.size());
  const std::int64_t number = number_of(Period::shift, t);
  return static_cast<std::size_t>(((number % count) + count) % count);
}

std::optional<TimeZone> parse_offset(std::string_view text) {
  if (text == "UTC") return TimeZone{};
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') {
    return std::nullopt;
  }
  const auto h = two_digits(text.substr(1, 2), 15);
  const auto m = two_digits(text.substr(4, 2), 60);
  if (!h || !m) return std::nullopt;
  const Duration offset = hours{*h} + minutes{*m};
  return TimeZone{std::string{text}, text[0] == '-' ? -offset : offset, {}};
}

std::optional<Duration> parse_time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto h = two_digits(text.substr(0, 2), 24);
  const auto m = two_digits(text.substr(3, 2), 60);
  if (!h || !m) return std::nullopt;
  return Duration{hours{*h} + minutes{*m}};
}

std::optional<Timestamp> parse_local(std::string_view text, const TimeZone& zone) {
  if (const auto whole_time = parse_rfc3339(text)) return whole_time;
  std::string utc{text};
  if (utc.size() == 10) utc += "T00:00";
  if (utc.size() == 16 || (utc.size() > 16 && utc[16] != ':')) utc.insert(16, ":00");
  if (const auto whole_time = parse_rfc3339(utc)) return whole_time;
  const auto local = parse_rfc3339(utc + "Z");
  if (!local) return std::nullopt;
  const Timestamp t = zone.first_at(local->time_since_epoch());
  // An offset may move it past the ends of our time.
  if (t < timestamp_min || t > timestamp_max) return std::nullopt;
  return t;
}

std::string to_local_text(Timestamp t, const TimeZone& zone) {
  using namespace std::chrono;
  const Duration offset = zone.offset_at(t);
  const Duration local = t.time_since_epoch() + offset;
  const auto date = floor<days>(local);
  const year_month_day ymd{sys_days{date}};
  const hh_mm_ss time{floor<seconds>(local - date)};
  const auto shift = duration_cast<minutes>(offset).count();
  std::array<char, 64> text;
  const int size = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02u %02d:%02d:%02d %c%02d:%02d", int{ymd.year()},
      unsigned{ymd.month()}, unsigned{ymd.day()}, static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
      shift < 0 ? '-' : '+', static_cast<int>(std::abs(shift) / 60),
      static_cast<int>(std::abs(shift) % 60));
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace parkwatch
