// tests/integration/incidents_test.cpp - The shipped configuration over the simulated park, in one
// process: each incident raises its alarm and clears, and quiet hours raise none.
#include <catch2/catch.hpp>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "config/config.h"
#include "drivers/driver.h"
#include "pipeline/pipeline.h"
#include "tools/parksim/physics/message.h"
#include "tools/parksim/physics/park.h"

namespace incidents_test {

using namespace parkwatch;
using namespace std::chrono_literals;

namespace {

constexpr auto travel = 20ms;  // from the sensor to the gateway

std::shared_ptr<const Plant> shipped_plant() {
  Diagnostics diagnostics;
  const auto config = config::load(std::string{PARKWATCH_SOURCE_DIR} + "/config/parkwatch.toml",
                                   check_driver, diagnostics);
  for (const Diagnostic& d : diagnostics) UNSCOPED_INFO(to_text(d));
  REQUIRE(config != nullptr);
  auto plant = std::make_shared<Plant>(*config->plant);
  for (const auto& source : config->sources) {
    plant->decoders.push_back(find_driver(source.driver)->decoder(*source.table));
  }
  return plant;
}

// The park, its messages and the pipeline, in simulated time.
class Day {
 public:
  Day(std::uint64_t seed, std::vector<parksim::Incident> incidents)
      : park_({.seed = seed,
               .start = parksim::TimePoint{1'772'438'400s},  // 2026-03-02T08:00:00Z, a Monday
               .incidents = std::move(incidents)}) {
    inputs_.push_back({++sequence_, received(), NewPlant{shipped_plant()}});
    inputs_.push_back({++sequence_, received(), SourceCondition{"park", true, true, {}}});
    step();
  }

  void run(parksim::Span span) {
    for (parksim::Span done{0}; done < span; done += 250ms) {
      park_.advance(250ms);
      for (const parksim::Sample& sample : park_.samples()) {
        const parksim::TagInfo& tag = park_.tags()[sample.tag];
        Message message;
        message.topic = tag.topic();
        message.payload = parksim::payload(tag, sample);
        inputs_.push_back({++sequence_, received(), std::move(message)});
      }
      step();
    }
  }

  [[nodiscard]] const Facts& facts() const { return facts_; }
  // "rule tag" of everything that was raised.
  [[nodiscard]] std::set<std::string> raised() const {
    std::set<std::string> names;
    for (const AlarmEvent& event : facts_.transitions) {
      if (event.kind == TransitionKind::raised) names.insert(event.rule + " " + event.tag);
    }
    return names;
  }
  // Those of them whose condition still stands.
  [[nodiscard]] std::set<std::string> standing() const {
    std::set<std::string> names;
    for (const AlarmEvent& event : facts_.transitions) {
      const std::string name = event.rule + " " + event.tag;
      if (event.kind == TransitionKind::returned) names.erase(name);
      if (event.kind == TransitionKind::raised) names.insert(name);
    }
    return names;
  }

 private:
  [[nodiscard]] Timestamp received() const {
    return Timestamp{park_.now().time_since_epoch()} + travel;
  }
  void step() {
    pipeline_.step(received(), inputs_, facts_);
    inputs_.clear();
    facts_.readings.clear();
    facts_.identities.clear();
  }

  parksim::Park park_;
  pipeline::Pipeline pipeline_;
  Facts facts_;
  std::vector<Input> inputs_;
  std::uint64_t sequence_ = 0;
};

struct Expected {
  parksim::Cause cause;
  parksim::Span duration;
  std::vector<std::string> alarms;
};

}  // namespace

TEST_CASE("incidents: each one raises its alarms and all of them clear", "[integration]") {
  using parksim::Cause;
  const std::vector<Expected> table{
      {Cause::valve_stuck_open,
       35s,
       {"tank-level tf-a/t101/level", "inlet-valve-stuck tf-a/t101/inlet_valve"}},
      {Cause::leak,
       30s,
       {"gas tf-a/t102/gas", "stock-leak tf-a/t102/level", "stock-falling tf-a/t102/level"}},
      {Cause::influent_shock,
       30s,
       {"influent-cod wwtp1/influent/cod", "effluent-cod wwtp1/effluent/cod"}},
      {Cause::blower_trip,
       60s,
       {"blower-stopped wwtp1/blower/running", "aeration-do wwtp1/aeration/do",
        "effluent-nh3n wwtp1/effluent/nh3n"}},
      {Cause::sensor_frozen, 40s, {"aeration-do-frozen wwtp1/aeration/do"}},
      {Cause::sensor_silent, 30s, {"tank-silent tf-a/t103/level"}},
      {Cause::network_drop, 30s, {"tank-silent tf-a/t101/level", "tank-silent tf-a/t104/gas"}},
      {Cause::network_loss, 30s, {"tank-silent tf-a/t101/level", "tank-silent tf-a/t104/gas"}},
      {Cause::barrier_stuck, 40s, {"barrier-stuck gates/gate3/barrier"}},
      {Cause::overpressure, 25s, {"tank-pressure tf-a/t104/pressure"}},
  };
  CHECK(table.size() == parksim::causes().size());
  for (const Expected& expected : table) {
    CAPTURE(parksim::info_of(expected.cause).name);
    Day day{7, {{expected.cause, 60s, expected.duration}}};
    day.run(55s);
    CHECK(day.raised().empty());
    day.run(6min);
    const std::set<std::string> raised = day.raised();
    for (const std::string& alarm : expected.alarms) {
      CAPTURE(alarm);
      CHECK(raised.count(alarm) == 1);
    }
    CHECK(day.standing().empty());
    CHECK(day.facts().refusals.empty());
  }
}

TEST_CASE("incidents: quiet hours raise no alarm and refuse no message", "[integration]") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    CAPTURE(seed);
    Day day{seed, {}};
    day.run(3h);
    CHECK(day.raised().empty());
    CHECK(day.facts().refusals.empty());
  }
}

}  // namespace incidents_test
