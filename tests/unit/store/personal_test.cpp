// tests/unit/store/personal_test.cpp - What says who was where: read back in its place, told page
// by page, and gone when its time is over.
#include "store/personal.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "parkwatch/v1/record.pb.h"
#include "store/convert.h"
#include "store/convert_gates.h"
#include "store/history.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/store/sample_batches.h"

namespace personal_test {

using namespace parkwatch;
using namespace parkwatch::store;
using parkwatch::test::TempDir;

namespace {

RecordedInput passage_at(std::uint64_t sequence, std::uint32_t index = 0) {
  return {sequence, sample_now(sequence), PassageSeen{index, sample_passage()}};
}

// Messages first..last, a passage each, and a source's condition at the first.
Batch passages(std::uint64_t first, std::uint64_t last) {
  Batch batch;
  batch.last_sequence = last;
  batch.now = sample_now(last);
  batch.facts.inputs.push_back({first, sample_now(first), SourceCondition{"park", true, true, ""}});
  for (std::uint64_t n = first + 1; n <= last; ++n) batch.facts.inputs.push_back(passage_at(n));
  return batch;
}

std::vector<std::uint64_t> numbers_of(const PassagesPage& page) {
  std::vector<std::uint64_t> numbers;
  for (const PassageRow& row : page.passages) numbers.push_back(row.sequence);
  return numbers;
}

PassagesPage page_after(Reader& reader, std::uint64_t after, std::size_t rows_max) {
  auto page = reader.passages(after, rows_max);
  REQUIRE(page);
  return std::move(*page);
}

std::shared_ptr<const v1::Snapshot> snapshot_with_gates(std::uint64_t sequence) {
  auto snapshot = std::make_shared<v1::Snapshot>(*sample_snapshot(sequence));
  snapshot->mutable_gates()->add_inside()->set_id("plate-77");
  return snapshot;
}

int retain(Store& store, Timestamp now) {
  for (int calls = 1;; ++calls) {
    const auto more = store.retain(now, true);
    REQUIRE(more);
    if (!*more) return calls;
  }
}

}  // namespace

TEST_CASE("passages are read back among the other inputs, in the order in which they came",
          "[store]") {
  TempDir dir;
  auto store = opened(options_in(dir.path()));
  Batch batch;
  batch.last_sequence = 30;
  batch.now = sample_now(30);
  batch.facts.inputs = sample_inputs(1);
  commit(*store, batch);
  const auto read = batches_after(*store, 0);
  REQUIRE(read.size() == 1);
  CHECK(read[0].inputs == batch.facts.inputs);
}

TEST_CASE("passages are told page by page, and no page cuts a message", "[store]") {
  TempDir dir;
  auto store = opened(options_in(dir.path()));
  commit(*store, passages(1, 4));
  Batch twins = passages(5, 6);
  twins.facts.inputs.push_back(passage_at(6, 1));
  twins.facts.inputs.push_back(passage_at(6, 2));
  commit(*store, twins);
  commit(*store, numbered_batch(7, 9));
  auto reader = reading(dir.path());
  const PassagesPage first = page_after(*reader, 0, 4);
  CHECK(numbers_of(first) == std::vector<std::uint64_t>{2, 3, 4, 6, 6, 6});
  CHECK(first.end);
  CHECK(first.next_sequence == 6);
  CHECK(first.passages[5].seen.index == 2);
  const PassagesPage two = page_after(*reader, 0, 2);
  CHECK(numbers_of(two) == std::vector<std::uint64_t>{2, 3});
  CHECK_FALSE(two.end);
  CHECK(numbers_of(page_after(*reader, two.next_sequence, 1)) == std::vector<std::uint64_t>{4});
  const PassagesPage none = page_after(*reader, 6, 10);
  CHECK(none.passages.empty());
  CHECK(none.next_sequence == 6);
  CHECK(none.end);
}

TEST_CASE("what is personal goes when its time is over; readings and the rest stay", "[store]") {
  TempDir dir;
  StoreOptions options = options_in(dir.path());
  options.personal_age_max = std::chrono::days{30};
  auto store = opened(options);
  commit(*store, passages(1, 4));
  Batch kept = numbered_batch(5, 8);
  kept.snapshot = snapshot_with_gates(8);
  commit(*store, kept);
  kept = numbered_batch(9, 10);
  kept.snapshot = snapshot_with_gates(10);
  commit(*store, kept);
  retain(*store, sample_now(4) + std::chrono::days{29});
  auto reader = reading(dir.path());
  CHECK(page_after(*reader, 0, 10).passages.size() == 3);
  retain(*store, sample_now(4) + std::chrono::days{31});
  CHECK(page_after(*reader, 0, 10).passages.empty());
  CHECK(pull_all(*reader).size() == 6);
  // A look back passes over what is gone.
  auto history = open_history(dir.path());
  REQUIRE(history);
  std::size_t inputs = 0;
  std::vector<bool> gone;
  const auto count = [&](RecordedBatch& batch) -> Result<Done> {
    inputs += batch.inputs.size();
    gone.push_back(batch.passages_gone);
    return Done{};
  };
  REQUIRE((*history)->batches({}, count));
  CHECK(inputs == 1);
  CHECK(gone == std::vector<bool>{true, false, false});  // the batch that had some says so
}

TEST_CASE("what a start needs of passages stays, however old it is", "[store]") {
  TempDir dir;
  auto store = opened(options_in(dir.path()));
  commit(*store, passages(1, 4));
  retain(*store, sample_now(4) + std::chrono::days{400});
  CHECK(batches_after(*store, 0).front().inputs.size() == 4);
}

TEST_CASE("the time that personal data is kept may change while the store is open", "[store]") {
  TempDir dir;
  auto store = opened(options_in(dir.path()));
  commit(*store, passages(1, 4));
  for (const std::uint64_t last : {8, 10}) {
    Batch batch = numbered_batch(last - 1, last);
    if (last == 8) batch = numbered_batch(5, 8);
    batch.snapshot = snapshot_with_gates(last);
    commit(*store, batch);
  }
  store->keep_personal(std::chrono::days{1});
  retain(*store, sample_now(4) + std::chrono::days{2});
  auto reader = reading(dir.path());
  CHECK(page_after(*reader, 0, 10).passages.empty());
}

TEST_CASE("old snapshots lose who was inside, and keep the rest", "[store]") {
  TempDir dir;
  StoreOptions options = options_in(dir.path());
  options.personal_age_max = std::chrono::days{10};
  auto store = opened(options);
  // A snapshot a day: the first of each day stays as long as its batch.
  for (std::uint64_t each = 1; each <= 20; ++each) {
    Batch batch = numbered_batch(each, each);
    batch.now = sample_time + std::chrono::days{each};
    batch.snapshot = snapshot_with_gates(each);
    commit(*store, batch);
  }
  retain(*store, sample_time + std::chrono::days{20});
  auto history = open_history(dir.path());
  REQUIRE(history);
  const auto snapshots = (*history)->snapshots();
  REQUIRE(snapshots);
  REQUIRE(snapshots->size() == 20);
  for (std::size_t i = 0; i < snapshots->size(); ++i) {
    const auto snapshot = (*history)->snapshot((*snapshots)[i]);
    REQUIRE(snapshot);
    CAPTURE(i);
    CHECK((*snapshot)->has_gates() == (i + 1 >= 10));
    CHECK((*snapshot)->plant_hash() == "plant of " + std::to_string(i + 1));
  }
}

TEST_CASE("passages that were damaged or lost are told, not passed over", "[store]") {
  TempDir dir;
  {
    auto store = opened(options_in(dir.path()));
    commit(*store, passages(1, 4));
  }
  auto connection = Connection::open({(dir.path() / "parkwatch.db").string(), false, {}});
  REQUIRE(connection);
  const auto none = [](const RecordedBatch&) -> Result<Done> { return Done{}; };
  SECTION("damaged") {
    REQUIRE((*connection)->execute("UPDATE personal SET crc = crc + 1"));
    CHECK_FALSE(opened(options_in(dir.path()))->batches_after(0, none));
  }
  SECTION("lost") {
    REQUIRE((*connection)->execute("DELETE FROM personal"));
    CHECK_FALSE(opened(options_in(dir.path()))->batches_after(0, none));
  }
}

TEST_CASE("records of passages and of the gates' commands that lie are refused", "[store]") {
  v1::PassageRecord good;
  to_proto(PassageSeen{3, sample_passage()}, good);
  REQUIRE(from_proto(good));
  const std::vector<std::function<void(v1::PassageRecord&)>> lies{
      [](auto& p) { p.set_kind(static_cast<v1::PassageKind>(99)); },
      [](auto& p) { p.set_subject(static_cast<v1::Subject>(-1)); },
      [](auto& p) { p.set_time_us(-5); }, [](auto& p) { p.clear_id(); },
      [](auto& p) { p.set_id("a\nb"); }};
  for (const auto& lie : lies) {
    v1::PassageRecord lied = good;
    lie(lied);
    CHECK_FALSE(from_proto(lied));
  }
  v1::PermitCommand permits;
  to_proto(sample_permits(PermitCommand::Verb::put), permits);
  REQUIRE(from_proto(permits));
  permits.mutable_permits(0)->set_subject(static_cast<v1::Subject>(9));
  CHECK_FALSE(from_proto(permits));
  v1::GateCorrection correction;
  correction.set_verb(static_cast<v1::GateCorrection::Verb>(9));
  CHECK_FALSE(from_proto(correction));
  v1::MusterCommand muster;
  muster.set_verb(static_cast<v1::MusterCommand::Verb>(-1));
  CHECK_FALSE(from_proto(muster));
}

TEST_CASE("no name is left in the file that a reader of the record could find", "[store]") {
  TempDir dir;
  auto store = opened(options_in(dir.path()));
  Batch batch = passages(1, 2);
  commit(*store, batch);
  // Packed apart, so that the batch's own record says only that there was something.
  auto connection = Connection::open({(dir.path() / "parkwatch.db").string(), true, {}});
  REQUIRE(connection);
  const auto rows = (*connection)->number("SELECT count(*) FROM personal");
  REQUIRE(rows);
  CHECK(*rows == 1);
}

}  // namespace personal_test
