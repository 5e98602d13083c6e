// tests/unit/pipeline/actions_test.cpp - Which alarms publish commands, which do not, and whether
// the plant followed.
#include <catch2/catch.hpp>

#include "actions_park.h"
#include "pipeline/actions.h"

namespace parkwatch::test::actions_test {

TEST_CASE("actions: an announced raise asks for the command, with its number, topic and expiry",
          "[pipeline]") {
  Rig rig{park(open_action())};
  rig.send(5s, "a/b/c 60");
  CHECK(rig.alarms() == "5s raised H a/b/c 60; 5s action_requested H action/open");
  const AlarmEvent& row = rig.facts().transitions.back();
  REQUIRE(row.command);
  CHECK(row.rule == rule_action);
  CHECK(row.command->request == row.journal);
  CHECK(row.command->topic == "park/b/cmd");
  CHECK(final_payload(row.command->payload, "p-g-2") == "open p-g-2 a/b/c 60");
  CHECK(row.command->expires == day + 35s);
  CHECK(row.command->cause_rule == "gas");
  CHECK(row.related == std::vector<std::uint64_t>{row.journal - 1});
  CHECK(row.notice == Notice::none);
  REQUIRE(rig.pipeline().commands().size() == 1);
  CHECK(rig.pipeline().commands().front() == row);
}

TEST_CASE("actions: the feedback confirms, once, from the reading that says so", "[pipeline]") {
  Rig rig{park(open_action())};
  rig.send(5s, "a/b/d 0\na/b/c 60");
  rig.feed(ActionReport{last_request(rig), ActionReport::Outcome::sent, ""}, 6s);
  CHECK(rig.pipeline().commands().empty());
  rig.send(7s, "a/b/d 1 q=bad");
  rig.send(8s, "a/b/d 1");
  rig.send(9s, "a/b/d 1");
  rig.tick(60s);
  CHECK(rig.alarms() ==
        "5s raised H a/b/c 60; 5s action_requested H action/open; "
        "6s action_sent H action/open; 8s action_confirmed H action/open");
}

TEST_CASE("actions: feedback that says so already confirms at once", "[pipeline]") {
  Rig rig{park(open_action())};
  rig.send(4s, "a/b/d 1");
  rig.send(5s, "a/b/c 60");
  CHECK(rig.alarms() ==
        "5s raised H a/b/c 60; 5s action_requested H action/open; "
        "5s action_confirmed H action/open");
}

TEST_CASE(
    "actions: without feedback in time there is an alarm, as urgent as the cause, until it "
    "comes",
    "[pipeline]") {
  Rig rig{park(open_action())};
  rig.send(5s, "a/b/c 95");
  rig.tick(15s);
  const AlarmEvent alarm = rig.facts().transitions.back();
  CHECK(alarm.kind == TransitionKind::raised);
  CHECK(alarm.rule == rule_action_unconfirmed);
  CHECK(alarm.tag == "action/open");
  CHECK(alarm.at == day + 15s);
  CHECK(alarm.priority == Priority::critical);
  CHECK(alarm.notice == Notice::opens);
  rig.send(20s, "a/b/d 1");
  (void)rig.alarms();
  CHECK(rig.facts().transitions.back().kind == TransitionKind::returned);
  CHECK(rig.facts().transitions.back().state == AlarmState::returned_unacknowledged);
}

TEST_CASE("actions: the failure is over when nothing calls for the action any more", "[pipeline]") {
  Rig rig{park(open_action())};
  rig.send(5s, "a/b/c 60");
  rig.tick(16s);
  rig.send(20s, "a/b/c 10");
  CHECK(rig.alarms() ==
        "5s raised H a/b/c 60; 5s action_requested H action/open; 15s raised on action/open; "
        "20s returned a/b/c 10; 20s returned action/open");
}

TEST_CASE("actions: a command that was not sent in time is journaled and raises the alarm",
          "[pipeline]") {
  ActionSpec spec = open_action();
  SECTION("with feedback, which may still come by hand") {
    Rig rig{park(spec)};
    rig.send(5s, "a/b/c 60");
    rig.feed(ActionReport{last_request(rig), ActionReport::Outcome::expired, "no broker"}, 9s);
    CHECK(rig.facts().transitions[2].comment == "no broker");
    rig.send(11s, "a/b/d 1");
    CHECK(
        rig.alarms() ==
        "5s raised H a/b/c 60; 5s action_requested H action/open; 9s action_expired H action/open; "
        "9s raised on action/open; 11s action_confirmed H action/open; "
        "11s returned action/open");
  }
  SECTION("without feedback it ends with what called for it") {
    spec.order.confirm.reset();
    Rig rig{park(spec)};
    rig.send(5s, "a/b/c 60");
    rig.feed(ActionReport{last_request(rig), ActionReport::Outcome::expired, ""}, 36s);
    rig.send(40s, "a/b/c 10");
    CHECK(rig.alarms() ==
          "5s raised H a/b/c 60; 5s action_requested H action/open; "
          "36s action_expired H action/open; 36s raised on action/open; 40s returned a/b/c 10; "
          "40s returned action/open");
  }
  SECTION("when that is over already it only waits for an operator") {
    spec.order.confirm.reset();
    Rig rig{park(spec)};
    rig.send(5s, "a/b/c 60");
    rig.send(6s, "a/b/c 10");
    rig.feed(ActionReport{last_request(rig), ActionReport::Outcome::expired, ""}, 36s);
    const AlarmEvent& last = rig.facts().transitions.back();
    CHECK(last.rule == rule_action_unconfirmed);
    CHECK(last.state == AlarmState::returned_unacknowledged);
  }
}

TEST_CASE("actions: a report of an unknown command, or the same again, changes nothing",
          "[pipeline]") {
  Rig rig{park(open_action())};
  rig.send(5s, "a/b/c 60");
  const std::uint64_t request = last_request(rig);
  rig.feed(ActionReport{request + 7, ActionReport::Outcome::sent, ""}, 6s);
  rig.feed(ActionReport{request, ActionReport::Outcome::sent, ""}, 7s);
  rig.feed(ActionReport{request, ActionReport::Outcome::expired, ""}, 8s);
  CHECK(rig.alarms() ==
        "5s raised H a/b/c 60; 5s action_requested H action/open; 7s action_sent H action/open");
}

TEST_CASE("actions: a dry run journals what would be sent, awaits nothing and raises nothing",
          "[pipeline]") {
  ActionSpec spec = open_action();
  spec.release = close_order();
  spec.release_after = 3s;
  spec.release_acknowledged = false;
  Rig rig{park(spec, false)};
  rig.send(5s, "a/b/c 60");
  rig.send(30s, "a/b/c 10");
  rig.tick(60s);
  std::size_t told = 0;
  CHECK(commands(rig, told) ==
        "5s action_dry_run park/b/cmd open {id} a/b/c 60; "
        "33s action_dry_run park/b/cmd close {id}");
  CHECK(rig.pipeline().commands().empty());
}

TEST_CASE("actions: hidden alarms and alarms on a test value act on nothing", "[pipeline]") {
  Rig rig{park(open_action())};
  std::size_t told = 0;
  SECTION("shelved; shown again while it is active, it acts") {
    rig.send(1s, "a/b/c 60");
    (void)commands(rig, told);
    AlarmCommand shelve;
    shelve.rule = "gas";
    shelve.tag = "a/b/c";
    shelve.length = 3min;
    shelve.comment = "calibration";
    rig.send(2s, "a/b/c 10");
    rig.feed(Command{"li", shelve, true}, 3s);
    rig.send(100s, "a/b/c 60");
    CHECK(commands(rig, told).empty());
    rig.tick(200s);
    CHECK(commands(rig, told) == "3m3s action_requested park/b/cmd open {id} a/b/c 60");
  }
  SECTION("in maintenance") {
    MaintenanceCommand work;
    work.tags = "a/**";
    work.length = 1h;
    work.reason = "work";
    rig.feed(Command{"li", work, true}, 1s);
    rig.send(2s, "a/b/c 60");
    CHECK(commands(rig, told).empty());
  }
  SECTION("out of service") {
    AlarmCommand out;
    out.verb = AlarmCommand::Verb::out_of_service;
    out.rule = "gas";
    out.tag = "a/b/c";
    out.comment = "swapped";
    rig.feed(Command{"li", out, true}, 1s);
    rig.send(2s, "a/b/c 60");
    CHECK(commands(rig, told).empty());
  }
  SECTION("a loop check") {
    LoopCheckCommand check;
    check.tag = "a/b/c";
    check.value = 95;
    check.length = 1min;
    check.reason = "loop";
    rig.feed(Command{"li", check, true}, 1s);
    CHECK(rig.alarms().find("raised HH a/b/c 95") != std::string::npos);
    CHECK(commands(rig, told).empty());
  }
  SECTION("not commissioned") {
    Plant plant = park(open_action());
    plant.tags[0].commissioned = false;
    Rig other{plant};
    other.send(2s, "a/b/c 60");
    CHECK(commands(other, told).empty());
  }
  SECTION("historical") {
    rig.send(2s, "a/b/c 60 t=1000000 h");
    CHECK(commands(rig, told).empty());
  }
}

TEST_CASE("actions: alarms that stand when the configuration comes act on nothing", "[pipeline]") {
  Plant before = park(open_action());
  before.actions.actions.clear();
  before.hash = "plant-0";
  Rig rig{before};
  rig.send(5s, "a/b/c 60");
  rig.use(park(open_action()), 10s);
  rig.send(11s, "a/b/c 70");
  std::size_t told = 0;
  CHECK(commands(rig, told).empty());
  rig.send(12s, "a/b/c 95");  // another occurrence
  CHECK(commands(rig, told) == "12s action_requested park/b/cmd open {id} a/b/c 95");
}

TEST_CASE("actions: only the levels, priorities, tags and groups that are named call",
          "[pipeline]") {
  ActionSpec spec = open_action();
  std::size_t told = 0;
  SECTION("a level") {
    spec.levels = {Level::high_high};
    Rig rig{park(spec)};
    rig.send(1s, "a/b/c 60");
    CHECK(commands(rig, told).empty());
    rig.send(2s, "a/b/c 95");
    CHECK(commands(rig, told) == "2s action_requested park/b/cmd open {id} a/b/c 95");
  }
  SECTION("a priority") {
    spec.priorities = {Priority::low, Priority::high};
    Rig rig{park(spec)};
    rig.send(1s, "a/b/c 95");
    CHECK(commands(rig, told).empty());
  }
  SECTION("a tag") {
    spec.tags = {"a/b/e"};
    Rig rig{park(spec)};
    rig.send(1s, "a/b/c 60");
    CHECK(commands(rig, told).empty());
    rig.send(2s, "a/b/e 60");
    CHECK(commands(rig, told) == "2s action_requested park/b/cmd open {id} a/b/e 60");
  }
  SECTION("a group") {
    spec.groups = {"other"};
    Rig rig{park(spec)};
    rig.send(1s, "a/b/c 60");
    CHECK(commands(rig, told).empty());
  }
}

TEST_CASE("actions: the cooldown holds repetitions, but no more urgent alarm", "[pipeline]") {
  Rig rig{park(open_action())};
  std::size_t told = 0;
  rig.send(1s, "a/b/c 60");
  rig.send(2s, "a/b/c 10");
  rig.send(11s, "a/b/c 60");
  CHECK(
      commands(rig, told) ==
      "1s action_requested park/b/cmd open {id} a/b/c 60; 11s action_skipped commanded already at "
      "2024-10-04T00:00:01Z, within the cooldown");
  rig.send(12s, "a/b/c 95");
  CHECK(commands(rig, told) == "12s action_requested park/b/cmd open {id} a/b/c 95");
  rig.send(13s, "a/b/c 10");
  rig.send(100s, "a/b/c 60");
  CHECK(commands(rig, told) == "1m40s action_requested park/b/cmd open {id} a/b/c 60");
}

TEST_CASE("actions: a topic that the list does not cover is never commanded", "[pipeline]") {
  ActionSpec spec = open_action();
  spec.order.topic = "plant/{device}/valve";
  Rig rig{park(spec)};
  std::size_t told = 0;
  rig.send(1s, "a/b/c 60");
  CHECK(commands(rig, told) == "1s action_skipped the allow-list does not cover the topic");
}

TEST_CASE(
    "actions: a topic beyond the number that is kept is refused in the journal, not in silence",
    "[pipeline]") {
  ActionSpec spec = open_action();
  spec.rules = {};
  spec.groups = {"test"};
  spec.order.confirm.reset();
  RuleSpec gas = limit_of("gas", "a/b/c", 50);
  Plant plant = plant_of({gas});
  plant.rules.front().tags.clear();
  for (std::size_t i = 0; i <= pipeline::action_targets_max; ++i) {
    plant.tags.push_back(tag_of("x/d" + std::to_string(i) + "/v"));
    plant.rules.front().tags.push_back(plant.tags.back().name);
  }
  plant.actions.live = true;
  plant.actions.allow = {"park/+/cmd"};
  plant.actions.actions = {spec};
  Rig rig{plant};
  std::size_t told = 0;
  for (std::size_t i = 0; i < pipeline::action_targets_max; ++i) {
    rig.send(1s, "x/d" + std::to_string(i) + "/v 60");
  }
  CHECK(commands(rig, told).find("skipped") == std::string::npos);
  rig.send(2s, "x/d" + std::to_string(pipeline::action_targets_max) + "/v 60");
  CHECK(commands(rig, told) == "2s action_skipped too many topics are commanded");
}

TEST_CASE("actions: an alarm on readings older than the expiry commands nothing", "[pipeline]") {
  Rig rig{park(open_action())};
  rig.send(600s, "a/b/c 60 t=400000000");
  CHECK(rig.alarms() ==
        "10m raised H a/b/c 60; 10m action_expired H action/open; "
        "10m raised on action/open");
  CHECK(rig.pipeline().commands().empty());
}

TEST_CASE("actions: a failed action may call for another one, and not for itself", "[pipeline]") {
  Plant plant = park(open_action());
  ActionSpec siren;
  siren.id = "siren";
  siren.rules = {"action-*"};
  siren.order = {"park/siren/cmd", "on", false, {}};
  plant.actions.actions.push_back(siren);
  plant.actions.actions[0].rules = {"**"};
  Rig rig{plant};
  std::size_t told = 0;
  rig.send(5s, "a/b/c 60");
  (void)commands(rig, told);
  rig.tick(15s);
  CHECK(commands(rig, told) == "15s action_requested park/siren/cmd on");
}

}  // namespace parkwatch::test::actions_test
