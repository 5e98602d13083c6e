// tests/unit/store/history_test.cpp - A look back over what was committed: extents, states,
// batches, journal, beside a writer and after damage.
#include "store/history.h"

#include <catch2/catch.hpp>

#include "store/connection.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/store/sample_batches.h"

namespace history_test {

using namespace parkwatch;
using namespace parkwatch::store;
using namespace std::chrono_literals;
using parkwatch::test::TempDir;

namespace {

std::unique_ptr<History> looking(const TempDir& dir) {
  auto history = open_history(dir.path());
  INFO((history ? "" : history.error().message));
  REQUIRE(history);
  return std::move(*history);
}

std::vector<RecordedBatch> batches_of(History& history, std::uint64_t after,
                                      Timestamp until = timestamp_max) {
  std::vector<RecordedBatch> all;
  const auto done = history.batches({after, until}, [&](RecordedBatch& batch) -> Result<Done> {
    all.push_back(batch);
    return Done{};
  });
  INFO((done ? "" : done.error().message));
  REQUIRE(done);
  return all;
}

// Batches of ten messages, 1..10, 11..20, ...; with a snapshot where `snapshots` says so.
void fill(Store& store, std::uint64_t batches, const std::vector<std::uint64_t>& snapshots = {}) {
  for (std::uint64_t n = 0; n < batches; ++n) {
    Batch batch = numbered_batch(10 * n + 1, 10 * n + 10);
    for (const std::uint64_t with : snapshots) {
      if (with == n + 1) batch.snapshot = sample_snapshot(batch.last_sequence);
    }
    commit(store, batch);
  }
}

Batch batch_with(std::uint64_t sequence, std::vector<AlarmEvent> events) {
  Batch batch = numbered_batch(sequence, sequence);
  batch.facts.transitions = std::move(events);
  return batch;
}

AlarmEvent event_at(std::uint64_t journal, const std::string& rule, Timestamp at) {
  AlarmEvent event = event_of(journal, rule, AlarmState::unacknowledged);
  event.at = at;
  return event;
}

}  // namespace

TEST_CASE("history: who makes his own transitions gets everything else", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  commit(*store, batch_with(1, {event_at(1, "level", from_us(5))}));
  commit(*store, batch_with(2, {}));
  const auto history = looking(dir);
  std::vector<RecordedBatch> without;
  const auto take = [&](RecordedBatch& batch) -> Result<Done> {
    without.push_back(batch);
    return Done{};
  };
  REQUIRE(history->batches({0, timestamp_max, false}, take));
  const auto with = batches_of(*history, 0);
  REQUIRE(with.size() == 2);
  REQUIRE(without.size() == 2);
  CHECK(with[0].transitions.size() == 1);
  CHECK(without[0].transitions.empty());
  for (std::size_t at = 0; at < 2; ++at) {
    CHECK(without[at].readings == with[at].readings);
    CHECK(without[at].inputs == with[at].inputs);
    CHECK(without[at].last_sequence == with[at].last_sequence);
  }
}

TEST_CASE("history: an empty store has no extent, no state and no batch", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  const auto history = looking(dir);
  CHECK(history->extent()->first_batch == 0);
  CHECK(history->extent()->readings == 0);
  CHECK(history->snapshots()->empty());
  CHECK(*history->first_batch_at(timestamp_min) == 0);
  CHECK(batches_of(*history, 0).empty());
  CHECK(history->tags()->empty());
  CHECK(history->gaps()->empty());
  CHECK(*history->journal_given_up() == 0);
  CHECK(history->generation() == store->recovered().generation);
}

TEST_CASE("history: the extent is from the first batch to the last", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  fill(*store, 5);
  const auto history = looking(dir);
  const auto extent = history->extent();
  REQUIRE(extent);
  CHECK(extent->first_batch == 1);
  CHECK(extent->last_batch == 5);
  CHECK(extent->from == sample_now(10));
  CHECK(extent->to == sample_now(50));
  CHECK(extent->readings_from == sample_now(1));
  CHECK(extent->readings == 50);
}

TEST_CASE("history: where only time passed at first, the readings begin later", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  Batch tick;
  tick.now = timestamp_min;  // as a simulation begins
  commit(*store, tick);
  CHECK(looking(dir)->extent()->readings_from == timestamp_min);
  commit(*store, numbered_batch(1, 2));
  CHECK(looking(dir)->extent()->from == timestamp_min);
  CHECK(looking(dir)->extent()->readings_from == sample_now(1));
}

TEST_CASE("history: batches come in order, from any on, up to the first that reaches a time",
          "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  fill(*store, 5);
  const auto history = looking(dir);
  const auto all = batches_of(*history, 0);
  REQUIRE(all.size() == 5);
  CHECK(all[0].readings.size() == 10);
  CHECK(all[4].last_sequence == 50);
  CHECK(batches_of(*history, 3).size() == 2);
  const auto part = batches_of(*history, 1, sample_now(30));
  REQUIRE(part.size() == 2);
  CHECK(part[1].now == sample_now(30));
  CHECK(batches_of(*history, 1, sample_now(31)).size() == 3);
  CHECK(batches_of(*history, 5).empty());
}

TEST_CASE("history: the first batch at a time is found", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  fill(*store, 5);
  const auto history = looking(dir);
  CHECK(*history->first_batch_at(timestamp_min) == 1);
  CHECK(*history->first_batch_at(sample_now(10)) == 1);
  CHECK(*history->first_batch_at(sample_now(11)) == 2);
  CHECK(*history->first_batch_at(sample_now(50)) == 5);
  CHECK(*history->first_batch_at(sample_now(51)) == 0);
}

TEST_CASE("history: what takes a batch may stop, and its error is the answer", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  fill(*store, 3);
  const auto history = looking(dir);
  int taken = 0;
  const auto done = history->batches({}, [&](RecordedBatch&) -> Result<Done> {
    if (++taken == 2) return Error{ErrorKind::refused, "enough"};
    return Done{};
  });
  REQUIRE_FALSE(done);
  CHECK(done.error().message == "enough");
  CHECK(taken == 2);
}

TEST_CASE("history: kept states are told with the time of their batch, and read back", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  fill(*store, 4, {2, 4});
  const auto history = looking(dir);
  const auto kept = history->snapshots();
  REQUIRE(kept);
  REQUIRE(kept->size() == 2);
  CHECK((*kept)[0].batch == 2);
  CHECK((*kept)[0].now == sample_now(20));
  CHECK((*kept)[1].batch == 4);
  const auto snapshot = history->snapshot((*kept)[0]);
  REQUIRE(snapshot);
  CHECK((*snapshot)->plant_hash() == "plant of 20");
  const auto none = history->snapshot({3, sample_now(30)});
  REQUIRE_FALSE(none);
  CHECK(none.error().kind == ErrorKind::damaged);
}

TEST_CASE("history: of each day one state is kept beside the two newest", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  std::uint64_t sequence = 0;
  std::vector<std::uint64_t> expected;
  for (int day = 0; day < 3; ++day) {
    for (int hour = 0; hour < 24; hour += 6) {
      ++sequence;
      Batch batch = numbered_batch(sequence, sequence);
      batch.now = from_us(std::int64_t{20'000 + day} * 86'400'000'000) + 1h * hour;
      batch.snapshot = sample_snapshot(sequence);
      commit(*store, batch);
      if (hour == 0 || (day == 2 && hour >= 12)) expected.push_back(sequence);
    }
  }
  std::vector<std::uint64_t> kept;
  const auto snapshots = looking(dir)->snapshots();
  REQUIRE(snapshots);
  for (const KeptSnapshot& one : *snapshots) kept.push_back(one.batch);
  CHECK(kept == expected);
}

TEST_CASE("history: the journal by time and by alarm", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  commit(*store, batch_with(1, {event_at(1, "a", sample_now(1)), event_at(2, "b", sample_now(2))}));
  commit(*store, batch_with(2, {event_at(3, "a", sample_now(3)), event_at(4, "a", sample_now(4))}));
  const auto history = looking(dir);
  CHECK(journals_of(*history->journal(timestamp_min, timestamp_max, 100)) == numbers(1, 4));
  CHECK(journals_of(*history->journal(sample_now(2), sample_now(4), 100)) == numbers(2, 3));
  CHECK(journals_of(*history->journal(timestamp_min, timestamp_max, 2)) == numbers(1, 2));
  const std::string tag = sample_event(1).tag;
  CHECK(journals_of(*history->journal_of("a", tag, 100)) == std::vector<std::uint64_t>{1, 3, 4});
  CHECK(journals_of(*history->journal_of("a", tag, 2)) == numbers(3, 4));
  CHECK(history->journal_of("c", tag, 2)->empty());
}

TEST_CASE("history: tags with their last definition, configurations by hash", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  Batch batch = numbered_batch(1, 1);
  batch.facts.tags = {sample_definition(0, 1, 1), sample_definition(1, 1, 1)};
  batch.plants.emplace_back("hash", "the text");
  commit(*store, batch);
  Batch second = numbered_batch(2, 2);
  second.facts.tags = {sample_definition(0, 2, 2)};
  commit(*store, second);
  const auto history = looking(dir);
  const auto tags = history->tags();
  REQUIRE(tags);
  REQUIRE(tags->size() == 2);
  CHECK((*tags)[0].version == 2);
  CHECK((*tags)[1].id == 1);
  CHECK(*history->plant_text("hash") == "the text");
  CHECK(history->plant_text("other").error().kind == ErrorKind::not_found);
}

TEST_CASE("history: it sees what a writer commits meanwhile", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  fill(*store, 2);
  const auto history = looking(dir);
  CHECK(batches_of(*history, 0).size() == 2);
  commit(*store, numbered_batch(21, 30));
  CHECK(batches_of(*history, 2).size() == 1);
  CHECK(history->extent()->last_batch == 3);
}

TEST_CASE("history: message identities that were given up are not missed", "[store]") {
  const TempDir dir;
  {
    const auto store = opened(options_in(dir.path()));
    Batch batch = numbered_batch(1, 3);
    for (std::uint64_t n = 1; n <= 3; ++n) {
      batch.facts.identities.push_back({n, sample_now(n), 0, static_cast<std::uint16_t>(n), n});
    }
    commit(*store, batch);
  }
  auto connection = Connection::open({std::string{dir.path()} + "/parkwatch.db", false, {}});
  REQUIRE(connection);
  REQUIRE((*connection)->execute("DELETE FROM identities"));
  const auto all = batches_of(*looking(dir), 0);
  REQUIRE(all.size() == 1);
  CHECK(all[0].readings.size() == 3);
  CHECK(all[0].identities.empty());
}

TEST_CASE("history: a damaged batch and one that is gone are told by name", "[store]") {
  const TempDir dir;
  {
    const auto store = opened(options_in(dir.path()));
    fill(*store, 4);
  }
  const auto spoil = [&](const char* sql) {
    auto connection = Connection::open({std::string{dir.path()} + "/parkwatch.db", false, {}});
    REQUIRE(connection);
    REQUIRE((*connection)->execute(sql));
    const auto take = [](RecordedBatch&) -> Result<Done> { return Done{}; };
    return looking(dir)->batches({}, take);
  };
  const auto damaged = spoil("UPDATE batches SET block = x'00' WHERE batch = 3");
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().message.find("batch 3") != std::string::npos);
  const auto gone = spoil("DELETE FROM batches WHERE batch = 3");
  REQUIRE_FALSE(gone);
  CHECK(gone.error().message.find("batch 3 is gone") != std::string::npos);
}

TEST_CASE("history: no store, or no store of ours, is an error with the path", "[store]") {
  const TempDir dir;
  const auto none = open_history(dir.path());
  REQUIRE_FALSE(none);
  CHECK(none.error().message.find("parkwatch.db") != std::string::npos);
  auto connection = Connection::open({std::string{dir.path()} + "/parkwatch.db", false, {}});
  REQUIRE(connection);
  REQUIRE((*connection)->execute("CREATE TABLE t(x)"));
  CHECK_FALSE(open_history(dir.path()));
}

TEST_CASE("reader: the place in the journal before a time", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  CHECK(*reading(dir.path())->journal_before(sample_now(1)) == 0);
  commit(*store, batch_with(1, {event_at(1, "a", sample_now(1)), event_at(2, "b", sample_now(5))}));
  const auto reader = reading(dir.path());
  CHECK(*reader->journal_before(timestamp_min) == 0);
  CHECK(*reader->journal_before(sample_now(2)) == 1);
  CHECK(*reader->journal_before(sample_now(5)) == 1);
  CHECK(*reader->journal_before(sample_now(6)) == 2);
}

}  // namespace history_test
