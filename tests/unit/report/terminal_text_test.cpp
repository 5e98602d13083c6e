// tests/unit/report/terminal_text_test.cpp - Widths, and bytes that must not reach a terminal.
#include "report/terminal_text.h"

#include <catch2/catch.hpp>

namespace terminal_text_test {

using namespace parkwatch::report;

TEST_CASE("terminal text: Chinese takes two columns, combining marks none", "[report]") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("液位高高") == 8);
  CHECK(display_width("液位 HH ≥90 ％") == 14);
  CHECK(display_width("e\xCC\x81") == 1);
  CHECK(display_width("😀") == 2);
  CHECK(display_width("a\xFF") == 2);
}

TEST_CASE("terminal text: escape sequences and marks of direction are written out", "[report]") {
  CHECK(printable("plain 液位 °C m³/h") == "plain 液位 °C m³/h");
  CHECK(printable("\x1B[2J\x07") == "\\x1B[2J\\x07");
  CHECK(printable("a\nb\r\tc\x7F") == "a\\x0Ab\\x0D\\x09c\\x7F");
  CHECK(printable("\xC2\x9B[31m") == "\\u{009B}[31m");
  CHECK(printable("a\xE2\x80\xAE"
                  "b") == "a\\u{202E}b");
  CHECK(printable("\xFF\xC0\xAF") == "\\xFF\\xC0\\xAF");
  CHECK(printable("cut \xE6\xB6") == "cut \\xE6\\xB6");
}

TEST_CASE("terminal text: with backslashes escaped the text is unambiguous", "[report]") {
  CHECK(printable("\\x1B", true) == "\\\\x1B");
  CHECK(printable("\\x1B", false) == "\\x1B");
}

TEST_CASE("terminal text: no byte pair leaves a control character", "[report]") {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string text{static_cast<char>(a), static_cast<char>(b)};
      for (const char c : printable(text)) {
        const auto byte = static_cast<unsigned char>(c);
        CAPTURE(a, b);
        REQUIRE(byte >= 0x20);
        REQUIRE(byte != 0x7F);
      }
    }
  }
}

TEST_CASE("terminal text: a cut says that it is one and keeps characters whole", "[report]") {
  CHECK(cut_to_width("abcdef", 6) == "abcdef");
  CHECK(cut_to_width("abcdefg", 6) == "abcde…");
  CHECK(cut_to_width("液位高高", 6) == "液位…");
  CHECK(cut_to_width("液位高高", 5) == "液位…");
  CHECK(cut_to_width("abc", 0).empty());
}

}  // namespace terminal_text_test
