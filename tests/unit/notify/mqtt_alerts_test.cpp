// tests/unit/notify/mqtt_alerts_test.cpp - What is told when, over a session whose broker is the
// test.
#include "notify/mqtt_alerts.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/notify/mqtt_bench.h"

namespace mqtt_alerts_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using Bench = parkwatch::test::MqttBench;
using parkwatch::test::followed;
using parkwatch::test::raised;

namespace {

const std::string online = "parkwatch/v1/park-a/online";
const std::string event_topic = "parkwatch/v1/park-a/event/high/tank-farm";

std::string state_topic(const std::string& tag = "tank/t101/level") {
  return "parkwatch/v1/park-a/alarm/tank-level/" + tag + "/state";
}

std::uint64_t journal_of(const std::string& payload) {
  const std::string id{boost::json::parse(payload).at("id").as_string()};
  return std::stoull(id.substr(id.rfind('-') + 1));
}

std::vector<std::uint64_t> journals_on(const test::FakeBroker& broker, const std::string& topic) {
  std::vector<std::uint64_t> out;
  for (const std::string& payload : broker.payloads_on(topic)) {
    if (!payload.empty()) out.push_back(journal_of(payload));
  }
  return out;
}

}  // namespace

TEST_CASE("mqtt alerts: a transition is told as event and as retained state", "[notify]") {
  Bench bench;
  bench.start();
  bench.connect_and_settle();
  bench.broker.published.clear();
  bench.commit({raised(1)});
  REQUIRE(bench.broker.published.size() == 2);  // both at once, without waiting
  CHECK(bench.broker.published[0].topic == event_topic);
  CHECK_FALSE(bench.broker.published[0].retained);
  CHECK(bench.broker.published[1].topic == state_topic());
  CHECK(bench.broker.published[1].retained);
  CHECK(bench.broker.published[0].payload == bench.broker.published[1].payload);
  CHECK(journal_of(bench.broker.published[0].payload) == 1);

  bench.broker.acknowledge(1);
  CHECK(bench.delivered.empty());
  bench.broker.acknowledge(1);
  CHECK(bench.delivered == std::vector<std::uint64_t>{1});
}

TEST_CASE("mqtt alerts: what is committed before there is a session is told over it", "[notify]") {
  Bench bench;
  const auto standing = raised(1, "tank/t100/level");
  bench.alerts().start({standing});
  bench.commit({raised(2), followed(standing, 3, TransitionKind::returned, AlarmState::normal)});
  bench.run();
  CHECK_FALSE(bench.alerts().status().connected);
  CHECK(bench.alerts().status().pending == 2);
  // One that cannot start is not kept.
  bench.broker.refuses = "no such file: /key";
  const auto refused = bench.alerts().connect(std::make_unique<test::FakeSession>(bench.broker));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message == "no such file: /key");
  bench.broker.refuses.clear();
  REQUIRE(bench.alerts().connect(std::make_unique<test::FakeSession>(bench.broker)));
  bench.connect_and_settle();
  CHECK(bench.alerts().status().pending == 0);
  CHECK(bench.broker.retained.contains(state_topic()));
  CHECK_FALSE(bench.broker.retained.contains(state_topic("tank/t100/level")));
}

TEST_CASE("mqtt alerts: the state is emptied when normal and acknowledged, not before",
          "[notify]") {
  Bench bench;
  bench.start();
  bench.connect_and_settle();
  const AlarmEvent raise = raised(1);
  bench.commit({raise});
  bench.commit({followed(raise, 2, TransitionKind::returned, AlarmState::returned_unacknowledged)});
  bench.settle();
  REQUIRE(bench.broker.retained.contains(state_topic()));
  CHECK(journal_of(bench.broker.retained[state_topic()]) == 2);
  bench.commit({followed(raise, 3, TransitionKind::acknowledged, AlarmState::normal)});
  bench.settle();
  CHECK_FALSE(bench.broker.retained.contains(state_topic()));
  CHECK(journals_on(bench.broker, event_topic) == std::vector<std::uint64_t>{1, 2, 3});
  CHECK(bench.delivered == std::vector<std::uint64_t>{1, 2, 3});
}

TEST_CASE("mqtt alerts: a removed rule's state is emptied and its end told", "[notify]") {
  Bench bench;
  const AlarmEvent raise = raised(1);
  bench.start({raise});
  bench.connect_and_settle();
  REQUIRE(bench.broker.retained.contains(state_topic()));
  bench.commit({followed(raise, 2, TransitionKind::removed, AlarmState::normal)});
  bench.settle();
  CHECK_FALSE(bench.broker.retained.contains(state_topic()));
  CHECK(bench.broker.payloads_on(event_topic).size() == 1);
}

TEST_CASE("mqtt alerts: what was not acknowledged goes again, in order, after a loss", "[notify]") {
  Bench bench;
  bench.start();
  bench.connect_and_settle();
  const AlarmEvent raise = raised(1);
  bench.commit({raise, followed(raise, 2, TransitionKind::acknowledged, AlarmState::acknowledged)});
  bench.broker.acknowledge(3);  // 1 whole, and the event of 2
  CHECK(bench.delivered == std::vector<std::uint64_t>{1});
  bench.lose();
  bench.commit({raised(3, "tank/t102/level")});  // while it is away
  CHECK(bench.broker.published.back().topic == state_topic());
  bench.broker.published.clear();
  bench.connect_and_settle();
  CHECK(journals_on(bench.broker, event_topic) == std::vector<std::uint64_t>{2, 3});
  CHECK(journals_on(bench.broker, state_topic()) == std::vector<std::uint64_t>{2});
  CHECK(bench.delivered == std::vector<std::uint64_t>{1, 2, 3});
  CHECK(bench.conditions ==
        std::vector<std::string>{"connected", "connection reset by peer", "connected"});
  CHECK(bench.alerts().status().lost_publishes == 1);
}

TEST_CASE("mqtt alerts: at start the outbox of the last run is told first", "[notify]") {
  Bench bench;
  bench.outbox = {raised(7), raised(8, "tank/t102/level")};
  bench.start({raised(7), raised(8, "tank/t102/level")});
  bench.connect();
  bench.commit({raised(9, "tank/t103/level")});
  bench.settle();
  CHECK(journals_on(bench.broker, event_topic) == std::vector<std::uint64_t>{7, 8, 9});
  // Told by the outbox: not told again as standing.
  CHECK(bench.broker.count_on(state_topic()) == 1);
  CHECK(bench.delivered == std::vector<std::uint64_t>{7, 8, 9});
}

TEST_CASE("mqtt alerts: summary and sounder follow the alerts, and come again with a connection",
          "[notify]") {
  Bench bench;
  bench.start();
  bench.connect();
  const std::string sounder = "parkwatch/v1/park-a/sounder";
  const std::string summary = "parkwatch/v1/park-a/summary";
  bench.settle();
  CHECK_THAT(bench.broker.counts[sounder], Catch::Contains("false"));
  bench.commit({test::raised(1)});
  bench.settle();
  CHECK_THAT(bench.broker.counts[sounder], Catch::Contains(R"("priority":"high","alarms":1)"));
  CHECK_THAT(bench.broker.counts[summary], Catch::Contains(R"("high":{"unacknowledged":1)"));
  bench.broker.counts.clear();
  bench.lose();
  bench.connect();
  bench.settle();
  CHECK(bench.broker.counts.size() == 2);
}

TEST_CASE("mqtt alerts: each connect tells that we are online and what stands", "[notify]") {
  Bench bench;
  bench.start({raised(1), raised(2, "tank/t102/level")});
  for (int connects = 1; connects <= 3; ++connects) {
    bench.broker.published.clear();
    bench.broker.retained.clear();  // a broker without persistence
    bench.connect_and_settle();
    CHECK(bench.broker.published.front().topic == online);
    CHECK(bench.broker.retained[online].starts_with(R"({"online":true)"));
    CHECK(journal_of(bench.broker.retained[state_topic()]) == 1);
    CHECK(journal_of(bench.broker.retained[state_topic("tank/t102/level")]) == 2);
    CHECK(bench.broker.count_on(event_topic) == 0);  // nothing happened
    CHECK(bench.broker.published.size() == 3);
    bench.lose();
  }
  CHECK(bench.delivered.empty());
  CHECK(bench.alerts().status().connects == 3);
}

TEST_CASE("mqtt alerts: new alarms go before the standing ones of a connect", "[notify]") {
  Bench bench;
  std::vector<AlarmEvent> standing;
  for (std::uint64_t j = 1; j <= 100; ++j) {
    standing.push_back(raised(j, "tank/s" + std::to_string(j) + "/level"));
  }
  bench.start(standing);
  bench.connect();
  bench.commit({raised(101)});
  bench.broker.acknowledge(1);
  bench.broker.acknowledge(1);
  bench.broker.acknowledge(1);
  const auto& published = bench.broker.published;
  const auto at = std::find_if(published.begin(), published.end(),
                               [](const auto& p) { return p.topic == event_topic; });
  REQUIRE(at != published.end());
  CHECK(at - published.begin() <= 17);  // the window that was full, and no more
  bench.settle();
  CHECK(bench.broker.retained.size() == 102);
  CHECK(bench.broker.most_waiting <= bench.broker.window);
}

TEST_CASE("mqtt alerts: retained states that do not stand are emptied", "[notify]") {
  Bench bench;
  bench.start({raised(1)});
  bench.broker.retained[state_topic("gone/x/level")] = "{}";
  bench.connect();
  bench.retained(state_topic("gone/x/level"));
  bench.retained(state_topic());                                   // stands
  bench.retained("parkwatch/v1/park-a/alarm/old-rule/a/b/state");  // of a rule that is no more
  bench.retained(state_topic("live/x/level"), "{}", false);        // our own, just published
  bench.retained(state_topic("empty/x/level"), "");
  bench.retained("parkwatch/v1/park-a/alarm/old-rule/a/b/other");  // not ours to empty
  bench.settle();
  CHECK(bench.broker.payloads_on(state_topic("gone/x/level")) == std::vector<std::string>{""});
  CHECK(bench.broker.count_on("parkwatch/v1/park-a/alarm/old-rule/a/b/state") == 1);
  CHECK(bench.broker.count_on(state_topic("live/x/level")) == 0);
  CHECK(bench.broker.count_on(state_topic("empty/x/level")) == 0);
  CHECK(bench.broker.count_on("parkwatch/v1/park-a/alarm/old-rule/a/b/other") == 0);
  CHECK(journal_of(bench.broker.retained[state_topic()]) == 1);
  CHECK_FALSE(bench.broker.retained.contains(state_topic("gone/x/level")));
  CHECK(bench.alerts().status().emptied == 2);
}

TEST_CASE("mqtt alerts: of an alarm whose row cannot be read the retained state stays",
          "[notify][fault]") {
  Bench bench;
  bench.alerts().start({raised(1)}, false);
  REQUIRE(bench.alerts().connect(std::make_unique<test::FakeSession>(bench.broker)));
  const std::string unreadable = state_topic("unreadable/x/level");
  bench.broker.retained[unreadable] = "{}";
  bench.connect();
  bench.retained(unreadable);
  bench.settle();
  CHECK(bench.broker.retained.contains(unreadable));
  CHECK(bench.alerts().status().emptied == 0);
  // Its next transition says what it is.
  bench.commit(
      {followed(raised(2, "unreadable/x/level"), 3, TransitionKind::returned, AlarmState::normal)});
  bench.settle();
  CHECK_FALSE(bench.broker.retained.contains(unreadable));
}

TEST_CASE("mqtt alerts: a stale state that is raised meanwhile is not emptied", "[notify]") {
  MqttAlertsOptions options = Bench::defaults();
  options.publish_window = 1;
  Bench bench{options};
  bench.start();
  bench.connect();  // `online` fills the window
  bench.retained(state_topic());
  bench.commit({raised(1)});
  bench.settle();
  REQUIRE(bench.broker.retained.contains(state_topic()));
  CHECK(journal_of(bench.broker.retained[state_topic()]) == 1);
}

TEST_CASE("mqtt alerts: memory and window are bounded, the outbox gives the rest", "[notify]") {
  MqttAlertsOptions options = Bench::defaults();
  options.pending_max = 20;
  options.publish_window = 4;
  Bench bench{options};
  bench.start();
  std::vector<std::uint64_t> expected;
  for (std::uint64_t j = 1; j <= 500; ++j) {
    bench.commit({raised(j, "tank/t" + std::to_string(j % 7) + "/level")});
    expected.push_back(j);
    REQUIRE(bench.alerts().status().pending <= 20);
  }
  CHECK(bench.alerts().status().more_in_outbox);
  bench.connect_and_settle();
  CHECK(journals_on(bench.broker, event_topic) == expected);
  CHECK(bench.delivered == expected);
  CHECK(bench.outbox.empty());
  CHECK(bench.broker.most_waiting <= 4);
  CHECK_FALSE(bench.alerts().status().more_in_outbox);
  CHECK(bench.fetches < 500 / 5);
}

TEST_CASE("mqtt alerts: a topic never goes back in time", "[notify]") {
  MqttAlertsOptions options = Bench::defaults();
  options.pending_max = 5;
  Bench bench{options};
  bench.start();
  for (std::uint64_t j = 1; j <= 40; ++j) bench.commit({raised(j)});
  for (int losses = 0; losses < 5; ++losses) {
    bench.connect();
    bench.broker.acknowledge(6);
    bench.lose();
    bench.broker.published.clear();
  }
  bench.connect_and_settle();
  const std::vector<std::uint64_t> told = journals_on(bench.broker, state_topic());
  CHECK(std::is_sorted(told.begin(), told.end()));
  CHECK(told.back() == 40);
  CHECK(journal_of(bench.broker.retained[state_topic()]) == 40);
}

TEST_CASE("mqtt alerts: an outbox that cannot be read is read again", "[notify]") {
  Bench bench;
  bench.outbox = {raised(3)};
  bench.fetch_fails = true;
  bench.start({raised(3)});
  bench.connect_and_settle();
  CHECK(bench.broker.retained.contains(state_topic()));  // what stands is shown all the same
  CHECK(bench.delivered.empty());
  bench.fetch_fails = false;
  bench.run_until([&] { return bench.broker.count_on(event_topic) == 1; });
  bench.settle();
  CHECK(bench.delivered == std::vector<std::uint64_t>{3});
  // However often it was tried.
  CHECK(bench.outbox_faults == std::vector<std::string>{"disk I/O error", ""});
}

TEST_CASE("mqtt alerts: a damaged row is told as such and holds up none behind it", "[notify]") {
  Bench bench;
  bench.outbox = {raised(3), raised(4), raised(5)};
  bench.rotten = {3, 5};
  bench.start();
  bench.connect_and_settle();
  CHECK(bench.broker.count_on(event_topic) == 1);
  CHECK(bench.delivered == std::vector<std::uint64_t>{4});
  CHECK(bench.damaged == std::vector<std::uint64_t>{3, 5});
  CHECK(bench.outbox_faults.empty());
  bench.commit({raised(6)});
  bench.settle();
  CHECK(bench.delivered == std::vector<std::uint64_t>{4, 6});
  CHECK(bench.damaged.size() == 2);  // not read again
}

TEST_CASE("mqtt alerts: a publish that fails without a lost connection is tried again",
          "[notify]") {
  Bench bench;
  bench.start();
  bench.connect_and_settle();
  bench.commit({raised(1)});
  bench.broker.fail_all();  // the session knows more than it says
  bench.run_until([&] { return bench.broker.count_on(event_topic) == 2; });
  bench.settle();
  CHECK(bench.delivered == std::vector<std::uint64_t>{1});
}

TEST_CASE("mqtt alerts: an answer of an earlier connection counts for nothing", "[notify]") {
  MqttAlertsOptions options = Bench::defaults();
  options.publish_window = 2;
  Bench bench{options};
  bench.start();
  bench.connect_and_settle();
  bench.commit({raised(1)});
  bench.connect();              // lost and back before the session had said so
  bench.broker.acknowledge(2);  // of the first connection: frees the window, proves nothing
  CHECK(bench.delivered.empty());
  bench.settle();
  CHECK(bench.delivered == std::vector<std::uint64_t>{1});
  CHECK(bench.broker.count_on(event_topic) == 2);
}

TEST_CASE("mqtt alerts: answers inside publish() are taken", "[notify]") {
  Bench bench;
  bench.broker.answer_at_once = true;
  bench.start({raised(1)});
  bench.connect();
  std::vector<AlarmEvent> many;
  for (std::uint64_t j = 2; j <= 1000; ++j) many.push_back(raised(j));
  bench.commit(many);
  CHECK(bench.delivered.size() == 999);
}

TEST_CASE("mqtt alerts: a stop tells what waits, then offline, then disconnects", "[notify]") {
  Bench bench;
  bench.start();
  bench.connect_and_settle();
  bench.commit({raised(1)});
  bool stopped = false;
  bench.alerts().stop([&] { stopped = true; });
  CHECK_FALSE(bench.broker.stopped);
  bench.broker.acknowledge_all();
  bench.run();
  CHECK(stopped);
  CHECK(bench.broker.stopped);
  CHECK(bench.delivered == std::vector<std::uint64_t>{1});
  CHECK(bench.broker.published.back().topic == online);
  CHECK(bench.broker.retained[online].starts_with(R"({"online":false)"));
}

TEST_CASE("mqtt alerts: a stop does not wait for a broker that is silent or away", "[notify]") {
  Bench bench;
  bench.start();
  bool stopped = false;
  SECTION("away") {
    bench.alerts().stop([&] { stopped = true; });
    bench.run();
    CHECK(stopped);
  }
  SECTION("silent") {
    bench.connect_and_settle();
    bench.commit({raised(1)});
    bench.alerts().stop([&] { stopped = true; });
    CHECK_FALSE(stopped);
    bench.run_until([&] { return stopped; });
    CHECK(bench.outbox.size() == 1);  // told at the next start
  }
  SECTION("lost meanwhile") {
    bench.connect_and_settle();
    bench.commit({raised(1)});
    bench.alerts().stop([&] { stopped = true; });
    bench.lose();
    bench.run();
    CHECK(stopped);
  }
}

TEST_CASE("mqtt alerts: late handlers find nobody after the end, and harm nothing", "[notify]") {
  boost::asio::io_context loop;
  test::FakeBroker broker;
  mqtt_session::SessionHandlers handlers;
  {
    MqttAlerts alerts{loop, Bench::defaults(), {}};
    handlers = alerts.handlers();
    REQUIRE(alerts.start(std::make_unique<test::FakeSession>(broker), {}));
    Message m;
    m.topic = state_topic();
    m.payload = "{}";
    m.retained = true;
    CHECK(handlers.message(std::move(m)) == 0);
  }
  handlers.connected(true);
  handlers.lost("gone");
  CHECK(loop.poll() == 1);
  CHECK(broker.published.empty());
}

TEST_CASE("mqtt alerts: the session's options get the will, the filter and the window",
          "[notify]") {
  boost::asio::io_context loop;
  MqttAlertsOptions options = Bench::defaults();
  options.publish_window = 9;
  const MqttAlerts alerts{loop, options, {}};
  mqtt_session::SessionOptions session;
  session.client_id = "mine";
  alerts.complete(session);
  CHECK(session.client_id == "mine");
  CHECK(session.will.topic == online);
  CHECK(session.will.payload == R"({"online":false,"reason":"connection lost"})");
  CHECK(session.filters == std::vector<std::string>{"parkwatch/v1/park-a/alarm/+/#"});
  CHECK(session.publish_window == 9 + 4 + 1);  // four for boards
  CHECK(session.clean_session);
}

}  // namespace mqtt_alerts_test
