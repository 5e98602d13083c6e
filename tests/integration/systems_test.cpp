// tests/integration/systems_test.cpp - Every system package at once: parksim publishes one incident
// of each through a real broker to one daemon on simulated time, and exactly their alarms arrive.
#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <iterator>
#include <set>
#include <utility>

#include "model/gates.h"
#include "tests/integration/running_daemon.h"
#include "tests/support/mosquitto.h"
#include "tests/systems/package_case.h"
#include "tests/systems/simulation.h"
#include "tests/systems/verdict.h"

namespace systems_test {

using namespace parkwatch;
using namespace std::chrono_literals;
using systems::IncidentCase;
using systems::PackageCase;

namespace {

constexpr Duration spare = 5min;    // of simulated time, behind the last alarm
constexpr Duration patience = 45s;  // that the simulation takes, if nothing holds it up

// A package with the incident that is over first; of one with a ledger, of those that it tells of.
struct Chosen {
  PackageCase package;
  const IncidentCase* incident = nullptr;
  std::string file;
  Duration end{0};  // of its last alarm
};

Duration last_alarm(const IncidentCase& incident) {
  Duration last{0};
  for (const auto& alarm : incident.alarms) last = std::max(last, alarm.latest);
  return incident.start + last;
}

bool is_of_ledger(const IncidentCase& incident) {
  return std::any_of(incident.alarms.begin(), incident.alarms.end(),
                     [](const auto& alarm) { return is_gate_rule(alarm.rule); });
}

std::vector<std::unique_ptr<Chosen>> packages() {
  std::vector<std::unique_ptr<Chosen>> all;
  const std::string root = PARKWATCH_SOURCE_DIR;
  for (const auto& entry : std::filesystem::directory_iterator{root + "/config/systems"}) {
    Diagnostics diagnostics;
    auto read = systems::read_case(root, entry.path().filename().string(), diagnostics);
    for (const Diagnostic& diagnostic : diagnostics) UNSCOPED_INFO(to_text(diagnostic));
    REQUIRE(read.has_value());
    auto chosen = std::make_unique<Chosen>();
    chosen->package = std::move(*read);
    chosen->file = (entry.path() / "incidents.toml").string();
    const auto& incidents = chosen->package.incidents;
    chosen->incident = &*std::min_element(incidents.begin(), incidents.end(),
                                          [](const IncidentCase& a, const IncidentCase& b) {
                                            return std::pair{!is_of_ledger(a), last_alarm(a)} <
                                                   std::pair{!is_of_ledger(b), last_alarm(b)};
                                          });
    chosen->end = last_alarm(*chosen->incident);
    all.push_back(std::move(chosen));
  }
  return all;
}

std::string configuration(const std::vector<std::unique_ptr<Chosen>>& all, std::uint16_t broker) {
  std::string text =
      "[[source]]\nname = \"park\"\ndriver = \"mqtt\"\nwindow = 1000\n"
      "url = \"mqtt://127.0.0.1:" +
      std::to_string(broker) +
      "\"\n[[source.mapping]]\ntopic = \"park/{site}/{device}/{quantity}\"\n"
      "tag = \"{site}/{device}/{quantity}\"\nvalue = \"/value\"\ntime = \"/time\"\n";
  for (const auto& one : all) text += one->package.instance;
  return text;
}

// What is in `all` and not in `others`, as lines.
std::string without(const std::multiset<std::string>& all,
                    const std::multiset<std::string>& others) {
  std::vector<std::string> rest;
  std::set_difference(all.begin(), all.end(), others.begin(), others.end(),
                      std::back_inserter(rest));
  std::string lines;
  for (const std::string& one : rest) lines += one + '\n';
  return lines;
}

// "site.rule site/tag level priority", as often as it is expected.
std::multiset<std::string> expected(const std::vector<std::unique_ptr<Chosen>>& all) {
  std::multiset<std::string> names;
  for (const auto& one : all) {
    const std::string& site = one->package.site;
    for (const auto& alarm : one->incident->alarms) {
      // The ledger's rules and places are the park's.
      const bool ledger = is_gate_rule(alarm.rule);
      const std::string rule = ledger ? alarm.rule : site + '.' + alarm.rule;
      const std::string tag = ledger ? alarm.tag : site + '/' + alarm.tag;
      names.insert(rule + ' ' + tag + ' ' + std::string{to_text(alarm.level)} + ' ' +
                   std::string{to_text(alarm.priority)});
    }
  }
  return names;
}

// What operators were told of: suppressed alarms are journaled alone, until they come out of
// hiding.
std::multiset<std::string> raised(test::RunningDaemon& daemon) {
  std::multiset<std::string> names;
  for (const boost::json::object& event : daemon.events()) {
    const auto word = [&](const char* key) { return std::string{event.at(key).as_string()}; };
    const auto& flags = event.at("flags").as_array();
    if (std::find(flags.begin(), flags.end(), "suppressed") != flags.end()) continue;
    const std::string kind = word("kind");
    const std::string level = word("level");
    // What rises is named at each level on its way; what falls was there before.
    const bool rises = kind == "level_changed" && (level == "HH" || level == "LL");
    const bool shown = kind == "unsuppressed" && !level.empty();
    if (kind != "raised" && !rises && !shown) continue;
    names.insert(word("rule") + ' ' + word("tag") + ' ' + level + ' ' + word("priority"));
  }
  return names;
}

}  // namespace

TEST_CASE("systems: one incident of every package, from sensor to alarm in one daemon",
          "[integration]") {
  const auto all = packages();
  REQUIRE(all.size() >= 2);
  test::MosquittoOptions options;
  options.unlimited_queue = true;
  options.inflight = 1000;
  options.no_delay = true;
  test::Mosquitto broker{options};
  test::RunningDaemon daemon{configuration(all, broker.port()),
                             "library = \"" PARKWATCH_SOURCE_DIR "/config\"\n"};
  daemon.start_ready(true, {"--simulate"});

  std::vector<std::string> argv{PARKWATCH_BINARY_DIR "/tools/parksim/parksim", "--broker",
                                "mqtt://127.0.0.1:" + std::to_string(broker.port()), "--start",
                                to_rfc3339(systems::run_begin())};
  Duration end{0};
  for (const auto& one : all) {
    argv.insert(argv.end(), {"--system", one->package.package + ":" + one->file});
    for (const std::string& cause : one->incident->causes) {
      argv.insert(argv.end(), {"--incident", one->package.package + '/' + cause + '@' +
                                                 to_text(one->incident->start) + '+' +
                                                 to_text(one->incident->duration)});
    }
    end = std::max(end, one->end);
  }
  const auto speed = std::max<std::int64_t>(50, (end + spare) / patience);
  argv.insert(argv.end(), {"--duration", to_text(end + spare), "--speed", std::to_string(speed)});
  test::ChildProcess parksim{argv};
  const auto exit_code = parksim.wait(std::chrono::seconds{200});
  CAPTURE(parksim.output());
  REQUIRE(exit_code == 0);
  CHECK(parksim.output().find(" missing=0 ") != std::string::npos);

  const auto wanted = expected(all);
  static_cast<void>(
      daemon.until("/v1/alarms", [&](const test::HttpReply&) { return raised(daemon) == wanted; }));
  const auto seen = raised(daemon);
  CHECK(without(wanted, seen) == "");
  CHECK(without(seen, wanted) == "");
  CHECK(daemon.stop() == 0);
}

}  // namespace systems_test
