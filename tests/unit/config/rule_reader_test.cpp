// tests/unit/config/rule_reader_test.cpp - [[rule]] tables of every kind, and each way to get one
// wrong.
#include "config/rule_reader.h"

#include <catch2/catch.hpp>

#include "given.h"

namespace rule_reader_test {

using namespace parkwatch;
using namespace parkwatch::config;
using namespace std::chrono_literals;

namespace {

// Lines 6 to 21.
const std::string tags = R"([[tag]]
name = "t/1/level"
unit = "m"
range = [0, 10]
[[tag]]
name = "t/2/level"
unit = "m"
range = [0, 20]
[[tag]]
name = "t/1/valve"
states = [{ number = 0, word = "closed" }, { number = 1, word = "open" }]
[[tag]]
name = "t/2/valve"
states = [{ number = 0, word = "open" }, { number = 5, word = "half" }]
[[tag]]
name = "t/1/run"
type = "boolean"
[[tag]]
name = "t/1/name"
type = "text"
)";
const int first_line = 26;  // of what follows

RuleSpec rule_of(const std::string& text) {
  const Loaded got = given(tags + "[[rule]]\nid = \"r\"\n" + text);
  CHECK(got.said() == "");
  REQUIRE(got.config);
  REQUIRE(got.config->plant->rules.size() == 1);
  return got.config->plant->rules[0];
}

// What is said of a rule whose first line is `first_line` + 2, without file and line; "" for none.
std::string said_of(const std::string& text) {
  const Loaded got = given(tags + "[[rule]]\nid = \"r\"\n" + text);
  std::string said;
  for (const Diagnostic& d : got.out) {
    CHECK(d.where.file == "p.toml");
    CHECK(d.where.line >= static_cast<std::uint32_t>(first_line));
    said += std::to_string(static_cast<int>(d.where.line) - first_line - 1) + ' ' + d.key + ": " +
            d.message + '\n';
  }
  CHECK((got.config == nullptr) == !said.empty());
  return said;
}

}  // namespace

TEST_CASE("rule: a limit set takes what its levels do not say from the rule", "[config]") {
  const RuleSpec rule = rule_of(R"(kind = "limit"
tags = ["t/1/level"]
unit = "m"
priority = "low"
on_delay = "5s"
off_delay = "1s"
deadband = "2%"
LL = 1
H = { at = 8, priority = "high" }
HH = { at = 9, priority = "critical", on_delay = "0s", off_delay = "2s", deadband = 0.5 }
message = { zh = "高", en = "{device} {value:.1f}" }
guidance = ["one", "two"]
group = "tanks"
)");
  RuleSpec wanted;
  wanted.id = "r";
  wanted.kind = RuleKind::limit;
  wanted.tags = {"t/1/level"};
  wanted.limits = {{Level::low_low, 1, 0.2, 5s, 1s, Priority::low},
                   {Level::high, 8, 0.2, 5s, 1s, Priority::high},
                   {Level::high_high, 9, 0.5, 0s, 2s, Priority::critical}};
  wanted.priority = Priority::low;
  wanted.on_delay = 5s;
  wanted.off_delay = 1s;
  wanted.message = {"高", "{device} {value:.1f}"};
  wanted.guidance = {"one\ntwo", "one\ntwo"};
  wanted.group = "tanks";
  CHECK(rule == wanted);
}

TEST_CASE("rule: state takes words, numbers and booleans", "[config]") {
  CHECK(rule_of("kind = \"state\"\ntags = [\"t/1/valve\"]\nstates = [\"open\", 0, \"closed\"]\n")
            .states == std::vector<double>{1, 0});
  CHECK(rule_of("kind = \"state\"\ntags = \"t/1/run\"\nstates = [true]\n").states ==
        std::vector<double>{1});
  CHECK(rule_of("kind = \"state\"\ntags = [\"t/1/run\"]\nstates = false\n").states ==
        std::vector<double>{0});
}

TEST_CASE("rule: rate, stale, window and expr", "[config]") {
  const RuleSpec rate = rule_of(
      "kind = \"rate\"\ntags = [\"t/*/level\"]\nper = \"1m\"\nL = -2\nH = 2\ndeadband = 0.1\n");
  CHECK(rate.per == 1min);
  CHECK(rate.over == 1min);
  CHECK(rate.tags == std::vector<std::string>{"t/1/level", "t/2/level"});
  CHECK(rule_of("kind = \"rate\"\ntags = [\"t/*/level\"]\nper = \"1m\"\nover = \"10s\"\nH = 2\n")
            .over == 10s);
  CHECK(rule_of("kind = \"stale\"\ntags = [\"t/1/*\", \"t/1/level\"]\nafter = \"30s\"\n").tags ==
        std::vector<std::string>{"t/1/level", "t/1/name", "t/1/run", "t/1/valve"});
  const RuleSpec window = rule_of(
      "kind = \"window\"\ntags = [\"t/1/level\"]\nH = 5\ndeadband = \"1%\"\n"
      "window = { aggregate = \"max\", length = \"10m\", calendar = false, count_min = 3 }\n");
  CHECK(window.window == WindowSpec{Aggregate::max, 10min, false, 3});
  CHECK(window.limits[0].deadband == Approx(0.1));
  const RuleSpec expr =
      rule_of("kind = \"expr\"\nexpression = \"`t/2/level` > 1 && `t/1/run` == 1\"\n");
  CHECK(expr.tags == std::vector<std::string>{"t/2/level"});
  CHECK(
      rule_of("kind = \"expr\"\ntags = [\"t/1/level\"]\nexpression = \"`t/2/level` > 1\"\n").tags ==
      std::vector<std::string>{"t/1/level"});
  CHECK(expr.group == "general");
  CHECK(expr.priority == Priority::medium);
}

TEST_CASE("rule: each kind says what it lacks", "[config][fault]") {
  CHECK(said_of("") ==
        "-1 rule.kind: is missing: such as limit, state or stale; docs/rules.md tells of all\n");
  CHECK(said_of("kind = \"limit\"\ntags = [\"t/1/level\"]\n") ==
        "-1 rule.H: a rule of kind \"limit\" needs at least one of LL, L, H and HH\n");
  CHECK(said_of("kind = \"limit\"\nH = 1\n") ==
        "-1 rule.tags: is missing: the names or patterns of the tags\n");
  CHECK(said_of("kind = \"state\"\ntags = [\"t/1/run\"]\n") ==
        "-1 rule.states: is missing: the alarming states, such as [\"open\"], [true] or [1]\n");
  CHECK(said_of("kind = \"rate\"\ntags = [\"t/1/level\"]\nH = 1\n") ==
        "-1 rule.per: is missing: a rule of kind \"rate\" needs it, such as \"1m\"\n");
  CHECK(said_of("kind = \"stale\"\ntags = [\"t/1/level\"]\n") ==
        "-1 rule.after: is missing: a rule of kind \"stale\" needs it, such as \"1m\"\n");
  CHECK(said_of("kind = \"window\"\ntags = [\"t/1/level\"]\nH = 1\n") ==
        "-1 rule.window: is missing, such as { aggregate = \"avg\", length = \"1h\" }\n");
  CHECK(said_of("kind = \"window\"\ntags = [\"t/1/level\"]\nH = 1\nwindow = {}\n") ==
        "4 rule.window.aggregate: is missing\n4 rule.window.length: is missing\n");
  CHECK(said_of("kind = \"expr\"\n") == "-1 rule.expression: is missing and has no default\n");
}

TEST_CASE("rule: a key of another kind would do nothing, so it is refused", "[config][fault]") {
  CHECK(said_of("kind = \"stale\"\ntags = [\"t/1/level\"]\nafter = \"1m\"\nH = 4\nwindow = {}\n") ==
        "4 rule.H: does nothing in a rule of kind \"stale\"; it belongs to \"limit\", \"rate\", "
        "\"window\", \"deviation\", \"balance\", \"forecast\", \"drift\", \"cumulative\"\n"
        "5 rule.window: does nothing in a rule of kind \"stale\"; it belongs to \"window\"\n");
  // With an unknown kind nobody knows which keys are right.
  CHECK(said_of("kind = \"stael\"\ntags = [\"t/1/level\"]\nafter = \"1m\"\nH = 4\nhh = 1\n") ==
        "1 rule.kind: unknown word \"stael\"; did you mean \"stale\"? (one of \"limit\", "
        "\"state\", \"rate\", \"stale\", "
        "\"window\", \"expr\", \"deviation\", \"balance\", \"vote\", "
        "\"mismatch\", \"forecast\", \"drift\", \"repeat\", \"cumulative\")\n"
        "5 rule.hh: unknown key; did you mean \"HH\"?\n");
}

TEST_CASE("rule: tags that are not there", "[config][fault]") {
  CHECK(said_of("kind = \"limit\"\ntags = [\"t/1/levle\", \"t/9/*\", \"t/1/level\"]\nH = 1\n") ==
        "2 rule.tags: unknown tag \"t/1/levle\"; did you mean \"t/1/level\"?\n"
        "2 rule.tags: \"t/9/*\" matches no tag (6 tags start with t/, e.g. t/1/level)\n");
  CHECK(said_of("kind = \"limit\"\ntags = []\nH = 1\n") == "2 rule.tags: must not be empty\n");
  CHECK(said_of("kind = \"expr\"\nexpression = \"`t/1/levle` > 1\"\n") ==
        "2 rule.expression: unknown tag \"t/1/levle\"; did you mean \"t/1/level\"?\n");
  CHECK(said_of("kind = \"expr\"\ntags = [\"t/*/level\"]\nexpression = \"`t/1/level` > 1\"\n") ==
        "2 rule.tags: an expression gives one alarm, so name one tag; this matches 2\n");
  CHECK(said_of("kind = \"limit\"\ntags = [\"t/1/name\"]\nH = 1\n") ==
        "2 rule.tags: `t/1/name` is a text; a limit rule needs numbers\n");
}

TEST_CASE("rule: limits that cannot be what was meant", "[config][fault]") {
  const std::string head = "kind = \"limit\"\ntags = [\"t/1/level\"]\n";
  CHECK(said_of(head + "H = 8\nHH = 7\n") == "4 rule.HH: must be above H: 7 is not above 8\n");
  CHECK(said_of(head + "H = 11\n") ==
        "3 rule.H: 11 is never passed inside the range 0 to 10 of `t/1/level` (values outside it "
        "are bad)\n");
  CHECK(said_of(head + "H = 8\nHH = { at = 9, deadband = 1 }\n") ==
        "4 rule.HH.deadband: the deadband 1 of HH must be smaller than the distance 1 to H\n");
  CHECK(said_of(head + "deadband = \"20%\"\nH = 8\nHH = 9\n") ==
        "3 rule.deadband: the deadband 2 of HH must be smaller than the distance 1 to H\n");
  CHECK(said_of(head + "unit = \"mm\"\nH = 8\n") ==
        "3 rule.unit: is \"mm\" but t/1/level is in \"m\"\n");
  CHECK(said_of(head + "H = \"8\"\n") ==
        "3 rule.H: must be a finite number, or a table such as { at = 90, priority = \"high\" "
        "}\n");
  CHECK(said_of(head + "H = { on_delay = \"5\", prio = 1 }\n") ==
        "3 rule.H.at: is missing: the limit itself\n"
        "3 rule.H.on_delay: must be a time with its unit, such as \"500ms\", \"10s\" or "
        "\"1h30m\", is \"5\"\n"
        "3 rule.H.prio: unknown key\n");
  CHECK(said_of(head + "H = 8\npriority = \"urgent\"\n") ==
        "4 rule.priority: unknown word \"urgent\" (one of \"critical\", \"high\", \"medium\", "
        "\"low\")\n");
}

TEST_CASE("rule: a deadband is a number or a part of one range", "[config][fault]") {
  const std::string head = "kind = \"limit\"\ntags = [\"t/1/level\"]\nH = 8\n";
  for (const char* bad : {"\"2\"", "\"-1%\"", "\"101%\"", "\"x%\"", "\"%\"", "-1", "true", "inf"}) {
    CAPTURE(bad);
    CHECK(said_of(head + "deadband = " + bad + "\n") ==
          "4 rule.deadband: must be a number >= 0 in the unit of the signal, or a part of the "
          "tag's range such as \"2%\"\n");
  }
  CHECK(said_of("kind = \"limit\"\ntags = [\"t/*/level\"]\nH = 8\ndeadband = \"1%\"\n") ==
        "4 rule.deadband: a percentage is of one range, but t/1/level has 0..10 and t/2/level has "
        "0..20: write a number, or a rule for each range\n");
  CHECK(said_of("kind = \"limit\"\ntags = [\"t/1/run\"]\nH = 0.5\ndeadband = \"1%\"\n") ==
        "4 rule.deadband: a percentage needs the tag's range, and t/1/run has none: give it one, "
        "or write a number\n");
  CHECK(said_of("kind = \"rate\"\ntags = [\"t/1/level\"]\nper = \"1m\"\nH = 8\ndeadband = "
                "\"1%\"\n") ==
        "5 rule.deadband: a percentage is of the tag's range, and this rule's signal has no "
        "range: write a number in its unit\n");
}

TEST_CASE("rule: states outside the enumeration", "[config][fault]") {
  const std::string head = "kind = \"state\"\ntags = [\"t/1/valve\"]\n";
  CHECK(said_of(head + "states = [\"opne\"]\n") ==
        "3 rule.states: \"opne\" is no state of t/1/valve; did you mean \"open\"? (it has "
        "\"closed\", \"open\")\n");
  CHECK(said_of(head + "states = [7]\n") ==
        "3 rule.states: 7 is no state of `t/1/valve`: it has 0 closed, 1 open\n");
  CHECK(said_of(head + "states = []\n") == "3 rule.states: must not be empty\n");
  CHECK(said_of(head + "states = [[1]]\n") ==
        "3 rule.states: a state is a word of the tag's, a number, true or false\n");
  CHECK(said_of("kind = \"state\"\ntags = [\"t/*/valve\"]\nstates = [\"open\"]\n") ==
        "3 rule.states: \"open\" is 1 in t/1/valve but 0 in t/2/valve: write a rule for each\n");
  CHECK(said_of("kind = \"state\"\ntags = [\"t/1/run\"]\nstates = [\"on\"]\n") ==
        "3 rule.states: \"on\" is no state of t/1/run (it has no words)\n");
}

TEST_CASE("rule: placeholders and their formats", "[config][fault]") {
  const std::string head = "kind = \"stale\"\ntags = [\"t/1/level\"]\nafter = \"1m\"\n";
  CHECK(said_of(head + "message = { zh = \"{valu}\", en = \"{value\" }\n") ==
        "4 rule.message: unknown placeholder {valu}; did you mean \"value\"? (known: {tag} {site} "
        "{device} {quantity} {description} {value} {limit} {unit} {level} {priority} {rule} "
        "{group})\n"
        "4 rule.message: a brace without its partner\n");
  CHECK(said_of(head + "guidance = [\"{unit:.1f}\"]\n") ==
        "4 rule.guidance: {unit:.1f}: only {value:.1f} and {limit:.1f} have a format, with 0 to 9 "
        "digits\n");
  CHECK(said_of(head + "message = \"{value:.12f} {{not one}}\"\n").find("{value:.12f}: only") !=
        std::string::npos);
  CHECK(said_of(head + "message = 5\n") ==
        "4 rule.message: must be a text or an array of texts, one a line\n");
  CHECK(said_of(head + "message = \"" + std::string(2001, 'x') + "\"\n") ==
        "4 rule.message: must not be longer than 2000 bytes\n");
  CHECK(said_of(head + "group = \"a/b\"\n") ==
        "4 rule.group: must be 1 to 128 letters (a-z, A-Z), digits, '-', '_' or '.', is "
        "\"a/b\"\n");
}

TEST_CASE("rule: an id is used once", "[config][fault]") {
  const std::string body = "kind = \"stale\"\ntags = [\"t/1/level\"]\nafter = \"1m\"\n";
  CHECK(said_of(body + "[[rule]]\nid = \"r\"\n" + body) ==
        "5 rule.id: \"r\" is the id of the rule at p.toml:27 already\n");
  CHECK(said_of(body + "[[rule]]\nid = \"r 2\"\n" + body) ==
        "5 rule.id: must be 1 to 128 letters (a-z, A-Z), digits, '-', '_' or '.', is \"r 2\"\n");
}

TEST_CASE("rule: a pattern of many tags does not say the same for each", "[config][fault]") {
  std::string words;
  for (int i = 0; i < 50; ++i) words += "\"w" + std::to_string(i) + "\",";
  const Loaded got =
      given("[[tag]]\nname = \"{a}/x\"\nrange = [0, 1]\neach = { a = [" + words +
            "] }\n[[rule]]\nid = \"r\"\nkind = \"limit\"\ntags = [\"*/x\"]\nH = 2\n");
  REQUIRE(got.out.size() == 4);
  CHECK(to_text(got.out[3]) == "p.toml:14:1 error rule.H: the same 47 times more");
}

TEST_CASE("rule: more alarms than memory is made for are refused", "[config][fault]") {
  std::string words;
  for (int i = 0; i < 440; ++i) words += "\"w" + std::to_string(i) + "\",";
  std::string text =
      "[[tag]]\nname = \"{a}/{b}\"\neach = { a = [" + words + "], b = [" + words + "] }\n";
  for (int i = 0; i < 6; ++i) {
    text += "[[rule]]\nid = \"r" + std::to_string(i) +
            "\"\nkind = \"stale\"\ntags = [\"**\"]\nafter = \"1m\"\n";
  }
  CHECK(given(text).said().find("more than 1000000 alarms") != std::string::npos);
}

}  // namespace rule_reader_test
