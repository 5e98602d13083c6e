// tests/unit/config/sections_test.cpp - The main file's sections: values, bounds, and what is
// refused.
#include "config/sections.h"

#include <catch2/catch.hpp>

#include "given.h"

namespace sections_test {

using namespace parkwatch;
using namespace parkwatch::config;
using namespace std::chrono_literals;

TEST_CASE("sections: every key arrives where it belongs", "[config]") {
  const Loaded got = loaded({{"p.toml", R"(
[daemon]
park = "park-b"
state_directory = "/s"
log_level = "debug"
[http]
listen = "[::1]:0"
connections_max = 9
[store]
size_max = "1GiB"
age_max = "30d"
linger = "20ms"
snapshot_every = "2s"
snapshot_readings = 5000
quarantine_rows = 0
[intake]
bytes_max = "2MiB"
[time]
late_after = "90s"
future_after = "0s"
never_seen_after = "10m"
zone = "-03:30"
shifts = [{ name = "night", begin = "22:00" }, { name = "day", begin = "06:30" }]
[alerts]
enabled = true
url = "mqtt://h:1883"
[[source]]
name = "a"
driver = "mqtt"
auto_register = 100
[[source]]
name = "b"
driver = "mqtt"
)"}});
  CHECK(got.said() == "");
  REQUIRE(got.config);
  const Config& c = *got.config;
  CHECK(c.plant->park == "park-b");
  CHECK(c.state_directory == "/s");
  CHECK(c.log_level == "debug");
  CHECK(c.http.listen == "[::1]:0");
  CHECK(c.http.connections_max == 9);
  CHECK(c.store.bytes_max == 1ULL << 30);
  CHECK(c.store.age_max == 30 * 24h);
  CHECK(c.store.linger == 20ms);
  CHECK(c.store.snapshot_every == 2s);
  CHECK(c.store.snapshot_readings == 5000);
  CHECK(c.store.quarantine_rows_max == 0);
  CHECK(c.intake_bytes_max == 2ULL << 20);
  CHECK(c.plant->timing == Timing{90s, 0s, 10min});
  CHECK(c.plant->calendar ==
        Calendar{{"-03:30", -(3h + 30min), {}}, {{"day", 6h + 30min}, {"night", 22h}}});
  CHECK(c.alerts.enabled);
  REQUIRE(c.alerts.table);
  CHECK(c.alerts.table->entries.size() == 2);
  REQUIRE(c.sources.size() == 2);
  CHECK(c.sources[1].name == "b");
  CHECK(c.sources[1].table->entries.size() == 2);
  CHECK(c.plant->sources == std::vector<SourceSpec>{{"a", 100}, {"b", 0}});
}

TEST_CASE("sections: values out of their bounds are named with the bounds", "[config][fault]") {
  const Loaded got = given(R"([http]
connections_max = 0
[store]
size_max = "1kB"
linger = "1m"
snapshot_every = "1ms"
snapshot_readings = 1
[intake]
bytes_max = "1TiB"
[time]
late_after = "0s"
future_after = -1
)");
  CHECK(got.config == nullptr);
  CHECK(got.said() ==
        "p.toml:7:1 error http.connections_max: must be a whole number from 1 to 4096, is 0\n"
        "p.toml:9:1 error store.size_max: must be from 1048576 to 281474976710656 bytes, is "
        "1000\n"
        "p.toml:10:1 error store.linger: must be from 1ms to 10s, is 1m\n"
        "p.toml:11:1 error store.snapshot_every: must be from 100ms to 1d, is 1ms\n"
        "p.toml:12:1 error store.snapshot_readings: must be a whole number from 1000 to "
        "1000000000, is 1\n"
        "p.toml:14:1 error intake.bytes_max: must be from 1048576 to 4294967296 bytes, is "
        "1099511627776\n"
        "p.toml:16:1 error time.late_after: must be from 1s to 31d, is 0s\n"
        "p.toml:17:1 error time.future_after: must be a time with its unit, such as \"500ms\", "
        "\"10s\" or \"1h30m\", is a whole number\n");
}

TEST_CASE("listen: numeric addresses with a port, and which of them are loopback", "[config]") {
  CHECK(parse_listen("127.0.0.1:7300")->port == 7300);
  CHECK(parse_listen("127.0.0.1:0")->loopback);
  CHECK(parse_listen("127.9.9.9:1")->loopback);
  CHECK(parse_listen("[::1]:1")->loopback);
  CHECK(parse_listen("[::1]:1")->address == "::1");
  CHECK_FALSE(parse_listen("0.0.0.0:1")->loopback);
  CHECK_FALSE(parse_listen("[::]:1")->loopback);
  CHECK_FALSE(parse_listen("128.0.0.1:1")->loopback);
  CHECK_FALSE(parse_listen("[::ffff:10.0.0.1]:1")->loopback);
  for (const char* bad :
       {"", ":", ":7300", "7300", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:-1",
        "127.0.0.1:1x", "localhost:1", "::1:1", "[::1]1", "[::1:1", "127.1:1", "[]:1"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_listen(bad).has_value());
  }
}

TEST_CASE("sections: beyond loopback nobody is let in without a token", "[config]") {
  const Folder folder;
  const std::string main =
      "daemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"m\"\n[http]\n";
  folder.write("p.toml", main + "listen = \"0.0.0.0:7300\"\n");
  CHECK(load_from(folder, "p.toml").said() ==
        "<folder>/p.toml:6:1 error http.listen: 0.0.0.0 can be reached from other machines, and "
        "without token_file anyone there could read every value and acknowledge alarms: set "
        "token_file, or listen on 127.0.0.1\n");
  folder.write("p.toml", main + "listen = \"0.0.0.0:7300\"\ntoken_file = \"token\"\n");
  CHECK(load_from(folder, "p.toml").said() ==
        "<folder>/p.toml:7:1 error http.token_file: no such file: <folder>/token\n");
  folder.write("token", "0123456789abcdef\n");
  folder.chmod("token", 0644);
  CHECK(load_from(folder, "p.toml").said() ==
        "<folder>/p.toml:7:1 error http.token_file: <folder>/token holds a secret but others may "
        "read it (mode 0644): run chmod 600 <folder>/token\n");
  folder.chmod("token", 0400);
  const Loaded got = load_from(folder, "p.toml");
  CHECK(got.said() == "");
  REQUIRE(got.config);
  CHECK(got.config->http.token_file == folder / "token");
  // A replay has no files to look at.
  std::filesystem::remove(folder / "token");
  Diagnostics out;
  CHECK(load_bundle(got.config->bundle, {}, out)->http.token_file == "token");
}

TEST_CASE("sections: an address that is none is refused", "[config][fault]") {
  CHECK(loaded({{"p.toml", "daemon.park = \"p\"\nhttp.listen = \"localhost:7300\"\nsource = []\n"}})
            .said()
            .find("p.toml:2:6 error http.listen: must be a numeric address and a port, such as "
                  "\"127.0.0.1:7300\" or \"[::1]:7300\", is \"localhost:7300\"\n") !=
        std::string::npos);
}

TEST_CASE("sections: sources need a name of their own and a driver", "[config][fault]") {
  const Loaded got = given(R"(
[[source]]
name = "s"
driver = "mqtt"
[[source]]
name = "a/b"
auto_register = 1000000
)");
  CHECK(got.said() ==
        "p.toml:8:1 error source.name: \"s\" is the name of the source on line 3 already\n"
        "p.toml:10:1 error source.driver: is missing and has no default\n"
        "p.toml:11:1 error source.name: must be 1 to 128 letters (a-z, A-Z), digits, '-', '_' or "
        "'.', is \"a/b\"\n"
        "p.toml:12:1 error source.auto_register: must be a whole number from 0 to 200000, is "
        "1000000\n");
  std::string many;
  for (int i = 0; i < 64; ++i) many += "[[source]]\nname = \"n" + std::to_string(i) + "\"\n";
  CHECK(given(many).said().find("must not be more than 64") != std::string::npos);
}

TEST_CASE("sections: the driver sees its whole table and says what is wrong with it", "[config]") {
  std::vector<std::string> seen;
  const DriverCheck check = [&](const std::string& driver, const SettingsTable& table,
                                Diagnostics& out) {
    seen.push_back(driver + ' ' + std::to_string(table.entries.size()));
    SettingsReader reader{table, driver == alerts_driver ? "alerts" : "source", out};
    for (const char* key : {"name", "driver", "auto_register", "enabled"}) (void)reader.value(key);
    reader.finish();
  };
  const std::string text =
      "[daemon]\npark = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"x\"\nulr = 1\n[alerts]\n"
      "enabled = true\nurll = 2\n";
  const Loaded got = loaded({{"p.toml", text}}, check);
  CHECK(seen == std::vector<std::string>{"alerts 2", "x 3"});
  CHECK(got.said() ==
        "p.toml:6:1 error source.ulr: unknown key\n"
        "p.toml:9:1 error alerts.urll: unknown key\n");
  seen.clear();
  const Loaded off =
      loaded({{"p.toml", "daemon.park = \"p\"\n[alerts]\nurl = \"mqtt://h\"\n"}}, check);
  CHECK(seen.empty());  // what is switched off need not be finished
  CHECK(off.said().find("p.toml:2:1 warning alerts: does nothing without enabled = true\n") !=
        std::string::npos);
}

TEST_CASE("sections: paths of a source stand by themselves, and its secrets are looked at",
          "[config]") {
  const Folder folder;
  folder.write("p.toml",
               "[daemon]\npark = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"x\"\n"
               "password_file = \"pw\"\ntopic_file = 7\n[source.tls]\nca_file = \"ca.pem\"\n"
               "key_file = \"/none/key.pem\"\n");
  folder.write("pw", "secret");
  folder.write("ca.pem", "");
  folder.chmod("pw", 0600);
  CHECK(load_from(folder, "p.toml").said() ==
        "<folder>/p.toml:10:1 error source.tls.key_file: no such file: /none/key.pem\n");
  folder.write("p.toml",
               "[daemon]\npark = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"x\"\n"
               "password_file = \"pw\"\n[source.tls]\nca_file = \"ca.pem\"\n");
  const Loaded got = load_from(folder, "p.toml");
  CHECK(got.said() == "");
  REQUIRE(got.config);
  Diagnostics out;
  SettingsReader source{*got.config->sources[0].table, "source", out};
  CHECK(source.text("password_file") == folder / "pw");
  SettingsReader tls{*source.table("tls"), "tls", out};
  CHECK(tls.text("ca_file") == folder / "ca.pem");
  folder.chmod("pw", 0640);
  CHECK(load_from(folder, "p.toml").said() ==
        "<folder>/p.toml:6:1 error source.password_file: <folder>/pw holds a secret but others "
        "may read it (mode 0640): run chmod 600 <folder>/pw\n");
}

TEST_CASE("sections: a start takes a file of a peer or a token that is missing as a warning",
          "[config][fault]") {
  const Folder folder;
  const auto load_of = [&](const std::string& text, FileFaults faults) {
    folder.write("p.toml", "[daemon]\npark = \"p\"\n" + text);
    Loaded result;
    result.config = load(folder / "p.toml", {}, result.out, faults);
    return result;
  };
  const std::string source = "[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n";
  const std::string peers =
      source +
      "password_file = \"none\"\n[alerts]\nenabled = true\n"
      "key_file = \"none\"\n[[receiver]]\nname = \"ding\"\n"
      "kind = \"dingtalk\"\nurl_file = \"none\"\n[[route]]\nto = [\"ding\"]\n";
  const Loaded started = load_of(peers, FileFaults::warnings);
  CAPTURE(started.said());
  REQUIRE(started.config != nullptr);
  CHECK(started.out.size() == 3);
  CHECK_THAT(started.said(), Catch::Contains("p.toml:6:1 warning source.password_file: no such") &&
                                 Catch::Contains("warning alerts.key_file: no such file") &&
                                 Catch::Contains("warning receiver.url_file: no such file"));
  const Loaded checked = load_of(peers, FileFaults::errors);
  CHECK(checked.config == nullptr);
  CHECK(checked.out.size() == 3);
  // The daemon locks out whoever it belongs to.
  const std::string token = source + "[http]\ntoken_file = \"none\"\n";
  CHECK_THAT(load_of(token, FileFaults::warnings).said(),
             Catch::Contains("p.toml:7:1 warning http.token_file: no such file"));
  CHECK(load_of(token, FileFaults::errors).config == nullptr);
}

TEST_CASE("sections: a token file holds a token of its own that cannot be guessed",
          "[config][fault]") {
  const Folder folder;
  folder.write("p.toml",
               "daemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n[http]\n"
               "token_file = \"admin\"\n[[http.token]]\nname = \"li\"\nrole = \"viewer\"\n"
               "token_file = \"li\"\n");
  const auto said = [&](const std::string& admin, const std::string& li) {
    folder.write("admin", admin);
    folder.write("li", li);
    folder.chmod("admin", 0600);
    folder.chmod("li", 0600);
    return load_from(folder, "p.toml").said();
  };
  const std::string good = "0123456789abcdef";
  CHECK(said(good + "\n", "li" + good).empty());
  for (const std::string none : {"", "\n", " \r\n0123456789abcdef"}) {
    CHECK(said(none, good) ==
          "<folder>/p.toml:6:1 error http.token_file: <folder>/admin has no token in its first "
          "line: write one with openssl rand -hex 32 > <folder>/admin\n");
  }
  CHECK(said(good, "short") ==
        "<folder>/p.toml:10:1 warning http.token.token_file: the token in <folder>/li is shorter "
        "than 16 characters and could be guessed; openssl rand -hex 32 makes one\n");
  CHECK(said(good, good + "\n") ==
        "<folder>/p.toml:10:1 error http.token.token_file: <folder>/li holds the same token as "
        "that of http.token_file: each needs its own\n");
}

TEST_CASE("sections: tokens have a name and a role", "[config]") {
  const std::string wang =
      "[[http.token]]\nname = \"wang\"\nrole = \"operator\"\ntoken_file = \"wang.token\"\n";
  const Loaded good = given("[http]\nlisten = \"0.0.0.0:7300\"\n" + wang);
  INFO(good.said());
  REQUIRE(good.config != nullptr);
  CHECK(good.config->http.tokens == std::vector<TokenConfig>{{"wang", "operator", "wang.token"}});
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"name = \"a\"\nrole = \"boss\"\ntoken_file = \"f\"\n", "http.token.role: must be viewer"},
      {"name = \"a\"\nrole = \"admin\"\n", "http.token.token_file: is missing"},
      {"name = \"local\"\nrole = \"admin\"\ntoken_file = \"f\"\n", "\"local\" is taken"},
      {"name = \"wang\"\nrole = \"admin\"\ntoken_file = \"f\"\n", "\"wang\" has one already"},
      {"role = \"admin\"\ntoken_file = \"f\"\n", "http.token.name"},
  };
  for (const auto& [text, said] : wrong) {
    const Loaded loaded = given(wang + "[[http.token]]\n" + text);
    CAPTURE(text, loaded.said());
    CHECK(loaded.config == nullptr);
    CHECK(loaded.said().find(said) != std::string::npos);
  }
}

}  // namespace sections_test
