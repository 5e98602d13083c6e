// tests/unit/config/shipped_test.cpp - The shipped configuration, with the real drivers' checks.
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <sstream>

#include "drivers/driver.h"
#include "drivers/mqtt/codec/mapping.h"
#include "drivers/mqtt/connection.h"
#include "given.h"

namespace shipped_test {

using namespace parkwatch;
using namespace parkwatch::config;

namespace {

const std::string shipped = std::string{PARKWATCH_SOURCE_DIR} + "/config/parkwatch.toml";

std::vector<std::string> shipped_lines() {
  std::ifstream in{shipped};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The shipped main file alone, with `instead` in the place of one line.
Loaded with_line(const std::vector<std::string>& lines, std::size_t at,
                 const std::string& instead) {
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].starts_with("include")) text += (i == at ? instead : lines[i]) + '\n';
  }
  return loaded({{"p.toml", text}}, check_driver);
}

// What the driver refuses a message for that is too long.
std::string too_long(const SettingsTable& table) {
  Decoded decoded;
  Message message;
  message.topic = "park/a/b/c";
  message.oversized = true;
  find_driver("mqtt")->decoder(table)->decode(message, decoded);
  REQUIRE(decoded.faults.size() == 1);
  return decoded.faults.front().detail;
}

// What the driver makes of its table, as far as the table says it.
std::string source_values(const SettingsTable& table) {
  Diagnostics out;
  SettingsReader reader{table, "source", out};
  const mqtt_session::SessionOptions o = mqtt_driver::read_connection(reader);
  const auto mappings = mqtt_codec::read_mappings(reader, out);
  CHECK(mappings.size() == 1);
  std::ostringstream text;
  text << o.host << ' ' << o.port << ' ' << o.client_id << ' ' << o.username << ' '
       << mqtt_driver::connection_options(table, "id").ok() << ' ' << o.keep_alive.count() << ' '
       << o.connect_timeout.count() << ' ' << o.reconnect_max.count() << ' '
       << find_driver("mqtt")->window(table) << ' ' << too_long(table) << ' '
       << static_cast<int>(mappings.at(0).format) << ' '
       << static_cast<int>(mappings.at(0).time_format);
  return text.str();
}

std::string values_of(const Config& c) {
  const Timing& timing = c.plant->timing;
  std::ostringstream text;
  text << c.state_directory << ' ' << c.log_level << ' ' << c.http.listen << ' '
       << c.http.token_file << ' ' << c.http.connections_max << ' ' << c.store.bytes_max << ' '
       << c.store.age_max.count() << ' ' << c.store.linger.count() << ' '
       << c.store.snapshot_every.count() << ' ' << c.store.snapshot_readings << ' '
       << c.store.quarantine_rows_max << ' ' << c.intake_bytes_max << ' '
       << timing.late_after.count() << ' ' << timing.future_after.count() << ' '
       << timing.never_seen_after.count() << ' ' << c.plant->calendar.zone.name << ' '
       << c.shift_report.chinese << ' ' << c.shift_report.keep << ' '
       << c.shift_report.receivers.size() << ' ' << c.plant->sources.at(0).auto_register_max << ' '
       << c.alerts.enabled << ' ' << source_values(*c.sources.at(0).table);
  return text.str();
}

// For each default that the file states: something else.
const std::map<std::string, std::string>& other_values() {
  static const std::map<std::string, std::string> values{{"state_directory", "\"/elsewhere\""},
                                                         {"log_level", "\"debug\""},
                                                         {"auto_register", "5"},
                                                         {"username", "\"gateway\""},
                                                         {"password_file", "\"not-there\""},
                                                         {"keep_alive", "\"31s\""},
                                                         {"connect_timeout", "\"11s\""},
                                                         {"reconnect_max", "\"31s\""},
                                                         {"window", "21"},
                                                         {"payload_max", "\"2MiB\""},
                                                         {"qos", "2"},
                                                         {"format", "\"bare\""},
                                                         {"time_format", "\"ms\""},
                                                         {"listen", "\"127.0.0.1:7301\""},
                                                         {"token_file", "\"token\""},
                                                         {"connections_max", "65"},
                                                         {"size_max", "\"9GiB\""},
                                                         {"age_max", "\"401d\""},
                                                         {"linger", "\"501ms\""},
                                                         {"snapshot_every", "\"6m\""},
                                                         {"snapshot_readings", "1_000_001"},
                                                         {"quarantine_rows", "1001"},
                                                         {"bytes_max", "\"17MiB\""},
                                                         {"late_after", "\"61s\""},
                                                         {"future_after", "\"6s\""},
                                                         {"zone", "\"UTC\""},
                                                         {"never_seen_after", "\"2h\""},
                                                         {"language", "\"en\""},
                                                         {"keep", "401"},
                                                         {"receivers", "[\"mail\"]"}};
  return values;
}

}  // namespace

TEST_CASE("shipped configuration: the drivers find nothing wrong with it", "[config]") {
  Diagnostics out;
  const auto config = load(shipped, check_driver, out);
  CHECK(text_of(out).empty());
  REQUIRE(config);
  CHECK(config->alerts.enabled);
}

// The promise of the file's head: a line marked "(default)" can be taken away. That another value
// there is noticed shows that the comparison sees the key.
TEST_CASE("shipped configuration: every default that it states is the default", "[config]") {
  const std::vector<std::string> lines = shipped_lines();
  const Loaded whole = with_line(lines, lines.size(), "");
  REQUIRE(whole.config);
  const std::string values = values_of(*whole.config);
  std::set<std::string> marked;
  std::set<std::string> refused;  // each needs other keys with another value, or has none
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty() || lines[i].front() == '#') continue;
    if (lines[i].find("(default)") == std::string::npos) continue;
    CAPTURE(lines[i]);
    const std::string key = lines[i].substr(0, lines[i].find(' '));
    CHECK(marked.insert(key).second);
    const Loaded without = with_line(lines, i, "");
    CHECK(without.said() == "");
    REQUIRE(without.config);
    CHECK(values_of(*without.config) == values);
    REQUIRE(other_values().contains(key));
    const Loaded other = with_line(lines, i, key + " = " + other_values().at(key));
    if (other.config == nullptr) {
      refused.insert(key);
    } else {
      CHECK(values_of(*other.config) != values);
    }
  }
  CHECK(marked.size() == other_values().size());
  CHECK(refused == std::set<std::string>{"format", "password_file", "qos", "receivers"});
}

TEST_CASE("shipped configuration: mistakes of drivers stand among the others", "[config][fault]") {
  const Loaded got = loaded({{"p.toml",
                              "[daemon]\npark = \"p\"\n[[source]]\nname = \"s\"\n"
                              "driver = \"mqqt\"\n[[source]]\nname = \"t\"\ndriver = \"mqtt\"\n"
                              "qos = 2\n[alerts]\nenabled = true\nurl = \"http://x\"\n"}},
                            check_driver);
  CHECK(got.config == nullptr);
  CHECK(got.said().find("p.toml:5:1 error source.driver: unknown driver \"mqqt\"; did you mean "
                        "\"mqtt\"?") != std::string::npos);
  CHECK(got.said().find("p.toml:9:1 error source.qos: must be 1") != std::string::npos);
  CHECK(got.said().find("p.toml:12:1 error alerts.url: must be mqtt://host") != std::string::npos);
}

}  // namespace shipped_test
