// daemon/config/recorded_input.h - What `parkwatch pull --format csv` wrote, as a test's input.
// Pure.
#pragma once
#include <optional>
#include <vector>

#include "config/rule_tests.h"
#include "config/test_lines.h"

namespace parkwatch::config {

struct RecordedInput {
  std::vector<TestRow> rows;
  std::optional<Timestamp> begin;  // what 0s is: as given, else when the first was received
};

// Its first cell is that of a pull (`tag`), and not that of a test (`t`).
[[nodiscard]] bool is_recorded(const CsvFile& file);
// A message a row, when it was received; the source times are the readings' own. Readings of
// derived tags are left out, since they are computed. What cannot be read is reported at its place,
// and so is that there is no message, or one that was received before the line before.
[[nodiscard]] RecordedInput read_recorded(CsvLines& lines, TagIndex& index,
                                          std::optional<Timestamp> begin);

}  // namespace parkwatch::config
