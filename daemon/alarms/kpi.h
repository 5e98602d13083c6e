// daemon/alarms/kpi.h - How an alarm system performs (ISA-18.2 / IEC 62682 / GB/T 41261-2022 clause
// 16, EEMUA 191): figures over activations, empty windows included. Pure; any thread.
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "alarms/activations.h"
#include "model/waits.h"

namespace parkwatch::alarms {

// The targets, for one operator position over at least 30 days.
inline constexpr double per_10_min_acceptable = 1;  // ISA-18.2 table 7: very likely acceptable
inline constexpr double per_10_min_manageable = 2;  // maximum manageable
inline constexpr std::size_t window_alarms_max = 10;
inline constexpr Duration window_length = std::chrono::minutes{10};
inline constexpr std::size_t flood_ends_below = 5;  // in 10 min
inline constexpr Duration stale_after = std::chrono::hours{24};
// An operationalisation, not a figure of the standard: three activations of one alarm in a minute
// chatter; one that is over within a minute and was not acknowledged is fleeting.
inline constexpr std::size_t chatter_activations = 3;
inline constexpr Duration chatter_within = std::chrono::minutes{1};
inline constexpr std::size_t top_alarms = 10;

// An operator position: the alarms that one person watches.
struct Position {
  std::string name;
  std::vector<std::string> groups;  // of alarms
  bool operator==(const Position&) const = default;
};

struct AlarmCount {
  std::string rule;
  std::string tag;
  std::size_t count = 0;
  double share = 0;  // of all activations
};

struct Flood {
  Timestamp from;          // the activation that was one too many in 10 min
  Timestamp to;            // when fewer than five were in the last 10 min, or the end of the span
  std::size_t alarms = 0;  // from the first of the 10 min before it on
  std::vector<Activation> first;  // the first ten of these
};

struct Kpi {
  Timestamp from;
  Timestamp to;
  std::size_t activations = 0;  // that were told to an operator; all figures are about these
  std::size_t hidden = 0;       // that were not: shelved, suppressed, in maintenance ...
  double per_10_min = 0;        // means over the whole span
  double per_hour = 0;
  double per_day = 0;
  std::size_t windows = 0;       // of 10 min from `from` on, the last one perhaps shorter
  std::size_t windows_over = 0;  // with more than window_alarms_max
  std::size_t window_most = 0;
  std::vector<Flood> floods;
  Duration in_flood{0};
  std::vector<AlarmCount> top;  // at most top_alarms, the most frequent first
  double top_share = 0;
  std::vector<AlarmCount> chattering;  // count: times that it began to chatter
  std::size_t fleeting = 0;
  std::vector<Activation> stale;   // active for longer than a day at some time of the span
  std::size_t stale_most = 0;      // of them at one time
  std::size_t unauthorised = 0;    // times that somebody without a token hid alarms
  std::size_t responded_late = 0;  // not acknowledged within their rules' respond_within
  std::array<std::size_t, 4> by_priority{};  // by Priority, low first
  // From the source time of the reading that caused a raise to the raise; a raise without a reading
  // is none of these.
  Waits detected;
  Waits acknowledged;  // of the activations, before `to`; after the raise
  // From the raise to the end of what ended in the span, whenever it was raised: what takes long
  // would be missing from every short span else.
  Waits closed;
  std::size_t unacknowledged_late = 0;  // for longer than 10 min, or until the end of the span
  std::size_t active_most = 0;          // at one time
  Duration active_time{0};              // summed over alarms

  [[nodiscard]] Duration span() const { return to - from; }
};

// What began in [from, to), and of what began before, what stale, active and flood figures need.
// `activations` in the order of their raises. REQUIRES: from < to.
[[nodiscard]] Kpi kpi_of(std::span<const Activation> activations, Timestamp from, Timestamp to,
                         std::span<const Unauthorised> unauthorised = {});

}  // namespace parkwatch::alarms
