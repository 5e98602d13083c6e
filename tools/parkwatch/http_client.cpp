// tools/parkwatch/http_client.cpp - Beast's asynchronous calls, run to their end one by one: only
// they know time limits.
#include "tools/parkwatch/http_client.h"

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <utility>

namespace parkwatch::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

Error bad_url(std::string_view url, const char* why) {
  return {ErrorKind::bad_input, "\"" + std::string{url} + "\" is no address of a daemon: " + why +
                                    "; it looks like http://127.0.0.1:7300"};
}

bool is_stale(const error_code& ec) {
  return ec == http::error::end_of_stream || ec == asio::error::connection_reset ||
         ec == asio::error::broken_pipe || ec == asio::error::eof;
}

std::string lower_case(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

}  // namespace

std::string ServerAddress::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return "http://" + (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

Result<ServerAddress> parse_server_url(std::string_view url) {
  std::string_view rest = url;
  constexpr std::string_view scheme = "http://";
  if (rest.starts_with("https://")) {
    return bad_url(url, "https is not spoken yet (use a tunnel to the gateway's loopback)");
  }
  if (!rest.starts_with(scheme)) return bad_url(url, "it does not begin with http://");
  rest.remove_prefix(scheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  ServerAddress out;
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) return bad_url(url, "']' is missing");
    out.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
  } else {
    out.host = rest.substr(0, rest.find(':'));
    rest.remove_prefix(out.host.size());
  }
  if (out.host.empty()) return bad_url(url, "the host is missing");
  if (out.host.find_first_of("/?#@ ") != std::string::npos) {
    return bad_url(url, "it has more than a host and a port");
  }
  if (rest.empty()) return out;
  const char* const end = rest.data() + rest.size();
  const auto [parsed, ec] = std::from_chars(rest.data() + 1, end, out.port);
  if (rest[0] != ':' || ec != std::errc{} || parsed != end || out.port == 0) {
    return bad_url(url, "the port is no number of 1 to 65535");
  }
  return out;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 0xF];
    }
  }
  return out;
}

std::string HttpAnswer::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string{} : found->second;
}

class HttpClient::Impl {
 public:
  Impl(ServerAddress server, std::string token, Duration timeout)
      : server_(std::move(server)), token_(std::move(token)), timeout_(timeout) {}

  Result<HttpAnswer> send(const HttpRequest& request) {
    const bool reused = stream_ && request.method == "GET";
    if (!reused) {
      if (const auto connected = connect(); !connected) return connected.error();
    }
    HttpAnswer answer;
    error_code ec = exchange(request, answer);
    if (reused && is_stale(ec)) {
      if (const auto connected = connect(); !connected) return connected.error();
      ec = exchange(request, answer);
    }
    if (ec) {
      stream_.reset();
      return unreachable(ec);
    }
    return answer;
  }

 private:
  // Starts one operation on the stream and runs it to its end.
  template <typename Start>
  error_code finish(Duration limit, const Start& start) {
    error_code out = asio::error::would_block;
    stream_->expires_after(limit);
    start([&out](error_code ec, auto&&...) { out = ec; });
    loop_.restart();
    loop_.run();
    return out;
  }

  Result<Done> connect() {
    error_code ec;
    asio::ip::tcp::resolver resolver{loop_};
    const auto found = resolver.resolve(server_.host, std::to_string(server_.port), ec);
    if (ec) return unreachable(ec);
    buffer_.clear();
    stream_.emplace(loop_);
    ec = finish(timeout_, [&](auto handler) { stream_->async_connect(found, handler); });
    if (!ec) return Done{};
    stream_.reset();
    return unreachable(ec);
  }

  error_code exchange(const HttpRequest& request, HttpAnswer& answer) {
    answer = HttpAnswer{};
    http::request<http::string_body> out{http::string_to_verb(request.method), request.target, 11};
    out.set(http::field::host, server_.host + ':' + std::to_string(server_.port));
    out.set(http::field::user_agent, "parkwatch/" PARKWATCH_VERSION);
    out.set(http::field::accept, request.accept);
    if (!token_.empty()) out.set(http::field::authorization, "Bearer " + token_);
    if (!request.body.empty()) out.set(http::field::content_type, "application/json");
    out.body() = request.body;
    out.prepare_payload();
    error_code ec =
        finish(timeout_, [&](auto handler) { http::async_write(*stream_, out, handler); });
    if (ec) return ec;

    http::response_parser<http::string_body> parser;
    parser.body_limit(answer_bytes_max);
    const Duration limit = timeout_ + request.extra_time;
    ec = finish(limit, [&](auto handler) { http::async_read(*stream_, buffer_, parser, handler); });
    if (ec) return ec;
    answer.status = parser.get().result_int();
    for (const auto& field : parser.get()) {
      const std::string name = lower_case({field.name_string().data(), field.name_string().size()});
      std::string& value = answer.headers[name];
      if (!value.empty()) value += '\n';
      value += std::string{field.value()};
    }
    answer.body = std::move(parser.get().body());
    if (!parser.get().keep_alive()) stream_.reset();
    return {};
  }

  [[nodiscard]] Error unreachable(const error_code& ec) const {
    const bool silent = ec == beast::error::timeout;
    const std::string why = silent ? "no answer within " + to_text(timeout_) : ec.message();
    return {ErrorKind::transient, "the daemon cannot be reached at " + server_.text() + ": " + why +
                                      "; is parkwatchd running, and is --url right?"};
  }

  const ServerAddress server_;
  const std::string token_;
  const Duration timeout_;
  asio::io_context loop_;
  std::optional<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_;
};

HttpClient::HttpClient(ServerAddress server, std::string token, Duration timeout)
    : impl_(std::make_unique<Impl>(std::move(server), std::move(token), timeout)) {}
HttpClient::~HttpClient() = default;

Result<HttpAnswer> HttpClient::send(const HttpRequest& request) { return impl_->send(request); }

}  // namespace parkwatch::cli
