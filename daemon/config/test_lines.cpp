// daemon/config/test_lines.cpp - Texts and CSV files, line by line.
#include "config/test_lines.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "config/fields.h"

namespace parkwatch::config {
namespace {

template <typename Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

constexpr int mistakes_a_text_max = 20;

}  // namespace

void Lines::error(const Word& word, std::string message) {
  if (++mistakes_ > mistakes_a_text_max) return;
  if (mistakes_ == mistakes_a_text_max) message = "and more mistakes";
  out_.push_back({Diagnostic::Severity::error, where(word.column), key_, std::move(message)});
}

TextLines::TextLines(const SettingsValue& value, std::string_view text, const LineOf& line_of,
                     Diagnostics& out, std::string key)
    : Lines(out, std::move(key)), text_(text), where_(value.where) {
  // TOML drops a line feed right behind the opening quotes.
  std::string_view opening = line_of(where_.file, where_.line);
  while (!opening.empty() && (opening.back() == '\r' || opening.back() == ' ')) {
    opening.remove_suffix(1);
  }
  if (opening.ends_with("\"\"\"") || opening.ends_with("'''")) ++where_.line;
  --where_.line;
}

bool TextLines::next() {
  if (at_ >= text_.size()) return false;
  const std::size_t end = std::min(text_.find('\n', at_), text_.size());
  line_ = text_.substr(at_, end - at_);
  at_ = end + 1;
  ++where_.line;
  return true;
}

std::vector<Word> TextLines::words() const {
  std::vector<Word> words;
  std::size_t at = 0;
  while (at < line_.size()) {
    at = line_.find_first_not_of(" \t\r", at);
    if (at == std::string_view::npos || line_[at] == '#') break;
    const std::size_t end = std::min(line_.find_first_of(" \t\r", at), line_.size());
    words.push_back({line_.substr(at, end - at), static_cast<std::uint32_t>(at + 1)});
    at = end;
  }
  return words;
}

SourceLocation TextLines::where(std::uint32_t column) const {
  return {where_.file, where_.line, column, where_.instance};
}

CsvLines::CsvLines(const CsvFile& file, Diagnostics& out, std::string key)
    : Lines(out, std::move(key)), file_(file) {}

bool CsvLines::next() { return next_ < file_.rows.size() && ++next_ > 0; }

std::vector<Word> CsvLines::cells() const {
  std::vector<Word> cells;
  for (const CsvCell& cell : file_.rows[next_ - 1].cells) cells.push_back({cell.text, cell.column});
  return cells;
}

std::vector<Word> CsvLines::words() const {
  std::vector<Word> words = cells();
  for (Word& word : words) {
    if (word.text.empty()) word.text = "-";
  }
  return words;
}

SourceLocation CsvLines::where(std::uint32_t column) const {
  return {file_.shown, file_.rows[next_ - 1].line, column, file_.instance};
}

std::optional<Value> value_in(std::string_view text, const Tag& tag) {
  for (const EnumEntry& entry : tag.enumeration) {
    if (entry.word == text) return Value{entry.number};
  }
  switch (tag.type) {
    case ValueType::boolean:
      if (text == "true" || text == "1") return Value{true};
      if (text == "false" || text == "0") return Value{false};
      return std::nullopt;
    case ValueType::text:
      return Value{std::string{text}};
    case ValueType::int64:
      if (const auto whole = number_in<std::int64_t>(text)) return Value{*whole};
      return std::nullopt;
    case ValueType::float64:
      break;
  }
  const auto number = number_in<double>(text);
  if (!number || !std::isfinite(*number)) return std::nullopt;
  return Value{*number};
}

std::string no_value(std::string_view text, const Tag& tag) {
  std::vector<std::string> states;
  for (const EnumEntry& entry : tag.enumeration) states.push_back(entry.word);
  return in_quotes(text) + " is no value of " + tag.name + ", which is " +
         std::string{to_text(tag.type)} + hint(text, states);
}

std::string unknown_reason(std::string_view text) {
  std::vector<std::string> words;
  for (auto r = QualityReason::stale; r <= QualityReason::first_value;
       r = static_cast<QualityReason>(static_cast<int>(r) + 1)) {
    words.emplace_back(to_text(r));
  }
  return "unknown reason " + in_quotes(text) + hint(text, words);
}

}  // namespace parkwatch::config
