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
  return plan_of_people({"shift", "lead", "safety"},
                        {{0s, {"shift"}, EscalationStep::Until::acked, 0s, 1},
                         {180s, {"lead"}, EscalationStep::Until::acked, 300s, 3},
                         {600s, {"safety"}, EscalationStep::Until::closed, 0s, 1}});
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
  const AlarmEvent first = now_of(rig, raised(1, tank(1)));
  rig.commit(first);
  CHECK(rig.said() == Lines{"shift: 1"});
  rig.advance(180s);
  rig.advance(300s);
  CHECK(rig.said() == Lines{"shift: 1", "lead: 1e2.0", "lead: 1e2.1"});
  rig.commit(followed(first, 2, TransitionKind::acknowledged, AlarmState::acknowledged));
  CHECK(rig.said() == Lines{"shift: 1", "lead: 1e2.0", "lead: 1e2.1", "shift: 2", "lead: 2"});
  rig.advance(3600s);
  // Nobody else is woken, but for the step that goes on until the end.
  CHECK(rig.said().size() == 6);
  CHECK(rig.said().back() == "safety: 1e3.0");
}

TEST_CASE("dispatcher: an escalation ends by itself after its times", "[notify]") {
  DispatchRig rig{escalating()};
  const AlarmEvent first = now_of(rig, raised(1, tank(1)));
  rig.commit(first);
  rig.advance(7200s);
  CHECK(rig.said() ==
        Lines{"shift: 1", "lead: 1e2.0", "lead: 1e2.1", "safety: 1e3.0", "lead: 1e2.2"});
}

TEST_CASE("dispatcher: an escalation goes on when the alarm returns and nobody acknowledges",
          "[notify]") {
  DispatchRig rig{escalating()};
  const AlarmEvent first = now_of(rig, raised(1, tank(1)));
  rig.commit(first);
  rig.advance(60s);
  const AlarmEvent back = returned_now(rig, first, 2);
  rig.commit(back);
  CHECK(rig.said() == Lines{"shift: 1", "shift: 2"});
  rig.start();  // also through a kill
  rig.advance(120s);
  REQUIRE(rig.said() == Lines{"shift: 1", "shift: 2", "lead: 2e2.0"});
  CHECK(rig.sent.back().at == sample_time + 180s);
  CHECK(rig.sent.back().message.notices[0].firing());
  rig.start();
  rig.advance(7200s);  // what goes on until the closing message is over with it
  CHECK(rig.said() == Lines{"shift: 1", "shift: 2", "lead: 2e2.0", "lead: 2e2.1", "lead: 2e2.2"});
  // Who was called is called off; who has heard the end hears no other.
  rig.commit(now_of(rig, followed(back, 3, TransitionKind::acknowledged, AlarmState::normal)));
  rig.advance(7200s);
  CHECK(rig.said().size() == 6);
  CHECK(rig.said().back() == "lead: 3");
  CHECK(rig.sent.back().message.notices[0].closes());
  CHECK(rig.rows.size() == 2);  // cursor and low: nothing is left of it
}

TEST_CASE("dispatcher: who is called while it stands hears that it returned, and who acknowledged",
          "[notify]") {
  NotifyPlan plan = escalating();
  const bool is_program = GENERATE(false, true);
  if (is_program) plan.receivers[1].kind = ReceiverKind::webhook;
  DispatchRig rig{plan};
  const AlarmEvent first = now_of(rig, raised(1, tank(1)));
  rig.commit(first);
  rig.advance(200s);
  const AlarmEvent back = returned_now(rig, first, 2);
  rig.commit(back);
  rig.sent.clear();
  rig.start();
  rig.commit(now_of(rig, followed(back, 3, TransitionKind::acknowledged, AlarmState::normal)));
  rig.advance(3600s);
  // For a program that would be a second end of one alarm.
  CHECK(rig.said() == (is_program ? Lines{} : Lines{"lead: 3"}));
}

TEST_CASE("dispatcher: a program that is called after the return has its own end", "[notify]") {
  NotifyPlan plan = escalating();
  plan.receivers[1].kind = ReceiverKind::webhook;
  DispatchRig rig{plan};
  const AlarmEvent first = now_of(rig, raised(1, tank(1)));
  rig.commit(first);
  const AlarmEvent back = returned_now(rig, first, 2);
  rig.commit(back);
  rig.advance(200s);
  rig.sent.clear();
  rig.commit(now_of(rig, followed(back, 3, TransitionKind::acknowledged, AlarmState::normal)));
  REQUIRE(rig.said() == Lines{"lead: 3"});
  CHECK_FALSE(rig.sent.back().message.notices[0].firing());
}

TEST_CASE("dispatcher: a step until the return calls nobody after it", "[notify]") {
  NotifyPlan plan = escalating();
  plan.escalations[0].steps[1].until = EscalationStep::Until::returned;
  const bool returns = GENERATE(false, true);
  DispatchRig rig{plan};
  const AlarmEvent first = now_of(rig, raised(1, tank(1)));
  rig.commit(first);
  rig.advance(60s);
  if (returns) {
    rig.commit(returned_now(rig, first, 2));
  }
  rig.advance(120s);
  CHECK(rig.said().back() == (returns ? "shift: 2" : "lead: 1e2.0"));
}

TEST_CASE("dispatcher: an escalation ends with the closing message of what was acknowledged",
          "[notify]") {
  DispatchRig rig{escalating()};
  const AlarmEvent first = now_of(rig, raised(1, tank(1)));
  rig.commit(first);
  const AlarmEvent acked =
      followed(first, 2, TransitionKind::acknowledged, AlarmState::acknowledged);
  rig.commit(acked);
  rig.commit(followed(acked, 3, TransitionKind::returned, AlarmState::normal));
  rig.advance(7200s);
  CHECK(rig.said() == Lines{"shift: 1", "shift: 2", "shift: 3"});
  CHECK(rig.rows.size() == 2);
}

TEST_CASE("dispatcher: what comes and goes does not put the next step off", "[notify]") {
  DispatchRig rig{escalating()};
  AlarmEvent event;
  for (std::uint64_t journal = 1; journal <= 9; journal += 2) {
    event = now_of(rig, raised(journal, tank(1)));
    event.notice = Notice::opens;
    rig.commit(event);
    rig.advance(40s);
    event = returned_now(rig, event, journal + 1);
    event.notice = Notice::closes;
    rig.commit(event);
    rig.advance(20s);
  }
  const Lines said = rig.said();
  // At 180 s, and then he hears each raise and each end.
  CHECK(said == Lines{"shift: 1", "shift: 2", "shift: 3", "shift: 4", "shift: 5", "shift: 6",
                      "lead: 6e2.0", "shift: 7", "lead: 7", "shift: 8", "lead: 8", "shift: 9",
                      "lead: 9", "shift: 10", "lead: 10"});
}

TEST_CASE("dispatcher: what comes again more urgent begins its escalation anew", "[notify]") {
  DispatchRig rig{escalating()};
  const AlarmEvent first = now_of(rig, raised(1, tank(1)));
  rig.commit(first);
  rig.advance(60s);
  rig.commit(returned_now(rig, first, 2));
  rig.advance(60s);
  rig.commit(now_of(rig, with_priority(raised(3, tank(1)), Priority::critical)));
  rig.sent.clear();
  rig.advance(179s);
  CHECK(rig.said().empty());
  rig.advance(1s);
  CHECK(rig.said() == Lines{"lead: 3e2.0"});
}

TEST_CASE("dispatcher: what returned is shown on no board and repeated to no Alertmanager",
          "[notify]") {
  NotifyPlan plan = escalating();
  plan.receivers.push_back(receiver("board", ReceiverKind::board));
  plan.receivers.push_back(receiver("am", ReceiverKind::alertmanager));
  plan.routes[0].to = {"board", "am"};
  DispatchRig rig{plan};
  const AlarmEvent first = now_of(rig, raised(1, tank(1)));
  rig.commit(first);
  rig.advance(60s);
  rig.commit(returned_now(rig, first, 2));
  rig.advance(60s);
  rig.start();
  rig.sent.clear();
  rig.advance(600s);
  for (const auto& one : rig.sent) {
    CHECK(one.message.standing == nullptr);
    for (const HeldAlert& held : one.message.held) CHECK(held.ends != never);
  }
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
  const AlarmEvent first = now_of(rig, raised(1, tank(1)));
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
