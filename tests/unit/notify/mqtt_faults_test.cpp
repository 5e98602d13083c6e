// tests/unit/notify/mqtt_faults_test.cpp - Faults of the daemon that no store holds, over MQTT.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/unit/notify/mqtt_bench.h"

namespace mqtt_faults_test {

using namespace parkwatch;
using Bench = parkwatch::test::MqttBench;

namespace {

const std::string topic = "parkwatch/v1/park-a/alarm/parkwatch-store/parkwatch/store/state";
const std::string events = "parkwatch/v1/park-a/event/critical/parkwatch";

}  // namespace

TEST_CASE("mqtt alerts: a fault of the daemon leaves at once and ends once", "[notify]") {
  Bench bench;
  bench.start();
  bench.connect_and_settle();
  const Text why{"磁盘已满", "disk full: nothing is stored"};
  bench.alerts().fault("store", false, why, test::sample_time);  // was never there
  CHECK(bench.broker.count_on(events) == 0);
  bench.alerts().fault("store", true, why, test::sample_time);
  bench.alerts().fault("store", true, why, test::sample_time);
  REQUIRE(bench.broker.count_on(events) == 1);
  CHECK(bench.alerts().faults_wait());
  const auto event = boost::json::parse(bench.broker.payloads_on(events)[0]);
  CHECK(event.at("id").as_string() == "park-a-gen-v5-1");
  CHECK(event.at("type").as_string() == "parkwatch.alarm.raised.v1");
  CHECK(event.at("data").at("message").at("en").as_string() == "disk full: nothing is stored");
  bench.settle();
  CHECK(bench.broker.retained.contains(topic));
  bench.lose();
  bench.broker.retained.clear();
  bench.connect_and_settle();
  CHECK(bench.broker.retained.contains(topic));
  CHECK_FALSE(bench.alerts().faults_wait());
  bench.alerts().fault("store", false, {}, test::sample_time + std::chrono::seconds{9});
  CHECK(bench.alerts().faults_wait());
  bench.settle();
  CHECK_FALSE(bench.alerts().faults_wait());
  CHECK_FALSE(bench.broker.retained.contains(topic));
  const auto end = boost::json::parse(bench.broker.payloads_on(events).back());
  CHECK(end.at("type").as_string() == "parkwatch.alarm.cleared.v1");
  CHECK(end.at("id").as_string() == "park-a-gen-v5-2");
  CHECK(end.at("data").at("raised_at").as_string() == "2026-05-31T06:03:22.140Z");
  // In the words of its beginning.
  CHECK(end.at("data").at("message").at("en").as_string() == "disk full: nothing is stored");
  CHECK(bench.delivered.empty());
}

TEST_CASE("mqtt alerts: a fault that an earlier run told is shown, not told again, and ends",
          "[notify]") {
  Bench bench;
  bench.start();
  const Text why{"磁盘已满", "disk full"};
  bench.broker.retained[topic] = "{}";  // of that run
  bench.alerts().resume_fault("store", why, test::sample_time, true);
  bench.connect_and_settle();
  bench.alerts().fault("store", true, why, test::sample_time + std::chrono::seconds{5});
  bench.settle();
  CHECK(bench.broker.count_on(events) == 0);
  CHECK(bench.broker.retained.at(topic).find("disk full") != std::string::npos);
  bench.alerts().fault("store", false, {}, test::sample_time + std::chrono::seconds{9});
  bench.settle();
  REQUIRE(bench.broker.count_on(events) == 1);
  const auto end = boost::json::parse(bench.broker.payloads_on(events)[0]);
  CHECK(end.at("type").as_string() == "parkwatch.alarm.cleared.v1");
  CHECK(end.at("data").at("raised_at").as_string() == "2026-05-31T06:03:22.140Z");
  CHECK_FALSE(bench.broker.retained.contains(topic));
}

TEST_CASE(
    "mqtt alerts: a fault that an earlier run could not tell is told with its time, and its "
    "end after it",
    "[notify]") {
  Bench bench;
  bench.start();
  bench.alerts().resume_fault("store", {"磁盘已满", "disk full"}, test::sample_time, false);
  bench.alerts().fault("store", false, {}, test::sample_time + std::chrono::seconds{9});
  CHECK(bench.alerts().faults_wait());
  bench.connect_and_settle();
  REQUIRE(bench.broker.count_on(events) == 2);
  const auto begin = boost::json::parse(bench.broker.payloads_on(events)[0]);
  CHECK(begin.at("type").as_string() == "parkwatch.alarm.raised.v1");
  CHECK(begin.at("time").as_string() == "2026-05-31T06:03:22.140Z");
  const auto end = boost::json::parse(bench.broker.payloads_on(events)[1]);
  CHECK(end.at("type").as_string() == "parkwatch.alarm.cleared.v1");
  CHECK_FALSE(bench.broker.retained.contains(topic));
  CHECK_FALSE(bench.alerts().faults_wait());
}

}  // namespace mqtt_faults_test
