// tools/parksim/recorded_time.cpp - A small strptime that is the same on every machine.
#include "tools/parksim/recorded_time.h"

#include <charconv>
#include <cmath>

namespace parkwatch::parksim {
namespace {

using std::chrono::days;

struct Fields {
  int year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
};

// Up to four digits from the front of `text`, taken away.
std::optional<unsigned> number_at(std::string_view& text) {
  unsigned value = 0;
  const std::size_t most = std::min<std::size_t>(text.size(), 4);
  const auto [end, error] = std::from_chars(text.data(), text.data() + most, value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool set_field(Fields& fields, char letter, unsigned value) {
  switch (letter) {
    case 'Y':
      fields.year = static_cast<int>(value);
      return true;
    case 'y':
      fields.year = static_cast<int>(value) + (value < 70 ? 2000 : 1900);
      return value < 100;
    case 'm':
      fields.month = value;
      return true;
    case 'd':
      fields.day = value;
      return true;
    case 'H':
      fields.hour = value;
      return value < 24;
    case 'M':
      fields.minute = value;
      return value < 60;
    case 'S':
      fields.second = value;
      return value < 60;
    default:
      return false;
  }
}

std::optional<Fields> fields_of(std::string_view text, std::string_view format) {
  Fields fields;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      if (text.empty() || text.front() != format[i]) return std::nullopt;
      text.remove_prefix(1);
      continue;
    }
    const auto value = number_at(text);
    if (!value || !set_field(fields, format[++i], *value)) return std::nullopt;
  }
  return text.empty() ? std::optional{fields} : std::nullopt;
}

std::optional<Timestamp> days_since(std::string_view text, Timestamp from) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value) || std::abs(value) > 100'000) return std::nullopt;
  // Files round their fractions of a day: whole seconds are meant.
  return from + std::chrono::seconds{std::llround(value * 86'400)};
}

}  // namespace

std::optional<Timestamp> recorded_time(std::string_view text, const TimeWriting& writing) {
  if (writing.format.empty()) return days_since(text, writing.days_from);
  const auto fields = fields_of(text, writing.format);
  if (!fields) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{fields->year},
                                         std::chrono::month{fields->month},
                                         std::chrono::day{fields->day}};
  if (!date.ok()) return std::nullopt;
  const Duration of_day = std::chrono::hours{fields->hour} + std::chrono::minutes{fields->minute} +
                          std::chrono::seconds{fields->second};
  Timestamp local{std::chrono::sys_days{date}.time_since_epoch() + of_day};
  if (writing.midnight_ends && of_day == Duration{0}) local += days{1};
  return local - writing.offset;
}

}  // namespace parkwatch::parksim
