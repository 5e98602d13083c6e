// tests/unit/notify/closing_test.cpp - Who has been told of a raise hears its end, however late and
// however much waits; and what waits stays bounded.
#include <catch2/catch.hpp>

#include "tests/unit/notify/dispatch_rig.h"

namespace closing_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace parkwatch::test;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;
using What = Outcome::What;

namespace {

NotifyPlan plan_of(ReceiverKind kind) {
  NotifyPlan plan;
  plan.receivers = {receiver("hook", kind)};
  plan.receivers[0].group_wait = plan.receivers[0].group_interval = 0s;
  plan.routes = {route_to({"hook"})};
  return plan;
}

std::string tank(int n) { return "tank/t" + std::to_string(n) + "/level"; }

AlarmEvent begins_now(const DispatchRig& rig, AlarmEvent event) {
  event.at = event.raised_at = rig.now;
  return event;
}

AlarmEvent end_of(const DispatchRig& rig, const AlarmEvent& raise, std::uint64_t journal) {
  AlarmEvent back = followed(raise, journal, TransitionKind::returned, AlarmState::normal);
  back.at = rig.now;
  return back;
}

Outcome down(const DispatchRig::Sent&) { return {What::wait, Duration{0}, "down"}; }

// Journal numbers of the ends that were taken, in the order of sending.
std::vector<std::uint64_t> ends_of(const DispatchRig& rig) {
  std::vector<std::uint64_t> out;
  for (const auto& one : rig.sent) {
    for (const News& news : one.message.notices) {
      if (one.how == What::ok && news.closes()) out.push_back(news.alert->event.journal);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("dispatcher: the end of what was told does not expire", "[notify]") {
  const auto kind = GENERATE(ReceiverKind::webhook, ReceiverKind::alertmanager,
                             ReceiverKind::dingtalk, ReceiverKind::board);
  DispatchRig rig{plan_of(kind)};
  const AlarmEvent told = begins_now(rig, raised(1, tank(1)));
  rig.commit(told);
  rig.advance(1min);
  rig.answer = down;
  rig.commit(end_of(rig, told, 2));
  const AlarmEvent untold = begins_now(rig, raised(3, tank(2)));
  rig.commit(untold);
  rig.commit(end_of(rig, untold, 4));
  rig.advance(72h);
  if (GENERATE(false, true)) rig.start();
  REQUIRE(rig.dispatcher().closed().size() <= 1);  // the other alarm, whole
  CHECK(rig.rows.at("x/hook") == "2 0 3 4");
  CHECK(rig.dispatcher().waiting() == 1);
  rig.answer = {};
  rig.advance(2min);
  CHECK(ends_of(rig) == std::vector<std::uint64_t>{2});
  CHECK(rig.dispatcher().waiting() == 0);
}

TEST_CASE("dispatcher: an Alertmanager that was away for days is not told that a past alarm stands",
          "[notify]") {
  NotifyPlan plan = plan_of(ReceiverKind::alertmanager);
  plan.receivers[0].queue_max = 2;
  DispatchRig rig{plan};
  const AlarmEvent first = begins_now(rig, raised(1, tank(1)));
  rig.commit(first);
  rig.answer = down;
  rig.commit(end_of(rig, first, 2));
  AlarmEvent last;
  // Raises and ends that are only counted, and one that stands.
  for (std::uint64_t journal = 3; journal < 13; ++journal) {
    const bool raises = journal % 2 == 1;
    last = raises ? begins_now(rig, raised(journal, tank(static_cast<int>(journal))))
                  : end_of(rig, last, journal);
    rig.commit(last);
  }
  rig.commit(begins_now(rig, raised(13, tank(99))));
  rig.advance(30h);
  rig.sent.clear();
  rig.answer = {};
  rig.advance(1h);
  std::set<std::string> active;
  for (const auto& one : rig.sent) {
    for (const HeldAlert& held : one.message.held) {
      if (held.ends == never) active.insert(held.alert->event.tag);
    }
  }
  CHECK(active == std::set<std::string>{tank(99)});
}

TEST_CASE("dispatcher: a program hears each end of what it was told, however many wait",
          "[notify]") {
  NotifyPlan plan = plan_of(ReceiverKind::webhook);
  plan.receivers[0].queue_max = 10;
  DispatchRig rig{plan};
  std::vector<AlarmEvent> raises;
  for (std::uint64_t journal = 1; journal <= 50; ++journal) {
    raises.push_back(begins_now(rig, raised(journal, tank(static_cast<int>(journal)))));
    rig.commit(raises.back());
  }
  rig.advance(1min);
  rig.answer = down;
  std::uint64_t journal = 50;
  for (const AlarmEvent& raise : raises) {
    rig.commit(end_of(rig, raise, ++journal));
    rig.commit(begins_now(rig, raised(++journal, raise.tag)));  // which nobody hears of
  }
  if (GENERATE(false, true)) rig.start();
  rig.answer = {};
  rig.advance(10min);
  std::set<std::string> firing;
  for (const auto& one : rig.sent) {
    if (one.how != What::ok) continue;
    for (const News& news : one.message.notices) {
      const std::string& tag = news.alert->event.tag;
      if (news.firing()) {
        CHECK(firing.insert(tag).second);
      } else {
        CHECK(firing.erase(tag) == 1);
      }
    }
  }
  CHECK(ends_of(rig).size() == 50);
}

TEST_CASE("dispatcher: what waits for a program that is away stays bounded for weeks", "[notify]") {
  NotifyPlan plan = plan_of(ReceiverKind::webhook);
  plan.receivers[0].queue_max = 10;
  DispatchRig rig{plan};
  const AlarmEvent told = begins_now(rig, raised(1, tank(1)));
  rig.commit(told);
  rig.answer = down;
  rig.commit(end_of(rig, told, 2));
  std::uint64_t journal = 2;
  std::size_t most = 0;
  for (int round = 0; round < 60; ++round) {
    for (int n = 1; n <= 8; ++n) {
      const AlarmEvent raise = begins_now(rig, raised(++journal, tank(n)));
      rig.commit(raise);
      rig.advance(1h);
      rig.commit(end_of(rig, raise, ++journal));
    }
    if (round % 15 == 14) rig.start();
    rig.sent.clear();
    most = std::max(most, rig.dispatcher().status()[0].waiting);
  }
  CHECK(most <= 10 + 8);
}

TEST_CASE("dispatcher: an end that nobody takes for a month holds the journal no longer",
          "[notify]") {
  NotifyPlan plan = plan_of(ReceiverKind::webhook);
  DispatchRig rig{plan};
  const AlarmEvent told = begins_now(rig, raised(1, tank(1)));
  rig.commit(told);
  rig.answer = down;
  rig.commit(end_of(rig, told, 2));
  rig.advance(29 * 24h);
  CHECK(rig.dispatcher().waiting() == 1);
  CHECK(rig.rows.at("low") == "2");
  rig.advance(2 * 24h);
  CHECK(rig.dispatcher().waiting() == 0);
  CHECK(rig.rows.at("low") == "3");
}

TEST_CASE("dispatcher: after a kill, a step goes out behind what came before it", "[notify]") {
  NotifyPlan plan = plan_of(ReceiverKind::webhook);
  plan.escalations = {{"duty", {{60s, {"hook"}, EscalationStep::Until::acked, 0s, 1}}}};
  plan.routes[0].escalation = "duty";
  DispatchRig rig{plan};
  rig.answer = down;
  const AlarmEvent raise = begins_now(rig, raised(1, tank(1)));
  rig.commit(raise);
  AlarmEvent fall = followed(raise, 2, TransitionKind::level_changed, AlarmState::unacknowledged);
  fall.level = Level::high;
  rig.commit(now_of(rig, fall));
  rig.advance(61s);
  if (GENERATE(false, true)) rig.start();
  rig.answer = {};
  rig.advance(2min);
  CHECK(rig.said() == Lines{"hook: 1 2 1e1.0"});
}

TEST_CASE("dispatcher: after a kill, a raise and its end of one batch go out in their order",
          "[notify]") {
  DispatchRig rig{plan_of(ReceiverKind::webhook)};
  rig.answer = down;
  const AlarmEvent raise = begins_now(rig, raised(9, tank(1)));
  rig.commit(raise);
  rig.commit(end_of(rig, raise, 10));
  rig.start();
  rig.answer = {};
  rig.advance(2min);
  CHECK(rig.said() == Lines{"hook: 9 10"});
}

}  // namespace closing_test
