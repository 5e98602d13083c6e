// daemon/mqtt/broker_link.h - The gate's connection to the broker, with or without TLS. Lives on
// the loop's thread: no locks in this file.
#pragma once
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <memory>
#include <optional>
#include <string>

#include "model/result.h"
#include "model/time.h"
#include "mqtt/tls.h"

namespace parkwatch::mqtt_session {

struct BrokerAddress {
  std::string host;
  std::uint16_t port = 0;
  std::shared_ptr<TlsContext> tls;  // null: in the clear
  std::string server_name;          // with TLS: the name that the certificate must be for
};

// The Nagle algorithm of the other end waits for our TCP acknowledgement, and the kernel delays
// that by 40 ms unless told otherwise after each read (measured: delivery p99 17 ms without, 0.25
// ms with it).
void acknowledge_quickly(boost::asio::ip::tcp::socket& socket);

class BrokerLink {
 public:
  using tcp = boost::asio::ip::tcp;

  BrokerLink(boost::asio::io_context& loop, BrokerAddress address);

  // Looks the name up (off the loop's thread), tries its addresses in turn, each for
  // `each_timeout`, and shakes hands. The error's message is the network's, OpenSSL's or the
  // resolver's own. Must be kept alive until it returns; close() ends it soon.
  [[nodiscard]] boost::asio::awaitable<Result<Done>> connect(Duration each_timeout);

  // What connect() waits for at the moment, for an error text: "the TLS handshake".
  [[nodiscard]] std::string_view step() const { return step_; }

  // After connect(). One read and one write may be under way at a time. The token's signature is
  // void(error_code, std::size_t).
  template <typename Token>
  auto async_read_some(const boost::asio::mutable_buffer& buffer, Token&& token) {
    return tls_ ? tls_->async_read_some(buffer, std::forward<Token>(token))
                : tcp_.async_read_some(buffer, std::forward<Token>(token));
  }
  template <typename Token>
  auto async_write(const boost::asio::const_buffer& buffer, Token&& token) {
    return tls_ ? boost::asio::async_write(*tls_, buffer, std::forward<Token>(token))
                : boost::asio::async_write(tcp_, buffer, std::forward<Token>(token));
  }

  void rearm_quick_ack() { acknowledge_quickly(socket()); }

  void close();

  // For its options.
  [[nodiscard]] int native_handle() { return socket().native_handle(); }

 private:
  [[nodiscard]] boost::asio::awaitable<Result<Done>> connect_any(
      tcp::resolver::results_type endpoints, Duration each_timeout);
  [[nodiscard]] boost::asio::awaitable<Result<Done>> shake_hands();
  [[nodiscard]] tcp::socket& socket() { return tls_ ? tls_->next_layer() : tcp_; }

  boost::asio::io_context& loop_;
  const BrokerAddress address_;
  tcp::resolver resolver_;
  tcp::socket tcp_;  // moved into tls_ for the handshake
  std::unique_ptr<TlsStream> tls_;
  boost::asio::steady_timer timer_;
  std::string_view step_ = "the start";
  bool closed_ = false;
};

}  // namespace parkwatch::mqtt_session
