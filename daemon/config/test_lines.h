// daemon/config/test_lines.h - The lines of a test's input or expectation, from a text in the file
// of the test or from a CSV file, with the place of each word. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/points.h"
#include "config/rule_tests.h"
#include "model/diagnostic.h"
#include "model/settings.h"
#include "model/tag.h"

namespace parkwatch::config {

struct Word {
  std::string_view text;
  std::uint32_t column = 0;  // from 1
};

// Not copyable. What it is made from must outlive it.
class Lines {
 public:
  virtual ~Lines() = default;
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  // False at the end. To be called before the first line too.
  [[nodiscard]] virtual bool next() = 0;
  // Of the line at hand; none: an empty line, or a comment.
  [[nodiscard]] virtual std::vector<Word> words() const = 0;
  [[nodiscard]] virtual SourceLocation where(std::uint32_t column) const = 0;
  // At the word's place; after the first twenty only that there are more.
  void error(const Word& word, std::string message);

 protected:
  Lines(Diagnostics& out, std::string key) : out_(out), key_(std::move(key)) {}

 private:
  Diagnostics& out_;
  std::string key_;
  int mistakes_ = 0;
};

// Of a text in TOML: words between blanks, `#` begins a comment.
class TextLines final : public Lines {
 public:
  TextLines(const SettingsValue& value, std::string_view text, const LineOf& line_of,
            Diagnostics& out, std::string key);
  bool next() override;
  [[nodiscard]] std::vector<Word> words() const override;
  [[nodiscard]] SourceLocation where(std::uint32_t column) const override;
  [[nodiscard]] std::string_view line() const { return line_; }

 private:
  std::string_view text_;
  std::string_view line_;
  std::size_t at_ = 0;
  SourceLocation where_;
};

// A value as rules see it: in the tag's unit, a state by its word or number. Empty: none of the
// tag's.
[[nodiscard]] std::optional<Value> value_in(std::string_view text, const Tag& tag);
// What is said of a text that is none of the tag's values, or no reason of a quality: with what may
// have been meant.
[[nodiscard]] std::string no_value(std::string_view text, const Tag& tag);
[[nodiscard]] std::string unknown_reason(std::string_view text);

// Of a CSV file: its cells; as a word an empty one is "-".
class CsvLines final : public Lines {
 public:
  CsvLines(const CsvFile& file, Diagnostics& out, std::string key);
  bool next() override;
  [[nodiscard]] std::vector<Word> words() const override;
  [[nodiscard]] std::vector<Word> cells() const;  // as they stand
  [[nodiscard]] SourceLocation where(std::uint32_t column) const override;

 private:
  const CsvFile& file_;
  std::size_t next_ = 0;  // the line at hand is the one before
};

}  // namespace parkwatch::config
