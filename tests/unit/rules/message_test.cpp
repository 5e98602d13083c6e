// tests/unit/rules/message_test.cpp - Texts for operators, in both languages.
#include "rules/message.h"

#include <catch2/catch.hpp>

#include "rules/check.h"

namespace message_test {

using namespace parkwatch;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  RuleSpec rule;
  Tag tag;
  Fixture() {
    rule.id = "tank-level";
    rule.group = "tank-farm";
    tag.name = "tank/t101/level";
    tag.unit = "m";
    tag.description = {"T-101 液位", "T-101 level"};
    tag.decimals = 2;
  }
  [[nodiscard]] rules::MessageContext context() const {
    return {rule, tag, Level::high_high, Priority::high, 4.25678, 4.2, tag.unit};
  }
  [[nodiscard]] std::string en(const std::string& text) const {
    return rules::render({"", text}, context()).en;
  }
};

}  // namespace

TEST_CASE("message: every placeholder is filled in", "[rules]") {
  const Fixture f;
  CHECK(f.en("{tag}|{site}|{device}|{quantity}") == "tank/t101/level|tank|t101|level");
  CHECK(f.en("{value} {limit} {unit}") == "4.26 4.2 m");
  CHECK(f.en("{value:.1f} {limit:.3f} {value:.0f}") == "4.3 4.200 4");
  CHECK(f.en("{level} {priority} {rule} {group}") == "HH high tank-level tank-farm");
  CHECK(f.en("{description}") == "T-101 level");
  CHECK(rules::render({"{description}{level}{priority}", ""}, f.context()).zh ==
        "T-101 液位高高高");
  for (const std::string& name : rules::message_placeholders(RuleKind::limit)) {
    CAPTURE(name);
    CHECK(f.en("{" + name + "}") != "{" + name + "}");
  }
}

TEST_CASE("message: what is no placeholder stays as it is written", "[rules]") {
  const Fixture f;
  CHECK(f.en("{nothing} {{tag}} {") == "{nothing} {tag} {");
  CHECK(f.en("{value:x}") == "4.26");
}

TEST_CASE("message: a column says the tag's own cell, behind the placeholders of every rule",
          "[rules]") {
  Fixture f;
  f.rule.columns = {{"tank/t101/level", {{"pump", "P-101"}, {"备用表", ""}, {"device", "x"}}},
                    {"tank/t102/level", {{"pump", "P-102"}}}};
  CHECK(f.en("{pump}|{备用表}|{device}|{{pump}}|{valve}") == "P-101||t101|{pump}|{valve}");
  f.tag.name = "tank/t102/level";
  CHECK(f.en("{pump}") == "P-102");
  f.tag.name = "tank/t103/level";
  CHECK(f.en("{pump}") == "{pump}");
}

TEST_CASE("message: a missing value or limit is a dash", "[rules]") {
  Fixture f;
  rules::MessageContext context = f.context();
  context.value.reset();
  context.limit.reset();
  CHECK(rules::render({"", "{value} {limit}"}, context).en == "- -");
}

TEST_CASE("message: a state is read by its words", "[rules]") {
  Fixture f;
  f.rule.kind = RuleKind::state;
  f.tag.enumeration = {{3, "tripped", {"跳闸", ""}}};
  rules::MessageContext context = f.context();
  context.value = 3;
  const Text text = rules::render({"{value}", "{value}"}, context);
  CHECK(text.zh == "跳闸");
  CHECK(text.en == "tripped");
}

TEST_CASE("message: a rule without a text still says what is wrong, in both languages", "[rules]") {
  Fixture f;
  for (const RuleKind kind : {RuleKind::limit, RuleKind::state, RuleKind::rate, RuleKind::stale,
                              RuleKind::window, RuleKind::expr}) {
    f.rule.kind = kind;
    const Text text = rules::render_message(f.context());
    CAPTURE(to_text(kind), text.zh, text.en);
    CHECK_THAT(text.en, Catch::StartsWith("T-101 level"));
    CHECK_THAT(text.zh, Catch::StartsWith("T-101 液位"));
    CHECK_THAT(text.en, !Catch::Contains("{"));
    CHECK_THAT(text.zh, !Catch::Contains("{"));
  }
}

TEST_CASE("message: one language given stands for both", "[rules]") {
  Fixture f;
  f.rule.message.zh = "液位 {value}";
  CHECK(rules::render_message(f.context()).en == "液位 4.26");
  f.rule.message = {"", "level {value}"};
  CHECK(rules::render_message(f.context()).zh == "level 4.26");
}

TEST_CASE("message: a long text is cut at a character's border", "[rules]") {
  const Fixture f;
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "液";
  const std::string cut = rules::render({text, ""}, f.context()).zh;
  CHECK(cut.size() <= rules::message_bytes_max);
  CHECK(cut.size() % 3 == 0);
}

TEST_CASE("message: the signal's unit follows the kind", "[rules]") {
  Fixture f;
  CHECK(rules::unit_of_signal(f.rule, f.tag) == "m");
  f.rule.kind = RuleKind::rate;
  f.rule.per = 1min;
  CHECK(rules::unit_of_signal(f.rule, f.tag) == "m/min");
  f.rule.per = 10s;
  CHECK(rules::unit_of_signal(f.rule, f.tag) == "m/(10s)");
  f.rule.kind = RuleKind::window;
  CHECK(rules::unit_of_signal(f.rule, f.tag) == "m");
  f.rule.window.aggregate = Aggregate::count;
  CHECK(rules::unit_of_signal(f.rule, f.tag).empty());
  f.rule.kind = RuleKind::stale;
  CHECK(rules::unit_of_signal(f.rule, f.tag) == "s");
}

}  // namespace message_test
