// tests/unit/pipeline/actions_later_test.cpp - What becomes of a command later: its release,
// another configuration, downtime, pauses and restarts.
#include <catch2/catch.hpp>

#include "actions_park.h"
#include "parkwatch/v1/snapshot.pb.h"

namespace parkwatch::test::actions_later_test {

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

TEST_CASE(
    "actions: what was ordered within a pause waits for no longer than its whole time after it",
    "[pipeline]") {
  Rig rig{park(open_action())};
  rig.feed(Pause{true}, 2s);
  rig.send(1h, "a/b/c 60");
  rig.feed(Pause{false}, 1h + 1s);
  (void)rig.alarms();
  rig.tick(1h + 10s);
  CHECK(rig.alarms().empty());
  rig.tick(2h);
  CHECK(rig.alarms() == "1h11s raised on action/open");
}

TEST_CASE(
    "actions: a release that became due within a pause waits for no longer than its whole "
    "time after it",
    "[pipeline]") {
  ActionSpec spec = open_action();
  spec.release = close_order();
  spec.release_after = 20s;
  spec.release_acknowledged = false;
  Rig rig{park(spec)};
  std::size_t told = 0;
  rig.send(1s, "a/b/d 1\na/b/c 60");
  (void)commands(rig, told);
  rig.feed(Pause{true}, 2s);
  rig.send(1h, "a/b/c 10");
  rig.feed(Pause{false}, 1h + 1s);
  rig.tick(1h + 20s);
  CHECK(commands(rig, told).empty());
  rig.tick(2h);
  CHECK(commands(rig, told) == "1h21s action_requested park/b/cmd close {id}");
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

}  // namespace parkwatch::test::actions_later_test
