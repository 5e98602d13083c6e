// tests/unit/mqtt_codec/pointer_test.cpp - JSON pointers and tag templates.
#include "drivers/mqtt/codec/pointer.h"

#include <catch2/catch.hpp>

#include "drivers/mqtt/codec/tag_template.h"

namespace parkwatch::mqtt_codec::pointer_test {
namespace {

TEST_CASE("pointer: the examples of RFC 6901, section 5 split as it says", "[mqtt_codec]") {
  const std::pair<std::string, std::vector<std::string>> examples[] = {
      {"", {}},           {"/foo", {"foo"}},  {"/foo/0", {"foo", "0"}}, {"/", {""}},
      {"/a~1b", {"a/b"}}, {"/c%d", {"c%d"}},  {"/e^f", {"e^f"}},        {"/i\\j", {"i\\j"}},
      {"/ ", {" "}},      {"/m~0n", {"m~n"}}, {"/~01", {"~1"}},         {"//a/", {"", "a", ""}}};
  for (const auto& [text, keys] : examples) {
    CAPTURE(text);
    const Result<JsonPointer> pointer = JsonPointer::parse(text);
    REQUIRE(pointer);
    std::vector<std::string> found;
    for (const auto& token : pointer->tokens) found.push_back(token.key);
    CHECK(found == keys);
    CHECK(pointer->text == text);
  }
}

TEST_CASE("pointer: only plain numbers are positions in an array", "[mqtt_codec]") {
  const auto index = [](std::string_view text) {
    const auto pointer = JsonPointer::parse(text);
    return pointer && !pointer->tokens.empty() ? pointer->tokens.front().index : std::nullopt;
  };
  CHECK(index("/0") == 0);
  CHECK(index("/17") == 17);
  CHECK_FALSE(index("/01"));
  CHECK_FALSE(index("/-1"));
  CHECK_FALSE(index("/-"));
  CHECK_FALSE(index("/"));
  CHECK_FALSE(index("/99999999999999999999999"));
}

TEST_CASE("pointer: what is none is refused with what would be right", "[mqtt_codec]") {
  const auto missing_slash = JsonPointer::parse("value");
  REQUIRE_FALSE(missing_slash);
  CHECK_THAT(missing_slash.error().message, Catch::Contains("\"/value\""));
  for (const std::string_view text : {"/~", "/~2", "/a~"}) {
    CAPTURE(text);
    CHECK_FALSE(JsonPointer::parse(text));
  }
}

const std::vector<std::string> captures{"site", "device"};

TEST_CASE("tag template: captures and literals render to a name", "[mqtt_codec]") {
  const auto tag = TagTemplate::parse("{site}/{device}/cod", {captures, false, ""});
  REQUIRE(tag);
  CHECK(tag->is_fixed());
  CHECK(tag->render({"wwtp1", "effluent"}) == "wwtp1/effluent/cod");
}

TEST_CASE("tag template: pointers and keys belong to a message", "[mqtt_codec]") {
  const auto pointer = TagTemplate::parse("{site}/{/device}", {captures, true, ""});
  REQUIRE(pointer);
  CHECK_FALSE(pointer->is_fixed());
  const auto member = TagTemplate::parse("{site}/{member}", {captures, true, "member"});
  REQUIRE(member);
  CHECK_FALSE(member->is_fixed());
}

TEST_CASE("tag template: each mistake is named", "[mqtt_codec]") {
  const std::pair<std::string, std::string> mistakes[] = {
      {"{sitee}/x", "did you mean {site}?"},
      {"{quantity}/x", "there is {site} {device}"},
      {"{site/x", "do not pair"},
      {"site}/x", "do not pair"},
      {"{site}//x", "cannot give a tag's name"},
      {"/{site}", "cannot give a tag's name"},
      {"{site} x", "cannot give a tag's name"},
      {"{site}/#", "cannot give a tag's name"},
      {"{}", "is not in the topic"},
      {"{/a~}", "'~'"},
      {"{member}", "is not in the topic"},
      {std::string(257, 'x'), "cannot give a tag's name"}};
  for (const auto& [text, part] : mistakes) {
    CAPTURE(text);
    const auto tag = TagTemplate::parse(text, {captures, true, ""});
    REQUIRE_FALSE(tag);
    CHECK_THAT(tag.error().message, Catch::Contains(part));
  }
  const auto pointer = TagTemplate::parse("{/a}", {captures, false, ""});
  REQUIRE_FALSE(pointer);
  CHECK_THAT(pointer.error().message, Catch::Contains("only for format = \"json\""));
}

}  // namespace
}  // namespace parkwatch::mqtt_codec::pointer_test
