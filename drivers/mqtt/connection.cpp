// drivers/mqtt/connection.cpp - From keys to SessionOptions.
#include "drivers/mqtt/connection.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <optional>
#include <system_error>

namespace parkwatch::mqtt_driver {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint16_t port_plain = 1883;  // IANA
constexpr std::uint16_t port_tls = 8883;
constexpr std::string_view url_wanted =
    "must be mqtt://host[:port], or mqtts://host[:port] for TLS, e.g. \"mqtt://127.0.0.1:1883\"";
// MQTT 3.1.1, 3.1.3.1: a broker must take 23 bytes of letters and digits, and may take more.
constexpr std::size_t client_id_bytes_max = 128;
constexpr std::size_t credential_bytes_max = 4096;

// Empty: `text` is none.
std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

// A name or an IPv4 address; in brackets an IPv6 address, which may end in "%" and an interface.
bool is_host(std::string_view host, bool bracketed) {
  constexpr std::string_view name =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
  constexpr std::string_view address = "0123456789abcdefABCDEF:.";
  constexpr std::size_t name_bytes_max = 253;  // RFC 1035, 2.3.4
  if (host.size() > name_bytes_max) return false;
  const std::size_t zone = bracketed ? std::min(host.find('%'), host.size()) : host.size();
  const std::string_view front = host.substr(0, zone);
  return !front.empty() &&
         front.find_first_not_of(bracketed ? address : name) == std::string_view::npos &&
         host.find_first_not_of(name, std::min(zone + 1, host.size())) == std::string_view::npos;
}

// "host", "host:port", "[v6]:port" into options; false if it is none.
bool parse_authority(std::string_view text, mqtt_session::SessionOptions& options) {
  const bool bracketed = !text.empty() && text.front() == '[';
  const std::size_t end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) return false;
  const std::string_view host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  std::string_view rest = text.substr(bracketed ? end + 1 : end);
  if (!is_host(host, bracketed)) return false;
  options.host = host;
  options.port = options.tls.enabled ? port_tls : port_plain;
  if (rest.empty()) return true;
  if (rest.front() != ':') return false;
  const auto port = parse_port(rest.substr(1));
  if (port) options.port = *port;
  return port.has_value();
}

void read_url(SettingsReader& reader, mqtt_session::SessionOptions& options) {
  const std::string url = reader.required_text("url");
  if (url.empty()) return;
  std::string_view rest = url;
  constexpr std::string_view plain = "mqtt://";
  constexpr std::string_view tls = "mqtts://";
  options.tls.enabled = url.starts_with(tls);
  if (!options.tls.enabled && !url.starts_with(plain))
    return reader.error("url", std::string{url_wanted});
  rest.remove_prefix(options.tls.enabled ? tls.size() : plain.size());
  if (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  if (rest.find('@') != std::string_view::npos) {
    return reader.error("url", "must not hold a user or password: use username and password_file");
  }
  if (!parse_authority(rest, options)) reader.error("url", std::string{url_wanted});
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

void read_client_id(SettingsReader& reader, mqtt_session::SessionOptions& options) {
  const std::optional<std::string> id = reader.text("client_id");
  if (!id) return;
  if (id->empty() || id->size() > client_id_bytes_max || has_control(*id)) {
    reader.error("client_id",
                 "must be 1 to " + std::to_string(client_id_bytes_max) +
                     " bytes without control characters: the broker keeps our messages under it");
    return;
  }
  options.client_id = *id;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

void read_credentials(SettingsReader& reader, mqtt_session::SessionOptions& options) {
  options.username = reader.text("username", "");
  const std::string file = reader.text("password_file", "");
  if (reader.has("password")) {
    (void)reader.value("password");
    reader.error("password",
                 "does not belong in this file, which is kept and shown: put it alone into a file "
                 "that only its owner may read, and name that in password_file");
  }
  if (options.username.size() > credential_bytes_max || has_control(options.username)) {
    reader.error("username", "must be at most " + std::to_string(credential_bytes_max) +
                                 " bytes without control characters");
  }
  if (file.empty()) return;
  if (options.username.empty()) {
    reader.error("password_file", "needs a username: MQTT 3.1.1 has no password without one");
  }
  if (!options.tls.enabled && !options.host.empty() && !is_loopback(options.host)) {
    reader.warning("password_file", "the password goes over the network unprotected: use mqtts://");
  }
}

void read_tls(SettingsReader& reader, mqtt_session::SessionOptions& options) {
  options.tls.ca_file = reader.text("ca_file", "");
  options.tls.cert_file = reader.text("cert_file", "");
  options.tls.key_file = reader.text("key_file", "");
  options.tls.server_name = reader.text("server_name", "");
  for (const std::string_view key : {"ca_file", "cert_file", "key_file", "server_name"}) {
    if (!options.tls.enabled && reader.has(key) && !options.host.empty()) {
      reader.error(key, "does nothing without TLS: write url = \"mqtts://...\"");
    }
  }
  if (options.tls.cert_file.empty() != options.tls.key_file.empty()) {
    const bool no_key = options.tls.key_file.empty();
    reader.error(no_key ? "cert_file" : "key_file",
                 std::string{"needs "} + (no_key ? "key_file" : "cert_file") + ", too");
  }
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) (void)::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

Error password_error(const std::string& path, const std::string& what) {
  return Error{ErrorKind::permanent, "password_file " + path + ": " + what};
}

}  // namespace

mqtt_session::SessionOptions read_connection(SettingsReader& reader) {
  mqtt_session::SessionOptions options;
  read_url(reader, options);
  read_client_id(reader, options);
  read_credentials(reader, options);
  read_tls(reader, options);
  // MQTT 3.1.1, 3.1.2.10: at most 65,535 s; below a few seconds a busy line looks dead.
  options.keep_alive = reader.duration("keep_alive", options.keep_alive, seconds{2}, hours{18});
  options.connect_timeout =
      reader.duration("connect_timeout", options.connect_timeout, milliseconds{100}, minutes{5});
  options.reconnect_max =
      reader.duration("reconnect_max", options.reconnect_max, options.reconnect_min, hours{1});
  return options;
}

void check_alerts(const SettingsTable& table, Diagnostics& out) {
  SettingsReader reader{table, "alerts", out};
  (void)reader.value("enabled");  // config reads it
  (void)read_connection(reader);
  reader.finish();
}

Result<mqtt_session::SessionOptions> connection_options(const SettingsTable& table,
                                                        const std::string& client_id) {
  Diagnostics seen;  // the check has told them
  SettingsReader reader{table, "", seen};
  mqtt_session::SessionOptions options = read_connection(reader);
  if (options.client_id.empty()) options.client_id = client_id;
  const std::string file = reader.text("password_file", "");
  if (file.empty()) return options;
  Result<std::string> password = read_password(file);
  if (!password) return password.error();
  options.password = *std::move(password);
  return options;
}

Result<std::string> read_password(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
  if (file.get() < 0) return password_error(path, std::generic_category().message(errno));
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) {
    return password_error(path, std::generic_category().message(errno));
  }
  if (!S_ISREG(facts.st_mode)) return password_error(path, "is not a file");
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return password_error(path, "other users can read it; chmod 600 it");
  }
  std::array<char, credential_bytes_max> buffer;
  const ssize_t bytes = ::read(file.get(), buffer.data(), buffer.size());
  if (bytes < 0) return password_error(path, std::generic_category().message(errno));
  const std::string_view text{buffer.data(), static_cast<std::size_t>(bytes)};
  std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  if (line.empty()) return password_error(path, "its first line is empty");
  if (line.size() == buffer.size()) return password_error(path, "its first line is too long");
  return std::string{line};
}

}  // namespace parkwatch::mqtt_driver
