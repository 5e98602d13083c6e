// daemon/config/csv.cpp - Tables of spreadsheets.
#include "config/csv.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "model/utf8.h"

namespace parkwatch::config {
namespace {

constexpr std::string_view bom = "\xEF\xBB\xBF";

std::string line_at(std::string_view bytes, std::size_t offset) {
  return std::to_string(1 + std::ranges::count(bytes.substr(0, offset), '\n'));
}

// `not_utf8`: where `bytes` are no UTF-8.
Result<std::string> from_gb18030(std::string_view bytes, std::size_t not_utf8) {
  const auto neither = [&](std::size_t not_gb) {
    return Error{ErrorKind::bad_input, "is neither UTF-8 (line " + line_at(bytes, not_utf8) +
                                           " is not) nor GB18030 (line " + line_at(bytes, not_gb) +
                                           " is not)"};
  };
  iconv_t converter = ::iconv_open("UTF-8", "GB18030");
  if (reinterpret_cast<std::intptr_t>(converter) == -1) return neither(0);
  std::string input{bytes};  // iconv's signature wants it changeable
  char* in = input.data();
  std::size_t in_left = input.size();
  std::string out;
  std::array<char, 4096> chunk{};
  bool good = true;
  while (good && in_left > 0) {
    char* to = chunk.data();
    std::size_t room = chunk.size();
    const std::size_t done = ::iconv(converter, &in, &in_left, &to, &room);
    out.append(chunk.data(), chunk.size() - room);
    good = done != static_cast<std::size_t>(-1) || errno == E2BIG;
  }
  (void)::iconv_close(converter);
  if (!good) return neither(input.size() - in_left);
  return out;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {
    const std::string_view first = text.substr(0, text.find('\n'));
    if (first.find(',') == std::string_view::npos) {
      if (first.find(';') != std::string_view::npos) separator_ = ';';
      if (first.find('\t') != std::string_view::npos) separator_ = '\t';
    }
  }

  Result<std::vector<CsvRow>> run() {
    std::vector<CsvRow> rows;
    while (at_ < text_.size()) {
      CsvRow row{line_, {}};
      const bool comment = text_[at_] == '#';
      if (auto error = read_row(row); !error.empty()) {
        return Error{ErrorKind::bad_input, "line " + std::to_string(row.line) + ": " + error};
      }
      const bool empty = std::all_of(row.cells.begin(), row.cells.end(),
                                     [](const CsvCell& cell) { return cell.text.empty(); });
      if (empty || comment) continue;
      if (rows.size() == csv_rows_max) {
        return Error{ErrorKind::bad_input,
                     "has more than " + std::to_string(csv_rows_max) + " rows"};
      }
      rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  [[nodiscard]] bool at_end() const { return at_ >= text_.size() || text_[at_] == '\n'; }

  void next() {
    if ((static_cast<unsigned char>(text_[at_]) & 0xC0U) != 0x80U) ++column_;
    ++at_;
  }

  std::string read_row(CsvRow& row) {
    column_ = 1;
    for (;;) {
      if (row.cells.size() == csv_columns_max) {
        return "more than " + std::to_string(csv_columns_max) + " columns";
      }
      CsvCell& cell = row.cells.emplace_back();
      if (!read_cell(cell)) return "a quote that does not end";
      if (at_end()) break;
      next();  // the separator
    }
    ++at_;
    ++line_;
    return {};
  }

  bool read_cell(CsvCell& cell) {
    while (!at_end() && is_blank(text_[at_]) && text_[at_] != separator_) {
      cell.blanks = true;
      next();
    }
    cell.column = column_;
    if (!at_end() && text_[at_] == '"') return read_quoted(cell);
    while (!at_end() && text_[at_] != separator_) {
      cell.text += text_[at_];
      next();
    }
    if (!cell.text.empty() && cell.text.back() == '\r') cell.text.pop_back();
    while (!cell.text.empty() && is_blank(cell.text.back())) {
      cell.text.pop_back();
      cell.blanks = true;
    }
    cell.blanks = cell.blanks && !cell.text.empty();
    return true;
  }

  bool read_quoted(CsvCell& cell) {
    next();
    for (;;) {
      if (at_ >= text_.size()) return false;
      if (text_[at_] == '"' && (at_ + 1 >= text_.size() || text_[at_ + 1] != '"')) break;
      if (text_[at_] == '"') next();
      if (text_[at_] == '\n') ++line_;
      cell.text += text_[at_];
      next();
    }
    next();
    while (!at_end() && text_[at_] != separator_) next();  // blanks; anything else is lost on us
    cell.blanks = false;
    return true;
  }

  std::string_view text_;
  char separator_ = ',';
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
};

}  // namespace

Result<DecodedText> decoded_text(std::string_view bytes) {
  if (bytes.starts_with(bom)) {
    bytes.remove_prefix(bom.size());
    if (const auto at = first_not_utf8(bytes)) {
      return Error{ErrorKind::bad_input,
                   "has a BOM but is no UTF-8 (line " + line_at(bytes, *at) + " is not)"};
    }
    return DecodedText{std::string{bytes}, "UTF-8 with BOM"};
  }
  const auto not_utf8 = first_not_utf8(bytes);
  if (!not_utf8) return DecodedText{std::string{bytes}, "UTF-8"};
  auto text = from_gb18030(bytes, *not_utf8);
  if (!text) return text.error();
  return DecodedText{std::move(*text), "GB18030"};
}

Result<std::vector<CsvRow>> parse_csv(std::string_view utf8) { return Scanner{utf8}.run(); }

std::string csv_cell(std::string_view text) {
  const bool plain = text.find_first_of(",;\t\"\n\r") == std::string_view::npos &&
                     !text.starts_with(' ') && !text.ends_with(' ') && !text.starts_with('#');
  if (plain) return std::string{text};
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string half_width(std::string_view utf8) {
  std::string out;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(utf8[at + i]); };
    if (at + 2 < utf8.size() && byte(0) == 0xEFU && (byte(1) == 0xBCU || byte(1) == 0xBDU)) {
      // U+FF01..U+FF5E stand for U+0021..U+007E.
      const unsigned code = 0xF000U | ((byte(1) & 0x3FU) << 6U) | (byte(2) & 0x3FU);
      if (code >= 0xFF01U && code <= 0xFF5EU) {
        out += static_cast<char>(code - 0xFF01U + 0x21U);
        at += 3;
        continue;
      }
    }
    if (utf8.substr(at).starts_with("\xE3\x80\x80")) {
      out += ' ';
      at += 3;
      continue;
    }
    out += utf8[at++];
  }
  return out;
}

}  // namespace parkwatch::config
