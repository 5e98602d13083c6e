// daemon/alarms/maintenance.cpp - Looks at every window: there are few.
#include "alarms/maintenance.h"

#include <algorithm>

#include "model/tag.h"

namespace parkwatch::alarms {
namespace {

Timestamp due_of(const Window& window) { return window.started ? window.until : window.from; }

}  // namespace

Window* Maintenance::find(std::uint64_t id) {
  const auto found = windows_.find(id);
  return found == windows_.end() ? nullptr : &found->second;
}

bool Maintenance::covers(std::string_view group, std::string_view tag) const {
  return std::any_of(windows_.begin(), windows_.end(), [&](const auto& entry) {
    const Window& w = entry.second;
    return w.started && (w.group.empty() || w.group == group) &&
           (w.tags.empty() || tag_matches(w.tags, tag));
  });
}

Window* Maintenance::next() {
  Window* first = nullptr;
  for (auto& [id, window] : windows_) {
    if (first == nullptr || due_of(window) < due_of(*first)) first = &window;
  }
  return first;
}

Timestamp Maintenance::next_due() const {
  Timestamp due = never;
  for (const auto& [id, window] : windows_) due = std::min(due, due_of(window));
  return due;
}

}  // namespace parkwatch::alarms
