// daemon/http/frozen_now.h - Which standing alarms rest on data that is bad or lost. Pure.
#pragma once
#include <map>
#include <string_view>
#include <utility>

#include "http/documents.h"
#include "model/plant_view.h"

namespace parkwatch::http {

// The view must outlive it.
// As the data is now, not as it was at the last transition.
class FrozenNow {
 public:
  explicit FrozenNow(const PlantView& view) {
    for (const FrozenAlarm& alarm : view.frozen) by_alarm_[{alarm.rule, alarm.tag}] = &alarm.frozen;
  }
  void put(const AlarmEvent& event, boost::json::object& out) const {
    out.erase("frozen");
    const auto found = by_alarm_.find({event.rule, event.tag});
    if (found != by_alarm_.end()) out["frozen"] = to_document(*found->second);
  }

 private:
  std::map<std::pair<std::string_view, std::string_view>, const Frozen*> by_alarm_;
};

}  // namespace parkwatch::http
