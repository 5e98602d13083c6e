// daemon/http/guard.h - Who may ask: token, host name, origin. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "http/response.h"

namespace parkwatch::http {

// The header fields that decide; empty where absent.
struct Credentials {
  std::string_view method;
  std::string_view authorization;
  std::string_view host;
  std::string_view origin;
};

class Guard {
 public:
  // An empty token: everyone who reaches the loopback address may ask, so browsers are kept out
  // that were led there by another site.
  explicit Guard(const std::string& token);

  // True when the token is right, or none is configured. Takes the same time for every wrong token.
  [[nodiscard]] bool authorised(std::string_view authorization) const;
  // Who a command comes from: "token", or "local" where none is configured.
  [[nodiscard]] std::string author() const { return digest_.empty() ? "local" : "token"; }
  // What to answer instead, else empty. `open` routes need no token.
  //  401: a token is configured and this is not it.
  //  421: without a token, a Host that is not this machine's loopback (DNS rebinding).
  //  403: a browser on another site's page commands.
  [[nodiscard]] std::optional<Response> refuse(const Credentials& credentials, bool open) const;

 private:
  std::string digest_;  // SHA-256 of the token; empty: none
};

// "localhost", "127.0.0.1", "[::1]" or another address of 127.0.0.0/8, with or without a port.
[[nodiscard]] bool is_loopback_host(std::string_view host);

}  // namespace parkwatch::http
