// daemon/notify/held_alerts.cpp - See the header.
#include "notify/held_alerts.h"

namespace parkwatch::notify {
namespace {

std::string identity(const AlarmEvent& event, Face face) {
  std::string id = event.rule;
  for (const std::string_view part :
       {std::string_view{event.tag}, to_text(face.level), to_text(face.priority)}) {
    id += '\n';
    id += part;
  }
  return id;
}

}  // namespace

void HeldAlerts::set(const std::string& identity, const HeldAlert& held) {
  const auto [at, fresh] = alerts_.try_emplace(identity, held);
  if (!fresh && at->second.ends != never) ended_.erase({at->second.ends, identity});
  at->second = held;
  if (held.ends != never) ended_.emplace(held.ends, identity);
}

void HeldAlerts::forget(Timestamp now) {
  while (!ended_.empty() && ended_.begin()->first + repeat_ended_for < now) {
    alerts_.erase(ended_.begin()->second);
    ended_.erase(ended_.begin());
  }
}

void HeldAlerts::apply(const News& notice) {
  const AlarmEvent& e = notice.alert->event;
  if (notice.before != notice.face) {
    const std::string before = identity(e, notice.before);
    const auto old = alerts_.find(before);
    if (old != alerts_.end() && old->second.ends == never) {
      HeldAlert ended = old->second;
      ended.ends = e.at;
      set(before, ended);
    }
  }
  const std::string id = identity(e, notice.face);
  const auto known = alerts_.find(id);
  const bool goes_on = known != alerts_.end() && known->second.ends == never;
  set(id, {notice.alert, notice.face, goes_on ? known->second.since : notice.since,
           notice.firing() ? never : e.at});
}

std::vector<HeldAlert> HeldAlerts::now_of(const std::vector<News>& notices) const {
  std::vector<HeldAlert> out;
  std::set<std::string> seen;
  for (const News& notice : notices) {
    const AlarmEvent& e = notice.alert->event;
    for (const Face face : {notice.before, notice.face}) {
      std::string id = identity(e, face);
      const auto held = alerts_.find(id);
      // An end that comes late was forgotten meanwhile.
      const bool ended = held == alerts_.end() && face == notice.face && notice.closes();
      if ((held == alerts_.end() && !ended) || !seen.insert(std::move(id)).second) continue;
      out.push_back(ended ? HeldAlert{notice.alert, face, notice.since, e.at} : held->second);
    }
  }
  return out;
}

void HeldAlerts::hold(const AlertPtr& alert, Face face, Timestamp since) {
  set(identity(alert->event, face), {alert, face, since, never});
}

void HeldAlerts::shift(Duration by) {
  ended_.clear();
  for (auto& [id, held] : alerts_) {
    held.since += by;
    if (held.ends == never) continue;
    held.ends += by;
    ended_.emplace(held.ends, id);
  }
}

std::vector<HeldAlert> HeldAlerts::next(Timestamp now, std::size_t at_most) {
  forget(now);
  std::vector<HeldAlert> out;
  for (auto at = alerts_.upper_bound(said_); at != alerts_.end() && out.size() < at_most; ++at) {
    out.push_back(at->second);
    said_ = at->first;
  }
  if (out.empty()) said_.clear();
  return out;
}

}  // namespace parkwatch::notify
