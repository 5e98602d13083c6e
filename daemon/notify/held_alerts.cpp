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

std::vector<HeldAlert> HeldAlerts::apply(Timestamp now, const News& notice) {
  std::vector<HeldAlert> out;
  const AlarmEvent& e = notice.alert->event;
  if (notice.before != notice.face) {
    const auto old = alerts_.find(identity(e, notice.before));
    if (old != alerts_.end() && old->second.ends == never) {
      old->second.ends = e.at;
      out.push_back(old->second);
    }
  }
  HeldAlert held{notice.alert, notice.face, notice.firing() ? never : e.at};
  alerts_[identity(e, notice.face)] = held;
  out.push_back(std::move(held));
  std::erase_if(alerts_, [now](const auto& entry) {
    return entry.second.ends != never && entry.second.ends + repeat_ended_for < now;
  });
  return out;
}

std::vector<HeldAlert> HeldAlerts::next(Timestamp now, std::size_t at_most) {
  std::vector<HeldAlert> out;
  auto at = alerts_.upper_bound(said_);
  while (at != alerts_.end() && out.size() < at_most) {
    if (at->second.ends != never && at->second.ends + repeat_ended_for < now) {
      at = alerts_.erase(at);
      continue;
    }
    out.push_back(at->second);
    said_ = at->first;
    ++at;
  }
  if (out.empty()) said_.clear();
  return out;
}

}  // namespace parkwatch::notify
