// tests/unit/app/actions_out_test.cpp - Commands out and their fate back, on a loop with a clock of
// the test's own.
#include "app/actions_out.h"

#include <catch2/catch.hpp>

namespace actions_out_test {

using namespace parkwatch;
using namespace parkwatch::app;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp day = from_us(1'780'207'402'000'000);

AlarmEvent request(std::uint64_t journal, Duration expires) {
  AlarmEvent row;
  row.journal = journal;
  row.kind = TransitionKind::action_requested;
  row.rule = rule_action;
  row.tag = "action/open";
  row.command = ActionCommand{journal, false, "park/1/cmd", "open {id}", day + expires, "", ""};
  return row;
}

ActionPlan live_plan() {
  ActionPlan plan;
  plan.live = true;
  plan.allow = {"park/+/cmd"};
  plan.actions.emplace_back().id = "open";
  return plan;
}

struct Bench {
  boost::asio::io_context loop;
  Timestamp now = day;
  std::vector<std::string> sent;
  std::function<void(std::string)> answer;
  std::vector<ActionReport> reports;
  std::vector<std::string> log;
  ActionsOut out{loop,
                 "p",
                 "g",
                 {[this] { return now; },
                  [this](const std::string& topic, const std::string& payload,
                         std::function<void(std::string)> done) {
                    sent.push_back(topic + " " + payload);
                    answer = std::move(done);
                  },
                  [this](ActionReport report) { reports.push_back(std::move(report)); },
                  [this](const std::string& line) { log.push_back(line); }}};
};

}  // namespace

TEST_CASE("actions out: a committed request is published and reported when it is acknowledged",
          "[app]") {
  Bench bench;
  bench.out.committed({AlarmEvent{}, request(7, 30s)});
  REQUIRE(bench.sent == std::vector<std::string>{"park/1/cmd open p-g-7"});
  CHECK(bench.reports.empty());
  bench.answer("");
  CHECK(bench.reports == std::vector<ActionReport>{{7, ActionReport::Outcome::sent, ""}});
  CHECK(bench.log.empty());
}

TEST_CASE("actions out: without a broker it tries again, and reports what was too late", "[app]") {
  Bench bench;
  bench.out.committed({request(7, 5s)});
  bench.answer("no broker");
  bench.now += 1s;
  bench.loop.run_one();  // the timer of the next attempt
  REQUIRE(bench.sent.size() == 2);
  bench.now += 10s;
  bench.answer("no broker");
  CHECK(bench.reports ==
        std::vector<ActionReport>{{7, ActionReport::Outcome::expired, "no broker"}});
  CHECK(bench.log.size() == 1);
}

TEST_CASE("actions out: a start resumes what the configuration still wants", "[app]") {
  Bench bench;
  ActionPlan plan = live_plan();
  SECTION("live") {
    bench.out.resume({request(7, 30s)}, plan);
    CHECK(bench.sent.size() == 1);
  }
  SECTION("too late after downtime") {
    bench.now += 1h;
    bench.out.resume({request(7, 30s)}, plan);
    CHECK(bench.sent.empty());
    CHECK(bench.reports.size() == 1);
  }
  SECTION("a dry run now") {
    plan.live = false;
    bench.out.resume({request(7, 30s)}, plan);
    CHECK(bench.sent.empty());
    CHECK(bench.reports.empty());
  }
  SECTION("no longer allowed") {
    plan.allow = {"other"};
    bench.out.resume({request(7, 30s)}, plan);
    CHECK(bench.sent.empty());
  }
  SECTION("another action") {
    plan.actions[0].id = "close";
    bench.out.resume({request(7, 30s)}, plan);
    CHECK(bench.sent.empty());
  }
}

}  // namespace actions_out_test
