// tests/unit/notify/clock_step_test.cpp - A clock that is set, by hours or by years: what waits
// goes on waiting for as long, and nobody is called early or late.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "notify/request.h"
#include "tests/unit/notify/dispatch_rig.h"

namespace clock_step_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace parkwatch::test;
using namespace std::chrono_literals;
namespace json = boost::json;
using Lines = std::vector<std::string>;
using What = Outcome::What;

namespace {

NotifyPlan plan_of(ReceiverKind kind) {
  NotifyPlan plan;
  plan.receivers = {receiver("one", kind)};
  plan.receivers[0].group_wait = plan.receivers[0].group_interval = 0s;
  plan.routes = {route_to({"one"})};
  return plan;
}

AlarmEvent raised_now(const DispatchRig& rig, std::uint64_t journal) {
  AlarmEvent event = raised(journal, "tank/t" + std::to_string(journal) + "/level");
  event.at = event.raised_at = rig.now;
  return event;
}

Outcome down(const DispatchRig::Sent&) { return {What::wait, Duration{0}, "down"}; }

// The pushed alerts of a message.
json::array pushed(const DispatchRig::Sent& one) {
  Secrets secrets;
  secrets.endpoints = {{"http://x/", ""}};
  const ReceiverSpec spec = receiver("one", ReceiverKind::alertmanager);
  return json::parse(make_request({{"p", "g"}, china}, spec, secrets, one.message).body).as_array();
}

std::string text(const json::value& alert, const char* member) {
  return std::string{alert.at(member).as_string()};
}

}  // namespace

TEST_CASE("clock step: what was raised before it is not timed", "[notify]") {
  DispatchRig rig{plan_of(ReceiverKind::webhook)};
  rig.answer = down;
  rig.commit(raised_now(rig, 1));
  rig.step(GENERATE(Duration{-8h}, Duration{8h}));
  rig.answer = {};
  rig.advance(5min);
  CHECK(rig.dispatcher().waiting() == 0);
  CHECK(rig.dispatcher().raises_told().empty());
  rig.commit(raised_now(rig, 2));
  CHECK(rig.dispatcher().raises_told().size() == 1);
}

TEST_CASE("clock step: a heartbeat goes on beating", "[notify]") {
  NotifyPlan plan;
  plan.receivers = {receiver("beat", ReceiverKind::heartbeat)};
  DispatchRig rig{plan};
  rig.advance(90s);
  rig.sent.clear();
  rig.step(GENERATE(Duration{-8h}, Duration{8h}));
  CHECK(rig.sent.empty());
  rig.advance(300s);
  CHECK(rig.sent.size() == 5);
}

TEST_CASE("clock step: what stands is pushed on, and nothing of it lies ahead", "[notify]") {
  DispatchRig rig{plan_of(ReceiverKind::alertmanager)};
  const AlarmEvent over = raised_now(rig, 1);
  rig.commit(over);
  AlarmEvent back = followed(over, 2, TransitionKind::returned, AlarmState::normal);
  back.at = rig.now;
  rig.commit(back);
  const AlarmEvent stands = raised_now(rig, 3);
  rig.commit(stands);
  rig.advance(30s);
  rig.sent.clear();
  rig.step(-8h);
  rig.advance(3min);
  REQUIRE(rig.sent.size() == 3);
  for (const auto& one : rig.sent) {
    const json::array alerts = pushed(one);
    REQUIRE(alerts.size() == 2);
    CHECK(text(alerts[0], "endsAt") == to_rfc3339(sample_time - 8h));
    CHECK(text(alerts[1], "startsAt") == to_rfc3339(sample_time - 8h));
    CHECK(text(alerts[1], "endsAt") == to_rfc3339(one.at + 4min));
  }
  // Its end has the new clock's time, and after a kill nobody knows of the old one.
  rig.start();
  back = followed(stands, 4, TransitionKind::returned, AlarmState::normal);
  back.at = rig.now;
  rig.commit(back);
  const json::array end = pushed(rig.sent.back());
  REQUIRE(end.size() == 1);
  CHECK(text(end[0], "endsAt") == to_rfc3339(rig.now));
  CHECK(text(end[0], "startsAt") <= to_rfc3339(rig.now));
}

TEST_CASE("clock step: a step of an escalation waits for as long as it would have", "[notify]") {
  NotifyPlan plan = plan_of(ReceiverKind::webhook);
  plan.receivers.push_back(plan.receivers[0]);
  plan.receivers[1].name = "lead";
  EscalationStep step{180s, {"lead"}, EscalationStep::Until::acked, 0s, 1};
  plan.escalations = {{"duty", {step}}};
  plan.routes[0].escalation = "duty";
  DispatchRig rig{plan};
  rig.commit(raised_now(rig, 1));
  rig.advance(60s);
  rig.sent.clear();
  rig.step(GENERATE(Duration{-8h}, Duration{24h * 365 * 6}));
  if (GENERATE(false, true)) rig.start();  // the rows moved along
  rig.advance(119s);
  CHECK(rig.said().empty());
  rig.advance(1s);
  CHECK(rig.said() == Lines{"lead: 1e1.0"});
}

TEST_CASE("clock step: a kill that loses what moved along puts nothing off for hours", "[notify]") {
  NotifyPlan plan = plan_of(ReceiverKind::dingtalk);
  plan.receivers[0].per_minute = 1;
  plan.receivers[0].reserve = 0;
  EscalationStep step{180s, {"one"}, EscalationStep::Until::acked, 0s, 1};
  plan.escalations = {{"duty", {step}}};
  plan.routes[0].escalation = "duty";
  DispatchRig rig{plan};
  rig.commit(raised_now(rig, 1));
  rig.keeps = false;
  rig.step(-8h);
  rig.keeps = true;
  rig.start();
  rig.sent.clear();
  rig.commit(raised_now(rig, 2));
  rig.advance(4min);
  CHECK(rig.said() == Lines{"one: 2", "one: 1e1.0 2e1.0"});
}

TEST_CASE("clock step: what waits neither expires early nor waits longer", "[notify]") {
  DispatchRig rig{plan_of(ReceiverKind::dingtalk)};
  rig.answer = down;
  rig.commit(raised_now(rig, 1));
  rig.advance(23h);
  const Duration by = GENERATE(Duration{-8h}, Duration{24h * 365 * 6});
  rig.step(by);
  if (GENERATE(false, true)) rig.start();
  rig.advance(55min);
  CHECK(rig.dispatcher().waiting() == 1);
  rig.advance(10min);
  CHECK(rig.dispatcher().waiting() == 0);
}

TEST_CASE("clock step: a receiver that fails is known after its time, and tried again after its",
          "[notify]") {
  DispatchRig rig{plan_of(ReceiverKind::webhook)};
  rig.answer = down;
  rig.commit(raised_now(rig, 1));
  rig.advance(30s);
  rig.step(GENERATE(Duration{-8h}, Duration{8h}));
  CHECK_FALSE(rig.dispatcher().status()[0].failing);
  rig.advance(31s);
  CHECK(rig.dispatcher().status()[0].failing);
  rig.answer = {};
  rig.advance(1min);
  CHECK(rig.dispatcher().waiting() == 0);
}

}  // namespace clock_step_test
