// tests/unit/mqtt/publish_test.cpp - A session that only publishes: alerts and the last will.
#include <catch2/catch.hpp>

#include "tests/support/scripted_broker.h"
#include "tests/unit/mqtt/running_session.h"

namespace publish_test {

using namespace parkwatch;
using namespace parkwatch::test;
using namespace parkwatch::mqtt_session;
using namespace std::chrono_literals;

namespace {

struct Scene {
  explicit Scene(std::size_t window = 16)
      : session([&] {
          SessionOptions options = publisher_options(broker.port());
          options.publish_window = window;
          options.will = {"park/online", "false"};
          return options;
        }()) {}

  WirePacket start() {
    REQUIRE(session.start());
    return welcome(1);
  }
  WirePacket welcome(std::size_t connect) {
    WirePacket packet = broker.expect(Wire::connect);
    broker.send(wire_connack());
    session.wait_for_connects(connect);
    return packet;
  }
  ScriptedBroker broker;
  RunningSession session;
};

bool is_ready(std::future<bool>& future) {
  return future.wait_for(0s) == std::future_status::ready;
}

}  // namespace

TEST_CASE("publish: the session is clean and carries a retained will of QoS 1") {
  Scene scene;
  const WirePacket connect = scene.start();
  // Flags: clean session, will, will QoS 1, will retain.
  CHECK(int{connect.body.at(7)} == (0x02 | 0x04 | 0x08 | 0x20));
  const std::string rest(connect.body.begin() + 10, connect.body.end());
  CHECK(rest == std::string("\0\x09publisher\0\x0Bpark/online\0\5false", 31));
}

TEST_CASE("publish: a message is done when the broker has acknowledged it") {
  Scene scene;
  scene.start();
  std::future<bool> done = scene.session.publish("a/b", "payload", true);
  const WirePacket packet = scene.broker.expect(Wire::publish);
  CHECK(packet.topic() == "a/b");
  CHECK(packet.payload() == "payload");
  CHECK(int{packet.flags} == (1 | 2));  // retained, QoS 1
  CHECK_FALSE(is_ready(done));
  scene.broker.send(wire_puback(packet.packet_id()));
  CHECK(done.get());
}

TEST_CASE(
    "publish: what is outstanding when the connection is lost is not done, and not sent again by "
    "Paho") {
  Scene scene;
  scene.start();
  std::future<bool> first = scene.session.publish("t", "one");
  std::future<bool> second = scene.session.publish("t", "two");
  scene.broker.expect(Wire::publish);
  scene.broker.expect(Wire::publish);
  scene.broker.drop();
  CHECK_FALSE(first.get());
  CHECK_FALSE(second.get());
  CHECK_FALSE(scene.session.publish("t", "while away").get());
  scene.welcome(2);
  CHECK(scene.broker.silent_for(200ms));
  std::future<bool> third = scene.session.publish("t", "three");
  const WirePacket packet = scene.broker.expect(Wire::publish);
  CHECK(packet.payload() == "three");
  scene.broker.send(wire_puback(packet.packet_id()));
  CHECK(third.get());
}

TEST_CASE("publish: more than the window is refused at once instead of queued in Paho") {
  Scene scene(2);
  scene.start();
  std::future<bool> first = scene.session.publish("t", "one");
  std::future<bool> second = scene.session.publish("t", "two");
  CHECK_FALSE(scene.session.publish("t", "three").get());
  const std::uint16_t id = scene.broker.expect(Wire::publish).packet_id();
  scene.broker.expect(Wire::publish);
  scene.broker.send(wire_puback(id));
  CHECK(first.get());
  CHECK_FALSE(is_ready(second));
  std::future<bool> fourth = scene.session.publish("t", "four");
  CHECK(scene.broker.expect(Wire::publish).payload() == "four");
}

TEST_CASE("publish: a full window is quick, since Paho's own never fills") {
  Scene scene(16);
  scene.start();
  const auto before = std::chrono::steady_clock::now();
  for (int round = 0; round < 20; ++round) {
    std::vector<std::future<bool>> results;
    for (int i = 0; i < 16; ++i) results.push_back(scene.session.publish("t", std::to_string(i)));
    for (int i = 0; i < 16; ++i) {
      scene.broker.send(wire_puback(scene.broker.expect(Wire::publish).packet_id()));
    }
    for (std::future<bool>& result : results) REQUIRE(result.get());
  }
  // 320 messages; a Paho that fills its window does 10 to 33 a second (reliability: section 2).
  CHECK(std::chrono::steady_clock::now() - before < 5s);
}

TEST_CASE("publish: stop_reading leaves a publisher able to publish") {
  Scene scene;
  scene.start();
  scene.session.stop_reading();
  std::future<bool> done = scene.session.publish("t", "last");
  scene.broker.send(wire_puback(scene.broker.expect(Wire::publish).packet_id()));
  CHECK(done.get());
  scene.session.stop();
  scene.broker.expect(Wire::disconnect);
}

TEST_CASE("publish: a broker that reads nothing holds up a stop for five seconds at most") {
  Scene scene;
  scene.start();
  scene.broker.stop_reading();
  // More than the sockets' buffers take, in pieces that Paho writes at once: what it has not
  // written keeps it from sending a DISCONNECT.
  std::vector<std::future<bool>> results;
  for (int i = 0; i < 16; ++i) {
    results.push_back(scene.session.publish("t", std::string(400'000, 'x')));
  }
  CHECK(results.back().wait_for(500ms) == std::future_status::timeout);
  const auto before = std::chrono::steady_clock::now();
  scene.session.stop();
  const auto took = std::chrono::steady_clock::now() - before;
  CHECK(took > 3s);  // else the broker did read, and this shows nothing
  CHECK(took < 6s);
  for (std::future<bool>& result : results) CHECK_FALSE(result.get());
}

}  // namespace publish_test
