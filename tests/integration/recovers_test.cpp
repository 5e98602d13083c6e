// tests/integration/recovers_test.cpp - What somebody or something broke does not keep the daemon
// from watching: a damaged store, a broken configuration.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "store/connection.h"
#include "tests/integration/running_daemon.h"
#include "tests/support/mosquitto.h"

namespace recovers_test {

using namespace parkwatch::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

bool has(const HttpReply& reply, const std::string& words) {
  return reply.body.find(words) != std::string::npos;
}

// Overwrites the first page of a table, behind the WAL's back.
void destroy_page(const fs::path& database, const std::string& table) {
  std::int64_t page = 0;
  {
    auto connection = parkwatch::store::Connection::open({database.string(), false, {}});
    REQUIRE(connection.ok());
    {
      parkwatch::store::Query query{**connection,
                                    "SELECT rootpage FROM sqlite_schema WHERE name = ?"};
      REQUIRE(query.text(table).row());
      page = query.number_at(0);
    }
    REQUIRE((*connection)->checkpoint(true).ok());
  }
  std::fstream file{database, std::ios::binary | std::ios::in | std::ios::out};
  file.seekp((page - 1) * 4096);
  file << std::string(4096, '\xA5');
  REQUIRE(file.flush());
}

std::vector<fs::path> kept_files(const RunningDaemon& daemon) {
  std::vector<fs::path> kept;
  for (const auto& entry : fs::directory_iterator{daemon.state()}) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("parkwatch-damaged-") && name.ends_with(".db")) {
      kept.push_back(entry.path());
    }
  }
  return kept;
}

std::string last_cursor(RunningDaemon& daemon) {
  for (const json::object& line : get(daemon.port(), "/v1/readings").lines()) {
    if (line.at("type") == "page") return line.at("cursor").as_string().c_str();
  }
  return {};
}

// A level alarm that is acknowledged, a gas alarm that is not.
void raise_alarms(RunningDaemon& daemon, const Mosquitto& broker) {
  publish(broker.port(), "park/tank/t101/level", reading("9.5"));
  publish(broker.port(), "park/tank/t101/gas", reading("30"));
  REQUIRE(daemon.until("/v1/alarms", [](const HttpReply& r) {
    return has(r, "\"rule\":\"level\"") && has(r, "\"rule\":\"gas\"");
  }));
  for (const json::object& event : daemon.events()) {
    if (event.at("rule") != "level") continue;
    const std::string body = json::serialize(json::object{
        {"rule", "level"}, {"tag", "tank/t101/level"}, {"occurrence", event.at("occurrence")}});
    REQUIRE(send(daemon.port(), "POST", "/v1/alarms/ack", body).status == 200);
  }
}

void check_alarms(RunningDaemon& daemon) {
  const std::string alarms = get(daemon.port(), "/v1/alarms").body;
  CAPTURE(alarms);
  CHECK(alarms.find("\"state\":\"acknowledged\"") != std::string::npos);
  CHECK(alarms.find("\"state\":\"unacknowledged\"") != std::string::npos);
}

}  // namespace

TEST_CASE("recovers: a store that was damaged between two runs is set aside, and all goes on",
          "[integration]") {
  for (const std::string table : {"standing", "tags"}) {
    CAPTURE(table);
    Mosquitto broker;
    RunningDaemon daemon{tank_config(broker.port())};
    daemon.start_ready();
    raise_alarms(daemon, broker);
    const std::string cursor = last_cursor(daemon);
    REQUIRE(daemon.stop() == 0);
    destroy_page(daemon.state() / "parkwatch.db", table);

    daemon.start_ready();
    // Nothing of the start reads the tags: what comes upon them is a commit that writes one.
    if (table == "tags") {
      daemon.write_config(tank_config(broker.port(), "[[tag]]\nname = \"tank/t102/level\"\n"));
      daemon.signal(SIGHUP);
      CHECK(daemon.wait() == 1);
      CHECK(daemon.log().find("the store is damaged, the daemon ends") != std::string::npos);
      daemon.start_ready();
    }
    INFO(daemon.log());
    REQUIRE(kept_files(daemon).size() == 1);
    check_alarms(daemon);
    CHECK(daemon.until("/v1/alarms", [](const HttpReply& r) {
      return has(r, "store-fault") && has(r, "store/database") && has(r, "数据库已损坏");
    }));
    CHECK(daemon.until("/healthz", [](const HttpReply& r) {
      return r.status == 503 && has(r, "the database was damaged");
    }));
    const HttpReply gone = get(daemon.port(), "/v1/readings?after=" + cursor);
    CHECK(gone.status == 410);
    CHECK(has(gone, "\"gap\""));
    const std::size_t before = daemon.pull_all().size();
    CHECK(before == 2);
    publish(broker.port(), "park/tank/t101/level", reading("9.6"));
    CHECK(daemon.until("/v1/status", [](const HttpReply& r) { return has(r, "\"readings\":1,"); }));
    CHECK(daemon.pull_all().size() == before + 1);
    // Once is enough.
    const std::string now = last_cursor(daemon);
    REQUIRE(daemon.stop() == 0);
    daemon.start_ready();
    check_alarms(daemon);
    CHECK(get(daemon.port(), "/v1/readings?after=" + now).status == 200);
    CHECK(kept_files(daemon).size() == 1);
    CHECK(daemon.stop() == 0);
  }
}

TEST_CASE("recovers: a standing alarm whose journal row is damaged stays on the dashboards",
          "[integration]") {
  Mosquitto broker;
  RunningDaemon daemon{tank_config(broker.port())};
  daemon.start_ready();
  raise_alarms(daemon, broker);
  REQUIRE(daemon.stop() == 0);
  {
    auto connection =
        parkwatch::store::Connection::open({(daemon.state() / "parkwatch.db").string(), false, {}});
    REQUIRE(connection.ok());
    REQUIRE((*connection)->execute("UPDATE journal SET crc = crc + 1 WHERE rule = 'gas'"));
  }
  ChildProcess dashboard{{"mosquitto_sub", "-p", std::to_string(broker.port()), "-v", "-t",
                          "parkwatch/v1/test/alarm/#"}};
  REQUIRE(dashboard.wait_for_output("gas/tank/t101/gas/state {", 20s));
  daemon.start_ready();
  REQUIRE(dashboard.wait_for_output("alarm/store-fault/", 20s));
  publish(broker.port(), "park/tank/t101/level", reading("10.5"));
  REQUIRE(dashboard.wait_for_output("\"HH\"", 20s));
  CHECK(dashboard.output().find("gas/tank/t101/gas/state (null)") == std::string::npos);
  // It ends as any other.
  publish(broker.port(), "park/tank/t101/gas", reading("1"));
  CHECK(dashboard.wait_for_output("parkwatch.alarm.returned", 20s));
  CHECK(daemon.stop() == 0);
}

TEST_CASE("recovers: a start with a broken configuration runs the one that was last in force",
          "[integration]") {
  Mosquitto broker;
  RunningDaemon daemon{tank_config(broker.port())};
  daemon.start_ready();
  raise_alarms(daemon, broker);
  REQUIRE(daemon.stop() == 0);

  const std::string broken = tank_config(
      broker.port(), "[[rule]]\nid = \"third\"\nkind = \"limt\"\ntags = [\"tank/t101/level\"]\n");
  daemon.write_config(broken);
  daemon.start_ready();
  check_alarms(daemon);
  CHECK(daemon.log().find("did you mean \"limit\"") != std::string::npos);
  CHECK(daemon.until("/v1/alarms", [](const HttpReply& r) {
    return has(r, "configuration-fault") && has(r, "配置文件有");
  }));
  CHECK(daemon.until("/healthz", [](const HttpReply& r) {
    return r.status == 503 && has(r, "the one that was last in force runs in its place");
  }));
  ChildProcess status{{program("tools/parkwatch/parkwatch"), "--url", daemon.url(), "status"}};
  CHECK(status.wait(20s) == 0);
  CHECK(status.output().find("the configuration has") != std::string::npos);
  publish(broker.port(), "park/tank/t101/level", reading("10.5"));
  CHECK(daemon.until("/v1/alarms", [](const HttpReply& r) { return has(r, "\"level\":\"HH\""); }));

  SECTION("a reload with a mended one leaves it") {
    daemon.write_config(tank_config(broker.port()));
    daemon.signal(SIGHUP);
    CHECK(daemon.until("/healthz", [](const HttpReply& r) { return r.status == 200; }));
  }
  SECTION("so does a start with one") {
    REQUIRE(daemon.stop() == 0);
    daemon.write_config(tank_config(broker.port()));
    daemon.start_ready();
  }
  SECTION("one that is no TOML at all is no worse") {
    REQUIRE(daemon.stop() == 0);
    daemon.write_config("[[[ nonsense\n" + broken);
    daemon.start_ready();
    CHECK(has(get(daemon.port(), "/v1/alarms"), "\"rule\":\"level\""));
    daemon.write_config(tank_config(broker.port()));
    daemon.signal(SIGHUP);
  }
  CHECK(daemon.until("/v1/events?max=1000", [](const HttpReply& r) {
    const std::size_t at = r.body.rfind("configuration-fault");
    return at != std::string::npos &&
           r.body.find("\"kind\":\"returned\"", r.body.rfind('\n', at)) != std::string::npos;
  }));
  CHECK(daemon.stop() == 0);
}

TEST_CASE("recovers: a first start with a broken configuration is refused", "[integration]") {
  RunningDaemon daemon{"[[rule]]\nid = \"r\"\nkind = \"limt\"\n"};
  daemon.start();
  CHECK(daemon.wait() == 1);
  CHECK(daemon.log().find("the configuration has errors") != std::string::npos);
  CHECK_FALSE(fs::exists(daemon.state() / "parkwatch.db"));
}

}  // namespace recovers_test
