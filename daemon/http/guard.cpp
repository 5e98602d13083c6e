// daemon/http/guard.cpp - Compares digests in constant time.
#include "http/guard.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "model/author.h"

namespace parkwatch::http {
namespace {

// Equal lengths for the comparison, whatever was sent.
std::string digest_of(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return {digest.begin(), digest.end()};
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

// The host and port of "http://127.0.0.1:7300"; empty for anything else, "null" included.
std::string_view host_of_origin(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return origin.substr(scheme.size());
  }
  return {};
}

// Four decimal numbers of which the first is 127: a name such as 127.evil.example is none.
bool is_loopback_v4(std::string_view host) {
  if (!host.starts_with("127.")) return false;
  return std::ranges::count(host, '.') == 3 &&
         std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

}  // namespace

bool is_loopback_host(std::string_view host) {
  const std::string_view name = without_port(host);
  return same_word(name, "localhost") || name == "[::1]" || is_loopback_v4(name);
}

Guard::Guard(const std::string& token, const std::vector<TokenHolder>& holders) {
  if (!token.empty()) known_.push_back({digest_of(token), {"token", Role::admin}});
  for (const TokenHolder& holder : holders) {
    known_.push_back({digest_of(holder.token), {holder.name, holder.role}});
  }
}

std::optional<Caller> Guard::caller(std::string_view authorization) const {
  if (known_.empty()) return Caller{std::string{author_unknown}, Role::admin};
  constexpr std::string_view scheme = "Bearer ";
  if (authorization.size() < scheme.size() ||
      !same_word(authorization.substr(0, scheme.size()), scheme)) {
    return std::nullopt;
  }
  const std::string given = digest_of(authorization.substr(scheme.size()));
  const Known* found = nullptr;
  for (const Known& one : known_) {  // to the end, whichever it is
    if (CRYPTO_memcmp(given.data(), one.digest.data(), one.digest.size()) == 0) found = &one;
  }
  return found == nullptr ? std::nullopt : std::optional{found->caller};
}

std::optional<Response> Guard::refuse(const Caller& caller, Role needed) {
  if (may(caller.role, needed)) return std::nullopt;
  return problem(403, "this needs the role " + std::string{to_text(needed)} + "; " + caller.name +
                          " has the role " + std::string{to_text(caller.role)});
}

std::optional<Response> Guard::refuse(const Credentials& credentials, bool open) const {
  if (!open && !authorised(credentials.authorization)) {
    Response response =
        problem(401, credentials.authorization.empty()
                         ? "this needs the token: Authorization: Bearer <token>"
                         : "the token that was given is none of this daemon's: Authorization: "
                           "Bearer <token>");
    response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"parkwatch\"");
    return response;
  }
  if (known_.empty() && !is_loopback_host(credentials.host)) {
    return problem(421,
                   "without a token only localhost, 127.0.0.1 and [::1] are answered as Host; "
                   "configure a token to be reached under another name");
  }
  const bool reads = credentials.method == "GET" || credentials.method == "HEAD";
  if (!reads && !credentials.origin.empty() &&
      !same_word(host_of_origin(credentials.origin), credentials.host)) {
    return problem(403, "a page of another site may not command this daemon");
  }
  return std::nullopt;
}

}  // namespace parkwatch::http
