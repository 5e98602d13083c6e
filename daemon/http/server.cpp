// daemon/http/server.cpp - Listens, accepts, and ends in order.
#include "http/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>

#include "http/backend.h"
#include "http/connection.h"
#include "http/guard.h"
#include "http/listen.h"

namespace parkwatch::http {
namespace asio = boost::asio;
using asio::ip::tcp;
namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
// Out of file descriptors, or a client that was gone before it was accepted.
constexpr auto accept_pause = std::chrono::milliseconds{100};
constexpr auto stop_time_max = std::chrono::seconds{2};
// Clients that are being told that they are too many; more are closed without a word.
constexpr std::size_t turned_away_max = 16;
// What the kernel holds for a client that does not read; it would take 4 MiB by itself.
constexpr int send_buffer_bytes = 256 << 10;

// None of these can fail in a way that matters to the client.
void tune(tcp::socket& socket, Duration patience) {
  boost::system::error_code ignored;
  // Small answers must not wait for the client's delayed acknowledgement.
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::send_buffer_size(send_buffer_bytes), ignored);
  // Also after we have closed, what is not taken is not kept longer than this.
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
  const auto milliseconds = static_cast<unsigned>(std::clamp<std::int64_t>(wait, 1, INT32_MAX));
  static_cast<void>(::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT,
                                 &milliseconds, sizeof milliseconds));
}

}  // namespace

class Server::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(asio::io_context& loop, HttpOptions options, Services services)
      : loop_(loop),
        options_(std::move(options)),
        services_(std::move(services)),
        backend_(loop, options_, services_),
        guard_(options_.token, options_.holders),
        acceptor_(loop),
        pause_(loop),
        stop_timer_(loop) {}

  Result<Done> start();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  void committed() {
    auto tell = [self = shared_from_this()] { self->backend_.on_committed(); };
    asio::post(loop_, std::move(tell));
  }
  void stop(std::function<void()> done);
  void join_readers() { backend_.readers().join(); }

 private:
  asio::awaitable<void> accept();
  void take(tcp::socket socket);
  // `served`: not one that is turned away.
  asio::awaitable<void> run(std::shared_ptr<Connection> connection, bool served);
  void ended(const std::shared_ptr<Connection>& connection, bool served);
  void tell_if_stopped();

  asio::io_context& loop_;
  const HttpOptions options_;
  const Services services_;
  Backend backend_;
  const Guard guard_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  asio::steady_timer stop_timer_;
  std::uint16_t port_ = 0;
  std::set<std::shared_ptr<Connection>> connections_;  // those that are turned away included
  std::size_t served_ = 0;
  bool accepting_ = false;
  std::function<void()> stopped_;
};

Result<Done> Server::Core::start() {
  const auto endpoint =
      listen_endpoint(options_.listen, !options_.token.empty() || !options_.holders.empty());
  if (!endpoint) return endpoint.error();
  boost::system::error_code failed;
  acceptor_.open(endpoint->protocol(), failed);
  // A restart must not wait for connections of the last run that linger; it takes no port in use.
  if (!failed) acceptor_.set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed) acceptor_.bind(*endpoint, failed);
  if (!failed) acceptor_.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    std::string message = "cannot listen on " + options_.listen + ": " + failed.message();
    if (failed == asio::error::address_in_use) {
      message += "; another program, or another parkwatchd, has it: set http.listen to a free port";
    }
    return Error{ErrorKind::transient, std::move(message)};
  }
  port_ = acceptor_.local_endpoint().port();
  accepting_ = true;
  auto ended = [self = shared_from_this()](const std::exception_ptr&) {
    self->accepting_ = false;
    self->tell_if_stopped();
  };
  asio::co_spawn(loop_, accept(), std::move(ended));
  return Done{};
}

asio::awaitable<void> Server::Core::accept() {
  while (!backend_.stopping()) {
    auto [error, socket] = co_await acceptor_.async_accept(no_throw);
    if (backend_.stopping()) break;
    if (!error) {
      take(std::move(socket));
      continue;
    }
    pause_.expires_after(accept_pause);
    static_cast<void>(co_await pause_.async_wait(no_throw));
  }
}

void Server::Core::take(tcp::socket socket) {
  tune(socket, options_.write_time_max);
  const bool served = served_ < options_.connections_max;
  if (!served) services_.metrics->http_refused_connection();
  if (!served && connections_.size() - served_ >= turned_away_max) return;
  auto connection = std::make_shared<Connection>(std::move(socket), backend_, guard_);
  connections_.insert(connection);
  if (served) services_.metrics->set_http_connections(++served_);
  auto at_end = [self = shared_from_this(), connection, served](const std::exception_ptr&) {
    self->ended(connection, served);
  };
  asio::co_spawn(loop_, run(connection, served), std::move(at_end));
}

asio::awaitable<void> Server::Core::run(std::shared_ptr<Connection> connection, bool served) {
  if (served) {
    co_await connection->serve();
  } else {
    co_await connection->turn_away();
  }
}

void Server::Core::ended(const std::shared_ptr<Connection>& connection, bool served) {
  connection->close();
  connections_.erase(connection);
  if (served) services_.metrics->set_http_connections(--served_);
  tell_if_stopped();
}

void Server::Core::stop(std::function<void()> done) {
  stopped_ = std::move(done);
  backend_.stop();
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  for (const auto& connection : connections_) connection->finish();
  stop_timer_.expires_after(stop_time_max);
  auto close_all = [self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    for (const auto& connection : self->connections_) connection->close();
  };
  stop_timer_.async_wait(std::move(close_all));
  auto look = [self = shared_from_this()] { self->tell_if_stopped(); };
  asio::post(loop_, std::move(look));
}

void Server::Core::tell_if_stopped() {
  if (!stopped_ || accepting_ || !connections_.empty()) return;
  stop_timer_.cancel();
  const auto done = std::exchange(stopped_, nullptr);
  done();
}

Server::Server(asio::io_context& loop, HttpOptions options, Services services)
    : core_(std::make_shared<Core>(loop, std::move(options), std::move(services))) {}

// A reader in hand writes into a coroutine that the loop owns: it must be back before the loop
// goes.
Server::~Server() { core_->join_readers(); }

Result<Done> Server::start() { return core_->start(); }
std::uint16_t Server::port() const { return core_->port(); }
void Server::committed() { core_->committed(); }
void Server::stop(std::function<void()> done) { core_->stop(std::move(done)); }

}  // namespace parkwatch::http
