// tests/unit/rules/check_kinds_test.cpp - A sound rule of every kind, and what each way to spoil it
// is answered with, word for word: these sentences are what an integrator reads.
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "rules/check.h"
#include "rules/forecast.h"

namespace check_kinds_test {

using namespace parkwatch;
using namespace std::chrono_literals;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

Tag tag_of(const std::string& name, const std::string& unit, ValueType type = ValueType::float64) {
  Tag tag;
  tag.name = name;
  tag.unit = unit;
  tag.type = type;
  return tag;
}

class Farm {
 public:
  Farm() {
    for (const char* tank : {"t1", "t2", "t3"}) {
      Tag level = tag_of(std::string{"tf/"} + tank + "/level", "m");
      level.range = Range{0, 12};
      add(level);
    }
    add(tag_of("tf/t1/flow", "m3/h"));
    add(tag_of("tf/t1/ratio", ""));
    add(tag_of("tf/t1/note", "", ValueType::text));
    add(tag_of("tf/t1/pump", "", ValueType::boolean));
    Tag valve = tag_of("tf/t1/valve", "", ValueType::int64);
    valve.enumeration = {{0, "shut", {}}, {1, "open", {}}};
    add(valve);
  }
  void add(const Tag& tag) { tags_[tag.name] = tag; }
  // "key: message" of each mistake, one a line.
  [[nodiscard]] std::string mistakes(const RuleSpec& rule) const {
    const rules::TagLookup lookup = [this](const std::string& name) {
      const auto found = tags_.find(name);
      return found == tags_.end() ? nullptr : &found->second;
    };
    std::string all;
    for (const rules::Mistake& m : rules::check_rule(rule, lookup)) {
      all += m.key + ": " + m.message + "\n";
    }
    return all;
  }

 private:
  std::map<std::string, Tag> tags_;
};

Limit at(Level level, double value, double deadband = 0) {
  return {.level = level, .at = value, .deadband = deadband};
}

RuleSpec base(RuleKind kind, std::vector<std::string> tags) {
  RuleSpec rule;
  rule.id = "rule";
  rule.kind = kind;
  rule.tags = std::move(tags);
  return rule;
}

RuleSpec deviation() {
  RuleSpec rule = base(RuleKind::deviation, {"tf/t1/level"});
  rule.terms = {{"tf/t2/level"}};
  rule.limits = {at(Level::high, 0.3, 0.1), at(Level::high_high, 1, 0.1)};
  return rule;
}

RuleSpec mismatch() {
  RuleSpec rule = base(RuleKind::mismatch, {"tf/t1/valve"});
  rule.terms = {{"tf/t1/pump"}};
  rule.within = 10s;
  return rule;
}

RuleSpec balance() {
  RuleSpec rule = base(RuleKind::balance, {"tf/t1/level"});
  rule.terms = {{"tf/t1/level", 1}, {"tf/t2/level", -1}};
  rule.limits = {at(Level::low, -1), at(Level::high, 1)};
  return rule;
}

RuleSpec vote() {
  RuleSpec rule = base(RuleKind::vote, {"tf/t1/level"});
  rule.terms = {{"tf/t1/level"}, {"tf/t2/level"}, {"tf/t3/level"}};
  rule.trigger.above = 11;
  rule.times = 2;
  return rule;
}

RuleSpec forecast() {
  RuleSpec rule = base(RuleKind::forecast, {"tf/t1/level"});
  rule.over = 10min;
  rule.target = 11;
  rule.limits = {at(Level::low_low, 5), at(Level::low, 20, 1)};
  return rule;
}

RuleSpec drift() {
  RuleSpec rule = base(RuleKind::drift, {"tf/t1/level"});
  rule.per = 1h;
  rule.baseline = 24h;
  rule.slack = 0.1;
  rule.limits = {at(Level::low, -3, 1), at(Level::high, 3, 1)};
  return rule;
}

RuleSpec repeat() {
  RuleSpec rule = base(RuleKind::repeat, {"tf/t1/pump"});
  rule.trigger.states = {1};
  rule.times = 4;
  rule.within = 1h;
  return rule;
}

RuleSpec cumulative() {
  RuleSpec rule = base(RuleKind::cumulative, {"tf/t1/flow"});
  rule.window.aggregate = Aggregate::integral;
  rule.window.period = Period::day;
  rule.window.per = 1h;
  rule.window.gap = 1h;
  rule.limits = {at(Level::high, 800, 10), at(Level::high_high, 1000, 10)};
  return rule;
}

RuleSpec window() {
  RuleSpec rule = base(RuleKind::window, {"tf/t1/level"});
  rule.window.length = 1h;
  rule.limits = {at(Level::high, 9)};
  return rule;
}

RuleSpec rate() {
  RuleSpec rule = base(RuleKind::rate, {"tf/t1/level"});
  rule.per = rule.over = 1min;
  rule.limits = {at(Level::low, -1), at(Level::high, 400)};  // of the slope: no range binds it
  return rule;
}

// What is done to a sound rule, and all that is then said of it.
struct Spoiled {
  const char* how;
  std::function<RuleSpec()> sound;
  std::function<void(RuleSpec&)> spoil;
  std::string said;  // "" where it is still sound
};

void check_all(const std::vector<Spoiled>& cases) {
  const Farm farm;
  for (const Spoiled& c : cases) {
    RuleSpec rule = c.sound();
    CAPTURE(to_text(rule.kind), c.how);
    REQUIRE(farm.mistakes(rule).empty());
    c.spoil(rule);
    CHECK(farm.mistakes(rule) == c.said);
  }
}

}  // namespace

TEST_CASE("check: two tags that should agree", "[rules]") {
  check_all(
      {{"no partner", deviation, [](RuleSpec& r) { r.terms.clear(); },
        "with: names no tag beside `tf/t1/level`\n"},
       {"an unknown partner", deviation, [](RuleSpec& r) { r.terms[0].tag = "tf/t9/level"; },
        "with: unknown tag `tf/t9/level`\n"},
       {"itself", deviation, [](RuleSpec& r) { r.terms[0].tag = "tf/t1/level"; },
        "with: is `tf/t1/level` itself\n"},
       {"a text", deviation, [](RuleSpec& r) { r.terms[0].tag = "tf/t1/note"; },
        "with: `tf/t1/note` is a text; a rule of kind deviation needs numbers\n"},
       {"another unit", deviation, [](RuleSpec& r) { r.terms[0].tag = "tf/t1/flow"; },
        "with: compares two units: `tf/t1/level` is in m, `tf/t1/flow` is in m3/h; give both the "
        "same, or derive a tag that converts\n"},
       {"no unit", deviation, [](RuleSpec& r) { r.terms[0].tag = "tf/t1/ratio"; },
        "with: compares two units: `tf/t1/level` is in m, `tf/t1/ratio` has no unit; give both the "
        "same, or derive a tag that converts\n"},
       {"a distance below 0", deviation, [](RuleSpec& r) { r.limits[0] = at(Level::low, 0.3); },
        "L: a deviation is never below 0: give H or HH\n"},
       {"no way back", deviation, [](RuleSpec& r) { r.limits[0].deadband = 0.3; },
        "deadband: must leave a way back: a deviation is never below 0, so the limit 0.3 less its "
        "deadband 0.3 must be above it\n"},
       {"a limit of nothing", deviation, [](RuleSpec& r) { r.limits[0] = at(Level::high, 0); },
        "H: must leave a way back: a deviation is never below 0, so the limit 0 less its deadband "
        "0 must be above it\n"},
       {"the range does not bind a distance", deviation, [](RuleSpec& r) { r.limits[1].at = 500; },
        ""},
       {"no time to follow", mismatch, [](RuleSpec& r) { r.within = 0s; },
        "within: must be longer than 0, e.g. \"10s\"\n"},
       {"the shortest time to follow", mismatch, [](RuleSpec& r) { r.within = 1us; }, ""},
       {"no command", mismatch, [](RuleSpec& r) { r.terms.clear(); },
        "command: names no tag beside `tf/t1/valve`\n"},
       {"a tolerance below 0", mismatch, [](RuleSpec& r) { r.tolerance = -0.5; },
        "tolerance: must be a finite number, 0 or more\n"},
       {"a tolerance without end", mismatch, [](RuleSpec& r) { r.tolerance = infinite; },
        "tolerance: must be a finite number, 0 or more\n"},
       {"a mismatch needs no limits", mismatch, [](RuleSpec& r) { r.tolerance = 1; }, ""}});
}

TEST_CASE("check: sums of several tags", "[rules]") {
  check_all(
      {{"one term", balance, [](RuleSpec& r) { r.terms.pop_back(); },
        "terms: a balance needs at least two tags\n"},
       {"a weight of nothing", balance, [](RuleSpec& r) { r.terms[1].weight = 0; },
        "terms: the weight of `tf/t2/level` must be a finite number other than 0\n"},
       {"a weight without end", balance, [](RuleSpec& r) { r.terms[0].weight = infinite; },
        "terms: the weight of `tf/t1/level` must be a finite number other than 0\n"},
       {"two units", balance, [](RuleSpec& r) { r.terms[1].tag = "tf/t1/flow"; },
        "terms: adds different units: `tf/t1/level` is in m, `tf/t1/flow` is in m3/h; if the "
        "weights convert them, give the unit of the sum as \"unit\"\n"},
       {"two units and the weights convert", balance,
        [](RuleSpec& r) {
          r.terms[1].tag = "tf/t1/flow";
          r.unit = "m";
        },
        ""},
       {"an unknown first term does not hide the units of the others", balance,
        [](RuleSpec& r) {
          r.terms = {{"tf/t9/level", 1}, {"tf/t1/level", 1}, {"tf/t1/flow", 1}};
        },
        "terms: unknown tag `tf/t9/level`\nterms: adds different units: `tf/t1/level` is in m, "
        "`tf/t1/flow` is in m3/h; if the weights convert them, give the unit of the sum as "
        "\"unit\"\n"},
       {"two tags carry its one alarm", balance,
        [](RuleSpec& r) { r.tags.push_back("tf/t2/level"); },
        "tags: a rule of kind balance has one alarm: name the one tag that carries it\n"},
       {"no limits", balance, [](RuleSpec& r) { r.limits.clear(); },
        "limits: at least one of LL, L, H, HH is needed\n"},
       {"below 0 is a side of its own", balance, [](RuleSpec& r) { r.limits[0].at = -500; }, ""}});
}

TEST_CASE("check: votes", "[rules]") {
  check_all(
      {{"nobody votes", vote, [](RuleSpec& r) { r.terms.clear(); }, "members: matches no tag\n"},
       {"more votes than members", vote, [](RuleSpec& r) { r.times = 4; },
        "k: must be 1 to 3, the number of members, is 4\n"},
       {"no votes", vote, [](RuleSpec& r) { r.times = 0; },
        "k: must be 1 to 3, the number of members, is 0\n"},
       {"all must vote", vote, [](RuleSpec& r) { r.times = 3; }, ""},
       {"one is enough", vote, [](RuleSpec& r) { r.times = 1; }, ""},
       {"two units against one number", vote, [](RuleSpec& r) { r.terms[2].tag = "tf/t1/flow"; },
        "members: compares two units with one number: `tf/t1/level` is in m, `tf/t1/flow` is in "
        "m3/h\n"},
       {"states need no unit", vote,
        [](RuleSpec& r) {
          r.terms[2].tag = "tf/t1/flow";
          r.trigger = {};
          r.trigger.states = {3};
        },
        ""},
       {"a state that a member does not have", vote,
        [](RuleSpec& r) {
          r.terms = {{"tf/t1/valve"}, {"tf/t1/pump"}};
          r.trigger = {};
          r.trigger.states = {2};
        },
        "states: 2 is no state of `tf/t1/valve`: it has 0 shut, 1 open\n"
        "states: 2 is no state of `tf/t1/pump`: it is 0 or 1\n"},
       {"when does it count", vote, [](RuleSpec& r) { r.trigger = {}; },
        "above: is missing: when does it count? One of above, below and states\n"},
       {"every number counts", vote, [](RuleSpec& r) { r.trigger.below = 11.5; },
        "above: and below are met by every number\n"},
       {"outside of a band", vote, [](RuleSpec& r) { r.trigger.below = 11; }, ""},
       {"above its range", vote, [](RuleSpec& r) { r.trigger.above = 12; },
        "above: 12 is never passed inside the range 0 to 12 of `tf/t1/level`\n"},
       {"below its range", vote,
        [](RuleSpec& r) {
          r.trigger = {};
          r.trigger.below = 0;
        },
        "below: 0 is never passed inside the range 0 to 12 of `tf/t1/level`\n"}});
}

TEST_CASE("check: the time until a value is reached", "[rules]") {
  const std::string minutes = "must be above 0 minutes, and below a year with its deadband\n";
  check_all({{"too short a slope", forecast, [](RuleSpec& r) { r.over = 999'999us; },
              "over: must be at least \"1s\", e.g. \"10m\"\n"},
             {"the shortest slope", forecast, [](RuleSpec& r) { r.over = 1s; }, ""},
             {"a target without end", forecast, [](RuleSpec& r) { r.target = infinite; },
              "target: is no finite number\ntarget: inf is outside the range 0 to 12 of "
              "`tf/t1/level`\n"},
             {"a target out of range", forecast, [](RuleSpec& r) { r.target = 12.5; },
              "target: 12.5 is outside the range 0 to 12 of `tf/t1/level`\n"},
             {"below the range", forecast, [](RuleSpec& r) { r.target = -0.5; },
              "target: -0.5 is outside the range 0 to 12 of `tf/t1/level`\n"},
             {"at the end of the range", forecast, [](RuleSpec& r) { r.target = 12; }, ""},
             {"at its beginning", forecast, [](RuleSpec& r) { r.target = 0; }, ""},
             {"a high side", forecast, [](RuleSpec& r) { r.limits = {at(Level::high, 20)}; },
              "H: the signal is the time left, in minutes: give L or LL\n"},
             {"no minutes", forecast, [](RuleSpec& r) { r.limits[0].at = 0; }, "LL: " + minutes},
             {"a year", forecast,
              [](RuleSpec& r) { r.limits[1] = at(Level::low, rules::ForecastSignal::minutes_max); },
              "L: " + minutes},
             {"a year with its deadband", forecast,
              [](RuleSpec& r) { r.limits[1] = at(Level::low, 527'000, 40); }, "L: " + minutes},
             {"less than a year with its deadband", forecast,
              [](RuleSpec& r) { r.limits[1] = at(Level::low, 527'000, 39); }, ""}});
}

TEST_CASE("check: slow departures", "[rules]") {
  const std::string sides = "H and HH are above 0 (a drift up), L and LL below\n";
  check_all({{"no unit of time", drift, [](RuleSpec& r) { r.per = 0s; },
              "per: must be longer than 0, e.g. \"1h\"\n"},
             {"a baseline no longer than per", drift, [](RuleSpec& r) { r.baseline = r.per; },
              "baseline: must be longer than per, e.g. \"24h\"\n"},
             {"hardly longer", drift, [](RuleSpec& r) { r.baseline = r.per + 1us; }, ""},
             {"a slack below 0", drift, [](RuleSpec& r) { r.slack = -1; },
              "slack: must be a finite number, 0 or more\n"},
             {"a slack that is none", drift, [](RuleSpec& r) { r.slack = std::nan(""); },
              "slack: must be a finite number, 0 or more\n"},
             {"no slack", drift, [](RuleSpec& r) { r.slack = 0; }, ""},
             {"down is below 0", drift, [](RuleSpec& r) { r.limits = {at(Level::low, 2)}; },
              "L: " + sides},
             {"up is above 0", drift, [](RuleSpec& r) { r.limits = {at(Level::high, -3)}; },
              "H: " + sides},
             {"no drift is no level", drift, [](RuleSpec& r) { r.limits = {at(Level::low, 0)}; },
              "L: " + sides},
             {"nor is it up", drift, [](RuleSpec& r) { r.limits = {at(Level::high, 0)}; },
              "H: " + sides}});
}

TEST_CASE("check: what happens too often", "[rules]") {
  check_all({{"never", repeat, [](RuleSpec& r) { r.times = 0; }, "times: must be 1 to 1000\n"},
             {"more than is kept", repeat, [](RuleSpec& r) { r.times = 1001; },
              "times: must be 1 to 1000\n"},
             {"as much as is kept", repeat, [](RuleSpec& r) { r.times = 1000; }, ""},
             {"in no time", repeat, [](RuleSpec& r) { r.within = 0s; },
              "within: must be longer than 0, e.g. \"1h\"\n"},
             {"a state that it does not have", repeat,
              [](RuleSpec& r) {
                r.trigger.states = {1, 2};
              },
              "states: 2 is no state of `tf/t1/pump`: it is 0 or 1\n"},
             {"a word that it does not have", repeat,
              [](RuleSpec& r) {
                r.tags = {"tf/t1/valve"};
                r.trigger.states = {7};
              },
              "states: 7 is no state of `tf/t1/valve`: it has 0 shut, 1 open\n"},
             {"when does it count", repeat, [](RuleSpec& r) { r.trigger = {}; },
              "above: is missing: when does it count? One of above, below and states\n"}});
}

TEST_CASE("check: totals, windows and slopes", "[rules]") {
  check_all(
      {{"no period", cumulative, [](RuleSpec& r) { r.window.period = Period::fixed; },
        "period: a total needs a period: hour, day, week, month\n"},
       {"no unit of time", cumulative, [](RuleSpec& r) { r.window.per = 0s; },
        "per: must be longer than 0, e.g. \"1h\" for m3/h\n"},
       {"no gap", cumulative, [](RuleSpec& r) { r.window.gap = 0s; },
        "gap: must be longer than 0, e.g. \"1h\"\n"},
       {"a counter needs neither", cumulative,
        [](RuleSpec& r) {
          r.window.aggregate = Aggregate::increase;
          r.window.per = r.window.gap = 0s;
        },
        ""},
       {"a total below 0", cumulative, [](RuleSpec& r) { r.limits[0] = at(Level::low, 5); },
        "L: a total is never below 0: give H or HH\n"},
       {"no way back", cumulative, [](RuleSpec& r) { r.limits = {at(Level::high, 10, 11)}; },
        "deadband: must leave a way back: a total is never below 0, so the limit 10 less its "
        "deadband 11 must be above it\n"},
       {"too short a window", window, [](RuleSpec& r) { r.window.length = 999'999us; },
        "length: must be at least \"1s\"\n"},
       {"a period has its own length", window,
        [](RuleSpec& r) {
          r.window.period = Period::month;
          r.window.length = 0s;
        },
        ""},
       {"a period does not slide", window,
        [](RuleSpec& r) {
          r.window.period = Period::day;
          r.window.calendar = false;
        },
        "calendar: a sliding window has a length in time, such as \"24h\"\n"},
       {"no values", window, [](RuleSpec& r) { r.window.count_min = 0; },
        "count_min: must be at least 1\n"},
       {"the range binds a smallest value", window,
        [](RuleSpec& r) {
          r.window.aggregate = Aggregate::min;
          r.limits[0].at = 12;
        },
        "H: 12 is never passed inside the range 0 to 12 of `tf/t1/level` (values outside it are "
        "bad)\n"},
       {"and a largest one", window,
        [](RuleSpec& r) {
          r.window.aggregate = Aggregate::max;
          r.limits[0] = at(Level::low, 0);
        },
        "L: 0 is never passed inside the range 0 to 12 of `tf/t1/level` (values outside it are "
        "bad)\n"},
       {"but no count and no spread", window,
        [](RuleSpec& r) {
          r.window.aggregate = Aggregate::count;
          r.limits[0].at = 3600;
        },
        ""},
       {"no unit of time", rate, [](RuleSpec& r) { r.per = 0s; },
        "per: must be longer than 0, e.g. \"1m\"\n"},
       {"no time for the slope", rate, [](RuleSpec& r) { r.over = 0s; },
        "over: must be longer than 0, e.g. \"1m\"\n"}});
}

}  // namespace check_kinds_test
