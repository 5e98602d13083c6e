// daemon/mqtt/gate.cpp - The relay's two directions and the hold rule; see the header.
#include "mqtt/gate.h"

#include <unistd.h>

#include <algorithm>

#include "mqtt/as_result.h"

namespace parkwatch::mqtt_session {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t read_bytes = std::size_t{64} * 1024;
constexpr unsigned strangers_max = 16;
// Bounds what Paho has still to take when the gate closes for back-pressure.
constexpr int client_send_bytes = 256 * 1024;
// How long the reason for a failed write may take to arrive on the reading side.
constexpr Duration write_grace = std::chrono::milliseconds{500};

std::string read_error_text(const error_code& ec) {
  if (ec == asio::error::eof || ec == asio::ssl::error::stream_truncated) {
    return "the broker closed the connection";
  }
  return "the connection to the broker: " + ec.message();
}

}  // namespace

Gate::Gate(asio::io_context& loop, GateOptions options, GateEvents events,
           std::shared_ptr<GateShared> shared, std::uint64_t committed)
    : loop_(loop),
      options_(std::move(options)),
      events_(std::move(events)),
      shared_(std::move(shared)),
      link_(loop, options_.broker),
      acceptor_(loop),
      client_(loop),
      deadline_(loop),
      committed_(committed),
      broker_stream_(options_.payload_bytes_max),
      down_(read_bytes + unread_bytes_max),
      up_(read_bytes + unread_bytes_max) {}

void Gate::start() { spawn(run()); }

// Keeps the gate alive as long as the coroutine; what one throws (no memory) ends the connection.
void Gate::spawn(asio::awaitable<void> coroutine) {
  auto ended = [self = shared_from_this()](const std::exception_ptr& thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      self->close(std::string{"inside the daemon: "} + e.what());
    }
  };
  asio::co_spawn(loop_, std::move(coroutine), std::move(ended));
}

asio::awaitable<void> Gate::run() {
  set_deadline(options_.connect_timeout, {});
  const Result<Done> reached = co_await link_.connect(options_.connect_timeout / 2);
  if (closed_) co_return;
  if (!reached) co_return close(reached.error().message);
  const Result<std::uint16_t> port = arm();
  if (!port) co_return close(port.error().message);
  set_deadline(options_.connect_timeout, "the broker does not answer with a CONNACK");
  shared_->notes.clear();  // before Paho can be given anything
  events_.ready(*port);
  if (closed_) co_return;
  co_await accept_our_own();
  if (closed_) co_return;
  spawn(read_client());
  co_await read_broker();
}

void Gate::set_deadline(Duration timeout, std::string why) {
  deadline_.expires_after(timeout);
  auto expired = [this, self = weak_from_this(), why = std::move(why)](error_code ec) {
    const std::shared_ptr<Gate> alive = self.lock();
    if (ec || !alive) return;
    close(why.empty() ? "no answer within the time for " + std::string{link_.step()} : why);
  };
  deadline_.async_wait(std::move(expired));
}

Result<std::uint16_t> Gate::arm() {
  error_code ec;
  acceptor_.open(tcp::v4(), ec);
  if (!ec) acceptor_.bind({asio::ip::address_v4::loopback(), 0}, ec);
  if (!ec) acceptor_.listen(1, ec);
  std::uint16_t port = 0;
  if (!ec) port = acceptor_.local_endpoint(ec).port();
  if (ec) return Error{ErrorKind::transient, "a loopback port: " + ec.message()};
  return port;
}

asio::awaitable<void> Gate::accept_our_own() {
  for (unsigned strangers = 0; strangers < strangers_max; ++strangers) {
    auto [ec, socket] = co_await acceptor_.async_accept(as_result);
    if (closed_) co_return;
    if (ec) co_return close("the loopback port: " + ec.message());
    if (!is_ours(socket)) {
      events_.log("refused a connection to the MQTT gate: its other end is not our own user's");
      continue;
    }
    client_ = std::move(socket);
    error_code ignored;  // slower without, not wrong
    client_.set_option(tcp::no_delay(true), ignored);
    client_.set_option(asio::socket_base::send_buffer_size(client_send_bytes), ignored);
    acceptor_.close(ignored);
    co_return;
  }
  close("the loopback port is besieged by connections of other users");
}

bool Gate::is_ours(const tcp::socket& socket) const {
  error_code ec;
  const auto peer = socket.remote_endpoint(ec);
  if (ec) return false;
  const auto ours = socket.local_endpoint(ec);
  if (ec) return false;
  return options_.peer_owner(peer.port(), ours.port()) == ::geteuid();
}

asio::awaitable<void> Gate::read_broker() {
  std::size_t unread = 0;
  std::vector<asio::const_buffer> passed;
  for (;;) {
    std::uint64_t room = down_.size() - unread;
    if (stop_reading_) room = std::min(room, broker_stream_.bytes_to_boundary());
    if (room == 0) break;
    const auto [ec, n] =
        co_await link_.async_read_some(asio::buffer(down_.data() + unread, room), as_result);
    if (closed_) co_return;
    if (ec) co_return close(read_error_text(ec));
    link_.rearm_quick_ack();
    // What came after the packet in hand while we were told to stop is left to the next connection.
    const std::uint64_t wanted =
        stop_reading_ ? std::min<std::uint64_t>(n, broker_stream_.bytes_to_boundary()) : n;
    const Bytes bytes{down_.data(), unread + wanted};
    broker_bytes_.clear();
    const Result<std::size_t> taken = broker_stream_.feed(bytes, broker_bytes_);
    if (!taken) co_return close("bad data from the broker: " + taken.error().message);
    take_broker_bytes();
    if (closed_) co_return;
    if (!broker_bytes_.pass.empty()) {
      passed.clear();
      for (const Bytes part : broker_bytes_.pass) {
        passed.push_back(asio::buffer(part.data(), part.size()));
      }
      client_write_under_way_ = true;
      const auto [write_error, written] = co_await asio::async_write(client_, passed, as_result);
      client_write_under_way_ = false;
      if (closed_) co_return;
      if (write_error) break;  // read_client says what happened
    }
    unread = bytes.size() - *taken;
    std::copy(bytes.end() - static_cast<std::ptrdiff_t>(unread), bytes.end(), down_.begin());
    answer_pings();
  }
  broker_read_ended_ = true;
  answer_pings();
}

void Gate::take_broker_bytes() {
  if (broker_bytes_.pingresp && pings_owed_ > 0) --pings_owed_;
  if (broker_bytes_.connack) {
    const Connack connack = *broker_bytes_.connack;
    if (connack.code != 0) {
      return close("the broker refused the connection: " + std::string{connack_text(connack.code)});
    }
    deadline_.cancel();
    events_.connack(connack.session_present);
    if (closed_) return;
  }
  if (!broker_bytes_.publishes.empty()) shared_->notes.add(broker_bytes_.publishes);
  for (OversizedPublish& publish : broker_bytes_.oversized) take_oversized(publish);
  if (!broker_bytes_.oversized.empty()) pump();
  if (broker_bytes_.suback) events_.suback(*broker_bytes_.suback);
}

void Gate::take_oversized(OversizedPublish& publish) {
  Message message;
  message.topic = std::move(publish.topic);
  message.packet_id = publish.packet_id;
  message.dup = publish.dup;
  message.retained = publish.retained;
  message.oversized = true;
  message.payload_bytes = publish.payload_bytes;
  const std::uint64_t sequence = events_.oversized(std::move(message));
  if (publish.qos == 0) return;
  ledger_.own_acknowledged(publish.packet_id, sequence == 0 ? AckLedger::never : sequence,
                           publish.passed_before, AckLedger::Instant::clock::now());
}

asio::awaitable<void> Gate::read_client() {
  std::size_t unread = 0;
  for (;;) {
    const auto [ec, n] = co_await client_.async_read_some(
        asio::buffer(up_.data() + unread, up_.size() - unread), as_result);
    if (closed_) co_return;
    if (ec) co_return client_ended();
    acknowledge_quickly(client_);  // Paho does not switch Nagle off: its next packet waits for this
    const Bytes bytes{up_.data(), unread + n};
    client_bytes_.clear();
    const Result<std::size_t> taken = client_stream_.feed(bytes, client_bytes_);
    if (!taken) co_return close("inside the daemon: " + taken.error().message);
    take_client_bytes();
    if (closed_) co_return;
    unread = bytes.size() - *taken;
    std::copy(bytes.end() - static_cast<std::ptrdiff_t>(unread), bytes.end(), up_.begin());
  }
}

void Gate::take_client_bytes() {
  if (!client_bytes_.acks.empty()) {
    const std::uint64_t appended = events_.appended();  // after the read: the hold rule's bound
    const auto now = AckLedger::Instant::clock::now();
    for (const std::uint16_t id : client_bytes_.acks) ledger_.paho_acknowledged(id, appended, now);
  }
  for (const Bytes part : client_bytes_.pass) out_.insert(out_.end(), part.begin(), part.end());
  if (client_bytes_.pingreq) {
    ++pings_owed_;
    answer_pings();
  }
  if (client_bytes_.disconnect && disconnect_allowed_) {
    out_.insert(out_.end(), std::begin(disconnect_packet), std::end(disconnect_packet));
    disconnect_passed_ = true;
  }
  pump();
}

void Gate::stop_reading() {
  stop_reading_ = true;
  answer_pings();
}

// While the broker is read, it answers. Afterwards we do, but only between packets and never into a
// write of read_broker's.
void Gate::answer_pings() {
  if (!stop_reading_ || client_write_under_way_) return;
  if (!broker_read_ended_ && broker_stream_.bytes_to_boundary() != 0) return;
  for (; pings_owed_ > 0 && !closed_; --pings_owed_) {
    auto ignore = [self = shared_from_this()](error_code, std::size_t) {};  // read_client notices
    asio::async_write(client_, asio::buffer(pingresp_packet), std::move(ignore));
  }
}

void Gate::client_ended() {
  client_ended_ = true;
  if (disconnect_passed_) return pump();  // closes when the DISCONNECT is out
  close(pings_owed_ > 0 ? "the broker does not answer pings" : "Paho gave the connection up");
}

void Gate::committed(std::uint64_t sequence) {
  committed_ = std::max(committed_, sequence);
  pump();
}

void Gate::pump() {
  if (closed_) return;
  ledger_.release(committed_, out_);
  update_gauges();
  if (write_under_way_ || write_broken_) return;
  if (out_.empty()) {
    if (client_ended_ && disconnect_passed_) close("disconnected");
    return;
  }
  write_under_way_ = true;
  writing_.clear();
  writing_.swap(out_);
  auto done = [self = shared_from_this()](error_code ec, std::size_t) { self->written(ec); };
  link_.async_write(asio::buffer(writing_), std::move(done));
}

void Gate::written(error_code ec) {
  write_under_way_ = false;
  if (closed_) return;
  if (!ec) return pump();
  write_broken_ = true;
  const std::string why = "the connection to the broker: " + ec.message();
  // The reading side often knows better: a TLS alert, or that the broker closed.
  if (broker_read_ended_) return close(why);
  set_deadline(write_grace, why);
}

void Gate::update_gauges() {
  const auto oldest = ledger_.oldest();
  shared_->held.store(ledger_.held(), std::memory_order_relaxed);
  shared_->oldest_since_ns.store(
      oldest ? std::chrono::nanoseconds{oldest->time_since_epoch()}.count() : 0,
      std::memory_order_relaxed);
}

void Gate::close(const std::string& why) {
  if (closed_) return;
  const std::shared_ptr<Gate> self = shared_from_this();  // `closed` may drop the last other one
  closed_ = true;
  deadline_.cancel();
  error_code ignored;  // they are gone either way
  acceptor_.close(ignored);
  client_.close(ignored);
  link_.close();
  shared_->held = 0;
  shared_->oldest_since_ns = 0;
  const auto closed = std::move(events_.closed);
  closed(why);
}

}  // namespace parkwatch::mqtt_session
