// daemon/config/rule_tests.h - [[test]] tables: a series in, the transitions that must come out.
// Pure. What runs them is tools/trial; docs/testing-rules.md tells people how to write them.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/alarm_event.h"
#include "model/diagnostic.h"
#include "model/result.h"
#include "model/rule.h"
#include "model/settings.h"
#include "model/time.h"
#include "model/value.h"

namespace parkwatch::config {

class TagIndex;
struct CsvFile;

inline constexpr std::size_t tests_max = 10'000;
inline constexpr std::size_t test_rows_max = 100'000;
inline constexpr std::size_t test_columns_max = 1000;
inline constexpr Duration test_length_max = std::chrono::hours{24 * 400};

// A cell of the input. Times count from the test's beginning.
struct TestReading {
  std::string tag;
  std::optional<Value> value;  // empty: what the tag had before (a reading that is bad tells none)
  Quality quality = Quality::good;
  QualityReason reason = QualityReason::none;
  Duration time{0};  // source time: the row's, unless the cell says "@8s"
  bool historical = false;
};

// What arrives at one time: one message.
struct TestRow {
  Duration at{0};
  std::vector<TestReading> readings;
  SourceLocation where;
};

struct ExpectedTransition {
  Duration at{0};
  std::string tag;
  std::string what;  // raise, rise, fall, return, or a word of TransitionKind
  // What the line does not say may be anything.
  std::optional<Level> level;
  std::optional<Priority> priority;
  std::string rule;
  std::string text;  // the line
  SourceLocation where;
};

struct RuleTest {
  std::string name;
  std::vector<std::string> rules;  // ids; empty: every rule on the tags of the input
  std::vector<TestRow> input;      // times do not fall
  std::vector<ExpectedTransition> expect;
  bool exact = true;  // any other transition fails the test
  Timestamp begin;    // what "0s" is, for calendar windows
  Duration until{0};  // the clock runs on till then: never less than the last row and line
  SourceLocation where;
};

// Line `line` (from 1) of a file, or empty. Only to tell where a text of several lines begins.
using LineOf = std::function<std::string_view(const std::string& file, std::uint32_t line)>;

// What reading tests must know of files.
struct TestFiles {
  LineOf line_of;
  // A file that `input = { csv = ... }` names, as it is written there. Errors: any, with the words
  // to be shown.
  std::function<Result<CsvFile>(const std::string& path)> csv;
  bool missing_is_error = true;  // that it cannot be read; else a warning, and a test without input
};

// Every test of every table, in their order; names are unique. What is wrong is reported at its
// key, or at its line and column of the text or the CSV file.
[[nodiscard]] std::vector<RuleTest> read_rule_tests(const std::vector<const SettingsTable*>& tables,
                                                    const std::vector<RuleSpec>& rules,
                                                    TagIndex& index, const TestFiles& files,
                                                    Diagnostics& out);

}  // namespace parkwatch::config
