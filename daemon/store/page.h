// daemon/store/page.h - One page of readings out of the stored blocks. A reader's thread.
#pragma once
#include <cstdint>

#include "model/result.h"
#include "store/block_codec.h"
#include "store/connection.h"
#include "store/reader.h"
#include "store/rows.h"

namespace parkwatch::store {

// Of a page, whatever the query says: bounds its memory to about 10 MiB, and a message more.
inline constexpr std::size_t page_readings_max = 100'000;
// Batches looked at for a page: bounds the time of a pull whose filter matches nothing.
inline constexpr std::size_t page_batches_max = 4096;

class PageBuilder {
 public:
  explicit PageBuilder(Connection& connection) : connection_(connection) {}

  // In the caller's read transaction. Errors: as the connection's.
  Result<ReadingsPage> build(const ReadingsQuery& query);

 private:
  Result<Done> add_gaps();
  Result<Done> add_batches();
  Result<Done> add_batch(const BatchRow& row);
  void add_readings(std::uint64_t block_bytes);
  void add_damaged(const BatchRow& row);
  void add_missing(const BatchRow& next);
  Result<Done> add_tags();
  Result<Done> add_tag_rows(Query& query);
  [[nodiscard]] bool full() const;
  [[nodiscard]] bool enough_readings() const;
  [[nodiscard]] bool wants(const Reading& reading) const;
  [[nodiscard]] bool wants_tag(TagId id) const;
  [[nodiscard]] bool may_match(const BatchRow& row) const;

  Connection& connection_;
  BlockUnpacker unpacker_;
  std::vector<Reading> block_;
  const ReadingsQuery* query_ = nullptr;
  ReadingsPage page_;
  BatchRow before_;          // the whole batch read last; batch 0: none yet
  std::uint64_t bytes_ = 0;  // of the stored blocks, the part of a cut one in proportion
  bool cut_ = false;         // the page ends inside a batch
};

}  // namespace parkwatch::store
