// tests/support/scripted_broker.h - A tiny MQTT 3.1.1 broker that does what a test says, where a
// real one cannot be made to misbehave. The test is the script: expect() a packet, send() an
// answer, drop() the connection.
#pragma once
#include <boost/asio.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace parkwatch::test {

using ByteVector = std::vector<std::uint8_t>;

// The type of a packet as it is on the wire (MQTT 3.1.1, table 2.1).
enum class Wire : std::uint8_t {
  connect = 1,
  connack = 2,
  publish = 3,
  puback = 4,
  subscribe = 8,
  suback = 9,
  pingreq = 12,
  pingresp = 13,
  disconnect = 14,
};

struct WirePacket {
  Wire type{};
  std::uint8_t flags = 0;
  ByteVector body;                                // behind the fixed header
  std::size_t connection = 0;                     // 1 for the first one
  [[nodiscard]] std::uint16_t packet_id() const;  // of PUBACK, SUBSCRIBE, and PUBLISH of QoS 1
  [[nodiscard]] std::string topic() const;        // of PUBLISH
  [[nodiscard]] std::string payload() const;      // of PUBLISH
};

// Packets to send.
struct WirePublish {
  std::string topic;
  std::string payload;
  std::uint16_t packet_id = 0;  // QoS 1 and 2
  unsigned qos = 1;
  bool dup = false;
  bool retained = false;
};
[[nodiscard]] ByteVector wire(const WirePublish& publish);
// Everything of a PUBLISH but its payload, for one that is too large to be built.
[[nodiscard]] ByteVector wire_head(const WirePublish& publish, std::size_t payload_bytes);
[[nodiscard]] ByteVector wire_connack(bool session_present = false, std::uint8_t code = 0);
[[nodiscard]] ByteVector wire_suback(std::uint16_t packet_id, const ByteVector& codes);
[[nodiscard]] ByteVector wire_puback(std::uint16_t packet_id);

// The test's thread calls; a thread of its own reads. PINGREQ is answered at once unless told
// otherwise, and never shown. A call that waits throws std::runtime_error when its time is up.
class ScriptedBroker {
 public:
  using Wait = std::chrono::milliseconds;
  static constexpr Wait patience{10'000};

  ScriptedBroker();  // listens on a free port of 127.0.0.1
  ~ScriptedBroker();
  ScriptedBroker(const ScriptedBroker&) = delete;
  ScriptedBroker& operator=(const ScriptedBroker&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  void answer_pings(bool on);

  // The next packet in the order of arrival, which must be of this type.
  WirePacket expect(Wire type, Wait patience_for = patience);
  // CONNECT, CONNACK, SUBSCRIBE, SUBACK with QoS 1 for each filter. Returns the CONNECT.
  WirePacket welcome(bool session_present = false);
  // True when nothing arrives for so long.
  [[nodiscard]] bool silent_for(Wait time);
  // Packets that have arrived and were not expected yet.
  [[nodiscard]] std::size_t waiting() const;

  // To the connection in hand; returns when the kernel has it all.
  void send(const ByteVector& bytes);
  // In two pieces, cut at `at`; the client's system has acknowledged the first before the second
  // leaves.
  void send_torn(const ByteVector& bytes, std::size_t at);
  void send_filler(std::size_t bytes);  // that many 'x', without building them

  void stop_reading();       // for good: the buffers of its system fill
  void drop();               // closes the connection
  void wait_until_closed();  // by the client
  // Returns when the n-th connection has been accepted.
  void wait_for_connection(std::size_t number);
  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] std::size_t pings() const;

 private:
  using tcp = boost::asio::ip::tcp;
  void accept();
  void read(std::size_t connection);
  void cut(std::size_t connection);
  void run_on_loop(const std::function<void()>& call);
  void wait(const std::string& what, Wait time, const std::function<bool()>& until);

  boost::asio::io_context loop_;
  tcp::acceptor acceptor_;
  tcp::socket socket_;  // the connection in hand; loop's thread
  const std::uint16_t port_;
  bool reading_ = true;                      // loop's thread
  ByteVector partial_;                       // loop's thread
  std::array<std::uint8_t, 65536> chunk_{};  // loop's thread
  mutable std::mutex mutex_;                 // protects what follows
  std::condition_variable changed_;
  std::deque<WirePacket> packets_;
  std::size_t connections_ = 0;
  std::size_t pings_ = 0;
  bool open_ = false;
  bool answer_pings_ = true;
  std::thread thread_;
};

}  // namespace parkwatch::test
