// daemon/pipeline/snapshot_values.h - Plain values to their messages in a snapshot, and back. Pure.
// What a message holds from outside (a damaged file) gives nullopt, never an enumerator that does
// not exist.
#pragma once
#include <algorithm>
#include <optional>
#include <string>

#include "model/alarm_event.h"
#include "model/reading.h"
#include "model/result.h"
#include "parkwatch/v1/snapshot.pb.h"
#include "pipeline/sources.h"
#include "pipeline/tag_table.h"

namespace parkwatch::pipeline {

[[nodiscard]] inline Error contradiction(const std::string& what) {
  return Error{ErrorKind::permanent, "the snapshot contradicts itself: " + what};
}
// Of a time that others are computed from: what is damaged stays in range.
[[nodiscard]] inline Timestamp bounded(std::int64_t us) {
  return std::clamp(from_us(us), timestamp_min, timestamp_max);
}

void to_message(const Tag& tag, v1::TagDefinition& out);
void to_message(const Reading& reading, v1::NewestReading& out);
void to_message(const rules::Cause& cause, v1::CauseState& out);
void to_message(const rules::LevelState& level, v1::LevelState& out);
void to_message(const SourceState& source, v1::SourceState& out);
void to_message(const Frozen& frozen, v1::Frozen& out);
void to_message(const AlarmEvent& event, v1::AlarmEvent& out);

[[nodiscard]] std::optional<Tag> from_message(const v1::TagDefinition& message);
[[nodiscard]] std::optional<Reading> from_message(const v1::NewestReading& message, TagId tag);
[[nodiscard]] std::optional<rules::Cause> from_message(const v1::CauseState& message);
[[nodiscard]] std::optional<rules::LevelState> from_message(const v1::LevelState& message);
[[nodiscard]] SourceState from_message(const v1::SourceState& message);
[[nodiscard]] Frozen from_message(const v1::Frozen& message);
[[nodiscard]] std::optional<AlarmEvent> from_message(const v1::AlarmEvent& message);

}  // namespace parkwatch::pipeline
