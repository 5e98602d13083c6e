// tools/parkwatch/http_client.h - A small HTTP/1.1 client with time limits. One thread; calls
// block.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/result.h"
#include "model/time.h"

namespace parkwatch::cli {

struct ServerAddress {
  std::string host;
  std::uint16_t port = 80;
  [[nodiscard]] std::string text() const;  // as a URL
};
// "http://127.0.0.1:7300", "http://[::1]:7300", "http://gateway". Errors: bad_input.
[[nodiscard]] Result<ServerAddress> parse_server_url(std::string_view url);

// For a value in a query: all but unreserved characters (RFC 3986) as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

struct HttpRequest {
  std::string method = "GET";
  std::string target;  // path and query
  std::string accept = "application/json";
  std::string body;        // JSON, if any
  Duration extra_time{0};  // that the server may take, e.g. of a long poll
};

struct HttpAnswer {
  unsigned status = 0;
  std::map<std::string, std::string> headers;  // names in lower case; equal ones by '\n'
  std::string body;                            // whole: a broken answer is an error
  [[nodiscard]] std::string header(const std::string& lower_case_name) const;
};

// An answer larger than this is an error: the daemon's pages stay below 8 MiB and a message.
inline constexpr std::size_t answer_bytes_max = std::size_t{64} << 20;

class HttpClient {
 public:
  // `timeout` limits connecting, and each request with its answer.
  HttpClient(ServerAddress server, std::string token, Duration timeout);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Keeps the connection for the next call; a GET on one that the server had closed meanwhile is
  // sent once more. Errors: transient - no answer: with the address, the system's reason and what
  // to do.
  [[nodiscard]] Result<HttpAnswer> send(const HttpRequest& request);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parkwatch::cli
