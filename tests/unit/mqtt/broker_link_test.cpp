// tests/unit/mqtt/broker_link_test.cpp - The socket's options, and names.
#include "mqtt/broker_link.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>

namespace broker_link_test {

using namespace parkwatch;
using namespace parkwatch::mqtt_session;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

Result<Done> connect(asio::io_context& io, BrokerLink& link) {
  Result<Done> result = Error{ErrorKind::transient, "not run"};
  auto run = [&]() -> asio::awaitable<void> { result = co_await link.connect(5s); };
  asio::co_spawn(io, run, asio::detached);
  io.restart();
  io.run();
  return result;
}

int option(BrokerLink& link, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  REQUIRE(::getsockopt(link.native_handle(), IPPROTO_TCP, name, &value, &size) == 0);
  return value;
}

}  // namespace

TEST_CASE("broker link: nothing waits for a TCP acknowledgement, in either direction") {
  asio::io_context io;
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  BrokerLink link(io, {"127.0.0.1", acceptor.local_endpoint().port(), {}, {}});
  REQUIRE(connect(io, link));
  tcp::socket broker = acceptor.accept();
  CHECK(option(link, TCP_NODELAY) == 1);
  // An answer sent soon after something was received makes the kernel delay its acknowledgements.
  std::array<char, 4> buffer{};
  for (int i = 0; i < 20 && option(link, TCP_QUICKACK) == 1; ++i) {
    asio::write(broker, asio::buffer("ping", 4));
    std::size_t received = 0;
    link.async_read_some(asio::buffer(buffer), [&](auto, std::size_t n) { received = n; });
    io.restart();
    io.run();
    REQUIRE(received > 0);
    link.async_write(asio::buffer("pong", 4), [](auto, std::size_t) {});
    io.restart();
    io.run();
  }
  REQUIRE(option(link, TCP_QUICKACK) == 0);
  link.rearm_quick_ack();
  CHECK(option(link, TCP_QUICKACK) == 1);
  link.close();
}

TEST_CASE("broker link: a name that does not exist is told with the resolver's words") {
  asio::io_context io;
  BrokerLink link(io, {"nowhere.invalid", 1883, {}, {}});
  const Result<Done> connected = connect(io, link);
  REQUIRE_FALSE(connected);
  CHECK_THAT(connected.error().message,
             Catch::StartsWith("the name 'nowhere.invalid': Host not found"));
}

TEST_CASE("broker link: every address of a name is tried") {
  asio::io_context io;
  // localhost may stand for ::1 first, where nobody listens.
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  BrokerLink link(io, {"localhost", acceptor.local_endpoint().port(), {}, {}});
  CHECK(connect(io, link).ok());
  link.close();
}

}  // namespace broker_link_test
