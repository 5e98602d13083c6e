// tests/unit/pipeline/actions_test.cpp - Which alarms publish commands, which do not, and what
// becomes of them.
#include <catch2/catch.hpp>

#include "parkwatch/v1/snapshot.pb.h"
#include "pipeline/actions.h"
#include "rig.h"

namespace parkwatch::test::actions_test {
namespace {

// Tag a/b/c calls for a command; a/b/d is its feedback: 1 when the barrier is open.
ActionSpec open_action() {
  ActionSpec spec;
  spec.id = "open";
  spec.rules = {"gas"};
  spec.order.topic = "park/{device}/cmd";
  spec.order.payload = "open {id} {tag} {value}";
  spec.order.confirm = ActionConfirm{"a/b/d", {{}, {}, {1}}, 10s};
  spec.expires = 30s;
  spec.cooldown = 60s;
  return spec;
}

ActionOrder close_order() {
  return {"park/{device}/cmd", "close {id}", false, ActionConfirm{"a/b/d", {{}, {}, {0}}, 10s}};
}

Plant park(ActionSpec spec, bool live = true) {
  RuleSpec gas = limit_of("gas", "a/b/c", 50);
  gas.tags = {"a/b/c", "a/b/e"};
  gas.limits.push_back({.level = Level::high_high, .at = 90, .priority = Priority::critical});
  Plant plant = plant_of({gas});
  plant.tags.push_back(tag_of("a/b/e"));
  plant.actions.live = live;
  plant.actions.allow = {"park/+/cmd"};
  plant.actions.actions = {std::move(spec)};
  return plant;
}

// "kind topic payload" of each row of a command since the last call.
std::string commands(Rig& rig, std::size_t& told) {
  std::string text;
  for (; told < rig.facts().transitions.size(); ++told) {
    const AlarmEvent& e = rig.facts().transitions[told];
    if (!e.command) continue;
    text += (text.empty() ? "" : "; ") + to_text(e.at - day) + " " + std::string{to_text(e.kind)};
    if (e.kind == TransitionKind::action_requested || e.kind == TransitionKind::action_dry_run) {
      text += " " + e.command->topic + " " + e.command->payload;
    }
    if (e.kind == TransitionKind::action_skipped) text += " " + e.comment;
  }
  return text;
}

std::uint64_t last_request(Rig& rig) {
  std::uint64_t request = 0;
  for (const AlarmEvent& e : rig.facts().transitions) {
    if (e.kind == TransitionKind::action_requested) request = e.journal;
  }
  return request;
}

void acknowledge(Rig& rig, Duration at) {
  for (auto e = rig.facts().transitions.rbegin(); e != rig.facts().transitions.rend(); ++e) {
    if (e->rule != "gas") continue;
    rig.feed(Command{"li", AcknowledgeAlarm{e->rule, e->tag, e->occurrence, ""}, false}, at);
    return;
  }
}

}  // namespace

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

TEST_CASE("actions: the release waits for the last alarm, its acknowledgement and its time",
          "[pipeline]") {
  ActionSpec spec = open_action();
  spec.release = close_order();
  spec.release_after = 20s;
  Rig rig{park(spec)};
  std::size_t told = 0;
  rig.send(1s, "a/b/d 1\na/b/c 60");
  rig.send(2s, "a/b/e 60");
  (void)commands(rig, told);
  rig.send(10s, "a/b/c 10");
  acknowledge(rig, 11s);
  rig.tick(60s);
  CHECK(commands(rig, told).empty());  // the other one calls for it
  rig.send(61s, "a/b/e 10");
  rig.tick(120s);
  CHECK(commands(rig, told).empty());  // nobody has acknowledged it
  acknowledge(rig, 121s);
  rig.tick(140s);
  CHECK(commands(rig, told).empty());
  SECTION("it comes") {
    rig.tick(141s);
    CHECK(commands(rig, told) == "2m21s action_requested park/b/cmd close {id}");
    rig.send(143s, "a/b/d 0");
    CHECK(commands(rig, told) == "2m23s action_confirmed");
  }
  SECTION("another raise takes it back, and needs no new command so soon") {
    rig.send(140500ms, "a/b/c 95");
    rig.tick(300s);
    CHECK(commands(rig, told) ==
          "2m20s500ms action_requested park/b/cmd open {id} a/b/c 95; "
          "2m20s500ms action_confirmed");
  }
}

TEST_CASE("actions: an alarm that chatters calls for it until the chatter ends", "[pipeline]") {
  ActionSpec spec = open_action();
  spec.release = close_order();
  spec.release_after = 5s;
  spec.release_acknowledged = false;
  Rig rig{park(spec)};
  std::size_t told = 0;
  for (const Duration raise : {1s, 21s, 41s}) {
    rig.send(raise, "a/b/c 60");
    rig.send(raise + 1s, "a/b/c 10");
  }
  CHECK_THAT(commands(rig, told),
             Catch::EndsWith("41s action_requested park/b/cmd open {id} a/b/c 60"));
  rig.send(60s, "a/b/c 60");
  rig.send(70s, "a/b/c 10");
  rig.tick(124s);
  CHECK(commands(rig, told).empty());
  rig.tick(125s);
  CHECK(commands(rig, told) == "2m5s action_requested park/b/cmd close {id}");
}

TEST_CASE("actions: what ends hidden is not released", "[pipeline]") {
  ActionSpec spec = open_action();
  spec.release = close_order();
  spec.release_after = 0s;
  spec.release_acknowledged = false;
  Rig rig{park(spec)};
  std::size_t told = 0;
  rig.send(1s, "a/b/c 60");
  MaintenanceCommand work;
  work.tags = "a/**";
  work.length = 1h;
  work.reason = "work";
  rig.feed(Command{"li", work, true}, 2s);
  (void)commands(rig, told);
  rig.send(3s, "a/b/c 10");
  rig.tick(60s);
  CHECK(commands(rig, told) == "3s action_skipped the alarm is hidden: whoever hid it decides");
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

TEST_CASE("actions: another configuration withdraws what is not sent yet", "[pipeline]") {
  Rig rig{park(open_action())};
  rig.send(5s, "a/b/c 60");
  (void)rig.alarms();
  SECTION("a dry run") {
    rig.use(park(open_action(), false), 6s);
    CHECK(rig.alarms() == "6s action_withdrawn H action/open");
  }
  SECTION("another payload, after it failed") {
    rig.tick(16s);
    (void)rig.alarms();
    ActionSpec other = open_action();
    other.order.payload = "OPEN";
    rig.use(park(other), 20s);
    CHECK(rig.alarms() == "20s action_withdrawn H action/open; 20s returned action/open");
  }
  SECTION("the same actions go on") {
    Plant plant = park(open_action());
    plant.hash = "plant-2";
    rig.use(plant, 6s);
    CHECK(rig.alarms().empty());
    CHECK(rig.pipeline().commands().size() == 1);
    rig.send(7s, "a/b/d 1");
    CHECK(rig.alarms() == "7s action_confirmed H action/open");
  }
}

TEST_CASE(
    "actions: downtime moves the wait for feedback and not the expiry; a step of the clock "
    "moves both",
    "[pipeline]") {
  Rig rig{park(open_action())};
  rig.send(5s, "a/b/c 60");
  (void)rig.alarms();
  SECTION("downtime") {
    rig.feed(Start{100s}, 105s);
    CHECK(rig.pipeline().commands().front().command->expires == day + 35s);
    rig.tick(114s);
    CHECK(rig.alarms().empty());
    rig.tick(115s);
    CHECK(rig.alarms() == "1m55s raised on action/open");
  }
  SECTION("the clock") {
    rig.feed(ClockStep{100s}, 5s);
    CHECK(rig.pipeline().commands().front().command->expires == day + 135s);
  }
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

TEST_CASE("actions: what a snapshot keeps goes on; a damaged one is refused", "[pipeline]") {
  const auto plant = std::make_shared<const Plant>(park(open_action()));
  Rig rig{*plant};
  rig.send(5s, "a/b/c 60");
  v1::Snapshot snapshot;
  rig.pipeline().snapshot(snapshot);
  REQUIRE(snapshot.actions().targets_size() == 1);
  auto restored = pipeline::Pipeline::restore(snapshot, plant);
  REQUIRE(restored);
  CHECK(restored->commands() == rig.pipeline().commands());
  Facts facts;
  restored->step(day + 15s, {}, facts);
  REQUIRE(facts.transitions.size() == 1);
  CHECK(facts.transitions[0].rule == rule_action_unconfirmed);

  SECTION("a wait without a command") {
    snapshot.mutable_actions()->mutable_targets(0)->clear_awaited();
    CHECK_FALSE(pipeline::Pipeline::restore(snapshot, plant));
  }
  SECTION("a command without its topic") {
    snapshot.mutable_actions()->mutable_commands(0)->clear_command();
    CHECK_FALSE(pipeline::Pipeline::restore(snapshot, plant));
  }
  SECTION("a release that the action does not have") {
    snapshot.mutable_actions()->mutable_targets(0)->set_release_us(1);
    CHECK_FALSE(pipeline::Pipeline::restore(snapshot, plant));
  }
}

}  // namespace parkwatch::test::actions_test
