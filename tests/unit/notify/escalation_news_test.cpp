// tests/unit/notify/escalation_news_test.cpp - Which steps of an escalation are journaled.
#include <catch2/catch.hpp>

#include "tests/unit/notify/dispatch_rig.h"

namespace escalation_news_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace parkwatch::test;
using namespace std::chrono_literals;

namespace {

NotifyPlan escalating() {
  NotifyPlan plan;
  for (const char* name : {"shift", "lead"}) {
    plan.receivers.push_back(receiver(name, ReceiverKind::feishu));
    plan.receivers.back().group_wait = 0s;
    plan.receivers.back().group_interval = 0s;
  }
  EscalationStep now_step{0s, {"shift"}, EscalationStep::Until::acked, 0s, 1};
  EscalationStep lead{180s, {"lead", "shift"}, EscalationStep::Until::acked, 300s, 3};
  plan.escalations = {{"duty", {now_step, lead}}};
  plan.routes = {RouteSpec{}};
  plan.routes[0].escalation = "duty";
  return plan;
}

}  // namespace

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
