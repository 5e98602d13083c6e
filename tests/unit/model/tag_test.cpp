// tests/unit/model/tag_test.cpp - Names of tags and patterns over them.
#include "model/tag.h"

#include <catch2/catch.hpp>

using parkwatch::is_tag_name;
using parkwatch::tag_matches;

TEST_CASE("tag: a name is levels of UTF-8 without wildcards, blanks or control characters",
          "[model]") {
  for (const char* good : {"a", "wwtp1/effluent/cod", "罐区/t101/液位", "a.b/c-d/e_f"}) {
    CAPTURE(good);
    CHECK(is_tag_name(good));
  }
  for (const char* bad : {"", "/a", "a/", "a//b", "a/+", "a/#", "a/*", "a b", "a\tb", "a`b", "a\"b",
                          "a\\b", "a\x7f", "\xc3\x28", "\xed\xa0\x80"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_tag_name(bad));
  }
  CHECK(is_tag_name(std::string(parkwatch::tag_name_bytes_max, 'x')));
  CHECK_FALSE(is_tag_name(std::string(parkwatch::tag_name_bytes_max + 1, 'x')));
}

TEST_CASE("tag: a star stays within its level and a double star spans levels", "[model]") {
  CHECK(tag_matches("tank/*/level", "tank/t101/level"));
  CHECK(tag_matches("tank/t1*/level", "tank/t101/level"));
  CHECK(tag_matches("tank/*1*1/level", "tank/t101/level"));
  CHECK(tag_matches("**", "tank/t101/level"));
  CHECK(tag_matches("**/level", "tank/t101/level"));
  CHECK(tag_matches("**/level", "level"));
  CHECK(tag_matches("tank/**", "tank/t101/level"));
  CHECK(tag_matches("tank/**/level", "tank/a/b/c/level"));
  CHECK_FALSE(tag_matches("tank/*", "tank/t101/level"));
  CHECK_FALSE(tag_matches("tank/*/level", "tank/t101/pressure"));
  CHECK_FALSE(tag_matches("tank/*/level", "tank/level"));
  CHECK_FALSE(tag_matches("tank/*/level/x", "tank/t101/level"));
  CHECK_FALSE(tag_matches("tank", "tank/t101"));
}
