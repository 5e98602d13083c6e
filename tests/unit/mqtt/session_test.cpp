// tests/unit/mqtt/session_test.cpp - The session against a broker that does what the test says.
#include <catch2/catch.hpp>

#include "tests/support/scripted_broker.h"
#include "tests/unit/mqtt/running_session.h"

using namespace parkwatch;
using namespace parkwatch::test;
using namespace std::chrono_literals;

namespace {

std::string payload_of(const Message& m) { return m.payload; }

}  // namespace

TEST_CASE("session: it connects, subscribes with QoS 1 and says that it is connected") {
  ScriptedBroker broker;
  RunningSession session(subscriber_options(broker.port(), {"park/#", "gate/+"}));
  REQUIRE(session.start());
  const WirePacket connect = broker.expect(Wire::connect);
  // "MQTT", level 4, flags: neither clean session nor will, user or password; keep-alive 30 s.
  const ByteVector head{0, 4, 'M', 'Q', 'T', 'T', 4, 0, 0, 30};
  CHECK(ByteVector(connect.body.begin(), connect.body.begin() + 10) == head);
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
  ScriptedBroker broker;
  RunningSession session(subscriber_options(broker.port(), {"t"}));
  REQUIRE(session.start());
  broker.welcome();
  broker.send(wire({.topic = "t", .payload = "one", .packet_id = 7}));
  session.wait_for_messages(1);
  session.wait_for_status("a held acknowledgement",
                          [](const auto& s) { return s.held_acknowledgements == 1; });
  CHECK(broker.silent_for(200ms));
  CHECK(session.status().oldest_held >= 200ms);
  session.commit(1);
  CHECK(broker.expect(Wire::puback).packet_id() == 7);
  CHECK(session.status().held_acknowledgements == 0);
  CHECK(session.status().oldest_held == 0us);
  const Message message = session.messages().at(0);
  CHECK(message.topic == "t");
  CHECK(payload_of(message) == "one");
  CHECK(message.packet_id == 7);
  CHECK_FALSE(message.dup);
}
