// tests/integration/actions_test.cpp - From a reading to a command at a real broker, and what
// becomes of it.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>

#include "tests/integration/running_daemon.h"
#include "tests/support/mosquitto.h"

namespace actions_test {

using namespace parkwatch::test;
using namespace std::chrono_literals;

namespace {

std::string park(std::uint16_t broker, const std::string& mode, const std::string& keys = "") {
  return tank_config(broker) + R"(
[actions]
mode = ")" +
         mode + R"("
allow = ["cmd/+/barrier"]
[[tag]]
name = "gate/g1/barrier"
states = [ { number = 0, word = "closed" }, { number = 1, word = "open" } ]
[[action]]
id = "open"
when = { rule = "gas", level = "H" }
topic = "cmd/g1/barrier"
payload = { cmd = "open", id = "{id}", expires = "{expires}" }
confirm = { tag = "gate/g1/barrier", states = "open", within = "2s" }
)" + keys;
}

// A barrier: prints what it is told.
class Barrier {
 public:
  explicit Barrier(Mosquitto& broker)
      : process_({"mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-q",
                  "1", "-c", "-i", "barrier", "-t", "cmd/#", "-F", "%r %t %p"}) {
    REQUIRE(broker.wait_for_log("Sending SUBACK to barrier", 20s));
  }
  bool hears(const std::string& text) { return process_.wait_for_output(text, 20s); }
  [[nodiscard]] std::string heard() const { return process_.output(); }

 private:
  ChildProcess process_;
};

void gas(Mosquitto& broker, const std::string& value) {
  publish(broker.port(), "park/tank/t101/gas", reading(value));
}

bool is_said(const boost::json::object& line, const char* key, const std::string& text) {
  return std::string_view{line.at(key).as_string()} == text;
}

bool journals(RunningDaemon& daemon, const std::string& kind, const std::string& rule = "action") {
  return daemon.until("/v1/events?max=1000", [&](const HttpReply& reply) {
    for (const boost::json::object& line : reply.lines()) {
      if (line.at("type") == "event" && is_said(line, "kind", kind) &&
          is_said(line, "rule", rule)) {
        return true;
      }
    }
    return false;
  });
}

boost::json::object row_of(RunningDaemon& daemon, const std::string& kind) {
  for (const boost::json::object& event : daemon.events()) {
    if (is_said(event, "kind", kind)) return event;
  }
  FAIL("no row " << kind);
  return {};
}

}  // namespace

TEST_CASE("actions: an alarm's command arrives with its id and expiry, and feedback confirms it",
          "[integration]") {
  Mosquitto broker;
  Barrier barrier{broker};
  RunningDaemon daemon{park(broker.port(), "live")};
  daemon.start_ready();
  gas(broker, "30");
  REQUIRE(barrier.hears("0 cmd/g1/barrier {\"cmd\":\"open\",\"id\":\"test-"));
  CHECK(barrier.heard().find("\"expires\":\"20") != std::string::npos);
  publish(broker.port(), "park/gate/g1/barrier", reading("1"));
  REQUIRE(journals(daemon, "action_confirmed"));
  CHECK(journals(daemon, "action_sent"));
  const boost::json::object row = row_of(daemon, "action_requested");
  CHECK(row.at("command").at("topic") == "cmd/g1/barrier");
  const std::string id = "-" + std::to_string(row.at("journal").to_number<std::uint64_t>()) + "\"";
  CHECK(barrier.heard().find(id) != std::string::npos);
  const HttpReply metrics = get(daemon.port(), "/metrics");
  CHECK(metrics.body.find("parkwatch_alarm_transitions_total{kind=\"action_sent\"} 1") !=
        std::string::npos);
}

TEST_CASE("actions: missing feedback is an alarm of its own", "[integration]") {
  Mosquitto broker;
  RunningDaemon daemon{park(broker.port(), "live")};
  daemon.start_ready();
  gas(broker, "30");
  CHECK(journals(daemon, "raised", "action-unconfirmed"));
}

TEST_CASE("actions: a dry run journals and publishes nothing", "[integration]") {
  Mosquitto broker;
  Barrier barrier{broker};
  RunningDaemon daemon{park(broker.port(), "dry-run")};
  daemon.start_ready();
  gas(broker, "30");
  REQUIRE(journals(daemon, "action_dry_run"));
  // What comes after it over the same way is heard first.
  publish(broker.port(), "cmd/end", "end");
  REQUIRE(barrier.hears("cmd/end"));
  CHECK(barrier.heard().find("barrier") == std::string::npos);
}

TEST_CASE("actions: a command that a kill caught comes after it, under its id", "[integration]") {
  // The broker of the commands is away while the daemon decides and dies.
  Mosquitto field;
  auto broker = std::make_unique<Mosquitto>();
  broker->stop();
  std::string config = park(field.port(), "live", "expires = \"1h\"\n");
  const std::string alerts = "[alerts]\nenabled = true\nurl = \"mqtt://127.0.0.1:";
  const std::size_t at = config.find(alerts);
  REQUIRE(at != std::string::npos);
  const std::size_t port = at + alerts.size();
  config.replace(port, config.find('"', port) - port, std::to_string(broker->port()));
  RunningDaemon daemon{config};
  daemon.start_ready();
  gas(field, "30");
  REQUIRE(journals(daemon, "action_requested"));
  const auto journal = row_of(daemon, "action_requested").at("journal").to_number<std::uint64_t>();
  daemon.kill();
  broker->start();
  Barrier barrier{*broker};
  daemon.start_ready();
  CHECK(barrier.hears("-" + std::to_string(journal) + "\""));
  CHECK(journals(daemon, "action_sent"));
}

TEST_CASE("actions: a command whose time is over while the broker is away is not sent",
          "[integration]") {
  Mosquitto field;
  auto broker = std::make_unique<Mosquitto>();
  broker->stop();
  std::string config = park(field.port(), "live", "expires = \"1s\"\n");
  const std::string alerts = "[alerts]\nenabled = true\nurl = \"mqtt://127.0.0.1:";
  const std::size_t port = config.find(alerts) + alerts.size();
  config.replace(port, config.find('"', port) - port, std::to_string(broker->port()));
  RunningDaemon daemon{config};
  daemon.start_ready();
  gas(field, "30");
  REQUIRE(journals(daemon, "action_expired"));
  CHECK(journals(daemon, "raised", "action-unconfirmed"));
  broker->start();
  Barrier barrier{*broker};
  // The alerts arrive, so the way is free again.
  REQUIRE(daemon.until("/v1/status", [](const HttpReply& reply) {
    return reply.body.find("\"outbox_pending\":0") != std::string::npos;
  }));
  publish(broker->port(), "cmd/end", "end");
  REQUIRE(barrier.hears("cmd/end"));
  CHECK(barrier.heard().find("barrier {") == std::string::npos);
}

}  // namespace actions_test
