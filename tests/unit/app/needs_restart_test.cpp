// tests/unit/app/needs_restart_test.cpp - What a reload cannot change is named.
#include "app/needs_restart.h"

#include <catch2/catch.hpp>

namespace needs_restart_test {

using namespace parkwatch;
using namespace parkwatch::app;
using namespace std::chrono_literals;

namespace {

config::Config with_alerts(const std::string& url) {
  config::Config config;
  auto table = std::make_shared<SettingsTable>();
  table->entries.emplace_back("url", SettingsValue{{}, url});
  config.alerts = {true, std::move(table)};
  return config;
}

}  // namespace

TEST_CASE("needs restart: the same configuration needs none", "[app]") {
  CHECK(needs_restart({}, {}).empty());
  CHECK(needs_restart(with_alerts("mqtt://a"), with_alerts("mqtt://a")).empty());
}

TEST_CASE("needs restart: each section that is read at a start only is named", "[app]") {
  CHECK(needs_restart(with_alerts("mqtt://a"), with_alerts("mqtt://b")) == "[alerts]");
  CHECK(needs_restart({}, with_alerts("mqtt://b")) == "[alerts]");
  config::Config changed;
  changed.http.connections_max = 7;
  CHECK(needs_restart({}, changed) == "[http]");
  changed.store.linger = 7ms;
  changed.intake_bytes_max = 7;
  CHECK(needs_restart({}, changed) == "[http], [store], [intake]");
}

TEST_CASE("needs restart: what sources, rules and receivers say does not need one", "[app]") {
  config::Config changed;
  changed.log_level = "trace";
  changed.sources.emplace_back();
  CHECK(needs_restart({}, changed).empty());
}

}  // namespace needs_restart_test
