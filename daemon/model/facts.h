// daemon/model/facts.h - What steps of the pipeline found out: the content of one commit. Plain
// values.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/alarm_event.h"
#include "model/gates.h"
#include "model/input.h"
#include "model/reading.h"
#include "model/result.h"

namespace parkwatch {

// A message (or a part of it) that gave no reading: counted, and kept in the quarantine.
struct Refusal {
  std::uint64_t sequence = 0;
  Timestamp receive_time;
  std::string source;
  std::string topic;
  std::string payload;              // its first refusal_payload_bytes_max bytes
  std::uint64_t payload_bytes = 0;  // of the whole
  RefusalReason reason = RefusalReason::malformed;
  std::string detail;
};
inline constexpr std::size_t refusal_payload_bytes_max = 4096;

// A tag as it is from now on (a new one, or a changed unit, type, range or text).
struct TagDefined {
  TagId id = tag_id_none;
  std::uint32_t version = 1;   // rises by one with each change
  std::uint64_t sequence = 0;  // of the input that defined it
  Tag tag;
};

// Of a message at QoS 1, for the duplicate memory.
struct MessageIdentity {
  std::uint64_t sequence = 0;
  Timestamp receive_time;
  SourceId source = 0;
  std::uint16_t packet_id = 0;
  std::uint64_t hash = 0;  // of topic and payload
  bool operator==(const MessageIdentity&) const = default;
};

// An input that is no message, as a replay needs it. NewPlant is kept as the plant's hash.
struct PlantHash {
  std::string hash;
  bool operator==(const PlantHash&) const = default;
};
// Of the message of the same sequence: told when it is the first of a tag from this source, since
// identities are given up before readings are.
struct MessageSource {
  std::string source;  // by name: a replay may have another plant
  bool operator==(const MessageSource&) const = default;
};
// A passage, of the message of the same sequence.
struct PassageSeen {
  std::uint32_t index = 0;  // in its message
  Passage passage;
  bool operator==(const PassageSeen&) const = default;
};
struct RecordedInput {
  std::uint64_t sequence = 0;
  Timestamp receive_time;
  std::variant<Command, PlantHash, TagRegistered, SourceCondition, Start, ClockStep, OwnCondition,
               MessageSource, NoticeNews, ActionReport, PassageSeen, Pause>
      body;
  bool operator==(const RecordedInput&) const = default;
};
// Whether it says who was where: kept apart, and only as long as GatePlan::keep.
[[nodiscard]] bool is_personal(const RecordedInput& input);

// The answer to a command, given once its batch is committed. Not stored.
struct Reply {
  std::uint64_t sequence = 0;
  Result<Done> result;
};

// Counts since the last facts; not stored. For metrics.
struct FactCounts {
  std::uint64_t standing =
      0;  // alarms that are not normal after the last step; not a count of events
  std::uint64_t messages = 0;
  std::uint64_t duplicates = 0;  // messages by packet identifier, and readings equal to the newest
  std::uint64_t readings = 0;
  std::uint64_t late = 0;
  std::uint64_t historical = 0;
  std::uint64_t dropped_retained = 0;
  std::uint64_t evaluations = 0;
  std::uint64_t passages = 0;
};

struct Facts {
  std::vector<Reading> readings;  // in the order of (sequence, index)
  std::vector<AlarmEvent> transitions;
  std::vector<Refusal> refusals;
  std::vector<TagDefined> tags;
  std::vector<MessageIdentity> identities;
  std::vector<RecordedInput> inputs;
  std::vector<Reply> replies;
  std::vector<GateChange> gates;  // of who is inside; not stored: they follow from the inputs
  FactCounts counts;
};

// What was committed in one transaction, as a replay steps it again.
struct RecordedBatch {
  std::uint64_t last_sequence = 0;
  Timestamp now;                  // the last that the pipeline was stepped to
  std::vector<Reading> readings;  // derived ones included: they must come out again
  std::vector<AlarmEvent> transitions;
  std::vector<MessageIdentity> identities;
  std::vector<RecordedInput> inputs;
  bool passages_gone = false;  // personal data is kept for a time only
};

}  // namespace parkwatch
