// daemon/http/guard.h - Who may ask: token, host name, origin. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/response.h"
#include "http/role.h"

namespace parkwatch::http {

// The header fields that decide; empty where absent.
struct Credentials {
  std::string_view method;
  std::string_view authorization;
  std::string_view host;
  std::string_view origin;
};

struct Caller {
  std::string name;  // the author of what it commands
  Role role = Role::viewer;
};

class Guard {
 public:
  // `token` is that of an admin called "token"; the others have names and roles. Without any:
  // everyone who reaches the loopback address may ask, as the admin "local", so browsers are kept
  // out that were led there by another site.
  explicit Guard(const std::string& token, const std::vector<TokenHolder>& holders = {});

  // Who asks; empty: nobody that is known. Takes the same time for every wrong token.
  [[nodiscard]] std::optional<Caller> caller(std::string_view authorization) const;
  [[nodiscard]] bool authorised(std::string_view authorization) const {
    return caller(authorization).has_value();
  }
  // What to answer instead, else empty. `open` routes need no token.
  //  401: a token is configured and this is not it.
  //  421: without a token, a Host that is not this machine's loopback (DNS rebinding).
  //  403: a browser on another site's page commands.
  [[nodiscard]] std::optional<Response> refuse(const Credentials& credentials, bool open) const;

  // 403: the caller's role is too low; empty: it is not.
  [[nodiscard]] static std::optional<Response> refuse(const Caller& caller, Role needed);

 private:
  struct Known {
    std::string digest;  // SHA-256 of the token
    Caller caller;
  };
  std::vector<Known> known_;
};

// "localhost", "127.0.0.1", "[::1]" or another address of 127.0.0.0/8, with or without a port.
[[nodiscard]] bool is_loopback_host(std::string_view host);

}  // namespace parkwatch::http
