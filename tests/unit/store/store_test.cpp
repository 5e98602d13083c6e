// tests/unit/store/store_test.cpp - Commits, and what a start reads back, on real files.
#include "store/store.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/temp_dir.h"
#include "tests/unit/store/sample_batches.h"

namespace store_test {

using namespace parkwatch;
using namespace parkwatch::store;
using parkwatch::test::TempDir;

TEST_CASE("a new store knows nothing and has a generation", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path() / "state"));
  CHECK(store->recovered().last_sequence == 0);
  CHECK(store->recovered().last_now == timestamp_min);
  CHECK(store->recovered().last_journal == 0);
  CHECK(store->recovered().generation.size() == 16);
  CHECK(store->recovered().generation.find_first_not_of("0123456789abcdef") == std::string::npos);
  const auto snapshot = store->newest_snapshot();
  REQUIRE(snapshot);
  CHECK(*snapshot == nullptr);
  CHECK(batches_after(*store, 0).empty());
  const auto mode = std::filesystem::status(dir.path() / "state").permissions();
  CHECK(mode == std::filesystem::perms::owner_all);
}

TEST_CASE("two new stores have different generations, one store keeps its own", "[store]") {
  const TempDir dir;
  std::string first = opened(options_in(dir.path() / "a"))->recovered().generation;
  CHECK(opened(options_in(dir.path() / "a"))->recovered().generation == first);
  CHECK(opened(options_in(dir.path() / "b"))->recovered().generation != first);
  CHECK(reading(dir.path() / "a")->generation() == first);
}

TEST_CASE("a batch is read back whole after a restart", "[store]") {
  const TempDir dir;
  Batch batch = numbered_batch(1, 20);
  RandomReadings random{4};
  batch.facts.readings = random.make(500, 1, 20);
  batch.facts.inputs = sample_inputs(1);
  batch.facts.identities = {{1, sample_now(1), 0, 7, 70}, {3, sample_now(3), 2, 8, 80}};
  batch.facts.transitions = {event_of(1, "a", AlarmState::unacknowledged),
                             event_of(2, "b", AlarmState::unacknowledged)};
  {
    const auto store = opened(options_in(dir.path()));
    const auto info = store->commit(batch);
    REQUIRE(info);
    CHECK(info->bytes > 1000);
  }
  const auto store = opened(options_in(dir.path()));
  CHECK(store->recovered().last_sequence == 20);
  CHECK(store->recovered().last_now == sample_now(20));
  CHECK(store->recovered().last_journal == 2);
  const auto batches = batches_after(*store, 0);
  REQUIRE(batches.size() == 1);
  CHECK(batches[0].last_sequence == 20);
  CHECK(batches[0].now == sample_now(20));
  CHECK(same_bits(batches[0].readings, batch.facts.readings));
  CHECK(batches[0].inputs == batch.facts.inputs);
  CHECK(batches[0].identities == batch.facts.identities);
  CHECK(batches[0].transitions == batch.facts.transitions);
}

TEST_CASE("each batch has the transitions that were committed with it", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  Batch first = numbered_batch(1, 2);
  first.facts.transitions = {event_of(1, "a", AlarmState::unacknowledged)};
  Batch second = numbered_batch(3, 4);
  Batch third = numbered_batch(5, 6);
  third.facts.transitions = {event_of(2, "a", AlarmState::normal),
                             event_of(3, "b", AlarmState::unacknowledged)};
  for (const Batch* batch : {&first, &second, &third}) commit(*store, *batch);
  const auto batches = batches_after(*store, 0);
  REQUIRE(batches.size() == 3);
  CHECK(batches[0].transitions == first.facts.transitions);
  CHECK(batches[1].transitions.empty());
  CHECK(batches[2].transitions == third.facts.transitions);
}

TEST_CASE("batches are given from a sequence on, also from within the store", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  for (std::uint64_t n = 1; n <= 41; n += 10) commit(*store, numbered_batch(n, n + 9));
  for (std::uint64_t after = 0; after <= 60; ++after) {
    CAPTURE(after);
    const auto batches = batches_after(*store, after);
    CHECK(batches.size() == (after >= 50 ? 0 : 5 - after / 10));
    if (!batches.empty()) CHECK(batches.front().last_sequence == (after / 10 + 1) * 10);
  }
}

TEST_CASE("the giving of batches stops at the taker's error", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  for (std::uint64_t n = 1; n <= 5; ++n) commit(*store, numbered_batch(n, n));
  int taken = 0;
  const auto read = store->batches_after(0, [&](const RecordedBatch&) -> Result<Done> {
    if (++taken == 3) return Error{ErrorKind::refused, "enough"};
    return Done{};
  });
  REQUIRE_FALSE(read);
  CHECK(read.error().message == "enough");
  CHECK(taken == 3);
}

TEST_CASE("batches in which only time passed are kept and count after a snapshot", "[store]") {
  const TempDir dir;
  {
    const auto store = opened(options_in(dir.path()));
    commit(*store, numbered_batch(1, 5));
    Batch tick;
    tick.last_sequence = 5;
    tick.now = sample_now(100);
    commit(*store, tick);
    tick.now = sample_now(200);
    tick.snapshot = sample_snapshot(5);
    commit(*store, tick);
    tick.snapshot.reset();
    tick.now = sample_now(300);
    tick.facts.transitions = {event_of(1, "silent", AlarmState::unacknowledged)};
    commit(*store, tick);
  }
  const auto store = opened(options_in(dir.path()));
  CHECK(store->recovered().last_sequence == 5);
  CHECK(store->recovered().last_now == sample_now(300));
  REQUIRE(store->newest_snapshot());
  const auto batches = batches_after(*store, 5);
  REQUIRE(batches.size() == 1);
  CHECK(batches[0].now == sample_now(300));
  CHECK(batches[0].transitions.size() == 1);
  CHECK(batches_after(*store, 0).size() == 4);
}

TEST_CASE("the newest snapshot is given and two are kept", "[store]") {
  const TempDir dir;
  {
    const auto store = opened(options_in(dir.path()));
    for (std::uint64_t n = 1; n <= 4; ++n) {
      Batch batch = numbered_batch(n, n);
      batch.snapshot = sample_snapshot(n);
      commit(*store, batch);
    }
    commit(*store, numbered_batch(5, 5));
  }
  const auto store = opened(options_in(dir.path()));
  const auto snapshot = store->newest_snapshot();
  REQUIRE(snapshot);
  REQUIRE(*snapshot != nullptr);
  CHECK((*snapshot)->last_sequence() == 4);
  CHECK((*snapshot)->plant_hash() == "plant of 4");
  CHECK(batches_after(*store, 4).size() == 1);
}

TEST_CASE("a configuration is kept by its hash, once", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  Batch batch = numbered_batch(1, 1);
  batch.plants = {{"aaaa", "first text"}, {"bbbb", std::string(100'000, 'x')}, {"cccc", ""}};
  commit(*store, batch);
  batch = numbered_batch(2, 2);
  batch.plants = {{"aaaa", "another text cannot have the same hash"}};
  commit(*store, batch);
  REQUIRE(store->plant_text("aaaa"));
  CHECK(*store->plant_text("aaaa") == "first text");
  CHECK(*store->plant_text("bbbb") == std::string(100'000, 'x'));
  CHECK(*store->plant_text("cccc") == "");
  const auto missing = store->plant_text("dddd");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == ErrorKind::not_found);
}

TEST_CASE("a batch that contradicts itself or the store is refused and nothing is stored",
          "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  commit(*store, numbered_batch(1, 10));
  const auto refused = [&](const Batch& batch) {
    const auto committed = store->commit(batch);
    return !committed && committed.error().kind == ErrorKind::permanent;
  };
  CHECK(refused(numbered_batch(8, 9)));
  CHECK(refused(numbered_batch(10, 11)));
  Batch holes = numbered_batch(11, 12);
  holes.facts.transitions = {sample_event(1), sample_event(3)};
  CHECK(refused(holes));
  Batch odd_time = numbered_batch(11, 12);
  odd_time.now = timestamp_max + Duration{1};
  CHECK(refused(odd_time));
  Batch empty_snapshot = numbered_batch(11, 12);
  empty_snapshot.snapshot = std::make_shared<v1::Snapshot>();
  CHECK(refused(empty_snapshot));
  CHECK(batches_after(*store, 0).size() == 1);
  commit(*store, numbered_batch(11, 12));
}

TEST_CASE("rows of the notifications come with the next commit or flush, of one key the last",
          "[store]") {
  using Rows = std::map<std::string, std::string>;
  const TempDir dir;
  {
    const auto store = opened(options_in(dir.path()));
    const auto reader = reading(dir.path());
    store->keep("a", "1");
    store->keep("b", "2");
    store->keep("a", "3");
    CHECK(*reader->notify_rows() == Rows{});
    commit(*store, numbered_batch(1, 1));
    CHECK(*reader->notify_rows() == Rows{{"a", "3"}, {"b", "2"}});
    store->keep("b", std::nullopt);
    store->keep("c", "报警");
    REQUIRE(store->flush());
    CHECK(*reader->notify_rows() == Rows{{"a", "3"}, {"c", "报警"}});
  }
  CHECK(*reading(dir.path())->notify_rows() == Rows{{"a", "3"}, {"c", "报警"}});
}

TEST_CASE("the outbox holds what is not delivered, over restarts", "[store]") {
  const TempDir dir;
  {
    const auto store = opened(options_in(dir.path()));
    Batch batch = numbered_batch(1, 1);
    for (std::uint64_t n = 1; n <= 5; ++n) {
      batch.facts.transitions.push_back(
          event_of(n, "r" + std::to_string(n), AlarmState::unacknowledged));
    }
    commit(*store, batch);
    const auto reader = reading(dir.path());
    CHECK(journals_of(*reader->outbox(0, 100)) == numbers(1, 5));
    CHECK(journals_of(*reader->outbox(2, 2)) == numbers(3, 4));
    store->delivered(2);
    store->delivered(4);
    CHECK(journals_of(*reader->outbox(0, 100)) == numbers(1, 5));
    REQUIRE(store->flush());
    CHECK(journals_of(*reader->outbox(0, 100)) == std::vector<std::uint64_t>{1, 3, 5});
    store->delivered(1);
    commit(*store, numbered_batch(2, 2));
    CHECK(journals_of(*reader->outbox(0, 100)) == std::vector<std::uint64_t>{3, 5});
  }
  CHECK(journals_of(*reading(dir.path())->outbox(0, 100)) == std::vector<std::uint64_t>{3, 5});
}

TEST_CASE("without anybody who takes alerts the outbox stays empty, and is emptied", "[store]") {
  const TempDir dir;
  StoreOptions options = options_in(dir.path());
  const auto commit_one = [](Store& store, std::uint64_t n) {
    Batch batch = numbered_batch(n, n);
    batch.facts.transitions = {event_of(n, "r", AlarmState::unacknowledged)};
    commit(store, batch);
  };
  {
    const auto store = opened(options);
    commit_one(*store, 1);
    CHECK(journals_of(*reading(dir.path())->outbox(0, 100)) == numbers(1, 1));
  }
  options.outbox = false;
  {
    const auto store = opened(options);
    REQUIRE(store->flush());
    CHECK(reading(dir.path())->outbox(0, 100)->empty());
    commit_one(*store, 2);
    CHECK(reading(dir.path())->outbox(0, 100)->empty());
  }
  // Who comes later is told of what comes later.
  options.outbox = true;
  const auto store = opened(options);
  commit_one(*store, 3);
  REQUIRE(store->flush());
  const auto reader = reading(dir.path());
  CHECK(journals_of(*reader->outbox(0, 100)) == numbers(3, 3));
  CHECK(journals_of(*reader->events(0, 100)) == numbers(1, 3));
}

TEST_CASE("an outbox that nobody takes from goes with the first batch too", "[store]") {
  const TempDir dir;
  StoreOptions options = options_in(dir.path());
  Batch batch = numbered_batch(1, 1);
  batch.facts.transitions = {event_of(1, "r", AlarmState::unacknowledged)};
  commit(*opened(options), batch);
  options.outbox = false;
  commit(*opened(options), numbered_batch(2, 2));
  CHECK(reading(dir.path())->outbox(0, 100)->empty());
}

TEST_CASE("standing alarms are the last transitions of those that are not normal", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  const auto reader = reading(dir.path());
  Batch batch = numbered_batch(1, 1);
  batch.facts.transitions = {event_of(1, "a", AlarmState::unacknowledged),
                             event_of(2, "b", AlarmState::unacknowledged),
                             event_of(3, "a", AlarmState::returned_unacknowledged),
                             event_of(4, "c", AlarmState::unacknowledged)};
  commit(*store, batch);
  CHECK(journals_of(*reader->standing()) == std::vector<std::uint64_t>{2, 3, 4});
  batch = numbered_batch(2, 2);
  batch.facts.transitions = {event_of(5, "a", AlarmState::normal),
                             event_of(6, "b", AlarmState::acknowledged)};
  AlarmEvent removed = event_of(7, "c", AlarmState::unacknowledged);
  removed.kind = TransitionKind::removed;
  batch.facts.transitions.push_back(removed);
  commit(*store, batch);
  CHECK(journals_of(*reader->standing()) == std::vector<std::uint64_t>{6});
  CHECK(journals_of(*reader->events(0, 100)) == numbers(1, 7));
  CHECK(journals_of(*reader->events(5, 1)) == std::vector<std::uint64_t>{6});
}

TEST_CASE("consumers are registered, acknowledge forwards only, and are removed", "[store]") {
  using Verb = ConsumerCommand::Verb;
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  const auto reader = reading(dir.path());
  commit(*store, numbered_batch(1, 100));
  commit(*store, consumer_batch(101, {Verb::put, "hq", 10, sample_now(5000)}));
  const auto row = [&] {
    const auto rows = reader->consumers();
    REQUIRE(rows);
    REQUIRE(rows->size() == 1);
    return rows->front();
  };
  CHECK(row().name == "hq");
  CHECK(row().sequence == 10);
  CHECK(row().expires_at == sample_now(5000));
  CHECK(row().updated_at == sample_now(101));

  commit(*store, consumer_batch(102, {Verb::ack, "hq", 50, {}}));
  CHECK(row().sequence == 50);
  CHECK(row().updated_at == sample_now(102));
  commit(*store, consumer_batch(103, {Verb::ack, "hq", 40, {}}));
  CHECK(row().sequence == 50);
  commit(*store, consumer_batch(104, {Verb::put, "hq", 0, {}}));
  CHECK(row().sequence == 50);
  CHECK_FALSE(row().expires_at);
  commit(*store, consumer_batch(105, {Verb::ack, "hq", 1'000'000, {}}));
  CHECK(row().sequence == 105);
  commit(*store, consumer_batch(106, {Verb::ack, "nobody", 7, {}}));
  CHECK(row().name == "hq");
  commit(*store, consumer_batch(107, {Verb::remove, "hq", 0, {}}));
  CHECK(reader->consumers()->empty());
  commit(*store, consumer_batch(108, {Verb::put, "ahead", 500, {}}));
  CHECK(row().sequence == 108);
}

TEST_CASE("the quarantine is a ring of bounded rows", "[store]") {
  const TempDir dir;
  StoreOptions options = options_in(dir.path());
  options.quarantine_rows_max = 5;
  const auto store = opened(options);
  std::uint64_t sequence = 0;
  for (const std::size_t count : {3, 4, 50}) {
    Batch batch;
    for (std::size_t n = 0; n < count; ++n) {
      Refusal refusal;
      refusal.sequence = ++sequence;
      refusal.receive_time = sample_now(sequence);
      refusal.source = "park";
      refusal.topic = std::string(3000, 't');
      refusal.payload = std::string(10'000, '\xFF');
      refusal.payload_bytes = 10'000;
      refusal.reason = RefusalReason::not_utf8;
      refusal.detail = "at byte 0";
      batch.facts.refusals.push_back(refusal);
    }
    batch.last_sequence = sequence;
    batch.now = sample_now(sequence);
    commit(*store, batch);
  }
  const auto reader = reading(dir.path());
  const auto rows = reader->quarantine(100);
  REQUIRE(rows);
  REQUIRE(rows->size() == 5);
  CHECK(rows->front().refusal.sequence == 57);
  CHECK(rows->back().refusal.sequence == 53);
  const Refusal& newest = rows->front().refusal;
  CHECK(newest.receive_time == sample_now(57));
  CHECK(newest.source == "park");
  CHECK(newest.topic.size() == 1024);
  CHECK(newest.payload == std::string(4096, '\xFF'));
  CHECK(newest.payload_bytes == 10'000);
  CHECK(newest.reason == RefusalReason::not_utf8);
  CHECK(newest.detail == "at byte 0");
  CHECK(reader->quarantine(2)->size() == 2);
}

}  // namespace store_test
