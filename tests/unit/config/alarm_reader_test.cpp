// tests/unit/config/alarm_reader_test.cpp - How a rule's alarms behave, and each way to get it
// wrong.
#include "config/alarm_reader.h"

#include <catch2/catch.hpp>

#include "given.h"

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
  CHECK_THAT(said_of("suppress_when = \"`t/1/off` == 1\"\n"),
             Catch::Contains("does not act on it"));
  CHECK_THAT(given(start + "suppress_when = \"`{site}/{device}/of` == 1\"\n").said(),
             Catch::Contains("unknown tag \"t/1/of\""));
  CHECK_THAT(said_of("suppress_when = \"`t/1/off` ==\"\n"),
             Catch::StartsWith("rule.suppress_when: "));
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
