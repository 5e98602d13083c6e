// daemon/mqtt/inbound.h - What Paho's callback does with a message: copies it, appends it, returns.
// Shared by Paho's thread and the loop through atomics and PublishNotes; no lock is held over a
// handler.
#pragma once
#include <mqtt/message.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "mqtt/gate.h"
#include "mqtt/session.h"

namespace parkwatch::mqtt_session {

class Inbound {
 public:
  explicit Inbound(const SessionHandlers& handlers)
      : message_(handlers.message), log_(handlers.log), shared_(std::make_shared<GateShared>()) {}

  // Paho's thread. When the handler does not take the message (it throws, or returns 0 because the
  // intake is closed), no acknowledgement of this connection leaves any more.
  void on_message(const mqtt::message& message) noexcept;
  // Loop: a message that the gate streamed away. Returns its sequence number, 0 if it was not
  // taken.
  std::uint64_t on_oversized(Message&& message) noexcept;

  // Loop, while Paho is not connected.
  void begin_connection();
  // Loop: what is still on its way through Paho is dropped. Only with the gate closed at once
  // behind it, so that nothing dropped is acknowledged: the broker delivers it again.
  void drop_the_rest() { dropping_ = true; }
  [[nodiscard]] bool refused() const { return refused_; }

  void log(const std::string& line) noexcept;

  // Any thread.
  [[nodiscard]] const std::shared_ptr<GateShared>& shared() const { return shared_; }
  [[nodiscard]] std::uint64_t messages() const { return messages_; }
  [[nodiscard]] std::uint64_t qos0_messages() const { return qos0_messages_; }
  [[nodiscard]] std::uint64_t oversized_messages() const { return oversized_messages_; }

 private:
  std::uint64_t take(Message&& message);

  const std::function<std::uint64_t(Message&&)> message_;
  const std::function<void(const std::string&)> log_;
  const std::shared_ptr<GateShared> shared_;
  std::atomic<bool> refused_{false};
  std::atomic<bool> dropping_{false};
  std::atomic<std::uint64_t> messages_{0};
  std::atomic<std::uint64_t> qos0_messages_{0};
  std::atomic<std::uint64_t> oversized_messages_{0};
};

}  // namespace parkwatch::mqtt_session
