// daemon/config/recorded_input.cpp - See the header.
#include "config/recorded_input.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "config/fields.h"
#include "config/tags.h"

namespace parkwatch::config {
namespace {

// Positions in a line of a pull.
struct PullColumn {
  enum : std::size_t { tag, time, received, value, unit, quality, reason, flags, sequence };
};
constexpr std::array<std::string_view, 10> pull_titles{
    "tag", "time", "received", "value", "unit", "quality", "reason", "flags", "sequence", "index"};

// One of the words between blanks.
bool names_flag(std::string_view flags, std::string_view flag) {
  while (!flags.empty()) {
    const std::size_t end = std::min(flags.find(' '), flags.size());
    if (flags.substr(0, end) == flag) return true;
    flags.remove_prefix(std::min(end + 1, flags.size()));
  }
  return false;
}

class RecordedReader {
 public:
  RecordedReader(CsvLines& lines, TagIndex& index, std::optional<Timestamp> begin)
      : lines_(lines), index_(index), begin_(begin), begin_is_given_(begin.has_value()) {}

  RecordedInput read() {
    (void)lines_.next();
    if (!has_titles(lines_.cells())) return {};
    bool has_lines = false;
    while (lines_.next()) {
      has_lines = true;
      if (!read_line(lines_.cells())) break;
    }
    if (!has_message_) {
      lines_.error({{}, 1}, has_lines ? "holds no message: readings of derived tags are computed"
                                      : "holds no message");
    }
    return {std::move(rows_), begin_};
  }

 private:
  bool has_titles(const std::vector<Word>& words) {
    const auto same = [](const Word& word, std::string_view title) { return word.text == title; };
    if (std::equal(words.begin(), words.end(), pull_titles.begin(), pull_titles.end(), same))
      return true;
    lines_.error(words.front(), "is not the first line of what parkwatch pull --format csv writes");
    return false;
  }

  // False: there are too many rows.
  bool read_line(const std::vector<Word>& words) {
    if (words.size() != pull_titles.size()) {
      has_message_ = true;
      lines_.error(words.front(), "needs " + std::to_string(pull_titles.size()) + " cells");
      return true;
    }
    if (names_flag(words[PullColumn::flags].text, "derived")) return true;
    has_message_ = true;
    const auto at = time_in(words[PullColumn::received]);
    if (!at) return true;
    auto reading = read_reading(words);
    if (!reading) return true;
    if (rows_.empty() || sequence_ != words[PullColumn::sequence].text) {
      if (!add_row(words, *at)) return false;
      sequence_ = words[PullColumn::sequence].text;
    }
    rows_.back().readings.push_back(*std::move(reading));
    return true;
  }

  bool add_row(const std::vector<Word>& words, Duration at) {
    if (rows_.size() == test_rows_max) {
      lines_.error(words[PullColumn::sequence],
                   "more than " + std::to_string(test_rows_max) + " messages");
      return false;
    }
    const Duration before = rows_.empty() ? Duration{0} : rows_.back().at;
    if (at < before) {
      lines_.error(words[PullColumn::received], begin_is_given_ && at < Duration{0}
                                                    ? "was received before `begin`"
                                                    : "was received before the line before");
    }
    rows_.push_back({std::max(at, before), {}, lines_.where(words.front().column)});
    return true;
  }

  // Since the beginning, which may lie behind it.
  std::optional<Duration> time_in(const Word& word) {
    const auto at = parse_rfc3339(word.text);
    if (at && !begin_) begin_ = *at;
    if (at && *at - *begin_ <= test_length_max) return *at - *begin_;
    constexpr auto days = std::chrono::floor<std::chrono::days>(test_length_max).count();
    lines_.error(word, in_quotes(word.text) + (at ? " is more than " + std::to_string(days) +
                                                        " days after the beginning"
                                                  : " is no time such as 2026-01-01T00:00:00Z"));
    return std::nullopt;
  }

  std::optional<TestReading> read_reading(const std::vector<Word>& words) {
    const std::string name{words[PullColumn::tag].text};
    const Tag* const known = index_.find(name);
    if (known == nullptr) {
      if (index_.complete()) {
        lines_.error(words[PullColumn::tag],
                     "unknown tag " + in_quotes(name) + index_.hint_for(name));
      }
      return std::nullopt;
    }
    TestReading out;
    out.tag = known->name;
    const auto at = time_in(words[PullColumn::time]);
    const auto how = parse_quality(words[PullColumn::quality].text);
    const std::string_view reason = words[PullColumn::reason].text;
    const auto why =
        reason.empty() ? std::optional{QualityReason::none} : parse_quality_reason(reason);
    if (!how) {
      lines_.error(words[PullColumn::quality], in_quotes(words[PullColumn::quality].text) +
                                                   " is no quality: good, uncertain or bad");
    }
    if (!why) lines_.error(words[PullColumn::reason], unknown_reason(reason));
    if (!at || !how || !why) return std::nullopt;
    out.time = *at;
    out.quality = *how;
    out.reason = *why;
    out.historical = names_flag(words[PullColumn::flags].text, "historical");
    out.value = value_in(words[PullColumn::value].text, *known);
    if (out.value) return out;
    lines_.error(words[PullColumn::value], no_value(words[PullColumn::value].text, *known));
    return std::nullopt;
  }

  CsvLines& lines_;
  TagIndex& index_;
  std::optional<Timestamp> begin_;
  const bool begin_is_given_;
  bool has_message_ = false;  // a good one or not
  std::vector<TestRow> rows_;
  std::string sequence_;  // of the row at hand
};

}  // namespace

bool is_recorded(const CsvFile& file) {
  return !file.rows.empty() && !file.rows.front().cells.empty() &&
         file.rows.front().cells.front().text == pull_titles.front();
}

RecordedInput read_recorded(CsvLines& lines, TagIndex& index, std::optional<Timestamp> begin) {
  return RecordedReader{lines, index, begin}.read();
}

}  // namespace parkwatch::config
