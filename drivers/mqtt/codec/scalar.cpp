// drivers/mqtt/codec/scalar.cpp - Conversions of single values; nothing here allocates but for
// quality words.
#include "drivers/mqtt/codec/scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace parkwatch::mqtt_codec {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                    [](char a, char b) { return lower(a) == b; });
}

bool is_decimal_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number_start(std::string_view text) {
  return !text.empty() && (is_decimal_digit(text[0]) ||
                           (text.size() > 1 && text[0] == '.' && is_decimal_digit(text[1])));
}

bool is_whole(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_decimal_digit);
}

// For a text that from_chars calls out of range: whether it is too near to 0, not too far from it.
bool is_tiny(std::string_view text) {
  const std::size_t e = std::min(text.find_first_of("eE"), text.size());
  const std::string_view digits = text.substr(0, e);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::size_t lead = digits.find_first_of("123456789");
  if (lead == std::string_view::npos) return true;
  if (e == text.size()) return lead > point;
  // 1e-400 with a few hundred digits before its point is tiny or not by their sum; an exponent too
  // long for int64 decides alone.
  std::string_view exponent = text.substr(e + 1);
  const bool negative = exponent.front() == '-';
  if (exponent.front() == '+') exponent.remove_prefix(1);
  std::int64_t power = 0;
  const auto [end, error] =
      std::from_chars(exponent.data(), exponent.data() + exponent.size(), power);
  (void)end;
  if (error != std::errc{}) return negative;
  const auto magnitude = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(lead);
  return power + magnitude < 0;
}

// `digits` is a whole number beyond int64: the double that is exactly it.
ParsedNumber exact_double(std::string_view digits, double nearest) {
  std::array<char, 320> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), nearest,
                                          std::chars_format::fixed, 0);
  if (error != std::errc{}) return NotANumber{};
  std::string_view exact{buffer.data(), static_cast<std::size_t>(end - buffer.data())};
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  if (exact != digits) return NotANumber{};
  return nearest;
}

// REQUIRES: is_number_start(text), which has no sign.
ParsedNumber parse_unsigned(std::string_view text, bool negative) {
  const char* const last = text.data() + text.size();
  if (is_whole(text)) {
    std::uint64_t whole = 0;
    const auto [end, error] = std::from_chars(text.data(), last, whole);
    (void)end;
    constexpr auto int64_max = static_cast<std::uint64_t>(INT64_MAX);
    if (error == std::errc{} && whole <= int64_max + (negative ? 1U : 0U)) {
      return negative ? static_cast<std::int64_t>(0 - whole) : static_cast<std::int64_t>(whole);
    }
  }
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (end != last) return std::monostate{};
  if (error == std::errc::result_out_of_range) {
    if (!is_tiny(text)) return NotANumber{};
    number = 0;
  }
  ParsedNumber parsed = number;
  if (is_whole(text)) parsed = exact_double(text, number);
  if (auto* held = std::get_if<double>(&parsed); held && negative) *held = -*held;
  return parsed;
}

std::optional<Timestamp> in_range(std::int64_t number, std::int64_t units_a_second) {
  constexpr std::int64_t second_us = 1'000'000;
  if (number < 0) return std::nullopt;
  if (units_a_second > second_us)
    return from_us(number / (units_a_second / second_us));  // ns: always in range
  const std::int64_t us = second_us / units_a_second;
  if (number > to_us(timestamp_max) / us) return std::nullopt;
  return from_us(number * us);
}

std::int64_t units_a_second(TimeFormat format, double magnitude) {
  switch (format) {
    case TimeFormat::s:
      return 1;
    case TimeFormat::ms:
      return 1'000;
    case TimeFormat::us:
      return 1'000'000;
    case TimeFormat::ns:
      return 1'000'000'000;
    case TimeFormat::automatic:
      if (magnitude < 1e11) return 1;
      if (magnitude < 1e14) return 1'000;
      return magnitude < 1e17 ? 1'000'000 : 1'000'000'000;
    case TimeFormat::rfc3339:
      break;
  }
  return 0;
}

struct OpcReason {
  std::int64_t low;
  QualityReason reason;
};
// Status bits 7-2 of the quality byte, OPC DA 3.00, 6.8; the two lowest are the limit bits.
constexpr std::array<OpcReason, 9> opc_reasons{
    {{0x08, QualityReason::comm_lost},     // not connected
     {0x0C, QualityReason::sensor_fault},  // device failure
     {0x10, QualityReason::sensor_fault},  // sensor failure
     {0x14, QualityReason::stale},         // last known value
     {0x18, QualityReason::comm_lost},     // comm failure
     {0x1C, QualityReason::maintenance},   // out of service
     {0x44, QualityReason::stale},         // last usable value
     {0x50, QualityReason::sensor_fault},  // not accurate
     {0x54, QualityReason::out_of_range}}};

}  // namespace

ParsedNumber parse_number(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (negative || text.front() == '+')) text.remove_prefix(1);
  if (is_number_start(text)) return parse_unsigned(text, negative);
  for (const std::string_view word : {"nan", "inf", "infinity"}) {
    if (same_word(text, word)) return NotANumber{};
  }
  return std::monostate{};
}

std::optional<bool> parse_switch(std::string_view text) {
  if (same_word(text, "true") || same_word(text, "on")) return true;
  if (same_word(text, "false") || same_word(text, "off")) return false;
  return std::nullopt;
}

std::optional<Timestamp> time_of(std::int64_t number, TimeFormat format) {
  const std::int64_t units = units_a_second(format, std::abs(static_cast<double>(number)));
  return units == 0 ? std::nullopt : in_range(number, units);
}

std::optional<Timestamp> time_of(double number, TimeFormat format) {
  const std::int64_t units = units_a_second(format, std::abs(number));
  if (units == 0) return std::nullopt;
  const double us = number * (1e6 / static_cast<double>(units));
  // Compared as doubles first: what is not in range may not fit an integer.
  if (!(us >= 0) || us > static_cast<double>(to_us(timestamp_max))) return std::nullopt;
  const Timestamp t = from_us(std::llround(us));
  return t <= timestamp_max ? std::optional{t} : std::nullopt;
}

std::optional<Timestamp> time_of(std::string_view text, TimeFormat format, std::string_view zone) {
  if (format == TimeFormat::automatic || format == TimeFormat::rfc3339) {
    if (const auto time = parse_rfc3339(text)) return time;
    constexpr std::size_t longest = 64;
    if (!zone.empty() && text.size() < longest) {
      if (const auto time = parse_rfc3339(std::string{text}.append(zone))) return time;
    }
  }
  const ParsedNumber number = parse_number(text);
  if (const auto* whole = std::get_if<std::int64_t>(&number)) return time_of(*whole, format);
  if (const auto* decimal = std::get_if<double>(&number)) return time_of(*decimal, format);
  return std::nullopt;
}

std::optional<QualityMark> quality_of(std::string_view word) {
  constexpr std::size_t longest = 32;
  if (word.size() > longest) return std::nullopt;
  std::string plain{word};
  for (char& c : plain) c = c == ' ' || c == '-' ? '_' : lower(c);
  if (const auto quality = parse_quality(plain)) return QualityMark{*quality, QualityReason::none};
  const auto reason = parse_quality_reason(plain);
  if (!reason || *reason == QualityReason::none) return std::nullopt;
  const bool may_be_right =
      *reason == QualityReason::clock_skew || *reason == QualityReason::first_value;
  return QualityMark{may_be_right ? Quality::uncertain : Quality::bad, *reason};
}

std::optional<QualityMark> quality_of(std::int64_t opc) {
  constexpr std::int64_t good = 0xC0;
  constexpr std::int64_t uncertain = 0x40;
  if (opc < 0 || opc > 0xFF || (opc & good) == 0x80) return std::nullopt;
  QualityMark mark;
  if ((opc & good) != good)
    mark.quality = (opc & good) == uncertain ? Quality::uncertain : Quality::bad;
  for (const OpcReason& entry : opc_reasons) {
    if ((opc & ~std::int64_t{3}) == entry.low) mark.reason = entry.reason;
  }
  return mark;
}

}  // namespace parkwatch::mqtt_codec
