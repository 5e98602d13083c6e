// tests/unit/parkwatch/scripted_server.cpp - One thread, asynchronous so that it can be stopped.
#include "tests/unit/parkwatch/scripted_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <mutex>
#include <optional>
#include <thread>

namespace parkwatch::test {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

class ScriptedServer::Impl {
 public:
  explicit Impl(std::vector<Scripted> script)
      : script_(std::move(script)), acceptor_(loop_, {asio::ip::address_v4::loopback(), 0}) {
    accept();
    thread_ = std::thread{[this] { loop_.run(); }};
  }
  ~Impl() {
    loop_.stop();
    thread_.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::vector<Asked> asked() const {
    const std::lock_guard lock{mutex_};
    return asked_;
  }
  std::size_t connections() const {
    const std::lock_guard lock{mutex_};
    return connections_;
  }

 private:
  void accept() {
    acceptor_.async_accept([this](error_code ec, asio::ip::tcp::socket socket) {
      if (ec) return;
      {
        const std::lock_guard lock{mutex_};
        ++connections_;
      }
      socket_.emplace(std::move(socket));
      buffer_.clear();
      read();
    });
  }

  void read() {
    request_ = {};
    http::async_read(*socket_, buffer_, request_, [this](error_code ec, std::size_t) {
      if (ec) {
        close();
        return;
      }
      const std::lock_guard lock{mutex_};
      asked_.push_back({std::string{request_.method_string()}, std::string{request_.target()},
                        request_.body(), std::string{request_[http::field::accept]},
                        std::string{request_[http::field::authorization]}});
      answer(next_ < script_.size() ? script_[next_] : Scripted{418, "{}"});
      ++next_;
    });
  }

  void answer(const Scripted& scripted) {
    if (scripted.silent) {
      accept();  // the client will come again
      kept_.emplace_back(std::move(*socket_));
      return;
    }
    if (scripted.raw.empty()) {
      response_ = {static_cast<http::status>(scripted.status), 11};
      response_.set(http::field::content_type, scripted.content_type);
      for (const auto& [name, value] : scripted.headers) response_.insert(name, value);
      response_.body() = scripted.body;
      response_.prepare_payload();
      http::async_write(*socket_, response_, [this, scripted](error_code ec, std::size_t) {
        if (ec || scripted.close_after) {
          close();
        } else {
          read();
        }
      });
      return;
    }
    raw_ = scripted.raw;
    asio::async_write(*socket_, asio::buffer(raw_), [this](error_code, std::size_t) { close(); });
  }

  void close() {
    socket_.reset();
    accept();
  }

  const std::vector<Scripted> script_;
  std::size_t next_ = 0;
  asio::io_context loop_;
  asio::ip::tcp::acceptor acceptor_;
  std::optional<asio::ip::tcp::socket> socket_;
  std::vector<asio::ip::tcp::socket> kept_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
  std::string raw_;
  mutable std::mutex mutex_;  // protects asked_ and connections_
  std::vector<Asked> asked_;
  std::size_t connections_ = 0;
  std::thread thread_;
};

ScriptedServer::ScriptedServer(std::vector<Scripted> script)
    : impl_(std::make_unique<Impl>(std::move(script))) {}
ScriptedServer::~ScriptedServer() = default;
std::uint16_t ScriptedServer::port() const { return impl_->port(); }
std::vector<Asked> ScriptedServer::asked() const { return impl_->asked(); }
std::size_t ScriptedServer::connections() const { return impl_->connections(); }

Scripted problem_answer(unsigned status, const std::string& detail, const std::string& extra) {
  Scripted out;
  out.status = status;
  out.content_type = "application/problem+json";
  out.body = R"({"type":"about:blank","title":"No","status":)" + std::to_string(status) +
             R"(,"detail":")" + detail + '"' + extra + '}';
  return out;
}

}  // namespace parkwatch::test
