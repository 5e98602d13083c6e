// tests/unit/mqtt/scene.h - A subscriber to "t" and its scripted broker.
#pragma once
#include <functional>
#include <string>

#include "tests/support/scripted_broker.h"
#include "tests/unit/mqtt/running_session.h"

namespace parkwatch::test {

struct SubscriberScene {
  // `change` may alter the session's options.
  explicit SubscriberScene(const std::function<void(mqtt_session::SessionOptions&)>& change = {})
      : session(options_of(broker.port(), change)) {}

  // Returns when the session is connected. Throws when it cannot be started.
  void start(bool session_present = false) {
    if (const Result<Done> started = session.start(); !started) {
      throw std::runtime_error(started.error().message);
    }
    broker.welcome(session_present);
    session.wait_for_connects(1);
  }

  ScriptedBroker broker;
  RunningSession session;

 private:
  static mqtt_session::SessionOptions options_of(
      std::uint16_t port, const std::function<void(mqtt_session::SessionOptions&)>& change) {
    mqtt_session::SessionOptions options = subscriber_options(port, {"t"});
    if (change) change(options);
    return options;
  }
};

// A message of QoS 1 on "t".
inline WirePublish message(std::uint16_t packet_id, std::string payload = "p") {
  return {.topic = "t", .payload = std::move(payload), .packet_id = packet_id};
}

}  // namespace parkwatch::test
