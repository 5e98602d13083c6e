// daemon/notify/routing.h - Which receivers and which escalation a raise is for. Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string_view>

#include "model/alarm_event.h"
#include "model/calendar.h"
#include "model/notify_plan.h"

namespace parkwatch::notify {

// On the wall, in the park's time zone.
struct LocalTime {
  std::uint16_t minute = 0;  // of the day
  std::uint8_t weekday = 0;  // 0: Monday
  std::uint8_t second = 0;
};
[[nodiscard]] LocalTime local_time(const TimeZone& zone, Timestamp at);
using ToLocal = std::function<LocalTime(Timestamp)>;

[[nodiscard]] bool within(const TimeOfDay& when, const LocalTime& local);
[[nodiscard]] bool matches(const RouteSpec& route, const AlarmEvent& event, const LocalTime& local);

struct Routed {
  std::set<std::size_t> receivers;        // in the plan
  std::optional<std::size_t> escalation;  // the rule's own, else of the first route that has one
};
[[nodiscard]] Routed route(const NotifyPlan& plan, const AlarmEvent& event, const LocalTime& local);

// The position of a name; empty: there is none (any more).
[[nodiscard]] std::optional<std::size_t> receiver_of(const NotifyPlan& plan, std::string_view name);
[[nodiscard]] std::optional<std::size_t> escalation_of(const NotifyPlan& plan, std::string_view id);

}  // namespace parkwatch::notify
