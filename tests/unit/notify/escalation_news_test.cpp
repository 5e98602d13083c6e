// tests/unit/notify/escalation_news_test.cpp - Which steps of an escalation are journaled, whom
// they call no more, and who is called instead of a receiver that fails.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/unit/notify/dispatch_rig.h"

namespace escalation_news_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace parkwatch::test;
using namespace std::chrono_literals;

namespace {

NotifyPlan escalating() {
  return plan_of_people({"shift", "lead"},
                        {{0s, {"shift"}, EscalationStep::Until::acked, 0s, 1},
                         {180s, {"lead", "shift"}, EscalationStep::Until::acked, 300s, 3}});
}

AlarmEvent raised_now(const DispatchRig& rig, std::uint64_t journal, const std::string& tag) {
  return now_of(rig, raised(journal, tag));
}

// "bad" and "worse" take nothing, and after 90 s both are known for it: one alarm each.
void let_fail(DispatchRig& rig) {
  rig.answer = [](const DispatchRig::Sent& one) {
    const bool fails = one.receiver == "bad" || one.receiver == "worse";
    return fails ? Outcome{Outcome::What::wait, Duration{0}, "down"} : Outcome{};
  };
  rig.commit(raised_now(rig, 1, "tank/t1/level"));
  rig.advance(90s);
  rig.sent.clear();
}

// Receivers "bad", "worse", "good", each with fallbacks as given; the raise goes to `to`, the step
// after 3 min to `step_to`.
NotifyPlan with_fallbacks(std::vector<std::vector<std::string>> fallbacks,
                          std::vector<std::string> to, std::vector<std::string> step_to) {
  NotifyPlan plan = plan_of_people(
      {"bad", "worse", "good"}, {{180s, std::move(step_to), EscalationStep::Until::acked, 0s, 1}});
  for (std::size_t at = 0; at < fallbacks.size(); ++at) {
    plan.receivers[at].fallback = std::move(fallbacks[at]);
  }
  plan.routes[0].to = std::move(to);
  return plan;
}

}  // namespace

TEST_CASE("dispatcher: a latched alarm that is acknowledged calls nobody", "[notify]") {
  DispatchRig rig{escalating()};
  const AlarmEvent first = raised_now(rig, 1, "tank/t1/level");
  rig.commit(first);
  AlarmEvent acked = followed(first, 2, TransitionKind::acknowledged, AlarmState::acknowledged);
  acked.notice = Notice::updates;
  rig.commit(acked);
  AlarmEvent back = followed(acked, 3, TransitionKind::returned, AlarmState::latched);
  back.notice = Notice::updates;
  back.flags = alarm_latched;
  rig.commit(back);
  rig.start();  // also after a kill
  rig.advance(1h);
  CHECK(rig.said() == std::vector<std::string>{"shift: 1", "shift: 2", "shift: 3"});
}

TEST_CASE("dispatcher: the fallback of who fails is called by the steps too, and called off",
          "[notify]") {
  NotifyPlan plan = with_fallbacks({{"good"}, {}, {}}, {"bad", "good"}, {"bad"});
  plan.receivers[2].updates = false;  // but who was called wants to know that it is over
  DispatchRig rig{plan};
  let_fail(rig);
  rig.advance(90s);
  CHECK(rig.said() == std::vector<std::string>{"good: 1e1.0"});
  rig.commit(followed(raised(1, "tank/t1/level"), 2, TransitionKind::acknowledged,
                      AlarmState::acknowledged));
  CHECK(rig.said() == std::vector<std::string>{"good: 1e1.0", "good: 2"});
}

TEST_CASE("dispatcher: a step that waits when its receiver begins to fail goes to the fallback",
          "[notify]") {
  NotifyPlan plan = with_fallbacks({{"good"}, {}, {}}, {"good"}, {"bad"});
  const bool acked = GENERATE(false, true);
  DispatchRig rig{plan};
  const AlarmEvent first = raised_now(rig, 1, "tank/t1/level");
  rig.commit(first);
  rig.advance(170s);
  rig.answer = [](const DispatchRig::Sent& one) {
    return one.receiver == "bad" ? Outcome{Outcome::What::wait, Duration{0}, "down"} : Outcome{};
  };
  rig.advance(20s);
  CHECK(rig.said() == std::vector<std::string>{"good: 1"});
  if (acked) {
    rig.commit(followed(first, 2, TransitionKind::acknowledged, AlarmState::acknowledged));
  }
  rig.advance(90s);
  const std::string last = acked ? "good: 2" : "good: 1e1.0";  // acknowledged: no call any more
  CHECK(rig.said() == std::vector<std::string>{"good: 1", last});
}

TEST_CASE("dispatcher: who is called by a step and stands in for it is called once", "[notify]") {
  const auto step_to =
      GENERATE(std::vector<std::string>{"bad", "good"}, std::vector<std::string>{"good", "bad"},
               std::vector<std::string>{"bad", "worse"});
  DispatchRig rig{with_fallbacks({{"good"}, {"good"}, {}}, {"bad", "worse"}, step_to)};
  let_fail(rig);
  rig.advance(90s);
  CHECK(rig.said() == std::vector<std::string>{"good: 1e1.0"});
  // They are back, and fail again with what still waits for them.
  rig.answer = [n = 0](const DispatchRig::Sent& one) mutable {
    if (one.receiver == "good" || ++n == 1) return Outcome{};
    return Outcome{Outcome::What::wait, Duration{0}, "down"};
  };
  rig.advance(1h);
  const auto said = rig.said();
  CHECK(std::count(said.begin(), said.end(), "good: 1e1.0") == 1);
}

TEST_CASE("dispatcher: a fallback that fails itself has its own told, round a circle once",
          "[notify]") {
  DispatchRig rig{with_fallbacks({{"worse"}, {"bad", "good"}, {"bad"}}, {"bad"}, {"bad"})};
  let_fail(rig);
  rig.advance(60s);  // "worse" fails since it was told
  rig.sent.clear();
  rig.commit(raised_now(rig, 2, "tank/t2/level"));
  CHECK(rig.said() == std::vector<std::string>{"good: 2"});
  rig.advance(30s);
  CHECK(rig.said() == std::vector<std::string>{"good: 2", "good: 1e1.0"});
  rig.advance(150s);
  CHECK(rig.said() == std::vector<std::string>{"good: 2", "good: 1e1.0", "good: 2e1.0"});
}

TEST_CASE("dispatcher: what is on its way to who begins to fail goes to the fallback at once",
          "[notify]") {
  auto plan = std::make_shared<NotifyPlan>(with_fallbacks({{"good"}, {}, {}}, {"bad"}, {}));
  plan->receivers[0].kind = ReceiverKind::email;
  Dispatcher dispatcher{plan, china};
  Timestamp now = sample_time;
  (void)dispatcher.restore(now, {}, 0, [](std::uint64_t) { return nullptr; });
  dispatcher.take(now, std::make_shared<const Alert>(Alert{raised(1), {}}));
  const Outcome silence{Outcome::What::wait, Duration{0}, "timed out"};
  std::optional<NotifyMessage> sending;
  for (int attempt = 0; attempt < 3; ++attempt) {  // each takes the 30 s of the receiver's timeout
    sending = dispatcher.next(now);
    REQUIRE(sending);
    CHECK(sending->receiver == 0);
    if (attempt == 2) break;
    now += 30s;
    dispatcher.settle(now, *sending, silence);
    CHECK_FALSE(dispatcher.next(now));
    now = dispatcher.deadline();
  }
  now = sample_time + 90s;  // 60 s after its first failure
  CHECK(dispatcher.deadline() == now);
  const auto spare = dispatcher.next(now);
  REQUIRE(spare);
  CHECK(spare->receiver == 2);
  REQUIRE(spare->notices.size() == 1);
  REQUIRE(sending->notices.size() == 1);
  const EventOrigin origin{"park", "gate"};
  CHECK(notice_id(origin, spare->notices[0]) == notice_id(origin, sending->notices[0]));
  dispatcher.settle(now, *spare, {});
  dispatcher.settle(now + 1s, *sending, {});  // it is heard in the end: told once more by nobody
  CHECK(dispatcher.waiting() == 0);
}

TEST_CASE("dispatcher: a step of an escalation is news for the journal, the first call is not",
          "[notify]") {
  DispatchRig rig{escalating()};
  AlarmEvent first = raised(1, "tank/t1/level");
  first.at = rig.now;
  rig.commit(first);
  CHECK(rig.dispatcher().escalated().empty());
  rig.advance(180s);
  const auto news = rig.dispatcher().escalated();
  REQUIRE(news.size() == 1);
  CHECK(news[0].kind == TransitionKind::escalated);
  CHECK(news[0].rule == first.rule);
  CHECK(news[0].tag == first.tag);
  CHECK(news[0].occurrence == first.occurrence);
  CHECK(news[0].comment == "step 2/2: lead, shift");
  rig.advance(300s);
  const auto again = rig.dispatcher().escalated();
  REQUIRE(again.size() == 1);
  CHECK(again[0].comment == "step 2/2 again (1): lead, shift");
}

}  // namespace escalation_news_test
