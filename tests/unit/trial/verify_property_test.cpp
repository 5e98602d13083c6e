// tests/unit/trial/verify_property_test.cpp - Random inputs of every kind through the pipeline into
// a real store, cut anyhow and with states kept anywhere: a verification from any of them is exact.
#include <catch2/catch.hpp>
#include <map>

#include "parkwatch/v1/snapshot.pb.h"
#include "store/store.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/pipeline/random_park.h"
#include "tools/trial/verify.h"

namespace verify_property_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

struct Recording {
  explicit Recording(std::uint64_t seed) : park(seed) {
    for (const auto& plant : park.plants()) plants.emplace(plant->hash, plant);
    store::StoreOptions options;
    options.directory = dir.path();
    options.synchronous = "OFF";
    auto opened = store::open_store(options);
    REQUIRE(opened.ok());
    record(**opened, park.inputs(500));
  }

  void record(store::Store& store, const std::vector<Input>& inputs) {
    pipeline::Pipeline pipeline;
    for (std::size_t at = 0; at < inputs.size();) {
      const std::size_t end = std::min(at + 1 + park.below(25), inputs.size());
      store::Batch batch;
      for (; at < end; ++at) {
        pipeline.step(time_after(inputs[at]), {&inputs[at], 1}, batch.facts);
      }
      batch.last_sequence = inputs[end - 1].sequence;
      batch.now = time_after(inputs[end - 1]);
      transitions += batch.facts.transitions.size();
      if (park.one_in(6)) {
        auto snapshot = std::make_shared<v1::Snapshot>();
        pipeline.snapshot(*snapshot);
        batch.snapshot = std::move(snapshot);
      }
      const auto committed = store.commit(batch);
      INFO((committed ? "" : committed.error().message));
      REQUIRE(committed.ok());
      ends.push_back(batch.now);
    }
  }

  [[nodiscard]] trial::Verified verified(std::optional<Timestamp> from,
                                         std::optional<Timestamp> to) const {
    const auto history = store::open_history(dir.path());
    REQUIRE(history.ok());
    const auto plant_of = [this](const std::string& hash) { return plants.at(hash); };
    const auto verified = trial::verify(**history, plant_of, from, to);
    INFO((verified ? "" : verified.error().message));
    REQUIRE(verified.ok());
    return *verified;
  }

  TempDir dir;
  RandomPark park;
  std::map<std::string, std::shared_ptr<const Plant>> plants;
  std::size_t transitions = 0;
  std::vector<Timestamp> ends;  // of the batches
};

}  // namespace

TEST_CASE("verify: random inputs of every kind come out of a store as they went in", "[trial]") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    const Recording recording{seed};
    const trial::Verified whole = recording.verified({}, {});
    for (const std::string& one : whole.first) UNSCOPED_INFO(one);
    CHECK(whole.differ == 0);
    CHECK(whole.transitions == recording.transitions);
    CHECK(whole.batches == recording.ends.size());
  }
}

TEST_CASE("verify: a verification may begin at any kept state and end anywhere", "[trial]") {
  for (std::uint64_t seed = 21; seed <= 26; ++seed) {
    CAPTURE(seed);
    const Recording recording{seed};
    std::mt19937_64 random{seed};
    for (int round = 0; round < 6; ++round) {
      const Timestamp from = recording.ends[random() % recording.ends.size()];
      const Timestamp to = recording.ends[random() % recording.ends.size()];
      const trial::Verified part = recording.verified(from, to);
      for (const std::string& one : part.first) UNSCOPED_INFO(one);
      CHECK(part.differ == 0);
      CHECK(part.batches <= recording.ends.size());
    }
  }
}

TEST_CASE("verify: a configuration that is not known is an error with its hash", "[trial]") {
  const Recording recording{3};
  const auto history = store::open_history(recording.dir.path());
  REQUIRE(history.ok());
  const auto none = [](const std::string&) { return std::shared_ptr<const Plant>{}; };
  const auto verified = trial::verify(**history, none, {}, {});
  REQUIRE_FALSE(verified.ok());
  CHECK(verified.error().message.find("plant-1") != std::string::npos);
  // Nor does the store have a text for it.
  CHECK_FALSE(trial::verify(**history, {}, {}).ok());
}

}  // namespace verify_property_test
