// tests/unit/notify/alert_labels_test.cpp - An alarm in the eyes of a program that knows alerts by
// their labels and their beginning: each that fires ends once, as the one that it was.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "notify/request.h"
#include "tests/unit/notify/dispatch_rig.h"

namespace alert_labels_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace parkwatch::test;
using namespace std::chrono_literals;
namespace json = boost::json;
using Lines = std::vector<std::string>;

namespace {

NotifyPlan plan_of(ReceiverKind kind) {
  NotifyPlan plan;
  plan.receivers = {receiver("hook", kind)};
  plan.receivers[0].group_wait = plan.receivers[0].group_interval = 0s;
  plan.receivers[0].updates = false;  // as a webhook has by default
  plan.routes = {route_to({"hook"})};
  return plan;
}

AlarmEvent at(AlarmEvent event, const DispatchRig& rig, Level level, Notice notice) {
  event.at = rig.now;
  event.level = level;
  event.notice = notice;
  return event;
}

std::string seconds(const json::value& time) {
  const std::string text{time.as_string()};
  if (text.starts_with("0001")) return "open";
  return text.substr(17, 2);
}

// "HH 22-open": level, seconds of begin and end, of each alert of each message.
Lines alerts_of(const DispatchRig& rig) {
  Lines out;
  for (const auto& one : rig.sent) {
    Secrets secrets;
    secrets.endpoints = {{"http://x/", ""}};
    ReceiverSpec spec = receiver("hook", ReceiverKind::webhook);
    const Request request = make_request({{"p", "g"}, china}, spec, secrets, one.message);
    const json::value body = json::parse(request.body);
    for (const json::value& alert : body.at("alerts").as_array()) {
      out.push_back(std::string{alert.at_pointer("/labels/level").as_string()} + ' ' +
                    seconds(alert.at("startsAt")) + '-' + seconds(alert.at("endsAt")));
    }
  }
  return out;
}

}  // namespace

TEST_CASE("webhook: an alert begins when it got its labels, from its first message to its last",
          "[notify]") {
  NotifyPlan plan = plan_of(ReceiverKind::webhook);
  plan.receivers[0].updates = true;
  DispatchRig rig{plan};  // 06:03:22
  AlarmEvent event = at(raised(1), rig, Level::high, Notice::opens);
  event.raised_at = rig.now;
  rig.commit(event);
  rig.advance(10s);
  event = followed(event, 2, TransitionKind::level_changed, AlarmState::unacknowledged);
  event.occurrence = 2;
  rig.commit(at(event, rig, Level::high_high, Notice::updates));
  rig.start();  // also after a kill
  rig.advance(5s);
  event = followed(event, 3, TransitionKind::acknowledged, AlarmState::acknowledged);
  rig.commit(at(event, rig, Level::high_high, Notice::updates));
  rig.advance(5s);
  event = followed(event, 4, TransitionKind::level_changed, AlarmState::acknowledged);
  rig.commit(at(event, rig, Level::high, Notice::updates));
  rig.start();
  rig.advance(5s);
  event = followed(event, 5, TransitionKind::returned, AlarmState::normal);
  rig.commit(at(event, rig, Level::none, Notice::closes));
  CHECK(alerts_of(rig) == Lines{"H 22-open", "H 22-32", "HH 32-open", "HH 32-open", "HH 32-42",
                                "H 42-open", "H 42-47"});
}

TEST_CASE("webhook: a level that falls unheard while the alarm chatters ends as what was told",
          "[notify]") {
  DispatchRig rig{plan_of(ReceiverKind::webhook)};
  AlarmEvent event = at(raised(1), rig, Level::high_high, Notice::opens);
  event.raised_at = rig.now;
  event.flags = alarm_chattering;
  rig.commit(event);
  event = followed(event, 2, TransitionKind::level_changed, AlarmState::unacknowledged);
  rig.commit(at(event, rig, Level::high, Notice::none));
  const bool calms = GENERATE(false, true);
  if (calms) {
    rig.advance(10s);
    event = followed(event, 3, TransitionKind::chatter_ended, AlarmState::unacknowledged);
    event.flags = 0;
    rig.commit(at(event, rig, Level::high, Notice::updates));
  }
  rig.advance(10s);
  event = followed(event, 4, TransitionKind::returned, AlarmState::returned_unacknowledged);
  rig.commit(at(event, rig, Level::none, Notice::closes));
  CHECK(alerts_of(rig) == (calms ? Lines{"HH 22-open", "HH 22-32", "H 32-open", "H 32-42"}
                                 : Lines{"HH 22-open", "HH 22-32"}));
}

TEST_CASE("alertmanager: a pushed alert begins when it got its labels", "[notify]") {
  DispatchRig rig{plan_of(ReceiverKind::alertmanager)};
  AlarmEvent event = at(raised(1), rig, Level::high, Notice::opens);
  event.raised_at = rig.now;
  rig.commit(event);
  rig.advance(10s);
  event = followed(event, 2, TransitionKind::level_changed, AlarmState::unacknowledged);
  event.occurrence = 2;
  rig.commit(at(event, rig, Level::high_high, Notice::updates));
  rig.start();
  rig.advance(5s);
  event = followed(event, 3, TransitionKind::returned, AlarmState::normal);
  rig.commit(at(event, rig, Level::none, Notice::closes));
  for (const auto& one : rig.sent) {
    for (const HeldAlert& held : one.message.held) {
      CHECK(held.since == sample_time + (held.face.level == Level::high ? 0s : 10s));
    }
  }
  REQUIRE(rig.sent.back().message.held.size() == 1);
  CHECK(rig.sent.back().message.held[0].face.level == Level::high_high);
}

}  // namespace alert_labels_test
