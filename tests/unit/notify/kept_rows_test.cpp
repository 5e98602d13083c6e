// tests/unit/notify/kept_rows_test.cpp - Rows come back as they were written, and strange ones not
// at all.
#include "notify/kept_rows.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/notify/dispatch_rig.h"

namespace kept_rows_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace parkwatch::test;

namespace {

AlertPtr found(std::uint64_t journal) {
  return std::make_shared<const Alert>(Alert{raised(journal), {}});
}

NotifyPlan plan_with_all() {
  NotifyPlan plan;
  plan.receivers = {receiver("a", ReceiverKind::webhook), receiver("b", ReceiverKind::email)};
  plan.escalations = {{"duty", {EscalationStep{}, EscalationStep{}}}};
  return plan;
}

}  // namespace

TEST_CASE("kept rows: a notice", "[notify]") {
  News news;
  news.alert = found(48213);
  news.step = 2;
  news.steps = 3;
  news.repeat = 4;
  news.queued = sample_time;
  news.face = {Level::high_high, Priority::critical};
  news.since = sample_time + Duration{1};
  news.before = {Level::none, Priority::low};
  news.before_since = sample_time + Duration{2};
  CHECK(notice_key("ding", news) == "q/ding/48213/2.4");
  CHECK(notice_row(news) ==
        "1780207402140000 3 HH critical 1780207402140001 - low 1780207402140002");
  const auto back = parse_notice(notice_key("ding", news), notice_row(news), found);
  REQUIRE(back);
  CHECK(back->receiver == "ding");
  CHECK(back->notice.alert->event == news.alert->event);
  CHECK(back->notice.step == 2);
  CHECK(back->notice.steps == 3);
  CHECK(back->notice.repeat == 4);
  CHECK(back->notice.queued == news.queued);
  CHECK(back->notice.face == news.face);
  CHECK(back->notice.since == news.since);
  CHECK(back->notice.before == news.before);
  CHECK(back->notice.before_since == news.before_since);
}

TEST_CASE("kept rows: an alarm", "[notify]") {
  const NotifyPlan plan = plan_with_all();
  AlarmRecord record;
  record.id = 7;
  record.alert = found(9);
  record.face = {Level::on, Priority::medium};
  record.since = sample_time + Duration{3};
  record.acknowledged = true;
  record.hidden = true;
  record.base = sample_time;
  record.escalation = 0;
  record.done = {1, 12};
  record.told = {0, 1};
  record.escalated = {1};
  CHECK(alarm_key(7) == "a/7");
  CHECK(alarm_row(record, plan) ==
        "9 on medium 1780207402140003 acked hidden 1780207402140000 duty 1,12 a,b b");
  const auto back = parse_alarm(alarm_key(7), alarm_row(record, plan), plan, found);
  REQUIRE(back);
  CHECK(back->id == 7);
  CHECK(back->alert->event.journal == 9);
  CHECK(back->face == record.face);
  CHECK(back->since == record.since);
  CHECK(back->acknowledged);
  CHECK(back->hidden);
  CHECK(back->base == record.base);
  CHECK(back->escalation == record.escalation);
  CHECK(back->done == record.done);
  CHECK(back->told == record.told);
  CHECK(back->escalated == record.escalated);
}

TEST_CASE("kept rows: an alarm without an escalation has no steps", "[notify]") {
  const NotifyPlan plan = plan_with_all();
  AlarmRecord record;
  record.id = 7;
  record.alert = found(9);
  record.told = {0};
  const auto back = parse_alarm(alarm_key(7), alarm_row(record, plan), plan, found);
  REQUIRE(back);
  CHECK_FALSE(back->escalation);
  CHECK(back->done.empty());
  CHECK(alarm_row(*back, plan) == alarm_row(record, plan));
}

TEST_CASE("kept rows: receivers and escalations that are gone are left out", "[notify]") {
  NotifyPlan plan = plan_with_all();
  const std::string row = "9 on medium 5 unacked shown 1780207402140000 gone 1 a,zz,b zz";
  const auto back = parse_alarm("a/7", row, plan, found);
  REQUIRE(back);
  CHECK_FALSE(back->escalation);
  CHECK(back->told == std::set<std::size_t>{0, 1});
  CHECK(back->escalated.empty());
}

TEST_CASE("kept rows: an alert that is left open", "[notify]") {
  const LeftOpen::Alarm alarm{"tank-level", "tank/t101/level"};
  const LeftOpen::Alert alert{{Level::high, Priority::medium}, sample_time};
  CHECK(left_open_key("hook", alarm) == "o/hook/tank-level/tank/t101/level");
  CHECK(left_open_row(alert) == "H medium 1780207402140000");
  CHECK(parse_left_open_key(left_open_key("hook", alarm)) == alarm);
  CHECK(parse_left_open(left_open_row(alert)) == alert);
  CHECK_FALSE(parse_left_open_key("o/hook/rule"));
  CHECK_FALSE(parse_left_open("H medium"));
  CHECK_FALSE(parse_left_open("H medium now"));
}

TEST_CASE("kept rows: what was only counted", "[notify]") {
  Tally tally;
  for (std::uint64_t journal = 1; journal <= 25; ++journal) {
    News news;
    news.alert =
        std::make_shared<const Alert>(Alert{raised(journal, "t/" + std::to_string(journal)), {}});
    news.face = news.before = {Level::high, static_cast<Priority>(journal % 4)};
    tally.add(news);
  }
  const auto back = parse_tally(tally_row(tally), found);
  REQUIRE(back);
  CHECK(back->by_priority == tally.by_priority);
  CHECK(back->total() == 25);
  CHECK(back->first == 1);
  CHECK(back->last == 25);
  CHECK(back->from == tally.from);
  CHECK(back->to == tally.to);
  REQUIRE(back->worst.size() == 10);
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK(back->worst[i].alert->event.journal == tally.worst[i].alert->event.journal);
    CHECK(back->worst[i].face == tally.worst[i].face);
  }
}

TEST_CASE("kept rows: tallies add up, whichever comes first", "[notify]") {
  const auto tally_of = [](std::uint64_t first, std::uint64_t last) {
    Tally tally;
    for (std::uint64_t j = first; j <= last; ++j) {
      News news;
      news.alert = std::make_shared<const Alert>(Alert{raised(j, "t/" + std::to_string(j)), {}});
      news.face = news.before = {Level::high, Priority::high};
      tally.add(news);
    }
    return tally;
  };
  Tally left = tally_of(1, 8);
  left.merge(tally_of(9, 20));
  Tally right = tally_of(9, 20);
  right.merge(tally_of(1, 8));
  const Tally all = tally_of(1, 20);
  for (const Tally& sum : {left, right}) CHECK(tally_row(sum) == tally_row(all));
  Tally none;
  none.merge(Tally{});
  CHECK(none.empty());
  none.merge(all);
  CHECK(tally_row(none) == tally_row(all));
}

TEST_CASE("kept rows: the times of the last messages", "[notify]") {
  CHECK(times_row({}) == "-");
  CHECK(parse_times("-").empty());
  const std::vector<Timestamp> times{sample_time, sample_time + Duration{1}};
  CHECK(parse_times(times_row(times)) == times);
}

TEST_CASE("kept rows: any one changed byte is read as something whole or refused",
          "[notify][fault]") {
  const NotifyPlan plan = plan_with_all();
  const std::string key = "q/ding/48213/2.4";
  const std::string row = "1780207402140000 3 HH critical 1780207402140000 - low 7";
  const std::string alarm = "9 on medium 5 acked shown 1780207402140000 duty 1,12 a,b b";
  const std::string tally = "0 3 2 1 4 9 1780207402140000 1780207402140001 4:HH:high,5:-:low";
  std::mt19937 random{3};
  for (int i = 0; i < 20'000; ++i) {
    const auto damaged = [&random](std::string text) {
      text[random() % text.size()] = static_cast<char>(random() % 256);
      return text;
    };
    if (const auto news = parse_notice(damaged(key), damaged(row), found)) {
      CHECK(news->notice.alert != nullptr);
    }
    if (const auto record = parse_alarm("a/7", damaged(alarm), plan, found)) {
      CHECK(record->done.size() <= escalation_steps_max);
      for (const std::size_t at : record->told) CHECK(at < plan.receivers.size());
    }
    if (const auto sum = parse_tally(damaged(tally), found)) {
      CHECK(sum->worst.size() <= Tally::worst_max);
    }
  }
}

}  // namespace kept_rows_test
