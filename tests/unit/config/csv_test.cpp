// tests/unit/config/csv_test.cpp - Tables as spreadsheets save them: encodings, quotes, places.
#include "config/csv.h"

#include <catch2/catch.hpp>
#include <random>

namespace csv_test {

using namespace parkwatch;
using namespace parkwatch::config;

namespace {

std::vector<CsvRow> rows_of(std::string_view text) {
  auto rows = parse_csv(text);
  INFO((rows ? "" : rows.error().message));
  REQUIRE(rows.ok());
  return *rows;
}

}  // namespace

TEST_CASE("csv: UTF-8, UTF-8 with a BOM and GB18030 are told apart", "[config]") {
  CHECK(decoded_text("位号")->encoding == "UTF-8");
  const auto with_bom = decoded_text("\xEF\xBB\xBF位号");
  REQUIRE(with_bom.ok());
  CHECK(with_bom->encoding == "UTF-8 with BOM");
  CHECK(with_bom->utf8 == "位号");
  const auto gbk = decoded_text("\xCE\xBB\xBA\xC5,\xC3\xFB\xB3\xC6");  // 位号,名称
  REQUIRE(gbk.ok());
  CHECK(gbk->encoding == "GB18030");
  CHECK(gbk->utf8 == "位号,名称");
  CHECK_FALSE(decoded_text("\xFF\xFF\xFF").ok());
  CHECK_FALSE(decoded_text("\xEF\xBB\xBF\xFF").ok());
}

TEST_CASE("csv: a long GB18030 text is converted whole", "[config]") {
  std::string bytes;
  std::string utf8;
  for (int i = 0; i < 5000; ++i) {
    bytes += "\xBA\xC5";
    utf8 += "号";
  }
  const auto text = decoded_text(bytes);
  REQUIRE(text.ok());
  CHECK(text->utf8 == utf8);
}

TEST_CASE("csv: cells, quotes and line ends are read with their places", "[config]") {
  const auto rows = rows_of("a,b,c\r\n1, 2 ,\"x, \"\"y\"\"\"\r\n\r\n# no row\n位号,,z\n");
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].cells[2].text == "c");
  CHECK(rows[1].line == 2);
  CHECK(rows[1].cells[1].text == "2");
  CHECK(rows[1].cells[1].blanks);
  CHECK(rows[1].cells[1].column == 4);
  CHECK(rows[1].cells[2].text == "x, \"y\"");
  CHECK_FALSE(rows[1].cells[2].blanks);
  CHECK(rows[2].line == 5);
  CHECK(rows[2].cells[2].text == "z");
  CHECK(rows[2].cells[2].column == 5);  // characters, not bytes
}

TEST_CASE("csv: semicolons and tabs divide where the first line has no comma", "[config]") {
  CHECK(rows_of("a;b\n1,5;2\n")[1].cells[0].text == "1,5");
  CHECK(rows_of("a\tb\n1\t2\n")[1].cells[1].text == "2");
}

TEST_CASE("csv: a quoted cell may hold line ends", "[config]") {
  const auto rows = rows_of("a,b\n\"one\ntwo\",2\n3,4\n");
  REQUIRE(rows.size() == 3);
  CHECK(rows[1].cells[0].text == "one\ntwo");
  CHECK(rows[2].line == 4);
}

TEST_CASE("csv: what has no end or too much is refused with its line", "[config]") {
  const auto open = parse_csv("a\n\"b\n");
  REQUIRE_FALSE(open.ok());
  CHECK(open.error().message == "line 2: a quote that does not end");
  CHECK_FALSE(parse_csv(std::string(csv_columns_max + 1, ',')).ok());
}

TEST_CASE("csv: what is written is read back, whatever it is", "[config]") {
  std::mt19937_64 random{3};
  const std::string alphabet = "a,;\"\n\t #位";
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> cells{"first"};
    std::string line = "first";
    for (int i = 0; i < 4; ++i) {
      std::string cell = "x";
      for (std::size_t n = random() % 6; n > 0; --n) {
        const std::size_t at = random() % 9;
        cell += at == 8 ? "位" : std::string(1, alphabet[at]);
      }
      cell += 'x';
      cells.push_back(cell);
      line += ',' + csv_cell(cell);
    }
    const auto rows = rows_of(line + "\n");
    REQUIRE(rows.size() == 1);
    REQUIRE(rows[0].cells.size() == cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) CHECK(rows[0].cells[i].text == cells[i]);
  }
}

TEST_CASE("csv: full-width characters have their half-width ones", "[config]") {
  CHECK(half_width("９０．５％") == "90.5%");
  CHECK(half_width("ＨＨ，　x") == "HH, x");
  CHECK(half_width("位号") == "位号");
}

}  // namespace csv_test
