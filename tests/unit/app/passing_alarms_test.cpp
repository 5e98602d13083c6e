// tests/unit/app/passing_alarms_test.cpp - They stand for ten minutes from the last time on.
#include "app/passing_alarms.h"

#include <catch2/catch.hpp>

namespace passing_alarms_test {

using namespace parkwatch;
using namespace parkwatch::app;
using namespace std::chrono_literals;

namespace {

struct Told {
  std::vector<OwnCondition> conditions;
  PassingAlarms alarms{[this](OwnCondition own) { conditions.push_back(std::move(own)); }};
};

AlarmEvent standing(const OwnCondition& own) {
  AlarmEvent event;
  event.rule = own.rule;
  event.tag = own.tag;
  return event;
}

}  // namespace

TEST_CASE("passing alarms: one is raised once, stands ten minutes, and ends by itself", "[app]") {
  Told told;
  const PassingAlarms::Time start{};
  told.alarms.raise(clock_was_set(-10s), start);
  told.alarms.tick(start + 9min);
  REQUIRE(told.conditions.size() == 1);
  CHECK(told.conditions[0].on);
  CHECK(told.conditions[0].rule == "clock");
  CHECK(told.conditions[0].tag == "gateway/clock");
  CHECK(told.conditions[0].message.en.find("-10s") != std::string::npos);
  told.alarms.tick(start + 10min);
  REQUIRE(told.conditions.size() == 2);
  CHECK_FALSE(told.conditions[1].on);
  CHECK(told.conditions[1].rule == "clock");
  told.alarms.raise(clock_was_set(3s), start + 11min);
  CHECK(told.conditions.size() == 3);
}

TEST_CASE("passing alarms: what happens again while one stands is a new occurrence of all of it",
          "[app]") {
  Told told;
  const PassingAlarms::Time start{};
  told.alarms.raise(readings_were_lost(100, 1), start);
  told.alarms.raise(readings_were_lost(250, 2), start + 1min);
  told.alarms.raise(readings_were_lost(300, 3), start + 9min);
  told.alarms.tick(start + 9min);
  CHECK(told.conditions.size() == 1);  // not with each turn
  told.alarms.tick(start + 10min);
  REQUIRE(told.conditions.size() == 3);
  CHECK_FALSE(told.conditions[1].on);
  CHECK(told.conditions[2].on);
  CHECK(told.conditions[2].message.en ==
        "the store is full: 300 readings gave way that a central server had not pulled, in 3 turns "
        "since the start");
  CHECK(told.conditions[2].message.zh ==
        "存储已满，300 条尚未被上级取走的读数已被删除（启动以来共 3 次的合计）");
  told.alarms.tick(start + 19min);
  CHECK(told.conditions.size() == 3);
  told.alarms.tick(start + 20min);
  REQUIRE(told.conditions.size() == 4);
  CHECK_FALSE(told.conditions[3].on);
}

TEST_CASE("passing alarms: the last time is told before it ends, however seldom it is told by then",
          "[app]") {
  Told told;
  const PassingAlarms::Time start{};
  told.alarms.raise(readings_were_lost(1, 1), start);
  told.alarms.raise(readings_were_lost(2, 2), start + 10min);
  told.alarms.tick(start + 10min);  // from now on each 20 minutes
  CHECK(told.conditions.size() == 3);
  told.alarms.raise(readings_were_lost(3, 3), start + 11min);
  told.alarms.tick(start + 20min);
  CHECK(told.conditions.size() == 3);
  told.alarms.tick(start + 21min);
  REQUIRE(told.conditions.size() == 5);
  CHECK(told.conditions[4].message.en.find("3 readings") != std::string::npos);
  told.alarms.tick(start + 31min);
  CHECK(told.conditions.size() == 6);
}

TEST_CASE("passing alarms: a loss that goes on for two days is told ever more seldom", "[app]") {
  Told told;
  const PassingAlarms::Time start{};
  std::uint64_t turns = 0;
  for (auto at = 0min; at < 48h; at += 1min) {
    told.alarms.raise(readings_were_lost(turns + 1, turns + 1), start + at);
    told.alarms.tick(start + at);
    ++turns;
  }
  std::size_t raised = 0;
  for (const OwnCondition& own : told.conditions) raised += own.on ? 1 : 0;
  // At 0, 10, 30, 70, 150 and 310 minutes, then each four hours.
  CHECK(raised == 6 + (48 * 60 - 1 - 310) / 240);
}

TEST_CASE("passing alarms: each stands for itself", "[app]") {
  Told told;
  const PassingAlarms::Time start{};
  told.alarms.raise(clock_was_set(3s), start);
  told.alarms.raise(readings_were_lost(1234, 1), start + 5min);
  CHECK(told.conditions.at(1).message.en.find("1234 readings") != std::string::npos);
  told.alarms.tick(start + 11min);
  REQUIRE(told.conditions.size() == 3);
  CHECK(told.conditions[2].rule == "clock");
}

TEST_CASE("passing alarms: a salvage says what is kept where, and whether alarms kept their state",
          "[app]") {
  store::Salvage salvage;
  salvage.reason = "malformed";
  salvage.kept_as = "/state/parkwatch-damaged-1.db";
  salvage.readings_lost = 77;
  for (const bool state : {false, true}) {
    salvage.state = state;
    const OwnCondition own = store_was_salvaged(salvage);
    CHECK(own.rule == rule_store_fault);
    CHECK(own.tag == "store/database");
    for (const std::string& text : {own.message.en, own.message.zh}) {
      CHECK_THAT(text, Catch::Contains("malformed") && Catch::Contains(salvage.kept_as) &&
                           Catch::Contains("77"));
    }
    CHECK((own.message.en.find("alarms keep their state") != std::string::npos) == state);
    CHECK((own.message.zh.find("报警状态已恢复") != std::string::npos) == state);
  }
}

TEST_CASE("passing alarms: what stands from an earlier run ends, other alarms do not", "[app]") {
  Told told;
  AlarmEvent of_tag = standing(clock_was_set(3s));
  of_tag.tag = "a/b/c";
  told.alarms.raise(readings_were_lost(1, 1), {});
  told.alarms.end_stale({standing(clock_was_set(3s)), of_tag, standing(readings_were_lost(1, 1))});
  REQUIRE(told.conditions.size() == 2);
  CHECK(told.conditions[1].tag == "gateway/clock");
  CHECK_FALSE(told.conditions[1].on);
}

}  // namespace passing_alarms_test
