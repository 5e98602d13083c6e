// tests/unit/notify/dispatcher_news_test.cpp - Which transitions are news, and for whom: a
// fallback, nobody.
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "notify/dispatcher.h"
#include "tests/unit/notify/dispatch_rig.h"

namespace dispatcher_news_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace parkwatch::test;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

namespace {

// A webhook that is told of everything.
NotifyPlan plan_of(const std::string& name) {
  NotifyPlan plan;
  plan.receivers = {receiver(name, ReceiverKind::webhook)};
  plan.routes = {route_to({name})};
  return plan;
}

std::string tank(int n) { return "tank/t" + std::to_string(n) + "/level"; }

}  // namespace

TEST_CASE(
    "dispatcher: the fallback hears of each alarm once, also when it was told of others before",
    "[notify]") {
  NotifyPlan plan = plan_of("bad");
  plan.receivers.push_back(receiver("spare", ReceiverKind::webhook));
  plan.receivers[0].fallback = {"spare"};
  plan.receivers[0].queue_max = 5;
  DispatchRig rig{plan};
  rig.answer = [](const DispatchRig::Sent& one) {
    Outcome outcome;
    if (one.receiver == "bad") outcome = {Outcome::What::wait, Duration{0}, "no"};
    return outcome;
  };
  for (std::uint64_t n = 1; n <= 3; ++n) rig.commit(raised(n, tank(static_cast<int>(n))));
  rig.advance(90s);
  // More than wait at the one that fails: what is only counted there is told here.
  for (std::uint64_t n = 4; n <= 12; ++n) rig.commit(raised(n, tank(static_cast<int>(n))));
  rig.advance(60s);
  std::map<std::uint64_t, int> told;
  for (const auto& one : rig.sent) {
    if (one.receiver != "spare") continue;
    for (const News& notice : one.message.notices) ++told[notice.alert->event.journal];
  }
  CHECK(told.size() == 12);
  for (const auto& [journal, times] : told) CHECK(times == 1);
}

TEST_CASE("dispatcher: what only the journal is told while an alarm chatters calls nobody",
          "[notify]") {
  NotifyPlan plan = plan_of("hook");
  plan.receivers[0].updates = true;
  plan.receivers[0].group_wait = plan.receivers[0].group_interval = 0s;
  DispatchRig rig{plan};
  AlarmEvent first = raised(1, tank(1));
  first.notice = Notice::opens;
  rig.commit(first);
  AlarmEvent again = raised(2, tank(1));  // the third within the minute, let us say
  again.flags = alarm_chattering;
  again.notice = Notice::updates;
  rig.commit(again);
  AlarmEvent back =
      followed(again, 3, TransitionKind::returned, AlarmState::returned_unacknowledged);
  back.notice = Notice::none;
  rig.commit(back);
  AlarmEvent more = raised(4, tank(1));
  more.flags = alarm_chattering;
  more.notice = Notice::none;
  rig.commit(more);
  AlarmEvent over =
      followed(more, 5, TransitionKind::chatter_ended, AlarmState::returned_unacknowledged);
  over.flags = 0;
  over.notice = Notice::closes;
  rig.commit(over);
  rig.advance(60s);
  CHECK(rig.said() == Lines{"hook: 1", "hook: 2", "hook: 5"});
}

}  // namespace dispatcher_news_test
