// tests/unit/mqtt/tls_test.cpp - Whom the gate believes, against a real broker, and what it says
// when it does not.
#include "mqtt/tls.h"

#include <openssl/ssl.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/certificates.h"
#include "tests/support/mosquitto.h"
#include "tests/unit/mqtt/running_session.h"

namespace tls_test {

using namespace parkwatch;
using namespace parkwatch::test;
using namespace parkwatch::mqtt_session;
using Catch::Matchers::Contains;

namespace {

MosquittoOptions tls_broker(const CertificateAuthority& authority, const CertificateFiles& server) {
  MosquittoOptions options;
  options.ca_file = authority.file();
  options.cert_file = server.cert;
  options.key_file = server.key;
  return options;
}

SessionOptions tls_subscriber(const Mosquitto& broker, const std::string& ca_file) {
  SessionOptions options = subscriber_options(broker.port(), {"t"});
  options.tls.enabled = true;
  options.tls.ca_file = ca_file;
  return options;
}

TlsOptions tls_files(const std::string& ca_file, const CertificateFiles& own = {}) {
  TlsOptions options;
  options.enabled = true;
  options.ca_file = ca_file;
  options.cert_file = own.cert;
  options.key_file = own.key;
  return options;
}

// The reason that a session gives for not getting in, to its handler and in its status.
std::string refusal(SessionOptions options) {
  RunningSession session(std::move(options));
  REQUIRE(session.start());
  const std::string why = session.wait_for_loss();
  CHECK_THAT(session.status().detail, Contains(why));
  CHECK_FALSE(session.status().connected);
  CHECK(session.connects().empty());
  return why;
}

}  // namespace

TEST_CASE(
    "tls: a broker with a good certificate, a client certificate and a password is connected to") {
  CertificateAuthority authority;
  MosquittoOptions options = tls_broker(authority, authority.issue("broker", "IP:127.0.0.1"));
  options.require_certificate = true;
  options.username = "gateway";
  options.password = "secret";
  const Mosquitto broker(options);
  SessionOptions wanted = tls_subscriber(broker, authority.file());
  const CertificateFiles own = authority.issue("gateway", "");
  wanted.tls.cert_file = own.cert;
  wanted.tls.key_file = own.key;
  wanted.username = "gateway";
  wanted.password = "secret";
  RunningSession session(wanted);
  REQUIRE(session.start());
  session.wait_for_connects(1);
  CHECK(session.status().connected);
}

TEST_CASE("tls: the host's name is looked up, verified, and found in the certificate") {
  CertificateAuthority authority;
  const Mosquitto broker(tls_broker(authority, authority.issue("broker", "DNS:localhost")));
  SessionOptions options = tls_subscriber(broker, authority.file());
  options.host = "localhost";
  RunningSession session(options);
  REQUIRE(session.start());
  session.wait_for_connects(1);
}

TEST_CASE("tls: a certificate for another name is refused, with both names") {
  CertificateAuthority authority;
  const Mosquitto broker(tls_broker(
      authority, authority.issue("broker", "DNS:broker.plant,DNS:b2.plant,IP:10.0.0.5")));
  SessionOptions options = tls_subscriber(broker, authority.file());
  CHECK(refusal(options) ==
        "TLS: the broker's certificate is refused: IP address mismatch, the certificate is for "
        "broker.plant, b2.plant, 10.0.0.5");
  options.tls.server_name = "b3.plant";
  CHECK(refusal(options) ==
        "TLS: the broker's certificate is refused: hostname mismatch, the certificate is for "
        "broker.plant, b2.plant, 10.0.0.5");
  options.tls.server_name = "b2.plant";
  RunningSession session(options);
  REQUIRE(session.start());
  session.wait_for_connects(1);
}

TEST_CASE("tls: a certificate of an unknown authority is refused") {
  CertificateAuthority authority;
  CertificateAuthority other("Other CA");
  const Mosquitto broker(tls_broker(other, other.issue("broker", "IP:127.0.0.1")));
  const std::string why = refusal(tls_subscriber(broker, authority.file()));
  CHECK_THAT(
      why,
      Contains(
          "the broker's certificate is refused: self-signed certificate in certificate chain"));
  CHECK_THAT(why, Contains("issued by /CN=Other CA"));
}

TEST_CASE("tls: without a file the system's authorities are asked, which do not know ours") {
  CertificateAuthority authority;
  const Mosquitto broker(tls_broker(authority, authority.issue("broker", "IP:127.0.0.1")));
  CHECK_THAT(refusal(tls_subscriber(broker, "")), Contains("the broker's certificate is refused"));
}

TEST_CASE("tls: an expired certificate is refused") {
  CertificateAuthority authority;
  const Mosquitto broker(tls_broker(authority, authority.issue("broker", "IP:127.0.0.1", -1)));
  CHECK_THAT(refusal(tls_subscriber(broker, authority.file())),
             Contains("certificate has expired"));
}

TEST_CASE("tls: a broker that wants a client certificate says so by its alert") {
  CertificateAuthority authority;
  MosquittoOptions options = tls_broker(authority, authority.issue("broker", "IP:127.0.0.1"));
  options.require_certificate = true;
  const Mosquitto broker(options);
  CHECK_THAT(refusal(tls_subscriber(broker, authority.file())), Contains("certificate required"));
}

TEST_CASE("tls: a broker that speaks no TLS, and one that speaks only TLS, are told apart") {
  CertificateAuthority authority;
  const Mosquitto plain;
  CHECK_THAT(refusal(tls_subscriber(plain, authority.file())), Contains("TLS: "));
  const Mosquitto broker(tls_broker(authority, authority.issue("broker", "IP:127.0.0.1")));
  CHECK_THAT(refusal(subscriber_options(broker.port(), {"t"})),
             Contains("the broker closed the connection") || Contains("reset by peer"));
}

TEST_CASE("tls: a wrong password is told in the broker's words") {
  MosquittoOptions options;
  options.username = "gateway";
  options.password = "secret";
  const Mosquitto broker(options);
  SessionOptions wanted = subscriber_options(broker.port(), {"t"});
  wanted.username = "gateway";
  wanted.password = "wrong";
  CHECK(refusal(wanted) == "the broker refused the connection: not authorised");
}

TEST_CASE("tls: a file that cannot be used is an error at the start, with its name") {
  const TempDir dir;
  const std::string no_pem = (dir.path() / "no.pem").string();
  std::ofstream(no_pem) << "no certificate\n";
  CertificateAuthority authority;
  const CertificateFiles own = authority.issue("gateway", "");
  const CertificateFiles other = authority.issue("other", "");
  const auto error_of = [](const TlsOptions& options) {
    const auto context = make_tls_context(options);
    REQUIRE_FALSE(context);
    CHECK(context.error().kind == ErrorKind::permanent);
    return context.error().message;
  };
  TlsOptions options = tls_files("/nowhere/ca.pem");
  CHECK_THAT(error_of(options), Contains("certificate authority '/nowhere/ca.pem': "));
  options.ca_file = no_pem;
  CHECK_THAT(error_of(options), Contains("certificate authority '" + no_pem + "': "));
  options.ca_file = authority.file();
  options.cert_file = own.cert;
  CHECK_THAT(error_of(options), Contains("needs both a certificate and a key"));
  options.key_file = no_pem;
  CHECK_THAT(error_of(options), Contains("key of the client certificate '" + no_pem + "': "));
  options.key_file = other.key;
  CHECK_THAT(error_of(options), Contains("key of the client certificate '" + other.key + "': "));
  options.key_file = own.key;
  CHECK(make_tls_context(options).ok());
  RunningSession session([&] {
    SessionOptions wrong = subscriber_options(1, {"t"});
    wrong.tls = tls_files(no_pem);
    return wrong;
  }());
  const Result<Done> started = session.start();
  REQUIRE_FALSE(started);
  CHECK_THAT(started.error().message, Contains(no_pem));
}

TEST_CASE("tls: a certificate that was renewed is taken at the next connection") {
  CertificateAuthority authority;
  CertificateAuthority renewed("Renewed CA");
  const Mosquitto broker(tls_broker(renewed, renewed.issue("broker", "IP:127.0.0.1")));
  const TempDir dir;
  const std::filesystem::path ca = dir.path() / "ca.pem";
  std::filesystem::copy_file(authority.file(), ca);
  RunningSession session(tls_subscriber(broker, ca.string()));
  REQUIRE(session.start());
  CHECK_THAT(session.wait_for_loss(), Contains("refused"));
  std::filesystem::copy_file(renewed.file(), ca, std::filesystem::copy_options::overwrite_existing);
  session.wait_for_connects(1);
  std::filesystem::remove(ca);
}

TEST_CASE("tls: a file that vanished is told at the next connection, and waited for") {
  CertificateAuthority authority;
  Mosquitto broker(tls_broker(authority, authority.issue("broker", "IP:127.0.0.1")));
  const TempDir dir;
  const std::filesystem::path ca = dir.path() / "ca.pem";
  std::filesystem::copy_file(authority.file(), ca);
  RunningSession session(tls_subscriber(broker, ca.string()));
  REQUIRE(session.start());
  session.wait_for_connects(1);
  std::filesystem::remove(ca);
  broker.stop();
  CHECK_THAT(session.wait_for_loss(2), Contains("certificate authority '" + ca.string() + "'"));
  std::filesystem::copy_file(authority.file(), ca);
  broker.start();
  session.wait_for_connects(2);
}

TEST_CASE("tls: an encrypted key is an error and no question at the terminal") {
  CertificateAuthority authority;
  const TempDir dir;
  const CertificateFiles own = authority.issue("gateway", "");
  const std::string locked = (dir.path() / "locked.key").string();
  run_to_end(
      {"openssl", "ec", "-in", own.key, "-aes256", "-passout", "pass:secret", "-out", locked});
  const auto context = make_tls_context(tls_files("", {own.cert, locked}));
  REQUIRE_FALSE(context);
  CHECK_THAT(context.error().message, Contains(locked));
}

TEST_CASE("tls: 1.2 is the least, the peer is verified, and a name but no address is sent as SNI") {
  const auto context = make_tls_context(tls_files(""));
  REQUIRE(context);
  CHECK(SSL_CTX_get_min_proto_version((*context)->native_handle()) == TLS1_2_VERSION);
  CHECK(SSL_CTX_get_verify_mode((*context)->native_handle()) == SSL_VERIFY_PEER);
  boost::asio::io_context io;
  TlsStream named(io, **context);
  REQUIRE(expect_server(named, "broker.plant", std::make_shared<std::string>()));
  CHECK(SSL_get_servername(named.native_handle(), TLSEXT_NAMETYPE_host_name) ==
        std::string{"broker.plant"});
  TlsStream numbered(io, **context);
  REQUIRE(expect_server(numbered, "10.0.0.5", std::make_shared<std::string>()));
  CHECK(SSL_get_servername(numbered.native_handle(), TLSEXT_NAMETYPE_host_name) == nullptr);
}

}  // namespace tls_test
