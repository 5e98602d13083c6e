// tests/integration/gates_test.cpp - From passages at a real broker to the ledger over HTTP: an
// alarm, a kill, a muster, permits, and nobody's name where it must not be.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>

#include "tests/integration/running_daemon.h"
#include "tests/support/mosquitto.h"

namespace gates_test {

using namespace parkwatch::test;
using namespace std::chrono_literals;

namespace {

std::string site(std::uint16_t broker, const std::string& gates_keys = "") {
  return tank_config(broker) + R"(
[gates]
muster_rules = ["gas"]
)" + gates_keys +
         R"(
[[gate]]
name = "g1"
classes = ["person", "vehicle"]
[[gate]]
name = "g2"
[[source.passage]]
topic = "gates/{gate}/pass"
id = "/id"
name = "/name"
class = "/class"
kind = "/kind"
)";
}

void pass(Mosquitto& broker, const std::string& kind, const std::string& subject,
          const std::string& id, const std::string& gate) {
  publish(broker.port(), "gates/" + gate + "/pass",
          R"({"id":")" + id + R"(","name":"NAME)" + id + R"(","class":")" + subject +
              R"(","kind":")" + kind + R"("})");
}

bool shows(RunningDaemon& daemon, const std::string& target, const std::string& text) {
  return daemon.until(target, [&](const HttpReply& reply) {
    return reply.status == 200 && reply.body.find(text) != std::string::npos;
  });
}

std::string body_of(RunningDaemon& daemon, const std::string& target) {
  return get(daemon.port(), target).body;
}

unsigned tell(RunningDaemon& daemon, const std::string& target, const std::string& body) {
  return send(daemon.port(), "POST", target, body).status;
}

}  // namespace

TEST_CASE("gates: a hazmat vehicle at an ordinary gate alarms, and a kill changes nothing",
          "[integration]") {
  Mosquitto broker;
  RunningDaemon daemon{site(broker.port())};
  daemon.start_ready();
  pass(broker, "enter", "person", "emp-1", "g1");
  pass(broker, "enter", "person", "emp-2", "g1");
  pass(broker, "enter", "hazmat", "haz-1", "g1");
  REQUIRE(shows(daemon, "/v1/alarms", "gate-wrong-gate"));
  REQUIRE(shows(daemon, "/v1/gates/inside", R"("counts":{"person":2,"vehicle":0,"hazmat":1})"));
  const std::string before = body_of(daemon, "/v1/gates/inside");
  const std::string rows = before.substr(before.find("\"inside\""));
  daemon.kill();
  daemon.start_ready();
  const std::string after = body_of(daemon, "/v1/gates/inside");
  CHECK(after.substr(after.find("\"inside\"")) == rows);
  pass(broker, "leave", "hazmat", "haz-1", "g2");
  REQUIRE(shows(daemon, "/v1/gates/inside", R"("hazmat":0)"));
  REQUIRE(shows(daemon, "/v1/alarms", R"("state":"returned_unacknowledged")"));
  REQUIRE(shows(daemon, "/v1/gates/passages", R"("id":"haz-1")"));
  CHECK(daemon.log().find("places differ") == std::string::npos);
  for (const char* name : {"emp-1", "haz-1", "NAME"}) {
    CHECK(daemon.log().find(name) == std::string::npos);
    CHECK(body_of(daemon, "/v1/events?max=1000").find(name) == std::string::npos);
    CHECK(body_of(daemon, "/metrics").find(name) == std::string::npos);
  }
}

TEST_CASE("gates: an evacuation alarm begins a muster; who is missing is listed through a kill",
          "[integration]") {
  Mosquitto broker;
  RunningDaemon daemon{site(broker.port())};
  daemon.start_ready();
  for (const char* id : {"emp-1", "emp-2", "emp-3"}) pass(broker, "enter", "person", id, "g1");
  REQUIRE(shows(daemon, "/v1/gates/inside", R"("person":3)"));
  publish(broker.port(), "park/tank/t101/gas", reading("60"));
  REQUIRE(shows(daemon, "/v1/gates/muster", R"("active":true)"));
  pass(broker, "leave", "person", "emp-1", "g1");
  CHECK(tell(daemon, "/v1/gates/muster/report", R"({"id":"emp-2","point":"mp1"})") == 200);
  REQUIRE(shows(daemon, "/v1/gates/muster", R"("missing":1,"left":1,"reported":1)"));
  daemon.kill();
  daemon.start_ready();
  const std::string missing = body_of(daemon, "/v1/gates/muster?state=missing");
  CHECK(missing.find("emp-3") != std::string::npos);
  CHECK(missing.find("emp-2") == std::string::npos);
  CHECK(tell(daemon, "/v1/gates/muster/end", "") == 200);
  CHECK(tell(daemon, "/v1/gates/muster/end", "") == 409);
}

TEST_CASE("gates: permits come from a list and the API; a reload takes a new list",
          "[integration]") {
  Mosquitto broker;
  RunningDaemon daemon{site(broker.port(), "permits = \"permits.csv\"\n")};
  std::ofstream{daemon.folder() / "permits.csv"} << "number,id,class\nF1,haz-1,hazmat\n";
  daemon.start_ready();
  REQUIRE(shows(daemon, "/v1/gates/permits", "F1"));
  pass(broker, "enter", "hazmat", "haz-1", "g2");
  pass(broker, "enter", "hazmat", "haz-2", "g2");
  REQUIRE(shows(daemon, "/v1/alarms", "gate-no-permit"));
  CHECK(send(daemon.port(), "PUT", "/v1/gates/permits/A1", R"({"id":"haz-2"})").status == 200);
  REQUIRE(shows(daemon, "/v1/alarms", R"("state":"returned_unacknowledged")"));
  CHECK(send(daemon.port(), "DELETE", "/v1/gates/permits/F1", "").status == 409);
  std::ofstream{daemon.folder() / "permits.csv"} << "number,id,class\nF2,haz-1,hazmat\n";
  daemon.signal(SIGHUP);
  REQUIRE(shows(daemon, "/v1/gates/permits", "F2"));
  CHECK(body_of(daemon, "/v1/gates/permits").find("F1") == std::string::npos);
  std::ofstream{daemon.folder() / "permits.csv"} << "number,id,class\nF2,haz-1,hazmat\nF2,x,\n";
  daemon.signal(SIGHUP);
  REQUIRE(daemon.says("another row has this number"));
  CHECK(body_of(daemon, "/v1/gates/permits").find("F2") != std::string::npos);
}

TEST_CASE("gates: with pseudonyms no name is in the store, and plates can be typed as they are",
          "[integration]") {
  Mosquitto broker;
  RunningDaemon daemon{site(broker.port(), "pseudonymise = true\nkey_file = \"gates.key\"\n")};
  const auto key = daemon.folder() / "gates.key";
  std::ofstream{key} << "0123456789abcdef\n";
  std::filesystem::permissions(key, std::filesystem::perms{0600});
  daemon.start_ready();
  pass(broker, "enter", "person", "SECRET77", "g1");
  publish(broker.port(), "gates/g1/pass", R"({"id":["SECRET77"]})");
  REQUIRE(shows(daemon, "/v1/gates/inside", R"("person":1)"));
  REQUIRE(shows(daemon, "/v1/quarantine", "wrong_type"));
  CHECK(body_of(daemon, "/v1/gates/inside").find("\"id\":\"~") != std::string::npos);
  CHECK(tell(daemon, "/v1/gates/corrections",
             R"({"verb":"leave","id":"SECRET77","reason":"seen outside"})") == 200);
  REQUIRE(shows(daemon, "/v1/gates/inside", R"("person":0)"));
  CHECK(body_of(daemon, "/v1/quarantine").find("SECRET77") == std::string::npos);
  CHECK(daemon.log().find("SECRET77") == std::string::npos);
  REQUIRE(daemon.stop() == 0);
  for (const auto& file : std::filesystem::recursive_directory_iterator{daemon.state()}) {
    if (!file.is_regular_file()) continue;
    std::ifstream in{file.path(), std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    CHECK(bytes.find("SECRET77") == std::string::npos);
  }
}

TEST_CASE("gates: the tool shows who is inside and corrects it", "[integration]") {
  Mosquitto broker;
  RunningDaemon daemon{site(broker.port())};
  daemon.start_ready();
  pass(broker, "enter", "vehicle", "car-7", "g1");
  REQUIRE(shows(daemon, "/v1/gates/inside", "car-7"));
  const auto tool = [&](std::vector<std::string> args) {
    args.insert(args.begin(), {program("tools/parkwatch/parkwatch"), "--url", daemon.url()});
    ChildProcess process{args};
    REQUIRE(process.wait(30s) == 0);
    return process.output();
  };
  CHECK(tool({"gates", "inside"}).find("car-7") != std::string::npos);
  CHECK(tool({"gates", "correct", "leave", "car-7", "--reason", "seen outside"}) ==
        "corrected: leave car-7\n");
  CHECK(tool({"gates", "inside"}) == "nobody\n");
  CHECK(body_of(daemon, "/v1/events?max=1000").find("gates_corrected") != std::string::npos);
}

}  // namespace gates_test
