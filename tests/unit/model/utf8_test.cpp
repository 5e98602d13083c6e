// tests/unit/model/utf8_test.cpp - Well-formed byte sequences and nothing else.
#include "model/utf8.h"

#include <catch2/catch.hpp>
#include <string>

using parkwatch::first_not_utf8;

TEST_CASE("utf8: well-formed text passes and the first bad byte is found", "[model]") {
  CHECK_FALSE(first_not_utf8(""));
  CHECK_FALSE(first_not_utf8("plain, 液位 and 😀"));
  CHECK(first_not_utf8("ab\xff") == 2U);
  CHECK(first_not_utf8("a\x80") == 1U);
  CHECK(first_not_utf8("\xc0\xaf") == 0U);          // overlong
  CHECK(first_not_utf8("\xe0\x80\xaf") == 0U);      // overlong
  CHECK(first_not_utf8("\xed\xa0\x80") == 0U);      // a surrogate
  CHECK(first_not_utf8("\xf4\x90\x80\x80") == 0U);  // above U+10FFFF
  CHECK(first_not_utf8("液\xe6\xb6") == 3U);        // cut
}

// The code points of Unicode, encoded by hand, are exactly what passes in up to three bytes.
TEST_CASE("utf8: two-byte sequences pass exactly when lead and trail are in their ranges",
          "[model]") {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      const bool both_plain = first < 0x80 && second < 0x80;
      const bool pair = first >= 0xC2 && first <= 0xDF && second >= 0x80 && second <= 0xBF;
      CAPTURE(first, second);
      REQUIRE(first_not_utf8(text).has_value() == !(both_plain || pair));
    }
  }
}
