// daemon/mqtt/paho_client.h - The part of Eclipse Paho MQTT C++ that we use, with a rule for each
// of its defects.
#pragma once
#include <mqtt/async_client.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "mqtt/session.h"

namespace parkwatch::mqtt_session {

// The version that the Paho C library in this process reports, e.g. "1.3.11" (Debian's 1.3.12-1).
[[nodiscard]] std::string paho_version();
// True from 1.3.10 on: before, PUBACK was written before the callback ran, and the hold rule would
// guard nothing. False for what is no version.
[[nodiscard]] bool acknowledges_after_callback(std::string_view version);

// Called from Paho's threads, inside Paho's global lock: they may only append or post, must not
// call this client, and must not throw (what they throw is caught and lost).
struct PahoEvents {
  std::function<void(const mqtt::message&)> message;
  std::function<void()> connected;
  // A connect() failed, a connection was lost, or disconnect() is done: connect() may be called
  // again.
  std::function<void(const std::string& why)> ended;
  std::function<void(std::uint64_t id, bool acknowledged)> published;
};

// One for the life of the session (Paho C #1669). All calls come from the loop's thread and none
// waits for the network: Paho queues them for its own send thread. They take Paho's global lock,
// which its receive thread holds during any client's callback in this process; so callbacks that
// only append keep the loop running. The destructor waits up to a second for Paho's threads when it
// is the last client.
class PahoClient {
 public:
  PahoClient(const SessionOptions& options, PahoEvents events);
  ~PahoClient() = default;
  PahoClient(const PahoClient&) = delete;
  PahoClient& operator=(const PahoClient&) = delete;

  // REQUIRES for connect: nothing is connected; `ended` was called since the last connect(). Paho
  // would drop the request without a word.
  [[nodiscard]] Result<Done> connect(std::uint16_t loopback_port);
  [[nodiscard]] Result<Done> subscribe(const std::vector<std::string>& filters);  // QoS 1
  // `id` comes back in `published`, unless the connection ends first.
  [[nodiscard]] Result<Done> publish(std::uint64_t id, const std::string& topic,
                                     const std::string& payload, bool retained);
  [[nodiscard]] Result<Done> disconnect();

 private:
  // Paho C++ reports each action to such an object, which must live as long as the client.
  class Listener final : public mqtt::iaction_listener {
   public:
    using Report = std::function<void(const mqtt::token&, bool success)>;
    explicit Listener(Report report) : report_(std::move(report)) {}
    void on_success(const mqtt::token& token) override { call(token, true); }
    void on_failure(const mqtt::token& token) override { call(token, false); }

   private:
    void call(const mqtt::token& token, bool success) noexcept;
    Report report_;
  };

  const PahoEvents events_;
  mqtt::connect_options connect_options_;  // must outlive the connection (Paho C++ #145, #325)
  Listener on_connect_;
  Listener on_subscribe_;
  Listener on_publish_;
  Listener on_disconnect_;
  mqtt::async_client client_;  // last: its destructor may still report to the listeners
};

}  // namespace parkwatch::mqtt_session
