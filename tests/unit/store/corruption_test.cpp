// tests/unit/store/corruption_test.cpp - Damaged files: told by name, never read as if nothing
// were.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "store/connection.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/store/sample_batches.h"

namespace corruption_test {

using namespace parkwatch;
using namespace parkwatch::store;
using parkwatch::test::TempDir;

namespace {

// Five batches of ten messages; snapshots with the second and the fourth.
void fill(const TempDir& dir) {
  const auto store = opened(options_in(dir.path()));
  for (std::uint64_t n = 1; n <= 5; ++n) {
    Batch batch = numbered_batch(n * 10 - 9, n * 10);
    batch.facts.identities = {{n * 10, sample_now(n * 10), 0, 1, n}};
    batch.facts.transitions = {event_of(n, "r", AlarmState::unacknowledged)};
    batch.facts.tags = {sample_definition(static_cast<TagId>(n), 1, n * 10)};
    if (n % 2 == 0) batch.snapshot = sample_snapshot(n * 10);
    batch.plants = {{"hash", "text"}};
    commit(*store, batch);
  }
}

void damage(const TempDir& dir, const std::string& sql) {
  auto connection = Connection::open({dir.path() / "parkwatch.db", false, {}});
  REQUIRE(connection);
  INFO(sql);
  REQUIRE((*connection)->execute(sql));
}

// Flips a byte in the middle of a blob.
std::string flipped(const std::string& table, const std::string& column, const std::string& where) {
  const std::string half = "length(" + column + ") / 2";
  return "UPDATE " + table + " SET " + column + " = CAST(substr(" + column + ", 1, " + half +
         ") || char((unicode(substr(hex(" + column + "), 1, 1)) + 1) % 128) || substr(" + column +
         ", " + half + " + 2) AS BLOB) WHERE " + where;
}

Error replay_error(const TempDir& dir, std::uint64_t after) {
  const auto store = opened(options_in(dir.path()));
  const auto read =
      store->batches_after(after, [](const RecordedBatch&) -> Result<Done> { return Done{}; });
  REQUIRE_FALSE(read);
  return read.error();
}

std::vector<std::uint64_t> with_gap(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> rest = numbers(1, first - 1);
  for (std::uint64_t n = last + 1; n <= 50; ++n) rest.push_back(n);
  return rest;
}

void check_pulled_around(const TempDir& dir, std::uint64_t first, std::uint64_t last) {
  const auto reader = reading(dir.path());
  const ReadingsPage page = page_of(*reader, {});
  CHECK(sequences_of(page.readings) == with_gap(first, last));
  REQUIRE(page.gaps.size() == 1);
  CHECK(page.gaps[0].first_sequence == first);
  CHECK(page.gaps[0].last_sequence == last);
  CHECK(page.gaps[0].reason == "damaged");
  CHECK(page.gaps[0].readings == last - first + 1);
}

}  // namespace

TEST_CASE("a damaged block stops a replay by name and is a gap to a pull", "[store][fault]") {
  const TempDir dir;
  fill(dir);
  damage(dir, flipped("batches", "block", "batch = 3"));
  const Error error = replay_error(dir, 0);
  CHECK(error.kind == ErrorKind::damaged);
  CHECK(error.message == "batch 3 (messages 21..30) is damaged: its checksum does not match");
  check_pulled_around(dir, 21, 30);
  // Behind it everything is as before.
  CHECK(batches_after(*opened(options_in(dir.path())), 30).size() == 2);
}

TEST_CASE("a changed number in a batch's row is noticed, whichever it is", "[store][fault]") {
  for (const char* column :
       {"first_sequence", "last_sequence", "now_us", "readings", "readings_total",
        "receive_from_us", "receive_to_us", "source_from_us", "source_to_us", "first_journal",
        "transitions", "identities", "content_crc", "crc"}) {
    CAPTURE(column);
    const TempDir dir;
    fill(dir);
    const std::string name{column};
    damage(dir, "UPDATE batches SET " + name + " = " + name + " + 1 WHERE batch = 2");
    CHECK_THAT(replay_error(dir, 0).message,
               Catch::Contains("batch 2 (messages ") && Catch::Contains("is damaged"));
    check_pulled_around(dir, 11, 20);
  }
}

TEST_CASE("a batch that is gone is noticed", "[store][fault]") {
  const TempDir dir;
  fill(dir);
  damage(dir, "DELETE FROM batches WHERE batch = 4");
  CHECK(replay_error(dir, 0).message == "batch 4 is gone from the store");
  check_pulled_around(dir, 31, 40);
}

TEST_CASE("a replay whose first batches are gone says so", "[store][fault]") {
  const TempDir dir;
  fill(dir);
  damage(dir, "DELETE FROM batches WHERE batch <= 2");
  CHECK(replay_error(dir, 0).message == "batch 1 is gone from the store");
  CHECK(batches_after(*opened(options_in(dir.path())), 20).size() == 3);
}

TEST_CASE("a damaged last batch is a gap in a store that begins anew", "[store][fault]") {
  const TempDir dir;
  fill(dir);
  damage(dir, "UPDATE batches SET last_sequence = 49 WHERE batch = 5");
  const auto store = opened(options_in(dir.path()));
  REQUIRE(store->recovered().salvage);
  CHECK_THAT(store->recovered().salvage->reason,
             Catch::Contains("batch 5") && Catch::Contains("is damaged"));
}

TEST_CASE("transitions and identities that are gone or damaged stop a replay", "[store][fault]") {
  const std::map<std::string, std::string> damages = {
      {"DELETE FROM journal WHERE journal = 4",
       "batch 4 (messages 31..40) is damaged: its journal rows are gone"},
      {flipped("journal", "event", "journal = 4"),
       "journal row 4 is damaged: the checksum differs"},
      {"DELETE FROM identities WHERE batch = 4",
       "batch 4 (messages 31..40) is damaged: its message identities are gone"},
      {flipped("identities", "record", "batch = 4"),
       "batch 4 (messages 31..40) is damaged: its message identities"},
  };
  for (const auto& [sql, words] : damages) {
    const TempDir dir;
    fill(dir);
    damage(dir, sql);
    CHECK(replay_error(dir, 20).message == words);
  }
}

TEST_CASE("a damaged snapshot is passed over for the older one", "[store][fault]") {
  const TempDir dir;
  fill(dir);
  damage(dir, flipped("snapshots", "snapshot", "batch = 4"));
  {
    const auto store = opened(options_in(dir.path()));
    const auto snapshot = store->newest_snapshot();
    REQUIRE(snapshot);
    REQUIRE(*snapshot != nullptr);
    CHECK((*snapshot)->last_sequence() == 20);
    CHECK(batches_after(*store, 20).size() == 3);
  }
  damage(dir, flipped("snapshots", "snapshot", "batch = 2"));
  const auto store = opened(options_in(dir.path()));
  const auto none = store->newest_snapshot();
  REQUIRE_FALSE(none);
  CHECK(none.error().message == "every snapshot in the store is damaged");
}

TEST_CASE("damaged events, definitions and configurations are told by name", "[store][fault]") {
  const TempDir dir;
  fill(dir);
  damage(dir, flipped("journal", "event", "journal = 2"));
  damage(dir, flipped("tags", "definition", "id = 3"));
  damage(dir, "UPDATE plants SET text = X'00112233'");
  const auto reader = reading(dir.path());
  const auto events = reader->events(0, 10);
  REQUIRE_FALSE(events);
  CHECK(events.error().message == "journal row 2 is damaged: the checksum differs");
  CHECK(reader->events(2, 10)->size() == 3);
  const auto tags = reader->tags();
  REQUIRE_FALSE(tags);
  CHECK(tags.error().message == "definition of tag 3, version 1, is damaged");
  const auto plant = opened(options_in(dir.path()))->plant_text("hash");
  REQUIRE_FALSE(plant);
  CHECK(plant.error().kind == ErrorKind::damaged);
  CHECK(plant.error().message == "configuration hash in the store is damaged");
}

TEST_CASE("damaged journal rows are passed over by who asks for their numbers", "[store][fault]") {
  const TempDir dir;
  fill(dir);
  damage(dir, flipped("journal", "event", "journal = 2"));
  damage(dir, "DELETE FROM journal WHERE journal = 4");
  const auto reader = reading(dir.path());
  JournalNumbers damaged;
  const auto waiting = reader->outbox(0, 4, &damaged);
  REQUIRE(waiting);
  CHECK(journals_of(*waiting) == std::vector<std::uint64_t>{1, 3});
  CHECK(damaged == JournalNumbers{2, 4});  // they count among the four
  CHECK_FALSE(reader->outbox(0, 10));
  damaged.clear();
  const auto events = reader->events(1, 10, &damaged);
  REQUIRE(events);
  CHECK(journals_of(*events) == std::vector<std::uint64_t>{3, 5});
  CHECK(damaged == JournalNumbers{2});
  // Rule "r" stands with its last transition, which is whole.
  damaged.clear();
  CHECK(journals_of(*reader->standing(&damaged)) == numbers(5, 5));
  CHECK(damaged.empty());
  damage(dir, flipped("journal", "event", "journal = 5"));
  CHECK(reader->standing(&damaged)->empty());
  CHECK(damaged == JournalNumbers{5});
}

// What SQLite itself notices is an error; what it does not is found by our own checks. Either way a
// reading that is given is one that was stored.
TEST_CASE("a byte changed anywhere in the file gives no wrong reading", "[store][fault]") {
  const TempDir dir;
  fill(dir);
  const std::filesystem::path path = dir.path() / "parkwatch.db";
  std::ifstream file{path, std::ios::binary};
  const std::string good{std::istreambuf_iterator<char>{file}, {}};
  RandomReadings random{21};
  std::size_t noticed = 0;
  for (int round = 0; round < 300; ++round) {
    std::string damaged = good;
    const std::size_t at = random.below(good.size());
    damaged[at] = static_cast<char>(damaged[at] ^ (1 + random.below(255)));
    CAPTURE(round, at);
    std::ofstream{path, std::ios::binary} << damaged;
    std::filesystem::remove(dir.path() / "parkwatch.db-wal");
    std::filesystem::remove(dir.path() / "parkwatch.db-shm");
    const auto reader = open_reader(dir.path());
    if (!reader) {
      ++noticed;
      continue;
    }
    const auto page = (*reader)->readings({});
    if (!page) {
      ++noticed;
      continue;
    }
    noticed += page->gaps.empty() ? 0 : 1;
    for (const Reading& r : page->readings) CHECK(r == numbered_reading(r.sequence));
  }
  CHECK(noticed > 10);
}

}  // namespace corruption_test
