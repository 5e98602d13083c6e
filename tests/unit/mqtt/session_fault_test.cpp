// tests/unit/mqtt/session_fault_test.cpp - Brokers that refuse, vanish, flood or lie, and sessions
// that must stay away.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/support/mosquitto.h"
#include "tests/unit/mqtt/scene.h"

namespace session_fault_test {

using namespace parkwatch;
using namespace parkwatch::test;
using namespace parkwatch::mqtt_session;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

// The process's greatest resident size since reset_peak(), in KiB; proc(5).
void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5\n"; }
long peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stol(line.substr(6));
  }
  return -1;
}

}  // namespace

TEST_CASE("session: a refused CONNACK is told in words and tried again") {
  const std::pair<std::uint8_t, std::string> refusals[] = {{1, "unacceptable protocol version"},
                                                           {2, "identifier rejected"},
                                                           {3, "server unavailable"},
                                                           {4, "bad user name or password"},
                                                           {5, "not authorised"}};
  SubscriberScene scene;
  REQUIRE(scene.session.start());
  std::size_t count = 0;
  for (const auto& [code, words] : refusals) {
    scene.broker.expect(Wire::connect);
    scene.broker.send(wire_connack(false, code));
    CHECK(scene.session.wait_for_loss(++count) == "the broker refused the connection: " + words);
    CHECK_THAT(scene.session.status().detail, Contains(words));
  }
  scene.broker.welcome();
  scene.session.wait_for_connects(1);
  CHECK(scene.session.status().connected);
}

TEST_CASE("session: a refused subscription is told with its filter and tried again") {
  ScriptedBroker broker;
  RunningSession session(subscriber_options(broker.port(), {"park/#", "secret/#"}));
  REQUIRE(session.start());
  broker.expect(Wire::connect);
  broker.send(wire_connack());
  broker.send(wire_suback(broker.expect(Wire::subscribe).packet_id(), {1, 0x80}));
  CHECK(session.wait_for_loss() == "the broker refused the subscription to 'secret/#'");
  CHECK(session.connects().empty());
  broker.welcome();
  session.wait_for_connects(1);
}

TEST_CASE("session: a subscription that is granted without guarantee is logged") {
  SubscriberScene scene;
  REQUIRE(scene.session.start());
  scene.broker.expect(Wire::connect);
  scene.broker.send(wire_connack());
  scene.broker.send(wire_suback(scene.broker.expect(Wire::subscribe).packet_id(), {0}));
  scene.session.wait_for_connects(1);
  scene.session.wait_for_log("grants only QoS 0 for 't'");
}

TEST_CASE("session: a SUBACK that never comes ends the attempt") {
  SubscriberScene scene([](SessionOptions& options) { options.connect_timeout = 3s; });
  REQUIRE(scene.session.start());
  scene.broker.expect(Wire::connect);
  scene.broker.send(wire_connack());
  scene.broker.expect(Wire::subscribe);
  CHECK(scene.session.wait_for_loss() == "the broker does not answer the subscription");
}

TEST_CASE("session: a message of QoS 2, which was never asked for, is refused") {
  SubscriberScene scene;
  scene.start();
  scene.broker.send(wire({.topic = "t", .payload = "p", .packet_id = 1, .qos = 2}));
  CHECK_THAT(scene.session.wait_for_loss(), Contains("a PUBLISH of QoS 2"));
  CHECK(scene.session.messages().empty());
  scene.broker.welcome(true);
  scene.session.wait_for_connects(2);
}

TEST_CASE("session: an oversized message is announced, acknowledged when safe, and never held") {
  SubscriberScene scene;  // at most 1 MiB
  scene.start();
  reset_peak();
  const long before = peak_kib();
  std::uint16_t id = 1;
  for (const std::size_t size : {std::size_t{10'000'000}, std::size_t{100'000'000}}) {
    scene.broker.send(wire_head(message(id), size));
    scene.broker.send_filler(size);
    scene.session.wait_for_messages(id);
    const Message got = scene.session.messages().back();
    CHECK(got.oversized);
    CHECK(got.topic == "t");
    CHECK(got.payload.empty());
    CHECK(got.payload_bytes == size);
    CHECK(got.packet_id == id);
    CHECK(scene.broker.silent_for(50ms));
    scene.session.commit(id);
    CHECK(scene.broker.expect(Wire::puback).packet_id() == id);
    ++id;
  }
  CHECK(peak_kib() - before < 8 * 1024);
  CHECK(scene.session.status().oversized_messages == 2);
  scene.broker.send(wire(message(id, "the next one is not affected")));
  scene.session.wait_for_messages(id);
  CHECK(scene.session.messages().back().payload == "the next one is not affected");
}

TEST_CASE("session: closed for back-pressure it takes nothing more and stays away until told") {
  ScriptedBroker broker;
  RunningSession session(subscriber_options(broker.port(), {"t"}));
  std::promise<void> first_taken;
  std::promise<void> go_on;
  session.before_append = [&](const Message& m) {
    if (m.packet_id != 1 || m.dup) return;
    first_taken.set_value();
    go_on.get_future().wait();
  };
  REQUIRE(session.start());
  broker.welcome();
  session.wait_for_connects(1);
  ByteVector all;
  for (std::uint16_t i = 1; i <= 100; ++i) {
    const ByteVector one = wire(message(i));
    all.insert(all.end(), one.begin(), one.end());
  }
  broker.send(all);
  first_taken.get_future().wait();
  session.flow(false);
  broker.wait_until_closed();
  go_on.set_value();
  CHECK_THAT(session.wait_for_loss(), Contains("high water"));
  session.commit(1);
  CHECK(broker.silent_for(300ms));  // neither acknowledgements nor a CONNECT
  CHECK(broker.connections() == 1);
  CHECK(session.messages().size() == 1);  // the other 99 were on their way through Paho
  session.flow(true);
  broker.welcome(true);
  session.wait_for_connects(2);
  broker.send(wire({.topic = "t", .payload = "p", .packet_id = 1, .dup = true}));
  session.wait_for_messages(2);
}

TEST_CASE("session: put out again and again, it slows down and asks who else has its identifier") {
  SubscriberScene scene;
  REQUIRE(scene.session.start());
  for (std::size_t i = 1; i <= 3; ++i) {
    scene.broker.welcome();
    scene.session.wait_for_connects(i);
    scene.broker.drop();
    const std::string why = scene.session.wait_for_loss(i);
    CHECK_THAT(why, Catch::StartsWith("the broker closed the connection"));
    const bool asks =
        why.find("is another client using the identifier 'subscriber'?") != std::string::npos;
    CHECK(asks == (i == 3));
  }
}

TEST_CASE("session: two sessions with one identifier do not storm a real broker") {
  const Mosquitto broker;
  SessionOptions options = subscriber_options(broker.port(), {"t"});
  options.reconnect_min = 100ms;
  options.reconnect_max = 30s;
  RunningSession first(options);
  RunningSession second(options);
  REQUIRE(first.start());
  REQUIRE(second.start());
  first.wait_for_loss(1);
  second.wait_for_loss(1);
  // Each loss doubles the wait. Without that the two would put each other out all the time.
  const std::uint64_t before = first.status().connects;
  CHECK_FALSE(first.losses_reach(before + 10, 4s));
}

TEST_CASE("session: a broker that is away is waited for, and its absence told once") {
  const std::uint16_t port = free_loopback_port();
  SessionOptions options = subscriber_options(port, {"t"});
  options.reconnect_min = 5ms;
  options.reconnect_max = 20ms;
  RunningSession session(options);
  REQUIRE(session.start());
  CHECK(session.wait_for_loss() == "127.0.0.1:" + std::to_string(port) + ": Connection refused");
  CHECK_FALSE(session.losses_reach(2, 500ms));  // dozens of attempts with the same end
  CHECK_FALSE(session.status().connected);
  const std::string detail = session.status().detail;
  CHECK(detail.find("127.0.0.1") == detail.rfind("127.0.0.1"));  // named once
}

TEST_CASE("session: a connection that breaks within a packet gives no message") {
  SubscriberScene scene;
  scene.start();
  const ByteVector bytes = wire(message(1, "whole"));
  scene.broker.send(ByteVector(bytes.begin(), bytes.end() - 1));
  scene.broker.drop();
  scene.session.wait_for_loss();
  scene.broker.welcome(true);
  scene.broker.send(bytes);
  scene.session.wait_for_messages(1);
  CHECK(scene.session.messages().at(0).payload == "whole");
}

TEST_CASE("session: stopped while its broker does not answer, it is done at once") {
  SubscriberScene scene;
  REQUIRE(scene.session.start());
  scene.broker.expect(Wire::connect);
  const auto before = std::chrono::steady_clock::now();
  scene.session.stop();
  CHECK(std::chrono::steady_clock::now() - before < 4s);
  CHECK(scene.session.status().detail == "stopped");
}

TEST_CASE("session: stopped before it ever connected, it is done") {
  RunningSession session(subscriber_options(free_loopback_port(), {"t"}));
  REQUIRE(session.start());
  session.wait_for_loss();
  session.stop();
  CHECK(session.status().detail == "stopped");
}

}  // namespace session_fault_test
