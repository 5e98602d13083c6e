// daemon/store/rows.cpp - Rows as the writer and the readers read them. With a connection: its
// thread.
#include "store/rows.h"

#include <algorithm>

#include "store/checksum.h"
#include "store/convert.h"

namespace parkwatch::store {

std::uint32_t BatchRow::crc_of_columns() const {
  std::uint32_t sum = 0;
  for (const std::uint64_t number :
       {batch, first_sequence, last_sequence, static_cast<std::uint64_t>(now_us), readings,
        readings_total, static_cast<std::uint64_t>(receive_from_us),
        static_cast<std::uint64_t>(receive_to_us), static_cast<std::uint64_t>(source_from_us),
        static_cast<std::uint64_t>(source_to_us), first_journal, transitions, identities,
        std::uint64_t{content_crc}}) {
    sum = crc32_of_number(number, sum);
  }
  return sum;
}

BatchRow batch_at(const Query& query) {
  BatchRow row;
  int column = 0;
  row.batch = query.count_at(column++);
  row.first_sequence = query.count_at(column++);
  row.last_sequence = query.count_at(column++);
  row.now_us = query.number_at(column++);
  row.readings = query.count_at(column++);
  row.readings_total = query.count_at(column++);
  row.receive_from_us = query.number_at(column++);
  row.receive_to_us = query.number_at(column++);
  row.source_from_us = query.number_at(column++);
  row.source_to_us = query.number_at(column++);
  row.first_journal = query.count_at(column++);
  row.transitions = query.count_at(column++);
  row.identities = query.count_at(column++);
  row.content_crc = static_cast<std::uint32_t>(query.number_at(column++));
  row.crc = static_cast<std::uint32_t>(query.number_at(column));
  return row;
}

std::string name_of(const BatchRow& row) {
  return "batch " + std::to_string(row.batch) + " (messages " + std::to_string(row.first_sequence) +
         ".." + std::to_string(row.last_sequence) + ")";
}

namespace {

Result<std::optional<BatchRow>> one_row(Query& query, Connection& connection) {
  if (query.row()) return std::optional{batch_at(query)};
  if (query.failed()) return connection.failure();
  return std::optional<BatchRow>{};
}

}  // namespace

Result<std::optional<BatchRow>> batch_from(Connection& connection, std::uint64_t batch) {
  Query query{connection, "SELECT " PARKWATCH_BATCH_COLUMNS
                          " FROM batches WHERE batch >= ? ORDER BY batch LIMIT 1"};
  return one_row(query.number(batch), connection);
}

Result<std::optional<BatchRow>> last_batch(Connection& connection) {
  Query query{connection,
              "SELECT " PARKWATCH_BATCH_COLUMNS " FROM batches ORDER BY batch DESC LIMIT 1"};
  return one_row(query, connection);
}

Result<std::optional<BatchRow>> whole_batch_from(Connection& connection, std::uint64_t batch) {
  auto row = batch_from(connection, batch);
  while (row && *row && !(*row)->whole()) row = batch_from(connection, (*row)->batch + 1);
  return row;
}

Result<std::optional<BatchRow>> last_whole_batch(Connection& connection, std::uint64_t end) {
  Query query{connection, "SELECT " PARKWATCH_BATCH_COLUMNS
                          " FROM batches WHERE batch < ? ORDER BY batch DESC"};
  query.number(end);
  while (query.row()) {
    const BatchRow row = batch_at(query);
    if (row.whole()) return std::optional{row};
  }
  if (query.failed()) return connection.failure();
  return std::optional<BatchRow>{};
}

Result<std::optional<BatchRow>> first_batch_that(Connection& connection,
                                                 const std::function<bool(const BatchRow&)>& wanted,
                                                 const BatchRange& range) {
  auto found = last_whole_batch(connection, range.end);
  if (!found || !*found) return found;
  if ((*found)->batch < range.first || !wanted(**found)) return std::optional<BatchRow>{};
  auto first = whole_batch_from(connection, range.first);
  if (!first || !*first) return first;
  // The first number from which on the next whole batch is wanted lies in low..high; `found` is
  // high's.
  std::uint64_t low = (*first)->batch;
  std::uint64_t high = (*found)->batch;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    auto row = whole_batch_from(connection, middle);
    if (!row || !*row) return row;
    if (wanted(**row)) {
      high = middle;
      found = std::move(row);
    } else {
      low = (*row)->batch + 1;
    }
  }
  return found;
}

// Between the turns of the clock time only rises. What a turn's own batch holds may be from before
// the turn, so it is looked at by itself.
Result<std::optional<BatchRow>> first_batch_received_at(Connection& connection, Timestamp t) {
  const auto wanted = [us = to_us(t)](const BatchRow& row) {
    return std::max(row.now_us, row.receive_to_us) >= us;
  };
  Query edges{connection,
              "SELECT batch FROM clock_turns UNION SELECT batch + 1 FROM clock_turns ORDER BY 1"};
  BatchRange range;
  while (edges.row()) {
    range.end = edges.count_at(0);
    auto found = first_batch_that(connection, wanted, range);
    if (!found || *found) return found;
    range.first = range.end;
  }
  if (edges.failed()) return connection.failure();
  return first_batch_that(connection, wanted, {range.first});
}

Result<std::optional<BatchRow>> first_batch_after(Connection& connection, std::uint64_t sequence) {
  return first_batch_that(connection,
                          [&](const BatchRow& row) { return row.last_sequence > sequence; });
}

Result<std::uint64_t> replay_starts_after(Connection& connection) {
  Query query{connection,
              "SELECT count(*), min(batch) FROM "
              "(SELECT batch FROM snapshots ORDER BY batch DESC LIMIT 2)"};
  if (query.row()) return query.number_at(0) == 2 ? query.count_at(1) : std::uint64_t{0};
  return connection.failure();
}

Result<std::string> checked_block(Connection& connection, const BatchRow& row,
                                  std::string* record) {
  Query query{connection, "SELECT record, block FROM batches WHERE batch = ?"};
  if (!query.number(row.batch).row()) {
    if (query.failed()) return connection.failure();
    return Error{ErrorKind::damaged, name_of(row) + " is gone"};
  }
  const std::string_view stored_record = query.bytes_at(0);
  const std::string_view block = query.bytes_at(1);
  if (crc32(block, crc32(stored_record)) != row.content_crc) {
    return Error{ErrorKind::damaged, name_of(row) + " is damaged: its checksum does not match"};
  }
  if (record != nullptr) record->assign(stored_record);
  return std::string{block};
}

namespace {

Result<AlarmEvent> event_at(const Query& query, v1::AlarmEvent& message) {
  if (query.null_at(2)) return Error{ErrorKind::bad_input, "it is gone"};
  const std::string_view bytes = query.bytes_at(2);
  if (crc32(bytes) != static_cast<std::uint32_t>(query.number_at(1)) ||
      !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Error{ErrorKind::bad_input, "the checksum differs"};
  }
  return from_proto(message);
}

}  // namespace

Result<std::vector<AlarmEvent>> events_of(Query& query, Connection& connection,
                                          std::vector<std::uint64_t>* damaged) {
  std::vector<AlarmEvent> events;
  v1::AlarmEvent message;
  while (query.row()) {
    auto event = event_at(query, message);
    if (event) {
      events.push_back(std::move(*event));
    } else if (damaged != nullptr) {
      damaged->push_back(query.count_at(0));
    } else {
      return Error{ErrorKind::damaged, "journal row " + std::to_string(query.count_at(0)) +
                                           " is damaged: " + event.error().message};
    }
  }
  if (query.failed()) return connection.failure();
  return events;
}

Result<TagDefined> tag_at(const Query& query) {
  const std::string_view bytes = query.bytes_at(3);
  v1::TagDefinition message;
  if (crc32(bytes) == static_cast<std::uint32_t>(query.number_at(2)) &&
      message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    if (auto tag = from_proto(message)) return tag;
  }
  return Error{ErrorKind::damaged, "definition of tag " + std::to_string(query.count_at(0)) +
                                       ", version " + std::to_string(query.count_at(1)) +
                                       ", is damaged"};
}

Result<std::vector<Gap>> gaps_between(Connection& connection, Timestamp from, Timestamp to) {
  Query query{connection,
              "SELECT first_sequence, last_sequence, from_us, to_us, readings, reason, "
              "unacknowledged FROM gaps WHERE to_us >= ? AND from_us < ? ORDER BY first_sequence"};
  query.number(to_us(from)).number(to_us(to));
  std::vector<Gap> rows;
  while (query.row()) {
    rows.push_back({query.count_at(0), query.count_at(1), from_us(query.number_at(2)),
                    from_us(query.number_at(3)), query.count_at(4), std::string{query.bytes_at(5)},
                    query.number_at(6) != 0});
  }
  if (query.failed()) return connection.failure();
  return rows;
}

}  // namespace parkwatch::store
