// daemon/alarms/flood.cpp - Counts by the newest few: no more are needed to tell.
#include "alarms/flood.h"

#include <algorithm>
#include <utility>

namespace parkwatch::alarms {

bool FloodWatch::note(Opened opened) {
  // A transition that was due by a device's clock may be stamped before one that is here already.
  const auto place =
      std::upper_bound(newest_.begin(), newest_.end(), opened.at,
                       [](Timestamp at, const Opened& each) { return at < each.at; });
  newest_.insert(place, std::move(opened));
  if (newest_.size() > flood_begins_above + 1) newest_.erase(newest_.begin());
  if (on_ || newest_.size() <= flood_begins_above) return false;
  if (newest_.back().at - newest_.front().at > flood_within) return false;
  on_ = true;
  first_.assign(newest_.begin(), newest_.begin() + flood_begins_above);
  return true;
}

Timestamp FloodWatch::due() const {
  if (!on_) return never;
  return newest_[newest_.size() - flood_over_below].at + flood_within;
}

void FloodWatch::end() {
  on_ = false;
  first_.clear();
}

void FloodWatch::shift(Duration by) {
  for (Opened& each : newest_) each.at += by;
}

void FloodWatch::restore(std::vector<Opened> newest, bool on, std::vector<Opened> first) {
  newest_ = std::move(newest);
  on_ = on && newest_.size() >= flood_over_below;
  first_ = std::move(first);
}

}  // namespace parkwatch::alarms
