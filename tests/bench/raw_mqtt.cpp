// tests/bench/raw_mqtt.cpp - Packets by hand over one socket.
#include "tests/bench/raw_mqtt.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace parkwatch::bench {
namespace {

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, std::strerror(errno));
  std::exit(2);
}

void put_u16(std::string& out, std::size_t number) {
  out.push_back(static_cast<char>(number >> 8));
  out.push_back(static_cast<char>(number & 0xFF));
}

void put_text(std::string& out, std::string_view text) {
  put_u16(out, text.size());
  out.append(text);
}

void put_length(std::string& out, std::size_t length) {
  do {
    const auto part = static_cast<char>(length & 0x7F);
    length >>= 7;
    out.push_back(static_cast<char>(length != 0 ? part | 0x80 : part));
  } while (length != 0);
}

std::uint16_t u16_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<std::uint8_t>(bytes[at]) << 8 |
                                    static_cast<std::uint8_t>(bytes[at + 1]));
}

}  // namespace

RawMqtt::RawMqtt(std::uint16_t port, const std::string& client_id)
    : handle_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(handle_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    fail("connect to the broker");
  }
  const int one = 1;
  (void)::setsockopt(handle_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  std::string body;
  put_text(body, "MQTT");
  body.append("\x04\x02", 2);  // 3.1.1, clean session
  put_u16(body, 60);
  put_text(body, client_id);
  out_.push_back(0x10);
  put_length(out_, body.size());
  out_ += body;
  flush();
  std::array<char, 4> answer{};
  if (::recv(handle_, answer.data(), answer.size(), MSG_WAITALL) != 4 || answer[3] != 0) {
    fail("CONNACK");
  }
}

RawMqtt::~RawMqtt() { (void)::close(handle_); }

void RawMqtt::subscribe(const std::string& filter, std::uint8_t qos) {
  std::string body;
  put_u16(body, 1);
  put_text(body, filter);
  body.push_back(static_cast<char>(qos));
  out_.push_back(static_cast<char>(0x82));
  put_length(out_, body.size());
  out_ += body;
  flush();
  while (!subscribed_) poll(1000, nullptr, nullptr);
}

void RawMqtt::publish(std::string_view topic, std::string_view payload, std::uint16_t packet_id) {
  out_.push_back(packet_id == 0 ? 0x30 : 0x32);
  put_length(out_, 2 + topic.size() + (packet_id == 0 ? 0 : 2) + payload.size());
  put_text(out_, topic);
  if (packet_id != 0) put_u16(out_, packet_id);
  out_.append(payload);
}

void RawMqtt::flush() {
  std::string_view rest = out_;
  while (!rest.empty()) {
    const ssize_t sent = ::send(handle_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) fail("send");
    if (sent > 0) rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  out_.clear();
}

void RawMqtt::poll(int wait_ms, const std::function<void(const Publish&)>& message,
                   const std::function<void(std::uint16_t)>& acknowledged) {
  pollfd waiting{handle_, POLLIN, 0};
  if (::poll(&waiting, 1, wait_ms) <= 0) return;
  std::array<char, 65536> buffer;
  const ssize_t got = ::recv(handle_, buffer.data(), buffer.size(), 0);
  if (got <= 0) fail("the broker closed the connection");
  // The broker's Nagle would wait for our delayed acknowledgement and be measured as the daemon's.
  const int one = 1;
  (void)::setsockopt(handle_, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
  in_.append(buffer.data(), static_cast<std::size_t>(got));
  std::size_t at = 0;
  while (in_.size() - at >= 2) {
    std::size_t length = 0;
    std::size_t head = 1;
    bool whole = false;
    for (int shift = 0; head < 5 && at + head < in_.size() && !whole; shift += 7, ++head) {
      const auto byte = static_cast<std::uint8_t>(in_[at + head]);
      length |= static_cast<std::size_t>(byte & 0x7F) << shift;
      whole = (byte & 0x80) == 0;
    }
    if (!whole || in_.size() - at < head + length) break;
    read_packet(static_cast<std::uint8_t>(in_[at]), std::string_view{in_}.substr(at + head, length),
                message, acknowledged);
    at += head + length;
  }
  in_.erase(0, at);
  if (!out_.empty()) flush();
}

void RawMqtt::read_packet(std::uint8_t first, std::string_view body,
                          const std::function<void(const Publish&)>& message,
                          const std::function<void(std::uint16_t)>& acknowledged) {
  const int type = first >> 4;
  if (type == 9) subscribed_ = true;
  if (type == 4 && acknowledged) acknowledged(u16_at(body, 0));
  if (type != 3) return;
  const std::size_t topic_bytes = u16_at(body, 0);
  Publish publish{body.substr(2, topic_bytes), body.substr(2 + topic_bytes), 0};
  if ((first & 0x06) != 0) {
    publish.packet_id = u16_at(publish.payload, 0);
    publish.payload.remove_prefix(2);
    out_.append("\x40\x02", 2);
    put_u16(out_, publish.packet_id);
  }
  if (message) message(publish);
}

}  // namespace parkwatch::bench
