// daemon/store/batch_writer.h - Puts one batch into the tables, in the caller's transaction. The
// writer's thread.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "model/result.h"
#include "store/block_codec.h"
#include "store/connection.h"
#include "store/rows.h"
#include "store/store.h"

namespace parkwatch::store {

// A payload, or any other text of a refusal, is cut before it is kept.
inline constexpr std::size_t quarantine_text_bytes_max = 1024;

class BatchWriter {
 public:
  // `generation` goes into each block.
  BatchWriter(std::string generation, const StoreOptions& options)
      : generation_(std::move(generation)), options_(options) {}

  // Makes the row and the blobs of `batch`, which follows the batch `before` (all zero: it is the
  // first). Nothing is written yet. Errors: permanent - the batch contradicts itself or what is
  // stored; a mistake of the caller.
  Result<Done> prepare(const Batch& batch, const BatchRow& before);

  // Writes all of it but the deletion of deliveries. REQUIRES: prepare() of the same batch; a
  // transaction. False: connection.failure(); roll back.
  [[nodiscard]] bool write(Connection& connection, const Batch& batch);

  // What was prepared.
  [[nodiscard]] const BatchRow& row() const { return row_; }
  [[nodiscard]] std::uint64_t block_bytes() const { return block_.size(); }

 private:
  Result<Done> prepare_blobs(const Batch& batch);
  bool write_row(Connection& connection);
  bool write_personal(Connection& connection);
  bool write_transitions(Connection& connection, std::span<const AlarmEvent> transitions);
  bool write_standing(Connection& connection, const AlarmEvent& event);
  bool write_tags(Connection& connection, std::span<const TagDefined> tags);
  bool write_plants(Connection& connection, const Batch& batch);
  bool write_snapshot(Connection& connection, const Batch& batch);
  bool write_consumers(Connection& connection, const Batch& batch);
  bool write_refusals(Connection& connection, std::span<const Refusal> refusals);

  std::string generation_;
  const StoreOptions& options_;
  BatchRow row_;
  BlockPacker packer_;
  Compressor compressor_;
  std::string block_;
  std::string record_;               // compressed
  std::string identities_;           // compressed
  std::string personal_;             // compressed
  std::string snapshot_;             // compressed
  std::vector<std::string> plants_;  // compressed
  std::string bytes_;
};

}  // namespace parkwatch::store
