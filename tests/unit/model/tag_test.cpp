// tests/unit/model/tag_test.cpp - Names of tags and patterns over them.
#include "model/tag.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

namespace tag_test {

using parkwatch::is_tag_name;
using parkwatch::tag_matches;
using parkwatch::tag_matches_one;

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

namespace {

std::vector<std::string> levels_of(const std::string& text) {
  std::vector<std::string> levels{""};
  for (const char c : text) {
    if (c == '/') {
      levels.emplace_back();
    } else {
      levels.back() += c;
    }
  }
  return levels;
}

// The meaning of a level's pattern, written down without thought of its cost.
bool level_by_definition(const std::string& pattern, const std::string& level) {
  if (pattern.empty()) return level.empty();
  if (pattern[0] == '*') {
    return level_by_definition(pattern.substr(1), level) ||
           (!level.empty() && level_by_definition(pattern, level.substr(1)));
  }
  return !level.empty() && pattern[0] == level[0] &&
         level_by_definition(pattern.substr(1), level.substr(1));
}

bool by_definition(const std::vector<std::string>& pattern, const std::vector<std::string>& name,
                   std::size_t p, std::size_t n) {
  if (p == pattern.size()) return n == name.size();
  if (pattern[p] == "**") {
    return by_definition(pattern, name, p + 1, n) ||
           (n < name.size() && by_definition(pattern, name, p, n + 1));
  }
  return n < name.size() && level_by_definition(pattern[p], name[n]) &&
         by_definition(pattern, name, p + 1, n + 1);
}

std::string random_levels(std::minstd_rand& chance, const std::vector<std::string>& words) {
  std::string text = words[chance() % words.size()];
  for (std::size_t more = chance() % 5; more > 0; --more) {
    text += '/' + words[chance() % words.size()];
  }
  return text;
}

}  // namespace

TEST_CASE("tag: of several patterns one is enough, and none takes everything", "[model]") {
  CHECK(tag_matches_one({}, "tank/t101/level"));
  CHECK(tag_matches_one({"gate/**", "tank/*/level"}, "tank/t101/level"));
  CHECK_FALSE(tag_matches_one({"gate/**", "tank/*/gas"}, "tank/t101/level"));
}

TEST_CASE("tag: a random pattern matches exactly what its definition says", "[model][property]") {
  std::minstd_rand chance(20260214);
  std::size_t matched = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string pattern =
        random_levels(chance, {"a", "b", "ab", "*", "a*", "*b", "*a*b", "**", "**", "***"});
    const std::string name = random_levels(chance, {"a", "b", "ab", "ba", "aab", "bab"});
    const bool expected = by_definition(levels_of(pattern), levels_of(name), 0, 0);
    CAPTURE(pattern, name);
    REQUIRE(tag_matches(pattern, name) == expected);
    if (expected) ++matched;
  }
  CHECK(matched > 2'000);  // both answers were asked for
  CHECK(matched < 18'000);
}

// Anyone who may ask for readings may send a pattern; with a step back at each "**" this one would
// take longer than the plant will stand.
TEST_CASE("tag: a hostile pattern of many stars is decided at once", "[model][security]") {
  std::string pattern;
  for (int i = 0; i < 40; ++i) pattern += "**/a/";
  std::string name = "a";
  while (name.size() + 2 <= parkwatch::tag_name_bytes_max - 2) name += "/a";
  CHECK_FALSE(tag_matches(pattern + "b", name));
  CHECK(tag_matches(pattern + "a", name));
  CHECK(tag_matches(pattern + "**", name));
  std::string stars;
  for (int i = 0; i < 100; ++i) stars += "*a";
  CHECK_FALSE(tag_matches(stars + "b", std::string(parkwatch::tag_name_bytes_max, 'a')));
  CHECK(tag_matches(stars, std::string(parkwatch::tag_name_bytes_max, 'a')));
}

TEST_CASE("tag: the parts of a name are its first, second and last level", "[model]") {
  struct Case {
    const char* name;
    const char* site;
    const char* device;
    const char* quantity;
  };
  const Case cases[] = {{"wwtp1/effluent/cod", "wwtp1", "effluent", "cod"},
                        {"wwtp1/cod", "wwtp1", "cod", "cod"},
                        {"cod", "cod", "", "cod"},
                        {"a/b/c/d/e", "a", "b", "e"},
                        {"罐区/t101/液位", "罐区", "t101", "液位"},
                        {"", "", "", ""}};
  for (const auto& [name, site, device, quantity] : cases) {
    CAPTURE(name);
    const parkwatch::TagNameParts parts = parkwatch::parts_of_tag_name(name);
    CHECK(parts.site == site);
    CHECK(parts.device == device);
    CHECK(parts.quantity == quantity);
  }
}

TEST_CASE("tag: the placeholders of a text are filled once, and every other brace stays",
          "[model]") {
  struct Case {
    const char* text;
    const char* filled;
  };
  const Case cases[] = {{"", ""},
                        {"no placeholder", "no placeholder"},
                        {"{site}{device}{quantity}", "wwtp1effluentcod"},
                        {"{tag} at {site}", "wwtp1/effluent/cod at wwtp1"},
                        {"{site", "{site"},
                        {"{{site}}", "{wwtp1}"},
                        {"{Site} {value} {}", "{Site} {value} {}"},
                        {"{si{site}te}", "{siwwtp1te}"}};
  for (const auto& [text, filled] : cases) {
    CAPTURE(text);
    CHECK(parkwatch::filled_from_tag_name(text, "wwtp1/effluent/cod") == filled);
  }
  // What a level looks like is not read again: a name cannot smuggle a placeholder in.
  CHECK(parkwatch::filled_from_tag_name("{site}", "{tag}/x") == "{tag}");
}

}  // namespace tag_test
