// daemon/http/kpi_documents.cpp - Key figures as JSON.
#include "http/kpi_documents.h"

#include <boost/json/array.hpp>

#include "http/documents.h"

namespace parkwatch::http {
namespace json = boost::json;
namespace {

double seconds_of(Duration time) { return static_cast<double>(time.count()) / 1e6; }

double share_of(Duration part, Duration whole) {
  return static_cast<double>(part.count()) / static_cast<double>(whole.count());
}

json::array counts_of(const std::vector<alarms::AlarmCount>& counts) {
  json::array out;
  for (const alarms::AlarmCount& one : counts) {
    out.push_back(json::object{{"rule", text_value(one.rule)},
                               {"tag", text_value(one.tag)},
                               {"count", one.count},
                               {"share", one.share}});
  }
  return out;
}

json::object flood_of(const alarms::Flood& flood) {
  json::array first;
  for (const alarms::Activation& one : flood.first) first.push_back(to_document(one));
  return {{"from", time_value(flood.from)},
          {"to", time_value(flood.to)},
          {"alarms", flood.alarms},
          {"first", std::move(first)}};
}

}  // namespace

json::object to_document(const alarms::Activation& a) {
  json::object out{{"rule", text_value(a.rule)},      {"tag", text_value(a.tag)},
                   {"group", text_value(a.group)},    {"level", to_text(a.level)},
                   {"priority", to_text(a.priority)}, {"raised_at", time_value(a.raised)}};
  if (a.journal != 0) out["journal"] = a.journal;
  if (a.ended) out["ended_at"] = time_value(*a.ended);
  if (a.acknowledged) {
    out["acknowledged_at"] = time_value(*a.acknowledged);
    out["author"] = text_value(a.author);
  }
  if (!a.comment.empty()) out["comment"] = text_value(a.comment);
  if (!(a.message == Text{})) {
    out["message"] =
        json::object{{"zh", text_value(a.message.zh)}, {"en", text_value(a.message.en)}};
  }
  return out;
}

json::object to_document(const alarms::Kpi& kpi) {
  json::array floods;
  for (const alarms::Flood& flood : kpi.floods) floods.push_back(flood_of(flood));
  json::array stale;
  for (const alarms::Activation& one : kpi.stale) stale.push_back(to_document(one));
  json::object out{{"from", time_value(kpi.from)},
                   {"to", time_value(kpi.to)},
                   {"activations", kpi.activations},
                   {"hidden", kpi.hidden},
                   {"per_10_min", kpi.per_10_min},
                   {"per_hour", kpi.per_hour},
                   {"per_day", kpi.per_day},
                   {"windows", kpi.windows},
                   {"windows_over", kpi.windows_over},
                   {"window_most", kpi.window_most},
                   {"flood_share", share_of(kpi.in_flood, kpi.span())},
                   {"floods", std::move(floods)},
                   {"top", counts_of(kpi.top)},
                   {"top_share", kpi.top_share},
                   {"chattering", counts_of(kpi.chattering)},
                   {"fleeting", kpi.fleeting},
                   {"stale", std::move(stale)},
                   {"stale_most", kpi.stale_most},
                   {"responded_late", kpi.responded_late},
                   {"unauthorised", kpi.unauthorised},
                   {"priorities", json::object{{"low", kpi.by_priority[0]},
                                               {"medium", kpi.by_priority[1]},
                                               {"high", kpi.by_priority[2]},
                                               {"critical", kpi.by_priority[3]}}},
                   {"unacknowledged_late", kpi.unacknowledged_late},
                   {"active_most", kpi.active_most},
                   {"active_s", seconds_of(kpi.active_time)}};
  put_waits(out, "detected", kpi.detected);
  put_waits(out, "acknowledged", kpi.acknowledged);
  put_waits(out, "closed", kpi.closed);
  return out;
}

json::object kpi_targets() {
  return {{"per_10_min", alarms::per_10_min_acceptable},
          {"per_10_min_most", alarms::per_10_min_manageable},
          {"per_hour", 6},
          {"per_hour_most", 12},
          {"per_day", 150},
          {"per_day_most", 300},
          {"windows_over_share", 0.01},
          {"window_most", alarms::window_alarms_max},
          {"flood_share", 0.01},
          {"top_share", 0.05},
          {"chattering", 0},
          {"fleeting", 0},
          {"stale_most", 5},
          {"responded_late", 0},
          {"unauthorised", 0},
          {"priorities",
           json::object{{"low", 0.80}, {"medium", 0.15}, {"high", 0.05}, {"critical", 0.01}}}};
}

}  // namespace parkwatch::http
