// daemon/mqtt/tls.cpp - OpenSSL set up for a client that verifies; its words kept for the operator.
#include "mqtt/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <filesystem>

namespace parkwatch::mqtt_session {
namespace {

namespace asio = boost::asio;

Error file_error(std::string_view what, const std::string& file,
                 const boost::system::error_code& ec) {
  return Error{ErrorKind::permanent, std::string{what} + " '" + file + "': " + ec.message()};
}

std::string text_of(const X509_NAME* name) {
  std::array<char, 256> text{};
  X509_NAME_oneline(name, text.data(), static_cast<int>(text.size()));
  return text.data();
}

std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string address_text(const ASN1_STRING* string) {
  const std::string bytes = text_of(string);
  boost::asio::ip::address_v4::bytes_type v4{};
  boost::asio::ip::address_v6::bytes_type v6{};
  if (bytes.size() == v4.size()) {
    std::copy(bytes.begin(), bytes.end(), v4.begin());
    return asio::ip::address_v4{v4}.to_string();
  }
  if (bytes.size() != v6.size()) return "?";
  std::copy(bytes.begin(), bytes.end(), v6.begin());
  return asio::ip::address_v6{v6}.to_string();
}

// Where the certificate is valid, e.g. "broker.plant, 10.0.0.5".
std::string names_of(X509* certificate) {
  constexpr int names_max = 8;  // a hostile certificate may carry thousands
  std::string text;
  const auto free_names = [](GENERAL_NAMES* names) { GENERAL_NAMES_free(names); };
  const std::unique_ptr<GENERAL_NAMES, decltype(free_names)> names{
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      free_names};
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  for (int i = 0; i < count && i < names_max; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    std::string one;
    if (name->type == GEN_DNS) one = text_of(name->d.dNSName).substr(0, 255);
    if (name->type == GEN_IPADD) one = address_text(name->d.iPAddress);
    if (!one.empty()) text += (text.empty() ? "" : ", ") + one;
  }
  return text.empty() ? text_of(X509_get_subject_name(certificate)) : text;
}

// Called by OpenSSL for each certificate of the chain; the first that fails is what the operator
// must know. `preverified` already holds the answer: nothing is accepted that OpenSSL did not
// accept.
bool note_failure(bool preverified, asio::ssl::verify_context& context, std::string& why) {
  if (preverified || !why.empty()) return preverified;
  X509_STORE_CTX* store = context.native_handle();
  const int error = X509_STORE_CTX_get_error(store);
  why = X509_verify_cert_error_string(error);
  X509* certificate = X509_STORE_CTX_get_current_cert(store);
  if (certificate == nullptr) return preverified;
  if (error == X509_V_ERR_HOSTNAME_MISMATCH || error == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    why += ", the certificate is for " + names_of(certificate);
  } else {
    why += " (certificate " + text_of(X509_get_subject_name(certificate)) + ", issued by " +
           text_of(X509_get_issuer_name(certificate)) + ")";
  }
  return preverified;
}

}  // namespace

Result<std::shared_ptr<TlsContext>> make_tls_context(const TlsOptions& options) {
  boost::system::error_code ec;
  auto context = std::make_shared<TlsContext>(asio::ssl::context::tls_client);
  if (SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION) != 1) {
    return Error{ErrorKind::permanent, "TLS 1.2 is not available in this OpenSSL"};
  }
  if (context->set_verify_mode(asio::ssl::verify_peer, ec); ec) {
    return Error{ErrorKind::permanent, "TLS verification: " + ec.message()};
  }
  if (options.ca_file.empty()) {
    if (context->set_default_verify_paths(ec); ec) {
      return file_error("the system's certificate authorities", "", ec);
    }
  } else if (context->load_verify_file(options.ca_file, ec); ec) {
    return file_error("certificate authority", options.ca_file, ec);
  }
  if (options.cert_file.empty() != options.key_file.empty()) {
    return Error{ErrorKind::permanent,
                 "a client certificate needs both a certificate and a key file"};
  }
  if (options.cert_file.empty()) return context;
  // An encrypted key would make OpenSSL ask at the terminal, and the loop would wait for ever.
  const auto no_password = [](std::size_t, asio::ssl::context::password_purpose) {
    return std::string{};
  };
  if (context->set_password_callback(no_password, ec); ec) {
    return Error{ErrorKind::permanent, "TLS keys: " + ec.message()};
  }
  if (context->use_certificate_chain_file(options.cert_file, ec); ec) {
    return file_error("client certificate", options.cert_file, ec);
  }
  if (context->use_private_key_file(options.key_file, asio::ssl::context::pem, ec); ec) {
    return file_error("key of the client certificate", options.key_file, ec);
  }
  return context;
}

Result<std::shared_ptr<TlsContext>> TlsContextSource::get() {
  std::string state = state_of_files();
  if (context_ && state == state_) return context_;
  Result<std::shared_ptr<TlsContext>> made = make_tls_context(options_);
  if (!made) return made.error();
  context_ = *made;
  state_ = std::move(state);
  return context_;
}

std::string TlsContextSource::state_of_files() const {
  std::string state;
  for (const std::string* file : {&options_.ca_file, &options_.cert_file, &options_.key_file}) {
    std::error_code ec;  // a missing file has a state too
    const auto written = std::filesystem::last_write_time(*file, ec);
    state += std::to_string(written.time_since_epoch().count()) + "/" +
             std::to_string(std::filesystem::file_size(*file, ec)) + ";";
  }
  return state;
}

Result<Done> expect_server(TlsStream& stream, const std::string& server_name,
                           std::shared_ptr<std::string> why) {
  SSL* ssl = stream.native_handle();
  boost::system::error_code ec;
  asio::ip::make_address(server_name, ec);
  const bool is_address = !ec;
  X509_VERIFY_PARAM* parameters = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  bool accepted = false;
  if (is_address) {  // SNI carries no addresses (RFC 6066, 3)
    accepted = X509_VERIFY_PARAM_set1_ip_asc(parameters, server_name.c_str()) == 1;
  } else {
    accepted = SSL_set1_host(ssl, server_name.c_str()) == 1 &&
               SSL_set_tlsext_host_name(ssl, server_name.c_str()) == 1;
  }
  if (!accepted) {
    return Error{ErrorKind::permanent, "'" + server_name + "' is no name of a TLS server"};
  }
  auto note = [why = std::move(why)](bool preverified, asio::ssl::verify_context& context) {
    return note_failure(preverified, context, *why);
  };
  if (stream.set_verify_callback(std::move(note), ec); ec) {
    return Error{ErrorKind::permanent, "TLS verification: " + ec.message()};
  }
  return Done{};
}

}  // namespace parkwatch::mqtt_session
