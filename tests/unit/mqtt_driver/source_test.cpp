// tests/unit/mqtt_driver/source_test.cpp - A [[source]] with driver = "mqtt" through the table of
// drivers.
#include <catch2/catch.hpp>

#include "drivers/driver.h"
#include "tests/unit/mqtt_codec/support.h"

namespace parkwatch::mqtt_driver::source_test {
namespace {

using mqtt_codec::Cell;
using mqtt_codec::lines;
using mqtt_codec::message;
using mqtt_codec::table;
using mqtt_codec::texts;
using Entries = std::vector<std::pair<std::string, Cell>>;

SettingsTable source(Entries more = {}) {
  Entries entries{
      {"name", "park"},
      {"driver", "mqtt"},
      {"auto_register", 5},
      {"url", "mqtt://127.0.0.1:1883"},
      {"mapping",
       std::vector<Cell>{table({{"topic", "p/{x}"}, {"format", "bare"}, {"tag", "t/{x}"}})}}};
  for (auto& entry : more) entries.push_back(std::move(entry));
  return table(std::move(entries));
}

std::string problems(const SettingsTable& made, const std::string& driver = "mqtt") {
  Diagnostics out;
  check_driver(driver, made, out);
  return texts(out);
}

TEST_CASE("driver table: drivers are found by name, unknown ones are told", "[mqtt_driver]") {
  REQUIRE(find_driver("mqtt") != nullptr);
  CHECK(find_driver("mqtt")->name == "mqtt");
  CHECK(find_driver("") == nullptr);
  CHECK(problems(source()) == "");
  CHECK(problems(source(), "mqt") ==
        "source.driver: unknown driver \"mqt\"; did you mean \"mqtt\"? (there is: mqtt)\n");
  CHECK(problems(table({{"enabled", true}, {"url", "mqtt://a"}}), "alerts") == "");
  CHECK_THAT(problems(table({{"enabled", true}}), "alerts"),
             Catch::StartsWith("alerts.url: is missing"));
}

TEST_CASE("source: every mistake is told at once, each at its key", "[mqtt_driver]") {
  const std::pair<Entries, std::string> mistakes[] = {
      {{{"qos", 2}}, "source.qos: must be 1: at 2 MQTT 3.1.1 gives a message away"},
      {{{"qos", 0}}, "source.qos: must be 1: at 0 a broker keeps nothing for us"},
      {{{"qos", 3}}, "source.qos: must be a whole number from 0 to 2"},
      {{{"window", 0}}, "source.window: must be a whole number from 1 to 65535"},
      {{{"payload_max", "17MiB"}}, "source.payload_max: must be from 64 to 16777216 bytes"},
      {{{"payload_mx", "1MiB"}}, "source.payload_mx: unknown key; did you mean \"payload_max\"?"},
      {{{"keep_alive", 30}}, "source.keep_alive: must be a time with its unit"}};
  for (const auto& [entries, expected] : mistakes) {
    const std::string found = problems(source(entries));
    CHECK_THAT(found, Catch::StartsWith(expected));
    CHECK(std::count(found.begin(), found.end(), '\n') == 1);
  }
  const std::string both = problems(source({{"qos", 2}, {"window", 0}}));
  CHECK(std::count(both.begin(), both.end(), '\n') == 2);
  CHECK_THAT(problems(table({{"url", "mqtt://a"}})),
             Catch::StartsWith("source.mapping: is missing"));
}

TEST_CASE("source: its window and its decoder are those of its keys", "[mqtt_driver]") {
  const DriverEntry& mqtt = *find_driver("mqtt");
  CHECK(mqtt.window(source()) == 20);
  CHECK(mqtt.window(source({{"window", 1000}})) == 1000);
  const auto decoder = mqtt.decoder(source({{"payload_max", 64}}));
  Decoded decoded;
  decoder->decode(message("p/a", "12.5"), decoded);
  CHECK(lines(decoded) == "t/a = 12.5 (float64)\n");
  decoded.clear();
  decoder->decode(message("p/a", std::string(65, '1')), decoded);
  CHECK(lines(decoded) == "! oversized: 65 bytes; payload_max is 64\n");
}

}  // namespace
}  // namespace parkwatch::mqtt_driver::source_test
