// tests/support/mosquitto.h - A real mosquitto on a free loopback port, with a configuration and a
// data directory of its own. Gone with its object.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"

namespace parkwatch::test {

struct MosquittoOptions {
  // Sessions and messages survive stop(); and kill(), but for the changes since the last turn of
  // its loop.
  bool persistence = false;
  bool unlimited_queue = false;  // max_queued_messages 0; mosquitto's default is 1000
  unsigned inflight = 0;         // max_inflight_messages; 0: mosquitto's default (20)
  bool no_delay = false;         // set_tcp_nodelay; mosquitto's default leaves Nagle on
  std::string username;          // empty: anonymous clients are allowed
  std::string password;
  std::string ca_file;  // with cert_file and key_file: TLS
  std::string cert_file;
  std::string key_file;
  bool require_certificate = false;
  std::vector<std::string> lines;  // further lines of its configuration
};

class Mosquitto {
 public:
  // Returns when it accepts connections. Throws std::runtime_error with its output when it does not
  // start.
  explicit Mosquitto(MosquittoOptions options = {});
  ~Mosquitto();
  Mosquitto(const Mosquitto&) = delete;
  Mosquitto& operator=(const Mosquitto&) = delete;

  [[nodiscard]] std::uint16_t port() const {
    return port_;
  }              // on 127.0.0.1, the same after a restart
  void start();  // again, after stop() or kill()
  void stop();   // SIGTERM, and waits for its end
  void kill();   // SIGKILL, and waits for its end
  [[nodiscard]] pid_t pid() const { return process_ ? process_->pid() : -1; }
  [[nodiscard]] std::string log() const { return process_ ? process_->output() : ""; }
  // Its log since the last start, e.g. "as sub1" after a CONNECT, "Received PUBACK from sub1".
  bool wait_for_log(const std::string& text,
                    std::chrono::milliseconds timeout = std::chrono::seconds{10}) {
    return process_ && process_->wait_for_output(text, timeout);
  }

 private:
  void write_configuration() const;
  bool try_start();
  void end(int signal_number);

  MosquittoOptions options_;
  TempDir dir_;
  std::uint16_t port_ = 0;
  std::unique_ptr<ChildProcess> process_;
};

// A port of 127.0.0.1 that was free a moment ago.
[[nodiscard]] std::uint16_t free_loopback_port();

}  // namespace parkwatch::test
