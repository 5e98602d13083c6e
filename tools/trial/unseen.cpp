// tools/trial/unseen.cpp - Looks at the newest kept state; what came since is minutes.
#include "tools/trial/unseen.h"

#include <set>

#include "parkwatch/v1/snapshot.pb.h"

namespace parkwatch::trial {

Result<std::vector<std::string>> unseen_tags(store::History& history, const Plant& plant,
                                             Duration length) {
  std::vector<std::string> unseen;
  const auto extent = history.extent();
  if (!extent) return extent.error();
  const auto kept = history.snapshots();
  if (!kept) return kept.error();
  if (extent->first_batch == 0 || kept->empty()) return unseen;
  const Timestamp now = kept->back().now;
  if (now - extent->from < length) return unseen;
  const auto snapshot = history.snapshot(kept->back());
  if (!snapshot) return snapshot.error();
  std::set<std::string, std::less<>> silent;
  for (const v1::TagState& tag : (*snapshot)->tags()) {
    const bool seen = tag.has_newest() && now - from_us(tag.newest().receive_time_us()) < length;
    if (tag.active() && !seen) silent.insert(tag.definition().name());
  }
  for (const Tag& tag : plant.tags) {
    if (tag.expression.empty() && silent.contains(tag.name)) unseen.push_back(tag.name);
  }
  return unseen;
}

}  // namespace parkwatch::trial
