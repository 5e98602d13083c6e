// tests/bench/raw_mqtt.h - A bare MQTT 3.1.1 connection for measurements: as little work of its own
// as can be.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace parkwatch::bench {

// One thread. Ends the process with a message when the broker fails: a measurement cannot go on.
class RawMqtt {
 public:
  struct Publish {
    std::string_view topic;
    std::string_view payload;
    std::uint16_t packet_id = 0;  // 0: QoS 0
  };

  RawMqtt(std::uint16_t port, const std::string& client_id);
  ~RawMqtt();
  RawMqtt(const RawMqtt&) = delete;
  RawMqtt& operator=(const RawMqtt&) = delete;

  void subscribe(const std::string& filter, std::uint8_t qos);
  // Appends to the buffer that flush() sends.
  void publish(std::string_view topic, std::string_view payload, std::uint16_t packet_id);
  void flush();
  // Reads what is there, waits at most `wait_ms` for the first byte. Acknowledges what it is sent.
  void poll(int wait_ms, const std::function<void(const Publish&)>& message,
            const std::function<void(std::uint16_t)>& acknowledged);
  [[nodiscard]] std::size_t unsent_bytes() const { return out_.size(); }
  [[nodiscard]] int handle() const { return handle_; }

 private:
  void read_packet(std::uint8_t first, std::string_view body,
                   const std::function<void(const Publish&)>& message,
                   const std::function<void(std::uint16_t)>& acknowledged);
  int handle_ = -1;
  std::string out_;
  std::string in_;
  bool subscribed_ = false;
};

}  // namespace parkwatch::bench
