// tests/unit/store/sample_batches.h - Batches for the tests of the store, and what they look like
// read back.
#pragma once
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "parkwatch/v1/snapshot.pb.h"
#include "store/reader.h"
#include "store/store.h"
#include "tests/unit/store/sample_values.h"

namespace parkwatch::store {

inline Timestamp sample_now(std::uint64_t sequence) {
  return sample_time + std::chrono::milliseconds{sequence};
}

// Messages first..last, a reading each.
inline Batch numbered_batch(std::uint64_t first, std::uint64_t last) {
  Batch batch;
  batch.last_sequence = last;
  batch.now = sample_now(last);
  for (std::uint64_t n = first; n <= last; ++n) batch.facts.readings.push_back(numbered_reading(n));
  return batch;
}

inline std::shared_ptr<const v1::Snapshot> sample_snapshot(std::uint64_t sequence) {
  auto snapshot = std::make_shared<v1::Snapshot>();
  snapshot->set_last_sequence(sequence);
  snapshot->set_plant_hash("plant of " + std::to_string(sequence));
  return snapshot;
}

inline AlarmEvent event_of(std::uint64_t journal, const std::string& rule, AlarmState state) {
  AlarmEvent event = sample_event(journal);
  event.rule = rule;
  event.state = state;
  return event;
}

inline Batch consumer_batch(std::uint64_t sequence, ConsumerCommand command) {
  Batch batch;
  batch.last_sequence = sequence;
  batch.now = sample_now(sequence);
  batch.facts.inputs.push_back(sample_consumer_input(sequence, std::move(command)));
  return batch;
}

inline StoreOptions options_in(const std::string& directory) {
  StoreOptions options;
  options.directory = directory;
  return options;
}

inline std::unique_ptr<Store> opened(const StoreOptions& options) {
  auto store = open_store(options);
  INFO((store ? "" : store.error().message));
  REQUIRE(store);
  return std::move(*store);
}

inline std::unique_ptr<Reader> reading(const std::string& directory) {
  auto reader = open_reader(directory);
  INFO((reader ? "" : reader.error().message));
  REQUIRE(reader);
  return std::move(*reader);
}

inline void commit(Store& store, const Batch& batch) {
  const auto committed = store.commit(batch);
  INFO((committed ? "" : committed.error().message));
  REQUIRE(committed);
}

inline std::vector<RecordedBatch> batches_after(Store& store, std::uint64_t sequence) {
  std::vector<RecordedBatch> batches;
  const auto read = store.batches_after(sequence, [&](const RecordedBatch& batch) -> Result<Done> {
    batches.push_back(batch);
    return Done{};
  });
  INFO((read ? "" : read.error().message));
  REQUIRE(read);
  return batches;
}

inline ReadingsPage page_of(Reader& reader, const ReadingsQuery& query) {
  auto page = reader.readings(query);
  INFO((page ? "" : page.error().message));
  REQUIRE(page);
  return std::move(*page);
}

// Pulls page by page until the end.
inline std::vector<Reading> pull_all(Reader& reader, ReadingsQuery query = {}) {
  std::vector<Reading> readings;
  for (;;) {
    const ReadingsPage page = page_of(reader, query);
    readings.insert(readings.end(), page.readings.begin(), page.readings.end());
    if (page.end) return readings;
    REQUIRE(page.next_sequence > query.after_sequence);
    query.after_sequence = page.next_sequence;
  }
}

inline std::vector<std::uint64_t> sequences_of(const std::vector<Reading>& readings) {
  std::vector<std::uint64_t> sequences;
  for (const Reading& r : readings) sequences.push_back(r.sequence);
  return sequences;
}

inline std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t n = first; n <= last; ++n) all.push_back(n);
  return all;
}

// The messages that are neither in the page nor in its gaps.
inline std::vector<std::uint64_t> untold(const ReadingsPage& page, std::uint64_t last) {
  std::vector<bool> told(last + 1);
  for (const Reading& r : page.readings) told[r.sequence] = true;
  for (const Gap& gap : page.gaps) {
    for (auto s = gap.first_sequence; s <= gap.last_sequence; ++s) told[s] = true;
  }
  std::vector<std::uint64_t> missing;
  for (std::uint64_t s = 1; s <= last; ++s) {
    if (!told[s]) missing.push_back(s);
  }
  return missing;
}

inline std::vector<std::uint64_t> journals_of(const std::vector<AlarmEvent>& events) {
  std::vector<std::uint64_t> journals;
  for (const AlarmEvent& event : events) journals.push_back(event.journal);
  return journals;
}

}  // namespace parkwatch::store
