// tests/unit/notify/held_alerts_test.cpp - What an Alertmanager is told again, and for how long.
#include "notify/held_alerts.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "tests/unit/notify/sample_events.h"

namespace held_alerts_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace std::chrono_literals;

namespace {

News news_of(AlarmEvent event) {
  News news;
  news.face = news.before = Face{Level::high_high, event.priority};
  news.alert = std::make_shared<const Alert>(Alert{std::move(event), {}});
  return news;
}

News end_of(const AlarmEvent& event, std::uint64_t journal, Timestamp at) {
  AlarmEvent back = test::followed(event, journal, TransitionKind::returned, AlarmState::normal);
  back.at = at;
  return news_of(std::move(back));
}

// A whole round, by tag: when it ends.
std::map<std::string, Timestamp> round_of(HeldAlerts& held, Timestamp now) {
  std::map<std::string, Timestamp> out;
  for (auto some = held.next(now, 7); !some.empty(); some = held.next(now, 7)) {
    CHECK(some.size() <= 7);
    for (const HeldAlert& one : some) {
      CHECK(out.emplace(one.alert->event.tag, one.ends).second);  // each once
    }
  }
  return out;
}

}  // namespace

TEST_CASE("held alerts: what ended is said for five minutes more, what is active for ever",
          "[notify]") {
  HeldAlerts held;
  const Timestamp at = test::sample_time;
  for (std::uint64_t n = 0; n < 20; ++n) {
    held.apply(news_of(test::raised(n + 1, "t" + std::to_string(n))));
  }
  for (std::uint64_t n = 0; n < 5; ++n) {
    const AlarmEvent first = test::raised(n + 1, "t" + std::to_string(n));
    const News end = end_of(first, 100 + n, at + 1s);
    held.apply(end);
    const auto said = held.now_of({news_of(first), end});
    REQUIRE(said.size() == 1);
    CHECK(said[0].ends == at + 1s);
  }
  CHECK(round_of(held, at + 2s).size() == 20);
  CHECK(round_of(held, at + 1s + repeat_ended_for).size() == 20);
  const auto left = round_of(held, at + 2s + repeat_ended_for);
  CHECK(left.size() == 15);
  CHECK_FALSE(left.contains("t4"));
  CHECK(left.at("t5") == never);
  CHECK(held.size() == 15);
}

TEST_CASE("held alerts: one that is active again is not forgotten with its earlier end",
          "[notify]") {
  HeldAlerts held;
  const Timestamp at = test::sample_time;
  const AlarmEvent first = test::raised(1, "t");
  held.apply(news_of(first));
  held.apply(end_of(first, 2, at + 1s));
  held.apply(news_of(test::raised(3, "t")));
  CHECK(round_of(held, at + 1h) == std::map<std::string, Timestamp>{{"t", never}});
  // It ends twice, the second time counts.
  held.apply(end_of(first, 4, at + 2h));
  held.apply(end_of(first, 5, at + 2h + 1min));
  CHECK(round_of(held, at + 2h + 30s + repeat_ended_for).size() == 1);
  CHECK(round_of(held, at + 2h + 2min + repeat_ended_for).empty());
  CHECK(held.size() == 0);
}

TEST_CASE("held alerts: another priority is another alert, and the old one ends", "[notify]") {
  HeldAlerts held;
  const Timestamp at = test::sample_time;
  AlarmEvent event = test::raised(1, "t");
  held.apply(news_of(event));
  event.at = at + 1s;
  event.priority = Priority::critical;
  News rise = news_of(event);
  rise.before = Face{Level::high_high, Priority::high};
  held.apply(rise);
  const auto said = held.now_of({rise});
  REQUIRE(said.size() == 2);
  CHECK(said[0].ends == at + 1s);
  CHECK(said[1].ends == never);
  CHECK(held.size() == 2);
  (void)held.next(at + 1h, 1);
  CHECK(held.size() == 1);
}

TEST_CASE("held alerts: an end that is told late is told all the same", "[notify]") {
  HeldAlerts held;
  const Timestamp at = test::sample_time;
  const AlarmEvent first = test::raised(1, "t");
  const News end = end_of(first, 2, at + 1s);
  held.apply(news_of(first));
  held.apply(end);
  CHECK(held.next(at + 1h, 1).empty());  // forgotten
  const auto said = held.now_of({end});
  REQUIRE(said.size() == 1);
  CHECK(said[0].ends == at + 1s);
  CHECK(held.now_of({news_of(first)}).empty());
}

}  // namespace held_alerts_test
