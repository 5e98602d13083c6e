// tests/unit/config/kinds_test.cpp - The kinds with partners, members, periods and dates, and each
// way to get one wrong.
#include "config/kinds.h"

#include <catch2/catch.hpp>

#include "given.h"

namespace kinds_test {

using namespace parkwatch;
using namespace parkwatch::config;
using namespace std::chrono_literals;

namespace {

// Lines 6 to 32.
const std::string tags = R"([[tag]]
name = "t/1/level"
unit = "m"
range = [0, 10]
[[tag]]
name = "t/1/level2"
unit = "m"
range = [0, 10]
[[tag]]
name = "t/2/level"
unit = "m"
[[tag]]
name = "t/1/inflow"
unit = "m3/h"
[[tag]]
name = "t/1/outflow"
unit = "L/s"
[[tag]]
name = "t/1/command"
states = [{ number = 0, word = "shut" }, { number = 1, word = "open" }]
[[tag]]
name = "t/1/valve"
states = [{ number = 0, word = "shut" }, { number = 1, word = "open" }]
[[tag]]
name = "t/1/note"
type = "text"

)";
const int first_line = 33;  // of what follows

RuleSpec rule_of(const std::string& text) {
  const Loaded got = given(tags + "[[rule]]\nid = \"r\"\n" + text);
  CHECK(got.said() == "");
  REQUIRE(got.config);
  REQUIRE(got.config->plant->rules.size() == 1);
  return got.config->plant->rules[0];
}

// As in rule_reader_test.cpp: lines count from the one after `id`.
std::string said_of(const std::string& text) {
  const Loaded got = given(tags + "[[rule]]\nid = \"r\"\n" + text);
  std::string said;
  for (const Diagnostic& d : got.out) {
    said += std::to_string(static_cast<int>(d.where.line) - first_line - 1) + ' ' + d.key + ": " +
            d.message + '\n';
  }
  CHECK((got.config == nullptr) == !said.empty());
  return said;
}

const std::string deviation = "kind = \"deviation\"\ntags = [\"t/1/level\"]\n";
const std::string mismatch = "kind = \"mismatch\"\ntags = [\"t/1/valve\"]\n";
const std::string vote = "kind = \"vote\"\nmembers = [\"t/*/level\", \"t/1/level2\"]\n";
const std::string forecast = "kind = \"forecast\"\ntags = [\"t/1/level\"]\n";
const std::string drift = "kind = \"drift\"\ntags = [\"t/1/level\"]\n";
const std::string repeat = "kind = \"repeat\"\ntags = [\"t/1/valve\"]\n";
const std::string cumulative = "kind = \"cumulative\"\ntags = [\"t/1/inflow\"]\n";

}  // namespace

TEST_CASE("kinds: a partner is a name, or is made of the tag's own levels", "[config]") {
  const RuleSpec rule = rule_of(deviation + "with = \"{site}/{device}/{quantity}2\"\nH = 0.5\n");
  CHECK(rule.terms == std::vector<Term>{{"t/1/level2", 1}});
  CHECK(rule.limits.size() == 1);
  const RuleSpec follows =
      rule_of(mismatch + "command = \"t/1/command\"\nwithin = \"8s\"\ntolerance = 0.5\n");
  CHECK(follows.terms == std::vector<Term>{{"t/1/command", 1}});
  CHECK(follows.within == 8s);
  CHECK(follows.tolerance == 0.5);
}

TEST_CASE("kinds: what is wrong with a partner", "[config][fault]") {
  CHECK(said_of(deviation + "H = 1\n") == "-1 rule.with: is missing and has no default\n");
  CHECK(said_of(deviation + "with = \"{sit}/1/level2\"\nH = 1\n") ==
        "3 rule.with: unknown placeholder {sit}; did you mean \"site\"? (known: {site} {device} "
        "{quantity})\n");
  CHECK(said_of(deviation + "with = \"{site/1\"\nH = 1\n") ==
        "3 rule.with: a brace without its partner\n");
  CHECK(said_of(deviation + "with = \"{site}/{device}/level3\"\nH = 1\n") ==
        "3 rule.with: unknown tag \"t/1/level3\"; did you mean \"t/1/level\"? (partner of "
        "t/1/level)\n");
  CHECK(said_of(deviation + "with = \"t/1/level\"\nH = 1\n") ==
        "3 rule.with: is `t/1/level` itself\n");
  CHECK(said_of(deviation + "with = \"t/1/note\"\nH = 1\n") ==
        "3 rule.with: `t/1/note` is a text; a rule of kind deviation needs numbers\n");
  CHECK(said_of(deviation + "with = \"t/1/inflow\"\nH = 1\n") ==
        "3 rule.with: compares two units: `t/1/level` is in m, `t/1/inflow` is in m3/h; give both "
        "the same, or derive a tag that converts\n");
  CHECK(said_of(deviation + "with = \"t/1/level2\"\nL = 1\n") ==
        "4 rule.L: a deviation is never below 0: give H or HH\n");
  CHECK(said_of(deviation + "with = \"t/1/level2\"\nH = 1\ndeadband = 1\n") ==
        "5 rule.deadband: must leave a way back: a deviation is never below 0, so the limit 1 less "
        "its deadband 1 must be above it\n");
  CHECK(said_of(mismatch + "within = \"8s\"\non_delay = \"1s\"\ncommand = \"t/1/command\"\n") ==
        "4 rule.on_delay: does nothing in a rule of kind \"mismatch\": within is its delay\n");
  CHECK(said_of(mismatch + "command = \"t/1/command\"\ntolerance = -1\n") ==
        "-1 rule.within: is missing: a rule of kind \"mismatch\" needs it, such as \"1m\"\n"
        "4 rule.tolerance: must be a finite number, 0 or more\n");
}

TEST_CASE("kinds: a balance has weights, and a unit of its own if they convert", "[config]") {
  const RuleSpec rule = rule_of(
      "kind = \"balance\"\nterms = [{ tag = \"t/1/inflow\", weight = 1 }, { tag = \"t/1/outflow\", "
      "weight = -3.6 }]\nunit = \"m3/h\"\nH = 5\nL = -5\n");
  CHECK(rule.terms == std::vector<Term>{{"t/1/inflow", 1}, {"t/1/outflow", -3.6}});
  CHECK(rule.tags == std::vector<std::string>{"t/1/inflow"});
  CHECK(rule.unit == "m3/h");
}

TEST_CASE("kinds: what is wrong with a balance", "[config][fault]") {
  const std::string kind = "kind = \"balance\"\nH = 5\n";
  CHECK(said_of(kind) ==
        "-1 rule.terms: is missing, such as [{ tag = \"a/b/in\", weight = 1 }, { tag = "
        "\"a/b/out\", weight = -1 }]\n");
  CHECK(said_of(kind + "terms = [{ tag = \"t/1/inflow\", weight = 1 }, { tag = \"t/1/outflow\", "
                       "weight = -3.6 }]\n") ==
        "3 rule.terms: adds different units: `t/1/inflow` is in m3/h, `t/1/outflow` is in L/s; if "
        "the weights convert them, give the unit of the sum as \"unit\"\n");
  CHECK(said_of(kind + "terms = [{ tag = \"t/1/inflow\", weight = 0 }]\n") ==
        "3 rule.terms: a balance needs at least two tags\n"
        "3 rule.terms: the weight of `t/1/inflow` must be a finite number other than 0\n");
  CHECK(said_of(kind + "terms = [{ tag = \"t/1/inflow\" }, { tag = \"t/1/otflow\", weight = 1 "
                       "}]\n") ==
        "3 rule.terms.weight: is missing, such as 1 or -1\n"
        "3 rule.terms.tag: unknown tag \"t/1/otflow\"; did you mean \"t/1/outflow\"?\n");
}

TEST_CASE("kinds: a vote", "[config]") {
  const RuleSpec rule = rule_of(vote + "k = 2\nabove = 9\n");
  CHECK(rule.terms == std::vector<Term>{{"t/1/level", 1}, {"t/2/level", 1}, {"t/1/level2", 1}});
  CHECK(rule.times == 2);
  CHECK(rule.trigger.above == 9.0);
  CHECK(rule.tags == std::vector<std::string>{"t/1/level"});
  CHECK(rule_of("kind = \"vote\"\nmembers = [\"t/1/valve\", \"t/1/command\"]\nk = 1\nstates = "
                "[\"open\"]\n")
            .trigger.states == std::vector<double>{1});
}

TEST_CASE("kinds: what is wrong with a vote", "[config][fault]") {
  CHECK(said_of(vote + "k = 4\nabove = 9\n") ==
        "3 rule.k: must be 1 to 3, the number of members, is 4\n");
  CHECK(said_of(vote + "k = 2\n") ==
        "-1 rule.above: is missing: when does it count? One of above, below and states\n");
  CHECK(said_of(vote + "k = 2\nabove = 10\n") ==
        "4 rule.above: 10 is never passed inside the range 0 to 10 of `t/1/level`\n");
  CHECK(said_of(vote + "k = 2\nabove = 3\nbelow = 4\n") ==
        "4 rule.above: and below are met by every number\n");
  CHECK(said_of("kind = \"vote\"\nmembers = [\"t/1/level\", \"t/1/inflow\"]\nk = 1\nabove = 9\n") ==
        "2 rule.members: compares two units with one number: `t/1/level` is in m, `t/1/inflow` is "
        "in m3/h\n");
  CHECK(said_of("kind = \"vote\"\nmembers = [\"t/*/levle\"]\nk = 1\nabove = 9\n")
            .starts_with("2 rule.members: \"t/*/levle\" matches no tag"));
  CHECK(said_of("kind = \"vote\"\nk = 1\nabove = 9\n") ==
        "-1 rule.members: is missing: the names or patterns of the tags that vote\n");
}

TEST_CASE("kinds: forecast, drift and repeat", "[config]") {
  const RuleSpec f = rule_of(forecast +
                             "target = 9\ndirection = \"up\"\nover = \"10m\"\nL = 30\nLL = 10\n"
                             "message = \"{target} in {value} min\"\n");
  CHECK(f.target == 9);
  CHECK(f.rising);
  CHECK(f.over == 10min);
  CHECK(f.limits.size() == 2);
  const RuleSpec d = rule_of(drift + "baseline = \"24h\"\nslack = 0.1\nH = 2\nL = -2\n");
  CHECK(d.baseline == 24h);
  CHECK(d.slack == 0.1);
  CHECK(d.per == 1h);
  const RuleSpec r = rule_of(repeat + "states = [\"open\"]\ntimes = 6\nwithin = \"1h\"\n");
  CHECK(r.trigger.states == std::vector<double>{1});
  CHECK(r.times == 6);
  CHECK(r.within == 1h);
}

TEST_CASE("kinds: what is wrong with a forecast, a drift or a repetition", "[config][fault]") {
  CHECK(said_of(forecast + "L = 30\n") ==
        "-1 rule.target: is missing: the value whose time is foretold\n"
        "-1 rule.direction: is missing: \"up\" if the target is reached from below, or \"down\"\n"
        "-1 rule.over: is missing: a rule of kind \"forecast\" needs it, such as \"1m\"\n");
  CHECK(said_of(forecast + "target = 11\ndirection = \"up\"\nover = \"10m\"\nH = 30\n") ==
        "3 rule.target: 11 is outside the range 0 to 10 of `t/1/level`\n"
        "6 rule.H: the signal is the time left, in minutes: give L or LL\n");
  CHECK(said_of(drift + "baseline = \"30m\"\nslack = -1\nH = 2\nHH = 3\nL = 0\n") ==
        "3 rule.baseline: must be longer than per, e.g. \"24h\"\n"
        "4 rule.slack: must be a finite number, 0 or more\n"
        "7 rule.L: H and HH are above 0 (a drift up), L and LL below\n");
  CHECK(said_of(repeat + "times = 0\nwithin = \"1h\"\n") ==
        "-1 rule.above: is missing: when does it count? One of above, below and states\n"
        "3 rule.times: must be a whole number from 1 to 1000, is 0\n");
  CHECK(said_of(repeat + "states = [\"opne\"]\ntimes = 2\nwithin = \"1h\"\n") ==
        "3 rule.states: \"opne\" is no state of t/1/valve; did you mean \"open\"? (it has "
        "\"shut\", \"open\")\n");
}

TEST_CASE("kinds: a total has a period and a budget", "[config]") {
  const RuleSpec rule =
      rule_of(cumulative +
              "per = \"1h\"\nperiod = \"day\"\nbudget = 5000\nH = \"80%\"\nHH = { "
              "at = \"100%\", priority = \"high\" }\n");
  CHECK(rule.window == WindowSpec{Aggregate::integral, 0h, true, 1, Period::day, true, 1h, 1h});
  REQUIRE(rule.limits.size() == 2);
  CHECK(rule.limits[0].at == 4000);
  CHECK(rule.limits[1].at == 5000);
  CHECK(rule.limits[1].priority == Priority::high);
  const RuleSpec counter =
      rule_of(cumulative + "of = \"counter\"\nperiod = \"month\"\nbudget = 100\n");
  CHECK(counter.window.aggregate == Aggregate::increase);
  CHECK(counter.window.period == Period::month);
  REQUIRE(counter.limits.size() == 1);
  CHECK(counter.limits[0].at == 100);
}

TEST_CASE("kinds: what is wrong with a total", "[config][fault]") {
  CHECK(said_of(cumulative + "per = \"1h\"\nbudget = 5000\n") ==
        "-1 rule.period: is missing: a budget is for an hour, day, week, month or shift\n");
  CHECK(said_of(cumulative + "per = \"1h\"\nperiod = \"day\"\nH = \"80%\"\n") ==
        "5 rule.H: must be a finite number, or a table such as { at = 90, priority = \"high\" }\n");
  CHECK(said_of(cumulative + "per = \"1h\"\nperiod = \"day\"\nbudget = 10\nH = \"8O%\"\n") ==
        "6 rule.H: must be a finite number, a part of the budget such as \"80%\", or a table such "
        "as { at = \"80%\", priority = \"high\" }\n");
  CHECK(said_of(cumulative + "period = \"day\"\nbudget = 10\n") ==
        "-1 rule.per: is missing: a rule of kind \"cumulative\" needs it, such as \"1m\"\n");
  CHECK(said_of(cumulative + "of = \"counter\"\nper = \"1h\"\nperiod = \"day\"\nbudget = 10\n") ==
        "4 rule.per: does nothing for a counter\n");
  CHECK(said_of(cumulative + "per = \"1h\"\nperiod = \"shift\"\nbudget = 10\n") ==
        "4 rule.period: there are no shifts: give them in the main file as time.shifts\n");
  CHECK(said_of(cumulative + "per = \"1h\"\nperiod = \"day\"\nbudget = 10\nL = 1\n") ==
        "6 rule.L: a total is never below 0: give H or HH\n");
}

TEST_CASE("kinds: windows of the site's calendar", "[config]") {
  const std::string kind = "kind = \"window\"\ntags = [\"t/1/level\"]\nH = 5\n";
  CHECK(rule_of(kind + "window = { aggregate = \"avg\", length = \"day\", count_min = 20 }\n")
            .window.period == Period::day);
  CHECK(rule_of(kind + "window = { aggregate = \"avg\", length = \"month\" }\n").window.period ==
        Period::month);
  CHECK(said_of(kind + "window = { aggregate = \"avg\", length = \"day\", calendar = false }\n") ==
        "4 rule.window.calendar: a sliding window has a length in time, such as \"24h\"\n");
  CHECK(said_of(kind + "window = { aggregate = \"avg\", length = \"shift\" }\n") ==
        "4 rule.window.length: there are no shifts: give them in the main file as time.shifts\n");
  CHECK(said_of(kind + "window = { aggregate = \"avg\", length = \"dya\" }\n")
            .starts_with("4 rule.window.length: must be"));
}

TEST_CASE("kinds: dates are days of the site, or times with an offset", "[config]") {
  const std::string kind = "kind = \"limit\"\ntags = [\"t/1/level\"]\nH = 5\n";
  const RuleSpec rule =
      rule_of(kind + "valid_from = \"2026-07-01\"\nvalid_to = \"2027-01-01T00:00:00Z\"\n");
  CHECK(to_rfc3339(rule.valid_from) == "2026-06-30T16:00:00Z");
  CHECK(to_rfc3339(rule.valid_to) == "2027-01-01T00:00:00Z");
  CHECK(to_rfc3339(rule_of(kind + "valid_to = \"2026-07-01 08:30\"\n").valid_to) ==
        "2026-07-01T00:30:00Z");
  CHECK(said_of(kind + "valid_from = \"2026-13-01\"\n") ==
        "4 rule.valid_from: must be a day or a time of the site, such as \"2026-07-01\" or "
        "\"2026-07-01 08:00\", or one with an offset\n");
  CHECK(said_of(kind + "valid_from = \"2026-07-01\"\nvalid_to = \"2026-07-01\"\n") ==
        "5 rule.valid_to: must be later than valid_from\n");
}

TEST_CASE("kinds: a rule may be for some shifts of the site", "[config]") {
  const std::string shifts =
      "[time]\nshifts = [ { name = \"early\", begin = \"08:00\" }, "
      "{ name = \"late\", begin = \"20:00\" } ]\n";
  const auto with = [&](const std::string& rule) {
    return given(shifts + tags + "[[rule]]\nid = \"r\"\ntags = [\"t/1/level\"]\nH = 5\n" + rule);
  };
  const Loaded good = with("kind = \"limit\"\nshifts = [\"late\"]\n");
  INFO(good.said());
  REQUIRE(good.config != nullptr);
  CHECK(good.config->plant->rules[0].shifts == std::vector<std::string>{"late"});
  CHECK(
      with("kind = \"limit\"\nshifts = [\"lat\"]\n")
          .said()
          .find("rule.shifts: there is no shift \"lat\" in time.shifts; did you mean \"late\"?") !=
      std::string::npos);
  CHECK(with("kind = \"window\"\nwindow = { aggregate = \"avg\", length = \"1h\" }\n"
             "shifts = [\"late\"]\n")
            .said()
            .find("is not for windows and totals") != std::string::npos);
}

TEST_CASE("kinds: a rule may be for some hours of the day", "[config]") {
  const std::string kind = "kind = \"limit\"\ntags = [\"t/1/level\"]\nH = 5\n";
  const Loaded good =
      given(tags + "[[rule]]\nid = \"r\"\n" + kind + "hours = [\"22:00\", \"06:00\"]\n");
  INFO(good.said());
  REQUIRE(good.config != nullptr);
  CHECK(good.config->plant->rules[0].hours ==
        DayHours{std::chrono::hours{22}, std::chrono::hours{6}});
  const std::string wanted =
      "4 rule.hours: must be two times of the day, such as [\"22:00\", \"06:00\"]: from and to\n";
  CHECK(said_of(kind + "hours = [\"22:00\"]\n") == wanted);
  CHECK(said_of(kind + "hours = [\"22:00\", \"24:00\"]\n") == wanted);
  CHECK(said_of(kind + "hours = [\"06:00\", \"06:00\"]\n") == wanted);
  CHECK(said_of("kind = \"window\"\ntags = [\"t/1/level\"]\nH = 5\n"
                "window = { aggregate = \"avg\", length = \"1h\" }\n"
                "hours = [\"22:00\", \"06:00\"]\n") ==
        "5 rule.hours: is not for windows and totals\n");
}

TEST_CASE("kinds: a placeholder of another kind is unknown here", "[config][fault]") {
  const std::string kind = "kind = \"limit\"\ntags = [\"t/1/level\"]\nH = 5\n";
  CHECK(said_of(kind + "message = \"{target}\"\n")
            .starts_with("4 rule.message: unknown placeholder {target}"));
  CHECK(rule_of(deviation + "with = \"t/1/level2\"\nH = 1\nmessage = \"{other}\"\n").message.en ==
        "{other}");
}

}  // namespace kinds_test
