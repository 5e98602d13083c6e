// tests/unit/trial/explain_kinds_test.cpp - Of every kind what its rule rests on, and what no rule
// of the configuration raises.
#include <catch2/catch.hpp>

#include "tests/unit/parkwatch/recording_console.h"
#include "tests/unit/trial/recorded_rule.h"
#include "tools/parkwatch/explain.h"

namespace explain_kinds_test {

using namespace parkwatch;
using namespace std::chrono_literals;
using test::RecordedRule;
using test::rule_began;

namespace {

const std::string park = R"(
daemon.park = "p"
[[source]]
name = "park"
driver = "mqtt"
[[tag]]
name = "a/b/{t}"
each = { t = ["t0", "t1", "t2"] }
unit = "m"
range = [0, 100]
[[tag]]
name = "a/b/valve"
states = [{ number = 0, word = "shut" }, { number = 1, word = "open" }]
)";

// A rule `level` of these keys.
std::string rule(const std::string& keys) { return park + "[[rule]]\nid = \"level\"\n" + keys; }

std::string on_t0(const std::string& keys) { return rule("tags = [\"a/b/t0\"]\n" + keys); }

bool has(const std::string& whole, const std::string& part) {
  INFO(whole);
  return whole.find(part) != std::string::npos;
}

struct Kind {
  std::string name;
  std::string configuration;
  RecordedRule::Values values;
  std::optional<double> signal;
  std::string said;
};

std::vector<Kind> of_one_tag() {
  return {
      {"rate",
       on_t0("kind = \"rate\"\nper = \"1m\"\nover = \"10s\"\nH = 6\n"),
       {{0, "10"}, {10, "12"}},
       12,
       "the slope over 10s is 12 m/min; H = 6 is passed"},
      {"a sliding window",
       on_t0("kind = \"window\"\nH = 50\n"
             "window = { aggregate = \"avg\", length = \"1m\", calendar = false }\n"),
       {{0, "10"}, {10, "20"}},
       15,
       "so far the avg (1m) is 15 m; H = 50 is not passed"},
      {"windows that follow each other",  // from second 40 on the second one
       on_t0("kind = \"window\"\nH = 12\nwindow = { aggregate = \"avg\", length = \"1m\" }\n"),
       {{0, "10"}, {30, "20"}, {45, "50"}},
       50,
       "so far the avg (1m) is 50 m; the last whole one gave 15 m; H = 12 is passed"},
      {"cumulative",
       on_t0("kind = \"cumulative\"\nper = \"1h\"\nperiod = \"day\"\nbudget = 1\nH = \"80%\"\n"),
       {{0, "72"}, {10, "72"}},
       0.2,
       "so far the integral (day) is 0.2"},
      {"stale",
       on_t0("kind = \"stale\"\nafter = \"30s\"\n"),
       {{0, "5"}, {12, ""}},
       12,
       "the silence is 12 s; 30s are an alarm; the condition is not passed"},
      {"repeat",
       on_t0("kind = \"repeat\"\nabove = 50\ntimes = 2\nwithin = \"1m\"\n"),
       {{0, "0"}, {5, "60"}, {10, "0"}},
       1,
       "the count within 1m is 1; 2 are an alarm"},
      {"forecast",
       on_t0("kind = \"forecast\"\ntarget = 50\ndirection = \"up\"\nover = \"4m\"\nL = 20\n"),
       {{0, "10"}, {60, "12"}, {120, "14"}, {180, "16"}, {240, "18"}},
       16,
       "the time until 50 is reached is 16 min; L = 20 is passed"},
      {"drift",
       on_t0("kind = \"drift\"\nbaseline = \"2m\"\nslack = 2\nper = \"1m\"\nH = 10\n"),
       {{0, "20"}, {60, "20"}, {120, "20"}, {180, "30"}},
       8,
       "the sum of the drift is 8 m"},
      {"a signal that has no verdict yet",
       on_t0("kind = \"drift\"\nbaseline = \"2m\"\nslack = 2\nper = \"1m\"\nH = 10\n"),
       {{0, "20"}},
       std::nullopt,
       "no verdict: too few good readings yet"},
  };
}

std::vector<Kind> of_several_tags() {
  return {
      {"expr",
       rule("kind = \"expr\"\nexpression = \"`a/b/t0` < 8 && `a/b/t1` == 0\"\n"),
       {{0, "5"}, {0, "a/b/t1=1"}},
       0,
       "`a/b/t0` < 8 && `a/b/t1` == 0 does not hold: (a/b/t0 is 5; a/b/t1 is 1)"},
      {"expr over bad data of another tag",
       rule("kind = \"expr\"\nexpression = \"`a/b/t0` < 8 && `a/b/t1` == 0\"\n"),
       {{0, "5"}, {0, "a/b/t1=500"}},
       std::nullopt,
       "no verdict, for want of (a/b/t1 is 500, bad out_of_range): (a/b/t0 is 5; a/b/t1 is 500"},
      {"deviation",
       on_t0("kind = \"deviation\"\nwith = \"a/b/t1\"\nH = 3\n"),
       {{0, "5"}, {0, "a/b/t1=9"}},
       4,
       "the distance is 4 m: (a/b/t0 is 5; a/b/t1 is 9); H = 3 is passed"},
      {"deviation from what never came",
       on_t0("kind = \"deviation\"\nwith = \"a/b/t1\"\nH = 3\n"),
       {{0, "5"}},
       std::nullopt,
       "no verdict, for want of (a/b/t1 was never seen)"},
      {"balance",
       rule("kind = \"balance\"\nH = 20\n"
            "terms = [{ tag = \"a/b/t0\", weight = 1 }, { tag = \"a/b/t1\", weight = -1 }]\n"),
       {{0, "50"}, {0, "a/b/t1=20"}},
       30,
       "the sum is 30 m: (a/b/t0 is 50; a/b/t1 is 20)"},
      {"vote",
       rule("kind = \"vote\"\nmembers = [\"a/b/t*\"]\nk = 2\nabove = 25\n"),
       {{0, "30"}, {0, "a/b/t1=5"}, {0, "a/b/t2=40"}},
       2,
       "the number of votes is 2; 2 are an alarm: (a/b/t0 is 30; a/b/t1 is 5; a/b/t2 is 40)"},
      {"mismatch",
       on_t0("kind = \"mismatch\"\ncommand = \"a/b/t1\"\nwithin = \"10s\"\n"),
       {{0, "1"}, {0, "a/b/t1=0"}},
       1,
       "it is apart from its command by more than 0: (a/b/t0 is 1; a/b/t1 is 0)"},
  };
}

void check_kind(const Kind& kind) {
  INFO(kind.name);
  const RecordedRule r{kind.values, kind.configuration};
  const trial::Explained e = r.explained();
  REQUIRE(e.signal.value.has_value() == kind.signal.has_value());
  if (kind.signal) CHECK(*e.signal.value == Approx(*kind.signal));
  CHECK(has(r.reasons(), kind.said));
}

}  // namespace

TEST_CASE("explain: the signal of every kind of one tag", "[trial]") {
  for (const Kind& kind : of_one_tag()) check_kind(kind);
}

TEST_CASE("explain: the signal of every kind of several tags, and each operand", "[trial]") {
  for (const Kind& kind : of_several_tags()) check_kind(kind);
}

TEST_CASE("explain: a state says which states alarm", "[trial]") {
  const RecordedRule r{{{0, "a/b/valve=0"}},
                       rule("kind = \"state\"\ntags = [\"a/b/valve\"]\nstates = [\"open\"]\n")};
  CHECK(has(r.reasons("level", "a/b/valve"),
            "the value is 0; alarming: 1 open; the condition is not passed"));
}

TEST_CASE("explain: a rule that is not in force judges nothing, and says when", "[trial]") {
  const std::string limit = "kind = \"limit\"\nH = 80\n";
  // 06:13 at the site.
  const RecordedRule hours{{{0, "90"}}, on_t0(limit + "hours = [\"22:00\", \"06:00\"]\n")};
  CHECK(has(hours.reasons(),
            "not in force now: it judges only from 22:00 to 06:00; next from "
            "2023-11-15T14:00:00Z on"));
  CHECK_FALSE(has(hours.reasons(), "passed"));
  const RecordedRule inside{{{0, "90"}}, on_t0(limit + "hours = [\"06:00\", \"22:00\"]\n")};
  CHECK_FALSE(has(inside.reasons(), "not in force"));

  const RecordedRule shifts{
      {{0, "90"}},
      "time.shifts = [{ name = \"day\", begin = \"08:00\" }, { name = \"night\", begin = "
      "\"20:00\" }]\n" +
          on_t0(limit + "shifts = [\"day\"]\n")};
  CHECK(has(shifts.reasons(), "only in the shifts day; next from 2023-11-15T00:00:00Z on"));

  const RecordedRule before{{{0, "90"}}, on_t0(limit + "valid_from = \"2024-01-01T00:00:00Z\"\n")};
  CHECK(has(before.reasons(), "only from 2024-01-01T00:00:00Z on; next from 2024-01-01T00:00:00Z"));
  const RecordedRule after{{{0, "90"}}, on_t0(limit + "valid_to = \"2020-01-01T00:00:00Z\"\n")};
  CHECK(has(after.reasons(), "only before 2020-01-01T00:00:00Z, which is over"));
}

TEST_CASE("explain: how often the limit was passed, of a rule that counts", "[trial]") {
  const RecordedRule r{{{0, "50"}, {5, "90"}, {10, "50"}, {15, "90"}, {20, "50"}},
                       on_t0("kind = \"limit\"\nH = 80\non_delay = \"10s\"\n"
                             "count = { times = 5, within = \"1m\" }\n")};
  CHECK(has(r.reasons(), "H = 80: passed 2 times within 1m; 5 times count at once"));
  CHECK(r.explained().levels.front().passings == 2);
}

TEST_CASE("explain: a test value is judged, not the readings", "[trial]") {
  LoopCheckCommand check;
  check.tag = "a/b/t0";
  check.value = 90;
  check.length = 5min;
  check.reason = "loop of T0";
  const RecordedRule::Others others{{5, Command{"li", check, true}}};
  const RecordedRule own{
      {{0, "50"}, {5, "50"}, {6, "51"}}, on_t0("kind = \"limit\"\nH = 80\n"), others};
  CHECK(has(own.reasons(), "a test value is judged, not the readings: 90 until " +
                               to_rfc3339(rule_began + 5s + 5min) + " by li: loop of T0"));
  CHECK(own.explained().signal.value == 90);
  CHECK(own.explained().newest->value == Value{51.0});
  const RecordedRule other{
      {{0, "50"}, {0, "a/b/t1=50"}, {5, "50"}},
      rule("kind = \"deviation\"\ntags = [\"a/b/t1\"]\nwith = \"a/b/t0\"\nH = 30\n"),
      others};
  CHECK(has(other.reasons("level", "a/b/t1"), "the distance is 40 m"));
  CHECK(has(other.reasons("level", "a/b/t1"), "a/b/t0 has the test value 90"));
}

TEST_CASE("explain: parkwatch's own alarms have a state and decisions, and no levels", "[trial]") {
  OwnCondition failed;
  failed.rule = "delivery-failed";
  failed.tag = "receiver/ding";
  failed.on = true;
  failed.message = {"收不到", "ding is not reached"};
  AlarmCommand shelve;
  shelve.rule = "delivery-failed";
  shelve.tag = "receiver/ding";
  shelve.length = 1h;
  shelve.comment = "known";
  const RecordedRule r{{{0, "50"}, {1, ""}},
                       on_t0("kind = \"limit\"\nH = 80\n"),
                       {{0, failed}, {1, Command{"li", shelve, true}}}};
  const std::string reasons = r.reasons("delivery-failed", "receiver/ding");
  CHECK(has(reasons, "the alarm is unacknowledged since " + to_rfc3339(rule_began)));
  CHECK(has(reasons, "ding is not reached"));
  CHECK(has(reasons, "shelved until"));
  const trial::Explained e = r.explained("delivery-failed", "receiver/ding");
  CHECK(e.own);
  CHECK(e.levels.empty());
  CHECK(e.decisions.size() == 2);
}

TEST_CASE("explain: a receiver is one of the configuration's, by its name", "[trial]") {
  std::string configuration = on_t0("kind = \"limit\"\nH = 80\n");
  for (const std::string name : {"day-desk", "night-desk"}) {
    configuration += "[[receiver]]\nname = \"" + name +
                     "\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:1/\"\n";
  }
  configuration += "[[route]]\nto = [\"day-desk\", \"night-desk\"]\n";
  const RecordedRule r{{{0, "50"}}, configuration};
  CHECK(has(r.reasons("delivery-failed", "receiver/day-desk"), "the alarm is normal"));
  CHECK(has(r.reasons("delivery-failed", "receiver/night-desk"), "the alarm is normal"));
  const auto history = store::open_history(r.dir.path());
  REQUIRE(history.ok());
  const auto misspelt = trial::explain(**history, "delivery-failed", "receiver/nite-desk");
  REQUIRE_FALSE(misspelt.ok());
  CHECK(has(misspelt.error().message, "did you mean \"receiver/night-desk\"?"));
  for (const char* other : {"night-desk", "receiver/webhook", "receiver/", "source/park"}) {
    CHECK_FALSE(trial::explain(**history, "delivery-failed", other).ok());
  }
  const RecordedRule nobody{{{0, "50"}}, on_t0("kind = \"limit\"\nH = 80\n")};
  const auto without = store::open_history(nobody.dir.path());
  REQUIRE(without.ok());
  CHECK_FALSE(trial::explain(**without, "delivery-failed", "receiver/day-desk").ok());
}

TEST_CASE("explain: the alarm of a source, of a tag that never came, and of a gate", "[trial]") {
  const RecordedRule r{{{0, "50"}, {600, ""}},
                       "time.never_seen_after = \"1m\"\n" +
                           on_t0("kind = \"deviation\"\nwith = \"a/b/t1\"\nH = 3\n"),
                       {{0, SourceCondition{"park", false, true, "refused"}}}};
  CHECK(has(r.reasons("quality", "source/park"), "the alarm is unacknowledged since"));
  CHECK(has(r.reasons("never-seen", "a/b/t1"), "the alarm is unacknowledged since"));
  CHECK(has(r.reasons("clock", "a/b/t0"), "the alarm is normal"));
  CHECK(has(r.reasons("clock", "gateway/clock"), "the alarm is normal"));
  CHECK(has(r.reasons("gate-overstay", "inside/person"), "switched off; the alarm is normal"));
  const auto history = store::open_history(r.dir.path());
  REQUIRE(history.ok());
  const auto source = trial::explain(**history, "quality", "source/prak");
  REQUIRE_FALSE(source.ok());
  CHECK(has(source.error().message, "did you mean \"source/park\"?"));
  const auto place = trial::explain(**history, "gate-overstay", "inside/ufo");
  REQUIRE_FALSE(place.ok());
  CHECK(has(place.error().message, "has no alarm on \"inside/ufo\""));
}

TEST_CASE("explain: the command shows an own alarm, and speaks Chinese", "[trial]") {
  const RecordedRule r{{{0, "50"}}, on_t0("kind = \"limit\"\nH = 80\n")};
  cli::ExplainCommand command;
  command.rule = "quality";
  command.tag = "source/park";
  command.state_directory = r.dir.path();
  test::RecordingConsole own;
  CHECK(cli::explain(command, own.console) == cli::exit_ok);
  CHECK(has(own.out.str(), "quality on source/park"));
  CHECK(has(own.out.str(), "it has never come"));
  command.rule = "level";
  command.tag = "a/b/t0";
  test::RecordingConsole chinese;
  chinese.console.style.chinese = true;
  CHECK(cli::explain(command, chinese.console) == cli::exit_ok);
  CHECK(has(chinese.out.str(), "level (limit)，点位 a/b/t0\n截至 "));
  CHECK(has(chinese.out.str(), "\n值 50 m，good，测量于 "));
  CHECK(has(chinese.out.str(), "- H = 80 未越限\n- 报警正常\n从未发生过\n"));
}

}  // namespace explain_kinds_test
