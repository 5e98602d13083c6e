// tests/unit/mqtt_codec/output_test.cpp - What details may show of a message.
#include "drivers/mqtt/codec/output.h"

#include <catch2/catch.hpp>

#include "model/utf8.h"

namespace parkwatch::mqtt_codec::output_test {
namespace {

TEST_CASE("excerpt: words of any language, and nothing that moves a cursor", "[mqtt_codec]") {
  CHECK(excerpt("") == "\"\"");
  CHECK(excerpt("half open") == "\"half open\"");
  CHECK(excerpt("\xE6\xB1\xA0/c") == "\"\xE6\xB1\xA0/c\"");
  CHECK(excerpt("a\x1B[31mb\n\x7F") == "\"a?[31mb??\"");
  CHECK(excerpt("a\xC2\x9B"
                "31m\xC2\xB0") == "\"a?31m\xC2\xB0\"");  // C1 controls; a degree sign
  CHECK(excerpt("\xFFok\xC2") == "\"?ok?\"");
}

TEST_CASE("excerpt: a long text is cut between characters", "[mqtt_codec]") {
  CHECK(excerpt(std::string(60, 'x')) == '"' + std::string(60, 'x') + '"');
  CHECK(excerpt(std::string(61, 'x')) == '"' + std::string(60, 'x') + "...\"");
  for (std::size_t before = 55; before < 62; ++before) {
    const std::string shown =
        excerpt(std::string(before, 'x') + "\xE6\xB1\xA0\xE6\xB1\xA0\xE6\xB1\xA0");
    CAPTURE(before);
    CHECK_FALSE(first_not_utf8(shown));
    CHECK(shown.find('?') == std::string::npos);
  }
}

}  // namespace
}  // namespace parkwatch::mqtt_codec::output_test
