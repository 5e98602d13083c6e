// daemon/store/rows.cpp - Rows as the writer and the readers read them. With a connection: its
// thread.
#include "store/rows.h"

#include "store/checksum.h"
#include "store/convert.h"

namespace parkwatch::store {

std::uint32_t crc_of(const BatchRow& row, std::string_view record, std::string_view block) {
  std::uint32_t crc = 0;
  for (const std::uint64_t number :
       {row.batch, row.first_sequence, row.last_sequence, static_cast<std::uint64_t>(row.now_us),
        row.readings, row.readings_total, static_cast<std::uint64_t>(row.receive_from_us),
        static_cast<std::uint64_t>(row.receive_to_us),
        static_cast<std::uint64_t>(row.source_from_us),
        static_cast<std::uint64_t>(row.source_to_us), row.first_journal, row.transitions,
        row.identities}) {
    crc = crc32_of_number(number, crc);
  }
  return crc32(block, crc32(record, crc));
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

Result<std::optional<BatchRow>> first_batch_that(
    Connection& connection, const std::function<bool(const BatchRow&)>& wanted) {
  auto found = last_batch(connection);
  if (!found || !*found) return found;
  if (!wanted(**found)) return std::optional<BatchRow>{};
  const auto first = batch_from(connection, 0);
  if (!first) return first;
  // The batch is in low..found.
  std::uint64_t low = *first ? (*first)->batch : (*found)->batch;
  while (low < (*found)->batch) {
    auto row = batch_from(connection, low + ((*found)->batch - low) / 2);
    if (!row) return row;
    if (*row && !wanted(**row)) {
      low = (*row)->batch + 1;
    } else if (*row && (*row)->batch < (*found)->batch) {
      found = std::move(row);
    } else {
      break;  // rows are missing: a damaged file
    }
  }
  return found;
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
    return Error{ErrorKind::permanent, name_of(row) + " is gone"};
  }
  const std::string_view stored_record = query.bytes_at(0);
  const std::string_view block = query.bytes_at(1);
  if (crc_of(row, stored_record, block) != row.crc) {
    return Error{ErrorKind::permanent, name_of(row) + " is damaged: its checksum does not match"};
  }
  if (record != nullptr) record->assign(stored_record);
  return std::string{block};
}

Result<std::vector<AlarmEvent>> events_of(Query& query, Connection& connection) {
  std::vector<AlarmEvent> events;
  v1::AlarmEvent message;
  while (query.row()) {
    const std::string_view bytes = query.bytes_at(2);
    const bool whole = crc32(bytes) == static_cast<std::uint32_t>(query.number_at(1)) &&
                       message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    auto event = whole ? from_proto(message)
                       : Result<AlarmEvent>{Error{ErrorKind::bad_input, "the checksum differs"}};
    if (!event) {
      return Error{ErrorKind::permanent, "journal row " + std::to_string(query.count_at(0)) +
                                             " is damaged: " + event.error().message};
    }
    events.push_back(std::move(*event));
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
  return Error{ErrorKind::permanent, "definition of tag " + std::to_string(query.count_at(0)) +
                                         ", version " + std::to_string(query.count_at(1)) +
                                         ", is damaged"};
}

}  // namespace parkwatch::store
