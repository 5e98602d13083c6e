// tests/unit/config/shipped_test.cpp - The shipped configuration, with the real drivers' checks.
#include <catch2/catch.hpp>

#include "drivers/driver.h"
#include "drivers/mqtt/codec/mapping.h"
#include "drivers/mqtt/connection.h"
#include "given.h"

namespace shipped_test {

using namespace parkwatch;
using namespace parkwatch::config;

namespace {

const std::string shipped = std::string{PARKWATCH_SOURCE_DIR} + "/config/parkwatch.toml";

// What the driver makes of its table, as far as the table says it.
std::string source_values(const SettingsTable& table) {
  Diagnostics out;
  SettingsReader reader{table, "source", out};
  const mqtt_session::SessionOptions o = mqtt_driver::read_connection(reader);
  const auto mappings = mqtt_codec::read_mappings(reader, out);
  CHECK(mappings.size() == 1);
  return o.host + ' ' + std::to_string(o.port) + ' ' + o.client_id + ' ' + o.username + ' ' +
         std::to_string(o.keep_alive.count()) + ' ' + std::to_string(o.connect_timeout.count()) +
         ' ' + std::to_string(o.reconnect_max.count()) + ' ' +
         std::to_string(find_driver("mqtt")->window(table)) + ' ' +
         std::to_string(static_cast<int>(mappings.at(0).format)) + ' ' +
         std::to_string(static_cast<int>(mappings.at(0).time_format));
}

}  // namespace

TEST_CASE("shipped configuration: the drivers find nothing wrong with it", "[config]") {
  Diagnostics out;
  const auto config = load(shipped, check_driver, out);
  CHECK(text_of(out).empty());
  REQUIRE(config);
  CHECK(config->alerts.enabled);
}

TEST_CASE("shipped configuration: the driver's defaults that it states are the defaults",
          "[config]") {
  std::ifstream in{shipped};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  const auto values_without = [&](std::size_t skipped) {
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i != skipped && !lines[i].starts_with("include")) text += lines[i] + '\n';
    }
    const Loaded got = loaded({{"p.toml", text}}, check_driver);
    CHECK(got.said() == "");
    REQUIRE(got.config);
    return source_values(*got.config->sources.at(0).table);
  };
  const std::string whole = values_without(lines.size());
  std::size_t marked = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty() || lines[i].front() == '#') continue;
    if (lines[i].find("(default)") == std::string::npos) continue;
    ++marked;
    CAPTURE(lines[i]);
    CHECK(values_without(i) == whole);
  }
  CHECK(marked == 30);
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
