// tests/unit/store/salvage_test.cpp - A damaged database is set aside, and what can be read of it
// goes on in a new one.
#include "store/salvage.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>

#include "store/directory.h"
#include "tests/support/faulty_vfs.h"
#include "tests/unit/store/damaged_store.h"

namespace salvage_test {

using namespace parkwatch;
using namespace parkwatch::store;
using parkwatch::test::FaultyVfs;
using parkwatch::test::TempDir;
namespace fs = std::filesystem;

namespace {

std::string content_of(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::unique_ptr<Store> salvaged(const TempDir& dir, const std::string& damage = {}) {
  StoreOptions options = options_in(dir.path());
  options.damage = damage;
  auto store = opened(options);
  REQUIRE(store->recovered().salvage);
  CHECK_FALSE(fs::exists(dir.path() / "parkwatch.db-damaged"));
  return store;
}

// The store works on: what comes is stored behind what was carried over, and pulled.
void check_goes_on(const TempDir& dir, Store& store) {
  const std::uint64_t next = store.recovered().last_sequence + 1;
  Batch batch = numbered_batch(next, next + 2);
  batch.facts.transitions = {
      event_of(store.recovered().last_journal + 1, "new", AlarmState::unacknowledged)};
  batch.facts.identities = {{next + 2, sample_now(next + 2), 0, 1, 7}};
  batch.snapshot = sample_snapshot(next + 2);
  commit(store, batch);
  const auto pulled = sequences_of(pull_all(*reading(dir.path())));
  REQUIRE(pulled.size() >= 3);
  CHECK(pulled.back() == next + 2);
  CHECK(pulled[pulled.size() - 3] == next);
}

void check_alarms_kept(Store& store, Reader& reader) {
  CHECK(store.recovered().salvage->state);
  CHECK(store.recovered().last_journal == batches);
  const auto snapshot = store.newest_snapshot();
  REQUIRE(snapshot);
  REQUIRE(*snapshot != nullptr);
  CHECK((*snapshot)->last_sequence() == 3900);
  JournalNumbers damaged;
  CHECK(reader.outbox(0, 100, &damaged)->size() + damaged.size() == 10);
}

}  // namespace

TEST_CASE("a destroyed page costs its own rows, whatever table it is of", "[store][salvage]") {
  for (const char* table : {"batches", "journal", "outbox", "standing", "tags", "consumers",
                            "plants", "meta", "identities", "notify", "gaps"}) {
    CAPTURE(table);
    const TempDir dir;
    fill(dir);
    const std::string generation = reading(dir.path())->generation();
    destroy_page(dir, table);
    const std::string before = content_of(dir.path() / "parkwatch.db");
    const auto store = salvaged(dir, "a page is destroyed");
    const Salvage& salvage = *store->recovered().salvage;
    CHECK(salvage.reason == "a page is destroyed");
    CHECK(content_of(salvage.kept_as) == before);
    CHECK(store->recovered().generation != generation);
    const auto reader = reading(dir.path());
    const std::string name{table};
    if (name != "plants") {
      CHECK(store->recovered().last_sequence == 4000);
      CHECK(salvage.state);
      CHECK(salvage.batches >= batches - 60);
    }
    if (name != "plants" && name != "outbox" && name != "journal") {
      check_alarms_kept(*store, *reader);
      CHECK(reader->outbox(0, 100)->size() == 10);
    }
    if (name != "plants" && name != "journal") CHECK(reader->standing()->size() == 10);
    if (name != "consumers") {
      REQUIRE(reader->consumers()->size() == 1);
      CHECK(reader->consumers()->front().sequence == 100);
    }
    check_goes_on(dir, *store);
  }
}

TEST_CASE("what a destroyed page held is a gap to a pull, and everything else is there",
          "[store][salvage]") {
  const TempDir dir;
  fill(dir);
  destroy_page(dir, "batches");
  const auto store = salvaged(dir, "x");
  const Salvage& salvage = *store->recovered().salvage;
  CHECK(salvage.readings_lost > 0);
  CHECK(salvage.readings + salvage.readings_lost == 3999);
  const auto reader = reading(dir.path());
  ReadingsQuery all;
  all.after_sequence = 1;
  all.bytes_max = std::size_t{1} << 30;
  const ReadingsPage page = page_of(*reader, all);
  CHECK(page.readings.size() == salvage.readings);
  REQUIRE(page.gaps.size() == 1);
  CHECK(page.gaps[0].reason == "damaged");
  CHECK(page.gaps[0].readings == salvage.readings_lost);
  CHECK(untold(page, 4000) == std::vector<std::uint64_t>{1});  // the registration
}

TEST_CASE("a damaged snapshot costs the batches after the older one nothing", "[store][salvage]") {
  const TempDir dir;
  fill(dir);
  {
    const auto connection = Connection::open({dir.path() / "parkwatch.db", false, {}});
    REQUIRE((*connection)->execute("UPDATE snapshots SET snapshot = X'00' WHERE sequence = 3900"));
  }
  const auto store = salvaged(dir, "x");
  CHECK((*store->newest_snapshot())->last_sequence() == 3800);
  CHECK(batches_after(*store, 3800).size() == 20);
}

TEST_CASE("without any snapshot the readings are a gap, and alerts still leave",
          "[store][salvage]") {
  const TempDir dir;
  fill(dir);
  {
    const auto connection = Connection::open({dir.path() / "parkwatch.db", false, {}});
    REQUIRE((*connection)->execute("UPDATE snapshots SET snapshot = X'00'"));
  }
  const auto store = salvaged(dir, "x");
  CHECK_FALSE(store->recovered().salvage->state);
  CHECK(store->recovered().last_sequence == 4000);
  CHECK(store->recovered().salvage->readings_lost == 3999);
  const auto reader = reading(dir.path());
  CHECK(reader->outbox(0, 100)->size() == 10);
  CHECK(reader->tags()->empty());
  CHECK(reader->standing()->empty());
  const ReadingsPage page = page_of(*reader, {});
  REQUIRE(page.gaps.size() == 1);
  CHECK(page.gaps[0].first_sequence == 1);
  CHECK(page.gaps[0].last_sequence == 4000);
  CHECK(page.gaps[0].unacknowledged);
  check_goes_on(dir, *store);
}

TEST_CASE("behind a batch that no replay can cross nothing is carried over", "[store][salvage]") {
  const TempDir dir;
  fill(dir);
  {
    const auto connection = Connection::open({dir.path() / "parkwatch.db", false, {}});
    REQUIRE((*connection)->execute("UPDATE batches SET block = X'00' WHERE first_sequence = 3951"));
  }
  const auto store = salvaged(dir, "x");
  CHECK(store->recovered().last_sequence == 4000);
  CHECK(store->recovered().last_journal == batches);
  CHECK(store->recovered().salvage->readings_lost == 50);
  const auto reader = reading(dir.path());
  CHECK(reader->outbox(0, 100)->size() == 10);
  ReadingsQuery query;
  query.after_sequence = 3940;
  const ReadingsPage page = page_of(*reader, query);
  CHECK(sequences_of(page.readings) == numbers(3941, 3950));
  REQUIRE(page.gaps.size() == 1);
  CHECK(page.gaps[0].first_sequence == 3951);
  CHECK(page.gaps[0].last_sequence == 4000);
  check_goes_on(dir, *store);
}

TEST_CASE("a store so young that it has no snapshot is stepped again from its first batch",
          "[store][salvage]") {
  const TempDir dir;
  {
    const auto store = opened(options_in(dir.path()));
    for (std::uint64_t n = 1; n <= 5; ++n) commit(*store, numbered_batch(n, n));
  }
  const auto store = salvaged(dir, "x");
  CHECK(store->recovered().salvage->state);
  CHECK(batches_after(*store, 0).size() == 5);
}

TEST_CASE("a destroyed header leaves nothing to read, and the daemon a store", "[store][salvage]") {
  const TempDir dir;
  fill(dir);
  (void)page_of_table(dir, "journal");  // the WAL is empty now
  write_over(dir.path() / "parkwatch.db", 0, 100);
  const auto store = salvaged(dir);
  CHECK_THAT(store->recovered().salvage->reason, Catch::Contains("not a database"));
  CHECK(store->recovered().last_sequence == 0);
  check_goes_on(dir, *store);
}

TEST_CASE("a file that is shorter than it was is read as far as it goes", "[store][salvage]") {
  const TempDir dir;
  fill(dir);
  (void)page_of_table(dir, "journal");
  const auto bytes = fs::file_size(dir.path() / "parkwatch.db");
  fs::resize_file(dir.path() / "parkwatch.db", bytes - 3 * 4096);
  const auto store = salvaged(dir);
  CHECK_THAT(store->recovered().salvage->reason, Catch::Contains("malformed"));
  CHECK(store->recovered().salvage->state);
  CHECK(store->recovered().salvage->batches > batches / 2);
  check_goes_on(dir, *store);
}

TEST_CASE("a sector that the disk cannot read costs its own rows", "[store][salvage]") {
  for (const char* table : {"batches", "journal", "snapshots"}) {
    INFO(table);
    const TempDir dir;
    fill(dir);
    FaultyVfs vfs{std::string{"unreadable-"} + table};
    const Page page = page_of_table(dir, table, true);
    vfs.make_unreadable(dir.path() / "parkwatch.db", (page.number - 1) * page.bytes, page.bytes);
    StoreOptions options = options_in(dir.path());
    options.vfs = vfs.name();
    const auto store = opened(options);
    if (std::string_view{table} == "snapshots") {
      CHECK(store->newest_snapshot().error().kind == ErrorKind::damaged);
      continue;
    }
    REQUIRE(store->recovered().salvage);
    CHECK_THAT(store->recovered().salvage->reason, Catch::Contains("malformed"));
    CHECK(store->recovered().salvage->state);
    CHECK(store->recovered().last_sequence > 3900);
    check_goes_on(dir, *store);
  }
}

TEST_CASE("a full disk gets as much of a salvage as it has room for", "[store][salvage]") {
  const TempDir filled;
  fill(filled);
  (void)page_of_table(filled, "journal");
  FaultyVfs vfs{"salvage-full"};
  enum Seen { refused, numbers_only, state_only, readings_too };
  std::set<Seen> seen;
  for (std::uint64_t room = 40'000; !seen.contains(readings_too); room += 40'000) {
    INFO(room);
    REQUIRE(room < 20'000'000);
    const TempDir dir;
    fs::copy_file(filled.path() / "parkwatch.db", dir.path() / "parkwatch.db");
    fs::create_directory(dir.path() / "ballast");  // none can be made
    vfs.set_quota(dir.path(), fs::file_size(dir.path() / "parkwatch.db") + room);
    StoreOptions options = options_in(dir.path());
    options.damage = "x";
    options.vfs = vfs.name();
    const auto store = open_store(options);
    vfs.set_quota({}, 0);
    if (!store) {
      seen.insert(refused);
      CHECK_THAT(store.error().message, Catch::Contains("full"));
      continue;
    }
    const Salvage& salvage = *(*store)->recovered().salvage;
    seen.insert(!salvage.state ? numbers_only : salvage.batches < 100 ? state_only : readings_too);
    CHECK((*store)->recovered().last_sequence == 4000);
    CHECK((*store)->recovered().last_journal == batches);
    CHECK(salvage.readings_lost + salvage.readings == 3999);
    if (salvage.state) check_alarms_kept(**store, *reading(dir.path()));
    check_goes_on(dir, **store);
  }
  CHECK(seen == std::set<Seen>{refused, numbers_only, state_only, readings_too});
}

TEST_CASE("of many databases that were set aside the newest are kept", "[store][salvage]") {
  const TempDir dir;
  std::vector<std::string> kept;
  for (std::size_t n = 0; n < kept_databases_max + 2; ++n) {
    std::ofstream{dir.path() / "parkwatch.db"} << "no database " << n << std::string(5000, ' ');
    kept.push_back(salvaged(dir)->recovered().salvage->kept_as);
    // As if by a clock that was ahead; a second's names would sort by their numbers.
    const std::string older =
        dir.path() / ("parkwatch-damaged-9026010" + std::to_string(n) + ".db");
    if (n < kept_databases_max + 1) fs::rename(kept.back(), older);
    kept.back() = n < kept_databases_max + 1 ? older : kept.back();
  }
  CHECK_FALSE(fs::exists(kept[0]));
  CHECK_FALSE(fs::exists(kept[1]));
  for (std::size_t n = 2; n < kept.size(); ++n) {
    INFO(n);
    CHECK(content_of(kept[n]).starts_with("no database " + std::to_string(n)));
  }
}

TEST_CASE("a start that is killed amid a salvage is made good by the next", "[store][salvage]") {
  const TempDir dir;
  fill(dir);
  {
    auto directory = StateDirectory::take(dir.path());
    REQUIRE(directory);
    REQUIRE(directory->mark_damaged("a page is destroyed"));
    REQUIRE(directory->set_aside());
    // Half of a new database: it must not be taken for the old one.
    std::ofstream{directory->database_path()} << "half";
    std::ofstream{directory->wal_path()} << "half";
  }
  const auto store = salvaged(dir);
  CHECK(store->recovered().salvage->reason == "a page is destroyed");
  CHECK(store->recovered().last_sequence == 4000);
  check_goes_on(dir, *store);
}

TEST_CASE("a file that is set aside never replaces an older one", "[store][salvage]") {
  const TempDir dir;
  std::vector<std::string> kept;
  for (const char* text : {"first", "second", "third"}) {
    {
      std::ofstream file{dir.path() / "parkwatch.db"};
      for (int i = 0; i < 1000; ++i) file << text;
    }
    kept.push_back(salvaged(dir)->recovered().salvage->kept_as);
    CHECK(content_of(kept.back()).starts_with(text));
  }
  CHECK(content_of(kept.front()).starts_with("first"));
}

TEST_CASE("what belongs to a lost last batch or journal row does not stand in the way of the next",
          "[store][salvage]") {
  {
    const TempDir dir;
    fill(dir);
    {
      const auto connection = Connection::open({dir.path() / "parkwatch.db", false, {}});
      REQUIRE(connection);
      REQUIRE((*connection)->execute("UPDATE batches SET crc = crc + 1 WHERE batch = 401"));
    }
    const auto store = salvaged(dir);
    CHECK(store->recovered().last_journal == batches);
    check_goes_on(dir, *store);
  }
  for (const char* table : {"batches", "journal"}) {
    CAPTURE(table);
    const TempDir dir;
    fill(dir);
    destroy_page(dir, table, true);
    const auto store = salvaged(dir, "a page is destroyed");
    // Nobody takes a new alert for one that was told.
    CHECK(store->recovered().last_journal == batches);
    check_goes_on(dir, *store);
  }
}

TEST_CASE("a store is known as salvaged until its first snapshot", "[store][salvage]") {
  const TempDir dir;
  fill(dir);
  const std::string kept = salvaged(dir, "a page is destroyed")->recovered().salvage->kept_as;
  {
    const auto again = opened(options_in(dir.path()));
    REQUIRE(again->recovered().salvage);
    CHECK(again->recovered().salvage->kept_as == kept);
    CHECK(again->recovered().salvage->reason == "a page is destroyed");
    CHECK(again->recovered().salvage->state);
    CHECK(again->recovered().salvage->batches == 401);
    check_goes_on(dir, *again);  // with a snapshot
  }
  CHECK_FALSE(opened(options_in(dir.path()))->recovered().salvage);
}

TEST_CASE("what a commit finds damaged is set aside by the next start", "[store][salvage]") {
  const TempDir dir;
  fill(dir);
  destroy_page(dir, "standing");
  {
    const auto store = opened(options_in(dir.path()));
    REQUIRE_FALSE(store->recovered().salvage);
    Batch batch = numbered_batch(4001, 4002);
    batch.facts.transitions = {event_of(401, "new", AlarmState::unacknowledged)};
    const auto committed = store->commit(batch);
    REQUIRE_FALSE(committed);
    CHECK(committed.error().kind == ErrorKind::damaged);
  }
  const auto store = salvaged(dir);
  CHECK_THAT(store->recovered().salvage->reason, Catch::Contains("malformed"));
  CHECK(store->recovered().last_sequence == 4000);
  check_goes_on(dir, *store);
  CHECK_FALSE(fs::exists(dir.path() / "parkwatch.db-damaged"));
}

}  // namespace salvage_test
