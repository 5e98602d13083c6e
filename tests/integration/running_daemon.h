// tests/integration/running_daemon.h - A real parkwatchd on a folder of its own, for end-to-end
// tests.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/http/client.h"

namespace parkwatch::test {

// The tank farm that most tests watch: a level with limits, a gas detector, a silent one. `broker`
// is a port.
[[nodiscard]] std::string tank_config(std::uint16_t broker, const std::string& more = "");

class RunningDaemon {
 public:
  // Writes the configuration; `state_directory`, `[http] listen`, log level and `daemon_keys` (of
  // [daemon]) are put in front of it.
  explicit RunningDaemon(const std::string& config, std::string daemon_keys = "");

  void start(const std::vector<std::string>& arguments = {});  // returns at once
  // Starts and waits for it to say that it is ready, with its source connected unless said
  // otherwise.
  void start_ready(bool connected = true, const std::vector<std::string>& arguments = {});
  void write_config(const std::string& config);
  void kill();                // SIGKILL
  std::optional<int> stop();  // SIGTERM; its exit code
  void signal(int number) { process_->signal(number); }
  std::optional<int> wait() { return process_->wait(std::chrono::seconds{30}); }
  bool says(const std::string& text, std::chrono::milliseconds timeout = std::chrono::seconds{20}) {
    return process_->wait_for_output(text, timeout);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string log() const { return process_ ? process_->output() : ""; }
  [[nodiscard]] const std::filesystem::path& folder() const { return dir_.path(); }
  [[nodiscard]] std::filesystem::path state() const { return dir_.path() / "state"; }
  [[nodiscard]] std::string config_path() const {
    return (dir_.path() / "parkwatch.toml").string();
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  // Asks until `done` likes the answer (long polls where the API has them); false when `patience`
  // is up.
  bool until(const std::string& target, const std::function<bool(const HttpReply&)>& done,
             std::chrono::seconds patience = std::chrono::seconds{20});
  // Every reading that plain pulls give, as the NDJSON objects.
  std::vector<boost::json::object> pull_all();
  std::vector<boost::json::object> events();

 private:
  TempDir dir_;
  std::string daemon_keys_;
  std::uint16_t port_;
  std::unique_ptr<ChildProcess> process_;
};

// One message at QoS 1; returns when the broker has acknowledged it.
void publish(std::uint16_t broker, const std::string& topic, const std::string& payload);
// {"value":..,"time":now}
[[nodiscard]] std::string reading(const std::string& value);
// A program of this build, e.g. "tools/parkwatch/parkwatch".
[[nodiscard]] std::string program(const std::string& path);

}  // namespace parkwatch::test
