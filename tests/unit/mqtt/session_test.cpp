// tests/unit/mqtt/session_test.cpp - The session against a broker that does what the test says.
#include <catch2/catch.hpp>

#include "mqtt/paho_client.h"
#include "tests/unit/mqtt/scene.h"

namespace session_test {

using namespace parkwatch;
using namespace parkwatch::test;
using namespace parkwatch::mqtt_session;
using namespace std::chrono_literals;

TEST_CASE("session: it connects, subscribes with QoS 1 and says that it is connected") {
  ScriptedBroker broker;
  RunningSession session(subscriber_options(broker.port(), {"park/#", "gate/+"}));
  REQUIRE(session.start());
  const WirePacket connect = broker.expect(Wire::connect);
  // "MQTT", level 4, flags: neither clean session nor will, user or password; keep-alive 30 s.
  const ByteVector head{0, 4, 'M', 'Q', 'T', 'T', 4, 0, 0, 30};
  CHECK(ByteVector(connect.body.begin(), connect.body.begin() + 10) == head);
  CHECK(std::string(connect.body.begin() + 12, connect.body.end()) == "subscriber");
  broker.send(wire_connack(true));
  const WirePacket subscribe = broker.expect(Wire::subscribe);
  const std::string filters(subscribe.body.begin() + 2, subscribe.body.end());
  CHECK(filters == std::string("\0\6park/#\1\0\6gate/+\1", 18));
  CHECK(session.connects().empty());
  broker.send(wire_suback(subscribe.packet_id(), {1, 1}));
  session.wait_for_connects(1);
  CHECK(session.connects().at(0));
  CHECK(session.status().connected);
  CHECK(session.status().connects == 1);
  CHECK(session.status().detail == "connected to 127.0.0.1:" + std::to_string(broker.port()));
}

TEST_CASE("session: an acknowledgement leaves when its message is committed and not before") {
  SubscriberScene scene;
  scene.start();
  scene.broker.send(wire(message(7, "one")));
  scene.session.wait_for_held(1);
  CHECK(scene.broker.silent_for(200ms));
  CHECK(scene.session.status().oldest_held >= 200ms);
  scene.session.commit(1);
  CHECK(scene.broker.expect(Wire::puback).packet_id() == 7);
  CHECK(scene.session.status().held_acknowledgements == 0);
  CHECK(scene.session.status().oldest_held == 0us);
  const Message got = scene.session.messages().at(0);
  CHECK(got.topic == "t");
  CHECK(got.payload == "one");
  CHECK(got.payload_bytes == 3);
  CHECK(got.packet_id == 7);
  CHECK_FALSE(got.dup);
  CHECK_FALSE(got.retained);
  CHECK_FALSE(got.oversized);
}

// The gate's one assumption about Paho. Were the PUBACK written before the callback returns, its
// bound would be what was appended before this message, and committing that would let it leave: as
// it would here.
TEST_CASE("session: Paho writes no acknowledgement before its callback has returned") {
  ScriptedBroker broker;
  RunningSession session(subscriber_options(broker.port(), {"t"}));
  std::promise<void> go_on;
  std::promise<void> in_callback;
  bool early = false;
  session.before_append = [&](const Message& m) {
    if (m.packet_id != 2) return;
    in_callback.set_value();
    early = go_on.get_future().wait_for(10s) != std::future_status::ready;
  };
  REQUIRE(session.start());
  broker.welcome();
  session.commit(1);  // everything that was appended before the second message
  broker.send(wire(message(1)));
  CHECK(broker.expect(Wire::puback).packet_id() == 1);
  broker.send(wire(message(2)));
  in_callback.get_future().get();
  CHECK(broker.silent_for(300ms));
  CHECK(session.status().held_acknowledgements == 0);
  go_on.set_value();
  session.wait_for_held(1);
  CHECK_FALSE(early);
  CHECK(broker.silent_for(100ms));
  session.commit(2);
  CHECK(broker.expect(Wire::puback).packet_id() == 2);
}

TEST_CASE("session: pings pass while acknowledgements are held") {
  SubscriberScene scene([](SessionOptions& options) { options.keep_alive = 1s; });
  scene.start();
  scene.broker.send(wire(message(1)));
  scene.session.wait_for_held(1);
  scene.session.wait_for_status("two pings",
                                [&](const auto&) { return scene.broker.pings() >= 2; });
  CHECK(scene.session.status().held_acknowledgements == 1);
  CHECK(scene.session.status().connected);
  CHECK(scene.broker.waiting() == 0);
}

TEST_CASE("session: a reconnect drops held acknowledgements and the message comes again as DUP") {
  SubscriberScene scene;
  scene.start();
  scene.broker.send(wire(message(5)));
  scene.session.wait_for_held(1);
  scene.broker.drop();
  CHECK(scene.session.wait_for_loss() == "the broker closed the connection");
  CHECK(scene.session.status().held_acknowledgements == 0);
  scene.broker.welcome(true);
  scene.session.wait_for_connects(2);
  scene.session.commit(1);
  CHECK(scene.broker.silent_for(100ms));  // nothing of the old connection
  WirePublish again = message(5);
  again.dup = true;
  scene.broker.send(wire(again));
  scene.session.wait_for_messages(2);
  CHECK(scene.session.messages().at(1).dup);
  CHECK(scene.session.messages().at(1).packet_id == 5);
  scene.session.commit(2);
  CHECK(scene.broker.expect(Wire::puback).packet_id() == 5);
}

TEST_CASE("session: a message is whole wherever the broker's packets are torn") {
  SubscriberScene scene;
  scene.start();
  const std::string payload(40, 'x');
  const ByteVector bytes = wire(message(9, payload));
  std::uint64_t count = 0;
  for (std::size_t at = 1; at < bytes.size(); ++at) {
    CAPTURE(at);
    scene.broker.send_torn(bytes, at);
    scene.session.wait_for_messages(++count);
    scene.session.commit(count);
    CHECK(scene.broker.expect(Wire::puback).packet_id() == 9);
  }
  for (const Message& got : scene.session.messages()) {
    CHECK(got.payload == payload);
    CHECK(got.packet_id == 9);
  }
}

TEST_CASE("session: packet identifier, DUP and retain of thousands of messages are those of each") {
  SubscriberScene scene;
  scene.start();
  ByteVector all;
  constexpr std::uint16_t count = 5000;
  for (std::uint16_t i = 1; i <= count; ++i) {
    const ByteVector one = wire({.topic = "topic/" + std::to_string(i % 7),
                                 .payload = std::to_string(i),
                                 .packet_id = i,
                                 .dup = i % 3 == 0,
                                 .retained = i % 5 == 0});
    all.insert(all.end(), one.begin(), one.end());
  }
  scene.broker.send(all);
  scene.session.wait_for_messages(count);
  const std::vector<Message> messages = scene.session.messages();
  for (std::uint16_t i = 1; i <= count; ++i) {
    const Message& got = messages[i - 1U];
    REQUIRE(got.payload == std::to_string(i));
    REQUIRE(got.packet_id == i);
    REQUIRE(got.dup == (i % 3 == 0));
    REQUIRE(got.retained == (i % 5 == 0));
  }
  scene.session.wait_for_held(count);
  scene.session.commit(count);
  for (std::uint16_t i = 1; i <= count; ++i) {
    REQUIRE(scene.broker.expect(Wire::puback).packet_id() == i);
  }
}

TEST_CASE("session: messages of QoS 0 are counted and not acknowledged") {
  SubscriberScene scene;
  scene.start();
  scene.broker.send(wire({.topic = "t", .payload = "zero", .qos = 0}));
  scene.broker.send(wire(message(1)));
  scene.session.wait_for_held(1);
  CHECK(scene.session.status().qos0_messages == 1);
  CHECK(scene.session.status().messages == 2);
  CHECK(scene.session.messages().at(0).packet_id == 0);
  scene.session.commit(2);
  CHECK(scene.broker.expect(Wire::puback).packet_id() == 1);
}

TEST_CASE("session: a message that the intake does not take is never acknowledged") {
  ScriptedBroker broker;
  RunningSession session(subscriber_options(broker.port(), {"t"}));
  session.before_append = [](const Message& m) {
    if (m.payload == "bad" && !m.dup) throw std::runtime_error("no room");
  };
  REQUIRE(session.start());
  broker.welcome();
  broker.send(wire(message(1)));
  session.wait_for_held(1);
  session.commit(1);  // all that was appended is safe, so only the refusal can hold the next one
  CHECK(broker.expect(Wire::puback).packet_id() == 1);
  broker.send(wire(message(2, "bad")));
  CHECK(session.wait_for_loss() == "a message could not be taken over");
  session.wait_for_log("no room");
  broker.welcome(true);  // throws if a PUBACK came before the CONNECT
  WirePublish again = message(2, "bad");
  again.dup = true;
  broker.send(wire(again));
  session.wait_for_messages(2);
  session.commit(2);
  CHECK(broker.expect(Wire::puback).packet_id() == 2);
}

TEST_CASE("session: a Paho that acknowledges before its callback is known by its version") {
  CHECK(acknowledges_after_callback(paho_version()));
  CHECK(acknowledges_after_callback("1.3.10"));
  CHECK(acknowledges_after_callback("1.3.11"));
  CHECK(acknowledges_after_callback("1.4.0"));
  CHECK(acknowledges_after_callback("2.0.0"));
  CHECK_FALSE(acknowledges_after_callback("1.3.9"));
  CHECK_FALSE(acknowledges_after_callback("1.2.99"));
  CHECK_FALSE(acknowledges_after_callback("0.9.9"));
  CHECK_FALSE(acknowledges_after_callback("1.3"));
  CHECK_FALSE(acknowledges_after_callback(""));
  CHECK_FALSE(acknowledges_after_callback("unknown"));
  CHECK_FALSE(acknowledges_after_callback("1.3.-11"));
}

}  // namespace session_test
