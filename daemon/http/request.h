// daemon/http/request.h - A request as the resources see it: bounded, decoded, without its socket.
// Pure.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/response.h"
#include "model/time.h"

namespace parkwatch::http {

struct Target {
  std::string path;  // as sent, percent-encoding kept: no route needs it
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
};
// Of "/v1/readings?after=x&wait=5" (origin form). Empty for anything else: another form, a control
// character or a broken percent-encoding.
[[nodiscard]] std::optional<Target> parse_target(std::string_view text);

// Says whether the client has gone, so that a long poll need not wait for it. Lives on the loop.
class Presence {
 public:
  virtual ~Presence() = default;
  [[nodiscard]] virtual bool gone() const = 0;
};

struct Request {
  std::string method;
  Target target;
  std::string accept;  // header fields, empty where absent
  std::string accept_encoding;
  std::string body;                          // at most HttpOptions::body_bytes_max
  std::string name;                          // what the route's {name} stands for
  std::string author;                        // who commands: see Command::author
  bool authorised = false;                   // may see more than that the daemon lives
  bool admin = false;                        // the caller's role
  std::shared_ptr<const Presence> presence;  // null: always there
};

// Reads the query parameter by parameter and remembers the first mistake; finish() says it, and
// names a parameter that nobody asked for. Each may be given once.
class Parameters {
 public:
  explicit Parameters(const Target& target);

  [[nodiscard]] std::optional<std::string> text(std::string_view key);
  [[nodiscard]] std::uint64_t number(std::string_view key, std::uint64_t fallback,
                                     std::uint64_t low, std::uint64_t high);
  // RFC 3339; a '+' of the offset that was sent unencoded is understood.
  [[nodiscard]] std::optional<Timestamp> time(std::string_view key);
  // Parts between commas; empty parts are mistakes.
  [[nodiscard]] std::vector<std::string> list(std::string_view key, std::size_t parts_max);
  void mistake(std::string_view key, std::string_view what);

  // Empty when all is well, else what to answer (400).
  [[nodiscard]] std::optional<Response> finish();

 private:
  const Target& target_;
  std::vector<std::string_view> asked_;
  std::string mistake_;
};

}  // namespace parkwatch::http
