// tests/unit/notify/escalation_test.cpp - Whom the steps of an escalation call, when, and until
// when.
#include <catch2/catch.hpp>

#include "tests/unit/notify/dispatch_rig.h"

namespace escalation_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace parkwatch::test;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

namespace {

std::string tank(int n) { return "tank/t" + std::to_string(n) + "/level"; }

// A plan with one escalation: at once to "shift", after 3 min to "lead" three times every 5 min,
// after 10 min to "safety".
NotifyPlan escalating() {
  NotifyPlan plan;
  for (const char* name : {"shift", "lead", "safety"}) {
    plan.receivers.push_back(receiver(name, ReceiverKind::feishu));
    plan.receivers.back().group_wait = 0s;
    plan.receivers.back().group_interval = 0s;
  }
  EscalationStep now_step{0s, {"shift"}, EscalationStep::Until::acked, 0s, 1};
  EscalationStep lead{180s, {"lead"}, EscalationStep::Until::acked, 300s, 3};
  EscalationStep safety{600s, {"safety"}, EscalationStep::Until::closed, 0s, 1};
  plan.escalations = {{"duty", {now_step, lead, safety}}};
  plan.routes = {RouteSpec{}};
  plan.routes[0].escalation = "duty";
  return plan;
}

// It is now that this happens.
AlarmEvent now_of(const DispatchRig& rig, AlarmEvent event) {
  event.at = rig.now;
  return event;
}

// While an alarm chatters, most of what it does is for the journal only.
AlarmEvent chattering(AlarmEvent event, Notice notice) {
  event.flags |= alarm_chattering;
  event.notice = notice;
  return event;
}

}  // namespace

TEST_CASE("dispatcher: escalation goes on until somebody acknowledges, who called is called off",
          "[notify]") {
  DispatchRig rig{escalating()};
  const AlarmEvent first = raised(1, tank(1));
  AlarmEvent at_once = first;
  at_once.at = rig.now;
  rig.commit(at_once);
  CHECK(rig.said() == Lines{"shift: 1"});
  rig.advance(180s);
  rig.advance(300s);
  CHECK(rig.said() == Lines{"shift: 1", "lead: 1e2.0", "lead: 1e2.1"});
  rig.commit(followed(at_once, 2, TransitionKind::acknowledged, AlarmState::acknowledged));
  CHECK(rig.said() == Lines{"shift: 1", "lead: 1e2.0", "lead: 1e2.1", "shift: 2", "lead: 2"});
  rig.advance(3600s);
  // Nobody else is woken, but for the step that goes on until the end.
  CHECK(rig.said().size() == 6);
  CHECK(rig.said().back() == "safety: 1e3.0");
}

TEST_CASE("dispatcher: an escalation ends by itself after its times", "[notify]") {
  DispatchRig rig{escalating()};
  AlarmEvent first = raised(1, tank(1));
  first.at = rig.now;
  rig.commit(first);
  rig.advance(7200s);
  CHECK(rig.said() ==
        Lines{"shift: 1", "lead: 1e2.0", "lead: 1e2.1", "safety: 1e3.0", "lead: 1e2.2"});
}

TEST_CASE("dispatcher: an escalation ends with the closing message", "[notify]") {
  DispatchRig rig{escalating()};
  AlarmEvent first = raised(1, tank(1));
  first.at = rig.now;
  rig.commit(first);
  rig.advance(60s);
  rig.commit(followed(first, 2, TransitionKind::returned, AlarmState::returned_unacknowledged));
  rig.advance(7200s);
  CHECK(rig.said() == Lines{"shift: 1", "shift: 2"});
}

TEST_CASE("dispatcher: a rise begins the escalation again", "[notify]") {
  DispatchRig rig{escalating()};
  AlarmEvent first = raised(1, tank(1));
  first.at = rig.now;
  first.level = Level::high;
  rig.commit(first);
  rig.advance(60s);
  rig.commit(followed(first, 2, TransitionKind::acknowledged, AlarmState::acknowledged));
  rig.advance(300s);
  CHECK(rig.said() == Lines{"shift: 1", "shift: 2"});
  AlarmEvent rise = followed(first, 3, TransitionKind::level_changed, AlarmState::unacknowledged);
  rise.level = Level::high_high;
  rise.occurrence = 3;
  rise.at = rig.now;
  rig.commit(rise);
  rig.advance(180s);
  CHECK(rig.said() == Lines{"shift: 1", "shift: 2", "shift: 3", "lead: 3e2.0"});
}

TEST_CASE("dispatcher: after a long time away a step is told once", "[notify]") {
  DispatchRig rig{escalating()};
  AlarmEvent first = raised(1, tank(1));
  first.at = rig.now;
  rig.commit(first);
  rig.now += 3600s;
  rig.start();
  CHECK(rig.said() == Lines{"shift: 1", "lead: 1e2.2", "safety: 1e3.0"});
}

TEST_CASE("dispatcher: what is hidden is told to nobody, and calls nobody", "[notify]") {
  DispatchRig rig{escalating()};
  AlarmEvent hidden = raised(1, tank(1));
  hidden.flags = alarm_suppressed;
  rig.commit(hidden);
  rig.advance(3600s);
  CHECK(rig.said().empty());
  AlarmEvent shown = followed(hidden, 2, TransitionKind::unsuppressed, AlarmState::unacknowledged);
  shown.flags = 0;
  shown.notice = Notice::opens;
  shown.at = rig.now;
  rig.commit(shown);
  CHECK(rig.said() == Lines{"shift: 2"});
  AlarmEvent shelved = followed(shown, 3, TransitionKind::shelved, AlarmState::unacknowledged);
  shelved.flags = alarm_shelved;
  shelved.notice = Notice::updates;
  rig.commit(shelved);
  rig.start();  // it stays so through a kill
  rig.advance(3600s);
  CHECK(rig.said() == Lines{"shift: 2", "shift: 3"});
  AlarmEvent closed = followed(shelved, 4, TransitionKind::returned, AlarmState::normal);
  closed.notice = Notice::closes;
  rig.commit(closed);
  CHECK(rig.said().back() == "shift: 4");
}

TEST_CASE("dispatcher: who acknowledged what chatters is not called when it returns", "[notify]") {
  DispatchRig rig{escalating()};
  const AlarmEvent first = now_of(rig, raised(1, tank(1)));
  rig.commit(first);
  rig.advance(30s);
  const AlarmEvent third = now_of(rig, chattering(raised(2, tank(1)), Notice::updates));
  rig.commit(third);
  const AlarmEvent acked =
      now_of(rig, followed(third, 3, TransitionKind::acknowledged, AlarmState::acknowledged));
  rig.commit(acked);
  // Its state is normal, and only its chatter keeps it open.
  rig.commit(
      chattering(followed(acked, 4, TransitionKind::returned, AlarmState::normal), Notice::none));
  rig.start();  // also after a kill
  rig.sent.clear();
  rig.advance(500s);
  CHECK(rig.said().empty());
}

TEST_CASE("dispatcher: what comes again while it chatters calls after the step's time, not at once",
          "[notify]") {
  DispatchRig rig{escalating()};
  const AlarmEvent first = now_of(rig, raised(1, tank(1)));
  rig.commit(first);
  rig.advance(200s);
  CHECK(rig.said() == Lines{"shift: 1", "lead: 1e2.0"});
  const AlarmEvent third = now_of(rig, chattering(raised(2, tank(1)), Notice::updates));
  rig.commit(third);
  rig.commit(
      now_of(rig, followed(third, 3, TransitionKind::acknowledged, AlarmState::acknowledged)));
  rig.advance(400s);
  rig.sent.clear();
  AlarmEvent again = now_of(rig, chattering(raised(4, tank(1)), Notice::none));
  rig.commit(again);
  rig.advance(179s);
  CHECK(rig.said().empty());
  rig.advance(1s);
  CHECK(rig.said() == Lines{"lead: 4e2.0"});  // under an id of its own
}

}  // namespace escalation_test
