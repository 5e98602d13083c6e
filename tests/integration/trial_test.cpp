// tests/integration/trial_test.cpp - Backtest, verify and explain on the store of a running daemon;
// and the daemon in simulated time.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>

#include "tests/integration/running_daemon.h"
#include "tests/support/mosquitto.h"

namespace trial_test {

using namespace parkwatch::test;
using namespace std::chrono_literals;

namespace {

MosquittoOptions keeping() {
  MosquittoOptions options;
  options.unlimited_queue = true;
  options.inflight = 1000;
  return options;
}

std::string told_by(std::vector<std::string> args) {
  args.insert(args.begin(), program("tools/parkwatch/parkwatch"));
  return run_to_end(std::move(args), 60s);
}

boost::json::object verified(const std::string& state) {
  return boost::json::parse(told_by({"--json", "backtest", "--verify", "--state", state}))
      .as_object();
}

// A reading of a simulated second.
std::string at_second(const std::string& value, int second) {
  const std::string two = (second < 10 ? "0" : "") + std::to_string(second);
  return R"({"value":)" + value + R"(,"time":"2026-03-02T08:00:)" + two + R"(Z"})";
}

}  // namespace

TEST_CASE("trial: a running daemon's store verifies, also after a kill", "[integration]") {
  Mosquitto broker{keeping()};
  RunningDaemon daemon{tank_config(broker.port())};
  daemon.start_ready();
  for (const char* level : {"8", "9.5", "10.5", "9.5", "8"}) {
    publish(broker.port(), "park/tank/t101/level", reading(level));
  }
  const auto all_told = [](const HttpReply& reply) {
    return reply.body.find("returned") != std::string::npos;
  };
  REQUIRE(daemon.until("/v1/events", all_told));
  const auto running = verified(daemon.state());
  CHECK(running.at("differ") == 0);
  CHECK(running.at("transitions").to_number<int>() >= 4);

  daemon.kill();
  daemon.start_ready();
  publish(broker.port(), "park/tank/t101/gas", reading("30"));
  REQUIRE(daemon.until("/v1/alarms", [](const HttpReply& reply) {
    return reply.body.find("gas") != std::string::npos;
  }));
  const auto again = verified(daemon.state());
  CHECK(again.at("differ") == 0);
  CHECK(again.at("starts") == 1);
  CHECK(again.at("transitions").to_number<int>() > running.at("transitions").to_number<int>());
}

TEST_CASE("trial: explain and backtest read beside the writing daemon", "[integration]") {
  Mosquitto broker{keeping()};
  RunningDaemon daemon{tank_config(broker.port())};
  daemon.start_ready();
  publish(broker.port(), "park/tank/t101/level", reading("9.5"));
  REQUIRE(daemon.until("/v1/alarms", [](const HttpReply& reply) {
    return reply.body.find("level") != std::string::npos;
  }));
  const std::string why =
      told_by({"explain", "level", "tank/t101/level", "--config", daemon.config_path()});
  CAPTURE(why);
  CHECK(why.find("H = 9 is passed: the level is active until the signal is below 8.8") !=
        std::string::npos);
  CHECK(why.find("HH = 10 is not passed") != std::string::npos);

  const std::string table = told_by({"backtest", "--rules", daemon.config_path()});
  CAPTURE(table);
  CHECK(table.find("1 → 1") != std::string::npos);
}

TEST_CASE("simulate: the time is that of the messages, and every output says so", "[integration]") {
  Mosquitto broker{keeping()};
  RunningDaemon daemon{tank_config(broker.port(),
                                   "[[rule]]\nid = \"silent\"\nkind = \"stale\"\n"
                                   "tags = [\"tank/t101/gas\"]\nafter = \"20s\"\n")};
  daemon.start({"--simulate"});
  REQUIRE(daemon.says("SIMULATED: the time is that of the messages; park test-simulated"));
  REQUIRE(daemon.says("ready:"));
  REQUIRE(daemon.until("/v1/status", [](const HttpReply& reply) {
    return reply.body.find("\"connected\":true") != std::string::npos;
  }));
  ChildProcess listener{
      {"mosquitto_sub", "-p", std::to_string(broker.port()), "-v", "-t", "parkwatch/v1/#"}};
  REQUIRE(listener.wait_for_output("parkwatch/v1/test-simulated/online", 10s));
  publish(broker.port(), "park/tank/t101/gas", at_second("1", 0));
  for (int second = 1; second < 50; second += 7) {
    publish(broker.port(), "park/tank/t101/level", at_second("5", second));
  }
  REQUIRE(listener.wait_for_output("parkwatch/v1/test-simulated/alarm/silent/", 10s));
  const auto status_has = [&](const std::string& started, const std::string& now) {
    return daemon.until("/v1/status", [&](const HttpReply& reply) {
      return reply.body.find(R"("started_at":"2026-03-02T)" + started + R"(","now":"2026-03-02T)" +
                             now + '"') != std::string::npos;
    });
  };
  CHECK(status_has("08:00:00Z", "08:00:43Z"));  // up since the first message
  bool told = false;
  for (const auto& event : daemon.events()) {
    if (event.at("rule").as_string() != "silent") continue;
    told = true;
    CHECK(event.at("at").as_string() == "2026-03-02T08:00:20Z");  // in no time at all
  }
  CHECK(told);
  const std::string state = daemon.state().string() + "-simulated";
  CHECK(std::filesystem::exists(state));
  CHECK_FALSE(std::filesystem::exists(daemon.state()));
  CHECK(daemon.stop() == 0);
  CHECK(verified(state).at("differ") == 0);

  daemon.start({"--simulate"});
  REQUIRE(daemon.says("ready:"));
  CHECK(status_has("08:00:43Z", "08:00:43Z"));  // where the last run ended
  publish(broker.port(), "park/tank/t101/level", at_second("5", 50));
  CHECK(status_has("08:00:43Z", "08:00:50Z"));
  CHECK(daemon.stop() == 0);
}

}  // namespace trial_test
