// tests/unit/notify/dispatcher_test.cpp - From transitions to messages: groups, rates, digests,
// closing messages, failures, spares, fallbacks, expiry.
#include "notify/dispatcher.h"

#include <catch2/catch.hpp>

#include "tests/unit/notify/dispatch_rig.h"

namespace dispatcher_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace parkwatch::test;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;
using What = Outcome::What;

namespace {

NotifyPlan plan_of(std::vector<ReceiverSpec> receivers) {
  NotifyPlan plan;
  std::vector<std::string> names;
  for (const ReceiverSpec& spec : receivers) names.push_back(spec.name);
  plan.receivers = std::move(receivers);
  plan.routes = {route_to(names)};
  return plan;
}

std::string tank(int n) { return "tank/t" + std::to_string(n) + "/level"; }

AlarmEvent critical(std::uint64_t journal, std::string tag) {
  return with_priority(raised(journal, std::move(tag)), Priority::critical);
}

DispatchRig::Answer refuse_for(std::string receiver, What what) {
  return [receiver = std::move(receiver), what](const DispatchRig::Sent& one) {
    Outcome outcome;
    if (one.receiver == receiver) outcome = {what, Duration{0}, "no"};
    return outcome;
  };
}

}  // namespace

TEST_CASE("dispatcher: news of a group wait for each other, critical ones go at once", "[notify]") {
  DispatchRig rig{plan_of({receiver("ding", ReceiverKind::dingtalk)})};
  rig.commit(raised(1, tank(1)));
  rig.advance(4s);
  rig.commit(raised(2, tank(2)));
  CHECK(rig.said().empty());
  rig.commit(critical(3, tank(3)));
  CHECK(rig.said() == Lines{"ding: 3"});
  rig.advance(5s);
  CHECK(rig.said().size() == 1);
  rig.advance(30s);  // its group was told of at 4 s: the interval holds the others until 34 s
  CHECK(rig.said() == Lines{"ding: 3", "ding: 1 2"});
  CHECK(rig.sent.back().at == sample_time + 34s);
}

TEST_CASE("dispatcher: what went before in the same alarm goes with the critical", "[notify]") {
  DispatchRig rig{plan_of({receiver("ding", ReceiverKind::dingtalk)})};
  rig.commit(raised(1, tank(1)));
  rig.commit(raised(2, tank(2)));
  AlarmEvent rise =
      followed(raised(1, tank(1)), 3, TransitionKind::level_changed, AlarmState::unacknowledged);
  rise.priority = Priority::critical;
  rise.occurrence = 3;
  rig.commit(rise);
  CHECK(rig.said() == Lines{"ding: 1 3"});
}

TEST_CASE("dispatcher: who was told gets the end, and nobody else", "[notify]") {
  NotifyPlan plan = plan_of({receiver("hook", ReceiverKind::webhook)});
  plan.receivers.push_back(receiver("other", ReceiverKind::webhook));
  plan.routes[0].when = TimeOfDay{14 * 60, 14 * 60 + 4, {true, true, true, true, true, true, true}};
  RouteSpec later = route_to({"other"});
  later.when = TimeOfDay{14 * 60 + 4, 20 * 60, {true, true, true, true, true, true, true}};
  plan.routes.push_back(later);
  DispatchRig rig{plan};  // it is 14:03:22 in the park
  const AlarmEvent first = raised(1, tank(1));
  rig.commit(first);
  rig.advance(120s);
  AlarmEvent back =
      followed(first, 2, TransitionKind::returned, AlarmState::returned_unacknowledged);
  back.at = rig.now;
  rig.commit(back);
  rig.advance(60s);
  rig.commit(followed(back, 3, TransitionKind::acknowledged, AlarmState::normal));
  rig.advance(60s);
  CHECK(rig.said() == Lines{"hook: 1", "hook: 2"});  // one closing message: when it returned
}

TEST_CASE("dispatcher: a receiver without updates hears the raise and one end", "[notify]") {
  NotifyPlan plan = plan_of({receiver("hook", ReceiverKind::webhook)});
  plan.receivers[0].updates = false;
  DispatchRig rig{plan};
  const AlarmEvent first = raised(1, tank(1));
  rig.commit(first);
  rig.advance(60s);
  const bool acked_first = GENERATE(true, false);
  if (acked_first) {
    const AlarmEvent acked =
        followed(first, 2, TransitionKind::acknowledged, AlarmState::acknowledged);
    rig.commit(acked);
    rig.advance(60s);
    rig.commit(followed(acked, 3, TransitionKind::returned, AlarmState::normal));
    rig.advance(60s);
    CHECK(rig.said() == Lines{"hook: 1", "hook: 3"});
  } else {
    const AlarmEvent back =
        followed(first, 2, TransitionKind::returned, AlarmState::returned_unacknowledged);
    rig.commit(back);
    rig.advance(60s);
    rig.commit(followed(back, 3, TransitionKind::acknowledged, AlarmState::normal));
    rig.advance(60s);
    CHECK(rig.said() == Lines{"hook: 1", "hook: 2"});
  }
}

TEST_CASE("dispatcher: many at a time become a digest of counts and the ten worst", "[notify]") {
  DispatchRig rig{plan_of({receiver("ding", ReceiverKind::dingtalk)})};
  for (std::uint64_t j = 1; j <= 33; ++j) {
    AlarmEvent e = raised(j, tank(static_cast<int>(j)));
    if (j % 3 == 0) e.priority = Priority::low;
    rig.commit(e);
  }
  rig.commit(critical(34, tank(34)));
  CHECK(rig.said() == Lines{"ding: 34"});
  rig.advance(60s);
  CHECK(rig.said() == Lines{"ding: 34", "ding: digest 33"});
  const Tally& tally = rig.sent.back().message.tally;
  CHECK(tally.by_priority == std::array<std::uint64_t, 4>{11, 0, 22, 0});
  CHECK(tally.first == 1);
  CHECK(tally.last == 33);
  REQUIRE(tally.worst.size() == 10);
  CHECK(tally.worst[0].alert->event.journal == 32);  // the newest of the highest priority
  CHECK(rig.dispatcher().waiting() == 0);
}

TEST_CASE("dispatcher: a robot never gets more than its rate, and nothing is dropped", "[notify]") {
  NotifyPlan plan = plan_of({receiver("ding", ReceiverKind::dingtalk)});
  plan.receivers[0].group_wait = 0s;
  plan.receivers[0].group_interval = 0s;
  DispatchRig rig{plan};
  for (std::uint64_t j = 1; j <= 200; ++j) {
    const int n = static_cast<int>(j);
    rig.commit(j % 10 == 0 ? critical(j, tank(n)) : raised(j, tank(n)));
    rig.advance(500ms);
  }
  rig.advance(600s);
  std::set<std::uint64_t> told;
  for (std::size_t i = 0; i < rig.sent.size(); ++i) {
    if (i >= 18) CHECK(rig.sent[i].at - rig.sent[i - 18].at >= 60s);
    for (const News& n : rig.sent[i].message.notices) told.insert(n.alert->event.journal);
  }
  CHECK(told.size() == 200);
  // Critical ones did not wait behind the others.
  for (const auto& one : rig.sent) {
    for (const News& n : one.message.notices) {
      if (n.urgent()) CHECK(one.at - n.queued <= 60s);
    }
  }
}

TEST_CASE("dispatcher: Feishu digests keep away from the half hours", "[notify]") {
  NotifyPlan plan = plan_of({receiver("fei", ReceiverKind::feishu)});
  DispatchRig rig{plan};
  rig.now = from_us(1'780'207'180'000'000);  // 13:59:40 in the park
  for (std::uint64_t j = 1; j <= 20; ++j) rig.commit(raised(j, tank(static_cast<int>(j))));
  rig.commit(critical(21, tank(21)));  // single alarms do not wait
  rig.advance(300s);
  CHECK(rig.said() == Lines{"fei: 21", "fei: digest 20"});
  const Timestamp hour = from_us(1'780'207'200'000'000);
  CHECK(rig.sent.back().at >= hour + 20s);
  CHECK(rig.sent.back().at <= hour + 60s);
}

TEST_CASE("dispatcher: a receiver that fails blocks no other and gets everything later",
          "[notify]") {
  DispatchRig rig{
      plan_of({receiver("bad", ReceiverKind::webhook), receiver("good", ReceiverKind::webhook)})};
  rig.answer = refuse_for("bad", What::wait);
  for (std::uint64_t j = 1; j <= 5; ++j) {
    rig.commit(raised(j, tank(static_cast<int>(j))));
    rig.advance(60s);
  }
  CHECK(rig.said() == Lines{"good: 1", "good: 2", "good: 3", "good: 4", "good: 5"});
  const std::vector<ReceiverCondition> conditions = rig.dispatcher().conditions();
  REQUIRE(conditions.size() == 2);  // the good one's first success is reported too
  CHECK(conditions[0].receiver == "good");
  CHECK_FALSE(conditions[0].failing);
  CHECK(conditions[1].receiver == "bad");
  CHECK(conditions[1].failing);
  CHECK(conditions[1].detail == "no");
  rig.answer = {};
  rig.advance(120s);
  CHECK(rig.said().back() == "bad: 1 2 3 4 5");
  const std::vector<ReceiverCondition> after = rig.dispatcher().conditions();
  REQUIRE(after.size() == 1);
  CHECK_FALSE(after[0].failing);
}

TEST_CASE("dispatcher: attempts come further and further apart, up to a minute", "[notify]") {
  Duration before{0};
  for (std::uint32_t n = 1; n < 12; ++n) {
    const Duration wait = backoff(n, "hook");
    CHECK(wait <= 60s);
    CHECK(wait >= 750ms);
    if (n <= 6) CHECK(wait > before);
    before = wait;
  }
  CHECK(backoff(3, "a") != backoff(3, "b"));
  CHECK(backoff(4'000'000'000U, "a") <= 60s);
}

TEST_CASE("dispatcher: after 60 s the fallback is told, and of the end too", "[notify]") {
  NotifyPlan plan = plan_of({receiver("bad", ReceiverKind::feishu)});
  plan.receivers.push_back(receiver("spare", ReceiverKind::feishu));
  plan.receivers[0].fallback = {"spare"};
  DispatchRig rig{plan};
  rig.answer = refuse_for("bad", What::wait);
  const AlarmEvent first = raised(1, tank(1));
  rig.commit(first);
  rig.advance(65s);
  CHECK(rig.said().empty());
  rig.advance(25s);
  CHECK(rig.said() == Lines{"spare: 1"});
  rig.commit(raised(2, tank(2)));  // while it fails, news go to both
  rig.commit(followed(first, 3, TransitionKind::acknowledged, AlarmState::acknowledged));
  rig.advance(60s);
  CHECK(rig.said() == Lines{"spare: 1", "spare: 2 3"});
  rig.answer = {};
  rig.advance(60s);
  CHECK(rig.said().back() == "bad: 1 2 3");
}

TEST_CASE("dispatcher: a blocked robot's spare takes over at once", "[notify]") {
  NotifyPlan plan = plan_of({receiver("ding", ReceiverKind::dingtalk)});
  plan.receivers[0].endpoints.push_back({"http://127.0.0.2/", "", ""});
  DispatchRig rig{plan};
  rig.answer = [](const DispatchRig::Sent& one) {
    if (one.message.endpoint == 0) return Outcome{What::blocked, 600s, "130101"};
    return Outcome{};
  };
  rig.commit(critical(1, tank(1)));
  CHECK(rig.said() == Lines{"ding: 1"});
  CHECK(rig.sent.back().message.endpoint == 1);
  CHECK(rig.sent.back().at == sample_time);
  rig.commit(critical(2, tank(2)));
  CHECK(rig.sent.size() == 3);  // the first is not asked again
  rig.answer = {};
  rig.advance(601s);
  rig.commit(critical(3, tank(3)));
  CHECK(rig.sent.back().message.endpoint == 0);
}

TEST_CASE("dispatcher: what cannot be told within a day is closed with a record", "[notify]") {
  DispatchRig rig{plan_of({receiver("bad", ReceiverKind::webhook)})};
  rig.answer = refuse_for("bad", What::wait);
  rig.commit(raised(1, tank(1)));
  rig.commit(raised(2, tank(2)));
  rig.advance(23h);
  CHECK(rig.dispatcher().closed().empty());
  CHECK(rig.dispatcher().waiting() == 2);
  rig.advance(61min);
  const std::vector<ClosedNews> closed = rig.dispatcher().closed();
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].reason == "expired");
  CHECK(closed[0].count == 2);
  CHECK(closed[0].first == 1);
  CHECK(closed[0].last == 2);
  CHECK(rig.rows.at("x/bad") == "2 0 1 2");
  CHECK(rig.dispatcher().waiting() == 0);
  CHECK_FALSE(rig.rows.contains("q/bad/1/0.0"));
}

TEST_CASE("dispatcher: one notice that is refused for good does not hold the others", "[notify]") {
  DispatchRig rig{plan_of({receiver("hook", ReceiverKind::webhook)})};
  rig.answer = [](const DispatchRig::Sent& one) {
    for (const News& n : one.message.notices) {
      if (n.alert->event.journal == 2) return Outcome{What::refused, Duration{0}, "bad"};
    }
    return Outcome{};
  };
  for (std::uint64_t j = 1; j <= 4; ++j) rig.commit(raised(j, tank(static_cast<int>(j))));
  rig.advance(30min);
  std::set<std::uint64_t> told;
  for (const auto& one : rig.sent) {
    if (one.how != What::ok) continue;
    for (const News& n : one.message.notices) told.insert(n.alert->event.journal);
  }
  CHECK(told == std::set<std::uint64_t>{1, 3, 4});
  const auto closed = rig.dispatcher().closed();
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].reason == "refused");
  CHECK(closed[0].first == 2);
}

TEST_CASE("dispatcher: above its bound the least urgent are counted, not dropped", "[notify]") {
  NotifyPlan plan = plan_of({receiver("ding", ReceiverKind::dingtalk)});
  plan.receivers[0].queue_max = 50;
  DispatchRig rig{plan};
  rig.answer = refuse_for("ding", What::wait);
  for (std::uint64_t j = 1; j <= 500; ++j) {
    AlarmEvent e = raised(j, tank(static_cast<int>(j)));
    if (j == 7) e.priority = Priority::critical;
    rig.commit(e);
  }
  rig.advance(60s);
  CHECK(rig.rows.size() < 600);
  const std::string tally = rig.rows.at("d/ding");
  rig.start();  // also through a kill
  CHECK(rig.rows.at("d/ding") == tally);
  CHECK(rig.dispatcher().waiting() == 500);
  rig.answer = {};
  rig.advance(300s);
  CHECK(rig.said() == Lines{"ding: 7", "ding: digest 499"});
  CHECK(rig.dispatcher().waiting() == 0);
  CHECK_FALSE(rig.rows.contains("d/ding"));
}

TEST_CASE("dispatcher: an Alertmanager is told again every minute, and of ends for five",
          "[notify]") {
  NotifyPlan plan = plan_of({receiver("am", ReceiverKind::alertmanager)});
  plan.receivers[0].group_wait = 0s;
  plan.receivers[0].group_interval = 0s;
  DispatchRig rig{plan};
  AlarmEvent first = raised(1, tank(1));
  rig.commit(first);
  REQUIRE(rig.sent.size() == 1);
  rig.advance(180s);
  CHECK(rig.sent.size() == 4);
  CHECK(rig.sent.back().message.kind == MessageKind::refresh);
  AlarmEvent rise = followed(first, 2, TransitionKind::level_changed, AlarmState::unacknowledged);
  rise.occurrence = 2;
  rise.priority = Priority::critical;
  rise.at = rig.now;
  rig.commit(rise);
  REQUIRE(rig.sent.back().message.held.size() == 2);  // severity is a label: another alert
  CHECK(rig.sent.back().message.held[0].ends == rig.now);
  CHECK(rig.sent.back().message.held[1].ends == never);
  AlarmEvent back =
      followed(rise, 3, TransitionKind::returned, AlarmState::returned_unacknowledged);
  back.at = rig.now;
  rig.commit(back);
  const std::size_t before = rig.sent.size();
  rig.advance(3600s);
  CHECK(rig.sent.size() >= before + 5);
  CHECK(rig.sent.size() <= before + 7);
  rig.start();  // what was told to it and stands is known after a kill
  CHECK(rig.sent.size() <= before + 7);
}

TEST_CASE("dispatcher: an active alarm is pushed again after a restart", "[notify]") {
  NotifyPlan plan = plan_of({receiver("am", ReceiverKind::alertmanager)});
  DispatchRig rig{plan};
  rig.commit(raised(1, tank(1)));
  rig.advance(60s);
  rig.sent.clear();
  rig.start();
  REQUIRE(rig.sent.size() == 1);
  REQUIRE(rig.sent[0].message.held.size() == 1);
  CHECK(rig.sent[0].message.held[0].alert->event.journal == 1);
}

TEST_CASE("dispatcher: a heartbeat beats, whether or not it is heard", "[notify]") {
  NotifyPlan plan;
  plan.receivers = {receiver("beat", ReceiverKind::heartbeat)};
  DispatchRig rig{plan};
  rig.advance(300s);
  CHECK(rig.sent.size() == 6);
  rig.answer = refuse_for("beat", What::wait);
  rig.advance(300s);
  CHECK(rig.sent.size() == 11);
  CHECK(rig.dispatcher().conditions().size() == 2);
}

TEST_CASE("dispatcher: a board shows the worst that stands", "[notify]") {
  NotifyPlan plan = plan_of({receiver("board", ReceiverKind::board)});
  plan.receivers[0].group_wait = 0s;
  plan.receivers[0].group_interval = 0s;
  DispatchRig rig{plan};
  rig.commit(critical(1, tank(1)));
  rig.commit(raised(2, tank(2)));
  REQUIRE(rig.sent.back().message.standing != nullptr);
  CHECK(rig.sent.back().message.standing->event.journal == 1);
  rig.commit(followed(critical(1, tank(1)), 3, TransitionKind::returned, AlarmState::normal));
  CHECK(rig.sent.back().message.standing->event.journal == 2);
  rig.commit(followed(raised(2, tank(2)), 4, TransitionKind::returned, AlarmState::normal));
  CHECK(rig.sent.back().message.standing == nullptr);
}

TEST_CASE("dispatcher: a board shows nothing that somebody has hidden", "[notify]") {
  NotifyPlan plan = plan_of({receiver("board", ReceiverKind::board)});
  plan.receivers[0].group_wait = plan.receivers[0].group_interval = 0s;
  DispatchRig rig{plan};
  AlarmEvent worst = critical(1, tank(1));
  rig.commit(worst);
  rig.commit(raised(2, tank(2)));
  AlarmEvent shelved = followed(worst, 3, TransitionKind::shelved, AlarmState::unacknowledged);
  shelved.flags = alarm_shelved;
  shelved.notice = Notice::updates;
  rig.commit(shelved);
  REQUIRE(rig.sent.back().message.standing != nullptr);
  CHECK(rig.sent.back().message.standing->event.journal == 2);
  rig.commit(followed(raised(2, tank(2)), 4, TransitionKind::returned, AlarmState::normal));
  CHECK(rig.sent.back().message.standing == nullptr);
}

TEST_CASE("dispatcher: after a refusal, what is only counted does not wait for other news",
          "[notify]") {
  NotifyPlan plan = plan_of({receiver("ding", ReceiverKind::dingtalk)});
  plan.receivers[0].queue_max = 1;
  plan.receivers[0].group_wait = plan.receivers[0].group_interval = 0s;
  DispatchRig rig{plan};
  rig.answer = refuse_for("ding", What::refused);
  // The first is only counted from the second on, which is refused until it is given up.
  rig.commit(raised(1, tank(1)));
  rig.commit(raised(2, tank(2)));
  rig.advance(600s);
  rig.answer = {};
  rig.advance(120s);
  CHECK(rig.said() == Lines{"ding: digest 1"});
  CHECK(rig.dispatcher().waiting() == 0);
}

TEST_CASE("dispatcher: in a flood people get digests, critical ones still go one by one",
          "[notify]") {
  DispatchRig rig{plan_of({receiver("ding", ReceiverKind::dingtalk)})};
  AlarmEvent flood = raised(1, "alarms");
  flood.rule = rule_flood;
  flood.kind = TransitionKind::flood_started;
  flood.flags = alarm_in_progress;
  rig.commit(flood);
  rig.start();  // known after a kill
  rig.commit(raised(2, tank(2)));
  rig.commit(raised(3, tank(3)));
  rig.commit(critical(4, tank(4)));
  rig.advance(60s);
  CHECK(rig.said() == Lines{"ding: 4", "ding: digest 2"});
  CHECK(rig.sent.back().message.flood);
  flood.kind = TransitionKind::flood_ended;
  flood.journal = 5;
  rig.commit(flood);
  rig.commit(raised(6, tank(6)));
  rig.commit(raised(7, tank(7)));
  rig.advance(60s);
  CHECK(rig.said().back() == "ding: 6 7");
}

TEST_CASE("dispatcher: on a first start history is nobody's news", "[notify]") {
  Dispatcher dispatcher{
      std::make_shared<const NotifyPlan>(plan_of({receiver("hook", ReceiverKind::webhook)})),
      china};
  CHECK(dispatcher.restore(sample_time, {}, 41, [](std::uint64_t) { return nullptr; }) == 41);
  for (const std::uint64_t journal : {40U, 41U, 42U}) {
    dispatcher.take(sample_time, std::make_shared<const Alert>(Alert{raised(journal), {}}));
  }
  CHECK(dispatcher.waiting() == 1);
}

TEST_CASE("dispatcher: what no journal holds is told, and leaves no rows", "[notify]") {
  DispatchRig rig{plan_of({receiver("hook", ReceiverKind::webhook)})};
  AlarmEvent event = with_priority(raised(0, "parkwatch/store"), Priority::critical);
  event.occurrence = 0;
  rig.dispatcher().take(rig.now, std::make_shared<const Alert>(Alert{event, "v1-1"}));
  rig.run();
  CHECK(rig.said() == Lines{"hook: 0"});
  event.kind = TransitionKind::returned;
  event.state = AlarmState::normal;
  rig.dispatcher().take(rig.now, std::make_shared<const Alert>(Alert{event, "v1-2"}));
  rig.advance(60s);
  CHECK(rig.said() == Lines{"hook: 0", "hook: 0"});
  CHECK(rig.rows == std::map<std::string, std::string>{{"cursor", "0"}, {"low", "1"}});
}

TEST_CASE("dispatcher: rows that nobody can read are dropped", "[notify]") {
  DispatchRig rig{plan_of({receiver("hook", ReceiverKind::webhook)})};
  rig.rows = {{"cursor", "7"},
              {"q/hook/x/0.0", "1"},
              {"q/gone/3/0.0", "1 0 H high H high"},
              {"a/3", "nonsense"},
              {"a/", ""},
              {"q/hook/9/0.0", "5 0 H high H high"},
              {"w/hook/77", "1"},
              {"d/hook", "1 2"},
              {"zzz", ""},
              {"x/hook", "3 4 5 6"},
              {"w/hook/0", "x"}};
  rig.start();
  CHECK(rig.rows == std::map<std::string, std::string>{
                        {"cursor", "7"}, {"low", "8"}, {"x/hook", "3 4 5 6"}, {"w/hook/0", "x"}});
  CHECK(rig.dispatcher().status()[0].expired == 3);
}

}  // namespace dispatcher_test
