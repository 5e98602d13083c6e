// tests/unit/notify/command_queue_test.cpp - Order, repetition, expiry and withdrawal of commands.
#include "notify/command_queue.h"

#include <catch2/catch.hpp>

namespace command_queue_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp day = from_us(1'780'207'402'000'000);

AlarmEvent request(std::uint64_t journal, Duration expires) {
  AlarmEvent row;
  row.journal = journal;
  row.kind = TransitionKind::action_requested;
  row.rule = rule_action;
  row.tag = "action/open";
  row.command = ActionCommand{journal, false, "t", "open {id}", day + expires, "gas", "a/b/c"};
  return row;
}

AlarmEvent withdrawal(std::uint64_t journal, std::uint64_t of) {
  AlarmEvent row = request(journal, 0s);
  row.kind = TransitionKind::action_withdrawn;
  row.command->request = of;
  return row;
}

std::string told(CommandQueue& queue, Duration at) {
  std::string text;
  for (const ActionReport& r : queue.reports(day + at)) {
    text += std::to_string(r.request) +
            (r.outcome == ActionReport::Outcome::sent ? " sent " : " expired ") + r.detail + ";";
  }
  return text;
}

}  // namespace

TEST_CASE("command queue: one at a time, in order, each told of when it is acknowledged",
          "[notify]") {
  CommandQueue queue{"p", "g"};
  queue.take(request(3, 30s));
  queue.take(request(4, 30s));
  queue.take(request(4, 30s));
  const auto first = queue.next(day);
  REQUIRE(first);
  CHECK(first->request == 3);
  CHECK(first->payload == "open p-g-3");
  CHECK_FALSE(queue.next(day));
  CHECK(told(queue, 0s).empty());
  queue.settle(day, "");
  CHECK(told(queue, 0s) == "3 sent ;");
  REQUIRE(queue.next(day));
  queue.settle(day, "");
  CHECK(told(queue, 0s) == "4 sent ;");
  CHECK(queue.waiting() == 0);
  CHECK(queue.deadline() == timestamp_max);
}

TEST_CASE("command queue: what fails is sent again under its id until its time is over",
          "[notify]") {
  CommandQueue queue{"p", "g"};
  queue.take(request(3, 30s));
  REQUIRE(queue.next(day));
  queue.settle(day, "no broker");
  CHECK_FALSE(queue.next(day));
  CHECK(queue.deadline() == day + 200ms);
  const auto again = queue.next(day + 200ms);
  REQUIRE(again);
  CHECK(again->payload == "open p-g-3");
  queue.settle(day + 200ms, "no broker");
  CHECK_FALSE(queue.next(day + 30s));
  CHECK(told(queue, 30s) == "3 expired no broker;");
  CHECK(told(queue, 30s).empty());
}

TEST_CASE("command queue: what is on its way is not given up, those behind it are", "[notify]") {
  CommandQueue queue{"p", "g"};
  queue.take(request(3, 10s));
  queue.take(request(4, 5s));
  queue.take(request(5, 60s));
  REQUIRE(queue.next(day));
  CHECK(queue.deadline() == day + 5s);
  CHECK(told(queue, 20s) == "4 expired ;");
  queue.settle(day + 20s, "");
  CHECK(told(queue, 20s) == "3 sent ;");
  CHECK(queue.next(day + 20s)->request == 5);
}

TEST_CASE("command queue: a withdrawn command is not sent, nor sent again", "[notify]") {
  CommandQueue queue{"p", "g"};
  queue.take(request(3, 10s));
  queue.take(request(4, 10s));
  REQUIRE(queue.next(day));
  queue.take(withdrawal(5, 4));
  queue.take(withdrawal(6, 3));
  queue.take(withdrawal(7, 99));
  queue.settle(day, "no broker");
  CHECK(queue.waiting() == 0);
  CHECK(told(queue, 60s).empty());
}

TEST_CASE("command queue: a step of the clock moves what waits", "[notify]") {
  CommandQueue queue{"p", "g"};
  queue.take(request(3, 10s));
  queue.shift(100s);
  CHECK(queue.next(day + 105s));
}

TEST_CASE("command queue: other rows of the journal are passed over", "[notify]") {
  CommandQueue queue{"p", "g"};
  AlarmEvent alarm;
  alarm.journal = 2;
  queue.take(alarm);
  AlarmEvent dry = request(3, 10s);
  dry.kind = TransitionKind::action_dry_run;
  queue.take(dry);
  CHECK_FALSE(queue.next(day));
}

}  // namespace command_queue_test
