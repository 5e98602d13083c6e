// daemon/http/live_view.h - What every tag is and its latest committed reading. Thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "model/facts.h"
#include "model/reading.h"
#include "model/tag.h"

namespace parkwatch::http {

struct LiveTag {
  TagId id = tag_id_none;
  std::uint32_t version = 0;
  std::shared_ptr<const Tag> tag;  // never null in what LiveView hands out
  std::optional<Reading> newest;   // empty: none yet
};

// Filled by `app`: set() for each tag at start, then apply() from the writer after each commit, so
// that nothing is shown that could still be lost. Read by the readers' pool. No call waits longer
// than for a copy of 1,000 tags.
class LiveView {
 public:
  // A tag as the pipeline knows it at start. `newest` may be null.
  void set(TagId id, std::uint32_t version, const Tag& tag, const Reading* newest);
  // What a commit changed: definitions, then readings. Historical readings are not the latest.
  void apply(const Facts& facts);

  // Number of tags that are defined.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::optional<LiveTag> find(TagId id) const;
  // Calls `take` without the lock for each defined tag with id >= `first`, in the order of ids,
  // until it returns false. Each tag is as it was at some moment of the call.
  void each(TagId first, const std::function<bool(const LiveTag&)>& take) const;

 private:
  LiveTag& slot(TagId id);  // REQUIRES: mutex_ held

  mutable std::mutex mutex_;   // protects all below
  std::vector<LiveTag> tags_;  // by TagId
  std::size_t defined_ = 0;
};

}  // namespace parkwatch::http
