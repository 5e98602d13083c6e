// daemon/store/history.h - A look back over all that was committed, read-only, also while a daemon
// writes. One a thread.
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
#include "store/reader.h"

namespace parkwatch::v1 {
class Snapshot;
}

namespace parkwatch::store {

// A state of the pipeline that was stored with a batch.
struct KeptSnapshot {
  std::uint64_t batch = 0;
  Timestamp now;  // of its batch
};

// What is there, from the first batch to the last.
struct Extent {
  std::uint64_t first_batch = 0;  // 0: nothing is stored
  std::uint64_t last_batch = 0;
  Timestamp from;  // `now` of the first and the last
  Timestamp to;
  Timestamp readings_from;  // when the first reading came; `from` without any
  std::uint64_t readings = 0;
};

// Which batches: those after number `after` up to the first that reaches `until`.
struct BatchSpan {
  std::uint64_t after = 0;
  Timestamp until = timestamp_max;
  bool transitions = true;  // false: without them, for who makes his own
};

class History {
 public:
  virtual ~History() = default;

  [[nodiscard]] virtual const std::string& generation() const = 0;
  [[nodiscard]] virtual Result<Extent> extent() = 0;
  // Oldest first. One whose batch is gone cannot be replayed from and is left out.
  [[nodiscard]] virtual Result<std::vector<KeptSnapshot>> snapshots() = 0;
  [[nodiscard]] virtual Result<std::shared_ptr<const v1::Snapshot>> snapshot(
      const KeptSnapshot& kept) = 0;
  // The number of the first batch whose `now`, or what it holds, is at or after `t`; 0: there is
  // none.
  [[nodiscard]] virtual Result<std::uint64_t> first_batch_at(Timestamp t) = 0;
  // Every batch of the span, without message identities; transitions may be missing where the
  // journal was given up. Stops at the first error, its own or `take`'s. Errors: damaged - a
  // batch is damaged, or retention took it meanwhile.
  [[nodiscard]] virtual Result<Done> batches(
      const BatchSpan& span, const std::function<Result<Done>(RecordedBatch&)>& take) = 0;
  // The text of a configuration that ran. Errors: not_found.
  [[nodiscard]] virtual Result<std::string> plant_text(const std::string& hash) = 0;
  // Of each tag the last definition, by id.
  [[nodiscard]] virtual Result<std::vector<TagDefined>> tags() = 0;
  // Journal rows that were given up; 0: every transition is there.
  [[nodiscard]] virtual Result<std::uint64_t> journal_given_up() = 0;
  // Readings that were given up.
  [[nodiscard]] virtual Result<std::vector<Gap>> gaps() = 0;
  // Transitions with `at` in [from, to), in the order of the journal, at most `rows_max`.
  [[nodiscard]] virtual Result<std::vector<AlarmEvent>> journal(Timestamp from, Timestamp to,
                                                                std::size_t rows_max) = 0;
  // The last transitions of one alarm, oldest first.
  [[nodiscard]] virtual Result<std::vector<AlarmEvent>> journal_of(const std::string& rule,
                                                                   const std::string& tag,
                                                                   std::size_t rows_max) = 0;
};

// `directory` as in StoreOptions; the store must exist.
[[nodiscard]] Result<std::unique_ptr<History>> open_history(const std::string& directory);

}  // namespace parkwatch::store
