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

constexpr Face high{Level::high, Priority::medium};
constexpr Face high_high{Level::high_high, Priority::critical};

AlarmEvent with_face(AlarmEvent event, Face face) {
  event.level = face.level;
  event.priority = face.priority;
  return event;
}

// A rise calls again, a fall does not.
AlarmEvent changed_now(const DispatchRig& rig, const AlarmEvent& raise, std::uint64_t journal,
                       Face face) {
  AlarmEvent e = followed(raise, journal, TransitionKind::level_changed, raise.state);
  e.notice = Notice::updates;
  if (face.priority > raise.priority) e.sounded = journal;
  return now_of(rig, with_face(e, face));
}

AlarmEvent ended_now(const DispatchRig& rig, const AlarmEvent& last, std::uint64_t journal) {
  AlarmEvent e = followed(last, journal, TransitionKind::returned, AlarmState::normal);
  e.notice = Notice::closes;
  return now_of(rig, e);
}

// What `name` holds open, by the notices that it took.
std::vector<Face> open_at(const DispatchRig& rig, const std::string& name) {
  std::vector<Face> open;
  for (const auto& one : rig.sent) {
    if (one.receiver != name || one.how != What::ok) continue;
    for (const News& news : one.message.notices) {
      if (news.before != news.face || news.closes()) std::erase(open, news.before);
      std::erase(open, news.face);
      if (news.firing()) open.push_back(news.face);
    }
  }
  return open;
}

// What an Alertmanager holds open, by what it was last told of each.
std::vector<Face> held_open(const DispatchRig& rig) {
  std::vector<Face> open;
  for (const auto& one : rig.sent) {
    for (const HeldAlert& held : one.message.held) {
      std::erase(open, held.face);
      if (held.ends == never) open.push_back(held.face);
    }
  }
  return open;
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

TEST_CASE("plan change: who comes instead hears how the alarm stands, and the end of that",
          "[notify]") {
  const auto kind =
      GENERATE(ReceiverKind::webhook, ReceiverKind::alertmanager, ReceiverKind::feishu);
  const auto [first, last] = GENERATE(std::pair{high, high_high}, std::pair{high_high, high});
  const auto plan_with = [&](const std::string& name) {
    NotifyPlan plan = plan_of({name}, {});
    plan.receivers[0].kind = kind;
    plan.routes[0].escalation.clear();
    return plan;
  };
  DispatchRig rig{plan_with("bad")};
  rig.answer = down;
  const AlarmEvent raise = with_face(now_of(rig, raised(9)), first);
  rig.commit(raise);
  rig.advance(20s);
  const AlarmEvent change = changed_now(rig, raise, 10, last);
  rig.commit(change);
  rig.sent.clear();
  rig.answer = {};
  rig.start(plan_with("new"));
  rig.advance(2min);
  CHECK(rig.said().front() == (last == high_high ? "new: 10" : "new: 9"));
  CHECK(open_at(rig, "new") == std::vector<Face>{last});
  const bool is_held = kind == ReceiverKind::alertmanager;
  if (is_held) CHECK(held_open(rig) == std::vector<Face>{last});
  rig.commit(ended_now(rig, change, 11));
  rig.advance(2min);
  CHECK(open_at(rig, "new").empty());
  if (is_held) CHECK(held_open(rig).empty());
}

TEST_CASE("plan change: what waited for who is gone is passed on in the order of the journal",
          "[notify]") {
  DispatchRig rig{plan_of({"bad"}, {})};
  rig.answer = down;
  rig.commit(now_of(rig, raised(9, "tank/t1/level")));
  rig.commit(now_of(rig, raised(10, "tank/t2/level")));
  rig.answer = {};
  rig.start(plan_of({"new"}, {}));
  CHECK(rig.said() == Lines{"new: 9 10"});
}

TEST_CASE("plan change: what was only counted for who is gone is told and closed, too",
          "[notify]") {
  NotifyPlan plan = plan_of({"bad"}, {});
  plan.receivers[0].queue_max = 2;
  DispatchRig rig{plan};
  rig.answer = down;
  for (std::uint64_t n = 1; n <= 5; ++n) {
    rig.commit(now_of(rig, raised(n, "tank/t" + std::to_string(n) + "/level")));
  }
  REQUIRE(rig.rows.contains("d/bad"));
  rig.answer = {};
  rig.start(plan_of({"new"}, {}));
  CHECK(rig.said() == Lines{"new: 4 5 3 2 1"});
  const std::vector<ClosedNews> closed = rig.dispatcher().closed();
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].receiver == "bad");
  CHECK(closed[0].reason == "gone");
  CHECK(closed[0].count == 5);
  CHECK(closed[0].first == 1);
  CHECK(closed[0].last == 5);
  CHECK_FALSE(rig.rows.contains("d/bad"));
}

TEST_CASE("plan change: a raise is passed on, of which only a later change was counted",
          "[notify]") {
  NotifyPlan plan = plan_of({"bad"}, {});
  plan.receivers[0].queue_max = 1;
  DispatchRig rig{plan};
  rig.answer = down;
  const AlarmEvent raise = with_face(now_of(rig, raised(1)), high_high);
  rig.commit(raise);
  rig.commit(changed_now(rig, raise, 2, high));
  for (std::uint64_t n = 3; n <= 4; ++n) {
    rig.commit(now_of(rig, with_priority(raised(n, "tank/t" + std::to_string(n) + "/level"),
                                         Priority::critical)));
  }
  rig.answer = {};
  rig.start(plan_of({"new"}, {}));
  CHECK(rig.said().size() == 3);  // the critical ones one by one
  CHECK(rig.said().back() == "new: 1");
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

TEST_CASE("plan change: who is called instead holds the alarm as it stands, and hears its end",
          "[notify]") {
  const auto plan_with = [](const std::string& boss) {
    NotifyPlan plan = plan_of({"first", boss}, {step(60s, boss)});
    plan.receivers[1].kind = ReceiverKind::webhook;
    return plan;
  };
  DispatchRig rig{plan_with("lead")};
  const AlarmEvent raise = with_face(now_of(rig, raised(1)), high);
  rig.commit(raise);
  rig.answer = down;
  rig.advance(70s);
  const AlarmEvent rise = changed_now(rig, raise, 2, high_high);
  rig.commit(rise);
  rig.answer = {};
  rig.start(plan_with("boss"));
  CHECK(open_at(rig, "boss") == std::vector<Face>{high_high});
  rig.commit(ended_now(rig, rise, 3));
  CHECK(open_at(rig, "boss").empty());
}

TEST_CASE("plan change: an alarm that had no escalation gets none by a restart", "[notify]") {
  NotifyPlan plan = plan_of({"first", "lead"}, {step(180s, "lead")});
  plan.routes[0].escalation.clear();
  DispatchRig rig{plan};
  rig.commit(now_of(rig, raised(1)));
  plan.routes[0].escalation = "duty";
  rig.start(plan);
  rig.advance(1h);
  CHECK(rig.said() == Lines{"first: 1"});
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

TEST_CASE("plan change: a fallback hears how the alarm stands when it steps in", "[notify]") {
  const auto [first, last] = GENERATE(std::pair{high, high_high}, std::pair{high_high, high});
  NotifyPlan plan = plan_of({"first", "spare"}, {step(24h, "first")});
  plan.receivers[0].updates = false;  // of a fall nothing waits there
  plan.receivers[0].fallback = {"spare"};
  plan.receivers[0].expire = GENERATE(50s, 24h);
  plan.receivers[1].kind = ReceiverKind::webhook;
  DispatchRig rig{plan};
  rig.answer = [](const DispatchRig::Sent& one) -> Outcome {
    if (one.receiver != "first") return {};
    return down(one);
  };
  const AlarmEvent raise = with_face(now_of(rig, raised(1)), first);
  rig.commit(raise);
  rig.advance(20s);
  const AlarmEvent change = changed_now(rig, raise, 2, last);
  rig.commit(change);
  rig.advance(5min);
  CHECK(rig.said() == Lines{last == high_high ? "spare: 2" : "spare: 1"});
  CHECK(open_at(rig, "spare") == std::vector<Face>{last});
  rig.commit(ended_now(rig, change, 3));
  rig.advance(1min);
  CHECK(open_at(rig, "spare").empty());
}

}  // namespace plan_change_test
