// daemon/store/personal.cpp - Passages and the gates' commands, as long as they are kept.
#include "store/personal.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parkwatch/v1/snapshot.pb.h"
#include "store/checksum.h"
#include "store/compression.h"
#include "store/recovery.h"
#include "store/retention.h"
#include "store/rows.h"

namespace parkwatch::store {
namespace {

// Its state of the gates was cleared, and so was that of every one before it.
constexpr const char* cleared_key = "gates_cleared";

// Snapshots that are rewritten in one call: each may be some MiB.
constexpr std::uint64_t snapshots_a_call = 4;

Result<std::vector<std::uint64_t>> old_snapshots(Connection& connection, Timestamp before,
                                                 std::uint64_t spared_after) {
  Query query{connection,
              "SELECT s.batch FROM snapshots s JOIN batches b USING(batch) WHERE b.now_us < ? "
              "AND s.batch < ? AND s.batch > coalesce((SELECT value FROM meta WHERE key = ?), 0) "
              "ORDER BY s.batch LIMIT ?"};
  query.number(to_us(before)).number(spared_after).text(cleared_key).number(snapshots_a_call);
  std::vector<std::uint64_t> batches;
  while (query.row()) batches.push_back(query.count_at(0));
  if (query.failed()) return connection.failure();
  return batches;
}

Result<Done> clear_snapshot(Connection& connection, std::uint64_t batch) {
  auto stored = read_snapshot(connection, batch);
  // A damaged one cannot be used, and not be read by anybody else either.
  std::string packed;
  if (stored && (*stored)->has_gates()) {
    v1::Snapshot cleared = **stored;
    cleared.clear_gates();
    Compressor compressor;
    if (auto made = compressor.append_frame(cleared.SerializeAsString(), packed); !made) {
      return made;
    }
    Query update{connection, "UPDATE snapshots SET crc = ?, snapshot = ? WHERE batch = ?"};
    update.number(crc32(packed)).blob(packed).number(batch);
    if (!update.run()) return connection.failure();
  }
  Query note{connection,
             "INSERT INTO meta(key, value) VALUES(?, ?) "
             "ON CONFLICT(key) DO UPDATE SET value = excluded.value"};
  if (!note.text(cleared_key).number(batch).run()) return connection.failure();
  return Done{};
}

}  // namespace

Result<std::uint64_t> forget_personal(Connection& connection, Timestamp before,
                                      std::uint64_t spared_after, bool& more) {
  Query query{connection,
              "DELETE FROM personal WHERE batch IN (SELECT p.batch FROM personal p "
              "JOIN batches b USING(batch) WHERE p.batch <= ? AND b.now_us < ? "
              "ORDER BY p.batch LIMIT ?) RETURNING 1"};
  query.number(spared_after).number(to_us(before)).number(retained_rows_a_call);
  std::uint64_t rows = 0;
  while (query.row()) ++rows;
  if (query.failed()) return connection.failure();
  const auto snapshots = old_snapshots(connection, before, spared_after);
  if (!snapshots) return snapshots.error();
  for (const std::uint64_t batch : *snapshots) {
    if (auto cleared = clear_snapshot(connection, batch); !cleared) return cleared.error();
  }
  more |= rows == retained_rows_a_call || snapshots->size() == snapshots_a_call;
  return rows;
}

Result<PassagesPage> passages_after(Connection& connection, std::uint64_t after,
                                    std::size_t rows_max) {
  PassagesPage page;
  page.next_sequence = after;
  const auto first = first_batch_after(connection, after);
  if (!first) return first.error();
  page.end = true;
  if (!*first) return page;
  Query query{connection, "SELECT batch FROM personal WHERE batch >= ? ORDER BY batch"};
  query.number((*first)->batch);
  while (query.row()) {
    const auto row = batch_from(connection, query.count_at(0));
    if (!row) return row.error();
    if (!*row) continue;
    auto inputs = personal_inputs(connection, **row);
    if (!inputs) return inputs.error();
    for (RecordedInput& input : *inputs) {
      auto* seen = std::get_if<PassageSeen>(&input.body);
      if (seen == nullptr || input.sequence <= after) continue;
      if (page.passages.size() >= rows_max && input.sequence != page.next_sequence) {
        page.end = false;
        return page;
      }
      page.passages.push_back({input.sequence, input.receive_time, std::move(*seen)});
      page.next_sequence = input.sequence;
    }
  }
  if (query.failed()) return connection.failure();
  return page;
}

}  // namespace parkwatch::store
