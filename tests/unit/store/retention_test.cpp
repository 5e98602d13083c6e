// tests/unit/store/retention_test.cpp - What gives way, what never does, and what is told of it.
#include "store/retention.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/temp_dir.h"
#include "tests/unit/store/sample_batches.h"

namespace retention_test {

using namespace parkwatch;
using namespace parkwatch::store;
using parkwatch::test::TempDir;

namespace {

using Verb = ConsumerCommand::Verb;

// A store with small batches of big texts, whose limits a few hundred of them reach.
class Shelf {
 public:
  explicit Shelf(StoreOptions options = {}) {
    options.directory = dir_.path();
    options_ = options;
    store_ = opened(options_);
    reader_ = reading(dir_.path());
  }

  // Messages up to `last`, 10 a batch, about 10 kB each batch; a snapshot with every
  // `snapshot_every`-th.
  void fill_to(std::uint64_t last, std::uint64_t snapshot_every = 5) {
    while (last_ < last) {
      Batch batch = numbered_batch(last_ + 1, last_ + 10);
      std::string text;
      while (text.size() < 20'000) text += std::to_string(random_.below(UINT64_MAX));
      batch.facts.readings[3].value = text;
      batch.facts.identities = {{last_ + 2, sample_now(last_ + 2), 0, 1, 2}};
      last_ += 10;
      if (last_ / 10 % snapshot_every == 0) batch.snapshot = sample_snapshot(last_);
      commit(*store_, batch);
    }
  }

  void command(Verb verb, const std::string& name, std::uint64_t sequence,
               std::optional<Timestamp> expires = {}) {
    commit(*store_, consumer_batch(++last_, {verb, name, sequence, expires}));
  }

  // Until there is no more to do; the number of calls.
  int retain(Timestamp now, bool certain = true) {
    for (int calls = 1;; ++calls) {
      const auto more = store_->retain(now, certain);
      REQUIRE(more);
      if (!*more) return calls;
    }
  }

  ReadingsPage page(std::uint64_t after = 0) {
    ReadingsQuery query;
    query.after_sequence = after;
    query.bytes_max = SIZE_MAX;
    return page_of(*reader_, query);
  }

  StoreCounts counts() {
    auto counts = reader_->counts();
    REQUIRE(counts);
    return *counts;
  }

  Store& store() { return *store_; }
  Reader& reader() { return *reader_; }
  const TempDir& dir() const { return dir_; }
  std::uint64_t last() const { return last_; }

  void reopen() {
    reader_.reset();
    store_.reset();
    store_ = opened(options_);
    reader_ = reading(dir_.path());
  }

 private:
  TempDir dir_;
  StoreOptions options_;
  RandomReadings random_{9};
  std::unique_ptr<Store> store_;
  std::unique_ptr<Reader> reader_;
  std::uint64_t last_ = 0;
};

StoreOptions limited(std::uint64_t bytes_max) {
  StoreOptions options;
  options.bytes_max = bytes_max;
  return options;
}

const Timestamp in_a_year = sample_time + std::chrono::days{366};
const Timestamp in_two_years = sample_time + std::chrono::days{800};

}  // namespace

TEST_CASE("within the limits nothing is deleted", "[store]") {
  Shelf shelf;
  shelf.fill_to(300);
  CHECK(shelf.retain(in_a_year) == 1);
  CHECK(shelf.page().readings.size() == 300);
  CHECK(shelf.page().gaps.empty());
}

TEST_CASE("above the size the oldest give way, recorded as one gap", "[store]") {
  Shelf shelf{limited(500'000)};
  shelf.fill_to(1500);
  CHECK(shelf.retain(sample_now(1500)) > 1);
  const ReadingsPage page = shelf.page();
  REQUIRE(page.gaps.size() == 1);
  const Gap& gap = page.gaps[0];
  CHECK(gap.first_sequence == 1);
  CHECK(gap.last_sequence > 900);
  CHECK(gap.last_sequence < 1450);
  CHECK(gap.readings == gap.last_sequence);
  CHECK(gap.from == numbered_reading(1).receive_time);
  CHECK(gap.to == numbered_reading(gap.last_sequence).receive_time);
  CHECK(gap.reason == "size");
  CHECK_FALSE(gap.unacknowledged);
  CHECK(sequences_of(page.readings) == numbers(gap.last_sequence + 1, 1500));
  CHECK(shelf.counts().first_sequence == gap.last_sequence + 1);
  CHECK(shelf.counts().readings_lost == 0);
  CHECK(shelf.store().readings_lost() == 0);
}

TEST_CASE("a call does a bounded piece of work", "[store]") {
  Shelf shelf{limited(1)};
  shelf.fill_to(1500);
  const auto more = shelf.store().retain(sample_now(1500), true);
  REQUIRE(more);
  CHECK(*more);
  CHECK(shelf.counts().first_sequence == retained_batches_a_call * 10 + 1);
}

TEST_CASE("a cursor behind a gap is told of it and one past it is not", "[store]") {
  Shelf shelf{limited(500'000)};
  shelf.fill_to(1000);
  shelf.retain(sample_now(1000));
  const Gap gap = shelf.page().gaps.at(0);
  const ReadingsPage inside = shelf.page(gap.last_sequence - 5);
  REQUIRE(inside.gaps.size() == 1);
  CHECK(inside.gaps[0].first_sequence == gap.last_sequence - 4);
  CHECK(inside.gaps[0].last_sequence == gap.last_sequence);
  CHECK(shelf.page(gap.last_sequence).gaps.empty());
}

TEST_CASE("what the older of two snapshots needs is never deleted", "[store]") {
  Shelf shelf{limited(1)};
  shelf.fill_to(640, 20);  // snapshots at 200, 400 and 600
  shelf.retain(in_two_years);
  CHECK(shelf.counts().first_sequence == 401);
  CHECK(batches_after(shelf.store(), 400).size() == 24);
  shelf.reopen();
  const auto snapshot = shelf.store().newest_snapshot();
  REQUIRE(snapshot);
  CHECK((*snapshot)->last_sequence() == 600);
  const auto batches = batches_after(shelf.store(), 400);
  REQUIRE(batches.size() == 24);
  CHECK(batches.front().identities.size() == 1);
}

TEST_CASE("without two snapshots nothing is deleted", "[store]") {
  Shelf shelf{limited(1)};
  shelf.fill_to(300, 20);
  shelf.retain(in_two_years);
  CHECK(shelf.counts().first_sequence == 1);
  CHECK(batches_after(shelf.store(), 0).size() == 30);
}

TEST_CASE("age deletes only what every consumer has", "[store]") {
  Shelf shelf;
  shelf.fill_to(300);
  shelf.command(Verb::put, "hq", 0);
  shelf.command(Verb::put, "city", 0);
  shelf.retain(in_two_years);
  CHECK(shelf.counts().first_sequence == 1);
  shelf.command(Verb::ack, "hq", 200);
  shelf.command(Verb::ack, "city", 105);
  shelf.retain(in_two_years);
  CHECK(shelf.counts().first_sequence == 101);
  REQUIRE(shelf.page().gaps.size() == 1);
  CHECK(shelf.page().gaps[0].reason == "age");
  CHECK_FALSE(shelf.page().gaps[0].unacknowledged);
  shelf.command(Verb::remove, "city", 0);
  shelf.retain(in_two_years);
  CHECK(shelf.counts().first_sequence == 201);
  CHECK(shelf.page().gaps.size() == 1);
}

TEST_CASE("an expired consumer holds nothing back", "[store]") {
  Shelf shelf;
  shelf.fill_to(300);
  shelf.command(Verb::put, "hq", 0, in_a_year);
  shelf.retain(in_a_year - Duration{1});
  CHECK(shelf.reader().consumers()->size() == 1);
  shelf.retain(in_a_year);
  CHECK(shelf.reader().consumers()->empty());
  shelf.retain(in_two_years);
  CHECK(shelf.counts().first_sequence > 1);
}

TEST_CASE("a clock that may be wrong deletes nothing, whatever it says", "[store]") {
  Shelf shelf;
  shelf.fill_to(300);
  shelf.command(Verb::put, "hq", 0, in_a_year);
  shelf.retain(in_two_years, false);
  CHECK(shelf.reader().consumers()->size() == 1);
  CHECK(shelf.counts().first_sequence == 1);
  shelf.retain(in_two_years, true);
  CHECK(shelf.counts().first_sequence > 1);
}

TEST_CASE("size takes what a consumer has not acknowledged, as a loss", "[store]") {
  Shelf shelf{limited(500'000)};
  shelf.fill_to(50);
  shelf.command(Verb::put, "hq", 0);
  shelf.fill_to(101);
  shelf.command(Verb::ack, "hq", 60);
  shelf.fill_to(1200);
  shelf.retain(sample_now(1200));
  const ReadingsPage page = shelf.page();
  REQUIRE(page.gaps.size() == 2);
  CHECK_FALSE(page.gaps[0].unacknowledged);
  CHECK(page.gaps[0].last_sequence <= 61);
  CHECK(page.gaps[1].unacknowledged);
  CHECK(page.gaps[1].first_sequence == page.gaps[0].last_sequence + 1);
  CHECK(page.gaps[1].reason == "size");
  CHECK(shelf.counts().readings_lost == page.gaps[1].readings);
  CHECK(shelf.store().readings_lost() == page.gaps[1].readings);
  const auto of_all_time = shelf.reader().gaps(timestamp_min, timestamp_max);
  REQUIRE(of_all_time);
  CHECK(*of_all_time == page.gaps);
  const auto of_a_shift = shelf.reader().gaps(page.gaps[1].to, timestamp_max);
  REQUIRE(of_a_shift);
  CHECK(of_a_shift->size() == 1);
  CHECK(shelf.reader().gaps(page.gaps[1].to + Duration{1}, timestamp_max)->empty());
  // The two messages that were commands carried no reading.
  CHECK(untold(page, 1200).empty());
  // The consumer itself is told of exactly what it missed.
  CHECK(shelf.page(60).gaps.at(0).unacknowledged);
}

TEST_CASE("identities that no snapshot needs are deleted, the others are not", "[store]") {
  Shelf shelf;
  shelf.fill_to(300);
  shelf.retain(sample_now(300));
  // Snapshots at 250 and 300: a replay may start after 250.
  const auto batches = batches_after(shelf.store(), 0);
  REQUIRE(batches.size() == 30);
  CHECK(batches[24].identities.empty());
  CHECK(batches[25].identities.size() == 1);
}

TEST_CASE("the journal has a quota of its own and keeps what is open", "[store]") {
  StoreOptions options;
  options.journal_rows_max = 10;
  Shelf shelf{options};
  Batch batch = numbered_batch(1, 1);
  // 1 stands for ever; 2..21 rise and close in pairs; 22 stands.
  batch.facts.transitions = {event_of(1, "old", AlarmState::unacknowledged)};
  for (std::uint64_t n = 2; n <= 21; n += 2) {
    batch.facts.transitions.push_back(event_of(n, "r", AlarmState::unacknowledged));
    batch.facts.transitions.push_back(event_of(n + 1, "r", AlarmState::normal));
  }
  batch.facts.transitions.push_back(event_of(22, "new", AlarmState::unacknowledged));
  commit(shelf.store(), batch);
  for (std::uint64_t n = 2; n <= 3; ++n) {
    Batch next = numbered_batch(n, n);
    next.snapshot = sample_snapshot(n);
    commit(shelf.store(), next);
  }
  shelf.retain(sample_now(3));
  CHECK(journals_of(*shelf.reader().events(0, 100)) == numbers(1, 22));  // none is delivered
  for (std::uint64_t n = 1; n <= 22; ++n) {
    if (n != 4) shelf.store().delivered(n);
  }
  shelf.store().keep("low", "2");  // somebody is still to be told of 2
  REQUIRE(shelf.store().flush());
  shelf.retain(sample_now(3));
  CHECK(journals_of(*shelf.reader().events(0, 100)) == numbers(1, 22));
  shelf.store().keep("low", "23");
  REQUIRE(shelf.store().flush());
  shelf.retain(sample_now(3));
  CHECK(journals_of(*shelf.reader().events(0, 100)) ==
        std::vector<std::uint64_t>{1, 4, 15, 16, 17, 18, 19, 20, 21, 22});
  CHECK(journals_of(*shelf.reader().standing()) == std::vector<std::uint64_t>{1, 22});
  // The quota is kept from then on too, and the numbers go on.
  shelf.reopen();
  CHECK(shelf.store().recovered().last_journal == 22);
  Batch more = numbered_batch(4, 4);
  more.facts.transitions = {event_of(23, "r", AlarmState::unacknowledged)};
  commit(shelf.store(), more);
  shelf.retain(sample_now(4));
  CHECK(journals_of(*shelf.reader().events(0, 100)) ==
        std::vector<std::uint64_t>{1, 4, 16, 17, 18, 19, 20, 21, 22, 23});
}

TEST_CASE("without anybody who takes alerts the journal keeps its quota", "[store]") {
  StoreOptions options;
  options.journal_rows_max = 10;
  options.outbox = false;
  Shelf shelf{options};
  Batch batch = numbered_batch(1, 1);
  for (std::uint64_t n = 1; n <= 40; n += 2) {
    batch.facts.transitions.push_back(event_of(n, "r", AlarmState::unacknowledged));
    batch.facts.transitions.push_back(event_of(n + 1, "r", AlarmState::normal));
  }
  commit(shelf.store(), batch);
  for (std::uint64_t n = 2; n <= 3; ++n) {
    Batch next = numbered_batch(n, n);
    next.snapshot = sample_snapshot(n);
    commit(shelf.store(), next);
  }
  shelf.retain(sample_now(3));
  CHECK(journals_of(*shelf.reader().events(0, 100)) == numbers(31, 40));
}

TEST_CASE("journal rows that may not go are passed over once a round, a piece a call", "[store]") {
  constexpr std::uint64_t piece = journal_rows_looked_at_a_call;
  StoreOptions options;
  options.journal_rows_max = 10;
  Shelf shelf{options};
  Batch batch = numbered_batch(1, 1);
  for (std::uint64_t n = 1; n <= piece + 20; ++n) {
    batch.facts.transitions.push_back(event_of(n, "r", AlarmState::normal));
  }
  commit(shelf.store(), batch);
  for (std::uint64_t n = 2; n <= 3; ++n) {
    Batch next = numbered_batch(n, n);
    next.snapshot = sample_snapshot(n);
    commit(shelf.store(), next);
  }
  for (std::uint64_t n = piece + 1; n <= piece + 10; ++n) shelf.store().delivered(n);
  REQUIRE(shelf.store().flush());
  const auto rows = [&] { return journals_of(*shelf.reader().events(piece, 100)); };
  CHECK(shelf.retain(sample_now(3)) == 1);  // looks at rows that all wait for their delivery
  CHECK(rows() == numbers(piece + 1, piece + 20));
  CHECK(shelf.retain(sample_now(3)) == 1);  // behind them
  CHECK(rows() == numbers(piece + 11, piece + 20));
  // And from the beginning again.
  shelf.store().delivered(5);
  REQUIRE(shelf.store().flush());
  CHECK(shelf.retain(sample_now(3)) == 2);  // where something went there may be more
  CHECK(journals_of(*shelf.reader().events(3, 2)) == std::vector<std::uint64_t>{4, 6});
}

TEST_CASE("journal rows that a replay must find stay", "[store]") {
  StoreOptions options;
  options.journal_rows_max = 1;
  Shelf shelf{options};
  std::uint64_t journal = 0;
  for (std::uint64_t n = 1; n <= 5; ++n) {
    Batch batch = numbered_batch(n, n);
    batch.facts.transitions = {event_of(++journal, "r", AlarmState::unacknowledged),
                               event_of(++journal, "r", AlarmState::normal)};
    if (n == 2 || n == 3) batch.snapshot = sample_snapshot(n);
    commit(shelf.store(), batch);
    shelf.store().delivered(journal - 1);
    shelf.store().delivered(journal);
  }
  REQUIRE(shelf.store().flush());
  shelf.retain(sample_now(5));
  CHECK(journals_of(*shelf.reader().events(0, 100)) == numbers(5, 10));
  CHECK(batches_after(shelf.store(), 2).size() == 3);
}

TEST_CASE("readings never take the place of alarms", "[store]") {
  Shelf shelf{limited(1)};
  Batch batch = numbered_batch(1, 1);
  batch.facts.transitions = {event_of(1, "r", AlarmState::unacknowledged),
                             event_of(2, "r", AlarmState::normal)};
  commit(shelf.store(), batch);
  Batch next = numbered_batch(2, 10);
  commit(shelf.store(), next);
  Shelf* all = &shelf;
  all->store().delivered(1);
  all->store().delivered(2);
  for (std::uint64_t n = 11; n <= 13; ++n) {
    Batch last = numbered_batch(n, n);
    last.snapshot = sample_snapshot(n);
    commit(shelf.store(), last);
  }
  shelf.retain(in_two_years);
  CHECK(shelf.counts().first_sequence == 13);
  CHECK(journals_of(*shelf.reader().events(0, 100)) == numbers(1, 2));
}

TEST_CASE("after a bulk delete a checkpoint empties the WAL, and freed pages are used again",
          "[store]") {
  Shelf shelf{limited(500'000)};
  shelf.fill_to(1000);
  shelf.retain(sample_now(1000));
  REQUIRE(shelf.store().checkpoint());
  CHECK(std::filesystem::file_size(shelf.dir().path() / "parkwatch.db-wal") == 0);
  const auto size = std::filesystem::file_size(shelf.dir().path() / "parkwatch.db");
  for (std::uint64_t last = 1100; last <= 3000; last += 100) {
    shelf.fill_to(last);
    shelf.retain(sample_now(last));
  }
  REQUIRE(shelf.store().checkpoint());
  CHECK(std::filesystem::file_size(shelf.dir().path() / "parkwatch.db") < size + 200'000);
}

}  // namespace retention_test
