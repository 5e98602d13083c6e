// daemon/http/live_view.cpp - Copies in and out under one mutex, in short slices.
#include "http/live_view.h"

#include <algorithm>
#include <cassert>

namespace parkwatch::http {
namespace {

// Copied at a time with the lock held: some 100 microseconds on a small gateway.
constexpr std::size_t rows_a_slice = 1000;

}  // namespace

LiveTag& LiveView::slot(TagId id) {
  assert(id < tags_max);  // the pipeline numbers tags densely and refuses more
  if (id >= tags_.size()) tags_.resize(id + 1);
  return tags_[id];
}

void LiveView::set(TagId id, std::uint32_t version, const Tag& tag, const Reading* newest) {
  auto definition = std::make_shared<const Tag>(tag);
  const std::lock_guard lock{mutex_};
  LiveTag& live = slot(id);
  if (!live.tag) ++defined_;
  live.id = id;
  live.version = version;
  live.tag = std::move(definition);
  if (newest != nullptr) live.newest = *newest;
}

void LiveView::apply(const Facts& facts) {
  for (const TagDefined& defined : facts.tags) {
    set(defined.id, defined.version, defined.tag, nullptr);
  }
  // In slices too, so that a page of tags never waits for a whole batch.
  for (std::size_t at = 0; at < facts.readings.size(); at += rows_a_slice) {
    const std::size_t end = std::min(at + rows_a_slice, facts.readings.size());
    const std::lock_guard lock{mutex_};
    for (std::size_t i = at; i < end; ++i) {
      const Reading& reading = facts.readings[i];
      if ((reading.flags & reading_historical) == 0) slot(reading.tag).newest = reading;
    }
  }
}

std::size_t LiveView::size() const {
  const std::lock_guard lock{mutex_};
  return defined_;
}

std::optional<LiveTag> LiveView::find(TagId id) const {
  const std::lock_guard lock{mutex_};
  if (id >= tags_.size() || !tags_[id].tag) return std::nullopt;
  return tags_[id];
}

void LiveView::each(TagId first, const std::function<bool(const LiveTag&)>& take) const {
  std::vector<LiveTag> copied;
  for (std::size_t at = first;; at += rows_a_slice) {
    copied.clear();
    {
      const std::lock_guard lock{mutex_};
      if (at >= tags_.size()) return;
      const std::size_t end = std::min(at + rows_a_slice, tags_.size());
      copied.assign(tags_.begin() + static_cast<std::ptrdiff_t>(at),
                    tags_.begin() + static_cast<std::ptrdiff_t>(end));
    }
    for (const LiveTag& live : copied) {
      if (live.tag && !take(live)) return;
    }
  }
}

}  // namespace parkwatch::http
