// tests/unit/app/recovery_test.cpp - Start = the last snapshot + a replay, and a difference is
// seen.
#include "app/recovery.h"

#include <catch2/catch.hpp>
#include <string>

#include "parkwatch/v1/snapshot.pb.h"
#include "store/connection.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/app/small_plant.h"

namespace recovery_test {

using namespace parkwatch;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t began_us = 1'700'000'000'000'000;

std::shared_ptr<const Plant> known_plant(const std::string& hash) {
  return hash == "small" ? test::small_plant() : nullptr;
}

// A store that a pipeline fills, a batch a call.
struct Filler {
  explicit Filler(const std::string& directory) {
    store::StoreOptions options;
    options.directory = directory;
    auto opened = store::open_store(options);
    REQUIRE(opened.ok());
    store = std::move(*opened);
    pending.push_back({++sequence, at(), NewPlant{test::small_plant()}});
  }
  [[nodiscard]] Timestamp at() const {
    return from_us(began_us + static_cast<std::int64_t>(sequence) * 100'000);
  }
  void add(const std::string& tag, const std::string& payload) {
    ++sequence;
    pending.push_back({sequence, at(), test::message(tag, payload)});
  }
  // `spoil` changes the batch before it is stored, as a bug or a damaged file would.
  void commit(bool with_snapshot, const std::function<void(store::Batch&)>& spoil = nullptr) {
    store::Batch batch;
    pipeline.step(at(), pending, batch.facts);
    pending.clear();
    batch.last_sequence = sequence;
    batch.now = at();
    if (with_snapshot) {
      auto snapshot = std::make_shared<v1::Snapshot>();
      pipeline.snapshot(*snapshot);
      batch.snapshot = std::move(snapshot);
    }
    if (spoil) spoil(batch);
    REQUIRE(store->commit(batch).ok());
  }
  std::string state() const {
    v1::Snapshot snapshot;
    pipeline.snapshot(snapshot);
    return snapshot.SerializeAsString();
  }

  std::unique_ptr<store::Store> store;
  pipeline::Pipeline pipeline;
  std::vector<Input> pending;
  std::uint64_t sequence = 0;
};

std::string state_of(const pipeline::Pipeline& pipeline) {
  v1::Snapshot snapshot;
  pipeline.snapshot(snapshot);
  return snapshot.SerializeAsString();
}

void fill(Filler& filler, int from, int to) {
  for (int i = from; i < to; ++i) {
    filler.add("a/b/t" + std::to_string(i % 4), std::to_string(i * 7 % 100));
  }
}

}  // namespace

TEST_CASE("recovery: an empty store gives a new pipeline", "[app]") {
  const test::TempDir dir;
  Filler filler{dir.path().string()};
  const auto recovery = app::recover(*filler.store, known_plant);
  REQUIRE(recovery.ok());
  CHECK(recovery->batches == 0);
  CHECK(recovery->pipeline.plant_hash().empty());
}

TEST_CASE("recovery: without a snapshot everything is stepped again to the same state", "[app]") {
  const test::TempDir dir;
  Filler filler{dir.path().string()};
  for (int batch = 0; batch < 5; ++batch) {
    fill(filler, batch * 10, batch * 10 + 10);
    filler.commit(false);
  }
  const auto recovery = app::recover(*filler.store, known_plant);
  REQUIRE(recovery.ok());
  CHECK(recovery->batches == 5);
  CHECK(recovery->differences == 0);
  CHECK(state_of(recovery->pipeline) == filler.state());
}

TEST_CASE("recovery: only what came after the snapshot is stepped again", "[app]") {
  const test::TempDir dir;
  Filler filler{dir.path().string()};
  for (int batch = 0; batch < 6; ++batch) {
    fill(filler, batch * 10, batch * 10 + 10);
    filler.commit(batch == 3);
  }
  const auto recovery = app::recover(*filler.store, known_plant);
  REQUIRE(recovery.ok());
  CHECK(recovery->batches == 2);
  CHECK(recovery->differences == 0);
  CHECK(state_of(recovery->pipeline) == filler.state());
}

TEST_CASE("recovery: a stored transition that does not come out again is counted and named",
          "[app]") {
  const test::TempDir dir;
  Filler filler{dir.path().string()};
  filler.add("a/b/t0", "80");
  filler.commit(false, [](store::Batch& batch) {
    REQUIRE(batch.facts.transitions.size() == 1);
    batch.facts.transitions[0].value = 81;
  });
  const auto recovery = app::recover(*filler.store, known_plant);
  REQUIRE(recovery.ok());
  CHECK(recovery->differences == 1);
  CHECK_FALSE(recovery->notes.empty());
  CHECK(recovery->notes.back().find("high") != std::string::npos);
}

TEST_CASE("recovery: a stored derived reading that does not come out again is counted", "[app]") {
  const test::TempDir dir;
  Filler filler{dir.path().string()};
  filler.add("a/b/t1", "1");
  filler.add("a/b/t2", "2");
  filler.commit(false, [](store::Batch& batch) {
    for (Reading& reading : batch.facts.readings) {
      if ((reading.flags & reading_derived) != 0) reading.value = 99.0;
    }
  });
  const auto recovery = app::recover(*filler.store, known_plant);
  REQUIRE(recovery.ok());
  CHECK(recovery->differences == 1);
}

TEST_CASE("recovery: a configuration that nobody knows is an error with its hash", "[app]") {
  const test::TempDir dir;
  Filler filler{dir.path().string()};
  fill(filler, 0, 10);
  filler.commit(true);
  const auto recovery = app::recover(*filler.store, [](const std::string&) { return nullptr; });
  REQUIRE_FALSE(recovery.ok());
  CHECK(recovery.error().message.find("small") != std::string::npos);
}

TEST_CASE("recovery: a stored transition too many or too few is counted", "[app]") {
  const test::TempDir dir;
  Filler filler{dir.path().string()};
  filler.add("a/b/t0", "80");
  filler.commit(false, [](store::Batch& batch) {
    REQUIRE(batch.facts.transitions.size() == 1);
    batch.facts.transitions.clear();
  });
  filler.add("a/b/t1", "1");
  filler.add("a/b/t2", "2");
  filler.commit(false, [](store::Batch& batch) {
    std::erase_if(batch.facts.readings,
                  [](const Reading& r) { return (r.flags & reading_derived) != 0; });
  });
  const auto recovery = app::recover(*filler.store, known_plant);
  REQUIRE(recovery.ok());
  CHECK(recovery->differences >= 2);
  // The first is said, and only once: the log is no journal.
  REQUIRE(recovery->notes.size() == 1);
  CHECK(recovery->notes[0].find("first at message " + std::to_string(filler.sequence - 2)) !=
        std::string::npos);
}

TEST_CASE("recovery: a replay that needs an unknown configuration stops with an error", "[app]") {
  const test::TempDir dir;
  Filler filler{dir.path().string()};
  fill(filler, 0, 5);
  filler.commit(true);
  auto other = test::small_plant("other", 20);
  filler.pending.push_back({++filler.sequence, filler.at(), NewPlant{other}});
  filler.add("a/b/t0", "30");
  filler.commit(false);
  const auto unknown = app::recover(*filler.store, known_plant);
  REQUIRE_FALSE(unknown.ok());
  CHECK(unknown.error().message.find("other") != std::string::npos);
  const auto both = app::recover(*filler.store, [&](const std::string& hash) {
    return hash == "other" ? std::shared_ptr<const Plant>{other} : known_plant(hash);
  });
  REQUIRE(both.ok());
  CHECK(both->differences == 0);
  CHECK(both->pipeline.plant_hash() == "other");
  CHECK(state_of(both->pipeline) == filler.state());
}

TEST_CASE("recovery: whichever batches had a snapshot, the state and the journal are the same",
          "[app][property]") {
  for (unsigned mask = 0; mask < 16; ++mask) {
    CAPTURE(mask);
    const test::TempDir dir;
    Filler filler{dir.path().string()};
    int replayed = 0;
    for (int batch = 0; batch < 4; ++batch) {
      fill(filler, batch * 7, batch * 7 + 7);
      const bool with_snapshot = (mask >> batch & 1U) != 0;
      filler.commit(with_snapshot);
      replayed = with_snapshot ? 0 : replayed + 1;
    }
    const auto recovery = app::recover(*filler.store, known_plant);
    REQUIRE(recovery.ok());
    CHECK(recovery->batches == static_cast<std::uint64_t>(replayed));
    CHECK(recovery->differences == 0);
    REQUIRE(state_of(recovery->pipeline) == filler.state());
  }
}

TEST_CASE("recovery: after a salvage the replay goes as far as it can, and numbers go on behind",
          "[app]") {
  const test::TempDir dir;
  const std::string directory = dir.path().string();
  std::uint64_t last = 0;
  {
    Filler filler{directory};
    filler.add("a/b/t0", "80");
    filler.commit(true, [](store::Batch& batch) { batch.plants = {{"small", "text"}}; });
    for (int batch = 0; batch < 3; ++batch) {
      fill(filler, batch * 10, batch * 10 + 10);
      filler.commit(false);
    }
    last = filler.sequence;
  }
  {
    auto connection = store::Connection::open({directory + "/parkwatch.db", false, {}});
    REQUIRE((*connection)->execute("UPDATE batches SET block = X'00' WHERE batch = 3"));
  }
  store::StoreOptions options;
  options.directory = directory;
  {
    const auto store = store::open_store(options);
    REQUIRE(store.ok());
    const auto refused = app::recover(**store, known_plant);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind == ErrorKind::damaged);
    options.damage = refused.error().message;
  }
  const auto store = store::open_store(options);
  REQUIRE(store.ok());
  const auto recovery = app::recover(**store, known_plant);
  REQUIRE(recovery.ok());
  CHECK(recovery->batches == 1);
  CHECK(recovery->pipeline.plant_hash() == "small");
  CHECK(recovery->pipeline.last_sequence() == last);
  v1::Snapshot snapshot;
  recovery->pipeline.snapshot(snapshot);
  CHECK(snapshot.last_journal() == (*store)->recovered().last_journal);
  CHECK(snapshot.last_journal() > 0);
  CHECK(app::look_through(directory).ok());
}

}  // namespace recovery_test
