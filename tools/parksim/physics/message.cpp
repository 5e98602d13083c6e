// tools/parksim/physics/message.cpp - Values and times as text, the same on every machine.
#include "tools/parksim/physics/message.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cstdio>

namespace parkwatch::parksim {
namespace {

std::string value_text(const TagInfo& tag, double value) {
  if (tag.kind == Kind::flag) return value != 0.0 ? "true" : "false";
  if (tag.kind == Kind::word) return '"' + tag.words.at(static_cast<std::size_t>(value)) + '"';
  value += 0.0;  // -0.0 becomes 0.0: no "-0.00" in a message
  std::array<char, 64> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value,
                                          std::chars_format::fixed, tag.digits);
  assert(error == std::errc{});
  return {text.data(), end};
}

std::string time_text(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::milliseconds>(time - day)};
  std::array<char, 64> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
      static_cast<int>(clock.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string members(const TagInfo& tag, const Sample& sample) {
  return "\"value\": " + value_text(tag, sample.value) + ", \"time\": \"" + time_text(sample.time) +
         "\"}";
}

}  // namespace

std::string payload(const TagInfo& tag, const Sample& sample) { return '{' + members(tag, sample); }

std::string line(const TagInfo& tag, const Sample& sample) {
  return "{\"topic\": \"" + tag.topic() + "\", " + members(tag, sample);
}

}  // namespace parkwatch::parksim
