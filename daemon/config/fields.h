// daemon/config/fields.h - Values that several sections have: texts in two languages, ranges, words
// that become a level of a topic. Each reports what is wrong to its reader. Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "model/settings.h"
#include "model/tag.h"

namespace parkwatch::config {

// A text for people, each language: rules::message_bytes_max, which cuts what is longer when filled
// in.
inline constexpr std::size_t text_bytes_max = 2000;
inline constexpr std::size_t word_bytes_max = 128;

// { zh = "...", en = "..." }, or one text, which then is both. A language may be an array of texts:
// its lines. Absent: both empty.
[[nodiscard]] Text read_text(SettingsReader& reader, std::string_view key);

// [low, high] of finite numbers, low < high.
[[nodiscard]] std::optional<Range> read_range(SettingsReader& reader, std::string_view key);

// A number that a value holds (whole or not), if it is finite.
[[nodiscard]] std::optional<double> number_of(const SettingsValue& value);

// 1..word_bytes_max of letters, digits, '-', '_', '.'.
[[nodiscard]] bool is_word(std::string_view text);
// A required word: reports what it may be made of. Empty after an error.
[[nodiscard]] std::string read_word(SettingsReader& reader, std::string_view key);

// The shortest text of a number: 2, 0.5.
[[nodiscard]] std::string number_text(double number);

[[nodiscard]] std::string in_quotes(std::string_view text);

// "did you mean ...?" with a leading "; ", or nothing.
[[nodiscard]] std::string hint(std::string_view word, const std::vector<std::string>& words);

}  // namespace parkwatch::config
