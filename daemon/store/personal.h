// daemon/store/personal.h - What says who was where: how long it is kept, and pages of it. With a
// connection: its thread.
#pragma once
#include <cstdint>

#include "model/result.h"
#include "model/time.h"
#include "store/connection.h"
#include "store/reader.h"

namespace parkwatch::store {

// In the caller's transaction: deletes passages and commands of batches that ended before `before`
// and are not after batch `spared_after`, and clears the gates' ledger out of old snapshots, which
// stay for the rest of what they hold. At most so many rows; sets `more` if there are more. Errors:
// as the connection's.
[[nodiscard]] Result<std::uint64_t> forget_personal(Connection& connection, Timestamp before,
                                                    std::uint64_t spared_after, bool& more);

// Passages after message `after`, at least one message if there is one, about `rows_max`.
// Errors: as the connection's; permanent - damaged.
[[nodiscard]] Result<PassagesPage> passages_after(Connection& connection, std::uint64_t after,
                                                  std::size_t rows_max);

}  // namespace parkwatch::store
