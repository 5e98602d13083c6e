// tests/unit/config/tags_test.cpp - [[tag]] tables, templates, and tags by name and pattern.
#include "config/tags.h"

#include <catch2/catch.hpp>

#include "config/each.h"
#include "given.h"

namespace tags_test {

using namespace parkwatch;
using namespace parkwatch::config;

namespace {

std::vector<Tag> tags_of(const std::string& text) {
  const Loaded got = given(text);
  CHECK(got.said() == "");
  REQUIRE(got.config);
  return got.config->plant->tags;
}

std::vector<DeclaredTag> declared(const std::vector<std::string>& names) {
  std::vector<DeclaredTag> tags;
  for (const std::string& name : names) {
    tags.emplace_back();
    tags.back().tag.name = name;
  }
  return tags;
}

std::string names_of(const std::vector<const Tag*>& tags) {
  std::string text;
  for (const Tag* tag : tags) text += tag->name + ' ';
  return text;
}

}  // namespace

TEST_CASE("tag: every key is read, and a tag with a name alone is a plain number", "[config]") {
  const std::vector<Tag> tags = tags_of(R"([[tag]]
name = "a/b/c"
[[tag]]
name = "a/b/d"
description = { zh = "液位", en = "level" }
unit = "m"
type = "int64"
range = [-1, 2.5]
decimals = 1
scale = { factor = 0.1, offset = -5, clamp = [0, 2] }
[[tag]]
name = "a/b/e"
description = "state"
states = [
  { number = 2, word = "open", text = { zh = "开", en = "open" } },
  { number = -1, word = "shut" },
]
[[tag]]
name = "a/b/f"
type = "boolean"
expression = "`a/b/c` > 1"
)");
  REQUIRE(tags.size() == 4);
  Tag plain;
  plain.name = "a/b/c";
  CHECK(tags[0] == plain);
  Tag scaled;
  scaled.name = "a/b/d";
  scaled.description = {"液位", "level"};
  scaled.unit = "m";
  scaled.type = ValueType::int64;
  scaled.range = Range{-1, 2.5};
  scaled.decimals = 1;
  scaled.scaling = {0.1, -5, Range{0, 2}};
  CHECK(tags[1] == scaled);
  CHECK(tags[2].type == ValueType::int64);
  CHECK(tags[2].description == Text{"state", "state"});
  CHECK(tags[2].enumeration ==
        std::vector<EnumEntry>{{2, "open", {"开", "open"}}, {-1, "shut", {"shut", "shut"}}});
  CHECK(tags[3].expression == "`a/b/c` > 1");
  CHECK(tags[3].type == ValueType::boolean);
}

TEST_CASE("tag: each word of a template is a tag, in names, descriptions and expressions",
          "[config]") {
  const std::vector<Tag> tags = tags_of(R"([[tag]]
name = "{site}/{tank}/level"
each = { site = ["x", "y"], tank = ["t1", "t2"] }
description = { zh = "{tank} 液位", en = "{tank} level at {site}" }
[[tag]]
name = "x/{tank}/half"
each = { tank = ["t1"] }
expression = "`x/{tank}/level` / 2"
[[tag]]
name = "z"
description = "no {template} here"
)");
  REQUIRE(tags.size() == 6);
  CHECK(tags[0].name == "x/t1/level");
  CHECK(tags[1].name == "x/t2/level");
  CHECK(tags[2].name == "y/t1/level");
  CHECK(tags[3].name == "y/t2/level");
  CHECK(tags[3].description == Text{"t2 液位", "t2 level at y"});
  CHECK(tags[4].expression == "`x/t1/level` / 2");
  CHECK(tags[5].description.en == "no {template} here");
}

TEST_CASE("tag: every mistake in a tag has its place", "[config][fault]") {
  const Loaded got = given(R"([[tag]]
description = { zn = "x" }
range = [2, 1]
decimals = 16
scale = { factor = 0, clamp = [1] }
[[tag]]
name = "a b"
type = "double"
unit = 5
[[tag]]
name = "c"
type = "text"
range = [0, 1]
[[tag]]
name = "d"
type = "float64"
states = [{ number = 1, word = "a" }, { number = 1, word = "b" },
  { number = 2, word = "a" }, { word = "x" }]
scale = { offset = 1 }
[[tag]]
name = "e"
states = []
[[tag]]
name = "f"
type = "text"
expression = "`c` + 1"
scale = { offset = 1 }
)");
  CHECK(got.config == nullptr);
  CHECK(got.said() ==
        "p.toml:6:1 error tag.name: is missing and has no default\n"
        "p.toml:7:17 error tag.description.zn: unknown key\n"
        "p.toml:8:1 error tag.range: must be two numbers, the lower one first, such as [0, 100]\n"
        "p.toml:9:1 error tag.decimals: must be a whole number from 0 to 15, is 16\n"
        "p.toml:10:11 error tag.scale.factor: must not be 0: every value would be the same\n"
        "p.toml:10:23 error tag.scale.clamp: must be two numbers, the lower one first, such as "
        "[0, 100]\n"
        "p.toml:12:1 error tag.name: \"a b\" is no tag name: levels divided by single '/', "
        "without blanks, quotes, braces, '+', '#' or '*'\n"
        "p.toml:13:1 error tag.type: unknown word \"double\" (one of \"float64\", \"int64\", "
        "\"boolean\", \"text\")\n"
        "p.toml:14:1 error tag.unit: must be a text in quotes, is a whole number\n"
        "p.toml:18:1 error tag.range: a tag of type \"text\" has none\n"
        "p.toml:21:1 error tag.type: a tag with states is \"int64\": the state's number is "
        "stored\n"
        "p.toml:22:41 error tag.states.number: another state has the number 1\n"
        "p.toml:23:17 error tag.states.word: another state has the word \"a\"\n"
        "p.toml:23:31 error tag.states.number: is missing: the number that is stored\n"
        "p.toml:24:1 error tag.scale: a tag with states has none: a state is known or it is not\n"
        "p.toml:27:1 error tag.states: must not be empty\n"
        "p.toml:30:1 error tag.type: a derived tag is \"float64\" or \"boolean\"\n"
        "p.toml:31:1 error tag.expression: `c` is a text; an expression needs numbers\n"
        "p.toml:32:1 error tag.scale: a tag of type \"text\" has none\n"
        "p.toml:32:1 error tag.scale: a derived tag has none: write it into the expression\n");
}

TEST_CASE("tag: a wrong template is named once, not for each of its tags", "[config][fault]") {
  CHECK(given("[[tag]]\nname = \"{tnak}/a b\"\neach = { tank = [\"t1\", \"t2\"] }\n").said() ==
        "p.toml:7:1 error tag.name: unknown placeholder {tnak}; did you mean \"tank\"?; `each` "
        "gives words to placeholders, such as each = { tnak = [\"a\", \"b\"] }\n"
        "p.toml:7:1 error tag.name: \"{tnak}/a b\" is no tag name: levels divided by single '/', "
        "without blanks, quotes, braces, '+', '#' or '*'\n");
  CHECK(given("[[tag]]\nname = \"{tank/a\"\n").said().find("a brace without its partner") !=
        std::string::npos);
  CHECK(given("[[tag]]\nname = \"x\"\neach = { tank = [\"t1\", \"t2\"] }\n").said() ==
        "p.toml:7:1 error tag.name: \"x\" is declared already at p.toml:7:1\n");
  CHECK(given("[[tag]]\nname = \"{t}\"\neach = { t = [1] }\n")
            .said()
            .find("tag.each: \"t\" must be an array of texts") != std::string::npos);
  std::string words;
  for (int i = 0; i < 1000; ++i) words += "\"w" + std::to_string(i) + "\",";
  CHECK(given("[[tag]]\nname = \"{a}/{b}/{c}\"\neach = { a = [" + words + "], b = [" + words +
              "], c = [" + words + "] }\n")
            .said()
            .find("tag.each: gives more than 200000 tags") != std::string::npos);
}

TEST_CASE("tag: a derived tag must know its operands and not itself", "[config][fault]") {
  const Loaded got = given(R"([[tag]]
name = "a/x"
[[tag]]
name = "b/{n}"
each = { n = ["1", "2", "3"] }
expression = "`a/y` + 1"
[[tag]]
name = "c"
expression = "`d` + `a/x`"
[[tag]]
name = "d"
expression = "`c` * 2"
[[tag]]
name = "e"
expression = "`a/x` +"
)");
  CHECK(got.config == nullptr);
  REQUIRE(got.out.size() == 4);
  CHECK(to_text(got.out[0]) ==
        "p.toml:11:1 error tag.expression: unknown tag \"a/y\"; did you "
        "mean \"a/x\"?");
  CHECK(to_text(got.out[1]) == "p.toml:14:1 error tag.expression: `c` is computed from itself");
  CHECK(to_text(got.out[2]) == "p.toml:17:1 error tag.expression: `d` is computed from itself");
  CHECK(to_text(got.out[3]).find("p.toml:20:1 error tag.expression: ") == 0);
}

TEST_CASE("placeholders: names and formats, doubled braces are braces", "[config]") {
  const auto found = placeholders_of("{a} {{x}} {value:.1f}{b}");
  REQUIRE(found);
  REQUIRE(found->size() == 3);
  CHECK((*found)[0].name == "a");
  CHECK((*found)[1].name == "value");
  CHECK((*found)[1].format == ".1f");
  CHECK(placeholders_of("").has_value());
  for (const char* bad : {"{", "}", "{a", "a}", "{a{b}}", "{a}}"}) {
    CAPTURE(bad);
    CHECK_FALSE(placeholders_of(bad).has_value());
  }
  CHECK(filled("{a}-{b}-{a", {{"a", "1"}}) == "1-{b}-{a");
}

TEST_CASE("index: names and patterns find tags in byte order", "[config]") {
  const auto tags = declared({"b/2/x", "a/1/x", "a/1/y", "a/2/x", "ab/1/x"});
  TagIndex index{tags, true};
  REQUIRE(index.find("a/1/x") != nullptr);
  CHECK(index.find("a/1") == nullptr);
  CHECK(names_of(index.match("a/1/x")) == "a/1/x ");
  CHECK(names_of(index.match("a/*/x")) == "a/1/x a/2/x ");
  CHECK(names_of(index.match("*/1/x")) == "a/1/x ab/1/x ");
  CHECK(names_of(index.match("a/**")) == "a/1/x a/1/y a/2/x ");
  CHECK(names_of(index.match("**")) == "a/1/x a/1/y a/2/x ab/1/x b/2/x ");
  CHECK(index.match("c/*").empty());
  CHECK(index.match("").empty());
}

TEST_CASE("index: what matches nothing is answered with what is near", "[config]") {
  const auto tags =
      declared({"gate/g1/barrier", "gate/g1/board", "gate/g2/barrier", "tank/t1/level"});
  TagIndex index{tags, true};
  CHECK(index.hint_for("gate/g1/barier") == "; did you mean \"gate/g1/barrier\"?");
  CHECK(index.hint_for("gate/g9/*") == " (3 tags start with gate/, e.g. gate/g1/barrier)");
  CHECK(index.hint_for("gate/g2/xyzxyz") == " (1 tag starts with gate/g2/, e.g. gate/g2/barrier)");
  CHECK(index.hint_for("gat/*/barrier") == " (no tag starts with gat/; did you mean \"gate\"?)");
  CHECK(index.hint_for("pump/*") == " (no tag starts with pump/)");
  for (int i = 5; i < 20; ++i) CHECK_FALSE(index.hint_for("pump/*").empty());
  CHECK(index.hint_for("pump/*").empty());  // a file full of slips does not take minutes
}

}  // namespace tags_test
