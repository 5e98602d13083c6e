// tests/unit/notify/plan_change_test.cpp - Another configuration while alarms are out: nobody's
// alarm is lost with a receiver or an escalation that is gone.
#include <catch2/catch.hpp>

#include "notify/dispatcher.h"
#include "tests/unit/notify/dispatch_rig.h"

namespace plan_change_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace parkwatch::test;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;
using What = Outcome::What;

namespace {

Outcome down(const DispatchRig::Sent&) { return {What::wait, Duration{0}, "down"}; }

EscalationStep step(Duration after, std::string name) {
  return {after, {std::move(name)}, EscalationStep::Until::acked, 0s, 1};
}

NotifyPlan plan_of(const std::vector<std::string>& names, std::vector<EscalationStep> steps) {
  NotifyPlan plan = plan_of_people(names, std::move(steps));
  plan.routes[0].to = {names.front()};
  return plan;
}

}  // namespace

TEST_CASE("plan change: what waits for a receiver that is gone is told to whom the routes name",
          "[notify]") {
  DispatchRig rig{plan_of({"bad", "lead"}, {step(180s, "lead")})};
  const AlarmEvent told = now_of(rig, raised(1));
  rig.commit(told);
  rig.answer = down;
  const AlarmEvent raise = now_of(rig, raised(2, "tank/t2/level"));
  rig.commit(raise);
  rig.commit(now_of(rig, raised(3, "tank/t3/level")));
  rig.commit(returned_now(rig, rig.journal.at(3)->event, 4));  // closed: nobody need hear of it
  rig.sent.clear();
  rig.answer = {};
  rig.start(plan_of({"new", "lead"}, {step(180s, "lead")}));
  CHECK(rig.said() == Lines{"new: 2"});  // not of what was told
  const std::vector<ClosedNews> closed = rig.dispatcher().closed();
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].receiver == "bad");
  CHECK(closed[0].reason == "gone");
  CHECK(closed[0].count == 3);
  CHECK(closed[0].first == 2);
  CHECK(closed[0].last == 4);
  for (const auto& [key, value] : rig.rows) CHECK_FALSE(key.starts_with("q/"));
  rig.commit(returned_now(rig, raise, 5));
  CHECK(rig.said() == Lines{"new: 2", "new: 5"});  // and of the end
  rig.start();
  CHECK(rig.dispatcher().closed().empty());
  CHECK(rig.said().size() == 2);
}

TEST_CASE("plan change: a step that waits for a receiver that is gone calls its successor",
          "[notify]") {
  DispatchRig rig{plan_of({"first", "lead"}, {step(60s, "lead")})};
  rig.commit(now_of(rig, raised(1)));
  rig.answer = down;
  rig.advance(90s);
  rig.answer = {};
  rig.sent.clear();
  rig.start(plan_of({"first", "boss"}, {step(60s, "boss")}));
  CHECK(rig.said() == Lines{"boss: 1e1.0"});
  rig.advance(1h);
  CHECK(rig.said().size() == 1);
}

TEST_CASE("plan change: an escalation that is gone goes on as the one that the routes name",
          "[notify]") {
  DispatchRig rig{plan_of({"first", "lead"}, {step(180s, "lead")})};
  const AlarmEvent raise = now_of(rig, raised(1));
  rig.commit(raise);
  const AlarmEvent other = now_of(rig, raised(2, "tank/t2/level"));
  rig.commit(other);
  rig.commit(
      now_of(rig, followed(other, 3, TransitionKind::acknowledged, AlarmState::acknowledged)));
  rig.advance(60s);
  rig.sent.clear();
  NotifyPlan plan = plan_of({"first", "boss"}, {step(100s, "boss")});
  plan.escalations[0].id = plan.routes[0].escalation = "night";
  rig.start(plan);
  rig.advance(99s);
  CHECK(rig.said().empty());
  rig.start();  // it goes on, and does not begin again
  rig.advance(1s);
  CHECK(rig.said() == Lines{"boss: 1e1.0"});
  rig.advance(1h);
  CHECK(rig.said().size() == 1);
}

TEST_CASE("plan change: a fallback hears what expires before its receiver counts as failing",
          "[notify]") {
  NotifyPlan plan = plan_of({"first", "spare"}, {step(24h, "spare")});
  plan.receivers[0].fallback = {"spare"};
  plan.receivers[0].expire = 60s;
  plan.receivers[0].fails_after = GENERATE(60s, 300s);
  DispatchRig rig{plan};
  rig.answer = [](const DispatchRig::Sent& one) -> Outcome {
    if (one.receiver != "first") return {};
    return down(one);
  };
  const AlarmEvent raise = now_of(rig, raised(1));
  rig.commit(raise);
  rig.advance(10min);
  CHECK(rig.said() == Lines{"spare: 1"});
  rig.commit(returned_now(rig, raise, 2));
  rig.advance(10min);
  CHECK(rig.said() == Lines{"spare: 1", "spare: 2"});
}

}  // namespace plan_change_test
