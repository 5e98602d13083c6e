// tests/support/mosquitto.cpp - Configuration, start and end of a test's broker.
#include "tests/support/mosquitto.h"

#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fstream>
#include <stdexcept>

namespace parkwatch::test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

std::uint16_t free_loopback_port() {
  asio::io_context io;
  const asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  return acceptor.local_endpoint().port();
}

Mosquitto::Mosquitto(MosquittoOptions options) : options_(std::move(options)) {
  if (!options_.username.empty()) {
    run_to_end({"mosquitto_passwd", "-b", "-c", (dir_.path() / "passwords").string(),
                options_.username, options_.password});
  }
  // Between the search for a free port and mosquitto's bind another test may take it.
  for (int attempt = 0; attempt < 10; ++attempt) {
    port_ = free_loopback_port();
    if (try_start()) return;
    if (log().find("Address already in use") == std::string::npos) break;
  }
  throw std::runtime_error("mosquitto did not start: " + log());
}

Mosquitto::~Mosquitto() = default;

void Mosquitto::start() {
  if (!try_start()) throw std::runtime_error("mosquitto did not start: " + log());
}

void Mosquitto::stop() { end(SIGTERM); }

void Mosquitto::kill() { end(SIGKILL); }

void Mosquitto::end(int signal_number) {
  if (!process_) return;
  // It says that it runs before it sets `run`, and a signal between the two is lost.
  for (int attempt = 0; attempt < 60; ++attempt) {
    process_->signal(signal_number);
    if (process_->wait(1s)) return process_.reset();
  }
  throw std::runtime_error("mosquitto does not end");
}

bool Mosquitto::try_start() {
  write_configuration();
  process_ = std::make_unique<ChildProcess>(std::vector<std::string>{
      "/usr/sbin/mosquitto", "-c", (dir_.path() / "mosquitto.conf").string()});
  // "mosquitto version 2.0.11 running", written after the listeners are open.
  return process_->wait_for_output(" running\n", 10s);
}

void Mosquitto::write_configuration() const {
  std::ofstream out(dir_.path() / "mosquitto.conf");
  // Started by root it would become another user, who may not read this directory.
  if (const passwd* user = ::getpwuid(::geteuid())) out << "user " << user->pw_name << "\n";
  out << "log_dest stderr\nlog_type all\n";
  if (options_.persistence) {
    out << "persistence true\npersistence_location " << dir_.path().string() << "/\n"
        << "autosave_interval 1\nautosave_on_changes true\n";
  }
  if (options_.unlimited_queue) out << "max_queued_messages 0\n";
  if (options_.inflight != 0) out << "max_inflight_messages " << options_.inflight << "\n";
  if (options_.no_delay) out << "set_tcp_nodelay true\n";
  for (const std::string& line : options_.lines) out << line << "\n";
  out << "listener " << port_ << " 127.0.0.1\n";
  if (options_.username.empty()) {
    out << "allow_anonymous true\n";
  } else {
    out << "allow_anonymous false\npassword_file " << (dir_.path() / "passwords").string() << "\n";
  }
  if (!options_.cert_file.empty()) {
    out << "cafile " << options_.ca_file << "\ncertfile " << options_.cert_file << "\nkeyfile "
        << options_.key_file << "\n";
    out << "require_certificate " << (options_.require_certificate ? "true" : "false") << "\n";
  }
}

}  // namespace parkwatch::test
