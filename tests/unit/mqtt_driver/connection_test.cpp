// tests/unit/mqtt_driver/connection_test.cpp - The keys of a connection: what is read, how mistakes
// are told.
#include "drivers/mqtt/connection.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "drivers/driver.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/mqtt_codec/support.h"

namespace parkwatch::mqtt_driver::connection_test {
namespace {

using mqtt_codec::Cell;
using mqtt_codec::table;
using mqtt_codec::texts;
using Entries = std::vector<std::pair<std::string, Cell>>;

std::string problems(Entries entries) {
  Diagnostics out;
  check_alerts(table(std::move(entries)), out);
  return texts(out);
}

mqtt_session::SessionOptions options(Entries entries) {
  Result<mqtt_session::SessionOptions> made =
      connection_options(table(std::move(entries)), "by-default");
  REQUIRE(made);
  return *made;
}

std::string file(const test::TempDir& dir, const std::string& text, mode_t mode = 0600) {
  const std::string path = (dir.path() / "password").string();
  std::ofstream{path} << text;
  REQUIRE(::chmod(path.c_str(), mode) == 0);
  return path;
}

TEST_CASE("connection: an url gives host, port and whether TLS is spoken", "[mqtt_driver]") {
  struct Url {
    std::string text, host;
    int port;
    bool tls;
  };
  const Url urls[] = {{"mqtt://127.0.0.1", "127.0.0.1", 1883, false},
                      {"mqtt://broker.park:11883", "broker.park", 11883, false},
                      {"mqtts://broker.park", "broker.park", 8883, true},
                      {"mqtts://[::1]:883/", "::1", 883, true},
                      {"mqtt://[fe80::1%eth0]", "fe80::1%eth0", 1883, false}};
  for (const Url& url : urls) {
    CAPTURE(url.text);
    CHECK(problems({{"url", url.text}}) == "");
    const auto made = options({{"url", url.text}});
    CHECK(made.host == url.host);
    CHECK(made.port == url.port);
    CHECK(made.tls.enabled == url.tls);
  }
}

TEST_CASE("connection: what is no url is told with what would be one", "[mqtt_driver]") {
  CHECK(problems({}) == "alerts.url: is missing and has no default\n");
  for (const std::string url :
       {"127.0.0.1:1883", "tcp://a", "http://a", "mqtt://", "mqtt://a:", "mqtt://a:0",
        "mqtt://a:65536", "mqtt://a:1b", "mqtt://a b", "mqtt://a/topic", "mqtt://[::1",
        "mqtt://[::1]x", "mqtt://[host]", "mqtt://:1883"}) {
    CAPTURE(url);
    CHECK_THAT(problems({{"url", url}}),
               Catch::StartsWith("alerts.url: must be mqtt://host[:port]"));
  }
  CHECK_THAT(problems({{"url", "mqtt://me:secret@a"}}),
             Catch::StartsWith("alerts.url: must not hold a user"));
}

TEST_CASE("connection: every key reaches the session's options", "[mqtt_driver]") {
  const auto made = options({{"url", "mqtts://broker"},
                             {"client_id", "me"},
                             {"username", "u"},
                             {"ca_file", "ca.pem"},
                             {"cert_file", "c.pem"},
                             {"key_file", "k.pem"},
                             {"server_name", "n"},
                             {"keep_alive", "45s"},
                             {"connect_timeout", "3s"},
                             {"reconnect_max", "7s"}});
  CHECK(made.client_id == "me");
  CHECK(made.username == "u");
  CHECK(made.tls.ca_file == "ca.pem");
  CHECK(made.tls.cert_file == "c.pem");
  CHECK(made.tls.key_file == "k.pem");
  CHECK(made.tls.server_name == "n");
  CHECK(made.keep_alive == std::chrono::seconds{45});
  CHECK(made.connect_timeout == std::chrono::seconds{3});
  CHECK(made.reconnect_max == std::chrono::seconds{7});
  CHECK(options({{"url", "mqtt://a"}}).client_id == "by-default");
}

TEST_CASE("connection: each mistake is told at its key", "[mqtt_driver]") {
  const std::pair<Entries, std::string> mistakes[] = {
      {{{"client_id", ""}}, "alerts.client_id: must be 1 to 128 bytes"},
      {{{"client_id", std::string(129, 'x')}}, "alerts.client_id: must be 1 to 128 bytes"},
      {{{"client_id", "a\nb"}}, "alerts.client_id: must be 1 to 128 bytes"},
      {{{"password", "secret"}}, "alerts.password: does not belong in this file"},
      {{{"password_file", "p"}}, "alerts.password_file: needs a username"},
      {{{"username", "a\tb"}}, "alerts.username: must be at most 4096 bytes"},
      {{{"ca_file", "x"}}, "alerts.ca_file: does nothing without TLS"},
      {{{"server_name", "x"}}, "alerts.server_name: does nothing without TLS"},
      {{{"keep_alive", "1s"}}, "alerts.keep_alive: must be from 2s to 18h"},
      {{{"connect_timeout", "0s"}}, "alerts.connect_timeout: must be from 100ms to 5m"},
      {{{"reconnect_max", "2h"}}, "alerts.reconnect_max: must be from 200ms to 1h"},
      {{{"client", "x"}}, "alerts.client: unknown key"},
      {{{"enabled", true}}, ""}};
  for (const auto& [entries, expected] : mistakes) {
    Entries all{{"url", "mqtt://127.0.0.1"}};
    all.insert(all.end(), entries.begin(), entries.end());
    const std::string found = problems(all);
    CHECK_THAT(found, Catch::StartsWith(expected));
    CHECK(std::count(found.begin(), found.end(), '\n') == (expected.empty() ? 0 : 1));
  }
  CHECK_THAT(problems({{"url", "mqtts://a"}, {"cert_file", "c"}}),
             Catch::StartsWith("alerts.cert_file: needs key_file"));
  CHECK_THAT(problems({{"url", "mqtts://a"}, {"key_file", "c"}}),
             Catch::StartsWith("alerts.key_file: needs cert_file"));
}

TEST_CASE("connection: a password in the clear to another machine is warned of", "[mqtt_driver]") {
  const auto found = [](const std::string& url) {
    return problems({{"url", url}, {"username", "u"}, {"password_file", "p"}});
  };
  CHECK_THAT(found("mqtt://broker.park"),
             Catch::StartsWith("warning alerts.password_file: the password goes"));
  CHECK(found("mqtts://broker.park") == "");
  CHECK(found("mqtt://127.0.0.1") == "");
  CHECK(found("mqtt://[::1]") == "");
}

TEST_CASE("password: the first line of a file that only its owner may read", "[mqtt_driver]") {
  const test::TempDir dir;
  const auto read = [&](const std::string& text) {
    const auto password = read_password(file(dir, text));
    return password ? "ok " + *password : password.error().message;
  };
  CHECK(read("secret\n") == "ok secret");
  CHECK(read("secret") == "ok secret");
  CHECK(read("with blanks \r\nsecond") == "ok with blanks ");
  CHECK_THAT(read(""), Catch::EndsWith("its first line is empty"));
  CHECK_THAT(read("\nsecret"), Catch::EndsWith("its first line is empty"));
  CHECK_THAT(read(std::string(5000, 'x')), Catch::EndsWith("its first line is too long"));
}

TEST_CASE("password: a file that others may read is refused", "[mqtt_driver]") {
  const test::TempDir dir;
  for (const mode_t mode : {0640, 0604, 0620, 0601}) {
    CAPTURE(mode);
    const auto password = read_password(file(dir, "secret", mode));
    REQUIRE_FALSE(password);
    CHECK(password.error().kind == ErrorKind::permanent);
    CHECK_THAT(password.error().message,
               Catch::Contains("chmod 600") && !Catch::Contains("secret"));
  }
}

TEST_CASE("password: a file that is not there and a directory are told", "[mqtt_driver]") {
  const test::TempDir dir;
  const auto absent = read_password((dir.path() / "absent").string());
  REQUIRE_FALSE(absent);
  CHECK_THAT(absent.error().message, Catch::EndsWith("absent: No such file or directory"));
  const auto directory = read_password(dir.path().string());
  REQUIRE_FALSE(directory);
  CHECK_THAT(directory.error().message, Catch::EndsWith("is not a file"));
  const auto through = connection_options(
      table({{"url", "mqtt://a"}, {"username", "u"}, {"password_file", dir.path().string()}}), "x");
  CHECK_FALSE(through);
  const auto good = connection_options(
      table({{"url", "mqtt://a"}, {"username", "u"}, {"password_file", file(dir, "secret")}}), "x");
  REQUIRE(good);
  CHECK(good->password == "secret");
}

}  // namespace
}  // namespace parkwatch::mqtt_driver::connection_test
