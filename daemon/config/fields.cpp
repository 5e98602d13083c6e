// daemon/config/fields.cpp - Values that several sections have.
#include "config/fields.h"

#include <algorithm>
#include <cmath>

#include "model/value.h"

namespace parkwatch::config {
namespace {

std::optional<std::string> lines_of(const SettingsValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.held)) return *text;
  const auto* array = std::get_if<std::vector<SettingsValue>>(&value.held);
  if (array == nullptr) return std::nullopt;
  std::string lines;
  for (const SettingsValue& element : *array) {
    const auto* line = std::get_if<std::string>(&element.held);
    if (line == nullptr) return std::nullopt;
    if (!lines.empty()) lines += '\n';
    lines += *line;
  }
  return lines;
}

std::string read_language(SettingsReader& reader, std::string_view key) {
  const SettingsValue* value = reader.value(key);
  if (value == nullptr) return {};
  std::optional<std::string> text = lines_of(*value);
  if (!text) {
    reader.error(key, "must be a text or an array of texts, one a line");
    return {};
  }
  if (text->size() > text_bytes_max) {
    reader.error(key, "must not be longer than " + std::to_string(text_bytes_max) + " bytes");
    return {};
  }
  return *std::move(text);
}

}  // namespace

Text read_text(SettingsReader& reader, std::string_view key) {
  const SettingsValue* value = reader.value(key);
  if (value == nullptr) return {};
  const auto* table = std::get_if<std::shared_ptr<SettingsTable>>(&value->held);
  if (table == nullptr) {
    const std::string one = read_language(reader, key);
    return {one, one};
  }
  Text text;
  SettingsReader languages = reader.within(**table, key);
  text.zh = read_language(languages, "zh");
  text.en = read_language(languages, "en");
  languages.finish();
  return text;
}

std::optional<double> number_of(const SettingsValue& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value.held)) {
    return static_cast<double>(*whole);
  }
  const auto* number = std::get_if<double>(&value.held);
  if (number == nullptr || !std::isfinite(*number)) return std::nullopt;
  return *number;
}

std::optional<Range> read_range(SettingsReader& reader, std::string_view key) {
  const SettingsValue* value = reader.value(key);
  if (value == nullptr) return std::nullopt;
  const auto* array = std::get_if<std::vector<SettingsValue>>(&value->held);
  if (array != nullptr && array->size() == 2) {
    const std::optional<double> low = number_of(array->front());
    const std::optional<double> high = number_of(array->back());
    if (low && high && *low < *high) return Range{*low, *high};
  }
  reader.error(key, "must be two numbers, the lower one first, such as [0, 100]");
  return std::nullopt;
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= word_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

std::string read_word(SettingsReader& reader, std::string_view key) {
  std::string word = reader.required_text(key);
  if (word.empty() || is_word(word)) return word;
  reader.error(key, "must be 1 to " + std::to_string(word_bytes_max) +
                        " letters (a-z, A-Z), digits, '-', '_' or '.', is " + in_quotes(word));
  return {};
}

std::string number_text(double number) { return to_text(Value{number}); }

std::string in_quotes(std::string_view text) { return '"' + std::string{text} + '"'; }

std::string hint(std::string_view word, const std::vector<std::string>& words) {
  const std::optional<std::string> near = did_you_mean(word, words);
  return near ? "; did you mean " + in_quotes(*near) + "?" : std::string{};
}

}  // namespace parkwatch::config
