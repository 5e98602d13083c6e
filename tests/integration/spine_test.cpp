// tests/integration/spine_test.cpp - From an MQTT message to an alarm, an alert and a pulled
// reading, over real peers; and what a kill, a stop and a reload leave.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>

#include "tests/integration/running_daemon.h"
#include "tests/support/mosquitto.h"

namespace spine_test {

using namespace parkwatch::test;
using namespace std::chrono_literals;

namespace {

MosquittoOptions keeping() {
  MosquittoOptions options;
  options.unlimited_queue = true;
  return options;
}

bool has(const HttpReply& reply, const std::string& text) {
  return reply.body.find(text) != std::string::npos;
}

// (kind, level) of every transition of a rule, in order.
std::vector<std::string> life_of(RunningDaemon& daemon, const std::string& rule) {
  std::vector<std::string> life;
  for (const boost::json::object& event : daemon.events()) {
    if (event.at("rule").as_string() != std::string_view{rule}) continue;
    life.push_back(std::string{event.at("kind").as_string()} + " " +
                   std::string{event.at("level").as_string()});
  }
  return life;
}

std::uint64_t occurrence_of(RunningDaemon& daemon, const std::string& rule) {
  for (const boost::json::object& event : daemon.events()) {
    if (event.at("rule").as_string() == std::string_view{rule})
      return event.at("occurrence").to_number<std::uint64_t>();
  }
  return 0;
}

// A parkwatch.v1.Readings of two readings, cut inside the second: tag and int64 of tank/t101/level.
std::string cut_readings() {
  const std::string tag = "tank/t101/level";
  const std::string one = "\x0a" + std::string(1, static_cast<char>(tag.size())) + tag + "\x20\x0a";
  const std::string field = "\x0a" + std::string(1, static_cast<char>(one.size())) + one;
  return field + field.substr(0, field.size() / 2);
}

}  // namespace

TEST_CASE("spine: a message becomes an alarm, a retained alert and a pulled reading",
          "[integration]") {
  Mosquitto broker{keeping()};
  RunningDaemon daemon{tank_config(broker.port())};
  daemon.start_ready();
  ChildProcess listener{
      {"mosquitto_sub", "-p", std::to_string(broker.port()), "-v", "-t", "parkwatch/v1/test/#"}};
  REQUIRE(listener.wait_for_output("parkwatch/v1/test/online", 10s));

  publish(broker.port(), "park/tank/t101/level", reading("9.5"));
  REQUIRE(listener.wait_for_output("parkwatch/v1/test/event/high/", 10s));
  CHECK(listener.wait_for_output("parkwatch/v1/test/alarm/level/tank/t101/level/state", 10s));
  publish(broker.port(), "park/tank/t101/level", reading("10.5"));
  REQUIRE(listener.wait_for_output("parkwatch/v1/test/event/critical/", 10s));
  publish(broker.port(), "park/tank/t101/level", reading("5"));
  REQUIRE(daemon.until("/v1/alarms",
                       [](const HttpReply& r) { return has(r, "returned_unacknowledged"); }));

  CHECK(life_of(daemon, "level") ==
        std::vector<std::string>{"raised H", "level_changed HH", "returned "});
  const auto readings = daemon.pull_all();
  REQUIRE(readings.size() == 3);
  CHECK(readings[0].at("tag") == "tank/t101/level");
  CHECK(readings[0].at("value").as_double() == 9.5);
  CHECK(readings[2].at("value").to_number<double>() == 5);

  // Acknowledged, it is normal again and its retained state is emptied.
  const auto events = daemon.events();
  const std::string body = R"({"rule":"level","tag":"tank/t101/level","occurrence":)" +
                           std::to_string(events[1].at("occurrence").to_number<std::uint64_t>()) +
                           "}";
  CHECK(send(daemon.port(), "POST", "/v1/alarms/ack", body).status == 200);
  CHECK(
      daemon.until("/v1/alarms", [](const HttpReply& r) { return !has(r, "\"rule\":\"level\""); }));
  // An occurrence that is past is answered with the new state.
  CHECK(send(daemon.port(), "POST", "/v1/alarms/ack", body).status == 409);
  CHECK(daemon.stop() == 0);
}

TEST_CASE("spine: a kill keeps readings, alarms and acknowledgements, and sends nothing twice",
          "[integration]") {
  Mosquitto broker{keeping()};
  RunningDaemon daemon{tank_config(broker.port())};
  daemon.start_ready();
  publish(broker.port(), "park/tank/t101/level", reading("9.5"));
  publish(broker.port(), "park/tank/t101/gas", reading("30"));
  REQUIRE(
      daemon.until("/v1/events", [](const HttpReply& r) { return has(r, "\"rule\":\"gas\""); }));
  const std::string body = R"({"rule":"gas","tag":"tank/t101/gas","occurrence":)" +
                           std::to_string(occurrence_of(daemon, "gas")) + "}";
  REQUIRE(send(daemon.port(), "POST", "/v1/alarms/ack", body).status == 200);
  daemon.kill();

  publish(broker.port(), "park/tank/t101/level", reading("9.6"));  // kept by the broker
  daemon.start_ready();
  publish(broker.port(), "park/tank/t101/level", reading("8.7"));
  REQUIRE(daemon.until("/v1/events", [](const HttpReply& r) { return has(r, "\"returned\""); }));
  CHECK(life_of(daemon, "level") == std::vector<std::string>{"raised H", "returned "});
  CHECK(life_of(daemon, "gas") == std::vector<std::string>{"raised H", "acknowledged H"});
  CHECK(daemon.pull_all().size() == 4);
  CHECK(daemon.log().find("differ from what is stored") == std::string::npos);
}

TEST_CASE("spine: an orderly stop loses nothing and the next start replays nothing",
          "[integration]") {
  Mosquitto broker{keeping()};
  RunningDaemon daemon{tank_config(broker.port())};
  daemon.start_ready();
  for (int i = 0; i < 20; ++i)
    publish(broker.port(), "park/tank/t101/level", reading(std::to_string(i % 9)));
  CHECK(daemon.stop() == 0);
  daemon.start_ready();
  CHECK(daemon.says("0 batches with 0 readings stepped again"));
  REQUIRE(daemon.until("/v1/status", [](const HttpReply& r) { return r.status == 200; }));
  CHECK(daemon.pull_all().size() == 20);
}

TEST_CASE("spine: hostile messages are quarantined and the next message is not affected",
          "[integration]") {
  Mosquitto broker{keeping()};
  // The session's subscription of an earlier configuration, which only the broker remembers.
  (void)run_to_end({"mosquitto_sub", "-p", std::to_string(broker.port()), "-i", "test-daemon", "-c",
                    "-q", "1", "-t", "stray/#", "-E"});
  std::string config = tank_config(broker.port());
  config.insert(config.find("[alerts]"),
                "[[source.mapping]]\ntopic = \"pb/readings\"\nformat = \"parkwatch.v1\"\n");
  RunningDaemon daemon{config};
  daemon.start_ready();
  const std::string topic = "park/tank/t101/level";
  const std::vector<std::string> hostile{
      "{\"value\": 1",           "{\"value\": NaN}",      "{\"value\": 1e999}",
      std::string(100'000, '['), "{\"value\": \"text\"}", "\xff\xfe\x00\x01",
      "{\"other\": 5}",          "{\"value\": null}",     "{\"value\": 1, \"time\": \"yesterday\"}",
      "not json at all"};
  for (const std::string& payload : hostile) publish(broker.port(), topic, payload);
  publish(broker.port(), "stray/tank/level", reading("1"));
  publish(broker.port(), "park//t101/level", reading("1"));      // no tag's name has an empty level
  publish(broker.port(), "park/tank/t999/level", reading("1"));  // an unknown tag
  publish(broker.port(), "pb/readings", cut_readings());
  const TempDir dir;
  const std::string big = (dir.path() / "big").string();
  std::ofstream{big} << std::string(10U << 20, 'x');
  (void)run_to_end(
      {"mosquitto_pub", "-p", std::to_string(broker.port()), "-q", "1", "-t", topic, "-f", big});

  publish(broker.port(), topic, reading("9.5"));
  REQUIRE(
      daemon.until("/v1/alarms", [](const HttpReply& r) { return has(r, "\"rule\":\"level\""); }));
  const HttpReply quarantine = get(daemon.port(), "/v1/quarantine?max=100");
  for (const char* reason : {"malformed", "not_a_number", "not_utf8", "unknown_tag", "oversized",
                             "unmapped_topic", R"(takes \"stray/tank/level\")",
                             R"(\"/t101/level\" cannot be)", "the payload ends inside a reading"}) {
    CAPTURE(reason);
    CHECK(has(quarantine, reason));
  }
  // What stands before the cut is taken.
  const auto readings = daemon.pull_all();
  REQUIRE(readings.size() == 2);
  CHECK(readings[0].at("value").to_number<double>() == 5);
  CHECK(readings[1].at("value").to_number<double>() == 9.5);
  const std::string shown =
      run_to_end({program("tools/parkwatch/parkwatch"), "--url", daemon.url(), "quarantine"});
  CHECK(shown.find("unknown_tag") != std::string::npos);
  CHECK(daemon.stop() == 0);
}

TEST_CASE("spine: a reload keeps the alarms of rules that did not change", "[integration]") {
  Mosquitto broker{keeping()};
  RunningDaemon daemon{tank_config(broker.port())};
  daemon.start_ready();
  publish(broker.port(), "park/tank/t101/level", reading("9.5"));
  REQUIRE(
      daemon.until("/v1/alarms", [](const HttpReply& r) { return has(r, "\"rule\":\"level\""); }));

  daemon.write_config(tank_config(
      broker.port(),
      "[[tag]]\nname = \"tank/t102/level\"\n"
      "[[rule]]\nid = \"gas\"\nkind = \"limit\"\ntags = [\"tank/t101/gas\"]\nH = 25\n"));
  daemon.signal(SIGHUP);
  REQUIRE(daemon.says("the new configuration is not taken"));  // the id "gas" stands twice
  CHECK(has(get(daemon.port(), "/healthz"), "not in force"));
  CHECK(has(get(daemon.port(), "/v1/alarms"), "\"rule\":\"level\""));

  daemon.write_config(tank_config(broker.port(), "[[tag]]\nname = \"tank/t102/level\"\n"));
  daemon.signal(SIGHUP);
  REQUIRE(daemon.says("is in force"));
  publish(broker.port(), "park/tank/t102/level", reading("9.9"));
  REQUIRE(daemon.until("/v1/alarms", [](const HttpReply& r) { return has(r, "tank/t102/level"); }));
  CHECK(life_of(daemon, "level").front() == "raised H");
  CHECK(life_of(daemon, "level").size() == 2);  // one of each tank: the first was not raised again
}

}  // namespace spine_test
