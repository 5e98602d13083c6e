// daemon/http/gates_view.cpp - Copies in and out under one mutex, in short slices.
#include "http/gates_view.h"

#include <algorithm>
#include <utility>

namespace parkwatch::http {
namespace {

// Changed or looked at with the lock held: some 100 microseconds.
constexpr std::size_t slice = 1000;

bool wanted(const GatesView::Ask& ask, const Stay& stay) {
  return (!ask.subject || stay.subject == *ask.subject) && (!ask.gate || stay.gate == *ask.gate) &&
         (!ask.zone || stay.zone == *ask.zone) && (!ask.id || stay.id == *ask.id);
}

bool wanted(const GatesView::Ask& ask, const Permit& permit) {
  return (!ask.subject || !permit.subject || *permit.subject == *ask.subject) &&
         (!ask.id || permit.id == *ask.id);
}

bool wanted(const GatesView::Ask& ask, const MusterEntry& entry) {
  return (!ask.state || entry.state == *ask.state) && wanted(ask, entry.stay);
}

// Slice by slice: whoever commits waits for one of them at most.
template <typename Row, typename MapOf>
GatesView::Page<Row> page_of(std::mutex& mutex, const GatesView::Ask& ask, MapOf map_of) {
  GatesView::Page<Row> page;
  std::string after = ask.after;
  for (;;) {
    const std::lock_guard lock{mutex};
    const auto& rows = map_of();
    auto at = after.empty() ? rows.begin() : rows.upper_bound(after);
    for (std::size_t looked = 0; looked < slice && at != rows.end(); ++looked, ++at) {
      if (wanted(ask, at->second)) {
        if (page.rows.size() == ask.rows_max) {
          page.next = after;
          return page;
        }
        page.rows.push_back(at->second);
      }
      after = at->first;
    }
    if (at == rows.end()) return page;
  }
}

}  // namespace

void GatesView::set(GateBook book) {
  const std::lock_guard lock{mutex_};
  book_ = std::move(book);
  counts_ = {};
  for (const auto& [id, stay] : book_.inside) ++counts_[static_cast<std::size_t>(stay.subject)];
}

void GatesView::apply(const std::vector<GateChange>& changes) {
  const auto count = [this](const std::string& id, bool add) {
    const auto found = book_.inside.find(id);
    if (found == book_.inside.end()) return;
    std::size_t& counted = counts_[static_cast<std::size_t>(found->second.subject)];
    counted = add ? counted + 1 : counted - 1;
  };
  for (std::size_t at = 0; at < changes.size(); at += slice) {
    const std::lock_guard lock{mutex_};
    for (std::size_t i = at; i < std::min(at + slice, changes.size()); ++i) {
      const auto* stay = std::get_if<Stay>(&changes[i]);
      const auto* gone = std::get_if<StayGone>(&changes[i]);
      if (stay != nullptr) count(stay->id, false);
      if (gone != nullptr) count(gone->id, false);
      book_.apply(changes[i]);
      if (stay != nullptr) count(stay->id, true);
    }
  }
}

GatesView::Page<Stay> GatesView::inside(const Ask& ask) const {
  return page_of<Stay>(
      mutex_, ask, [this]() -> const auto& { return book_.inside; });
}

GatesView::Page<Permit> GatesView::permits(const Ask& ask) const {
  return page_of<Permit>(
      mutex_, ask, [this]() -> const auto& { return book_.permits; });
}

GatesView::Page<MusterEntry> GatesView::muster(const Ask& ask) const {
  return page_of<MusterEntry>(
      mutex_, ask, [this]() -> const auto& { return book_.muster.entries; });
}

std::array<std::size_t, subjects> GatesView::counts() const {
  const std::lock_guard lock{mutex_};
  return counts_;
}

Muster GatesView::muster_state() const {
  const std::lock_guard lock{mutex_};
  const Muster& muster = book_.muster;
  return {
      muster.known, muster.active, muster.began, muster.ended, muster.author, muster.reason, {}};
}

std::array<std::size_t, 3> GatesView::muster_counts() const {
  std::array<std::size_t, 3> counts{};
  const std::lock_guard lock{mutex_};
  for (const auto& [id, entry] : book_.muster.entries) {
    ++counts[static_cast<std::size_t>(entry.state)];
  }
  return counts;
}

std::optional<Permit> GatesView::permit(std::string_view number) const {
  const std::lock_guard lock{mutex_};
  const auto found = book_.permits.find(number);
  if (found == book_.permits.end()) return std::nullopt;
  return found->second;
}

DeviceStates GatesView::devices() const {
  const std::lock_guard lock{mutex_};
  return book_.devices;
}

}  // namespace parkwatch::http
