// daemon/http/listen.cpp - Takes address:port apart and refuses what is not safe.
#include "http/listen.h"

#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <optional>
#include <string_view>

#include "http/server.h"

namespace parkwatch::http {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace

Result<boost::asio::ip::tcp::endpoint> listen_endpoint(const std::string& listen, bool has_token) {
  const std::string_view text = listen;
  const std::size_t colon = text.rfind(':');
  const Error no_address{ErrorKind::permanent,
                         "http.listen \"" + listen +
                             "\" is no address and port; right would be \"127.0.0.1:7300\" or "
                             "\"[::1]:7300\""};
  if (colon == std::string_view::npos) return no_address;
  std::string host{text.substr(0, colon)};
  const auto port = parse_port(text.substr(colon + 1));
  if (host == "localhost") host = "127.0.0.1";
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  boost::system::error_code failed;
  const auto address = boost::asio::ip::make_address(host, failed);
  if (failed || !port || address.is_v6() != bracketed) return no_address;
  if (!has_token && !address.is_loopback()) {
    return Error{ErrorKind::permanent,
                 "http.listen \"" + listen +
                     "\" can be reached by others, and there is no token: set http.token_file, or "
                     "listen on 127.0.0.1"};
  }
  return boost::asio::ip::tcp::endpoint{address, *port};
}

Result<Done> check_listen(const std::string& listen, bool has_token) {
  const auto endpoint = listen_endpoint(listen, has_token);
  if (!endpoint) return endpoint.error();
  return Done{};
}

}  // namespace parkwatch::http
