// daemon/store/store.h - One SQLite database in WAL mode with synchronous=FULL. A batch commits
// whole or not at all.
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

namespace parkwatch::v1 {
class Snapshot;
}

namespace parkwatch::store {

struct StoreOptions {
  std::string directory;  // the state directory; the database is <directory>/parkwatch.db
  std::uint64_t bytes_max = std::uint64_t{8} << 30;  // readings give way above this
  Duration age_max = std::chrono::days{400};
  std::uint64_t quarantine_rows_max = 1000;
  // Of what says who was where; from the configuration in force, see Store::keep_personal().
  Duration personal_age_max = std::chrono::days{30};
  std::uint64_t journal_rows_max =
      1'000'000;  // of alarm transitions; the oldest closed give way above
  // Whether somebody takes alerts from the outbox and calls delivered(). Without, none is put into
  // it, and what an earlier run left there goes with the first commit() or flush(): it would be old
  // news to whoever comes later, and hold its journal rows for ever.
  bool outbox = true;
  // For the fault harnesses' own proof only: "FULL" in every real run.
  std::string synchronous = "FULL";
  // What a start found damaged after it had opened the store: that one is set aside.
  std::string damage;
  // SQLite's name of the file system to use; empty: the system's. Tests have one that fails.
  std::string vfs;
};

struct Batch {
  std::uint64_t last_sequence = 0;
  Timestamp now;
  Facts facts;
  std::shared_ptr<const v1::Snapshot> snapshot;  // null: none this time
  // Configurations that came into force in this batch: hash -> the files' text
  // (config::bundle_text).
  std::vector<std::pair<std::string, std::string>> plants;
};

struct CommitInfo {
  std::uint64_t bytes = 0;  // of the readings block as stored
};

// A database that was damaged was set aside, and what could be read of it carried over.
struct Salvage {
  std::string reason;         // what was wrong, for a person
  std::string kept_as;        // the path of the damaged file; its WAL is beside it
  bool state = false;         // a snapshot was whole, so that alarms keep their state
  std::uint64_t batches = 0;  // that were carried over, and the readings in them
  std::uint64_t readings = 0;
  std::uint64_t readings_lost = 0;  // that were stored and were not, as far as can be told
  std::uint64_t last_journal = 0;   // the last number that anyone may have been told
};

// What the store knew when it was opened.
struct Recovered {
  std::string generation;  // of this store: 16 hex digits, new with each new or salvaged store
  std::uint64_t last_sequence = 0;
  Timestamp last_now;  // of the last commit; timestamp_min if none
  std::uint64_t last_journal = 0;
  std::optional<Salvage> salvage;  // with this opening, or before and without a snapshot since
};

// The writer. One thread at a time; the only one that writes or checkpoints.
class Store {
 public:
  virtual ~Store() = default;

  [[nodiscard]] virtual const Recovered& recovered() const = 0;
  // The newest snapshot; null if there is none.
  [[nodiscard]] virtual Result<std::shared_ptr<const v1::Snapshot>> newest_snapshot() = 0;
  // Every batch after `sequence`, in order. Stops at the first error, its own or `take`'s.
  [[nodiscard]] virtual Result<Done> batches_after(
      std::uint64_t sequence, const std::function<Result<Done>(const RecordedBatch&)>& take) = 0;
  // The text of a configuration that ran. Errors: not_found.
  [[nodiscard]] virtual Result<std::string> plant_text(const std::string& hash) = 0;

  // Errors: transient - full disk, I/O error: nothing of the batch is stored, call again with the
  // same batch (the store reopens its files and checks its last sequence where a failed fsync makes
  // that needed); damaged - so is the file: end, the next open_store() sets it aside.
  [[nodiscard]] virtual Result<CommitInfo> commit(const Batch& batch) = 0;

  // Alerts: the outbox row of this journal number is delivered. Written with the next commit or
  // flush().
  virtual void delivered(std::uint64_t journal) = 0;
  // A row of the notifications, or that it goes. Rows that are given before a commit() or flush()
  // are written with it, all or none; of one key the last. The journal from the number that the row
  // `low` holds on is spared.
  virtual void keep(std::string key, std::optional<std::string> value) = 0;
  // Writes deliveries and kept rows without a batch. Errors as commit().
  [[nodiscard]] virtual Result<Done> flush() = 0;

  // From now on retain() deletes what says who was where at this age.
  virtual void keep_personal(Duration age_max) = 0;

  // Deletes a bounded number of blocks above the limits, oldest first: what every consumer has
  // acknowledged, or with a gap record what it has not; spares what the newest snapshot needs.
  // Without `certain` (Clock::is_certain) nothing but personal data is too old: only the size
  // counts. Returns true if there is more to do. Call when idle and now and then under load.
  // Errors: as commit(); damaged - a page that it needs is, so nothing gives way until the next
  // open_store().
  [[nodiscard]] virtual Result<bool> retain(Timestamp now, bool certain) = 0;
  // What retain() has deleted since the store was opened although a consumer had not acknowledged
  // it.
  [[nodiscard]] virtual std::uint64_t readings_lost() const = 0;
  // Passive checkpoint; TRUNCATE after a bulk delete. Errors: the WAL cannot be moved into the
  // database; what readers hold back is none.
  virtual Result<Done> checkpoint() = 0;
};

// Creates, migrates, or refuses. Takes the lock on the directory. A file that is damaged or no
// database, or that an earlier run found damaged, is set aside under a name of its own and never
// touched again; a new one of a new generation begins with what can be read of it.
// Errors: permanent - the directory cannot be written, another daemon has it, the file is a
// database of another application or of a newer version; each with the path and what to do.
[[nodiscard]] Result<std::unique_ptr<Store>> open_store(StoreOptions options);

}  // namespace parkwatch::store
