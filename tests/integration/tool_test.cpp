// tests/integration/tool_test.cpp - What an operator asks and does with `parkwatch`, answered by a
// real daemon.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/integration/running_daemon.h"
#include "tests/support/mosquitto.h"

namespace tool_test {

using namespace parkwatch::test;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> command(const RunningDaemon& daemon, std::vector<std::string> words) {
  words.insert(words.begin(), {program("tools/parkwatch/parkwatch"), "--url", daemon.url()});
  return words;
}

// What the tool prints; it must end with 0.
std::string told(const RunningDaemon& daemon, std::vector<std::string> words) {
  return run_to_end(command(daemon, std::move(words)));
}

// The first line with all of these words, in their order; empty: there is none.
std::string line_with(const std::string& text, const std::vector<std::string>& words) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    std::size_t at = 0;
    for (const std::string& word : words) {
      if (at != std::string::npos) at = line.find(word, at);
    }
    if (at != std::string::npos) return line;
  }
  return {};
}

}  // namespace

TEST_CASE("tool: an operator sees an alarm, follows it, acknowledges it and sees it go",
          "[integration]") {
  Mosquitto broker;
  RunningDaemon daemon{tank_config(broker.port())};
  daemon.start_ready();
  CHECK(told(daemon, {"alarms"}) == "no alarm stands\n");
  publish(broker.port(), "park/tank/t101/level", reading("9.5"));
  const auto has = [](const std::string& words) {
    return [words](const HttpReply& r) { return r.body.find(words) != std::string::npos; };
  };
  REQUIRE(daemon.until("/v1/alarms", has("\"rule\":\"level\"")));
  const auto occurrence = daemon.events().at(0).at("occurrence").to_number<std::uint64_t>();

  const std::string standing = told(daemon, {"alarms"});
  CAPTURE(standing);
  CHECK_FALSE(line_with(standing, {"high", "unacknowledged", "H", "level", "tank/t101/level",
                                   "9.5 m (limit 9)", std::to_string(occurrence)})
                  .empty());
  ChildProcess watcher{command(daemon, {"alarms", "--watch"})};
  REQUIRE(watcher.wait_for_output("9.5 m (limit 9)", 10s));

  const std::string acknowledged = told(daemon, {"ack", "level", "tank/t101/level"});
  CHECK(acknowledged == "acknowledged: level tank/t101/level, occurrence " +
                            std::to_string(occurrence) + ", now acknowledged\n");
  CHECK(watcher.wait_for_output("  acknowledged ", 10s));
  CHECK_FALSE(line_with(told(daemon, {"alarms"}), {"acknowledged", "tank/t101/level"}).empty());

  publish(broker.port(), "park/tank/t101/level", reading("5"));
  CHECK(watcher.wait_for_output("  returned ", 10s));
  CHECK_FALSE(line_with(watcher.output(), {"returned", "level tank/t101/level", "5 m"}).empty());
  CHECK(told(daemon, {"alarms"}) == "no alarm stands\n");
  ChildProcess again{command(daemon, {"ack", "level", "tank/t101/level"})};
  CHECK(again.wait(10s) == 1);
  CHECK(again.output().find("no alarm of rule 'level' stands") != std::string::npos);
}

TEST_CASE("tool: the shift report has a day's mean so far against its limit, and who hid what",
          "[integration]") {
  Mosquitto broker;
  RunningDaemon daemon{tank_config(broker.port(), R"(
[[rule]]
id = "daily-level"
kind = "window"
tags = ["tank/*/level"]
window = { aggregate = "avg", length = "month", count_min = 9 }
H = { at = 8, priority = "high" }
)")};
  daemon.start_ready();
  // Nothing has come yet.
  CHECK_FALSE(line_with(told(daemon, {"shift-report"}),
                        {"daily-level", "tank/t101/level", "month mean", " ? ", "0 / 9", "H 8 m"})
                  .empty());
  publish(broker.port(), "park/tank/t101/level", reading("9.5"));
  publish(broker.port(), "park/tank/t101/level", reading("4.5"));
  REQUIRE(daemon.until("/v1/shift-report", [](const HttpReply& r) {
    return r.body.find("\"count\":2,") != std::string::npos;
  }));
  (void)told(daemon, {"shelve", "gas", "tank/t101/gas", "--for", "30m", "--reason", "calibration"});
  const std::string report = told(daemon, {"shift-report"});
  CAPTURE(report);
  CHECK_FALSE(line_with(report, {"daily-level", "tank/t101/level", "month mean", "7 m", "2 / 9",
                                 "H 8 m (87.5 %)"})
                  .empty());
  CHECK_FALSE(line_with(report, {"unauthorised suppression (target 0)", "1"}).empty());
  CHECK(told(daemon, {"shift-report", "--format", "html"}).find("<td>2 / 9</td>") !=
        std::string::npos);
  CHECK(told(daemon, {"kpi"}).find("unauthorised suppression 0") != std::string::npos);
}

TEST_CASE("tool: tags and status say what the daemon has and how it is", "[integration]") {
  Mosquitto broker;
  RunningDaemon daemon{tank_config(broker.port())};
  daemon.start_ready();
  publish(broker.port(), "park/tank/t101/level", reading("7.25"));
  REQUIRE(daemon.until("/v1/status", [](const HttpReply& r) {
    return r.body.find("\"readings\":1") != std::string::npos;
  }));

  const std::string tags = told(daemon, {"tags"});
  CAPTURE(tags);
  CHECK_FALSE(line_with(tags, {"tank/t101/level", "7.25", "m", "good"}).empty());
  CHECK_FALSE(line_with(tags, {"tank/t101/gas", "%LEL"}).empty());
  const std::string matching = told(daemon, {"tags", "tank/*/gas"});
  CHECK(matching.find("tank/t101/level") == std::string::npos);
  CHECK(matching.find("tank/t101/gas") != std::string::npos);

  // The numbers of a source are looked at once a second.
  REQUIRE(daemon.until("/v1/status", [](const HttpReply& r) {
    return r.body.find("\"messages\":1,\"held") != std::string::npos;
  }));
  const std::string status = told(daemon, {"status"});
  CAPTURE(status);
  CHECK_FALSE(line_with(status, {"park ", "test"}).empty());
  CHECK_FALSE(line_with(status, {"since start", "messages 1, readings 1,", "refusals 0,"}).empty());
  CHECK_FALSE(line_with(status, {"tags ", "2"}).empty());
  CHECK_FALSE(line_with(status, {"park", "mqtt", "connected", "1", "0"}).empty());
  CHECK(status.find("NOTHING IS STORED") == std::string::npos);
  CHECK(daemon.stop() == 0);
  ChildProcess gone{command(daemon, {"status"})};
  CHECK(gone.wait(30s) == 3);  // no daemon answers
}

}  // namespace tool_test
