// daemon/model/alarm_event.h - A transition of an alarm: one row of the journal. Plain values.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "model/reading.h"
#include "model/rule.h"

namespace parkwatch {

// ISA-18.2 / IEC 62682, derived from the two memories (active, unacknowledged).
enum class AlarmState : std::uint8_t {
  normal,
  unacknowledged,
  acknowledged,
  returned_unacknowledged
};

enum class TransitionKind : std::uint8_t {
  raised,         // normal -> unacknowledged, or returned-unacknowledged -> unacknowledged
  level_changed,  // still active; a rise un-acknowledges, a fall does not
  acknowledged,
  returned,  // the condition ended
  removed,   // its rule or tag left the configuration: the closing message
};

[[nodiscard]] std::string_view to_text(AlarmState s);
[[nodiscard]] std::string_view to_text(TransitionKind k);
[[nodiscard]] std::optional<AlarmState> parse_alarm_state(std::string_view text);
[[nodiscard]] std::optional<TransitionKind> parse_transition_kind(std::string_view text);

struct AlarmEvent {
  std::uint64_t journal = 0;   // its number: rises by one in a generation
  Timestamp at;                // when it happened: a deadline's due time, else the input's time
  std::uint64_t sequence = 0;  // of the input that caused it, or that was handled next (a deadline)
  TransitionKind kind = TransitionKind::raised;
  AlarmState state = AlarmState::normal;  // after it
  std::string rule;                       // rule and tag are the alarm's identity
  std::string tag;
  Level level = Level::none;             // after it; none once it has returned
  Priority priority = Priority::medium;  // of the level, or of the last one
  std::uint64_t occurrence = 0;          // journal number of the last un-acknowledging transition
  Timestamp raised_at;                   // of this occurrence's first raise
  std::string group;
  std::string unit;
  std::optional<double> value;  // of the signal: the tag's value, the slope, the window's aggregate
  std::optional<double> limit;
  // The reading that caused it: for a delay the one that began the condition.
  std::uint64_t reading_sequence = 0;
  std::uint32_t reading_index = 0;
  Timestamp reading_time;  // its source time
  Quality quality = Quality::good;
  Text message;  // rendered at the raise, kept till the close
  Text guidance;
  std::string author;  // acknowledged: who; else empty
  std::string comment;
  std::string plant;  // hash of the configuration that decided
  bool operator==(const AlarmEvent&) const = default;
};

}  // namespace parkwatch
