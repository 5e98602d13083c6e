// daemon/store/retention.h - What gives way when the store is too large or too old. The writer's
// thread.
#pragma once
#include <cstdint>

#include "model/result.h"
#include "model/time.h"
#include "store/connection.h"
#include "store/store.h"

namespace parkwatch::store {

// Work of one call, so that a commit never waits long for it.
inline constexpr std::uint64_t retained_batches_a_call = 64;
inline constexpr std::uint64_t retained_rows_a_call = 1000;
// Journal rows that are looked at: those that may not go stay before those that may.
inline constexpr std::uint64_t journal_rows_looked_at_a_call = 10'000;

struct Retained {
  std::uint64_t batches = 0;  // deleted
  std::uint64_t rows = 0;     // of the journal, of identities and of what is personal, deleted
  std::uint64_t readings_lost = 0;      // of the batches: a consumer had not acknowledged them
  bool more = false;                    // there is more to do
  std::uint64_t journal_looked_to = 0;  // for the next call
};

// Oldest first, in one transaction of its own:
// - consumers that expired before `now` are forgotten, if that is `certain`;
// - batches above bytes_max, or (if `now` is `certain`) older than age_max and acknowledged by
// every
//   consumer, are deleted and recorded as gaps, those next to each other as one. Whatever the older
//   of the two snapshots needs stays;
// - journal rows above journal_rows_max whose alarm has closed and whose delivery is done are
//   deleted, looked for from behind `journal_looked_to` on, where the call before ended; 0: from
//   the oldest on;
// - message identities that no snapshot needs are deleted;
// - what says who was where is deleted at personal_age_max, and cleared out of old snapshots.
// Errors: as the connection's; nothing is changed then.
[[nodiscard]] Result<Retained> retain_within_limits(Connection& connection,
                                                    const StoreOptions& options, Timestamp now,
                                                    bool certain, std::uint64_t journal_looked_to);

// For a full disk: deletes what at least one consumer is registered for and all have acknowledged,
// whatever the limits. Errors: as the connection's.
[[nodiscard]] Result<Retained> free_acknowledged(Connection& connection);

}  // namespace parkwatch::store
