// daemon/report/terminal_text.h - Text for a terminal: its width in columns, and strangers' bytes
// made harmless. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace parkwatch::report {

// Columns that a terminal needs for `text`: 2 for wide characters (Unicode 15, UAX #11: W and F), 0
// for combining ones, 1 for others and for each byte that is not UTF-8.
[[nodiscard]] std::size_t display_width(std::string_view text);

// What a terminal could take as a command or as another order of the text - control characters,
// marks of direction, bytes that are not UTF-8 - is written as \xNN or \u{NNNN}. With
// `escape_backslash` the answer is unambiguous.
[[nodiscard]] std::string printable(std::string_view text, bool escape_backslash = false);

// The first `columns` of a printable text, with "…" where something was cut.
[[nodiscard]] std::string cut_to_width(std::string_view text, std::size_t columns);

}  // namespace parkwatch::report
