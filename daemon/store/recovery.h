// daemon/store/recovery.h - What a start reads back: the snapshot, the batches after it,
// configurations. The writer's thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/facts.h"
#include "model/result.h"
#include "model/time.h"
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
// Errors: as the connection's; damaged - there are snapshots, but none is whole.
[[nodiscard]] Result<StoredSnapshot> read_newest_snapshot(Connection& connection);

// How far, and what, a reader of batches needs.
struct BatchScope {
  // False: message identities are not read, and journal rows may be missing: both are given up
  // earlier than the readings, and a look back can do without.
  bool whole = true;
  bool transitions = true;
  Timestamp until = timestamp_max;  // the first batch that reaches it is the last one
};

// Every batch with a number above `batch`, in order, `take`'s to change, checked: numbers and
// sequences follow each other, nothing of a batch is missing or damaged. Errors: damaged - naming
// batch and messages; `take`'s own.
[[nodiscard]] Result<Done> read_batches_after(
    Connection& connection, std::uint64_t batch,
    const std::function<Result<Done>(RecordedBatch&)>& take, const BatchScope& scope = {});

// What says who was where in this batch; empty: there is nothing, or retention took it. Errors:
// damaged - naming batch and messages.
[[nodiscard]] Result<std::vector<RecordedInput>> personal_inputs(Connection& connection,
                                                                 const BatchRow& row);

// The snapshot that was stored with this batch. Errors: as read_newest_snapshot.
[[nodiscard]] Result<std::shared_ptr<const v1::Snapshot>> read_snapshot(Connection& connection,
                                                                        std::uint64_t batch);

// Errors: not_found; damaged.
[[nodiscard]] Result<std::string> read_plant(Connection& connection, const std::string& hash);

}  // namespace parkwatch::store
