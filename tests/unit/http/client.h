// tests/unit/http/client.h - A plain blocking HTTP client, which also speaks bytes.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parkwatch::test {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct HttpReply {
  unsigned status = 0;  // 0: the connection ended without an answer
  Fields fields;
  std::string body;

  [[nodiscard]] std::string field(std::string_view name) const;  // "" where absent
  [[nodiscard]] boost::json::object json() const;                // throws when it is none
  [[nodiscard]] std::vector<boost::json::object> lines() const;  // NDJSON
  [[nodiscard]] std::string detail() const;                      // of a problem document
};

// One connection.
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port);

  HttpReply send(const std::string& method, const std::string& target, const std::string& body = "",
                 const Fields& fields = {});
  void write(std::string_view bytes);
  HttpReply read();
  // All bytes until the server closes; "" also when it resets the connection.
  std::string read_to_end();
  void close();
  [[nodiscard]] boost::asio::ip::tcp::socket& socket() { return socket_; }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
};

// On a connection of its own.
HttpReply get(std::uint16_t port, const std::string& target, const Fields& fields = {});
HttpReply send(std::uint16_t port, const std::string& method, const std::string& target,
               const std::string& body = "", const Fields& fields = {});

}  // namespace parkwatch::test
