// daemon/mqtt/tls.h - How the gate proves whom it speaks to. Loop's thread.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <memory>
#include <string>

#include "model/result.h"
#include "mqtt/session.h"

namespace parkwatch::mqtt_session {

using TlsContext = boost::asio::ssl::context;
using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

// TLS 1.2 or later, the peer is always verified; the files are read now, so a renewed certificate
// is taken at the next connection. Errors: permanent - a file that cannot be used, with its name
// and OpenSSL's words.
[[nodiscard]] Result<std::shared_ptr<TlsContext>> make_tls_context(const TlsOptions& options);

// The context of a session, made once and again only when a file has changed: reading the system's
// authorities takes tens of milliseconds of the loop's time, and a renewed certificate must still
// be taken at the next connection.
class TlsContextSource {
 public:
  explicit TlsContextSource(TlsOptions options) : options_(std::move(options)) {}
  // Errors: as make_tls_context.
  [[nodiscard]] Result<std::shared_ptr<TlsContext>> get();

 private:
  [[nodiscard]] std::string state_of_files() const;
  const TlsOptions options_;
  std::shared_ptr<TlsContext> context_;
  std::string state_;  // of the files when context_ was made
};

// Before the handshake: the certificate must be for `server_name` (a DNS name, sent as SNI, or an
// IP address). When it is not accepted, `*why` says so in OpenSSL's words, with what the
// certificate is for.
[[nodiscard]] Result<Done> expect_server(TlsStream& stream, const std::string& server_name,
                                         std::shared_ptr<std::string> why);

}  // namespace parkwatch::mqtt_session
