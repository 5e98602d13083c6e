// tests/unit/config/alarm_reader_test.cpp - How a rule's alarms behave, and each way to get it
// wrong.
#include "config/alarm_reader.h"

#include <catch2/catch.hpp>

#include "given.h"

namespace alarm_reader_test {

using namespace parkwatch;
using namespace parkwatch::config;
using namespace std::chrono_literals;

namespace {

const std::string start = R"([[tag]]
name = "t/1/level"
commissioned = false
[[tag]]
name = "t/1/off"
type = "boolean"
[[rule]]
id = "r"
kind = "limit"
tags = ["t/1/level"]
H = 5
)";

AlarmSpec alarm_of(const std::string& text) {
  const Loaded got = given(start + text);
  CHECK(got.said() == "");
  REQUIRE(got.config);
  return got.config->plant->rules.at(0).alarm;
}

// "" or the first thing that is said.
std::string said_of(const std::string& text) {
  const Loaded got = given(start + text);
  if (got.out.empty()) return {};
  return got.out[0].key + ": " + got.out[0].message;
}

}  // namespace

TEST_CASE("alarm keys: a rule that says nothing needs an acknowledgement and may be shelved",
          "[config]") {
  CHECK(alarm_of("") == AlarmSpec{});
  CHECK_FALSE(given(start).config->plant->tags.at(0).commissioned);
}

TEST_CASE("alarm keys: every one is taken", "[config]") {
  const AlarmSpec alarm = alarm_of(R"(ack = "required"
latched = true
shelvable = { max = "2h", reasons = ["calibration", "known-fault"] }
realarm = "4h"
respond_within = "5m"
first_out_group = "trip-{device}"
even_in_maintenance = true
count = { times = 5, within = "1m" }
escalation = "tank-duty"
suppress_when = "`{site}/{device}/off` == 1"
recheck = "90s"
[[receiver]]
name = "hook"
kind = "webhook"
url = "http://127.0.0.1:1/"
[[route]]
to = ["hook"]
[[escalation]]
id = "tank-duty"
steps = [{ after = "3m", to = ["hook"] }]
)");
  CHECK(alarm.latched);
  CHECK(alarm.shelvable);
  CHECK(alarm.shelve_max == 2h);
  CHECK(alarm.shelve_reasons == std::vector<std::string>{"calibration", "known-fault"});
  CHECK(alarm.realarm == 4h);
  CHECK(alarm.respond_within == 5min);
  CHECK(alarm.first_out_group == "trip-{device}");
  CHECK(alarm.even_in_maintenance);
  CHECK(alarm.count_times == 5);
  CHECK(alarm.count_within == 1min);
  CHECK(alarm.escalation == "tank-duty");
  CHECK(alarm.suppress_when == "`{site}/{device}/off` == 1");
  CHECK(alarm.recheck == 90s);
  CHECK_FALSE(alarm_of("shelvable = false\n").shelvable);
  CHECK_FALSE(alarm_of("ack = \"auto\"\n").ack_required);
}

TEST_CASE("alarm keys: what is wrong is said at its key", "[config]") {
  CHECK_THAT(said_of("ack = \"never\"\n"), Catch::StartsWith("rule.ack: "));
  CHECK_THAT(said_of("shelvable = 3\n"), Catch::StartsWith("rule.shelvable: is true, false or"));
  CHECK_THAT(said_of("shelvable = { max = \"25h\" }\n"), Catch::StartsWith("rule.shelvable.max: "));
  CHECK_THAT(said_of("count = { times = 5 }\n"),
             Catch::StartsWith("rule.count.within: is missing"));
  CHECK_THAT(said_of("first_out_group = \"{devise}\"\n"),
             Catch::Contains("unknown placeholder {devise}") && Catch::Contains("device"));
  CHECK_THAT(said_of("ack = \"auto\"\nrealarm = \"1h\"\n"), Catch::StartsWith("rule.realarm: "));
}

TEST_CASE("alarm keys: the ids of alarms without a rule are taken", "[config]") {
  const Loaded got = given(R"([[tag]]
name = "t/1/level"
[[rule]]
id = "quality"
kind = "limit"
tags = ["t/1/level"]
H = 5
)");
  CHECK_THAT(got.said(), Catch::Contains("id of an alarm that needs no rule"));
}

TEST_CASE("suppress_when: what is wrong is said with its line and column", "[config]") {
  const auto said = [](const std::string& value) {
    return given(start + "  suppress_when = " + value + "\n").said();
  };
  const std::string where = "p.toml:17:3 error rule.suppress_when: ";
  CHECK(said("\"`{site}/{device}/of` == 1\"") ==
        where + "unknown tag \"t/1/of\"; did you mean \"t/1/off\"?\n");
  CHECK_THAT(said("\"`t/1/off` ==\""), Catch::StartsWith(where + "Unexpected end of expression"));
  CHECK_THAT(said("\"`t/1/off == 1\""), Catch::StartsWith(where + "a backquote is not closed"));
  CHECK_THAT(said("\"`t/1/off` = 1\""), Catch::StartsWith(where + "'=' does not compare"));
  CHECK_THAT(said("\"`{sight}/1/off`\""), Catch::StartsWith(where + "unknown placeholder {sight}"));
  // A name without backquotes is a variable that nobody knows.
  CHECK_THAT(said("\"off == 1\""), Catch::StartsWith(where + "Unexpected token \"off"));
  CHECK(said("\"1\"") == where + "names no tag: write `site/device/quantity`\n");
  CHECK(said("\"\"") == where + "must not be empty\n");
  CHECK_THAT(said("3"), Catch::StartsWith(where));
  CHECK_THAT(said('"' + std::string(5000, '1') + '"'),
             Catch::StartsWith(where + "must not be longer than 4000 bytes"));
}

TEST_CASE("suppress_when: an operand that is a text is refused", "[config]") {
  const Loaded got = given("[[tag]]\nname = \"t/1/note\"\ntype = \"text\"\n" + start +
                           "suppress_when = \"`{site}/{device}/note` == 1\"\n");
  CHECK_THAT(got.said(), Catch::Contains("rule.suppress_when: \"t/1/note\" is a text"));
}

TEST_CASE("suppress_when: a pattern of many tags does not say the same for each", "[config]") {
  std::string words;
  for (int i = 0; i < 50; ++i) words += "\"w" + std::to_string(i) + "\",";
  const Loaded got =
      given("[[tag]]\nname = \"{a}/x/y\"\neach = { a = [" + words +
            "] }\n[[rule]]\nid = \"r\"\nkind = \"limit\"\ntags = [\"*/x/y\"]\nH = 2\n"
            "suppress_when = \"`{site}/x/off`\"\n");
  CHECK(got.out.size() == 3);
}

TEST_CASE("recheck: is a time with a unit, and of a rule that has suppress_when", "[config]") {
  const std::string when = "suppress_when = \"`t/1/off`\"\n";
  CHECK(alarm_of(when).recheck == 30s);
  CHECK(alarm_of(when + "recheck = \"0s\"\n").recheck == 0s);
  CHECK_THAT(said_of(when + "recheck = \"30\"\n"), Catch::StartsWith("rule.recheck: "));
  CHECK_THAT(said_of(when + "recheck = 30\n"), Catch::StartsWith("rule.recheck: "));
  CHECK_THAT(said_of(when + "recheck = \"25h\"\n"), Catch::StartsWith("rule.recheck: "));
  CHECK(said_of("recheck = \"30s\"\n") ==
        "rule.recheck: is the time after suppress_when, which this rule does not have");
}

}  // namespace alarm_reader_test
