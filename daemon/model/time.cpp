// daemon/model/time.cpp - RFC 3339 and durations, both ways.
#include "model/time.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace parkwatch {
namespace {

using std::chrono::days;

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t minute_us = 60 * second_us;
constexpr std::int64_t hour_us = 60 * minute_us;
constexpr std::int64_t day_us = 24 * hour_us;
constexpr std::int64_t duration_us_max = std::int64_t{100} * 366 * day_us;

// Exactly `digits` decimal digits at the front of `text`, which moves past them.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// ".123456789" -> 123456 us; nothing -> 0. Empty for a point without digits.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (!take(text, ".,")) return 0;
  std::int64_t us = 0;
  std::int64_t weight = second_us / 10;
  std::size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
    us += (text.front() - '0') * weight;
    weight /= 10;
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  return us;
}

// "Z", "+08:00", "-0330" -> offset to UTC.
std::optional<std::int64_t> take_zone(std::string_view& text) {
  if (take(text, "Zz")) return 0;
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const std::int64_t sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto zone_hours = take_digits(text, 2);
  (void)take(text, ":");
  const auto zone_minutes = take_digits(text, 2);
  if (!zone_hours || !zone_minutes || *zone_hours > 23 || *zone_minutes > 59) return std::nullopt;
  return sign * (*zone_hours * hour_us + *zone_minutes * minute_us);
}

std::optional<std::int64_t> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date}.time_since_epoch().count() * day_us;
}

std::optional<std::int64_t> take_time_of_day(std::string_view& text) {
  const auto hour = take_digits(text, 2);
  if (!hour || !take(text, ":")) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || !take(text, ":")) return std::nullopt;
  const auto second = take_digits(text, 2);
  // A leap second (60) is taken as the second after it.
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  return *hour * hour_us + *minute * minute_us + *second * second_us + *fraction;
}

struct Unit {
  std::string_view name;
  std::int64_t us;
};
// Longer names before their beginnings.
constexpr std::array<Unit, 7> units{{{"ms", 1'000},
                                     {"us", 1},
                                     {"d", day_us},
                                     {"h", hour_us},
                                     {"m", minute_us},
                                     {"s", second_us},
                                     {"w", 7 * day_us}}};

std::optional<std::int64_t> take_unit(std::string_view& text) {
  for (const Unit& unit : units) {
    if (text.substr(0, unit.name.size()) == unit.name) {
      text.remove_prefix(unit.name.size());
      return unit.us;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string to_rfc3339(Timestamp t) {
  const auto day = std::chrono::floor<days>(t);
  const std::chrono::year_month_day date{day};
  const std::int64_t us = (t - day).count();
  std::array<char, 40> buffer;
  int size =
      std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d",
                    static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                    static_cast<unsigned>(date.day()), static_cast<int>(us / hour_us),
                    static_cast<int>(us / minute_us % 60), static_cast<int>(us / second_us % 60));
  const std::int64_t fraction = us % second_us;
  std::string text(buffer.data(), static_cast<std::size_t>(size));
  if (fraction != 0) {
    const bool milliseconds = fraction % 1000 == 0;
    size = std::snprintf(buffer.data(), buffer.size(), milliseconds ? ".%03d" : ".%06d",
                         static_cast<int>(milliseconds ? fraction / 1000 : fraction));
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return text + "Z";
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  const auto date = take_date(text);
  if (!date || !take(text, "Tt ")) return std::nullopt;
  const auto time = take_time_of_day(text);
  if (!time) return std::nullopt;
  const auto zone = take_zone(text);
  if (!zone || !text.empty()) return std::nullopt;
  const Timestamp t = from_us(*date + *time - *zone);
  if (t < timestamp_min || t > timestamp_max) return std::nullopt;
  return t;
}

std::optional<Duration> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  double total_us = 0;
  while (!text.empty()) {
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{} || !(number >= 0)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto unit = take_unit(text);
    if (!unit) return std::nullopt;
    total_us += number * static_cast<double>(*unit);
    if (!(total_us <= static_cast<double>(duration_us_max))) return std::nullopt;
  }
  return Duration{std::llround(total_us)};
}

std::string to_text(Duration d) {
  std::int64_t us = d.count();
  if (us == 0) return "0s";
  std::string text;
  if (us < 0) {
    text = "-";
    us = -us;
  }
  static constexpr std::array<Unit, 6> parts{{{"d", day_us},
                                              {"h", hour_us},
                                              {"m", minute_us},
                                              {"s", second_us},
                                              {"ms", 1'000},
                                              {"us", 1}}};
  for (const Unit& unit : parts) {
    if (us >= unit.us) text.append(std::to_string(us / unit.us)).append(unit.name);
    us %= unit.us;
  }
  return text;
}

}  // namespace parkwatch
