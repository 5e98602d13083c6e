// daemon/http/connection.cpp - The life of a connection, with a limit on every step. tcp_stream
// closes the socket when a step's time is up, so a slow client ends as an error of that step.
#include "http/connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "http/routes.h"

namespace parkwatch::http {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
// A client that reads, but slower than this over all, is ended too.
constexpr std::size_t write_bytes_a_second_min = 4096;
constexpr std::size_t write_bytes_at_once = std::size_t{64} << 10;
constexpr std::size_t drained_bytes_max = std::size_t{256} << 10;
constexpr auto drain_time_max = std::chrono::seconds{1};

std::string_view text_of(boost::core::string_view text) { return {text.data(), text.size()}; }

// What a request that could not be read is answered with; empty: the client has gone.
std::optional<Response> complaint_of(const boost::system::error_code& error,
                                     const HttpOptions& options) {
  namespace http = beast::http;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return problem(
        431, "the header is longer than " + std::to_string(options.header_bytes_max) + " bytes");
  }
  if (error == http::error::body_limit) {
    return problem(413,
                   "the body is longer than " + std::to_string(options.body_bytes_max) + " bytes");
  }
  if (error == http::error::bad_version) return problem(505, "this speaks HTTP/1.1");
  if (error == http::error::end_of_stream || error == http::error::partial_message) {
    return std::nullopt;
  }
  if (error.category() == http::make_error_code(http::error::bad_method).category()) {
    return problem(400, "this is no HTTP request: " + error.message());
  }
  return std::nullopt;
}

std::string head_of(const Response& response, bool keep_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head += reason_phrase(response.status);
  head += "\r\nServer: parkwatch\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
  if (response.status != 204) {
    head += "Content-Type: " + response.content_type +
            "\r\nContent-Length: " + std::to_string(response.body.size()) + "\r\n";
  }
  for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
  head += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return head;
}

}  // namespace

// Sees an end of the stream while a request is in hand.
class Connection::Watch : public Presence, public std::enable_shared_from_this<Watch> {
 public:
  explicit Watch(Backend& backend) : backend_(backend) {}
  [[nodiscard]] bool gone() const override { return gone_; }

  void start(asio::ip::tcp::socket& socket) {
    auto look = [self = shared_from_this(), &socket](const boost::system::error_code& error) {
      boost::system::error_code failed;
      // Readable without a byte is the end; with one, the next request is here early.
      if (error || self->ended_ || socket.available(failed) != 0) return;
      self->gone_ = true;
      self->backend_.wake_waiting();
    };
    socket.async_wait(asio::ip::tcp::socket::wait_read, std::move(look));
  }
  // The socket may go after this.
  void end() { ended_ = true; }

 private:
  Backend& backend_;
  bool gone_ = false;
  bool ended_ = false;
};

Connection::Connection(asio::ip::tcp::socket socket, Backend& backend, const Guard& guard)
    : stream_(std::move(socket)),
      backend_(backend),
      guard_(guard),
      buffer_(backend.options().header_bytes_max + backend.options().body_bytes_max) {}

Connection::~Connection() = default;

void Connection::close() {
  boost::system::error_code failed;
  stream_.socket().close(failed);
}

void Connection::finish() {
  if (idle_) close();
}

asio::awaitable<void> Connection::serve() {
  for (bool keep_alive = true; keep_alive;) {
    std::optional<Response> complaint;
    const Read got = co_await read(complaint);
    if (got == Read::gone) co_return;
    const auto began = backend_.now();
    Response response;
    if (got == Read::broken) {
      response = std::move(*complaint);
    } else {
      response = co_await answer();
    }
    keep_alive = got == Read::request && parser_->get().keep_alive() && !backend_.stopping();
    const std::string head = head_of(response, keep_alive);
    const bool head_only = parser_ && parser_->get().method() == beast::http::verb::head;
    const std::string_view body = head_only ? std::string_view{} : response.body;
    const bool written = co_await write_all(head, body);
    const auto took = std::chrono::duration_cast<Duration>(backend_.now() - began);
    backend_.services().metrics->http_answered(response.status, took);
    if (!written) co_return;
  }
  co_await drain();
}

asio::awaitable<void> Connection::turn_away() {
  const Response response = problem(503, "too many connections; try again");
  const std::string head = head_of(response, false);
  const bool written = co_await write_all(head, response.body);
  if (written) co_await drain();
}

asio::awaitable<Connection::Read> Connection::read(std::optional<Response>& complaint) {
  const HttpOptions& options = backend_.options();
  idle_ = true;
  if (buffer_.size() == 0) {
    stream_.expires_after(options.idle_time_max);
    constexpr std::size_t first_bytes = 4096;
    const auto room = buffer_.prepare(std::min(first_bytes, buffer_.max_size()));
    const auto [error, bytes] = co_await stream_.async_read_some(room, no_throw);
    if (error) co_return Read::gone;
    buffer_.commit(bytes);
  }
  idle_ = false;
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(options.header_bytes_max));
  parser_->body_limit(options.body_bytes_max);
  stream_.expires_after(options.header_time_max);
  const auto [error, bytes] =
      co_await beast::http::async_read_header(stream_, buffer_, *parser_, no_throw);
  static_cast<void>(bytes);
  if (error) {
    complaint = complaint_of(error, options);
    co_return complaint ? Read::broken : Read::gone;
  }
  co_return co_await read_body(complaint);
}

asio::awaitable<Connection::Read> Connection::read_body(std::optional<Response>& complaint) {
  const auto expect = text_of(parser_->get()[beast::http::field::expect]);
  if (!expect.empty()) {
    if (expect != "100-continue") {
      complaint = problem(417, "of Expect only 100-continue is known");
      co_return Read::broken;
    }
    const bool written = co_await write_all("HTTP/1.1 100 Continue\r\n\r\n", {});
    if (!written) co_return Read::gone;
  }
  stream_.expires_after(backend_.options().body_time_max);
  const auto [error, bytes] =
      co_await beast::http::async_read(stream_, buffer_, *parser_, no_throw);
  static_cast<void>(bytes);
  if (!error) co_return Read::request;
  complaint = complaint_of(error, backend_.options());
  co_return complaint ? Read::broken : Read::gone;
}

asio::awaitable<Response> Connection::answer() {
  auto& message = parser_->get();
  const std::string target_text{text_of(message.target())};
  auto target = parse_target(target_text);
  if (!target) co_return problem(400, "the request target is no path with a query");
  Request request;
  request.method = text_of(message.method_string());
  request.target = std::move(*target);
  const Match match = match_route(request.method, request.target.path);
  const Credentials credentials{request.method, text_of(message[beast::http::field::authorization]),
                                text_of(message[beast::http::field::host]),
                                text_of(message[beast::http::field::origin])};
  const bool open = match.route != nullptr && match.route->open;
  if (auto refused = guard_.refuse(credentials, open)) co_return std::move(*refused);
  if (match.route == nullptr && match.allow.empty()) {
    co_return problem(404, "there is no " + request.target.path + "; /v1/openapi.json lists all");
  }
  if (match.route == nullptr) {
    Response response = problem(405, request.target.path + " knows " + match.allow);
    response.headers.emplace_back("Allow", match.allow);
    co_return response;
  }
  request.accept = text_of(message[beast::http::field::accept]);
  request.accept_encoding = text_of(message[beast::http::field::accept_encoding]);
  request.body = std::move(message.body());
  request.name = match.name;
  const std::optional<Caller> caller = guard_.caller(credentials.authorization);
  request.authorised = caller.has_value();
  if (caller) {
    if (auto refused = Guard::refuse(*caller, match.route->needed)) co_return std::move(*refused);
    request.author = caller->name;
    request.admin = caller->role == Role::admin;
  }
  const auto watch = std::make_shared<Watch>(backend_);
  request.presence = watch;
  stream_.expires_never();
  watch->start(stream_.socket());
  auto handling = match.route->handler(backend_, request);
  std::optional<Response> response;
  try {
    response = co_await std::move(handling);
  } catch (const std::exception& e) {
    // Out of memory, or a library that throws: this request fails, the next one is not affected.
    response = problem(500, std::string{"the request failed: "} + e.what());
  }
  watch->end();
  boost::system::error_code failed;
  stream_.socket().cancel(failed);
  co_return std::move(*response);
}

asio::awaitable<bool> Connection::write_all(std::string_view head, std::string_view body) {
  const Duration patience = backend_.options().write_time_max;
  const auto total = std::chrono::seconds{(head.size() + body.size()) / write_bytes_a_second_min};
  const auto until = backend_.now() + patience + total;
  // A client that is cut in a page loses what the kernel still holds for it as well.
  const bool large = body.size() > write_bytes_at_once;
  boost::system::error_code ignored;
  if (large) stream_.socket().set_option(asio::socket_base::linger(true, 0), ignored);
  while (!head.empty() || !body.empty()) {
    // Any progress starts the patience anew, but for the time of the whole.
    stream_.expires_at(std::min(backend_.now() + patience, until));
    const std::array buffers{asio::buffer(head), asio::buffer(body.substr(0, write_bytes_at_once))};
    const auto [error, bytes] = co_await stream_.async_write_some(buffers, no_throw);
    if (error) co_return false;
    const std::size_t of_head = std::min(bytes, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(bytes - of_head);
  }
  if (large) stream_.socket().set_option(asio::socket_base::linger(false, 0), ignored);
  co_return true;
}

asio::awaitable<void> Connection::drain() {
  boost::system::error_code failed;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, failed);
  stream_.expires_after(drain_time_max);
  std::array<char, 4096> scrap;
  for (std::size_t left = drained_bytes_max; left > scrap.size();) {
    const auto [error, bytes] = co_await stream_.async_read_some(asio::buffer(scrap), no_throw);
    if (error) co_return;
    left -= bytes;
  }
}

}  // namespace parkwatch::http
