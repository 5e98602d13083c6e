// tests/unit/http/alarm_commands_test.cpp - Commands of alarms, windows and loop checks over HTTP.
#include <catch2/catch.hpp>

#include "tests/unit/http/client.h"
#include "tests/unit/http/park.h"

namespace alarm_commands_test {

using namespace parkwatch;
using namespace std::chrono_literals;
using test::get;
using test::Park;
using test::send;
using test::transition;

namespace {

// The command that a good body becomes.
Command command_of(const std::string& target, const std::string& body) {
  Park park;
  const auto reply = send(park.port(), "POST", target, body);
  CAPTURE(target, body, reply.body);
  REQUIRE(reply.status == 200);
  const auto commands = park.commands();
  REQUIRE(commands.size() == 1);
  CHECK(commands[0].author == "local");
  return commands[0];
}

}  // namespace

TEST_CASE("alarm commands: each verb is a command of its own", "[http]") {
  using Verb = AlarmCommand::Verb;
  const std::string alarm = R"("rule":"HH","tag":"a/b/c")";
  const std::pair<const char*, Verb> plain[] = {{"unack", Verb::unacknowledge},
                                                {"unshelve", Verb::unshelve},
                                                {"reset", Verb::reset},
                                                {"in-service", Verb::in_service}};
  for (const auto& [path, verb] : plain) {
    const Command command = command_of(std::string{"/v1/alarms/"} + path,
                                       "{" + alarm + R"(,"occurrence":4,"comment":"seen"})");
    AlarmCommand expected;
    expected.verb = verb;
    expected.rule = "HH";
    expected.tag = "a/b/c";
    expected.occurrence = 4;
    expected.comment = "seen";
    CHECK(std::get<AlarmCommand>(command.body) == expected);
  }
  const auto shelve = std::get<AlarmCommand>(
      command_of("/v1/alarms/shelve",
                 "{" + alarm + R"(,"for":"30m","reason":"why","one_shot":true})")
          .body);
  CHECK(shelve.verb == Verb::shelve);
  CHECK(shelve.length == 30min);
  CHECK(shelve.one_shot);
  CHECK(shelve.comment == "why");
  const auto out = std::get<AlarmCommand>(
      command_of("/v1/alarms/out-of-service",
                 "{" + alarm + R"(,"until":"2026-05-31T06:00:00Z","reason":"why"})")
          .body);
  CHECK(out.verb == Verb::out_of_service);
  CHECK(out.until == parse_rfc3339("2026-05-31T06:00:00Z"));
  const auto silence = std::get<AlarmCommand>(command_of("/v1/alarms/silence", "").body);
  CHECK(silence.verb == Verb::silence);
  const auto first =
      std::get<AlarmCommand>(command_of("/v1/alarms/first-out/reset", R"({"group":"trip"})").body);
  CHECK(first.verb == Verb::reset_first_out);
  CHECK(first.group == "trip");
}

TEST_CASE("alarm commands: maintenance windows and loop checks", "[http]") {
  const auto begin = std::get<MaintenanceCommand>(
      command_of("/v1/maintenance",
                 R"({"group":"tanks","tags":"a/**","from":"2026-05-31T06:00:00Z","for":"4h",)"
                 R"("reason":"gauges"})")
          .body);
  CHECK(begin.group == "tanks");
  CHECK(begin.tags == "a/**");
  CHECK(begin.from == parse_rfc3339("2026-05-31T06:00:00Z"));
  CHECK(begin.length == 4h);
  CHECK(begin.reason == "gauges");
  const auto end =
      std::get<MaintenanceCommand>(command_of("/v1/maintenance/end", R"({"window":17})").body);
  CHECK(end.verb == MaintenanceCommand::Verb::end);
  CHECK(end.window == 17);
  const Command loop =
      command_of("/v1/loop-checks", R"({"tag":"a/b/c","value":91.5,"for":"5m","reason":"annual"})");
  CHECK(loop.admin);
  const auto& start = std::get<LoopCheckCommand>(loop.body);
  CHECK(start.value == 91.5);
  CHECK(start.length == 5min);
  const auto stop =
      std::get<LoopCheckCommand>(command_of("/v1/loop-checks/end", R"({"tag":"a/b/c"})").body);
  CHECK(stop.verb == LoopCheckCommand::Verb::end);
}

TEST_CASE("alarm commands: a window is told by its number, and if it covers nothing", "[http]") {
  Park park;
  park.site.groups = {"tanks"};
  park.publish("a/b/c", 1.0);
  const auto window = [](std::uint64_t number, const char* group, const char* scope) {
    AlarmEvent row = transition(number, TransitionKind::maintenance_started, AlarmState::normal,
                                std::string{rule_maintenance}, "window/" + std::to_string(number));
    row.flags = alarm_in_progress;
    row.group = group;
    row.scope = scope;
    return row;
  };
  Facts facts;
  facts.transitions = {window(9, "tanks", "a/**"), window(10, "tanks", "a/**"),
                       window(11, "tanks", "b/**"), window(12, "pumps", "a/**"),
                       window(13, "", "a/**")};
  park.commit(std::move(facts));
  const auto begin = [&](const std::string& what) {
    return send(park.port(), "POST", "/v1/maintenance", "{" + what + R"(,"for":"4h","reason":"r"})")
        .body;
  };
  // The newest of those that say the same.
  CHECK_THAT(begin(R"("group":"tanks","tags":"a/**")"),
             Catch::Contains(R"({"done":true,"window":10})"));
  CHECK_THAT(begin(R"("tags":"a/**")"), Catch::Contains(R"({"done":true,"window":13})"));
  CHECK_THAT(begin(R"("group":"tanks","tags":"b/**")"),
             Catch::Contains(R"("window":11,"warnings":["no tag matches 'b/**'"])"));
  const std::string none = begin(R"("group":"tnaks")");
  CHECK_THAT(none, Catch::Contains(R"("warnings":["no alarm is of the group 'tnaks'"])"));
  CHECK_THAT(none, !Catch::Contains("window"));
}

TEST_CASE("alarm commands: what cannot be read changes nothing", "[http][fault]") {
  Park park;
  const std::pair<const char*, const char*> bad[] = {
      {"/v1/alarms/shelve", R"({"rule":"HH","tag":"a","for":"30m"})"},
      {"/v1/alarms/shelve", R"({"rule":"HH","tag":"a","for":"soon","reason":"x"})"},
      {"/v1/alarms/shelve", R"({"rule":"HH","tag":"a","until":"soon","reason":"x"})"},
      {"/v1/alarms/shelve",
       R"({"rule":"HH","tag":"a","for":"1h","until":"2026-05-31T06:00:00Z","reason":"x"})"},
      {"/v1/alarms/shelve", R"({"rule":"HH","tag":"a","for":"1h","reason":"x","one_shot":1})"},
      {"/v1/alarms/reset", R"({"rule":"HH","tag":"a","for":"1h"})"},
      {"/v1/alarms/silence", R"({"rule":"HH"})"},
      {"/v1/alarms/first-out/reset", "{}"},
      {"/v1/maintenance", R"({"group":"tanks","for":"1h"})"},
      {"/v1/maintenance/end", "{}"},
      {"/v1/loop-checks", R"({"tag":"a","for":"5m","reason":"x"})"},
      {"/v1/loop-checks", R"({"tag":"a","value":"high","for":"5m","reason":"x"})"},
      {"/v1/loop-checks/end", "{}"}};
  for (const auto& [target, body] : bad) {
    CAPTURE(target, body);
    CHECK(send(park.port(), "POST", target, body).status == 400);
  }
  CHECK(park.commands().empty());
}

TEST_CASE("alarm commands: refused is 403, a conflict shows the alarm as it is now", "[http]") {
  Park park;
  park.decide([](const Command&) { return Error{ErrorKind::refused, "only an admin may"}; });
  const std::string body = R"({"rule":"HH","tag":"a/b/c","for":"1h","reason":"x"})";
  CHECK(send(park.port(), "POST", "/v1/alarms/shelve", body).status == 403);
  park.decide([](const Command&) { return Error{ErrorKind::conflict, "not shelved"}; });
  const auto reply =
      send(park.port(), "POST", "/v1/alarms/unshelve", R"({"rule":"HH","tag":"a/b/c"})");
  CHECK(reply.status == 409);
  CHECK(reply.json().at("alarm").at("state") == "normal");
  CHECK(send(park.port(), "POST", "/v1/alarms/silence", "").status == 409);
}

TEST_CASE("tags: one whose loop is being checked says so", "[http]") {
  Park park;
  AlarmEvent row = transition(1, TransitionKind::loop_check_started, AlarmState::normal,
                              std::string{rule_loop_check}, "tank/t101/level");
  row.flags = alarm_in_progress;
  row.value = 95;
  row.shelving = Hold{row.at, row.at + 5min, false, "wang", "annual"};
  Facts facts;
  facts.transitions = {row};
  TagDefined defined;
  defined.id = 0;
  defined.tag.name = "tank/t101/level";
  facts.tags = {defined};
  park.commit(std::move(facts));
  const auto tags = get(park.port(), "/v1/tags").json().at("tags").as_array();
  REQUIRE(!tags.empty());
  CHECK(tags[0].at("name") == "tank/t101/level");
  CHECK(tags[0].at("test").at("author") == "wang");
  CHECK(tags[0].at("test").at("value").as_double() == 95);
}

TEST_CASE("alarms: windows, loop checks and a flood are listed beside the alarms", "[http]") {
  Park park;
  const auto row = [](std::uint64_t journal, std::string_view rule, const char* tag) {
    AlarmEvent e = transition(journal, TransitionKind::maintenance_started, AlarmState::normal,
                              std::string{rule}, tag);
    e.flags = alarm_in_progress;
    return e;
  };
  AlarmEvent shelved =
      transition(4, TransitionKind::shelved, AlarmState::normal, "HH", "tank/t101/level");
  shelved.flags = alarm_shelved;
  shelved.shelving = Hold{shelved.at, shelved.at + 1h, false, "li", "calibration"};
  Facts facts;
  facts.transitions = {row(1, rule_maintenance, "window/1"), row(2, rule_loop_check, "a/b/c"),
                       row(3, rule_flood, "alarms"), shelved, row(5, rule_horn, "alarms")};
  park.commit(std::move(facts));
  const auto document = get(park.port(), "/v1/alarms").json();
  REQUIRE(document.at("alarms").as_array().size() == 1);
  const auto& alarm = document.at("alarms").as_array()[0];
  CHECK(alarm.at("flags").as_array()[0] == "shelved");
  CHECK(alarm.at("shelving").at("author") == "li");
  CHECK(document.at("maintenance").as_array().size() == 1);
  CHECK(document.at("loop_checks").as_array().size() == 1);
  CHECK(document.at("flood").at("tag") == "alarms");
}

}  // namespace alarm_commands_test
