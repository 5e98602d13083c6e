// tests/unit/notify/raise_waits_test.cpp - How long a raise waited until its receiver confirmed it.
#include <catch2/catch.hpp>

#include "tests/unit/notify/dispatch_rig.h"

namespace raise_waits_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace parkwatch::test;
using namespace std::chrono_literals;

namespace {

NotifyPlan plan_to(const std::string& name, ReceiverKind kind) {
  NotifyPlan plan;
  plan.receivers = {receiver(name, kind)};
  plan.routes = {route_to({name})};
  return plan;
}

AlarmEvent critical(std::uint64_t journal, std::string tag) {
  return with_priority(raised(journal, std::move(tag)), Priority::critical);
}

Outcome ding_is_down(const DispatchRig::Sent& one) {
  if (one.receiver != "ding") return {};
  return {Outcome::What::wait, Duration{0}, "down"};
}

}  // namespace

TEST_CASE("raise waits: a raise is timed until its receiver confirms it", "[notify]") {
  DispatchRig rig{plan_to("ding", ReceiverKind::dingtalk)};
  CHECK(rig.dispatcher().status()[0].raises == Waits{});
  rig.answer = ding_is_down;
  rig.commit(critical(1, "tank/t1/level"));  // at 1 s of the journal
  rig.advance(20s);
  CHECK(rig.dispatcher().raises_told().empty());
  rig.answer = {};
  rig.advance(1min);
  const Duration waited = rig.sent.back().at - (sample_time + 1s);
  CHECK(waited > 19s);
  const auto told = rig.dispatcher().raises_told();
  REQUIRE(told.size() == 1);
  CHECK(told[0].receiver == "ding");
  CHECK(told[0].wait == waited);
  CHECK(rig.dispatcher().raises_told().empty());
  CHECK(rig.dispatcher().status()[0].raises == Waits{1, waited, waited});
}

TEST_CASE("raise waits: only raises are timed, not what follows them", "[notify]") {
  DispatchRig rig{plan_to("hook", ReceiverKind::webhook)};
  const AlarmEvent raise = raised(1, "tank/t1/level");
  rig.commit(raise);
  rig.commit(followed(raise, 2, TransitionKind::acknowledged, AlarmState::acknowledged));
  rig.commit(followed(raise, 3, TransitionKind::returned, AlarmState::normal));
  rig.advance(1min);
  CHECK(rig.dispatcher().status()[0].told == 3);
  CHECK(rig.dispatcher().raises_told().size() == 1);
}

TEST_CASE("raise waits: a fallback's time is from the raise too", "[notify]") {
  NotifyPlan plan = plan_to("ding", ReceiverKind::dingtalk);
  plan.receivers.push_back(receiver("spare", ReceiverKind::webhook));
  plan.receivers[0].fallback = {"spare"};
  DispatchRig rig{plan};
  rig.answer = ding_is_down;
  rig.commit(critical(1, "tank/t1/level"));
  rig.advance(2min);
  CHECK(rig.dispatcher().status()[0].raises == Waits{});
  CHECK(rig.dispatcher().status()[1].raises.count == 1);
  CHECK(rig.dispatcher().status()[1].raises.longest >= 59s);
}

TEST_CASE("raise waits: the last thousand raises are timed", "[notify]") {
  DispatchRig rig{plan_to("hook", ReceiverKind::webhook)};
  for (std::uint64_t n = 1; n <= raises_timed + 50; ++n) {
    rig.commit(critical(n, "tank/t" + std::to_string(n) + "/level"));
    rig.advance(1s);
  }
  rig.advance(1min);
  CHECK(rig.dispatcher().status()[0].told == raises_timed + 50);
  CHECK(rig.dispatcher().status()[0].raises.count == raises_timed);
}

}  // namespace raise_waits_test
