// daemon/model/input.h - What the pipeline is stepped with. Plain values.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "model/decoder.h"
#include "model/plant.h"
#include "model/time.h"

namespace parkwatch {

// An operator acknowledges an occurrence: the journal sequence of the last un-acknowledging
// transition. 409 when the alarm has re-alarmed since.
struct AcknowledgeAlarm {
  std::string rule;
  std::string tag;
  std::uint64_t occurrence = 0;
  std::string comment;
  bool operator==(const AcknowledgeAlarm&) const = default;
};

// Consumers are state of the store; their commands pass through the pipeline so that they are
// ordered, journaled and committed like everything else.
struct ConsumerCommand {
  enum class Verb : std::uint8_t { put, ack, remove };
  Verb verb = Verb::put;
  std::string name;            // [A-Za-z0-9._-]{1,64}
  std::uint64_t sequence = 0;  // ack: everything up to and including this message is safe there.
                               // put: start after this
  std::optional<Timestamp> expires_at;  // put: forgotten then
  bool operator==(const ConsumerCommand&) const = default;
};

struct Command {
  std::string author;  // who: a user, a token's name; "local" for the loopback without one
  std::variant<AcknowledgeAlarm, ConsumerCommand> body;
  bool operator==(const Command&) const = default;
};

// A configuration takes effect (also the first one). Alarm states and timers of rules and tags that
// did not change go on.
struct NewPlant {
  std::shared_ptr<const Plant> plant;
};

// An auto-registered tag, as it was recorded; only in a replay.
struct TagRegistered {
  TagId id = tag_id_none;
  Tag tag;
  bool operator==(const TagRegistered&) const = default;
};

struct SourceCondition {
  std::string source;
  bool connected = false;
  bool session_kept =
      true;            // connected: the broker kept our session; false clears the packet memory
  std::string detail;  // lost: why, as the network or TLS said it
  bool operator==(const SourceCondition&) const = default;
};

// The daemon starts: it was away this long. Downtime is not time: deadlines that wait for data move
// by it.
struct Start {
  Duration away{0};
  bool operator==(const Start&) const = default;
};

// The gateway clock was set: pending deadlines move with it.
struct ClockStep {
  Duration by{0};
  bool operator==(const ClockStep&) const = default;
};

struct Input {
  std::uint64_t sequence = 0;  // of the intake; rises by one
  Timestamp receive_time;      // never earlier than that of the input before it
  std::variant<Message, Command, NewPlant, TagRegistered, SourceCondition, Start, ClockStep> body;
};

}  // namespace parkwatch
