// tests/unit/parksim/tool_test.cpp - The program parksim, alone and with a real mosquitto.
#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/support/child_process.h"
#include "tests/support/mosquitto.h"
#include "tests/support/scripted_broker.h"
#include "tests/support/temp_dir.h"

namespace parkwatch::parksim::tool_test {
namespace {

using std::chrono::seconds;
using test::ChildProcess;

constexpr seconds patience{60};
constexpr const char* start = "2026-03-02T08:00:00Z";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> parksim(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv{PARKSIM_PATH};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

std::string broker_of(const test::Mosquitto& broker) {
  return "mqtt://127.0.0.1:" + std::to_string(broker.port());
}

test::MosquittoOptions broker_options() {
  test::MosquittoOptions options;
  options.unlimited_queue = true;
  return options;
}

// A subscriber that prints "topic payload" lines; returns when it is subscribed.
std::unique_ptr<ChildProcess> subscriber(test::Mosquitto& broker) {
  auto child = std::make_unique<ChildProcess>(std::vector<std::string>{
      "mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-i", "watcher",
      "-c", "-q", "1", "-t", "park/#", "-F", "%t %p"});
  REQUIRE(broker.wait_for_log("Sending SUBACK to watcher"));
  return child;
}

// What a subscriber must have seen of a run, from the dry run's lines.
std::vector<std::string> expected_lines(const std::vector<std::string>& run) {
  std::vector<std::string> argv = parksim(run);
  argv.insert(argv.end(), {"--print"});
  std::vector<std::string> expected;
  for (const auto& line : lines_of(test::run_to_end(argv))) {
    const std::string head = "{\"topic\": \"";
    if (!line.starts_with(head)) continue;  // the narration
    const auto quote = line.find('"', head.size());
    expected.push_back(line.substr(head.size(), quote - head.size()) + " {" +
                       line.substr(quote + 3));
  }
  return expected;
}

}  // namespace

TEST_CASE("parksim: --print writes the same lines again for the same seed and start", "[parksim]") {
  const auto argv = parksim({"--print", "--duration", "2m", "--start", start, "--seed", "9",
                             "--incident", "leak@10s+20s"});
  const auto first = test::run_to_end(argv);
  CHECK(first == test::run_to_end(argv));
  CHECK(first.find("leak begins") != std::string::npos);
  CHECK(first.find("leak is mended") != std::string::npos);
  CHECK(first.find(R"({"topic": "park/tf-a/t102/gas", "value": )") != std::string::npos);
}

TEST_CASE("parksim: --print ends with 1 when its output cannot be written", "[parksim]") {
  ChildProcess child{{"sh", "-c", std::string{PARKSIM_PATH} + " --print >/dev/full"}};
  CHECK(child.wait(patience) == 1);
  CHECK(child.output().find("the output cannot be written") != std::string::npos);
}

TEST_CASE("parksim: --list-tags and --list-incidents name them all", "[parksim]") {
  const auto tags = lines_of(test::run_to_end(parksim({"--list-tags"})));
  CHECK(tags.size() == 1 + 12 + 6 * 3 + 4 * 8);
  CHECK(std::ranges::count(tags, "park/tf-a/t101/inlet_valve,word,,0,1,0,0,1,5,closed|open") == 1);
  const auto incidents = test::run_to_end(parksim({"--list-incidents"}));
  CHECK(incidents.find("network-drop\n  cause: ") != std::string::npos);
  CHECK(incidents.find("tank-farm/flange-leak\n  cause: ") != std::string::npos);
}

TEST_CASE("parksim: systems of packages are printed, with their incidents", "[parksim]") {
  const auto argv = parksim({"--print", "--duration", "3m", "--start", start, "--system",
                             "tank-farm", "--incident", "tank-farm/intruder@60s+60s"});
  const auto said = test::run_to_end(argv);
  CHECK(said == test::run_to_end(argv));
  CHECK(said.find("1m: tank-farm/intruder begins: Somebody climbs over") != std::string::npos);
  CHECK(said.find("2m: tank-farm/intruder is mended") != std::string::npos);
  CHECK(said.find(R"({"topic": "park/tf-a/C1/event", "value": "person", "time": )"
                  R"("2026-03-02T08:01:01.000Z"})") != std::string::npos);
  CHECK(said.find("wwtp1") == std::string::npos);
}

TEST_CASE("parksim: a wrong option ends it with 2 and a message", "[parksim]") {
  ChildProcess child{parksim({"--incident", "earthquake@1s+1s"})};
  CHECK(child.wait(patience) == 2);
  CHECK(child.output().find("no such incident") != std::string::npos);
}

TEST_CASE("parksim: a subscriber of a real broker gets exactly what the dry run prints",
          "[parksim]") {
  test::Mosquitto broker{broker_options()};
  const std::vector<std::string> run{"--duration", "40s",       "--start",    start,
                                     "--seed",     "4",         "--incident", "network-drop@5s+10s",
                                     "--incident", "leak@2s+9s"};
  const auto expected = expected_lines(run);
  REQUIRE(expected.size() > 1000);
  const auto watcher = subscriber(broker);
  auto argv = parksim(run);
  argv.insert(argv.end(), {"--broker", broker_of(broker), "--speed", "20"});
  const auto said = test::run_to_end(argv, patience);
  CHECK(said.find("published=" + std::to_string(expected.size()) + " acknowledged=" +
                  std::to_string(expected.size()) + " missing=0") != std::string::npos);
  REQUIRE(watcher->wait_for_output(expected.back(), patience));
  auto seen = lines_of(watcher->output());
  auto wanted = expected;
  std::ranges::sort(seen);
  std::ranges::sort(wanted);
  CHECK(seen == wanted);
}

TEST_CASE("parksim: a recording reaches a subscriber as the dry run prints it, in its own time",
          "[parksim]") {
  const test::TempDir dir;
  const auto mapping = (dir.path() / "replay.toml").string();
  std::ofstream{mapping} << "file = \"meter.csv\"\nmissing = [\"\"]\n"
                            "[time]\ncolumns = [\"t\"]\nformat = \"%Y-%m-%d %H:%M\"\n"
                            "[[column]]\nname = \"kW\"\ntopic = \"park/en/m1/power\"\n";
  std::ofstream{dir.path() / "meter.csv"} << "t,kW\n2026-03-02 08:00,1\n2026-03-02 08:01,\n"
                                             "2026-03-02 08:02,2.5\n2026-03-02 08:03,4\n";
  test::Mosquitto broker{broker_options()};
  const auto expected = expected_lines({"--replay", mapping});
  REQUIRE(expected.size() == 3);
  CHECK(expected[1] == R"(park/en/m1/power {"value": 2.500, "time": "2026-03-02T08:02:00.000Z"})");
  CHECK(expected_lines({"--replay", mapping, "--duration", "2m"}).size() == 1);
  const auto watcher = subscriber(broker);
  const auto began = std::chrono::steady_clock::now();
  const auto said = test::run_to_end(
      parksim({"--replay", mapping, "--broker", broker_of(broker), "--speed", "360"}), patience);
  CHECK(std::chrono::steady_clock::now() - began >= std::chrono::milliseconds{500});  // 180 s / 360
  CHECK(said.find("parksim rows=4 missing_cells=1 replayed=3/3 published=3 acknowledged=3 "
                  "missing=0") != std::string::npos);
  for (const auto& line : expected) REQUIRE(watcher->wait_for_output(line, patience));
}

TEST_CASE("parksim: a recording that cannot be read ends it with 1 and the place", "[parksim]") {
  const test::TempDir dir;
  const auto mapping = (dir.path() / "replay.toml").string();
  std::ofstream{mapping} << "file = \"gone.csv\"\n[time]\ncolumns = [\"t\"]\nformat = \"%Y\"\n"
                            "[[column]]\nname = \"a\"\ntopic = \"b\"\n";
  ChildProcess child{parksim({"--replay", mapping, "--print"})};
  CHECK(child.wait(patience) == 1);
  CHECK(child.output().find("gone.csv: cannot be read") != std::string::npos);
}

TEST_CASE("parksim: a broker that is restarted under it loses nothing", "[parksim]") {
  auto options = broker_options();
  options.persistence = true;
  test::Mosquitto broker{options};
  const std::vector<std::string> run{"--duration", "30s", "--start", start, "--seed", "4"};
  const auto expected = expected_lines(run);
  const auto watcher = subscriber(broker);
  auto argv = parksim(run);
  argv.insert(argv.end(), {"--broker", broker_of(broker), "--speed", "10"});
  ChildProcess child{argv};
  for (const std::size_t at : {expected.size() / 4, expected.size() / 2}) {
    REQUIRE(watcher->wait_for_output(expected[at], patience));
    broker.stop();
    broker.start();
  }
  const auto exit_code = child.wait(patience);
  CAPTURE(child.output());
  REQUIRE(exit_code == 0);
  const auto count = std::to_string(expected.size());
  CHECK(child.output().find("published=" + count + " acknowledged=" + count + " missing=0") !=
        std::string::npos);
  CHECK(child.output().find("connects=1") == std::string::npos);
  for (const auto& line : expected) REQUIRE(watcher->wait_for_output(line, patience));
}

TEST_CASE("parksim: SIGTERM and SIGINT end it with its sum and everything delivered", "[parksim]") {
  for (const int number : {SIGTERM, SIGINT}) {
    test::Mosquitto broker;
    ChildProcess child{parksim({"--broker", broker_of(broker), "--speed", "10"})};
    REQUIRE(broker.wait_for_log("Received PUBLISH from parksim-"));
    child.signal(number);
    CHECK(child.wait(patience) == 0);
    CHECK(child.output().find(" missing=0 ") != std::string::npos);
    REQUIRE(broker.wait_for_log("Received DISCONNECT from parksim-"));
  }
}

TEST_CASE("parksim: a wrong password ends in the broker's refusal and exit code 1", "[parksim]") {
  auto options = broker_options();
  options.username = "sim";
  options.password = "secret";
  test::Mosquitto broker{options};
  const test::TempDir dir;
  const auto file = dir.path() / "password";
  std::ofstream{file} << "wrong\n";
  ChildProcess child{parksim(
      {"--broker", broker_of(broker), "--username", "sim", "--password-file", file.string()})};
  REQUIRE(child.wait_for_output("refused: not authorised", patience));
  child.signal(SIGTERM);
  CHECK(child.wait(patience) == 1);
}

TEST_CASE("parksim: the same refusal again and again is told once", "[parksim]") {
  test::ScriptedBroker broker;
  ChildProcess child{parksim({"--broker", "mqtt://127.0.0.1:" + std::to_string(broker.port())})};
  for (int i = 0; i < 3; ++i) {
    static_cast<void>(broker.expect(test::Wire::connect));
    broker.send(test::wire_connack(false, 3));
  }
  child.signal(SIGTERM);
  CHECK(child.wait(patience) == 1);
  const auto lines = lines_of(child.output());
  CHECK(std::ranges::count_if(lines, [](const std::string& line) {
          return line.find("refused: the broker is not available") != std::string::npos;
        }) == 1);
}

}  // namespace parkwatch::parksim::tool_test
