// tests/unit/model/utf8_test.cpp - Well-formed byte sequences and nothing else.
#include "model/utf8.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <string>

namespace utf8_test {

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

// Ranges of RFC 3629, section 4.
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

namespace {

// RFC 3629, section 3: the table of bits.
std::string encoded(std::uint32_t code) {
  const auto byte = [](std::uint32_t bits) { return static_cast<char>(bits); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0 | code >> 6U), byte(0x80 | (code & 0x3F))};
  if (code < 0x10000) {
    return {byte(0xE0 | code >> 12U), byte(0x80 | (code >> 6U & 0x3F)), byte(0x80 | (code & 0x3F))};
  }
  return {byte(0xF0 | code >> 18U), byte(0x80 | (code >> 12U & 0x3F)),
          byte(0x80 | (code >> 6U & 0x3F)), byte(0x80 | (code & 0x3F))};
}

bool is_surrogate(std::uint32_t code) { return code >= 0xD800 && code <= 0xDFFF; }

}  // namespace

TEST_CASE("utf8: every code point of Unicode passes, no surrogate does, and nothing above them",
          "[model]") {
  std::string all;
  for (std::uint32_t code = 0; code <= 0x10FFFF; ++code) {
    if (!is_surrogate(code)) all += encoded(code);
  }
  CHECK_FALSE(first_not_utf8(all));
  for (std::uint32_t code = 0xD800; code <= 0xDFFF; ++code) {
    if (first_not_utf8("a" + encoded(code)) != 1U) FAIL("surrogate " << code);
  }
  for (std::uint32_t code = 0x110000; code < 0x200000; code += 61) {
    if (first_not_utf8(encoded(code)) != 0U) FAIL("above Unicode " << code);
  }
}

TEST_CASE("utf8: of each length every cut and every broken trail is found where it begins",
          "[model]") {
  for (const std::uint32_t code : {0x7FU, 0x80U, 0x7FFU, 0x800U, 0xFFFFU, 0x10000U, 0x10FFFFU,
                                   0xD7FFU, 0xE000U, 0xFFFDU, 0x40000U}) {
    const std::string whole = encoded(code);
    CAPTURE(code);
    CHECK_FALSE(first_not_utf8(whole + "x"));
    for (std::size_t kept = 1; kept < whole.size(); ++kept) {
      CHECK(first_not_utf8("ab" + whole.substr(0, kept)) == 2U);
      CHECK(first_not_utf8(whole + whole.substr(0, kept) + "x") == whole.size());
      for (const char wrong : {'\x00', '\x7F', '\xC0', '\xFF'}) {
        std::string broken = whole;
        broken[kept] = wrong;
        CHECK(first_not_utf8("ab" + broken) == 2U);
      }
    }
  }
}

TEST_CASE("utf8: three bytes pass exactly when they are a code point in its shortest form",
          "[model]") {
  std::size_t passed = 0;
  for (std::uint32_t first = 0xE0; first <= 0xEF; ++first) {
    for (std::uint32_t second = 0; second < 256; ++second) {
      for (std::uint32_t third = 0x7E; third <= 0xC1; ++third) {
        const std::string text{static_cast<char>(first), static_cast<char>(second),
                               static_cast<char>(third)};
        if (!first_not_utf8(text)) ++passed;
      }
    }
  }
  CHECK(passed == 0x10000 - 0x800 - 0x800);  // all of three bytes less the surrogates
}

}  // namespace utf8_test
