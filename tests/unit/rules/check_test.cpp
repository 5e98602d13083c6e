// tests/unit/rules/check_test.cpp - Every mistake that an integrator can make in a rule has its
// words.
#include "rules/check.h"

#include <catch2/catch.hpp>
#include <map>

namespace check_test {

using namespace parkwatch;
using namespace std::chrono_literals;

namespace {

class Site {
 public:
  Site() {
    Tag level;
    level.name = "tank/t101/level";
    level.range = Range{0, 100};
    add(level);
    Tag valve;
    valve.name = "tank/t101/valve";
    valve.type = ValueType::int64;
    valve.enumeration = {{0, "closed", {}}, {1, "open", {}}};
    add(valve);
    Tag note;
    note.name = "tank/t101/note";
    note.type = ValueType::text;
    add(note);
    Tag pump;
    pump.name = "tank/t101/pump";
    pump.type = ValueType::boolean;
    add(pump);
  }
  void add(const Tag& tag) { tags_[tag.name] = tag; }
  [[nodiscard]] rules::TagLookup lookup() const {
    return [this](const std::string& name) {
      const auto found = tags_.find(name);
      return found == tags_.end() ? nullptr : &found->second;
    };
  }

 private:
  std::map<std::string, Tag> tags_;
};

RuleSpec limit_rule() {
  RuleSpec rule;
  rule.id = "level";
  rule.tags = {"tank/t101/level"};
  rule.limits = {{.level = Level::low_low, .at = 5, .deadband = 1},
                 {.level = Level::low, .at = 10, .deadband = 1},
                 {.level = Level::high, .at = 80, .deadband = 2},
                 {.level = Level::high_high, .at = 90, .deadband = 2}};
  rule.group = "tanks";
  return rule;
}

RuleSpec rule_of(RuleKind kind) {
  RuleSpec rule = limit_rule();
  rule.kind = kind;
  return rule;
}

// "key: message" of each mistake, one a line.
std::string mistakes_of(const RuleSpec& rule) {
  const Site site;
  std::string all;
  for (const rules::Mistake& m : rules::check_rule(rule, site.lookup())) {
    all += m.key + ": " + m.message + "\n";
  }
  return all;
}

}  // namespace

TEST_CASE("check: a sound limit set has no mistake", "[rules]") {
  CHECK(mistakes_of(limit_rule()).empty());
}

TEST_CASE("check: an unknown tag is named", "[rules]") {
  RuleSpec rule = limit_rule();
  rule.tags.push_back("tank/t102/level");
  CHECK(mistakes_of(rule) == "tags: unknown tag `tank/t102/level`\n");
  rule.tags.clear();
  CHECK(mistakes_of(rule) == "tags: the rule matches no tag\n");
}

TEST_CASE("check: a text under a numeric kind is refused, but may go stale", "[rules]") {
  for (const RuleKind kind : {RuleKind::limit, RuleKind::rate, RuleKind::window, RuleKind::state}) {
    RuleSpec rule = rule_of(kind);
    rule.tags = {"tank/t101/note"};
    rule.per = rule.over = 1min;
    rule.window.length = 1min;
    rule.states = {1};
    CAPTURE(to_text(kind));
    CHECK_THAT(mistakes_of(rule), Catch::StartsWith("tags: `tank/t101/note` is a text"));
  }
  RuleSpec stale = rule_of(RuleKind::stale);
  stale.tags = {"tank/t101/note"};
  stale.after = 10s;
  CHECK(mistakes_of(stale).empty());
}

TEST_CASE("check: limits out of order or twice are refused", "[rules]") {
  RuleSpec rule = limit_rule();
  rule.limits[3].at = 80;
  CHECK(mistakes_of(rule) == "HH: must be above H: 80 is not above 80\n");
  rule = limit_rule();
  rule.limits[3].level = Level::high;
  CHECK_THAT(mistakes_of(rule), Catch::StartsWith("H: levels must be given once each"));
  rule.limits.clear();
  CHECK(mistakes_of(rule) == "limits: at least one of LL, L, H, HH is needed\n");
  rule.limits = {{.level = Level::on, .at = 5}};
  CHECK_THAT(mistakes_of(rule), Catch::StartsWith("limits: a limit is one of"));
}

TEST_CASE("check: a deadband as wide as the gap to the neighbour is refused", "[rules]") {
  struct Case {
    std::size_t limit;
    double deadband;
    bool good;
  };
  // Gaps: LL-L 5, L-H 70, H-HH 10. A deadband reaches towards the inside.
  const Case cases[] = {{0, 4.9, true},  {0, 5, false},  {1, 5, true},   {1, 70, false},
                        {2, 69.9, true}, {2, 70, false}, {3, 9.9, true}, {3, 10, false}};
  for (const Case& c : cases) {
    RuleSpec rule = limit_rule();
    rule.limits[c.limit].deadband = c.deadband;
    CAPTURE(c.limit, c.deadband);
    CHECK(mistakes_of(rule).empty() == c.good);
    if (!c.good) CHECK_THAT(mistakes_of(rule), Catch::StartsWith("deadband: the deadband"));
  }
  RuleSpec rule = limit_rule();
  rule.limits[0].deadband = -1;
  CHECK(mistakes_of(rule) == "deadband: must be a finite number, 0 or more\n");
}

TEST_CASE("check: a limit that no good value can pass is refused", "[rules]") {
  RuleSpec rule = limit_rule();
  rule.limits[3].at = 100;  // above it lies only what is bad
  CHECK_THAT(mistakes_of(rule), Catch::StartsWith("HH: 100 is never passed inside the range"));
  rule.limits[3].at = 101;
  CHECK_THAT(mistakes_of(rule), Catch::StartsWith("HH: 101 is never passed"));
  rule = limit_rule();
  rule.limits[0].at = 0;
  CHECK_THAT(mistakes_of(rule), Catch::StartsWith("LL: 0 is never passed"));
}

TEST_CASE("check: a limit from which no good value leads back is refused", "[rules]") {
  RuleSpec rule = limit_rule();
  rule.limits.erase(rule.limits.begin(), rule.limits.begin() + 2);  // H and HH stay
  rule.limits[0].deadband = rule.limits[0].at;
  CHECK_THAT(mistakes_of(rule), Catch::StartsWith("deadband: must leave a way back"));
  rule.limits[0].at = 0;
  rule.limits[0].deadband = 0;
  CHECK_THAT(mistakes_of(rule), Catch::StartsWith("H: must leave a way back"));
  rule = limit_rule();
  rule.limits.erase(rule.limits.begin() + 1, rule.limits.end());  // LL
  rule.limits[0].deadband = 100 - rule.limits[0].at;
  CHECK_THAT(mistakes_of(rule), Catch::StartsWith("deadband: must leave a way back"));
}

TEST_CASE("check: the range binds a window's average but not its sum", "[rules]") {
  RuleSpec rule = rule_of(RuleKind::window);
  rule.window.length = 1h;
  rule.limits[3].at = 500;
  CHECK_THAT(mistakes_of(rule), Catch::StartsWith("HH: 500 is never passed"));
  rule.window.aggregate = Aggregate::sum;
  CHECK(mistakes_of(rule).empty());
}

TEST_CASE("check: states must be states of the tag", "[rules]") {
  RuleSpec rule = rule_of(RuleKind::state);
  rule.tags = {"tank/t101/valve"};
  rule.states = {1};
  CHECK(mistakes_of(rule).empty());
  rule.states = {2};
  CHECK(mistakes_of(rule) ==
        "states: 2 is no state of `tank/t101/valve`: it has 0 closed, 1 open\n");
  rule.states = {};
  CHECK(mistakes_of(rule) == "states: at least one alarming state is needed\n");
  rule.tags = {"tank/t101/pump"};
  rule.states = {2};
  CHECK(mistakes_of(rule) == "states: 2 is no state of `tank/t101/pump`: it is 0 or 1\n");
}

TEST_CASE("check: times that a kind needs must be longer than nothing", "[rules]") {
  RuleSpec rule = rule_of(RuleKind::rate);
  CHECK_THAT(mistakes_of(rule),
             Catch::Contains("per: must be") && Catch::Contains("over: must be"));
  rule = rule_of(RuleKind::stale);
  CHECK_THAT(mistakes_of(rule), Catch::StartsWith("after: must be longer"));
  rule = rule_of(RuleKind::window);
  rule.window.count_min = 0;
  CHECK_THAT(mistakes_of(rule), Catch::Contains("length:") && Catch::Contains("count_min:"));
  rule = limit_rule();
  rule.on_delay = -1s;
  rule.limits[0].off_delay = -1s;
  CHECK_THAT(mistakes_of(rule), Catch::Contains("on_delay:") && Catch::Contains("off_delay:"));
}

TEST_CASE("check: an expression compiles and names known numbers", "[rules]") {
  RuleSpec rule = rule_of(RuleKind::expr);
  rule.expression = "`tank/t101/level` > 50 && `tank/t101/valve` == 1";
  CHECK(mistakes_of(rule).empty());
  rule.expression = "`tank/t102/level` > 50";
  CHECK(mistakes_of(rule) == "expression: unknown tag `tank/t102/level`\n");
  rule.expression = "`tank/t101/note` == 1";
  CHECK_THAT(mistakes_of(rule), Catch::Contains("is a text"));
  rule.expression = "1 > 2";
  CHECK_THAT(mistakes_of(rule), Catch::StartsWith("expression: names no tag"));
  rule.expression = "`tank/t101/level` >";
  CHECK_THAT(mistakes_of(rule), Catch::StartsWith("expression: "));
  rule.expression = "`tank/t101/level` > 1";
  rule.tags.push_back("tank/t101/valve");
  CHECK_THAT(mistakes_of(rule), Catch::StartsWith("tags: a rule of kind expr has one alarm"));
}

TEST_CASE("check: derived tags in a circle are found, however long", "[rules]") {
  Site site;
  const auto derived = [](std::string name, std::string expression) {
    Tag tag;
    tag.name = std::move(name);
    tag.expression = std::move(expression);
    return tag;
  };
  const Tag a = derived("x/a", "`x/b` + 1");
  site.add(a);
  site.add(derived("x/b", "`x/c` + `tank/t101/level`"));
  site.add(derived("x/c", "`x/a` * 2"));
  const auto mistakes = rules::check_derived(a, site.lookup());
  REQUIRE(mistakes.size() == 1);
  CHECK(mistakes[0].message == "`x/a` is computed from itself");

  site.add(derived("x/c", "`tank/t101/level` * 2"));
  CHECK(rules::check_derived(a, site.lookup()).empty());
  const Tag itself = derived("x/d", "`x/d`");
  site.add(itself);
  CHECK(rules::check_derived(itself, site.lookup()).size() == 1);
  CHECK(rules::check_derived(derived("x/e", "`no/such/tag`"), site.lookup()).size() == 1);
  CHECK(rules::check_derived(derived("x/e", "1 +"), site.lookup()).size() == 1);
}

TEST_CASE("check: the tags of an expression come once, in order", "[rules]") {
  CHECK(rules::tags_of_expression("`b/c/d` + `a/b/c` - `b/c/d`") ==
        std::vector<std::string>{"b/c/d", "a/b/c"});
  CHECK(rules::tags_of_expression("`open").empty());
  CHECK(rules::tags_of_expression("").empty());
}

}  // namespace check_test
