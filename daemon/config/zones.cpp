// daemon/config/zones.cpp - RFC 8536: the second block of a TZif file, and its last line.
#include "config/zones.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "config/files.h"

namespace parkwatch::config {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr std::size_t header_bytes = 44;
constexpr std::size_t file_bytes_max = 1 << 20;
constexpr std::size_t changes_max = 4096;
constexpr int last_year = 2100;
// RFC 8536, 3.1: more than a day is no offset.
constexpr std::int64_t offset_seconds_max = 86400;

Error no_zone(const std::string& name, const std::string& why) {
  return Error{ErrorKind::bad_input, "\"" + name + "\" " + why};
}

std::int64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char c : bytes) number = (number << 8U) | static_cast<unsigned char>(c);
  const unsigned unused = 64 - 8 * static_cast<unsigned>(bytes.size());
  return static_cast<std::int64_t>(number << unused) >> unused;
}

struct Header {
  std::size_t isut, isstd, leap, times, types, chars;
  [[nodiscard]] std::size_t block_bytes(std::size_t time_bytes) const {
    return times * (time_bytes + 1) + types * 6 + chars + leap * (time_bytes + 4) + isstd + isut;
  }
};

// Of the block that begins there.
std::optional<Header> header_of(std::string_view bytes) {
  if (bytes.size() < header_bytes || bytes.substr(0, 4) != "TZif" || bytes[4] < '2') {
    return std::nullopt;
  }
  std::array<std::size_t, 6> counts{};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::int64_t count = big_endian(bytes.substr(20 + 4 * i, 4));
    if (count < 0 || count > static_cast<std::int64_t>(file_bytes_max)) return std::nullopt;
    counts.at(i) = static_cast<std::size_t>(count);
  }
  return Header{counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]};
}

// --- the last line: a POSIX TZ string such as "CET-1CEST,M3.5.0,M10.5.0/3" ---

class RuleLine {
 public:
  explicit RuleLine(std::string_view text) : text_(text) {}

  // Offsets and the two days of change; empty: no such rule, or of a form that is not used today.
  struct Day {
    unsigned month = 1, week = 1, weekday = 0;
    Duration time{hours{2}};
  };
  struct Rule {
    Duration standard{0};
    std::optional<Duration> summer;
    Day begin, end;
  };
  std::optional<Rule> parse() {
    Rule rule;
    if (!skip_name() || !read_offset(rule.standard)) return std::nullopt;
    if (text_.empty()) return rule;
    if (!skip_name()) return std::nullopt;
    Duration summer = rule.standard + hours{1};
    if (!text_.empty() && text_.front() != ',' && !read_offset(summer)) return std::nullopt;
    rule.summer = summer;
    if (!read_day(rule.begin) || !read_day(rule.end) || !text_.empty()) return std::nullopt;
    return rule;
  }

 private:
  bool skip(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  // "CET" or "<+08>"
  bool skip_name() {
    const std::size_t end = skip('<') ? text_.find('>') + 1 : text_.find_first_of("+-0123456789,");
    if (end == 0 || end > text_.size()) return false;
    text_.remove_prefix(end);
    return true;
  }
  bool read_number(int& number) {
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
    if (error != std::errc{}) return false;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return true;
  }
  // "-1", "5:30": hours with an optional sign, minutes and seconds.
  bool read_time(Duration& time) {
    const bool negative = skip('-');
    if (!negative) (void)skip('+');
    int part = 0;
    if (!read_number(part) || part < 0 || part > 167) return false;
    time = hours{part};
    for (const Duration unit : {Duration{std::chrono::minutes{1}}, Duration{seconds{1}}}) {
      if (!skip(':')) break;
      if (!read_number(part) || part < 0 || part > 59) return false;
      time += part * unit;
    }
    if (negative) time = -time;
    return true;
  }
  // POSIX counts west of Greenwich.
  bool read_offset(Duration& offset) {
    if (!read_time(offset)) return false;
    offset = -offset;
    return offset <= hours{24} && offset >= -hours{24};
  }
  // ",M3.5.0/2"
  bool read_day(Day& day) {
    int month = 0;
    int week = 0;
    int weekday = 0;
    if (!skip(',') || !skip('M') || !read_number(month) || !skip('.') || !read_number(week) ||
        !skip('.') || !read_number(weekday)) {
      return false;
    }
    if (month < 1 || month > 12 || week < 1 || week > 5 || weekday < 0 || weekday > 6) return false;
    day.month = static_cast<unsigned>(month);
    day.week = static_cast<unsigned>(week);
    day.weekday = static_cast<unsigned>(weekday);
    return !skip('/') || read_time(day.time);
  }

  std::string_view text_;
};

// Local time of that day's change in a year, since 1970.
Duration local_change(const RuleLine::Day& day, int year) {
  using namespace std::chrono;
  const auto month_there = std::chrono::year{year} / month{day.month};
  const weekday on{day.weekday};
  const sys_days date =
      day.week == 5 ? sys_days{month_there / on[last]} : sys_days{month_there / on[day.week]};
  return date.time_since_epoch() + day.time;
}

void add_rule_years(const RuleLine::Rule& rule, TimeZone& zone) {
  if (!rule.summer) return;
  const Timestamp known = zone.changes.empty() ? Timestamp{} : zone.changes.back().at;
  for (int year = 1970; year <= last_year; ++year) {
    std::array<ZoneChange, 2> both{
        ZoneChange{Timestamp{local_change(rule.begin, year) - rule.standard}, *rule.summer},
        ZoneChange{Timestamp{local_change(rule.end, year) - *rule.summer}, rule.standard}};
    if (both[1].at < both[0].at) std::swap(both[0], both[1]);
    for (const ZoneChange& change : both) {
      if (change.at > known) zone.changes.push_back(change);
    }
  }
}

// The 64-bit block at the front of `bytes`.
std::optional<TimeZone> zone_of_block(std::string_view bytes, const Header& h) {
  if (h.times > changes_max || h.types == 0 || h.types > 256) return std::nullopt;
  if (bytes.size() < h.block_bytes(8)) return std::nullopt;
  const std::string_view types = bytes.substr(h.times * 9, h.types * 6);
  std::vector<Duration> offsets;
  for (std::size_t i = 0; i < h.types; ++i) {
    const std::int64_t offset = big_endian(types.substr(i * 6, 4));
    if (offset > offset_seconds_max || offset < -offset_seconds_max) return std::nullopt;
    offsets.emplace_back(seconds{offset});
  }
  TimeZone zone;
  zone.offset = offsets.front();
  for (std::size_t i = 0; i < h.times; ++i) {
    const auto type = static_cast<unsigned char>(bytes[h.times * 8 + i]);
    if (type >= offsets.size()) return std::nullopt;
    const std::int64_t at = big_endian(bytes.substr(i * 8, 8));
    if (at < 0) {  // no reading is older
      zone.offset = offsets[type];
    } else if (at < to_us(timestamp_max) / 1'000'000) {
      zone.changes.push_back({Timestamp{seconds{at}}, offsets[type]});
    }
  }
  const bool ascending =
      std::is_sorted(zone.changes.begin(), zone.changes.end(),
                     [](const ZoneChange& a, const ZoneChange& b) { return a.at < b.at; });
  return ascending ? std::optional{zone} : std::nullopt;
}

bool is_zone_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  };
  return !name.empty() && name.size() <= 64 && name.front() != '/' &&
         std::all_of(name.begin(), name.end(), is_letter);
}

}  // namespace

Result<TimeZone> parse_zone(const std::string& name, std::string_view bytes) {
  const Error broken = no_zone(name, "is no file of the tz database (TZif, version 2 or later)");
  const auto first = header_of(bytes);
  if (!first || bytes.size() < header_bytes + first->block_bytes(4)) return broken;
  bytes.remove_prefix(header_bytes + first->block_bytes(4));
  const auto second = header_of(bytes);
  if (!second) return broken;
  bytes.remove_prefix(header_bytes);
  auto zone = zone_of_block(bytes, *second);
  if (!zone) return broken;
  zone->name = name;
  bytes.remove_prefix(second->block_bytes(8));
  const std::size_t end = bytes.size() < 2 ? std::string_view::npos : bytes.find('\n', 1);
  if (end == std::string_view::npos || bytes.front() != '\n') return broken;
  const std::string_view line = bytes.substr(1, end - 1);
  if (line.empty()) return *std::move(zone);
  const auto rule = RuleLine{line}.parse();
  if (!rule)
    return no_zone(name, "has the rule \"" + std::string{line} + "\", which is not known here");
  add_rule_years(*rule, *zone);
  return *std::move(zone);
}

Result<TimeZone> find_zone(const std::string& name, const std::string& folder) {
  if (auto zone = parse_offset(name)) return *std::move(zone);
  if (name == "Asia/Shanghai") return TimeZone{name, hours{8}, {}};
  const std::string wanted =
      "is no time zone: write a name such as \"Asia/Shanghai\" or an offset such as \"+08:00\"";
  if (!is_zone_name(name)) return no_zone(name, wanted);
  const Result<std::string> bytes = read_file(folder + "/" + name);
  if (!bytes) return no_zone(name, wanted + " (" + bytes.error().message + ")");
  return parse_zone(name, *bytes);
}

}  // namespace parkwatch::config
