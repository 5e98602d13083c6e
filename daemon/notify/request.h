// daemon/notify/request.h - What goes over the wire to a receiver, and what came back. Plain
// values.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/notify_plan.h"
#include "notify/notice.h"
#include "notify/routing.h"

namespace parkwatch::notify {

// What the files of a receiver say; read by `app` at the start.
struct Secrets {
  struct Endpoint {
    std::string url;
    std::string secret;
    bool operator==(const Endpoint&) const = default;
  };
  std::vector<Endpoint> endpoints;  // as the receiver's, each URL filled in
  std::string token;
  std::string hmac;
  std::string password;
  // Why the files cannot be read; then nothing else is here, and nothing can be sent. "": they can.
  std::string missing;
  bool operator==(const Secrets&) const = default;
};

struct Request {
  enum class Way : std::uint8_t { http, smtp, mqtt };
  Way way = Way::http;
  std::string url;  // mqtt: the topic
  std::string method = "POST";
  std::vector<std::string> headers;  // "Name: value"
  std::string body;                  // smtp: the whole message; mqtt: the payload, retained
};

struct Reply {
  std::string failure;    // not empty: nothing was answered, and why
  bool will_not = false;  // failure: no retry helps (a name that does not match, no STARTTLS)
  int status = 0;         // of HTTP or SMTP; 0: none
  std::string body;       // at most reply_bytes_max
  std::optional<Duration> retry_after;
};
inline constexpr std::size_t reply_bytes_max = 16 << 10;

// Whose requests these are.
struct Sender {
  EventOrigin origin;
  ToLocal to_local;
};

// The message as its receiver understands it. REQUIRES: message.endpoint is one of the secrets'.
[[nodiscard]] Request make_request(const Sender& sender, const ReceiverSpec& receiver,
                                   const Secrets& secrets, const NotifyMessage& message);

// How it fared. A robot's HTTP 200 can be a refusal, and its 400 "later".
[[nodiscard]] Outcome judge(const ReceiverSpec& receiver, const Reply& reply);

}  // namespace parkwatch::notify
