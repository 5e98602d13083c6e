// tests/integration/running_daemon.cpp - Starts, asks, publishes.
#include "tests/integration/running_daemon.h"

#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "tests/support/mosquitto.h"

namespace parkwatch::test {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

}  // namespace

std::string program(const std::string& path) {
  return std::string{PARKWATCH_BINARY_DIR} + "/" + path;
}

std::string tank_config(std::uint16_t broker, const std::string& more) {
  return R"(
[[source]]
name = "park"
driver = "mqtt"
url = "mqtt://127.0.0.1:)" +
         std::to_string(broker) + R"("
client_id = "test-daemon"
[[source.mapping]]
topic = "park/{site}/{device}/{quantity}"
format = "json"
tag = "{site}/{device}/{quantity}"
value = "/value"
time = "/time"
[alerts]
enabled = true
url = "mqtt://127.0.0.1:)" +
         std::to_string(broker) + R"("
[[tag]]
name = "tank/t101/level"
unit = "m"
range = [0, 12]
[[tag]]
name = "tank/t101/gas"
unit = "%LEL"
range = [0, 100]
[[rule]]
id = "level"
kind = "limit"
tags = ["tank/*/level"]
HH = { at = 10, priority = "critical" }
H = { at = 9, priority = "high" }
deadband = 0.2
[[rule]]
id = "gas"
kind = "limit"
tags = ["tank/t101/gas"]
H = { at = 25, priority = "critical" }
)" + more;
}

RunningDaemon::RunningDaemon(const std::string& config, std::string daemon_keys)
    : daemon_keys_(std::move(daemon_keys)), port_(free_loopback_port()) {
  write_config(config);
}

void RunningDaemon::write_config(const std::string& config) {
  std::ofstream file{config_path()};
  file << "[daemon]\npark = \"test\"\nstate_directory = \"" << state().string()
       << "\"\nlog_level = \"debug\"\n"
       << daemon_keys_ << "[http]\nlisten = \"127.0.0.1:" << port_ << "\"\n"
       << config;
}

void RunningDaemon::start(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv{program("daemon/app/parkwatchd"), "--config", config_path()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  process_ = std::make_unique<ChildProcess>(std::move(argv));
}

void RunningDaemon::start_ready(bool connected, const std::vector<std::string>& arguments) {
  start(arguments);
  if (!says("ready: http")) throw std::runtime_error("parkwatchd does not start:\n" + log());
  if (!connected) return;
  const auto is_connected = [](const HttpReply& reply) {
    return reply.body.find("\"connected\":true") != std::string::npos;
  };
  if (!until("/v1/status", is_connected)) {
    throw std::runtime_error("parkwatchd does not connect:\n" + log());
  }
}

void RunningDaemon::kill() {
  process_->signal(SIGKILL);
  (void)process_->wait(10s);
}

std::optional<int> RunningDaemon::stop() {
  process_->signal(SIGTERM);
  return process_->wait(30s);
}

bool RunningDaemon::until(const std::string& target,
                          const std::function<bool(const HttpReply&)>& done,
                          std::chrono::seconds patience) {
  const auto end = Steady::now() + patience;
  while (Steady::now() < end) {
    try {
      if (done(get(port_, target))) return true;
    } catch (const std::exception&) {
      // Not up, or gone: asked again until the time is up.
    }
    // An event of the daemon would end this earlier; it is only asked less often.
    (void)process_->wait_for_output("\x01 never said", 20ms);
  }
  return false;
}

std::vector<boost::json::object> RunningDaemon::pull_all() {
  std::vector<boost::json::object> readings;
  std::string after;
  for (bool end = false; !end;) {
    const HttpReply page = get(port_, "/v1/readings" + (after.empty() ? "" : "?after=" + after));
    if (page.status != 200) throw std::runtime_error("pull: " + page.body);
    for (boost::json::object& line : page.lines()) {
      if (line.at("type") == "reading") readings.push_back(line);
      if (line.at("type") != "page") continue;
      after = line.at("cursor").as_string().c_str();
      end = line.at("end").as_bool();
    }
  }
  return readings;
}

std::vector<boost::json::object> RunningDaemon::events() {
  std::vector<boost::json::object> events;
  for (boost::json::object& line : get(port_, "/v1/events?max=1000").lines()) {
    if (line.at("type") == "event") events.push_back(line);
  }
  return events;
}

void publish(std::uint16_t broker, const std::string& topic, const std::string& payload) {
  (void)run_to_end(
      {"mosquitto_pub", "-p", std::to_string(broker), "-q", "1", "-t", topic, "-m", payload});
}

std::string reading(const std::string& value) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(
                      std::chrono::system_clock::now().time_since_epoch())
                      .count();
  return "{\"value\":" + value + ",\"time\":" + std::to_string(us) + "}";
}

}  // namespace parkwatch::test
