// tests/unit/parkwatch/draft_match_test.cpp - Which drafted topic is which point.
#include "tools/parkwatch/draft_match.h"

#include <catch2/catch.hpp>

namespace draft_match_test {

using namespace parkwatch;
using namespace parkwatch::cli;

namespace {

Tag tag(const std::string& name, const std::string& unit = "",
        std::optional<Range> range = std::nullopt) {
  Tag one;
  one.name = name;
  one.unit = unit;
  one.range = range;
  return one;
}

DraftRow row(const std::string& name, const std::string& unit = "",
             std::optional<Range> seen = std::nullopt) {
  return {name, "x/" + name, "/v", "", "double", unit, seen};
}

// "0-1 2-0": tag and row of each pair.
std::string matched(const std::vector<Tag>& tags, const std::vector<DraftRow>& rows) {
  std::string out;
  for (const DraftMatch& one : match_draft(tags, rows)) {
    out += (out.empty() ? "" : " ") + std::to_string(one.tag) + '-' + std::to_string(one.row);
  }
  return out;
}

}  // namespace

TEST_CASE("draft match: quantity and device make a pair, however they are written", "[cli]") {
  CHECK(matched({tag("tf-a/T101/level"), tag("tf-a/T102/level")},
                {row("site/t-102/Level"), row("site/T_101/LEVEL")}) == "0-1 1-0");
  CHECK(
      matched({tag("tf-a/T101/level")}, {row("tf-a/T102/level"), row("tf-a/T103/level")}).empty());
}

TEST_CASE("draft match: units that differ and values out of range are no pair", "[cli]") {
  CHECK(matched({tag("a/b/temperature", "degC")}, {row("a/b/temperature", "℃")}) == "0-0");
  CHECK(matched({tag("a/b/level", "m")}, {row("a/b/level", "mm")}).empty());
  CHECK(matched({tag("a/b/level", "m", Range{0, 12})}, {row("a/b/level", "", Range{1, 11})}) ==
        "0-0");
  CHECK(matched({tag("a/b/level", "m", Range{0, 12})}, {row("a/b/level", "", Range{1, 110})})
            .empty());
}

TEST_CASE("draft match: the surest pair is taken first, a slip of the keyboard last", "[cli]") {
  CHECK(matched({tag("a/b/pressure", "kPa")}, {row("a/b/presure", "kPa"), row("a/b/pressure"),
                                               row("z/b/pressure", "kPa")}) == "0-2");
  CHECK(matched({tag("a/b/pressure")}, {row("a/b/presure")}) == "0-0");
}

TEST_CASE("draft match: without the device it must be the only one on both sides", "[cli]") {
  CHECK(matched({tag("wwtp/effluent/cod")}, {row("plant/outlet/COD")}) == "0-0");
  CHECK(matched({tag("wwtp/effluent/cod"), tag("wwtp/influent/cod")}, {row("plant/outlet/COD")})
            .empty());
  CHECK(matched({tag("wwtp/effluent/cod")}, {row("plant/o/cod"), row("plant/p/cod")}).empty());
}

TEST_CASE("draft match: a text is no number, but may be a state", "[cli]") {
  DraftRow text = row("a/b/c");
  text.type = "text";
  CHECK(matched({tag("a/b/c")}, {text}).empty());
  Tag states = tag("a/b/c");
  states.enumeration = {{0, "open", {}}};
  CHECK(matched({states}, {text}) == "0-0");
}

TEST_CASE("draft match: what is no draft is refused", "[cli][fault]") {
  CHECK_FALSE(parse_draft(""));
  CHECK_FALSE(parse_draft("a,b\n1,2\n"));
  CHECK_FALSE(parse_draft("\xFF"));
  const auto rows = parse_draft(
      "topic,tag,field,time,type,unit,seen_low,seen_high\n"
      "x/y,a/b/c,/v,/t,double,m,1,2.5\nx/z,a/b/d,,,bool,,,\n,a/b/e,,,,,,\n");
  REQUIRE(rows);
  REQUIRE(rows->size() == 2);
  CHECK(rows->front().seen == Range{1, 2.5});
  CHECK(rows->front().time == "/t");
  CHECK_FALSE(rows->back().seen);
}

}  // namespace draft_match_test
