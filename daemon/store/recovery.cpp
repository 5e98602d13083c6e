// daemon/store/recovery.cpp - What a start reads back. The writer's thread.
#include "store/recovery.h"

#include <algorithm>
#include <iterator>

#include "parkwatch/v1/record.pb.h"
#include "parkwatch/v1/snapshot.pb.h"
#include "store/block_codec.h"
#include "store/checksum.h"
#include "store/compression.h"
#include "store/convert.h"

namespace parkwatch::store {
namespace {

Error damaged(const BatchRow& row, const std::string& why) {
  return {ErrorKind::damaged, name_of(row) + " is damaged: " + why};
}

bool parse(std::string_view frame, Decompressor& decompressor, google::protobuf::MessageLite& out) {
  std::string bytes;
  return decompressor.take_frame(frame, content_bytes_max, bytes) && frame.empty() &&
         out.ParseFromString(bytes);
}

// Reads batches one after the other; keeps its buffers.
class BatchReader {
 public:
  // Up to batch `trimmed` retention may have taken what only a replay needs.
  BatchReader(Connection& connection, std::uint64_t trimmed, const BatchScope& scope)
      : connection_(connection),
        trimmed_(trimmed),
        whole_(scope.whole),
        transitions_(scope.transitions) {}

  Result<Done> read(const BatchRow& row, RecordedBatch& out) {
    out.readings.clear();  // keeping the memory: blocks are alike
    out.transitions.clear();
    out.identities.clear();
    out.inputs.clear();
    out.last_sequence = row.last_sequence;
    out.now = from_us(row.now_us);
    std::string record;
    const auto block = checked_block(connection_, row, &record);
    if (!block) return block.error();
    if (auto read = read_readings(row, *block, out); !read) return read;
    if (auto read = read_inputs(row, record, out); !read) return read;
    if (auto read = read_identities(row, out); !read) return read;
    return read_transitions(row, out);
  }

 private:
  Result<Done> read_readings(const BatchRow& row, const std::string& block, RecordedBatch& out) {
    if (auto unpacked = unpacker_.unpack(block, out.readings); !unpacked) {
      return damaged(row, unpacked.error().message);
    }
    if (out.readings.size() != row.readings) return damaged(row, "readings are missing");
    return Done{};
  }

  Result<Done> read_inputs(const BatchRow& row, const std::string& record, RecordedBatch& out) {
    out.passages_gone = false;  // `out` may be the batch before
    if (record.empty()) return Done{};
    v1::BatchRecord message;
    if (!parse(record, decompressor_, message)) return damaged(row, "its record");
    for (const v1::InputRecord& input : message.inputs()) {
      auto recorded = from_proto(input);
      if (!recorded) return damaged(row, recorded.error().message);
      out.inputs.push_back(std::move(*recorded));
    }
    return read_personal(row, message.personal_inputs(), out);
  }

  // In the order in which they came, among the others. What retention has taken leaves no trace: no
  // replay that must be exact goes so far back.
  Result<Done> read_personal(const BatchRow& row, std::size_t expected, RecordedBatch& out) {
    if (expected == 0) return Done{};
    auto personal = personal_inputs(connection_, row);
    if (!personal) return personal.error();
    if (personal->size() != expected && (whole_ || !personal->empty()) && row.batch > trimmed_) {
      return damaged(row, "its passages are gone");
    }
    out.passages_gone = personal->size() != expected;
    std::move(personal->begin(), personal->end(), std::back_inserter(out.inputs));
    std::stable_sort(
        out.inputs.begin(), out.inputs.end(),
        [](const RecordedInput& a, const RecordedInput& b) { return a.sequence < b.sequence; });
    return Done{};
  }

  Result<Done> read_identities(const BatchRow& row, RecordedBatch& out) {
    if (row.identities == 0 || !whole_) return Done{};
    Query query{connection_, "SELECT crc, record FROM identities WHERE batch = ?"};
    if (!query.number(row.batch).row()) {
      if (query.failed()) return connection_.failure();
      if (row.batch <= trimmed_) return Done{};
      return damaged(row, "its message identities are gone");
    }
    const std::string_view stored = query.bytes_at(1);
    v1::MessageIdentities message;
    if (crc32(stored) != static_cast<std::uint32_t>(query.number_at(0)) ||
        !parse(stored, decompressor_, message)) {
      return damaged(row, "its message identities");
    }
    auto identities = from_proto(message);
    if (!identities) return damaged(row, identities.error().message);
    out.identities = std::move(*identities);
    if (out.identities.size() != row.identities) return damaged(row, "identities are missing");
    return Done{};
  }

  Result<Done> read_transitions(const BatchRow& row, RecordedBatch& out) {
    if (row.transitions == 0 || !transitions_) return Done{};
    Query query{connection_,
                "SELECT journal, crc, event FROM journal WHERE journal >= ? AND journal < ? "
                "ORDER BY journal"};
    query.number(row.first_journal).number(row.first_journal + row.transitions);
    auto events = events_of(query, connection_);
    if (!events) return events.error();
    out.transitions = std::move(*events);
    if (out.transitions.size() != row.transitions && whole_ && row.batch > trimmed_) {
      return damaged(row, "its journal rows are gone");
    }
    return Done{};
  }

  Connection& connection_;
  std::uint64_t trimmed_;
  bool whole_;
  bool transitions_;
  BlockUnpacker unpacker_;
  Decompressor decompressor_;
};

}  // namespace

Result<std::vector<RecordedInput>> personal_inputs(Connection& connection, const BatchRow& row) {
  std::vector<RecordedInput> inputs;
  Query query{connection, "SELECT crc, record FROM personal WHERE batch = ?"};
  if (!query.number(row.batch).row()) {
    if (query.failed()) return connection.failure();
    return inputs;
  }
  const std::string_view stored = query.bytes_at(1);
  Decompressor decompressor;
  v1::BatchRecord message;
  if (crc32(stored) != static_cast<std::uint32_t>(query.number_at(0)) ||
      !parse(stored, decompressor, message)) {
    return damaged(row, "its passages");
  }
  for (const v1::InputRecord& input : message.inputs()) {
    auto recorded = from_proto(input);
    if (!recorded) return damaged(row, recorded.error().message);
    inputs.push_back(std::move(*recorded));
  }
  return inputs;
}

Result<StoredSnapshot> read_newest_snapshot(Connection& connection) {
  Query query{connection,
              "SELECT batch, sequence, crc, snapshot FROM snapshots ORDER BY batch DESC"};
  Decompressor decompressor;
  bool any = false;
  while (query.row()) {
    any = true;
    const std::string_view stored = query.bytes_at(3);
    auto snapshot = std::make_shared<v1::Snapshot>();
    if (crc32(stored) != static_cast<std::uint32_t>(query.number_at(2))) continue;
    if (!parse(stored, decompressor, *snapshot)) continue;
    return StoredSnapshot{std::move(snapshot), query.count_at(0), query.count_at(1)};
  }
  if (query.failed()) return connection.failure();
  if (any) return Error{ErrorKind::damaged, "every snapshot in the store is damaged"};
  return StoredSnapshot{};
}

Result<Done> read_batches_after(Connection& connection, std::uint64_t batch,
                                const std::function<Result<Done>(RecordedBatch&)>& take,
                                const BatchScope& scope) {
  const auto last = last_batch(connection);
  if (!last) return last.error();
  const auto trimmed = replay_starts_after(connection);
  if (!trimmed) return trimmed.error();
  BatchReader reader{connection, *trimmed, scope};
  RecordedBatch recorded;
  std::optional<std::uint64_t> ended_at;
  if (batch == 0) ended_at = 0;
  // A row at a time: `take` may be slow, and no statement stays open while it runs.
  for (std::uint64_t wanted = batch + 1; *last && wanted <= (*last)->batch; ++wanted) {
    const auto found = batch_from(connection, wanted);
    if (!found) return found.error();
    if (!*found || (*found)->batch != wanted) {
      return Error{ErrorKind::damaged,
                   "batch " + std::to_string(wanted) + " is gone from the store"};
    }
    const BatchRow& row = **found;
    if (!row.whole()) return damaged(row, "its checksum does not match");
    if (ended_at && row.first_sequence != *ended_at + 1) {
      return damaged(row, "it does not follow message " + std::to_string(*ended_at));
    }
    ended_at = row.last_sequence;
    if (auto read = reader.read(row, recorded); !read) return read;
    if (auto taken = take(recorded); !taken) return taken;
    if (recorded.now >= scope.until) break;
  }
  return Done{};
}

Result<std::shared_ptr<const v1::Snapshot>> read_snapshot(Connection& connection,
                                                          std::uint64_t batch) {
  const Error bad{ErrorKind::damaged,
                  "the snapshot of batch " + std::to_string(batch) + " is damaged"};
  Query query{connection, "SELECT crc, snapshot FROM snapshots WHERE batch = ?"};
  if (!query.number(batch).row()) return query.failed() ? connection.failure() : bad;
  const std::string_view stored = query.bytes_at(1);
  Decompressor decompressor;
  auto snapshot = std::make_shared<v1::Snapshot>();
  if (crc32(stored) != static_cast<std::uint32_t>(query.number_at(0)) ||
      !parse(stored, decompressor, *snapshot)) {
    return bad;
  }
  return std::shared_ptr<const v1::Snapshot>{std::move(snapshot)};
}

Result<std::string> read_plant(Connection& connection, const std::string& hash) {
  Query query{connection, "SELECT crc, text FROM plants WHERE hash = ?"};
  if (!query.text(hash).row()) {
    if (query.failed()) return connection.failure();
    return Error{ErrorKind::not_found, "no configuration " + hash + " in the store"};
  }
  std::string_view stored = query.bytes_at(1);
  std::string text;
  if (crc32(stored) != static_cast<std::uint32_t>(query.number_at(0)) ||
      !Decompressor{}.take_frame(stored, content_bytes_max, text)) {
    return Error{ErrorKind::damaged, "configuration " + hash + " in the store is damaged"};
  }
  return text;
}

}  // namespace parkwatch::store
