// daemon/config/csv.h - A table as spreadsheets save it: its encoding, its cells and their places.
// Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"

namespace parkwatch::config {

inline constexpr std::size_t csv_columns_max = 200;
inline constexpr std::size_t csv_rows_max = 300'000;

struct DecodedText {
  std::string utf8;
  std::string encoding;  // "UTF-8", "UTF-8 with BOM", "GB18030"
};
// What is no UTF-8 is taken for GB18030 (of which GBK and GB 2312 are parts): Excel on a Chinese
// Windows saves so. Errors: bad_input - it is neither.
[[nodiscard]] Result<DecodedText> decoded_text(std::string_view bytes);

struct CsvCell {
  std::string text;          // without blanks around it
  std::uint32_t column = 1;  // of its first character in its line, from 1
  bool blanks = false;       // there were some around it, outside of quotes
};
struct CsvRow {
  std::uint32_t line = 1;
  std::vector<CsvCell> cells;
};
// RFC 4180: cells between commas (semicolons or tabs, if the first line has those and no comma),
// quotes doubled inside quotes. Empty lines and lines that begin with '#' are left out. Errors:
// bad_input - a quote that does not end, csv_columns_max, csv_rows_max; the message begins with the
// line.
[[nodiscard]] Result<std::vector<CsvRow>> parse_csv(std::string_view utf8);

// A cell as it is written: quoted if it must be.
[[nodiscard]] std::string csv_cell(std::string_view text);

// With full-width digits, letters, points, signs and blanks (U+FF01..U+FF5E, U+3000) as ASCII.
[[nodiscard]] std::string half_width(std::string_view utf8);

}  // namespace parkwatch::config
