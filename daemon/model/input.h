// daemon/model/input.h - What the pipeline is stepped with. Plain values.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "model/alarm_event.h"
#include "model/decoder.h"
#include "model/gate_command.h"
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

// What else a person does about one alarm.
struct AlarmCommand {
  enum class Verb : std::uint8_t {
    unacknowledge,
    shelve,
    unshelve,
    reset,           // let go of a latched alarm; refused while its cause is present
    out_of_service,  // without an end, or until one
    in_service,
    reset_first_out,  // of `group`
    silence,          // the horn, for all that sounds now; no alarm is named
  };
  Verb verb = Verb::shelve;
  std::string rule;
  std::string tag;
  std::string group;             // reset_first_out
  std::uint64_t occurrence = 0;  // unacknowledge
  // When it ends: at `until`, or `length` (> 0) after the command. shelve without either: one_shot
  // is set, and the cap of the priority is the end.
  std::optional<Timestamp> until;
  Duration length{0};
  bool one_shot = false;  // shelve: at the latest when the alarm returns
  std::string comment;    // shelve, out_of_service: the reason; never empty
  bool operator==(const AlarmCommand&) const = default;
};

// A maintenance window: alarms of a group, of tags, or of both, are not announced.
struct MaintenanceCommand {
  enum class Verb : std::uint8_t { begin, end };
  Verb verb = Verb::begin;
  std::uint64_t window = 0;       // end: which
  std::string group;              // begin: of alarms; empty: any
  std::string tags;               // begin: a pattern; empty: any. One of both is given.
  std::optional<Timestamp> from;  // begin: empty is now
  std::optional<Timestamp> until;
  Duration length{0};  // instead of until, from the beginning
  std::string reason;  // never empty
  bool operator==(const MaintenanceCommand&) const = default;
};

// An authorised person forces a test value on a tag for a time. It is no reading of the plant.
struct LoopCheckCommand {
  enum class Verb : std::uint8_t { start, end };
  Verb verb = Verb::start;
  std::string tag;
  double value = 0;
  std::optional<Timestamp> until;
  Duration length{0};
  std::string reason;  // never empty
  bool operator==(const LoopCheckCommand&) const = default;
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

// The incoming operator has read the shift's report. Journaled; any number may sign.
struct SignShift {
  std::string shift;  // its name; empty: a day without shifts
  Timestamp from;     // the shift is [from, to)
  Timestamp to;
  std::string note;
  bool operator==(const SignShift&) const = default;
};

struct Command {
  std::string author;  // who: a user, a token's name; "local" for the loopback without one
  std::variant<AcknowledgeAlarm, ConsumerCommand, AlarmCommand, MaintenanceCommand,
               LoopCheckCommand, SignShift, PermitCommand, GateCorrection, MusterCommand>
      body;
  bool admin = false;  // may also what operators may not: shelve critical alarms, check loops
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

// What the daemon found out about itself that is an alarm: a receiver that fails, a disk that is
// full. It has no rule in the configuration; its rule id is none of those in alarm_event.h.
struct OwnCondition {
  std::string rule;  // e.g. "delivery-failed"
  std::string tag;   // e.g. "receiver/ding-shift"
  bool on = false;
  Priority priority = Priority::high;
  Text message;  // when on
  Text guidance;
  bool operator==(const OwnCondition&) const = default;
};

// What the notifications did about an alarm, to be journaled as `kind` and told to machines; nobody
// is notified of it.
struct NoticeNews {
  TransitionKind kind = TransitionKind::escalated;  // or delivery_failed
  std::string rule;
  std::string tag;
  std::uint64_t occurrence = 0;  // escalated: of this occurrence; another one by now: nothing
  std::string comment;           // "step 2/3: ding-shift"
  bool operator==(const NoticeNews&) const = default;
};

// What became of a command that an alarm published.
struct ActionReport {
  enum class Outcome : std::uint8_t { sent, expired };
  std::uint64_t request = 0;  // journal number of its action_requested
  Outcome outcome = Outcome::sent;
  std::string detail;  // expired: why it did not leave
  bool operator==(const ActionReport&) const = default;
};

// The daemon starts: it was away this long. Downtime is not time: deadlines that wait for data move
// by it.
struct Start {
  Duration away{0};
  bool operator==(const Start&) const = default;
};

// Commits take long or fail, so that brokers hold back what we have not acknowledged. From `on` to
// off (or a Start) nothing that waits for data is due, and it moves by the time between.
struct Pause {
  bool on = false;
  bool operator==(const Pause&) const = default;
};

// The gateway clock was set: pending deadlines move with it. The last input of the old time: its
// receive_time is by the clock as it was.
struct ClockStep {
  Duration by{0};
  bool operator==(const ClockStep&) const = default;
};

struct Input {
  std::uint64_t sequence = 0;  // of the intake; rises by one
  Timestamp receive_time;      // never earlier than that before it, but for a ClockStep
  std::variant<Message, Command, NewPlant, TagRegistered, SourceCondition, Start, ClockStep,
               OwnCondition, NoticeNews, ActionReport, Pause>
      body;
};

// The gateway's time once it is handled.
[[nodiscard]] inline Timestamp time_after(const Input& input) {
  const auto* step = std::get_if<ClockStep>(&input.body);
  return step == nullptr ? input.receive_time : input.receive_time + step->by;
}

}  // namespace parkwatch
