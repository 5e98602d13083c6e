// tests/unit/rules/message_words_test.cpp - What each kind of rule says of itself, word for word,
// and every corner of a placeholder.
#include <catch2/catch.hpp>
#include <cmath>

#include "rules/check.h"
#include "rules/message.h"

namespace message_words_test {

using namespace parkwatch;
using namespace std::chrono_literals;

namespace {

struct Said {
  RuleKind kind;
  const char* zh;
  const char* en;
};

struct Scene {
  RuleSpec rule;
  Tag tag;
  explicit Scene(RuleKind kind = RuleKind::limit) {
    rule.id = "r1";
    rule.group = "g1";
    rule.kind = kind;
    rule.tags = {"tf/t0/level", "tf/t1/level"};
    rule.terms = {{"tf/t0/level2"}, {"tf/t1/level2"}};
    rule.target = 11;
    tag.name = "tf/t1/level";
    tag.unit = "m";
    tag.description = {"T1 液位", "T1 level"};
    tag.decimals = 2;
  }
  [[nodiscard]] rules::MessageContext context(double value = 9.5, double limit = 9) const {
    return {rule, tag, Level::high, Priority::critical, value, limit, "m"};
  }
  [[nodiscard]] std::string en(const std::string& text) const {
    return rules::render({"", text}, context()).en;
  }
  [[nodiscard]] std::string zh(const std::string& text) const {
    return rules::render({text, ""}, context()).zh;
  }
};

}  // namespace

TEST_CASE("message: every kind says of itself what is wrong, in both languages", "[rules]") {
  const Said all[] = {
      {RuleKind::limit, "T1 液位 高限报警：9.5m（限值 9m）", "T1 level H: 9.5 m (limit 9 m)"},
      {RuleKind::state, "T1 液位 状态异常：9.5", "T1 level is in state 9.5"},
      {RuleKind::rate, "T1 液位 变化率高限报警：9.5m（限值 9m）",
       "T1 level changes too fast, H: 9.5 m (limit 9 m)"},
      {RuleKind::stale, "T1 液位 超过 9 秒无数据", "T1 level silent for more than 9 s"},
      {RuleKind::window, "T1 液位 统计值高限报警：9.5m（限值 9m）",
       "T1 level over its period, H: 9.5 m (limit 9 m)"},
      {RuleKind::expr, "T1 液位 报警：条件 r1 成立", "T1 level: condition r1 holds"},
      {RuleKind::deviation, "T1 液位 与 tf/t1/level2 偏差高限报警：9.5m（限值 9m）",
       "T1 level and tf/t1/level2 differ, H: 9.5 m (limit 9 m)"},
      {RuleKind::balance, "T1 液位 平衡差高限报警：9.5m（限值 9m）",
       "T1 level out of balance, H: 9.5 m (limit 9 m)"},
      {RuleKind::vote, "T1 液位 表决报警：9.5 个成立（至少 9 个）",
       "T1 level: 9.5 vote for an alarm (9 needed)"},
      {RuleKind::mismatch, "T1 液位 未在 9 秒内按 tf/t1/level2 动作，现为 9.5",
       "T1 level did not follow tf/t1/level2 within 9 s, it is 9.5"},
      {RuleKind::forecast, "T1 液位 预计 9.5 分钟后达到 11（限值 9 分钟）",
       "T1 level reaches 11 in 9.5 min (limit 9 min)"},
      {RuleKind::drift, "T1 液位 漂移高限报警：9.5m（限值 9m）",
       "T1 level drifts, H: 9.5 m (limit 9 m)"},
      {RuleKind::repeat, "T1 液位 反复发生：9.5 次（限值 9 次）",
       "T1 level happened 9.5 times (limit 9)"},
      {RuleKind::cumulative, "T1 液位 累计量高限报警：9.5m（限值 9m）",
       "T1 level total, H: 9.5 m (limit 9 m)"}};
  for (const Said& said : all) {
    const Scene scene{said.kind};
    const Text text = rules::render_message(scene.context());
    CAPTURE(to_text(said.kind));
    CHECK(text.zh == said.zh);
    CHECK(text.en == said.en);
  }
  // As many as there are kinds: a new one needs its line here.
  CHECK_FALSE(to_text(static_cast<RuleKind>(std::size(all) - 1)).empty());
  CHECK(to_text(static_cast<RuleKind>(std::size(all) - 1)) == "cumulative");
}

TEST_CASE("message: levels and priorities have their words in both languages", "[rules]") {
  Scene scene;
  rules::MessageContext context = scene.context();
  const auto said = [&](Level level, Priority priority) {
    context.level = level;
    context.priority = priority;
    const std::string both = "{level} {priority}";
    const Text text = rules::render({both, both}, context);
    return text.zh + "|" + text.en;
  };
  CHECK(said(Level::low_low, Priority::low) == "低低 低|LL low");
  CHECK(said(Level::low, Priority::medium) == "低 中|L medium");
  CHECK(said(Level::on, Priority::high) == "报警 高|on high");
  CHECK(said(Level::high, Priority::critical) == "高 紧急|H critical");
  CHECK(said(Level::high_high, Priority::critical) == "高高 紧急|HH critical");
  CHECK(said(Level::none, Priority::low) == " 低| low");
}

TEST_CASE("message: a partner is that of the rule's own tag, and only where there is one",
          "[rules]") {
  Scene scene{RuleKind::deviation};
  CHECK(scene.en("{other}") == "tf/t1/level2");
  scene.tag.name = "tf/t0/level";
  CHECK(scene.en("{other}") == "tf/t0/level2");
  scene.tag.name = "tf/t9/level";  // not one of the rule's
  CHECK(scene.en("<{other}>") == "<>");
  scene.rule.kind = RuleKind::balance;  // its terms are no partners
  scene.tag.name = "tf/t0/level";
  CHECK(scene.en("<{other}>") == "<{other}>");
  using Names = std::vector<std::string>;
  const auto last_of = [](RuleKind kind) { return rules::message_placeholders(kind).back(); };
  CHECK(last_of(RuleKind::deviation) == "other");
  CHECK(last_of(RuleKind::mismatch) == "other");
  CHECK(last_of(RuleKind::forecast) == "target");
  CHECK(rules::message_placeholders(RuleKind::balance) ==
        Names{"tag", "site", "device", "quantity", "description", "value", "limit", "unit", "level",
              "priority", "rule", "group"});
}

TEST_CASE("message: names of more or fewer than three levels", "[rules]") {
  Scene scene;
  const std::string parts = "{site}|{device}|{quantity}";
  scene.tag.name = "a/b/c/d";
  CHECK(scene.en(parts) == "a|b|d");
  scene.tag.name = "a/b";
  CHECK(scene.en(parts) == "a|b|b");
  scene.tag.name = "a";
  CHECK(scene.en(parts) == "a||a");
}

TEST_CASE("message: a description in one language stands for both, none for the name", "[rules]") {
  Scene scene;
  scene.tag.description = {"液位", ""};
  CHECK(scene.en("{description}") == "液位");
  scene.tag.description = {"", "level"};
  CHECK(scene.zh("{description}") == "level");
  scene.tag.description = {};
  CHECK(scene.zh("{description}") == "tf/t1/level");
}

TEST_CASE("message: numbers have the tag's decimals less their trailing zeros, or those asked for",
          "[rules]") {
  Scene scene;
  const auto said = [&](const std::string& format, double value, int decimals) {
    scene.tag.decimals = decimals;
    return rules::render({"", format}, scene.context(value)).en;
  };
  CHECK(said("{value}", 9.5, 3) == "9.5");
  CHECK(said("{value}", 9, 3) == "9");
  CHECK(said("{value}", 100, 0) == "100");  // no decimal point: these zeros stay
  CHECK(said("{value}", 0.0004, 3) == "0");
  CHECK(said("{value}", 1234567.891, 3) == "1234567.891");
  CHECK(said("{value:.2f}", 9.5, 0) == "9.50");
  CHECK(said("{value:.0f}", 9.6, 3) == "10");
  CHECK(said("{value:.9f}", 0.1, 0) == "0.100000000");
  CHECK(said("{value:.12f}", 9.56, 1) == "9.6");  // more than nine digits: the tag's
  CHECK(said("{value:.f}", 9.56, 1) == "9.6");
  CHECK(said("{value:2f}", 9.56, 1) == "9.6");
  CHECK(said("{value:.2g}", 9.56, 1) == "9.6");
  CHECK(said("{value:.xf}", 9.56, 1) == "9.6");
  CHECK(said("{value:.:f}", 9.56, 1) == "9.6");  // ':' follows '9'
  CHECK(said("{value:./f}", 9.56, 1) == "9.6");  // '/' is before '0'
  CHECK(said("{value:}", 9.5, 3) == "9.5");
  CHECK(said("{limit:.1f}", 1, 3) == "9.0");
  // The longest number that there is fits.
  CHECK(said("{value:.9f}", -1.7976931348623157e308, 0).size() == 320);
}

TEST_CASE("message: a state's own words, then its word, then its number", "[rules]") {
  for (const RuleKind kind : {RuleKind::state, RuleKind::mismatch}) {
    Scene scene{kind};
    scene.tag.enumeration = {{9, "open", {"开", "opened"}}, {8, "shut", {}}};
    const auto said = [&](double value) {
      const Text text = rules::render({"{value}", "{value}"}, scene.context(value));
      return text.zh + "|" + text.en;
    };
    CHECK(said(9) == "开|opened");
    CHECK(said(8) == "shut|shut");
    CHECK(said(7) == "7|7");
    CHECK(said(9.5) == "9.5|9.5");
  }
  Scene scene{RuleKind::repeat};  // its value is a count, whatever the words of the tag
  scene.tag.enumeration = {{9, "open", {}}};
  CHECK(rules::render({"", "{value}"}, scene.context(9)).en == "9");
}

TEST_CASE("message: braces and what only looks like a placeholder", "[rules]") {
  const Scene scene;
  CHECK(scene.en("{{{unit}}}") == "{m}");
  CHECK(scene.en("}{unit}{") == "}m{");
  CHECK(scene.en("{}") == "{}");
  CHECK(scene.en("{unit") == "{unit");
  CHECK(scene.en("unit}") == "unit}");
  CHECK(scene.en("{Unit}{ unit}{unit }") == "{Unit}{ unit}{unit }");
  CHECK(scene.en("{other:.1f}{nothing:.1f}") == "{other:.1f}{nothing:.1f}");
  CHECK(scene.en("") == "");
}

TEST_CASE("message: what a placeholder brings in is not looked at again", "[rules]") {
  Scene scene;
  scene.tag.description.en = "{value} {{";
  CHECK(scene.en("{description}") == "{value} {{");
}

TEST_CASE("message: a text is cut at 2000 bytes, wherever a character ends", "[rules]") {
  const Scene scene;
  CHECK(scene.en(std::string(2000, 'x')).size() == 2000);
  CHECK(scene.en(std::string(2001, 'x')).size() == 2000);
  for (std::size_t before = 0; before < 4; ++before) {
    std::string text(1997 + before, 'x');
    text += "液体";
    const std::string cut = scene.en(text);
    CAPTURE(before);
    // 1997 + 3 fits exactly; from then on the character does not.
    CHECK(cut == (before == 0 ? text.substr(0, 2000) : std::string(1997 + before, 'x')));
  }
  std::string many;
  for (int i = 0; i < 500; ++i) many += "{description}";
  CHECK(scene.zh(many).size() <= rules::message_bytes_max);
}

TEST_CASE("message: a rule's own text in one language is used for both, never a default beside it",
          "[rules]") {
  Scene scene;
  scene.rule.message = {"甲 {level}", ""};
  Text text = rules::render_message(scene.context());
  CHECK(text.zh == "甲 高");
  CHECK(text.en == "甲 H");
  scene.rule.message = {"", "A {level}"};
  text = rules::render_message(scene.context());
  CHECK(text.zh == "A 高");
  CHECK(text.en == "A H");
  scene.rule.message = {"甲", "A"};
  text = rules::render_message(scene.context());
  CHECK(text.zh == "甲");
  CHECK(text.en == "A");
}

TEST_CASE("message: the unit of a product loses the time that it was multiplied with", "[rules]") {
  Scene scene{RuleKind::cumulative};
  scene.rule.window.aggregate = Aggregate::integral;
  const auto unit = [&](const std::string& of_tag, Duration per) {
    scene.tag.unit = of_tag;
    scene.rule.window.per = scene.rule.per = per;
    return rules::unit_of_signal(scene.rule, scene.tag);
  };
  CHECK(unit("m3/h", 1h) == "m3");
  CHECK(unit("L/s", 1s) == "L");
  CHECK(unit("kg/min", 1min) == "kg");
  CHECK(unit("t/d", 24h) == "t");
  CHECK(unit("m3/h", 1min) == "m3/h·min");
  CHECK(unit("kW", 1h) == "kW·h");
  CHECK(unit("", 1h) == "h");
  CHECK(unit("/h", 1h) == "/h·h");  // nothing would be left
  CHECK(unit("m", 10s) == "m·(10s)");
  scene.rule.window.aggregate = Aggregate::increase;
  CHECK(unit("kWh", 1h) == "kWh");
  scene.rule.kind = RuleKind::drift;
  CHECK(unit("mg/L", 1h) == "mg/L·h");
  scene.rule.kind = RuleKind::rate;
  CHECK(unit("m", 24h) == "m/d");
  CHECK(unit("m", 1s) == "m/s");
  CHECK(unit("m", 1h) == "m/h");
}

TEST_CASE("message: the unit of a signal without one, and one that is given", "[rules]") {
  Scene scene;
  const auto unit = [&](RuleKind kind) {
    scene.rule.kind = kind;
    return rules::unit_of_signal(scene.rule, scene.tag);
  };
  CHECK(unit(RuleKind::forecast) == "min");
  CHECK(unit(RuleKind::vote).empty());
  CHECK(unit(RuleKind::repeat).empty());
  for (const RuleKind kind : {RuleKind::limit, RuleKind::state, RuleKind::expr, RuleKind::deviation,
                              RuleKind::balance, RuleKind::mismatch}) {
    CAPTURE(to_text(kind));
    CHECK(unit(kind) == "m");
  }
  scene.rule.unit = "kg";
  CHECK(unit(RuleKind::balance) == "kg");
  CHECK(unit(RuleKind::vote) == "kg");
}

}  // namespace message_words_test
