// tests/integration/peers_test.cpp - Peers that go wrong while the rest goes on: a broker with the
// wrong name, a puller that is killed again and again.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "tests/integration/running_daemon.h"
#include "tests/support/certificates.h"
#include "tests/support/mosquitto.h"

namespace peers_test {

using namespace parkwatch::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

MosquittoOptions with_tls(const CertificateAuthority& authority, const CertificateFiles& files) {
  MosquittoOptions options;
  options.ca_file = authority.file();
  options.cert_file = files.cert;
  options.key_file = files.key;
  return options;
}

std::string secure_source(const std::string& name, std::uint16_t port, const std::string& ca) {
  return "[[source]]\nname = \"" + name +
         "\"\ndriver = \"mqtt\"\nurl = \"mqtts://localhost:" + std::to_string(port) +
         "\"\nca_file = \"" + ca +
         "\"\n[[source.mapping]]\ntopic = \"park/{site}/{device}/{quantity}\"\nformat = \"json\"\n"
         "tag = \"{site}/{device}/{quantity}\"\nvalue = \"/value\"\ntime = \"/time\"\n";
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// How often each value stands in an NDJSON file; every line must be whole.
std::map<std::int64_t, int> values_in(const fs::path& file) {
  std::map<std::int64_t, int> times;
  for (const std::string& line : lines_of(file)) {
    const json::value parsed = json::parse(line);
    const json::object& row = parsed.as_object();
    if (!row.contains("value")) continue;
    ++times[static_cast<std::int64_t>(row.at("value").to_number<double>() * 1000 + 0.5)];
  }
  return times;
}

}  // namespace

TEST_CASE(
    "peers: a broker whose certificate has another name is refused by name, and the other works",
    "[integration]") {
  CertificateAuthority authority;
  Mosquitto good{with_tls(authority, authority.issue("good", "DNS:localhost,IP:127.0.0.1"))};
  Mosquitto wrong{with_tls(authority, authority.issue("wrong", "DNS:elsewhere.example"))};
  Mosquitto alerts;
  RunningDaemon daemon{tank_config(alerts.port()) +
                       secure_source("good", good.port(), authority.file()) +
                       secure_source("wrong", wrong.port(), authority.file())};
  daemon.start_ready(false);
  CHECK(daemon.until("/v1/status", [](const HttpReply& reply) {
    const json::value status = json::parse(reply.body);
    bool good_is_in = false;
    bool wrong_is_told = false;
    for (const json::value& source : status.at("sources").as_array()) {
      const std::string name{source.at("name").as_string()};
      const std::string detail{source.at("detail").as_string()};
      if (name == "good") good_is_in = source.at("connected").as_bool();
      if (name == "wrong") {
        CHECK_FALSE(source.at("connected").as_bool());
        wrong_is_told = detail.find("certificate is refused") != std::string::npos;
      }
    }
    return good_is_in && wrong_is_told;
  }));
  CHECK(daemon.says("certificate is refused"));
  CHECK(get(daemon.port(), "/healthz").status == 503);
  // What comes over the good one is stored and judged.
  (void)run_to_end({"mosquitto_pub", "-h", "localhost", "-p", std::to_string(good.port()),
                    "--cafile", authority.file(), "-q", "1", "-t", "park/tank/t101/level", "-m",
                    reading("9.5")});
  CHECK(daemon.until("/v1/events", [](const HttpReply& reply) {
    return reply.body.find("\"raised\"") != std::string::npos;
  }));
  CHECK(daemon.stop() == 0);
}

TEST_CASE("peers: a puller that is killed again and again has each reading once in its file",
          "[integration]") {
  MosquittoOptions options;
  options.unlimited_queue = true;
  Mosquitto broker{options};
  RunningDaemon daemon{tank_config(broker.port())};
  daemon.start_ready();
  const fs::path file = daemon.folder() / "readings.ndjson";
  const std::vector<std::string> pull{program("tools/parkwatch/parkwatch"),
                                      "--url",
                                      daemon.url(),
                                      "pull",
                                      "--follow",
                                      "--page-bytes",
                                      "1KiB",
                                      "--cursor-file",
                                      (daemon.folder() / "cursor").string(),
                                      "-o",
                                      file.string()};
  constexpr int rounds = 12;
  constexpr int each = 25;
  for (int round = 0; round < rounds; ++round) {
    ChildProcess puller{pull};
    std::string batch;
    for (int i = 0; i < each; ++i) {
      batch += reading(std::to_string(round * each + i) + "e-3") + "\n";
    }
    std::ofstream{daemon.folder() / "batch"} << batch;
    (void)run_to_end({"sh", "-c",
                      "mosquitto_pub -p " + std::to_string(broker.port()) +
                          " -q 1 -t park/tank/t101/level -l < '" +
                          (daemon.folder() / "batch").string() + "'"});
    // Killed at once in one round, behind a part of what there is in the next.
    const auto until = std::chrono::steady_clock::now() + 10s;
    const std::size_t wanted = round % 2 == 0 ? 0 : static_cast<std::size_t>(round * each / 2);
    while (lines_of(file).size() < wanted && std::chrono::steady_clock::now() < until) {
      std::this_thread::yield();
    }
    puller.signal(SIGKILL);
    CHECK(puller.wait(10s) == 128 + SIGKILL);
  }
  REQUIRE(daemon.until("/v1/status", [](const HttpReply& reply) {
    return json::parse(reply.body).at("numbers").at("readings").to_number<int>() == rounds * each;
  }));
  std::vector<std::string> last = pull;
  last.erase(std::find(last.begin(), last.end(), "--follow"));
  (void)run_to_end(last);
  const auto values = values_in(file);
  CHECK(values.size() == rounds * each);
  for (const auto& [value, times] : values) {
    CAPTURE(value);
    CHECK(times == 1);
  }
}

}  // namespace peers_test
