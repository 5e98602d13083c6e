// daemon/http/connection.h - One client: reads a request, has it answered, writes the answer, in
// turn. Lives on the loop.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>

#include "http/backend.h"
#include "http/guard.h"
#include "http/request.h"
#include "http/response.h"

namespace parkwatch::http {

class Connection {
 public:
  Connection(boost::asio::ip::tcp::socket socket, Backend& backend, const Guard& guard);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Ends when the client goes, breaks a limit or asks for it, or when the server stops.
  boost::asio::awaitable<void> serve();
  // Answers 503 without reading a request, and closes: there are too many.
  boost::asio::awaitable<void> turn_away();

  // The server stops: closes if nothing is in hand; the answer in hand is then the last one.
  void finish();
  void close();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  class Watch;

  // What a request came to.
  enum class Read { request, broken, gone };
  boost::asio::awaitable<Read> read(std::optional<Response>& complaint);
  boost::asio::awaitable<Read> read_body(std::optional<Response>& complaint);
  boost::asio::awaitable<Response> answer();
  boost::asio::awaitable<bool> write_all(std::string_view head, std::string_view body);
  // Takes what still comes, so that the answer is not lost to a reset. Bounded.
  boost::asio::awaitable<void> drain();

  boost::beast::tcp_stream stream_;
  Backend& backend_;
  const Guard& guard_;
  boost::beast::flat_buffer buffer_;  // bounded: a header, a body
  std::optional<Parser> parser_;
  bool idle_ = true;
};

}  // namespace parkwatch::http
