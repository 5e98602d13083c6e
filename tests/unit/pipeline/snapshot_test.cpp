// tests/unit/pipeline/snapshot_test.cpp - A snapshot that lies is refused, never believed or
// crashed on.
#include <google/protobuf/stubs/logging.h>

#include <catch2/catch.hpp>
#include <functional>
#include <random>

#include "parkwatch/v1/snapshot.pb.h"
#include "random_park.h"

namespace snapshot_test {

using namespace parkwatch;
using namespace parkwatch::test;
using pipeline::Pipeline;

namespace {

struct Saved {
  v1::Snapshot snapshot;
  std::vector<std::shared_ptr<const Plant>> plants;
  [[nodiscard]] std::shared_ptr<const Plant> plant() const {
    return plants[0]->hash == snapshot.plant_hash() ? plants[0] : plants[1];
  }
};

Saved saved(std::uint64_t seed) {
  RandomPark park{seed};
  const auto inputs = park.inputs(400);
  Pipeline pipeline;
  Facts facts;
  pipeline.step(time_after(inputs.back()), inputs, facts);
  Saved result;
  pipeline.snapshot(result.snapshot);
  result.plants = park.plants();
  return result;
}

}  // namespace

TEST_CASE("snapshot: of a pipeline without a configuration is restored without one", "[pipeline]") {
  const Pipeline empty;
  v1::Snapshot snapshot;
  empty.snapshot(snapshot);
  auto restored = Pipeline::restore(snapshot, nullptr);
  REQUIRE(restored);
  CHECK(restored->plant_hash().empty());
  CHECK(restored->last_sequence() == 0);
  CHECK_FALSE(restored->next_deadline());
  Facts facts;
  restored->step(day, {}, facts);
  CHECK(restored->now() == day);
}

TEST_CASE("snapshot: says how far it goes", "[pipeline]") {
  const Saved s = saved(3);
  auto restored = Pipeline::restore(s.snapshot, s.plant());
  REQUIRE(restored);
  CHECK(restored->last_sequence() == 400);
  CHECK(restored->plant_hash() == s.snapshot.plant_hash());
  CHECK(to_us(restored->now()) == s.snapshot.now_us());
  CHECK(restored->tag_count() == static_cast<std::size_t>(s.snapshot.tags_size()));
}

TEST_CASE("snapshot: another configuration is not taken for its own", "[pipeline]") {
  const Saved s = saved(3);
  const auto other = s.plants[0] == s.plant() ? s.plants[1] : s.plants[0];
  const auto restored = Pipeline::restore(s.snapshot, other);
  REQUIRE_FALSE(restored);
  CHECK(restored.error().kind == ErrorKind::permanent);
  CHECK_FALSE(Pipeline::restore(s.snapshot, nullptr));
}

TEST_CASE("snapshot: contradictions are told", "[pipeline]") {
  using Change = std::function<void(v1::Snapshot&)>;
  const Change changes[] = {
      [](v1::Snapshot& s) { s.mutable_tags(1)->mutable_definition()->set_id(7); },
      [](v1::Snapshot& s) {
        s.mutable_tags(1)->mutable_definition()->set_name(s.tags(0).definition().name());
      },
      [](v1::Snapshot& s) { s.mutable_tags(0)->mutable_definition()->set_name("a b"); },
      [](v1::Snapshot& s) {
        s.mutable_tags(0)->mutable_definition()->set_type(static_cast<v1::ValueType>(9));
      },
      [](v1::Snapshot& s) { s.mutable_tags(0)->mutable_newest()->clear_value(); },
      [](v1::Snapshot& s) {
        s.mutable_tags(0)->mutable_newest()->set_quality(static_cast<v1::Quality>(9));
      },
      [](v1::Snapshot& s) { s.mutable_tags(0)->set_out_of_order(1000); },
      [](v1::Snapshot& s) { s.mutable_rules(0)->set_rule("nobody"); },
      [](v1::Snapshot& s) { s.mutable_rules(0)->set_tag_id(99); },
      [](v1::Snapshot& s) { s.mutable_rules(0)->add_levels()->set_level(4); },
      [](v1::Snapshot& s) {
        s.mutable_rules(0)->add_levels()->mutable_cause()->set_quality(
            static_cast<v1::Quality>(-1));
      },
      [](v1::Snapshot& s) {
        for (v1::RuleState& r : *s.mutable_rules()) {
          if (r.has_window()) r.mutable_window()->add_spans()->set_number(-5);
        }
      },
      [](v1::Snapshot& s) { s.add_alarms()->set_state(static_cast<v1::AlarmState>(9)); },
      [](v1::Snapshot& s) { s.add_alarm_memories(); },
      [](v1::Snapshot& s) {
        s.add_alarms()->set_notice(static_cast<v1::Notice>(7));
        s.add_alarm_memories();
      },
      [](v1::Snapshot& s) {
        s.add_alarms();
        s.add_alarm_memories()->set_told_level(static_cast<v1::Level>(9));
      },
      [](v1::Snapshot& s) {
        s.add_alarms();
        s.add_alarm_memories()->set_shelf_priority(static_cast<v1::Priority>(4));
      },
      [](v1::Snapshot& s) {
        s.add_alarms()->set_flags(alarm_chattering);
        s.add_alarm_memories();
      },
      [](v1::Snapshot& s) { s.add_loop_checks()->set_tag_id(99); },
  };
  const Saved s = saved(3);
  for (std::size_t i = 0; i < std::size(changes); ++i) {
    v1::Snapshot damaged = s.snapshot;
    changes[i](damaged);
    CAPTURE(i);
    const auto restored = Pipeline::restore(damaged, s.plant());
    REQUIRE_FALSE(restored);
    CHECK(restored.error().kind == ErrorKind::permanent);
    CHECK_THAT(restored.error().message, Catch::StartsWith("the snapshot contradicts itself"));
  }
}

TEST_CASE("snapshot: random damage ends as an error or as a pipeline that steps", "[pipeline]") {
  const Saved s = saved(4);
  const std::string bytes = s.snapshot.SerializeAsString();
  std::mt19937_64 random{9};
  google::protobuf::SetLogHandler(nullptr);  // it would tell of each damaged text
  for (int round = 0; round < 300; ++round) {
    std::string damaged = bytes;
    for (int i = 0; i < 3; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
    v1::Snapshot snapshot;
    if (!snapshot.ParseFromString(damaged)) continue;
    auto restored = Pipeline::restore(snapshot, s.plant());
    if (!restored) continue;
    v1::Snapshot again;
    restored->snapshot(again);
    (void)again.SerializeAsString();
  }
  SUCCEED();
}

TEST_CASE("replay: a configuration that is not kept stops it with a clear word", "[pipeline]") {
  RecordedBatch batch;
  batch.last_sequence = 1;
  batch.now = day;
  batch.inputs.push_back({1, day, PlantHash{"gone"}});
  Pipeline pipeline;
  Facts facts;
  const auto replayed = pipeline.replay(
      batch, [](const std::string&) { return std::shared_ptr<const Plant>{}; }, facts);
  REQUIRE_FALSE(replayed);
  CHECK(replayed.error().kind == ErrorKind::permanent);
  CHECK_THAT(replayed.error().message, Catch::Contains("gone"));
}

}  // namespace snapshot_test
