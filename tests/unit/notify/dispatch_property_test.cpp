// tests/unit/notify/dispatch_property_test.cpp - Random alarms, receivers that fail at random and
// kills that lose what was not written: everything is told at least once, nothing is invented.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/notify/dispatch_rig.h"

namespace dispatch_property_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace parkwatch::test;
using namespace std::chrono_literals;

namespace {

// One park's alarms, in an order that the life of an alarm allows.
class RandomAlarms {
 public:
  explicit RandomAlarms(std::mt19937& random) : random_(random) {}

  AlarmEvent next(Timestamp now) {
    const std::string tag = "tank/t" + std::to_string(random_() % 12) + "/level";
    AlarmEvent& last = alarms_[tag];
    const std::uint64_t journal = ++journal_;
    if (last.journal == 0 || last.state == AlarmState::normal) {
      last = raised(journal, tag);
      last.priority = static_cast<Priority>(random_() % 4);
    } else if (last.state == AlarmState::unacknowledged && random_() % 2 == 0) {
      last = followed(last, journal, TransitionKind::acknowledged, AlarmState::acknowledged);
    } else {
      const bool acked = last.state == AlarmState::acknowledged;
      last = last.state == AlarmState::returned_unacknowledged
                 ? followed(last, journal, TransitionKind::acknowledged, AlarmState::normal)
                 : followed(last, journal, TransitionKind::returned,
                            acked ? AlarmState::normal : AlarmState::returned_unacknowledged);
    }
    last.at = now;
    return last;
  }

 private:
  std::mt19937& random_;
  std::map<std::string, AlarmEvent> alarms_;
  std::uint64_t journal_ = 0;
};

NotifyPlan park_plan() {
  NotifyPlan plan;
  plan.receivers = {receiver("hook", ReceiverKind::webhook),
                    receiver("ding", ReceiverKind::dingtalk),
                    receiver("mail", ReceiverKind::email)};
  plan.receivers[0].group_wait = 1s;
  plan.receivers[0].group_interval = 1s;
  plan.routes = {route_to({"hook", "ding", "mail"})};
  EscalationStep step{30s, {"ding"}, EscalationStep::Until::acked, 60s, 2};
  plan.escalations = {{"duty", {step}}};
  plan.routes[0].escalation = "duty";
  return plan;
}

}  // namespace

TEST_CASE("dispatch property: at least once through failures and kills, none invented",
          "[notify][fault]") {
  const auto seed = static_cast<std::uint32_t>(GENERATE(range(1, 25)));
  CAPTURE(seed);
  std::mt19937 random{seed};
  DispatchRig rig{park_plan()};
  RandomAlarms alarms{random};
  rig.answer = [&random](const DispatchRig::Sent&) {
    const auto dice = random() % 10;
    if (dice < 3) return Outcome{Outcome::What::wait, Duration{0}, "down"};
    if (dice == 3) return Outcome{Outcome::What::blocked, 30s, "blocked"};
    return Outcome{};
  };
  for (int i = 0; i < 120; ++i) {
    rig.commit(alarms.next(rig.now));
    rig.advance(Duration{random() % 4'000'000});
    if (random() % 8 == 0) {
      // Sends go on, rows are lost; then the kill.
      rig.keeps = false;
      rig.commit(alarms.next(rig.now));
      rig.advance(Duration{random() % 9'000'000});
      rig.keeps = true;
      rig.start();
    }
  }
  rig.answer = {};
  rig.advance(2h);
  CHECK(rig.dispatcher().waiting() == 0);

  std::map<std::string, std::set<std::uint64_t>> told;
  std::map<std::string, std::string> by_id;
  for (const auto& one : rig.sent) {
    if (one.how != Outcome::What::ok) continue;
    for (const News& n : one.message.notices) {
      const std::uint64_t journal = n.alert->event.journal;
      REQUIRE(rig.journal.contains(journal));
      CHECK(n.alert->event == rig.journal.at(journal)->event);
      if (n.step == 0) told[one.receiver].insert(journal);
      // The same id never names two things.
      const std::string id = one.receiver + notice_id({"p", "g"}, n);
      const std::string thing = std::to_string(journal) + '/' + std::to_string(n.step);
      CHECK(by_id.emplace(id, thing).first->second == thing);
    }
  }
  // Whom an escalation has called also hears who acknowledged what had returned.
  std::set<std::uint64_t> called_off;
  for (const auto& [journal, alert] : rig.journal) {
    const bool is_asked = role_of(alert->event) != Role::none;
    for (const char* name : {"hook", "ding", "mail"}) {
      CAPTURE(name, journal);
      const bool is_told = told[name].contains(journal);
      CHECK((is_told || !is_asked));
      if (is_told && !is_asked) called_off.insert(journal);
    }
    if (!called_off.contains(journal)) continue;
    CHECK(alert->event.kind == TransitionKind::acknowledged);
    CHECK_FALSE(told["hook"].contains(journal));
    CHECK_FALSE(told["mail"].contains(journal));
  }
}

}  // namespace dispatch_property_test
