// daemon/store/sqlite_store.h - The writer behind store.h. One thread at a time.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/batch_writer.h"
#include "store/connection.h"
#include "store/directory.h"
#include "store/rows.h"
#include "store/salvage.h"
#include "store/store.h"

namespace parkwatch::store {

class SqliteStore final : public Store {
 public:
  SqliteStore(StoreOptions options, StateDirectory directory);

  // First of all. Errors: as open_store().
  Result<Done> open();

  [[nodiscard]] const Recovered& recovered() const override { return recovered_; }
  [[nodiscard]] Result<std::shared_ptr<const v1::Snapshot>> newest_snapshot() override;
  [[nodiscard]] Result<Done> batches_after(
      std::uint64_t sequence,
      const std::function<Result<Done>(const RecordedBatch&)>& take) override;
  [[nodiscard]] Result<std::string> plant_text(const std::string& hash) override;
  [[nodiscard]] Result<CommitInfo> commit(const Batch& batch) override;
  void delivered(std::uint64_t journal) override { delivered_.push_back(journal); }
  void keep(std::string key, std::optional<std::string> value) override {
    kept_.insert_or_assign(std::move(key), std::move(value));
  }
  [[nodiscard]] Result<Done> flush() override;
  void keep_personal(Duration age_max) override { options_.personal_age_max = age_max; }
  [[nodiscard]] Result<bool> retain(Timestamp now, bool certain) override;
  [[nodiscard]] std::uint64_t readings_lost() const override { return readings_lost_; }
  Result<Done> checkpoint() override;

 private:
  Result<Done> look_at_wal() const;
  // Sets the database aside and salvages; with less where the disk is too full for all.
  Result<Done> begin_anew();
  Result<Done> begin_anew(Depth depth);
  Result<Done> read_recovered();
  Result<Done> connect();
  Result<Done> ensure_connected();
  Result<Done> read_head();
  Result<Done> read_generation();
  // Everything that goes with the next transaction, whatever it is.
  bool write_aside();
  void forget_aside();
  bool commit_prepared(const Batch& batch);
  // The batch last prepared is stored, though its commit failed.
  [[nodiscard]] bool got_in() const;
  CommitInfo committed();
  // After this error of a write: makes the next try possible, and says what failed.
  Error recover(Error error);
  void make_room();
  // With the ballast the database may grow, without it not: what the WAL then took in would find no
  // room in the database, and the WAL none to free any.
  void follow_ballast();

  StoreOptions options_;
  StateDirectory directory_;
  std::unique_ptr<Connection> connection_;  // null after a failure from which we could not reopen
  Recovered recovered_;
  BatchRow head_;  // the last stored batch; all zero: none
  std::unique_ptr<BatchWriter> writer_;
  std::vector<std::uint64_t> delivered_;                    // not written yet
  std::map<std::string, std::optional<std::string>> kept_;  // likewise
  bool in_doubt_ = false;  // the last commit failed; only head_ says whether its batch is in
  std::uint64_t snapshot_batch_ = 0;  // of what newest_snapshot() gave
  std::uint64_t snapshot_sequence_ = 0;
  bool forget_outbox_ = false;           // nobody reads it: not emptied yet
  std::uint64_t readings_lost_ = 0;      // since it was opened
  std::uint64_t journal_looked_to_ = 0;  // by retention
  bool held_ = false;                    // the database may not grow
  bool truncate_wal_ = false;            // after a bulk delete
};

}  // namespace parkwatch::store
