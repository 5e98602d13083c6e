// tests/unit/store/failure_test.cpp - Every write, sync, truncation, deletion and opening fails
// once: nothing committed is lost, nothing is there twice.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>

#include "store/connection.h"
#include "store/directory.h"
#include "tests/support/faulty_vfs.h"
#include "tests/support/sanitized.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/store/sample_batches.h"

namespace failure_test {

using namespace parkwatch;
using namespace parkwatch::store;
using parkwatch::test::FaultyVfs;
using parkwatch::test::is_sanitized;
using parkwatch::test::TempDir;

namespace {

constexpr std::uint64_t batches_of_scenario = 9;
constexpr std::uint64_t messages_a_batch = 3;

// Thousands of runs, none of which cuts power: in memory, where the system has such a place.
std::filesystem::path quick_base() {
  const std::filesystem::path memory{"/dev/shm"};
  return std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
}

// The n-th batch, with everything that a batch can hold.
Batch batch_of(std::uint64_t n) {
  const std::uint64_t last = n * messages_a_batch;
  Batch batch = numbered_batch(last - messages_a_batch + 1, last);
  // More than a page, and nothing that compresses: the tables grow.
  RandomReadings random{n};
  Reading& reading = batch.facts.readings.back();
  std::string text;
  while (text.size() < 9000) text += std::to_string(random.below(UINT64_MAX));
  reading.value = text;
  batch.facts.identities = {{last, sample_now(last), 0, 1, n}};
  batch.facts.transitions = {
      event_of(n, "rule " + std::to_string(n % 3),
               n % 2 == 0 ? AlarmState::normal : AlarmState::unacknowledged)};
  batch.facts.tags = {sample_definition(static_cast<TagId>(n), 1, last)};
  Refusal refusal;
  refusal.sequence = last;
  refusal.receive_time = sample_now(last);
  batch.facts.refusals = {refusal};
  batch.plants = {{"hash " + std::to_string(n), "text " + std::to_string(n)}};
  if (n % 3 == 0) batch.snapshot = sample_snapshot(last);
  if (n == 2) {
    batch.facts.inputs = {sample_consumer_input(last, {ConsumerCommand::Verb::put, "hq", 0, {}})};
  }
  if (n > 2) {
    batch.facts.inputs = {
        sample_consumer_input(last, {ConsumerCommand::Verb::ack, "hq", last - 3, {}})};
  }
  return batch;
}

StoreOptions options_for(const TempDir& dir, const FaultyVfs& vfs) {
  StoreOptions options = options_in(dir.path());
  options.vfs = vfs.name();
  options.bytes_max = 150'000;  // so that retention has work
  options.quarantine_rows_max = 5;
  return options;
}

// What was reported to the caller.
struct Progress {
  std::uint64_t committed = 0;  // batches
  std::uint64_t failures = 0;
};

template <typename T>
bool noted(const Result<T>& result, Progress& progress) {
  if (result) return true;
  REQUIRE(++progress.failures < 20);
  // A transient fault must be told as one: the caller then waits and tries again.
  CHECK(result.error().kind == ErrorKind::transient);
  CHECK_FALSE(result.error().message.empty());
  return false;
}

// Opens, commits, retains, checkpoints and opens again. `carry_on` says whether to try again after
// a failure; if not, the scenario ends there, as with a crash.
void run(const StoreOptions& options, bool carry_on, Progress& progress) {
  std::unique_ptr<Store> store;
  const auto open = [&] {
    store.reset();
    for (;;) {
      auto result = open_store(options);
      if (result) {
        store = std::move(*result);
        return true;
      }
      REQUIRE(++progress.failures < 20);
      if (!carry_on) return false;
    }
  };
  if (!open()) return;
  for (std::uint64_t n = 1; n <= batches_of_scenario; ++n) {
    const Batch batch = batch_of(n);
    while (!noted(store->commit(batch), progress)) {
      if (!carry_on) return;
    }
    progress.committed = n;
    store->delivered(n);
    if (!noted(store->retain(batch.now, true), progress) && !carry_on) return;
    if (n % 2 == 0) (void)store->checkpoint();
    if (n == 5) static_cast<void>(noted(store->flush(), progress));
    if (n == 6 && !open()) return;
  }
}

// Looks at the files through the system's own VFS: batches 1..count are there, each once, and no
// other.
void check_stored(const TempDir& dir, std::uint64_t count) {
  {
    const auto store = opened(options_in(dir.path()));
    CHECK(store->recovered().last_sequence == count * messages_a_batch);
    CHECK(store->recovered().last_journal == count);
    const auto snapshot = store->newest_snapshot();
    REQUIRE(snapshot);
    const std::uint64_t from = *snapshot != nullptr ? (*snapshot)->last_sequence() : 0;
    CHECK(from == count / 3 * 3 * messages_a_batch);
    std::uint64_t n = from / messages_a_batch;
    for (const RecordedBatch& batch : batches_after(*store, from)) {
      const Batch expected = batch_of(++n);
      CHECK(batch.last_sequence == expected.last_sequence);
      CHECK(batch.readings == expected.facts.readings);
      CHECK(batch.transitions == expected.facts.transitions);
      CHECK(batch.inputs == expected.facts.inputs);
      CHECK(batch.identities == expected.facts.identities);
    }
    CHECK(n == count);
    for (n = 1; n <= count; ++n) CHECK(store->plant_text("hash " + std::to_string(n)));
  }
  const auto reader = reading(dir.path());
  const ReadingsPage page = page_of(*reader, {});
  CHECK(page.end);
  std::map<std::uint64_t, int> times;
  for (const Gap& gap : page.gaps) {
    CHECK(gap.reason == "size");
    CHECK(gap.readings == gap.last_sequence - gap.first_sequence + 1);
    for (auto s = gap.first_sequence; s <= gap.last_sequence; ++s) ++times[s];
  }
  for (const Reading& r : page.readings) ++times[r.sequence];
  CHECK(times.size() == count * messages_a_batch);
  CHECK(std::all_of(times.begin(), times.end(), [](const auto& row) { return row.second == 1; }));
  CHECK(journals_of(*reader->events(0, 100)) == numbers(1, count));
  CHECK(reader->tags()->size() == count);
  CHECK(reader->quarantine(100)->size() == std::min<std::uint64_t>(5, count));
}

// Fails the n-th operation, for n = 1, 2, ... until the scenario runs through without meeting the
// fault. A sanitizer sees each third.
void for_every_operation(FaultyVfs::Fault fault, std::uint64_t count, bool carry_on) {
  FaultyVfs vfs{"faulty"};
  for (std::uint64_t n = 1;; n += is_sanitized ? 3 : 1) {
    REQUIRE(n < 5000);
    CAPTURE(n, count);
    const TempDir dir{quick_base()};
    // A ballast of nothing: to fill the real one with zeros would be most of the work.
    std::ofstream{dir.path() / "ballast"}.close();
    std::filesystem::resize_file(dir.path() / "ballast", ballast_bytes);
    Progress progress;
    vfs.fail_at(n, fault, count);
    run(options_for(dir, vfs), carry_on, progress);
    vfs.heal();
    std::uint64_t stored = batches_of_scenario;
    if (!carry_on) {
      const auto store = opened(options_in(dir.path()));
      stored = store->recovered().last_sequence / messages_a_batch;
      // The batch whose commit failed may have got in; one that was reported must have.
      CHECK(stored >= progress.committed);
      CHECK(stored <= progress.committed + 1);
    }
    check_stored(dir, stored);
    if (!vfs.struck()) {
      CHECK(progress.failures == 0);
      CHECK(n > 100);
      return;
    }
  }
}

}  // namespace

TEST_CASE("any one I/O error is survived by trying again", "[store][fault][one_thread]") {
  for_every_operation(FaultyVfs::Fault::io_error, 1, true);
}

TEST_CASE("any three I/O errors in a row are survived by trying again",
          "[store][fault][one_thread]") {
  for_every_operation(FaultyVfs::Fault::io_error, 3, true);
}

TEST_CASE("any one torn write or late sync error is survived by trying again",
          "[store][fault][one_thread]") {
  for_every_operation(FaultyVfs::Fault::torn, 1, true);
}

TEST_CASE("any one full disk is survived by trying again", "[store][fault][one_thread]") {
  for_every_operation(FaultyVfs::Fault::full, 1, true);
}

TEST_CASE("a stop at any one I/O error keeps what was committed", "[store][fault][one_thread]") {
  for_every_operation(FaultyVfs::Fault::io_error, 1, false);
}

TEST_CASE("a stop at any one torn write keeps what was committed", "[store][fault][one_thread]") {
  for_every_operation(FaultyVfs::Fault::torn, 1, false);
}

TEST_CASE("a batch whose sync failed but which is found stored counts as committed",
          "[store][fault]") {
  FaultyVfs vfs{"faulty-sync"};
  const TempDir dir;
  StoreOptions options = options_in(dir.path());
  options.vfs = vfs.name();
  auto store = opened(options);
  commit(*store, batch_of(1));
  vfs.only('s');
  vfs.fail_at(1, FaultyVfs::Fault::io_error);
  // Without readers the WAL is read again at the new opening, and the batch is in it.
  CHECK(store->commit(batch_of(2)));
  CHECK(vfs.struck());
  CHECK(batches_after(*store, 0).size() == 2);
  commit(*store, batch_of(3));
  store.reset();
  check_stored(dir, 3);
}

TEST_CASE("after a failed sync the files are opened anew, after a full disk they are not",
          "[store][fault]") {
  FaultyVfs vfs{"faulty-opens"};
  const TempDir dir;
  StoreOptions options = options_in(dir.path());
  options.vfs = vfs.name();
  const auto store = opened(options);
  commit(*store, batch_of(1));
  const std::uint64_t before = vfs.opens();
  vfs.only('w');
  vfs.fail_at(1, FaultyVfs::Fault::full);
  CHECK_FALSE(store->commit(batch_of(2)));
  CHECK(vfs.opens() == before);
  commit(*store, batch_of(2));
  vfs.only('s');
  vfs.fail_at(1, FaultyVfs::Fault::io_error);
  static_cast<void>(store->commit(batch_of(3)));
  CHECK(vfs.struck());
  CHECK(vfs.opens() > before);
}

TEST_CASE("readers that stay open see a batch once when its sync failed", "[store][fault]") {
  FaultyVfs vfs{"faulty-readers"};
  const TempDir dir;
  StoreOptions options = options_in(dir.path());
  options.vfs = vfs.name();
  const auto store = opened(options);
  commit(*store, batch_of(1));
  const auto reader = reading(dir.path());
  CHECK(pull_all(*reader).size() == messages_a_batch);
  vfs.only('s');
  vfs.fail_at(1, FaultyVfs::Fault::io_error, 2);
  while (!store->commit(batch_of(2))) {
  }
  CHECK(vfs.struck());
  CHECK(sequences_of(pull_all(*reader)) == numbers(1, 2 * messages_a_batch));
  commit(*store, batch_of(3));
  CHECK(sequences_of(pull_all(*reader)) == numbers(1, 3 * messages_a_batch));
}

TEST_CASE("an error of the disk is told in the words of SQLite with the file", "[store][fault]") {
  FaultyVfs vfs{"faulty-words"};
  const TempDir dir;
  StoreOptions options = options_in(dir.path());
  options.vfs = vfs.name();
  const auto store = opened(options);
  vfs.fail_at(1, FaultyVfs::Fault::io_error, 1000);
  const auto broken = store->commit(batch_of(1));
  REQUIRE_FALSE(broken);
  CHECK(broken.error().kind == ErrorKind::transient);
  CHECK_THAT(broken.error().message, Catch::Contains((dir.path() / "parkwatch.db").string()) &&
                                         Catch::Contains("disk I/O error"));
  vfs.heal();
  commit(*store, batch_of(1));
  vfs.only('w');
  vfs.fail_at(1, FaultyVfs::Fault::full, 1000);
  const auto full = store->commit(batch_of(2));
  REQUIRE_FALSE(full);
  CHECK(full.error().kind == ErrorKind::transient);
  CHECK_THAT(full.error().message, Catch::Contains("database or disk is full"));
  vfs.heal();
  commit(*store, batch_of(2));
}

TEST_CASE("deliveries outlast a failed commit", "[store][fault]") {
  FaultyVfs vfs{"faulty-outbox"};
  const TempDir dir;
  StoreOptions options = options_in(dir.path());
  options.vfs = vfs.name();
  const auto store = opened(options);
  commit(*store, batch_of(1));
  store->delivered(1);
  store->keep("cursor", "1");
  vfs.fail_at(1, FaultyVfs::Fault::io_error, 1000);
  CHECK_FALSE(store->flush());
  store->keep("cursor", "2");
  CHECK_FALSE(store->commit(batch_of(2)));
  vfs.heal();
  commit(*store, batch_of(2));
  CHECK(journals_of(*reading(dir.path())->outbox(0, 10)) == std::vector<std::uint64_t>{2});
  CHECK(*reading(dir.path())->notify_rows() == std::map<std::string, std::string>{{"cursor", "2"}});
}

TEST_CASE("a checkpoint that fails says so, and one that readers hold back does not",
          "[store][fault]") {
  FaultyVfs vfs{"checkpoint-fails"};
  const TempDir dir;
  const auto store = opened(options_for(dir, vfs));
  commit(*store, batch_of(1));
  vfs.fail_at(1, FaultyVfs::Fault::io_error, 1000);
  const auto failed = store->checkpoint();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == ErrorKind::transient);
  CHECK_FALSE(failed.error().message.empty());
  vfs.heal();
  CHECK(store->checkpoint());
  commit(*store, batch_of(2));
  CHECK(sequences_of(pull_all(*reading(dir.path()))) == numbers(1, 2 * messages_a_batch));
}

TEST_CASE("retention that meets a damaged page says so and changes nothing", "[store][fault]") {
  const TempDir dir;
  StoreOptions options = options_in(dir.path());
  options.bytes_max = 1;
  {
    const auto store = opened(options);
    for (std::uint64_t n = 1; n <= batches_of_scenario; ++n) commit(*store, batch_of(n));
    REQUIRE(store->checkpoint());
  }
  std::int64_t page = 0;
  std::int64_t page_bytes = 0;
  {
    auto connection = Connection::open({dir.path() / "parkwatch.db", false, {}});
    REQUIRE(connection);
    page = *(*connection)->number("SELECT rootpage FROM sqlite_schema WHERE name = 'identities'");
    page_bytes = *(*connection)->number("PRAGMA page_size");
  }
  const auto store = opened(options);
  {
    std::fstream file{dir.path() / "parkwatch.db", std::ios::binary | std::ios::in | std::ios::out};
    file.seekp((page - 1) * page_bytes);
    file.write("nonsense", 8);
    REQUIRE(file.flush());
  }
  const auto retained = store->retain(sample_now(1000), true);
  REQUIRE_FALSE(retained);
  CHECK(retained.error().kind == ErrorKind::damaged);
  CHECK_THAT(retained.error().message, Catch::Contains("malformed"));
  CHECK(reading(dir.path())->counts()->first_sequence == 1);
}

}  // namespace failure_test
