// daemon/report/table.cpp - See the header.
#include "report/table.h"

#include <algorithm>
#include <cassert>

#include "report/terminal_text.h"

namespace parkwatch::report {
namespace {

constexpr std::size_t between = 2;  // columns of blanks

}  // namespace

void Table::add(std::vector<std::string> cells, std::string paint) {
  assert(cells.size() == columns_.size());
  for (std::string& cell : cells) cell = printable(cell);
  rows_.push_back({std::move(cells), std::move(paint)});
}

std::string Table::text(bool colour) const {
  Row titles;
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) {
    titles.cells.push_back(column.title);
    widths.push_back(display_width(column.title));
  }
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row.cells[i]));
    }
  }
  std::string out;
  const auto append = [&](const Row& row) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::string pad(widths[i] - display_width(row.cells[i]), ' ');
      line += columns_[i].align == Align::right ? pad + row.cells[i] : row.cells[i] + pad;
      line.append(between, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += painted(line, row.paint, colour) + '\n';
  };
  append(titles);
  for (const Row& row : rows_) append(row);
  return out;
}

std::string painted(const std::string& text, const std::string& paint, bool colour) {
  if (!colour || paint.empty()) return text;
  return "\x1B[" + paint + 'm' + text + "\x1B[0m";
}

}  // namespace parkwatch::report
