// daemon/alarms/memory.h - What is remembered of one alarm, beside what its last transition says.
// Plain values.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "model/alarm_event.h"

namespace parkwatch::alarms {

// No deadline.
inline constexpr Timestamp never = Timestamp::max();
// The author of what time or the plant did.
inline const std::string nobody;

struct Alarm {
  AlarmEvent event;  // as its last transition left it
  bool active = false;
  bool unacked = false;
  bool open = false;                // an opening notice went out, its closing one is to come
  bool told = false;                // what is unacknowledged was announced
  bool by_design = false;           // suppress_when is true
  Level shelf_level = Level::none;  // the furthest level since it was shelved
  Priority shelf_priority = Priority::low;  // while shelved: for which that was granted
  Level told_level = Level::none;           // that sounded last
  std::vector<Timestamp> raised;            // its last raises, oldest first, by the readings' time
  Timestamp realarm_due = never;
  Timestamp recheck_due = never;
  Timestamp chatter_due = never;  // chatter ends, or raises are forgotten
  Timestamp overdue_due = never;
  std::string first_out_group;  // in which it stands
  Timestamp queued = never;     // its earliest deadline

  [[nodiscard]] bool latched() const { return (event.flags & alarm_latched) != 0; }
  [[nodiscard]] bool stands() const { return active || unacked || latched(); }
  [[nodiscard]] AlarmState state() const {
    if (active) return unacked ? AlarmState::unacknowledged : AlarmState::acknowledged;
    if (unacked) return AlarmState::returned_unacknowledged;
    return latched() ? AlarmState::latched : AlarmState::normal;
  }
  [[nodiscard]] Timestamp due() const;
};

// A group of alarms of which the first is marked, until all are normal or it is reset.
struct FirstOut {
  std::uint32_t standing = 0;                 // of its alarms; not stored
  std::pair<std::string, std::string> first;  // rule, tag; empty: reset, the next raise is first
  bool operator==(const FirstOut&) const = default;
};

}  // namespace parkwatch::alarms
