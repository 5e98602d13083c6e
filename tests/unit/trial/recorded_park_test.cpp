// tests/unit/trial/recorded_park_test.cpp - The recording that other tests trust: what is in it,
// and that it is the same each time.
#include "tests/support/recorded/recorded_park.h"

#include <catch2/catch.hpp>
#include <set>

#include "store/history.h"
#include "store/reader.h"
#include "tests/support/temp_dir.h"
#include "tools/trial/plants.h"

namespace recorded_park_test {

using namespace parkwatch;
using namespace std::chrono_literals;

namespace {

test::RecordedParkOptions options_in(const test::TempDir& dir) {
  test::RecordedParkOptions options;
  options.directory = dir.path();
  options.incidents = {{parksim::Cause::leak, 60s, 40s}, {parksim::Cause::network_drop, 180s, 40s}};
  return options;
}

std::unique_ptr<store::History> history_in(const test::TempDir& dir) {
  auto opened = store::open_history(dir.path());
  REQUIRE(opened.ok());
  return std::move(*opened);
}

std::vector<RecordedBatch> batches_in(const test::TempDir& dir) {
  std::vector<RecordedBatch> all;
  const auto take = [&](RecordedBatch& batch) -> Result<Done> {
    all.push_back(batch);
    return Done{};
  };
  REQUIRE(history_in(dir)->batches({}, take).ok());
  return all;
}

std::vector<AlarmEvent> events_in(const test::TempDir& dir) {
  const auto events = history_in(dir)->journal(timestamp_min, timestamp_max, 100'000);
  REQUIRE(events.ok());
  return *events;
}

}  // namespace

TEST_CASE("recorded park: the same options give the same record", "[trial]") {
  const test::TempDir a;
  const test::TempDir b;
  for (const test::TempDir* dir : {&a, &b}) {
    test::RecordedPark park{options_in(*dir)};
    park.run_until(4min);
    park.stop();
  }
  const auto first = events_in(a);
  CHECK(first.size() > 5);
  CHECK(first == events_in(b));
}

TEST_CASE("recorded park: incidents, late data and acknowledgements are in the record", "[trial]") {
  const test::TempDir dir;
  {
    test::RecordedPark park{options_in(dir)};
    park.run_until(6min);
    park.stop();
  }
  std::set<TransitionKind> kinds;
  bool noted = false;
  for (const AlarmEvent& event : events_in(dir)) {
    kinds.insert(event.kind);
    noted = noted || !event.comment.empty();
  }
  CHECK(kinds.contains(TransitionKind::raised));
  CHECK(kinds.contains(TransitionKind::returned));
  CHECK(kinds.contains(TransitionKind::acknowledged));
  CHECK(noted);
  std::size_t older = 0;
  for (const RecordedBatch& batch : batches_in(dir)) {
    for (const Reading& reading : batch.readings) {
      if (reading.receive_time - reading.source_time > 10s) ++older;
    }
  }
  CHECK(older > 100);  // what the link kept while it was down
}

TEST_CASE("recorded park: a kill leaves what was committed, and the next start goes on",
          "[trial]") {
  const test::TempDir dir;
  {
    test::RecordedPark park{options_in(dir)};
    park.run_until(70s);
    park.kill();
  }
  const auto before = batches_in(dir);
  REQUIRE_FALSE(before.empty());
  {
    test::RecordedPark park{options_in(dir)};
    CHECK(park.replay_differences() == 0);
    CHECK(park.done() >= 60s);
    park.run_until(150s);
    park.stop();
  }
  const auto after = batches_in(dir);
  REQUIRE(after.size() > before.size());
  std::size_t starts = 0;
  std::set<std::pair<TagId, Timestamp>> seen;
  for (const RecordedBatch& batch : after) {
    for (const RecordedInput& input : batch.inputs) {
      if (std::holds_alternative<Start>(input.body)) ++starts;
    }
    for (const Reading& reading : batch.readings) {
      if ((reading.flags & (reading_derived | reading_historical)) != 0) continue;
      // What came twice was known again.
      CHECK(seen.emplace(reading.tag, reading.source_time).second);
    }
  }
  CHECK(starts == 1);
}

TEST_CASE("recorded park: clock steps and the other configuration come at their times", "[trial]") {
  const test::TempDir dir;
  test::RecordedParkOptions options = options_in(dir);
  options.clock_steps = {{30s, 10s}, {60s, -4s}};
  options.reload_at = 90s;
  {
    test::RecordedPark park{options};
    park.run_until(2min);
    park.stop();
  }
  std::vector<Duration> steps;
  std::vector<std::string> plants;
  for (const RecordedBatch& batch : batches_in(dir)) {
    for (const RecordedInput& input : batch.inputs) {
      if (const auto* step = std::get_if<ClockStep>(&input.body)) steps.push_back(step->by);
      if (const auto* plant = std::get_if<PlantHash>(&input.body)) plants.push_back(plant->hash);
    }
  }
  CHECK(steps == std::vector<Duration>{10s, -4s});
  REQUIRE(plants.size() == 2);
  CHECK(plants[0] != plants[1]);

  const auto history = history_in(dir);
  trial::Plants known{*history};
  REQUIRE(known.of(plants[0]) != nullptr);
  CHECK(known.of(plants[0]) == known.of(plants[0]));  // read once
  CHECK(known.of(plants[1])->hash == plants[1]);
  CHECK(known.of("none") == nullptr);
  CHECK(known.fault().find("none") != std::string::npos);
}

}  // namespace recorded_park_test
