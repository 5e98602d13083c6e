// tests/unit/store/reader_test.cpp - Pages of readings, and reading beside a writer.
#include "store/reader.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <thread>

#include "store/connection.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/store/sample_batches.h"

namespace reader_test {

using namespace parkwatch;
using namespace parkwatch::store;
using namespace std::chrono_literals;
using parkwatch::test::TempDir;

namespace {

// 50 messages in batches of 10; message n has n % 3 + 1 readings, of tags 0, 1, 2.
void fill(Store& store) {
  for (std::uint64_t first = 1; first <= 41; first += 10) {
    Batch batch = numbered_batch(first, first + 9);
    batch.facts.readings.clear();
    for (std::uint64_t n = first; n < first + 10; ++n) {
      for (TagId tag = 0; tag <= n % 3; ++tag) {
        batch.facts.readings.push_back(numbered_reading(n, tag));
        batch.facts.readings.back().index = tag;
      }
    }
    commit(store, batch);
  }
}

std::vector<Reading> all_of_fill() {
  std::vector<Reading> readings;
  for (std::uint64_t n = 1; n <= 50; ++n) {
    for (TagId tag = 0; tag <= n % 3; ++tag) {
      readings.push_back(numbered_reading(n, tag));
      readings.back().index = tag;
    }
  }
  return readings;
}

}  // namespace

TEST_CASE("a cursor's text reads back as the cursor and nothing else is one", "[store]") {
  const Cursor cursor{"0123456789abcdef", 42};
  CHECK(to_text(cursor) == "0123456789abcdef.42");
  const auto back = parse_cursor(to_text(cursor));
  REQUIRE(back);
  CHECK(back->generation == cursor.generation);
  CHECK(back->sequence == 42);
  for (const char* text :
       {"", ".", "0123456789abcdef", "0123456789abcdef.", "0123456789abcdef.-1",
        "0123456789abcdef.1x", "0123456789abcdef. 1", "0123456789abcdeg.1", "0123456789ABCDEF.1",
        "123456789abcdef.1", "00123456789abcdef.1", "0123456789abcdef.9223372036854775808",
        "0123456789abcdef.99999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_cursor(text));
  }
}

TEST_CASE("an empty store gives an empty page at its end", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  const auto reader = reading(dir.path());
  const ReadingsPage page = page_of(*reader, {});
  CHECK(page.readings.empty());
  CHECK(page.next_sequence == 0);
  CHECK(page.end);
}

TEST_CASE("every cursor gives exactly the messages after it", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  fill(*store);
  const auto reader = reading(dir.path());
  for (std::uint64_t after = 0; after <= 51; ++after) {
    CAPTURE(after);
    std::vector<Reading> expected;
    for (const Reading& r : all_of_fill()) {
      if (r.sequence > after) expected.push_back(r);
    }
    ReadingsQuery query;
    query.after_sequence = after;
    const ReadingsPage page = page_of(*reader, query);
    CHECK(page.readings == expected);
    CHECK(page.end);
    CHECK(page.next_sequence == std::max<std::uint64_t>(after, 50));
  }
}

TEST_CASE("pages of any size give every reading once and cut no message", "[store][property]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  fill(*store);
  const auto reader = reading(dir.path());
  for (const std::size_t bytes_max : {0, 1, 7, 20, 50, 100, 200, 500, 100'000}) {
    for (const std::size_t readings_max : {0, 1, 2, 5, 17, 1000}) {
      CAPTURE(bytes_max, readings_max);
      ReadingsQuery query;
      query.bytes_max = bytes_max;
      query.readings_max = readings_max;
      CHECK(pull_all(*reader, query) == all_of_fill());
      // A page holds a message more than its bound at most.
      CHECK(page_of(*reader, query).readings.size() < std::max<std::size_t>(1, readings_max) + 3);
    }
  }
  ReadingsQuery one;
  one.bytes_max = 1;
  const ReadingsPage page = page_of(*reader, one);
  CHECK(sequences_of(page.readings) == std::vector<std::uint64_t>{1, 1});
  CHECK(page.next_sequence == 1);
  CHECK_FALSE(page.end);
}

TEST_CASE("a page's size follows the bytes asked for", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  RandomReadings random{6};
  Batch batch = numbered_batch(1, 5000);
  for (Reading& r : batch.facts.readings) r.value = random.any_finite();
  const auto info = store->commit(batch);
  REQUIRE(info);
  const auto reader = reading(dir.path());
  ReadingsQuery query;
  query.bytes_max = info->bytes / 10;
  const ReadingsPage page = page_of(*reader, query);
  CHECK(page.readings.size() >= 450);
  CHECK(page.readings.size() <= 550);
}

TEST_CASE("a tag filter gives its tags' readings and moves on past the others", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  fill(*store);
  const auto reader = reading(dir.path());
  ReadingsQuery query;
  query.tags = {1, 2};
  std::vector<Reading> expected;
  for (const Reading& r : all_of_fill()) {
    if (r.tag == 1 || r.tag == 2) expected.push_back(r);
  }
  query.bytes_max = 30;
  CHECK(pull_all(*reader, query) == expected);
  query.tags = {77};
  const ReadingsPage page = page_of(*reader, query);
  CHECK(page.readings.empty());
  CHECK(page.next_sequence > 0);
  CHECK(pull_all(*reader, query).empty());
}

TEST_CASE("from and to bound the source time", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  fill(*store);
  const auto reader = reading(dir.path());
  for (const auto& [from, to] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
           {1, 51}, {10, 11}, {11, 21}, {15, 34}, {50, 51}, {60, 70}}) {
    CAPTURE(from, to);
    ReadingsQuery query;
    query.from = sample_now(from);
    query.to = sample_now(to);
    std::vector<Reading> expected;
    for (const Reading& r : all_of_fill()) {
      if (r.sequence >= from && r.sequence < to) expected.push_back(r);
    }
    const ReadingsPage page = page_of(*reader, query);
    CHECK(page.readings == expected);
    CHECK(page.next_sequence == 50);
    CHECK(page.end);
  }
}

TEST_CASE("a source time out of order is found by its own time", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  Batch batch = numbered_batch(1, 3);
  batch.facts.readings[1].source_time = sample_time - std::chrono::hours{5};
  commit(*store, batch);
  const auto reader = reading(dir.path());
  ReadingsQuery query;
  query.to = sample_time - std::chrono::hours{4};
  CHECK(sequences_of(page_of(*reader, query).readings) == std::vector<std::uint64_t>{2});
}

TEST_CASE("a page carries the definitions that it needs and those that changed in it", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  Batch batch = numbered_batch(1, 2);
  batch.facts.tags = {sample_definition(0, 1, 1), sample_definition(1, 1, 1),
                      sample_definition(2, 1, 2)};
  commit(*store, batch);
  batch = numbered_batch(3, 4);
  batch.facts.tags = {sample_definition(0, 2, 3)};
  commit(*store, batch);
  batch = numbered_batch(5, 6);
  batch.facts.tags = {sample_definition(0, 3, 5), sample_definition(3, 1, 6)};
  commit(*store, batch);

  const auto reader = reading(dir.path());
  const auto versions = [&](std::uint64_t after, std::vector<TagId> tags = {}) {
    ReadingsQuery query;
    query.after_sequence = after;
    query.tags = std::move(tags);
    std::vector<std::pair<TagId, std::uint32_t>> found;
    for (const TagRow& row : page_of(*reader, query).tags) {
      CHECK(row.tag == sample_definition(row.id, row.version, row.sequence).tag);
      found.emplace_back(row.id, row.version);
    }
    return found;
  };
  using Versions = std::vector<std::pair<TagId, std::uint32_t>>;
  CHECK(versions(0) == Versions{{0, 1}, {0, 2}, {0, 3}, {1, 1}, {2, 1}, {3, 1}});
  CHECK(versions(2) == Versions{{0, 1}, {0, 2}, {0, 3}, {3, 1}});
  CHECK(versions(3) == Versions{{0, 2}, {0, 3}, {3, 1}});
  CHECK(versions(5) == Versions{{0, 3}, {3, 1}});
  CHECK(versions(6).empty());
  CHECK(versions(3, {3}) == Versions{{3, 1}});

  const auto newest = reader->tags();
  REQUIRE(newest);
  REQUIRE(newest->size() == 4);
  CHECK(newest->at(0).version == 3);
  CHECK(newest->at(0).sequence == 5);
  CHECK(newest->at(3).id == 3);
}

TEST_CASE("batches without readings move the cursor on", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  commit(*store, numbered_batch(1, 2));
  commit(*store, consumer_batch(3, {ConsumerCommand::Verb::put, "hq", 0, {}}));
  Batch tick;
  tick.last_sequence = 3;
  tick.now = sample_now(99);
  commit(*store, tick);
  const auto reader = reading(dir.path());
  ReadingsQuery query;
  query.after_sequence = 2;
  const ReadingsPage page = page_of(*reader, query);
  CHECK(page.readings.empty());
  CHECK(page.next_sequence == 3);
  CHECK(page.end);
}

TEST_CASE("a reader sees each commit at once, and none in part", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  const auto reader = reading(dir.path());
  for (std::uint64_t n = 1; n <= 20; ++n) {
    commit(*store, numbered_batch(n * 10 - 9, n * 10));
    CHECK(sequences_of(pull_all(*reader)) == numbers(1, n * 10));
    if (n % 7 == 0) (void)store->checkpoint();
  }
}

TEST_CASE("readers on threads of their own see whole prefixes while the writer writes",
          "[store][threads]") {
  constexpr std::uint64_t batches = 150;
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  // Catch2's assertions are for one thread; each reader keeps what it found.
  std::atomic<bool> given_up = false;
  const auto read_to_the_end = [&](bool& good) {
    auto reader = open_reader(dir.path());
    good = static_cast<bool>(reader);
    std::uint64_t seen = 0;
    ReadingsQuery query;
    query.bytes_max = 200;
    while (good && !given_up && seen < batches * 10) {
      const auto page = (*reader)->readings(query);
      good = page && page->next_sequence >= query.after_sequence && page->gaps.empty();
      if (!good) return;
      for (const Reading& r : page->readings) good = good && r == numbered_reading(++seen);
      query.after_sequence = page->next_sequence;
      const auto counts = (*reader)->counts();
      good = good && counts && counts->last_sequence >= seen;
    }
  };
  bool one = false;
  bool two = false;
  std::thread first{read_to_the_end, std::ref(one)};
  std::thread second{read_to_the_end, std::ref(two)};
  bool committed = true;
  for (std::uint64_t n = 1; n <= batches; ++n) {
    committed = committed && store->commit(numbered_batch(n * 10 - 9, n * 10));
    if (n % 20 == 0) (void)store->checkpoint();
  }
  given_up = !committed;
  first.join();
  second.join();
  CHECK(committed);
  CHECK(one);
  CHECK(two);
}

TEST_CASE("counts tell what is stored", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  const auto reader = reading(dir.path());
  auto counts = reader->counts();
  REQUIRE(counts);
  CHECK(counts->blocks == 0);
  CHECK(counts->readings == 0);
  CHECK(counts->last_sequence == 0);
  fill(*store);
  Batch batch = numbered_batch(51, 51);
  batch.facts.transitions = {sample_event(1), sample_event(2)};
  commit(*store, batch);
  counts = reader->counts();
  REQUIRE(counts);
  CHECK(counts->blocks == 6);
  CHECK(counts->readings == all_of_fill().size() + 1);
  CHECK(counts->first_sequence == 1);
  CHECK(counts->last_sequence == 51);
  CHECK(counts->events == 2);
  CHECK(counts->bytes > 4096);
  CHECK(counts->readings_lost == 0);
}

TEST_CASE("since when what a consumer has not pulled waits", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  const auto reader = reading(dir.path());
  CHECK_FALSE(*reader->received_after(0));
  fill(*store);
  const ReadingsPage page = page_of(*reader, {});
  CHECK(*reader->received_after(0) == page.readings.front().receive_time);
  CHECK(**reader->received_after(20) > **reader->received_after(0));
  CHECK_FALSE(*reader->received_after(51));
}

TEST_CASE("a batch without readings is nothing that waits", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  const auto reader = reading(dir.path());
  commit(*store, consumer_batch(1, {ConsumerCommand::Verb::put, "hq", 0, {}}));
  CHECK_FALSE(*reader->received_after(0));
  commit(*store, numbered_batch(2, 3));
  commit(*store, consumer_batch(4, {ConsumerCommand::Verb::put, "rd", 0, {}}));
  const Timestamp received = page_of(*reader, {}).readings.front().receive_time;
  CHECK(*reader->received_after(0) == received);
  CHECK(*reader->received_after(1) == received);
  CHECK_FALSE(*reader->received_after(3));
  commit(*store, numbered_batch(5, 6));
  CHECK(**reader->received_after(3) > received);
}

TEST_CASE("the place of a time is at or before the first message received from then on",
          "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  const auto reader = reading(dir.path());
  CHECK(*reader->sequence_at(sample_now(1)) == 0);
  fill(*store);
  CHECK(*reader->sequence_at(timestamp_min) == 0);
  CHECK(*reader->sequence_at(sample_now(1)) == 0);
  CHECK(*reader->sequence_at(sample_now(10)) == 0);
  CHECK(*reader->sequence_at(sample_now(11)) == 10);
  CHECK(*reader->sequence_at(sample_now(20)) == 10);
  CHECK(*reader->sequence_at(sample_now(35)) == 30);
  CHECK(*reader->sequence_at(sample_now(50)) == 40);
  CHECK(*reader->sequence_at(sample_now(51)) == 50);
  CHECK(*reader->sequence_at(timestamp_max) == 50);
}

// Message n, a batch each, received and committed n ms after sample_time, but for steps back.
class SetBack {
 public:
  explicit SetBack(Store& store) : store_(store) {}

  void go_on(int count) {
    for (int i = 0; i < count; ++i) commit_at(at_ + 1ms, at_ + 1ms);
  }
  // The step falls into a batch, which has the message before it.
  void set_back(Duration by) { commit_at(at_ + 1ms, at_ + 1ms - by); }
  // The number before the first message received at `t` or later.
  [[nodiscard]] std::uint64_t expected(Timestamp t) const {
    const auto found = std::find_if(received_.begin(), received_.end(),
                                    [t](Timestamp received) { return received >= t; });
    return static_cast<std::uint64_t>(found - received_.begin());
  }

 private:
  void commit_at(Timestamp received, Timestamp now) {
    Batch batch = numbered_batch(received_.size() + 1, received_.size() + 1);
    batch.facts.readings[0].receive_time = received;
    batch.now = at_ = now;
    commit(store_, batch);
    received_.push_back(received);
  }

  Store& store_;
  Timestamp at_ = sample_time;
  std::vector<Timestamp> received_;
};

TEST_CASE("the place of a time that came twice is before the first of them", "[store][clock]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  SetBack clock{*store};
  clock.go_on(3);
  clock.set_back(4ms);
  clock.go_on(12);
  clock.set_back(5ms);
  clock.set_back(5ms);
  clock.go_on(30);
  const auto reader = reading(dir.path());
  const auto holds = [&] {
    for (Duration t = -2ms; t < 40ms; t += 500us) {
      CAPTURE(t.count());
      CHECK(*reader->sequence_at(sample_time + t) == clock.expected(sample_time + t));
    }
  };
  holds();
  // A salvage brings the newest batches first.
  const auto connection = Connection::open({dir.path() / "parkwatch.db", false, {}});
  REQUIRE(connection);
  REQUIRE((*connection)
              ->execute("CREATE TEMP TABLE kept AS SELECT * FROM batches; DELETE FROM batches; "
                        "INSERT INTO batches SELECT * FROM kept WHERE batch > 16 ORDER BY batch; "
                        "INSERT INTO batches SELECT * FROM kept WHERE batch <= 16 ORDER BY batch"));
  holds();
  // What goes takes its turn with it.
  REQUIRE((*connection)->execute("DELETE FROM batches"));
  CHECK(*(*connection)->number("SELECT count(*) FROM clock_turns") == 0);
}

TEST_CASE("a reader of nothing says what is missing", "[store]") {
  const TempDir dir;
  const auto reader = open_reader(dir.path());
  REQUIRE_FALSE(reader);
  CHECK_THAT(reader.error().message, Catch::Contains("parkwatch.db: unable to open database file"));
}

TEST_CASE("the size on disk is that of the database and its log, and 0 of none", "[store]") {
  const TempDir dir;
  CHECK(bytes_on_disk(dir.path().string()) == 0);
  const auto store = opened(options_in(dir.path()));
  fill(*store);
  const std::string database = (dir.path() / "parkwatch.db").string();
  CHECK(bytes_on_disk(dir.path().string()) ==
        std::filesystem::file_size(database) + std::filesystem::file_size(database + "-wal"));
}

}  // namespace reader_test
