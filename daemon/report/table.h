// daemon/report/table.h - Columns that stand under each other, Chinese ones too. Pure.
#pragma once
#include <string>
#include <vector>

namespace parkwatch::report {

class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // One cell a column; cells are made printable. `paint`: an SGR code for the whole row, e.g. "31".
  void add(std::vector<std::string> cells, std::string paint = {});
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  // With titles, each line ended by '\n', no blanks at line ends. `colour`: paints as asked.
  [[nodiscard]] std::string text(bool colour) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    std::string paint;
  };
  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

// `text` between the SGR code and its end; unchanged without colour or code.
[[nodiscard]] std::string painted(const std::string& text, const std::string& paint, bool colour);

}  // namespace parkwatch::report
