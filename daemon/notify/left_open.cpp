// daemon/notify/left_open.cpp - See the header.
#include "notify/left_open.h"

namespace parkwatch::notify {
namespace {

LeftOpen::Alarm key_of(const News& notice) {
  return {notice.alert->event.rule, notice.alert->event.tag};
}

}  // namespace

// What is lost after it would have ended an alert that nobody began.
void LeftOpen::lost(const News& end) {
  if (end.alert->event.journal == 0) return;  // in no journal: these have one face
  const auto [open, fresh] = open_.try_emplace(key_of(end), Alert{end.before, end.before_since});
  if (fresh) touched_.insert(open->first);
}

void LeftOpen::make_up_for(std::vector<News>& notices) const {
  if (open_.empty()) return;
  std::set<Alarm> made_up_for;
  for (News& notice : notices) {
    const auto open = open_.find(key_of(notice));
    if (open == open_.end() || !made_up_for.insert(open->first).second) continue;
    notice.before = open->second.face;
    notice.before_since = open->second.since;
    if (!notice.closes()) continue;
    notice.face = notice.before;  // what was never begun needs no end
    notice.since = notice.before_since;
  }
}

void LeftOpen::told(const std::vector<News>& notices) {
  if (open_.empty()) return;
  for (const News& notice : notices) {
    if (open_.erase(key_of(notice)) != 0) touched_.insert(key_of(notice));
  }
}

LeftOpen::Changed LeftOpen::changes() {
  Changed out;
  for (const Alarm& alarm : touched_) {
    const auto open = open_.find(alarm);
    out.emplace_back(alarm, open == open_.end() ? std::nullopt : std::optional{open->second});
  }
  touched_.clear();
  return out;
}

}  // namespace parkwatch::notify
