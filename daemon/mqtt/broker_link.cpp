// daemon/mqtt/broker_link.cpp - Name, TCP, TLS: each with its own error text.
#include "mqtt/broker_link.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "mqtt/as_result.h"

namespace parkwatch::mqtt_session {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

Error transient(std::string message) { return Error{ErrorKind::transient, std::move(message)}; }

std::string text_of(const asio::ip::tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  const bool v6 = endpoint.address().is_v6();
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port());
}

}  // namespace

BrokerLink::BrokerLink(asio::io_context& loop, BrokerAddress address)
    : loop_(loop), address_(std::move(address)), resolver_(loop), tcp_(loop), timer_(loop) {}

asio::awaitable<Result<Done>> BrokerLink::connect(Duration each_timeout) {
  tcp::resolver::results_type endpoints;
  error_code not_an_address;
  const auto address = asio::ip::make_address(address_.host, not_an_address);
  if (!not_an_address) {
    endpoints = tcp::resolver::results_type::create(tcp::endpoint{address, address_.port},
                                                    address_.host, "");
  } else {
    step_ = "the name lookup";
    const std::string service = std::to_string(address_.port);
    const auto [ec, found] = co_await resolver_.async_resolve(
        address_.host, service, tcp::resolver::numeric_service, as_result);
    if (ec) co_return transient("the name '" + address_.host + "': " + ec.message());
    endpoints = found;
  }
  Result<Done> connected = co_await connect_any(std::move(endpoints), each_timeout);
  if (!connected || !address_.tls) co_return connected;
  co_return co_await shake_hands();
}

asio::awaitable<Result<Done>> BrokerLink::connect_any(tcp::resolver::results_type endpoints,
                                                      Duration each_timeout) {
  step_ = "the TCP connection";
  std::string why = "the name '" + address_.host + "' has no address";
  for (const auto& entry : endpoints) {
    if (closed_) break;
    const tcp::endpoint endpoint = entry.endpoint();
    bool timed_out = false;
    auto give_up = [this, &timed_out](error_code ec) {
      if (ec) return;
      timed_out = true;
      error_code ignored;  // it is being given up
      tcp_.close(ignored);
    };
    timer_.expires_after(each_timeout);
    timer_.async_wait(give_up);
    const auto [ec] = co_await tcp_.async_connect(endpoint, as_result);
    timer_.cancel();
    // The wait's handler refers to this turn's variables: let it run before they go.
    co_await asio::post(loop_, asio::use_awaitable);
    if (!ec && !timed_out) {
      error_code ignored;  // slower without it, not wrong
      tcp_.set_option(tcp::no_delay(true), ignored);
      co_return Done{};
    }
    why = text_of(endpoint) + ": " + (timed_out ? "no answer" : ec.message());
    error_code ignored;
    tcp_.close(ignored);
  }
  co_return transient(why);
}

asio::awaitable<Result<Done>> BrokerLink::shake_hands() {
  step_ = "the TLS handshake";
  tls_ = std::make_unique<TlsStream>(std::move(tcp_), *address_.tls);
  auto why = std::make_shared<std::string>();
  const Result<Done> expected = expect_server(*tls_, address_.server_name, why);
  if (!expected) co_return expected.error();
  const auto [ec] = co_await tls_->async_handshake(asio::ssl::stream_base::client, as_result);
  if (!ec) co_return Done{};
  if (!why->empty()) co_return transient("TLS: the broker's certificate is refused: " + *why);
  co_return transient("TLS: " + (ec == asio::error::eof || ec == asio::ssl::error::stream_truncated
                                     ? "the broker closed the connection during the handshake"
                                     : ec.message()));
}

void acknowledge_quickly(asio::ip::tcp::socket& socket) {
  const int on = 1;
  // Should it fail, delivery is slower and nothing else.
  (void)::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

void BrokerLink::close() {
  closed_ = true;
  resolver_.cancel();
  timer_.cancel();
  error_code ignored;  // it is gone either way
  socket().close(ignored);
}

}  // namespace parkwatch::mqtt_session
