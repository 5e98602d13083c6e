// daemon/config/point_header.h - The first line of a point table: which column is what. Pure.
#pragma once
#include <string>
#include <vector>

#include "config/points.h"
#include "model/rule.h"

namespace parkwatch::config {

// By column.
struct PointHeader {
  std::vector<std::string> keys;  // or the name of a placeholder; empty: to be left out
  std::vector<bool> known;
};

// Of `file`, which has a first row. A name that is nearly a known one, one that is there twice and
// a table without tags are errors. Adds the park's own further columns to `further`.
[[nodiscard]] PointHeader read_header(const CsvFile& file, std::vector<FurtherColumn>& further,
                                      Diagnostics& out);

// Warns of each of `further` that no text of `rules` asks for: it may be a known column whose name
// was not recognised. Those for remarks are none.
void warn_of_unused(const std::vector<FurtherColumn>& further, const std::vector<RuleSpec>& rules,
                    Diagnostics& out);

}  // namespace parkwatch::config
