// daemon/store/rows.h - Rows as the writer and the readers read them, checked. With a connection:
// its thread.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/alarm_event.h"
#include "model/facts.h"
#include "model/result.h"
#include "store/connection.h"
#include "store/reader.h"

namespace parkwatch::store {

// A row of `batches` without its blobs.
struct BatchRow {
  std::uint64_t batch = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  std::int64_t now_us = 0;
  std::uint64_t readings = 0;
  std::uint64_t readings_total = 0;
  std::int64_t receive_from_us = 0;
  std::int64_t receive_to_us = 0;
  std::int64_t source_from_us = 0;
  std::int64_t source_to_us = 0;
  std::uint64_t first_journal = 0;
  std::uint64_t transitions = 0;
  std::uint64_t identities = 0;
  std::uint32_t content_crc = 0;  // of the record, then the block
  std::uint32_t crc = 0;  // of all columns before it, so that a row can be trusted by itself

  [[nodiscard]] bool whole() const { return crc == crc_of_columns(); }
  [[nodiscard]] std::uint32_t crc_of_columns() const;
};

// The columns that batch_at() reads, from the first of the query on.
#define PARKWATCH_BATCH_COLUMNS                                                               \
  "batch, first_sequence, last_sequence, now_us, readings, readings_total, receive_from_us, " \
  "receive_to_us, source_from_us, source_to_us, first_journal, transitions, identities, "     \
  "content_crc, crc"
[[nodiscard]] BatchRow batch_at(const Query& query);

// "batch 7 (messages 10..19)": for errors.
[[nodiscard]] std::string name_of(const BatchRow& row);

// The first batch from this number on, and the last of all, as they are; empty: none. Errors: as
// the connection's.
[[nodiscard]] Result<std::optional<BatchRow>> batch_from(Connection& connection,
                                                         std::uint64_t batch);
[[nodiscard]] Result<std::optional<BatchRow>> last_batch(Connection& connection);
// Likewise, but passes damaged rows over; the last before `end`.
[[nodiscard]] Result<std::optional<BatchRow>> whole_batch_from(Connection& connection,
                                                               std::uint64_t batch);
[[nodiscard]] Result<std::optional<BatchRow>> last_whole_batch(Connection& connection,
                                                               std::uint64_t end = INT64_MAX);
// Numbers of batches: from `first` on, before `end`.
struct BatchRange {
  std::uint64_t first = 0;
  std::uint64_t end = INT64_MAX;
};
// The first whole batch of the range that is `wanted`, as then is every one after it in the range;
// empty: none is. By bisection: an index would cost a page with every commit.
[[nodiscard]] Result<std::optional<BatchRow>> first_batch_that(
    Connection& connection, const std::function<bool(const BatchRow&)>& wanted,
    const BatchRange& range = {});
// The first whole batch with something received at `t` or later, or that ended then; empty: none.
// Where the clock was set back the same time comes twice: the first of them.
[[nodiscard]] Result<std::optional<BatchRow>> first_batch_received_at(Connection& connection,
                                                                      Timestamp t);
// The first that ends after `sequence`.
[[nodiscard]] Result<std::optional<BatchRow>> first_batch_after(Connection& connection,
                                                                std::uint64_t sequence);

// Those that touch [from, to), in the order of their sequences.
[[nodiscard]] Result<std::vector<Gap>> gaps_between(Connection& connection, Timestamp from,
                                                    Timestamp to);

// The number of the batch with the older of the two snapshots; 0 while there are fewer. A replay
// needs nothing of it or before it: with one snapshot, a damaged one could only be replaced by a
// replay of everything.
[[nodiscard]] Result<std::uint64_t> replay_starts_after(Connection& connection);

// The block of a batch, and its record in `record` if that is not null. Errors: damaged -
// naming the batch and its messages.
[[nodiscard]] Result<std::string> checked_block(Connection& connection, const BatchRow& row,
                                                std::string* record);

// Every event of a query whose columns are journal, crc, event. With `damaged`, rows that are
// damaged are passed over and their numbers appended to it. Errors: damaged - naming it,
// without `damaged`.
[[nodiscard]] Result<std::vector<AlarmEvent>> events_of(
    Query& query, Connection& connection, std::vector<std::uint64_t>* damaged = nullptr);
// One tag of a query whose columns are id, version, crc, definition. Errors: likewise.
[[nodiscard]] Result<TagDefined> tag_at(const Query& query);

}  // namespace parkwatch::store
