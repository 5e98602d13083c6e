// daemon/report/terminal_text.cpp - Widths by table, since wcwidth() depends on the locale.
#include "report/terminal_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "model/utf8.h"

namespace parkwatch::report {
namespace {

struct Span {
  std::uint32_t first;
  std::uint32_t last;
};

// UAX #11, the blocks of W and F that a park's texts can hold.
constexpr std::array wide{
    Span{0x1100, 0x115F},   Span{0x2E80, 0x303E},   Span{0x3041, 0x4DBF},   Span{0x4E00, 0xA4CF},
    Span{0xA960, 0xA97F},   Span{0xAC00, 0xD7A3},   Span{0xF900, 0xFAFF},   Span{0xFE30, 0xFE6F},
    Span{0xFF00, 0xFF60},   Span{0xFFE0, 0xFFE6},   Span{0x1F300, 0x1F64F}, Span{0x1F680, 0x1F6FF},
    Span{0x1F900, 0x1F9FF}, Span{0x20000, 0x3FFFD},
};
constexpr std::array combining{
    Span{0x0300, 0x036F}, Span{0x200B, 0x200D}, Span{0x20D0, 0x20FF},
    Span{0x302A, 0x302D}, Span{0xFE00, 0xFE0F}, Span{0xFE20, 0xFE2F},
};
// Controls, marks of direction and line ends that are no line ends to a person.
constexpr std::array harmful{
    Span{0x00, 0x1F},     Span{0x7F, 0x9F},     Span{0x200E, 0x200F},
    Span{0x2028, 0x202E}, Span{0x2066, 0x2069}, Span{0xFEFF, 0xFEFF},
};

template <std::size_t N>
bool is_in(const std::array<Span, N>& spans, std::uint32_t c) {
  return std::any_of(spans.begin(), spans.end(),
                     [c](const Span& s) { return c >= s.first && c <= s.last; });
}

struct Piece {
  std::string_view bytes;
  std::uint32_t code_point = 0;
  bool valid = false;  // false: one byte that is not UTF-8
};

// REQUIRES: `text` is not empty.
Piece first_piece(std::string_view text) {
  const auto lead = static_cast<std::uint8_t>(text[0]);
  if (lead < 0x80) return {text.substr(0, 1), lead, true};
  const std::size_t bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const std::string_view candidate = text.substr(0, bytes);
  if (first_not_utf8(candidate)) return {text.substr(0, 1), lead, false};
  std::uint32_t value = lead & (0xFFU >> (bytes + 1));
  for (const char c : candidate.substr(1)) {
    value = (value << 6) | (static_cast<std::uint8_t>(c) & 0x3FU);
  }
  return {candidate, value, true};
}

std::size_t width_of(const Piece& piece) {
  if (!piece.valid) return 1;
  if (is_in(combining, piece.code_point)) return 0;
  return is_in(wide, piece.code_point) ? 2 : 1;
}

std::string escaped(const Piece& piece) {
  std::array<char, 16> out{};
  const bool one_byte = piece.bytes.size() == 1;
  const int length = std::snprintf(out.data(), out.size(), one_byte ? "\\x%02X" : "\\u{%04X}",
                                   static_cast<unsigned>(piece.code_point));
  return {out.data(), static_cast<std::size_t>(length)};
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Piece piece = first_piece(text);
    width += width_of(piece);
    text.remove_prefix(piece.bytes.size());
  }
  return width;
}

std::string printable(std::string_view text, bool escape_backslash) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Piece piece = first_piece(text);
    if (!piece.valid || is_in(harmful, piece.code_point)) {
      out += escaped(piece);
    } else if (escape_backslash && piece.code_point == '\\') {
      out += "\\\\";
    } else {
      out += piece.bytes;
    }
    text.remove_prefix(piece.bytes.size());
  }
  return out;
}

std::string cut_to_width(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string{text};
  std::string out;
  std::size_t width = 0;
  while (!text.empty()) {
    const Piece piece = first_piece(text);
    if (width + width_of(piece) + 1 > columns) break;
    width += width_of(piece);
    out += piece.bytes;
    text.remove_prefix(piece.bytes.size());
  }
  if (columns > 0) out += "…";
  return out;
}

}  // namespace parkwatch::report
