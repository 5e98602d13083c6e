// tests/unit/notify/alert_labels_test.cpp - An alarm in the eyes of a program that knows alerts by
// their labels and their beginning: each that fires ends once, as the one that it was.
#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <random>
#include <set>

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

json::array alerts_in(const DispatchRig::Sent& one) {
  Secrets secrets;
  secrets.endpoints = {{"http://x/", ""}};
  const ReceiverSpec spec = receiver("hook", ReceiverKind::webhook);
  const Request request = make_request({{"p", "g"}, china}, spec, secrets, one.message);
  return json::parse(request.body).at("alerts").as_array();
}

// "HH 22-open": level, seconds of begin and end, of each alert of each message that was taken.
Lines alerts_of(const DispatchRig& rig) {
  Lines out;
  for (const auto& one : rig.sent) {
    if (one.how != Outcome::What::ok) continue;
    for (const json::value& alert : alerts_in(one)) {
      out.push_back(std::string{alert.at_pointer("/labels/level").as_string()} + ' ' +
                    seconds(alert.at("startsAt")) + '-' + seconds(alert.at("endsAt")));
    }
  }
  return out;
}

Outcome down(const DispatchRig::Sent&) { return {Outcome::What::wait, Duration{0}, "down"}; }

// Every third change of a level, whenever it comes.
Outcome refuses_changes(const DispatchRig::Sent& one) {
  const auto& notices = one.message.notices;
  const bool is_refused = std::any_of(notices.begin(), notices.end(), [](const News& news) {
    const AlarmEvent& e = news.alert->event;
    return news.step == 0 && e.kind == TransitionKind::level_changed && e.journal % 3 == 0;
  });
  if (!is_refused) return {};
  return {Outcome::What::refused, Duration{0}, "400"};
}

// What a program holds that knows alerts by their labels.
class Program {
 public:
  void hear(const std::vector<DispatchRig::Sent>& sent) {
    for (const auto& one : sent) {
      if (one.how != Outcome::What::ok) continue;
      for (const json::value& alert : alerts_in(one)) {
        std::string labels = std::string{alert.at_pointer("/labels/level").as_string()} + ' ' +
                             std::string{alert.at_pointer("/labels/tag").as_string()};
        if (alert.at("status").as_string() == "firing") {
          firing.insert(std::move(labels));
        } else {
          firing.erase(labels);
        }
      }
    }
  }
  std::set<std::string> firing;
};

// An alarm that comes, changes its level and goes.
class Tank {
 public:
  explicit Tank(std::string tag) : tag_(std::move(tag)) {}
  [[nodiscard]] bool stands() const { return last_.level != Level::none; }
  void move(DispatchRig& rig, Level level, std::uint64_t journal) {
    const bool rises = last_.level < level;
    if (!stands()) {
      last_ = raised(journal, tag_);
      last_.raised_at = rig.now;
    } else if (level == Level::none) {
      last_ = followed(last_, journal, TransitionKind::returned, AlarmState::normal);
    } else {
      last_ = followed(last_, journal, TransitionKind::level_changed, AlarmState::unacknowledged);
      if (rises) last_.occurrence = journal;
    }
    if (level != Level::none) {
      last_.priority = level == Level::high_high ? Priority::critical : Priority::medium;
    }
    const bool opens = last_.kind == TransitionKind::raised;
    last_ = at(last_, rig, level,
               opens                  ? Notice::opens
               : level == Level::none ? Notice::closes
                                      : Notice::updates);
    rig.commit(last_);
  }

 private:
  std::string tag_;
  AlarmEvent last_;
};

}  // namespace

TEST_CASE(
    "webhook: a program that is away while a level changes hears the end of each alert that "
    "it knows",
    "[notify]") {
  DispatchRig rig{plan_of(ReceiverKind::webhook)};  // 06:03:22
  Tank tank{"tank/t101/level"};
  tank.move(rig, Level::high, 1);
  rig.answer = down;
  rig.advance(5s);
  tank.move(rig, Level::high_high, 2);
  rig.advance(72h);
  if (GENERATE(false, true)) rig.start();
  tank.move(rig, Level::none, 3);
  rig.advance(72h);
  if (GENERATE(false, true)) rig.start();
  rig.answer = {};
  rig.advance(2min);
  CHECK(alerts_of(rig) == Lines{"H 22-open", "H 22-27", "HH 27-27"});
  CHECK(rig.dispatcher().waiting() == 0);
}

TEST_CASE("webhook: of changes that do not fit, the last ends what was told", "[notify]") {
  NotifyPlan plan = plan_of(ReceiverKind::webhook);
  plan.receivers[0].queue_max = 2;
  DispatchRig rig{plan};
  Tank tank{"tank/t101/level"};
  tank.move(rig, Level::high, 1);
  rig.answer = down;
  std::uint64_t journal = 1;
  for (int n = 0; n < 50; ++n) {
    tank.move(rig, n % 2 == 0 ? Level::high_high : Level::high, ++journal);
    if (n == 20) rig.start();
    CHECK(rig.dispatcher().status()[0].waiting <= 3);
  }
  rig.advance(1min);
  const bool ends = GENERATE(false, true);
  if (ends) tank.move(rig, Level::none, ++journal);
  rig.answer = {};
  rig.advance(10min);
  Program program;
  program.hear(rig.sent);
  CHECK(program.firing.size() == (ends ? 0 : 1));
}

TEST_CASE("webhook: what a refused change would have ended, the next news end", "[notify]") {
  DispatchRig rig{plan_of(ReceiverKind::webhook)};  // 06:03:22
  const bool restarts = GENERATE(false, true);
  const auto pass = [&](Duration by) {
    rig.advance(by);
    if (restarts) rig.start();
  };
  Tank tank{"tank/t101/level"};
  tank.move(rig, Level::high, 1);
  rig.answer = refuses_changes;
  pass(5s);
  tank.move(rig, Level::high_high, 3);
  pass(10min);
  CHECK(rig.dispatcher().waiting() == 0);
  CHECK(rig.dispatcher().status()[0].refused == 1);
  SECTION("its end") {
    tank.move(rig, Level::none, 4);
    pass(10min);
    CHECK(alerts_of(rig) == Lines{"H 22-open", "H 22-27"});
  }
  SECTION("another change") {
    tank.move(rig, Level::low, 4);
    pass(5s);
    CHECK(alerts_of(rig) == Lines{"H 22-open", "H 22-27", "L 27-open"});
    tank.move(rig, Level::none, 5);
    pass(10min);
    CHECK(alerts_of(rig) == Lines{"H 22-open", "H 22-27", "L 27-open", "L 27-32"});
  }
  CHECK(rig.dispatcher().waiting() == 0);
  for (const auto& [key, value] : rig.rows) CHECK_FALSE(key.starts_with("o/"));
}

TEST_CASE("webhook: a step of an escalation ends what a refused change would have ended",
          "[notify]") {
  NotifyPlan plan = plan_of(ReceiverKind::webhook);
  plan.escalations = {{"duty", {{60s, {"hook"}, EscalationStep::Until::acked, 0s, 1}}}};
  plan.routes[0].escalation = "duty";
  DispatchRig rig{plan};
  Tank tank{"tank/t101/level"};
  tank.move(rig, Level::high_high, 1);
  rig.answer = refuses_changes;
  rig.advance(5s);
  tank.move(rig, Level::high, 3);  // a fall: the step is one of the raise
  rig.advance(10min);
  CHECK(alerts_of(rig) == Lines{"HH 22-open", "HH 22-22", "H 27-open"});
  tank.move(rig, Level::none, 4);
  CHECK(alerts_of(rig).back() == "H 27-27");
}

TEST_CASE("webhook: a raise does not wait without what ended it", "[notify]") {
  NotifyPlan plan = plan_of(ReceiverKind::webhook);
  plan.receivers[0].queue_max = 2;
  DispatchRig rig{plan};
  Tank tank{"tank/t1/level"};
  const bool on_its_way = GENERATE(false, true);
  const Level falls_to = GENERATE(Level::high, Level::none);
  const auto follow = [&] {  // the least urgent of what waits
    tank.move(rig, falls_to, 2);
    Tank{"tank/t2/level"}.move(rig, Level::high_high, 3);
    if (on_its_way) Tank{"tank/t3/level"}.move(rig, Level::high_high, 4);
  };
  rig.answer = [&, heard = false](const DispatchRig::Sent& one) mutable {
    if (!on_its_way || std::exchange(heard, true)) return down(one);
    follow();
    return Outcome{};
  };
  tank.move(rig, Level::high_high, 1);
  if (!on_its_way) follow();
  if (GENERATE(false, true)) rig.start();
  rig.answer = {};
  rig.advance(2min);
  if (tank.stands()) tank.move(rig, Level::none, 5);
  rig.advance(2min);
  Program program;
  program.hear(rig.sent);
  CHECK_FALSE(program.firing.contains("HH tank/t1/level"));
  CHECK_FALSE(program.firing.contains("H tank/t1/level"));
}

TEST_CASE("webhook: whatever a program misses, it holds nothing open in the end",
          "[notify][property]") {
  const auto seed = GENERATE(range(1U, 61U));
  INFO("seed " << seed);
  std::mt19937 random{seed};
  const auto below = [&random](unsigned n) { return static_cast<int>(random() % n); };
  NotifyPlan plan = plan_of(ReceiverKind::webhook);
  plan.receivers[0].queue_max = static_cast<std::size_t>(2 + below(6));
  plan.escalations = {{"duty", {{2h, {"hook"}, EscalationStep::Until::acked, 5h, 3}}}};
  plan.routes[0].escalation = "duty";
  DispatchRig rig{plan};
  std::vector<Tank> tanks{Tank{"tank/t1/level"}, Tank{"tank/t2/level"}, Tank{"tank/t3/level"}};
  const Level levels[] = {Level::none, Level::high, Level::high_high};
  std::uint64_t journal = 0;
  Level last[3] = {Level::none, Level::none, Level::none};
  const auto move = [&](std::size_t n, Level level) {
    if (last[n] == level) return;
    last[n] = level;
    tanks[n].move(rig, level, ++journal);
  };
  for (int n = 0; n < 200; ++n) {
    move(static_cast<std::size_t>(below(3)), levels[below(3)]);
    rig.advance(std::chrono::minutes{below(300)});
    if (below(12) == 0) rig.answer = rig.answer ? DispatchRig::Answer{} : down;
    if (below(12) == 0) rig.answer = refuses_changes;
    if (below(20) == 0) rig.start();
  }
  for (std::size_t n = 0; n < 3; ++n) move(n, Level::none);
  rig.answer = {};
  rig.advance(24h);
  Program program;
  program.hear(rig.sent);
  CHECK(program.firing.empty());
}

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
