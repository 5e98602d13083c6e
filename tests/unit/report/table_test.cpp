// tests/unit/report/table_test.cpp - Columns.
#include "report/table.h"

#include <catch2/catch.hpp>

namespace table_test {

using namespace parkwatch::report;

TEST_CASE("table: columns stand under each other, Chinese ones too", "[report]") {
  Table table{{{"TAG"}, {"VALUE", Table::Align::right}, {"TEXT"}}};
  table.add({"罐区/t101", "91.2", "液位"});
  table.add({"a", "7", ""});
  CHECK(table.text(false) ==
        "TAG        VALUE  TEXT\n"
        "罐区/t101   91.2  液位\n"
        "a              7\n");
}

TEST_CASE("table: cells cannot command the terminal", "[report]") {
  Table table{{{"A"}}};
  table.add({"\x1B[31mred\nline"});
  CHECK(table.text(false) == "A\n\\x1B[31mred\\x0Aline\n");
}

TEST_CASE("table: colours only when asked for", "[report]") {
  Table table{{{"A"}}};
  table.add({"x"}, "31");
  table.add({"y"});
  CHECK(table.text(false) == "A\nx\ny\n");
  CHECK(table.text(true) == "A\n\x1B[31mx\x1B[0m\ny\n");
}

}  // namespace table_test
