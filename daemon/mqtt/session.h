// daemon/mqtt/session.h - One MQTT 3.1.1 session: Eclipse Paho behind the ack gate. Nothing is
// acknowledged to the broker before it is committed.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/decoder.h"
#include "model/result.h"
#include "model/time.h"

namespace boost::asio {
class io_context;
}

namespace parkwatch::mqtt_session {

struct TlsOptions {
  bool enabled = false;
  std::string ca_file;    // PEM; empty: the system's
  std::string cert_file;  // client certificate, PEM; empty: none
  std::string key_file;
  std::string server_name;  // verified and sent as SNI; empty: the host of the address
};

struct WillOptions {
  std::string topic;  // empty: no will
  std::string payload;
};

struct SessionOptions {
  std::string host;
  std::uint16_t port = 1883;
  TlsOptions tls;
  std::string client_id;
  std::string username;
  std::string password;
  Duration keep_alive = std::chrono::seconds{30};
  Duration connect_timeout =
      std::chrono::seconds{10};  // name, TCP and TLS; then CONNACK and SUBACK
  Duration reconnect_min = std::chrono::milliseconds{200};
  Duration reconnect_max = std::chrono::seconds{30};
  bool clean_session = false;
  std::vector<std::string> filters;                      // subscribed with QoS 1 on every connect
  std::size_t payload_bytes_max = std::size_t{1} << 20;  // a larger PUBLISH is streamed away
  std::size_t publish_window = 16;  // unacknowledged publishes of ours; Paho never queues more
  WillOptions will;
};

// Called on the loop's thread, but for `message`. Must not throw and must only append or post.
struct SessionHandlers {
  // The message; returns the sequence number that it got, 0 when it was not taken: then neither it
  // nor any later one of the connection is acknowledged. `source` is left 0. From Paho's thread,
  // and at the same time from the loop's for an oversized one: a highest number kept beside must be
  // raised, not stored.
  std::function<std::uint64_t(Message&&)> message;
  std::function<void(bool session_present)> connected;  // after SUBACK
  // As the network, TLS or the broker said it: when an established session ends, and when an
  // attempt fails for another reason than the one before it.
  std::function<void(const std::string& why)> lost;
  // One line, without secrets; any thread. May be empty.
  std::function<void(const std::string&)> log;
};

struct SessionStatus {
  bool connected = false;
  std::string detail;
  std::uint64_t messages = 0;
  std::uint64_t held_acknowledgements = 0;
  Duration oldest_held{0};
  std::uint64_t connects = 0;
  std::uint64_t qos0_messages = 0;
  std::uint64_t oversized_messages = 0;
};

class Session {
 public:
  virtual ~Session() = default;
  // All on the loop's thread, but status().
  virtual Result<Done> start() = 0;
  // Subscribers: acknowledgements up to here may go. `appended` (given at make) says the bound of
  // new ones.
  virtual void committed(std::uint64_t sequence) = 0;
  // false: close the connection to the broker and stay away until true.
  virtual void flow(bool open) = 0;
  // Takes no further message and makes no further connection; what is committed is still
  // acknowledged. A session without `appended` goes on publishing.
  virtual void stop_reading() = 0;
  // Sends the DISCONNECT (the will is not published); `done` on the loop, at the latest after 5 s.
  virtual void stop(std::function<void()> done) = 0;
  // `done(true)` on the loop when the broker acknowledged; done(false) when the connection was lost
  // or is down: the caller keeps the message. REQUIRES: fewer than publish_window are outstanding.
  virtual void publish(std::string topic, std::string payload, bool retained,
                       std::function<void(bool)> done) = 0;
  [[nodiscard]] virtual SessionStatus status() const = 0;  // any thread
};

// `appended` gives the highest sequence appended by the callbacks so far; null: acknowledgements
// are not held (a client that only publishes). Errors: permanent - this Paho acknowledges too early
// (< 1.3.10).
[[nodiscard]] Result<std::unique_ptr<Session>> make_session(
    boost::asio::io_context& loop, SessionOptions options, SessionHandlers handlers,
    std::function<std::uint64_t()> appended);

}  // namespace parkwatch::mqtt_session
