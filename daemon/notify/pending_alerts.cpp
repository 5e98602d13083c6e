// daemon/notify/pending_alerts.cpp - Order, bounds and the way back to the outbox. One thread.
#include "notify/pending_alerts.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace parkwatch::notify {
namespace {

// A fetch never asks for more: a page is one query on the readers' pool.
constexpr std::size_t fetch_rows_max = 500;
// Faults of our own may exceed the bound by this, since there are only a few kinds of them.
constexpr std::size_t volatile_reserve = 64;

}  // namespace

void PendingAlerts::committed(AlertPtr alert) {
  const std::uint64_t journal = alert->event.journal;
  committed_ = std::max(committed_, journal);
  if (journal <= taken_) return;  // a fetch was quicker
  if (behind_ || held_.size() >= alerts_max_) {
    behind_ = true;
    return;
  }
  hold(std::move(alert));
  taken_ = journal;
}

bool PendingAlerts::add_volatile(AlertPtr alert) {
  if (held_.size() >= alerts_max_ + volatile_reserve) return false;
  hold(std::move(alert));
  return true;
}

std::optional<PendingAlerts::Fetch> PendingAlerts::begin_fetch() {
  // Half empty first, so that a slow broker does not cost a query for each row.
  if (!behind_ || fetching_ || held_.size() > alerts_max_ / 2) return std::nullopt;
  fetching_ = true;
  committed_at_fetch_ = committed_;
  fetch_ = Fetch{taken_, std::min(alerts_max_ - held_.size(), fetch_rows_max)};
  return fetch_;
}

void PendingAlerts::fetched(std::vector<AlarmEvent> rows,
                            const std::vector<std::uint64_t>& damaged) {
  assert(fetching_);
  fetching_ = false;
  const bool all = rows.size() + damaged.size() < fetch_.rows_max;
  for (AlarmEvent& row : rows) {
    if (row.journal <= taken_) continue;
    taken_ = row.journal;
    hold(std::make_shared<const Alert>(Alert{std::move(row), {}}));
  }
  if (!damaged.empty()) taken_ = std::max(taken_, damaged.back());
  if (!all) return;
  // What was committed before the read and is not in it was delivered by an earlier run.
  taken_ = std::max(taken_, committed_at_fetch_);
  behind_ = committed_ > taken_;
}

std::optional<PendingAlerts::Send> PendingAlerts::next() {
  if (unsent_ >= held_.size()) return std::nullopt;
  Send send{first_number_ + unsent_, unsent_part_, held_[unsent_].alert};
  if (unsent_part_ == Part::event) {
    unsent_part_ = Part::state;
  } else {
    unsent_part_ = Part::event;
    ++unsent_;
  }
  return send;
}

std::optional<std::uint64_t> PendingAlerts::acknowledged(std::uint64_t number, Part part) {
  if (number < first_number_ || number - first_number_ >= held_.size()) return std::nullopt;
  Held& held = held_[number - first_number_];
  held.acknowledged[static_cast<std::size_t>(part)] = true;
  if (!held.acknowledged[0] || !held.acknowledged[1]) return std::nullopt;
  std::optional<std::uint64_t> told;
  if (!held.told && held.alert->volatile_id.empty()) told = held.alert->event.journal;
  held.told = true;
  while (!held_.empty() && held_.front().acknowledged[0] && held_.front().acknowledged[1]) {
    held_.pop_front();
    ++first_number_;
    assert(unsent_ > 0);
    --unsent_;
  }
  return told;
}

bool PendingAlerts::holds_volatile() const {
  return std::any_of(held_.begin(), held_.end(), [](const Held& held) {
    return !held.told && !held.alert->volatile_id.empty();
  });
}

void PendingAlerts::rewind() {
  for (Held& held : held_) held.acknowledged[0] = held.acknowledged[1] = false;
  unsent_ = 0;
  unsent_part_ = Part::event;
}

}  // namespace parkwatch::notify
