// daemon/config/rule_tests.cpp - Reads the tests of rules, cell by cell.
#include "config/rule_tests.h"

#include <algorithm>
#include <map>
#include <set>

#include "config/fields.h"
#include "config/recorded_input.h"
#include "config/tags.h"
#include "config/test_lines.h"

namespace parkwatch::config {
namespace {

// 2026-01-01T00:00:00Z
constexpr Timestamp default_begin = from_us(1'767'225'600'000'000);

std::optional<Duration> time_of(std::string_view text) {
  if (text == "0") return Duration{0};
  const auto time = parse_duration(text);
  if (!time || *time < Duration{0} || *time > test_length_max) return std::nullopt;
  return time;
}

// When a row arrives: once, or every `step` from `from` to `to`.
struct RowTimes {
  Duration from{0};
  Duration to{0};
  Duration step{1};
};

// "10s", or "0s..24h/2m".
std::optional<RowTimes> row_times_of(std::string_view text) {
  const std::size_t dots = text.find("..");
  const auto from = time_of(text.substr(0, dots));
  if (!from) return std::nullopt;
  if (dots == std::string_view::npos) return RowTimes{*from, *from};
  const std::string_view rest = text.substr(dots + 2);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const auto to = time_of(rest.substr(0, slash));
  const auto step = time_of(rest.substr(std::min(slash + 1, rest.size())));
  if (!to || *to < *from || !step || *step == Duration{0}) return std::nullopt;
  return RowTimes{*from, *to, *step};
}

class InputReader {
 public:
  InputReader(Lines& lines, TagIndex& index) : lines_(lines), index_(index) {}

  std::vector<TestRow> read() {
    while (lines_.next()) {
      const std::vector<Word> words = lines_.words();
      if (words.empty()) continue;
      if (columns_.empty()) {
        read_header(words);
        continue;
      }
      if (!read_row(words)) break;
    }
    return std::move(rows_);
  }
  // Columns of tags that there are.
  [[nodiscard]] bool has_columns() const { return !columns_.empty(); }

 private:
  void read_header(const std::vector<Word>& words) {
    if (words.front().text != "t" && words.front().text != "time") {
      lines_.error(words.front(), "the first line names the columns: t, then tags");
    }
    std::set<std::string_view> seen;
    for (std::size_t i = 1; i < words.size() && i <= test_columns_max; ++i) {
      const std::string name{words[i].text};
      const Tag* tag = index_.find(name);
      if (tag == nullptr && index_.complete()) {
        lines_.error(words[i], "unknown tag " + in_quotes(name) + index_.hint_for(name));
      }
      if (!seen.insert(words[i].text).second) {
        lines_.error(words[i], in_quotes(name) + " has a column already");
      }
      columns_.push_back(tag);
    }
    if (words.size() == 1) lines_.error(words.front(), "names no tag behind t");
    if (columns_.empty()) columns_.push_back(nullptr);
  }

  // False: there are too many rows.
  bool read_row(const std::vector<Word>& words) {
    const auto times = row_times_of(words.front().text);
    if (!times) {
      lines_.error(words.front(), in_quotes(words.front().text) +
                                      " is no time since the beginning, such as 0s or 1m30s, and "
                                      "not several, such as 0s..24h/2m");
      return true;
    }
    if (!rows_.empty() && times->from < rows_.back().at) {
      lines_.error(words.front(), "is earlier than the line before");
      return true;
    }
    if (words.size() - 1 > columns_.size()) {
      lines_.error(words[columns_.size() + 1],
                   "has no column: the first line names " + std::to_string(columns_.size()));
      return true;
    }
    return add_rows(words, *times);
  }

  bool add_rows(const std::vector<Word>& words, const RowTimes& times) {
    TestRow row{times.from, {}, lines_.where(words.front().column)};
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (columns_[i - 1] == nullptr || words[i].text == "-") continue;
      if (auto reading = read_cell(words[i], *columns_[i - 1], times.from)) {
        row.readings.push_back(*std::move(reading));
      }
    }
    for (; row.at <= times.to; row.at += times.step) {
      if (rows_.size() == test_rows_max) {
        lines_.error(words.front(), "more than " + std::to_string(test_rows_max) + " rows");
        return false;
      }
      rows_.push_back(row);
      for (TestReading& reading : row.readings) reading.time += times.step;
    }
    return true;
  }

  // 91, true, open, bad:comm_lost, bad=91, uncertain:clock_skew=91, historical:91, each also @8s.
  std::optional<TestReading> read_cell(const Word& word, const Tag& tag, Duration at) {
    TestReading reading;
    reading.tag = tag.name;
    reading.time = at;
    std::string_view text = word.text;
    if (const auto sign = text.rfind('@'); sign != std::string_view::npos) {
      const auto time = time_of(text.substr(sign + 1));
      if (!time) {
        lines_.error(word, "behind '@' is the source time since the beginning, such as 91@8s");
        return std::nullopt;
      }
      reading.time = *time;
      text = text.substr(0, sign);
    }
    if (text.starts_with("historical:")) {
      reading.historical = true;
      text.remove_prefix(std::string_view{"historical:"}.size());
    }
    if (!take_quality(word, text, reading)) return std::nullopt;
    if (text.empty() && reading.quality != Quality::good) return reading;
    reading.value = value_in(text, tag);
    if (reading.value) return reading;
    lines_.error(word, no_value(text, tag) + "; '-' is no reading, bad:comm_lost one that is bad");
    return std::nullopt;
  }

  // Takes "bad", "bad:reason", "bad:reason=" or the same with "uncertain" off the front.
  bool take_quality(const Word& word, std::string_view& text, TestReading& reading) {
    for (const Quality quality : {Quality::bad, Quality::uncertain}) {
      const std::string_view name = to_text(quality);
      if (!text.starts_with(name)) continue;
      std::string_view rest = text.substr(name.size());
      if (!rest.empty() && rest.front() != ':' && rest.front() != '=') continue;
      const auto equals = std::min(rest.find('='), rest.size());
      const std::string_view reason = rest.substr(0, equals);
      text = rest.substr(std::min(equals + 1, rest.size()));
      reading.quality = quality;
      reading.reason = quality == Quality::bad ? QualityReason::sensor_fault : QualityReason::none;
      if (reason.empty()) return true;
      const auto known = parse_quality_reason(reason.substr(1));
      if (known) {
        reading.reason = *known;
        return true;
      }
      lines_.error(word, unknown_reason(reason.substr(1)));
      return false;
    }
    return true;
  }

  Lines& lines_;
  TagIndex& index_;
  std::vector<const Tag*> columns_;
  std::vector<TestRow> rows_;
};

const std::vector<std::string>& what_words() {
  static const std::vector<std::string> words{"raise", "rise", "fall", "return", "removed"};
  return words;
}

class ExpectReader {
 public:
  ExpectReader(TextLines& lines, const std::vector<std::string>& ids) : lines_(lines), ids_(ids) {}

  std::vector<ExpectedTransition> read() {
    std::vector<ExpectedTransition> all;
    while (lines_.next()) {
      const std::vector<Word> words = lines_.words();
      if (words.empty()) continue;
      if (auto one = read_line(words)) all.push_back(*std::move(one));
    }
    return all;
  }

 private:
  std::optional<ExpectedTransition> read_line(const std::vector<Word>& words) {
    ExpectedTransition one;
    one.where = lines_.where(words.front().column);
    const Word& last = words.back();
    one.text = lines_.line().substr(words.front().column - 1,
                                    last.column - words.front().column + last.text.size());
    const auto at = time_of(words.front().text);
    if (!at) {
      lines_.error(words.front(),
                   in_quotes(words.front().text) + " is no time since the beginning, such as 15s");
      return std::nullopt;
    }
    one.at = *at;
    if (words.size() < 3) {
      lines_.error(words.front(), "needs a time, a tag and what happens: 15s a/b/c raise HH high");
      return std::nullopt;
    }
    one.tag = words[1].text;
    one.what = words[2].text;
    const auto& known = what_words();
    if (std::find(known.begin(), known.end(), one.what) == known.end() &&
        !parse_transition_kind(one.what)) {
      lines_.error(words[2], "unknown transition " + in_quotes(one.what) + hint(one.what, known) +
                                 " (raise, rise, fall, return, or a kind of the journal)");
      return std::nullopt;
    }
    for (std::size_t i = 3; i < words.size(); ++i) {
      if (!take_detail(words[i], one)) return std::nullopt;
    }
    return one;
  }

  bool take_detail(const Word& word, ExpectedTransition& one) {
    if (const auto level = parse_level(word.text); level && *level != Level::none) {
      one.level = level;
    } else if (const auto priority = parse_priority(word.text)) {
      one.priority = priority;
    } else if (std::find(ids_.begin(), ids_.end(), word.text) != ids_.end()) {
      one.rule = word.text;
    } else {
      lines_.error(word, in_quotes(word.text) +
                             " is no level (LL, L, on, H, HH), no priority and no rule" +
                             hint(word.text, {"critical", "high", "medium", "low"}));
      return false;
    }
    return true;
  }

  TextLines& lines_;
  const std::vector<std::string>& ids_;
};

class TestReader {
 public:
  TestReader(const std::vector<std::string>& ids, TagIndex& index, const TestFiles& files,
             Diagnostics& out)
      : ids_(ids), index_(index), files_(files), out_(out) {}

  RuleTest read(const SettingsTable& table) {
    SettingsReader reader{table, "test", out_};
    RuleTest test;
    test.where = table.where;
    test.name = reader.required_text("name");
    test.rules = reader.texts("rule");
    for (const std::string& rule : test.rules) {
      if (std::find(ids_.begin(), ids_.end(), rule) != ids_.end()) continue;
      reader.error("rule", "unknown rule " + in_quotes(rule) + hint(rule, ids_));
    }
    test.exact = reader.boolean("exact", true);
    const std::optional<Timestamp> begin = read_begin(reader);
    test.begin = begin.value_or(default_begin);
    read_input(reader, begin, test);
    read_expect(reader, test);
    test.until = reader.duration("until", Duration{0}, Duration{0}, test_length_max);
    if (!test.input.empty()) test.until = std::max(test.until, test.input.back().at);
    for (const auto& one : test.expect) test.until = std::max(test.until, one.at);
    reader.finish();
    return test;
  }

 private:
  static std::optional<Timestamp> read_begin(SettingsReader& reader) {
    const auto text = reader.text("begin");
    if (!text) return std::nullopt;
    const auto time = parse_rfc3339(*text);
    if (!time) reader.error("begin", "must be a time such as \"2026-01-01T00:00:00Z\"");
    return time;
  }

  void read_input(SettingsReader& reader, std::optional<Timestamp> begin, RuleTest& test) {
    const SettingsValue* value = reader.value("input");
    if (value != nullptr) {
      if (const auto* text = std::get_if<std::string>(&value->held)) {
        TextLines lines{*value, *text, files_.line_of, out_, reader.name_of("input")};
        return take_input(lines, "input", reader, test);
      }
      if (const auto* table = std::get_if<std::shared_ptr<SettingsTable>>(&value->held)) {
        SettingsReader own = reader.within(**table, "input");
        return read_csv(own, begin, test);
      }
    }
    reader.error(
        "input",
        "is needed: lines of a time and values below a line \"t tag ...\", or "
        "{ csv = \"file.csv\" } with the same, or as parkwatch pull --format csv wrote it");
  }

  void read_csv(SettingsReader& reader, std::optional<Timestamp> begin, RuleTest& test) {
    const std::string path = reader.required_text("csv");
    reader.finish();
    if (path.empty()) return;
    const Result<CsvFile> file = files_.csv(path);
    if (file) {
      CsvLines lines{*file, out_, reader.name_of("csv")};
      if (!is_recorded(*file)) return take_input(lines, "csv", reader, test);
      RecordedInput recorded = read_recorded(lines, index_, begin);
      if (recorded.begin) test.begin = *recorded.begin;
      test.input = std::move(recorded.rows);
      return;
    }
    if (files_.missing_is_error) return reader.error("csv", file.error().message);
    reader.warning("csv", file.error().message);
  }

  void take_input(Lines& lines, std::string_view key, SettingsReader& reader, RuleTest& test) {
    InputReader input{lines, index_};
    test.input = input.read();
    if (!input.has_columns()) reader.error(key, "is empty: its first line names the columns");
  }

  void read_expect(SettingsReader& reader, RuleTest& test) {
    const SettingsValue* value = reader.value("expect");
    const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(&value->held);
    if (text == nullptr) {
      reader.error("expect", "is needed: lines such as 15s a/b/c raise HH high; \"\" for nothing");
      return;
    }
    TextLines lines{*value, *text, files_.line_of, out_, reader.name_of("expect")};
    test.expect = ExpectReader{lines, ids_}.read();
  }

  const std::vector<std::string>& ids_;
  TagIndex& index_;
  const TestFiles& files_;
  Diagnostics& out_;
};

}  // namespace

std::vector<RuleTest> read_rule_tests(const std::vector<const SettingsTable*>& tables,
                                      const std::vector<RuleSpec>& rules, TagIndex& index,
                                      const TestFiles& files, Diagnostics& out) {
  std::vector<std::string> ids;
  ids.reserve(rules.size());
  for (const RuleSpec& rule : rules) ids.push_back(rule.id);
  std::vector<RuleTest> tests;
  std::map<std::string, SourceLocation> places;
  TestReader reader{ids, index, files, out};
  for (const SettingsTable* table : tables) {
    if (tests.size() == tests_max) {
      out.push_back({Diagnostic::Severity::error, table->where, "test",
                     "more than " + std::to_string(tests_max) + " tests"});
      break;
    }
    tests.push_back(reader.read(*table));
    const auto [known, fresh] = places.emplace(tests.back().name, table->where);
    if (fresh || tests.back().name.empty()) continue;
    out.push_back({Diagnostic::Severity::error, table->where, "test.name",
                   in_quotes(tests.back().name) + " is the name of the test at " +
                       known->second.file + ':' + std::to_string(known->second.line) + " already"});
  }
  return tests;
}

}  // namespace parkwatch::config
