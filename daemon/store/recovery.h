// daemon/store/recovery.h - What a start reads back: the snapshot, the batches after it,
// configurations. The writer's thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "model/facts.h"
#include "model/result.h"
#include "store/connection.h"
#include "store/rows.h"

namespace parkwatch::v1 {
class Snapshot;
}

namespace parkwatch::store {

// Of a snapshot, a record or a configuration, unpacked.
inline constexpr std::size_t content_bytes_max = std::size_t{256} << 20;

struct StoredSnapshot {
  std::shared_ptr<const v1::Snapshot> snapshot;  // null: there is none
  std::uint64_t batch = 0;                       // with which it was stored
  std::uint64_t sequence = 0;                    // of that batch's end
};

// The newest one that is whole: a damaged one is passed over for the one before.
// Errors: as the connection's; permanent - there are snapshots, but none is whole.
[[nodiscard]] Result<StoredSnapshot> read_newest_snapshot(Connection& connection);

// Every batch with a number above `batch`, in order, checked: numbers and sequences follow each
// other, nothing of a batch is missing or damaged. Errors: permanent - naming batch and messages;
// `take`'s own.
[[nodiscard]] Result<Done> read_batches_after(
    Connection& connection, std::uint64_t batch,
    const std::function<Result<Done>(const RecordedBatch&)>& take);

// Errors: not_found; permanent - damaged.
[[nodiscard]] Result<std::string> read_plant(Connection& connection, const std::string& hash);

}  // namespace parkwatch::store
