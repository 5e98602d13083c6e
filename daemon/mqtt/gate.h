// daemon/mqtt/gate.h - The ack gate: one connection between Paho and the broker, relayed inside the
// process. Everything here lives on the loop's thread: no locks in these files.
#pragma once
#include <atomic>
#include <boost/asio.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/decoder.h"
#include "model/result.h"
#include "model/time.h"
#include "mqtt/ack_ledger.h"
#include "mqtt/broker_link.h"
#include "mqtt/framing.h"
#include "mqtt/peer_owner.h"
#include "mqtt/publish_notes.h"

namespace parkwatch::mqtt_session {

struct GateOptions {
  BrokerAddress broker;
  std::size_t payload_bytes_max = std::size_t{1} << 20;
  Duration connect_timeout =
      std::chrono::seconds{10};  // until Paho may connect; again until CONNACK
  PeerOwnerLookup peer_owner = peer_owner_of_kernel;
};

// What other threads see of a session's gates: Paho's callbacks take the notes, any thread reads
// the gauges.
struct GateShared {
  PublishNotes notes;
  std::atomic<std::uint64_t> held{0};
  std::atomic<std::int64_t> oldest_since_ns{0};  // steady clock; 0: none is held
};

// All called on the loop's thread, never after `closed`.
struct GateEvents {
  // The broker is reached: Paho may now connect to 127.0.0.1:`port`, once.
  std::function<void(std::uint16_t port)> ready;
  std::function<void(bool session_present)> connack;  // accepted
  std::function<void(const std::vector<std::uint8_t>& codes)> suback;
  // A message that was streamed away; returns its sequence number, 0 when it was not taken.
  std::function<std::uint64_t(Message&&)> oversized;
  // The highest sequence number given to a callback's message so far; AckLedger::never when one was
  // not taken; 0 when acknowledgements are not held.
  std::function<std::uint64_t()> appended;
  std::function<void(const std::string&)> log;
  // Exactly once, whatever ended it: as the network, TLS or the broker said it.
  std::function<void(const std::string& why)> closed;
};

// One attempt and, if it succeeds, one connection. A reconnect is another Gate, so acknowledgements
// that are held at the end of one die with it and the broker delivers those messages again.
class Gate : public std::enable_shared_from_this<Gate> {
 public:
  // `committed` is the highest sequence number that is safe already.
  Gate(boost::asio::io_context& loop, GateOptions options, GateEvents events,
       std::shared_ptr<GateShared> shared, std::uint64_t committed);

  // Reaches for the broker first; only then a loopback port is opened, for one connection, whose
  // other end must belong to our own user. Others are turned away and logged.
  void start();

  // Acknowledgements of messages up to here may leave.
  void committed(std::uint64_t sequence);

  // Passes the packet in hand to its end and nothing after it. Acknowledgements go on to leave, and
  // Paho's pings are answered here, since the broker's answers are no longer read.
  void stop_reading();

  // Without this a DISCONNECT of Paho's does not pass, so that the broker publishes the will of a
  // connection that Paho gave up.
  void allow_disconnect() { disconnect_allowed_ = true; }

  // Both sides, at once. Nothing held leaves any more.
  void close(const std::string& why);

 private:
  using tcp = boost::asio::ip::tcp;

  void spawn(boost::asio::awaitable<void> coroutine);
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<void> accept_our_own();
  boost::asio::awaitable<void> read_broker();
  boost::asio::awaitable<void> read_client();
  [[nodiscard]] Result<std::uint16_t> arm();
  [[nodiscard]] bool is_ours(const tcp::socket& socket) const;
  void take_broker_bytes();
  void take_oversized(OversizedPublish& publish);
  void take_client_bytes();
  void client_ended();
  void answer_pings();
  void pump();
  void written(boost::system::error_code ec);
  void set_deadline(Duration timeout, std::string why);
  void update_gauges();

  boost::asio::io_context& loop_;
  const GateOptions options_;
  GateEvents events_;
  const std::shared_ptr<GateShared> shared_;
  BrokerLink link_;
  tcp::acceptor acceptor_;
  tcp::socket client_;
  boost::asio::steady_timer deadline_;
  AckLedger ledger_;
  std::uint64_t committed_;

  BrokerStream broker_stream_;
  BrokerBytes broker_bytes_;        // of the read in hand; kept for its capacity
  std::vector<std::uint8_t> down_;  // broker to Paho: one read and what it left unread
  ClientStream client_stream_;
  ClientBytes client_bytes_;
  std::vector<std::uint8_t> up_;       // Paho to broker, likewise
  std::vector<std::uint8_t> out_;      // may leave for the broker
  std::vector<std::uint8_t> writing_;  // is leaving
  bool write_under_way_ = false;
  bool write_broken_ = false;
  bool stop_reading_ = false;
  bool broker_read_ended_ = false;
  bool client_write_under_way_ = false;
  unsigned pings_owed_ = 0;  // PINGREQs of Paho's without an answer
  bool disconnect_allowed_ = false;
  bool disconnect_passed_ = false;
  bool client_ended_ = false;
  bool closed_ = false;
};

}  // namespace parkwatch::mqtt_session
