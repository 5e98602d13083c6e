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

std::vector<HeldAlert> HeldAlerts::apply(Timestamp now, const News& notice) {
  std::vector<HeldAlert> out;
  const AlarmEvent& e = notice.alert->event;
  if (notice.before != notice.face) {
    const std::string before = identity(e, notice.before);
    const auto old = alerts_.find(before);
    if (old != alerts_.end() && old->second.ends == never) {
      HeldAlert ended = old->second;
      ended.ends = e.at;
      set(before, ended);
      out.push_back(std::move(ended));
    }
  }
  HeldAlert held{notice.alert, notice.face, notice.firing() ? never : e.at};
  set(identity(e, notice.face), held);
  out.push_back(std::move(held));
  forget(now);
  return out;
}

void HeldAlerts::hold(const AlertPtr& alert, Face face) {
  set(identity(alert->event, face), {alert, face, never});
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
