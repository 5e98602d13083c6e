// tests/unit/model/diagnostic_test.cpp - A diagnostic as one line.
#include "model/diagnostic.h"

#include <catch2/catch.hpp>

namespace diagnostic_test {

using namespace parkwatch;

TEST_CASE("diagnostic: file, line, column, severity, key and message", "[model]") {
  CHECK(to_text({Diagnostic::Severity::error, {"a.toml", 3, 7}, "rule.H", "is wrong"}) ==
        "a.toml:3:7 error rule.H: is wrong");
  CHECK(to_text({Diagnostic::Severity::warning, {"a.toml", 0, 0}, "", "is odd"}) ==
        "a.toml warning: is odd");
}

TEST_CASE("diagnostic: of a package it names the system that it was read for", "[model]") {
  CHECK(to_text({Diagnostic::Severity::error,
                 {"systems/t/rules.toml", 3, 7, "system \"tf-a\", p.toml:12"},
                 "rule.H",
                 "is wrong"}) ==
        "systems/t/rules.toml:3:7 error rule.H: is wrong (system \"tf-a\", p.toml:12)");
}

TEST_CASE("diagnostic: whatever the texts hold, it stays one line", "[model]") {
  CHECK(to_text({Diagnostic::Severity::error, {"a\n", 1, 1, "x\x1B"}, "k", "m\x7F"}) ==
        "a\\n:1:1 error k: m\\x7f (x\\x1b)");
}

}  // namespace diagnostic_test
