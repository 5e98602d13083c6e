// tests/unit/app/simulation_test.cpp - A simulation leaves the real park alone.
#include "app/simulation.h"

#include <catch2/catch.hpp>

#include "config/toml.h"

namespace simulation_test {

using namespace parkwatch;

namespace {

std::shared_ptr<const SettingsTable> table_of(const std::string& text) {
  Diagnostics diagnostics;
  auto table = config::parse_toml("test.toml", text, diagnostics);
  REQUIRE(table);
  return table;
}

ReceiverSpec receiver_of(const std::string& name, ReceiverKind kind, const std::string& topic) {
  ReceiverSpec receiver;
  receiver.name = name;
  receiver.kind = kind;
  receiver.topic = topic;
  return receiver;
}

config::Config real_config() {
  config::Config config;
  auto plant = std::make_shared<Plant>();
  plant->park = "north";
  plant->hash = "c0ffee";
  plant->actions.live = true;
  config.plant = plant;
  config.state_directory = "/var/lib/parkwatch";
  config.shift_report.directory = "/srv/reports/";
  const auto broker = table_of("url = \"mqtt://b\"\nclient_id = \"north-1\"\n");
  config.sources = {{"park", "mqtt", broker}};
  config.alerts = {true, broker};
  auto plan = std::make_shared<NotifyPlan>();
  plan->receivers = {receiver_of("gate", ReceiverKind::board, "gates/1/board"),
                     receiver_of("alive", ReceiverKind::heartbeat, ""),
                     receiver_of("duty", ReceiverKind::dingtalk, "")};
  config.notify = plan;
  return config;
}

}  // namespace

TEST_CASE("simulation: what it writes and says has names of its own", "[app]") {
  const auto simulated = app::simulation_of(real_config());
  CHECK(simulated->plant->park == "north-simulated");
  CHECK(simulated->plant->hash == "c0ffee");
  CHECK_FALSE(simulated->plant->actions.live);
  CHECK(simulated->state_directory == "/var/lib/parkwatch-simulated");
  CHECK(simulated->shift_report.directory == "/srv/reports-simulated");
}

TEST_CASE("simulation: a configured client_id stays the real daemon's", "[app]") {
  const config::Config real = real_config();
  const auto simulated = app::simulation_of(real);
  for (const auto& table : {simulated->sources.at(0).table, simulated->alerts.table}) {
    REQUIRE(table->entries.size() == 1);
    CHECK(table->entries[0].first == "url");
  }
  CHECK(real.sources[0].table->entries.size() == 2);
}

TEST_CASE("simulation: no board shows it, and no heartbeat vouches for the real daemon", "[app]") {
  const auto plan = app::simulation_of(real_config())->notify;
  REQUIRE(plan->receivers.size() == 2);
  CHECK(plan->receivers[0].topic == "gates/1/board-simulated");
  CHECK(plan->receivers[1].name == "duty");
  CHECK(plan->receivers[1].topic.empty());
}

TEST_CASE("simulation: reports that nobody wants written are not written", "[app]") {
  config::Config config = real_config();
  config.shift_report.directory.clear();
  CHECK(app::simulation_of(config)->shift_report.directory.empty());
}

}  // namespace simulation_test
