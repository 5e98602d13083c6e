// tests/unit/notify/sample_events.h - Transitions for the tests of the alerts.
#pragma once
#include <string>
#include <vector>

#include "model/alarm_event.h"

namespace parkwatch::test {

// 2026-05-31T06:03:22.140Z
inline constexpr Timestamp sample_time = from_us(1'780'207'402'140'000);

inline AlarmEvent raised(std::uint64_t journal, std::string tag = "tank/t101/level") {
  AlarmEvent e;
  e.journal = journal;
  e.at = sample_time + std::chrono::seconds{journal};
  e.kind = TransitionKind::raised;
  e.state = AlarmState::unacknowledged;
  e.rule = "tank-level";
  e.tag = std::move(tag);
  e.level = Level::high_high;
  e.priority = Priority::high;
  e.occurrence = journal;
  e.raised_at = e.at;
  e.group = "tank-farm";
  e.unit = "%";
  e.value = 91.2;
  e.limit = 90;
  e.reading_time = e.at - std::chrono::seconds{5};
  e.message = {"液位高高", "level very high"};
  e.guidance = {"停进料泵", "stop the feed pump"};
  e.plant = "c0ffee";
  return e;
}

// What follows on `before`, one of raised() or of these.
inline AlarmEvent followed(const AlarmEvent& before, std::uint64_t journal, TransitionKind kind,
                           AlarmState state) {
  AlarmEvent e = before;
  e.journal = journal;
  e.at = sample_time + std::chrono::seconds{journal};
  e.kind = kind;
  e.state = state;
  if (kind == TransitionKind::acknowledged) e.author = "wang";
  if (kind == TransitionKind::returned) e.level = Level::none;
  return e;
}

}  // namespace parkwatch::test
