// tests/support/scripted_broker.cpp - Its loop reads and records; the test writes through it.
#include "tests/support/scripted_broker.h"

#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>

#include <future>
#include <stdexcept>

namespace parkwatch::test {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

std::uint16_t two_bytes(const ByteVector& bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes.at(at) << 8 | bytes.at(at + 1));
}

void append_two(std::size_t value, ByteVector& out) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value & 0xFF));
}

std::string name_of(Wire type) { return "packet type " + std::to_string(static_cast<int>(type)); }

}  // namespace

std::uint16_t WirePacket::packet_id() const {
  return two_bytes(body, type == Wire::publish ? 2U + two_bytes(body, 0) : 0);
}

std::string WirePacket::topic() const {
  return {body.begin() + 2, body.begin() + 2 + two_bytes(body, 0)};
}

std::string WirePacket::payload() const {
  const bool has_id = (flags & 6) != 0;
  return {body.begin() + 2 + two_bytes(body, 0) + (has_id ? 2 : 0), body.end()};
}

ByteVector wire_head(const WirePublish& publish, std::size_t payload_bytes) {
  ByteVector out;
  out.push_back(static_cast<std::uint8_t>(0x30 | (publish.dup ? 8 : 0) | publish.qos << 1 |
                                          (publish.retained ? 1 : 0)));
  std::size_t remaining = 2 + publish.topic.size() + (publish.qos > 0 ? 2 : 0) + payload_bytes;
  do {
    const auto digit = static_cast<std::uint8_t>(remaining % 128);
    remaining /= 128;
    out.push_back(static_cast<std::uint8_t>(remaining > 0 ? digit | 0x80 : digit));
  } while (remaining > 0);
  append_two(publish.topic.size(), out);
  out.insert(out.end(), publish.topic.begin(), publish.topic.end());
  if (publish.qos > 0) append_two(publish.packet_id, out);
  return out;
}

ByteVector wire(const WirePublish& publish) {
  ByteVector out = wire_head(publish, publish.payload.size());
  out.insert(out.end(), publish.payload.begin(), publish.payload.end());
  return out;
}

ByteVector wire_connack(bool session_present, std::uint8_t code) {
  return {0x20, 2, static_cast<std::uint8_t>(session_present ? 1 : 0), code};
}

ByteVector wire_suback(std::uint16_t packet_id, const ByteVector& codes) {
  ByteVector out{0x90, static_cast<std::uint8_t>(2 + codes.size())};
  append_two(packet_id, out);
  out.insert(out.end(), codes.begin(), codes.end());
  return out;
}

ByteVector wire_puback(std::uint16_t packet_id) {
  ByteVector out{0x40, 2};
  append_two(packet_id, out);
  return out;
}

ScriptedBroker::ScriptedBroker()
    : acceptor_(loop_, {asio::ip::address_v4::loopback(), 0}),
      socket_(loop_),
      port_(acceptor_.local_endpoint().port()) {
  // Fixed, so that a broker which stops reading is felt after a known number of bytes.
  acceptor_.set_option(asio::socket_base::receive_buffer_size(256 * 1024));
  accept();
  thread_ = std::thread([this] { loop_.run(); });
}

ScriptedBroker::~ScriptedBroker() {
  loop_.stop();
  thread_.join();
}

void ScriptedBroker::accept() {
  acceptor_.async_accept([this](error_code ec, tcp::socket socket) {
    if (ec) return;
    socket_ = std::move(socket);  // an older one is closed
    socket_.set_option(tcp::no_delay(true));
    partial_.clear();
    std::size_t number = 0;
    {
      const std::lock_guard lock(mutex_);
      number = ++connections_;
      open_ = true;
      changed_.notify_all();
    }
    read(number);
    accept();
  });
}

void ScriptedBroker::read(std::size_t connection) {
  if (!reading_) return;
  socket_.async_read_some(asio::buffer(chunk_), [this, connection](error_code ec, std::size_t n) {
    {
      const std::lock_guard lock(mutex_);
      if (connection != connections_) return;  // another one took its place
      if (ec) {
        open_ = false;
        changed_.notify_all();
        return;
      }
    }
    partial_.insert(partial_.end(), chunk_.begin(),
                    chunk_.begin() + static_cast<std::ptrdiff_t>(n));
    cut(connection);
    read(connection);
  });
}

void ScriptedBroker::cut(std::size_t connection) {
  for (;;) {
    std::size_t length = 0;
    std::size_t at = 1;
    for (unsigned shift = 0;; shift += 7, ++at) {
      if (at >= partial_.size()) return;
      length |= std::size_t{partial_[at] & 0x7FU} << shift;
      if ((partial_[at] & 0x80) == 0) break;
    }
    ++at;
    if (partial_.size() < at + length) return;
    const auto body = partial_.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = body + static_cast<std::ptrdiff_t>(length);
    WirePacket packet{static_cast<Wire>(partial_[0] >> 4),
                      static_cast<std::uint8_t>(partial_[0] & 15), ByteVector(body, end),
                      connection};
    partial_.erase(partial_.begin(), end);
    const std::lock_guard lock(mutex_);
    if (packet.type == Wire::pingreq) {
      ++pings_;
      error_code ignored;  // the reader finds out
      const ByteVector pingresp{0xD0, 0};
      if (answer_pings_) asio::write(socket_, asio::buffer(pingresp), ignored);
    } else {
      packets_.push_back(std::move(packet));
    }
    changed_.notify_all();
  }
}

void ScriptedBroker::answer_pings(bool on) {
  const std::lock_guard lock(mutex_);
  answer_pings_ = on;
}

void ScriptedBroker::wait(const std::string& what, Wait time, const std::function<bool()>& until) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, time, until)) {
    throw std::runtime_error("scripted broker: waited in vain for " + what);
  }
}

WirePacket ScriptedBroker::expect(Wire type, Wait patience_for) {
  wait(name_of(type), patience_for, [this] { return !packets_.empty(); });
  const std::lock_guard lock(mutex_);
  WirePacket packet = std::move(packets_.front());
  packets_.pop_front();
  if (packet.type != type) {
    throw std::runtime_error("scripted broker: expected " + name_of(type) + ", got " +
                             name_of(packet.type));
  }
  return packet;
}

WirePacket ScriptedBroker::welcome(bool session_present) {
  WirePacket connect = expect(Wire::connect);
  send(wire_connack(session_present));
  const WirePacket subscribe = expect(Wire::subscribe);
  ByteVector codes;
  for (std::size_t at = 2; at < subscribe.body.size();) {
    at += 2U + two_bytes(subscribe.body, at) + 1U;
    codes.push_back(1);
  }
  send(wire_suback(subscribe.packet_id(), codes));
  return connect;
}

bool ScriptedBroker::silent_for(Wait time) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [this] { return !packets_.empty(); });
}

std::size_t ScriptedBroker::waiting() const {
  const std::lock_guard lock(mutex_);
  return packets_.size();
}

void ScriptedBroker::run_on_loop(const std::function<void()>& call) {
  std::packaged_task<void()> task(call);
  std::future<void> done = task.get_future();
  asio::post(loop_, [&task] { task(); });
  done.get();
}

void ScriptedBroker::send(const ByteVector& bytes) {
  run_on_loop([&] { asio::write(socket_, asio::buffer(bytes)); });
}

void ScriptedBroker::send_torn(const ByteVector& bytes, std::size_t at) {
  run_on_loop([&] {
    asio::write(socket_, asio::buffer(bytes.data(), at));
    // SIOCOUTQ counts what the client's system has not acknowledged yet.
    for (int unsent = 1; unsent > 0 && at > 0;) {
      if (::ioctl(socket_.native_handle(), SIOCOUTQ, &unsent) != 0) break;
      std::this_thread::yield();
    }
    asio::write(socket_, asio::buffer(bytes.data() + at, bytes.size() - at));
  });
}

void ScriptedBroker::send_filler(std::size_t bytes) {
  const ByteVector piece(64 * 1024, 'x');
  run_on_loop([&] {
    for (std::size_t left = bytes; left > 0;) {
      const std::size_t n = std::min(left, piece.size());
      asio::write(socket_, asio::buffer(piece.data(), n));
      left -= n;
    }
  });
}

void ScriptedBroker::stop_reading() {
  run_on_loop([this] { reading_ = false; });
}

void ScriptedBroker::drop() {
  run_on_loop([this] { socket_.close(); });
  const std::lock_guard lock(mutex_);
  open_ = false;
}

void ScriptedBroker::wait_until_closed() {
  wait("the end of the connection", patience, [this] { return !open_; });
}

void ScriptedBroker::wait_for_connection(std::size_t number) {
  wait("connection " + std::to_string(number), patience,
       [this, number] { return connections_ >= number; });
}

std::size_t ScriptedBroker::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

std::size_t ScriptedBroker::pings() const {
  const std::lock_guard lock(mutex_);
  return pings_;
}

}  // namespace parkwatch::test
