// daemon/notify/notice.cpp - See the header. No state.
#include "notify/notice.h"

#include <algorithm>
#include <numeric>

namespace parkwatch::notify {

Role role_of(const AlarmEvent& event) {
  switch (event.notice) {
    case Notice::opens:
      return Role::opens;
    case Notice::updates:
      return Role::updates;
    case Notice::closes:
      return Role::closes;
    case Notice::none:
      break;
  }
  // While it chatters it comes and goes in the journal only: one row with a counter.
  if (is_hidden(event) || (event.flags & alarm_chattering) != 0) return Role::none;
  // From before transitions said it, and those of our own that no journal holds.
  switch (event.kind) {
    case TransitionKind::raised:
      return Role::opens;
    case TransitionKind::returned:
    case TransitionKind::removed:
      return Role::closes;
    case TransitionKind::level_changed:
    case TransitionKind::acknowledged:
      return event.state == AlarmState::normal ? Role::none : Role::updates;
    default:
      return Role::none;
  }
}

bool News::announces() const {
  const AlarmEvent& e = alert->event;
  const Role role = role_of(e);
  const bool calls_again = e.journal != 0 && (e.occurrence == e.journal || begins_horn(e));
  return step != 0 || role == Role::opens || (role == Role::updates && calls_again);
}

bool News::closes() const {
  if (step != 0) return false;
  const Role role = role_of(alert->event);
  return role == Role::closes || (role == Role::none && alert->event.state == AlarmState::normal);
}

std::string notice_id(const EventOrigin& origin, const News& notice) {
  std::string id = event_id(origin, *notice.alert);
  if (notice.step == 0) return id;
  return id + "-e" + std::to_string(notice.step) + '.' + std::to_string(notice.repeat);
}

std::uint64_t Tally::total() const {
  return std::accumulate(by_priority.begin(), by_priority.end(), std::uint64_t{0});
}

void Tally::add(const News& notice) {
  const AlarmEvent& e = notice.alert->event;
  const bool fresh = empty();
  ++by_priority.at(static_cast<std::size_t>(notice.face.priority));
  if (e.journal != 0) {
    first = first == 0 ? e.journal : std::min(first, e.journal);
    last = std::max(last, e.journal);
  }
  from = fresh ? e.at : std::min(from, e.at);
  to = fresh ? e.at : std::max(to, e.at);
  place(notice);
}

void Tally::merge(const Tally& other) {
  if (other.empty()) return;
  const bool fresh = empty();
  for (std::size_t p = 0; p < by_priority.size(); ++p) by_priority[p] += other.by_priority[p];
  if (other.first != 0) first = first == 0 ? other.first : std::min(first, other.first);
  last = std::max(last, other.last);
  from = fresh ? other.from : std::min(from, other.from);
  to = fresh ? other.to : std::max(to, other.to);
  for (const News& notice : other.worst) place(notice);
}

void Tally::place(const News& notice) {
  const AlarmEvent& e = notice.alert->event;
  const auto worse = [](const News& a, const News& b) {
    if (a.announces() != b.announces()) return a.announces();
    if (a.face.priority != b.face.priority) return a.face.priority > b.face.priority;
    return a.alert->event.journal > b.alert->event.journal;
  };
  // One line an alarm: its newest.
  const auto same = std::find_if(worst.begin(), worst.end(), [&e](const News& other) {
    return other.alert->event.rule == e.rule && other.alert->event.tag == e.tag;
  });
  if (same != worst.end()) {
    if (same->alert->event.journal > e.journal) return;
    worst.erase(same);
  }
  worst.insert(std::upper_bound(worst.begin(), worst.end(), notice, worse), notice);
  if (worst.size() > worst_max) worst.pop_back();
}

}  // namespace parkwatch::notify
