// tests/unit/http/client.cpp - Blocking sockets; CTest's time limit ends what hangs.
#include "tests/unit/http/client.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>

namespace parkwatch::test {
namespace beast = boost::beast;

std::string HttpReply::field(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (beast::iequals(boost::core::string_view{key}, boost::core::string_view{name})) return value;
  }
  return "";
}

boost::json::object HttpReply::json() const { return boost::json::parse(body).as_object(); }

std::vector<boost::json::object> HttpReply::lines() const {
  std::vector<boost::json::object> lines;
  std::string_view rest = body;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    lines.push_back(boost::json::parse(rest.substr(0, end)).as_object());
    if (end == std::string_view::npos) break;  // the last line must end too: parse fails on ""
    rest.remove_prefix(end + 1);
  }
  return lines;
}

std::string HttpReply::detail() const { return std::string{json().at("detail").as_string()}; }

HttpClient::HttpClient(std::uint16_t port) : socket_(context_) {
  socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
}

HttpReply HttpClient::send(const std::string& method, const std::string& target,
                           const std::string& body, const Fields& fields) {
  std::string text = method + " " + target + " HTTP/1.1\r\n";
  bool has_host = false;
  for (const auto& [name, value] : fields) {
    has_host = has_host || name == "Host";
    text += name + ": " + value + "\r\n";
  }
  if (!has_host) text += "Host: localhost\r\n";
  if (!body.empty() || method != "GET") {
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  write(text + "\r\n" + body);
  return read();
}

void HttpClient::write(std::string_view bytes) {
  boost::system::error_code ignored;  // the server may have closed: the answer tells
  boost::asio::write(socket_, boost::asio::buffer(bytes.data(), bytes.size()), ignored);
}

HttpReply HttpClient::read() {
  beast::http::response_parser<beast::http::string_body> parser;
  parser.body_limit(std::uint64_t{64} << 20);
  boost::system::error_code failed;
  beast::http::read(socket_, buffer_, parser, failed);
  HttpReply reply;
  if (failed) return reply;
  reply.status = parser.get().result_int();
  for (const auto& field : parser.get()) {
    reply.fields.emplace_back(field.name_string(), field.value());
  }
  reply.body = std::move(parser.get().body());
  return reply;
}

std::string HttpClient::read_to_end() {
  std::string all;
  std::array<char, 4096> chunk;
  boost::system::error_code failed;
  for (;;) {
    const std::size_t bytes = socket_.read_some(boost::asio::buffer(chunk), failed);
    if (failed) return all;
    all.append(chunk.data(), bytes);
  }
}

void HttpClient::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

HttpReply send(std::uint16_t port, const std::string& method, const std::string& target,
               const std::string& body, const Fields& fields) {
  HttpClient client{port};
  return client.send(method, target, body, fields);
}

HttpReply get(std::uint16_t port, const std::string& target, const Fields& fields) {
  return send(port, "GET", target, "", fields);
}

}  // namespace parkwatch::test
