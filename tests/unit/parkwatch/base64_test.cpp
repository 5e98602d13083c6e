// tests/unit/parkwatch/base64_test.cpp - RFC 4648's own examples, and what is no base64.
#include "tools/parkwatch/base64.h"

#include <catch2/catch.hpp>

namespace base64_test {

using parkwatch::cli::base64_decoded;

TEST_CASE("base64: the examples of RFC 4648 section 10", "[cli]") {
  CHECK(base64_decoded("") == "");
  CHECK(base64_decoded("Zg==") == "f");
  CHECK(base64_decoded("Zm8=") == "fo");
  CHECK(base64_decoded("Zm9v") == "foo");
  CHECK(base64_decoded("Zm9vYmFy") == "foobar");
  CHECK(base64_decoded("/+8=") == "\xFF\xEF");
}

TEST_CASE("base64: anything else is refused", "[cli]") {
  for (const char* text : {"Z", "Zg", "Zg=", "Z===", "Zm 9", "Zm9v\n", "=Zm9", "Zg==Zg=="}) {
    CAPTURE(text);
    CHECK_FALSE(base64_decoded(text));
  }
}

}  // namespace base64_test
