// daemon/notify/routing.cpp - See the header. No state.
#include "notify/routing.h"

#include <algorithm>
#include <chrono>

namespace parkwatch::notify {
LocalTime local_time(const TimeZone& zone, Timestamp at) {
  const auto local = at.time_since_epoch() + zone.offset_at(at);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const auto second = std::chrono::duration_cast<std::chrono::seconds>(local - day).count();
  LocalTime out;
  out.minute = static_cast<std::uint16_t>(second / 60);
  out.second = static_cast<std::uint8_t>(second % 60);
  // 1970 began on a Thursday.
  out.weekday = static_cast<std::uint8_t>((day.count() % 7 + 7 + 3) % 7);
  return out;
}

bool within(const TimeOfDay& when, const LocalTime& local) {
  const auto on = [&when](unsigned weekday) { return when.days.at(weekday % 7); };
  if (when.from_minute == when.to_minute) return on(local.weekday);
  const bool after = local.minute >= when.from_minute;
  const bool before = local.minute < when.to_minute;
  if (when.from_minute < when.to_minute) return after && before && on(local.weekday);
  if (after) return on(local.weekday);
  return before && on(local.weekday + 6U);
}

bool matches(const RouteSpec& route, const AlarmEvent& event, const LocalTime& local) {
  const std::vector<Priority>& wanted = route.priorities;
  if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), event.priority) == wanted.end()) {
    return false;
  }
  return tag_matches_one(route.groups, event.group) && tag_matches_one(route.rules, event.rule) &&
         tag_matches_one(route.tags, event.tag) && (!route.when || within(*route.when, local));
}

Routed route(const NotifyPlan& plan, const AlarmEvent& event, const LocalTime& local) {
  Routed routed;
  if (const auto own = plan.rule_escalations.find(event.rule); own != plan.rule_escalations.end()) {
    routed.escalation = escalation_of(plan, own->second);
  }
  for (const RouteSpec& route : plan.routes) {
    if (!matches(route, event, local)) continue;
    for (const std::string& name : route.to) {
      if (const auto at = receiver_of(plan, name)) routed.receivers.insert(*at);
    }
    if (!routed.escalation) routed.escalation = escalation_of(plan, route.escalation);
    if (route.stop) break;
  }
  return routed;
}

std::optional<std::size_t> receiver_of(const NotifyPlan& plan, std::string_view name) {
  for (std::size_t at = 0; at < plan.receivers.size(); ++at) {
    if (plan.receivers[at].name == name) return at;
  }
  return std::nullopt;
}

std::optional<std::size_t> escalation_of(const NotifyPlan& plan, std::string_view id) {
  for (std::size_t at = 0; at < plan.escalations.size(); ++at) {
    if (plan.escalations[at].id == id) return at;
  }
  return std::nullopt;
}

}  // namespace parkwatch::notify
