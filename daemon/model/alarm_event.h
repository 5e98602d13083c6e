// daemon/model/alarm_event.h - A transition of an alarm: one row of the journal. Plain values.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/action.h"
#include "model/reading.h"
#include "model/rule.h"

namespace parkwatch {

// ISA-18.2 / IEC 62682, derived from the two memories (active, unacknowledged).
enum class AlarmState : std::uint8_t {
  normal,
  unacknowledged,
  acknowledged,
  returned_unacknowledged,
  latched,  // returned and acknowledged, but held until it is reset
};
inline constexpr std::size_t alarm_states = 5;

enum class TransitionKind : std::uint8_t {
  raised,         // normal -> unacknowledged, or returned-unacknowledged -> unacknowledged
  level_changed,  // still active; a rise un-acknowledges, a fall does not
  acknowledged,
  returned,        // the condition ended
  removed,         // its rule or tag left the configuration: the closing message
  unacknowledged,  // an operator took the acknowledgement back
  reset,           // latched: let go by an operator
  shelved,
  unshelved,  // its time is over, it returned (one-shot), it rose, or an operator took it back
  suppressed,
  unsuppressed,  // the plant's state is over, and so is the recheck
  out_of_service,
  in_service,
  commissioned,  // its tag was commissioned, or no longer is: see the flag
  // Of a window, on rule_maintenance; and of each standing alarm that it hides or shows again.
  maintenance_planned,
  maintenance_started,
  maintenance_ended,
  chattering,     // raised chatter_raises times within chatter_within
  chatter_ended,  // no raise for chatter_within
  re_alarmed,     // still standing long after its acknowledgement
  overdue,        // not acknowledged within respond_within
  first_out_reset,
  silenced,  // the horn, by an operator; no acknowledgement
  flood_started,
  flood_ended,
  loop_check_started,
  loop_check_ended,
  escalated,        // a step of its escalation told somebody; the comment says whom
  delivery_failed,  // on receiver/<name>: notices for it were given up; the comment says which
  shift_signed,     // an operator took a shift over, on rule_shift
  // Of commands that alarms publish, on rule_action: see AlarmEvent::command.
  action_requested,  // decided; it is sent once this is committed
  action_dry_run,    // decided, and not sent since `mode` says so
  action_skipped,    // decided against, the comment says why
  action_withdrawn,  // decided, and called off by another configuration
  action_sent,       // the broker acknowledged it
  action_expired,    // its time was over before that
  action_confirmed,  // the feedback says so
  gates_corrected,   // an operator corrected who is inside, on rule_gates
  muster_started,    // of rule_muster: the list of everyone inside was frozen
  muster_ended,
};
inline constexpr std::size_t transition_kinds = 40;

// Bits of AlarmEvent::flags: how the alarm is after the transition. The first five hide it: it is
// evaluated and journaled, and nobody is told.
enum AlarmFlag : std::uint32_t {
  alarm_shelved = 1U << 0U,         // by an operator, until AlarmEvent::shelving ends
  alarm_suppressed = 1U << 1U,      // by design: suppress_when, or its recheck
  alarm_out_of_service = 1U << 2U,  // by maintenance staff
  alarm_not_commissioned = 1U << 3U,
  alarm_maintenance = 1U << 4U,  // a maintenance window covers it
  alarm_latched = 1U << 5U,      // the condition ended, a reset is still to come
  alarm_first_out = 1U << 6U,    // the first of its first_out_group
  alarm_chattering = 1U << 7U,   // AlarmEvent::raises counts
  alarm_test = 1U << 8U,         // rests on the test value of a loop check
  // Of rows that are no alarms: a maintenance window, a loop check, a flood or a silence goes on.
  alarm_in_progress = 1U << 9U,
};
inline constexpr std::size_t alarm_flags = 10;
inline constexpr std::uint32_t alarm_hidden = alarm_shelved | alarm_suppressed |
                                              alarm_out_of_service | alarm_not_commissioned |
                                              alarm_maintenance;

// What receivers are to be told. For one alarm these alternate: opens, any number of updates,
// closes - so that each announced raise gets exactly one closing message, whatever hides it
// meanwhile.
enum class Notice : std::uint8_t {
  none,     // journaled only: hidden, or of no concern to who has had the closing message
  opens,    // it is active now, or is shown again while it is
  updates,  // of one that is open: level, acknowledgement, shelving, chattering ...
  closes,   // the condition ended (latched: was reset), or the rule was removed
};

// The rule ids of alarms and records that need no rule of the configuration; refused there.
inline constexpr std::string_view rule_quality = "quality";             // on source/<name>
inline constexpr std::string_view rule_clock = "clock";                 // on the tag
inline constexpr std::string_view gateway_clock_tag = "gateway/clock";  // of rule_clock: ours
inline constexpr std::string_view rule_never_seen = "never-seen";       // on the tag
inline constexpr std::string_view rule_maintenance = "maintenance";     // on window/<id>
inline constexpr std::string_view rule_loop_check = "loop-check";       // on the tag
inline constexpr std::string_view rule_flood = "flood";                 // on alarms
inline constexpr std::string_view rule_horn = "horn";                   // on alarms
inline constexpr std::string_view rule_shift = "shift";                 // on shift/<name>
inline constexpr std::string_view rule_action = "action";               // on action/<id>
inline constexpr std::string_view rule_gates = "gates";                 // on gates/ledger
inline constexpr std::string_view rule_muster = "muster";               // on gates/muster
// On action/<id>: a command was not sent in time, or its feedback did not come.
inline constexpr std::string_view rule_action_unconfirmed = "action-unconfirmed";
// On receiver/<name>: a receiver of notifications fails.
inline constexpr std::string_view rule_delivery_failed = "delivery-failed";
// On store/journal, store/outbox, store/upkeep: the store commits, but a part of it is damaged or
// cannot be looked after.
inline constexpr std::string_view rule_store_fault = "store-fault";
[[nodiscard]] bool is_own_rule(std::string_view rule);
// True for rows that are no alarms but records of what goes on: maintenance, loop-check, flood,
// horn, shift, action, gates, muster.
[[nodiscard]] bool is_record_rule(std::string_view rule);

// Who hid an alarm, why and until when.
struct Hold {
  Timestamp since;
  std::optional<Timestamp> until;  // empty: until somebody ends it
  bool one_shot = false;           // shelved: ends when the alarm returns to normal
  std::string author;
  std::string reason;
  bool operator==(const Hold&) const = default;
};

// What is still known of a tag whose data is bad or lost.
struct Frozen {
  std::optional<double> value;  // the last good one; empty: there was none, or it is no number
  Timestamp value_at;           // its source time; without a value: meaningless
  Timestamp since;              // the data is bad or lost since then
  bool operator==(const Frozen&) const = default;
};

[[nodiscard]] std::string_view to_text(AlarmState s);
// As people read it; in Chinese as in GB/T 41261-2022.
[[nodiscard]] Text words_of(AlarmState s);
[[nodiscard]] std::string_view to_text(TransitionKind k);
[[nodiscard]] std::string_view to_text(Notice n);
[[nodiscard]] std::string_view to_text(AlarmFlag f);
// The words of AlarmEvent::flags, in the order of the bits; a bit that is no flag has none.
[[nodiscard]] std::vector<std::string_view> flag_words(std::uint32_t flags);
[[nodiscard]] std::optional<AlarmState> parse_alarm_state(std::string_view text);
[[nodiscard]] std::optional<TransitionKind> parse_transition_kind(std::string_view text);
[[nodiscard]] std::optional<Notice> parse_notice(std::string_view text);

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
  std::string author;  // who commanded it; else empty
  std::string comment;
  std::string plant;        // hash of the configuration that decided
  std::uint32_t flags = 0;  // AlarmFlag
  Notice notice = Notice::none;
  // Journal number of the transition that last began the horn; its own: it begins with this one. An
  // alarm sounds while it is unacknowledged (returned or not), not hidden, and this is above the
  // number of the last `silenced`.
  std::uint64_t sounded = 0;
  std::uint32_t raises = 0;              // while chattering: so many raises so far
  std::optional<Timestamp> respond_by;   // unacknowledged: an operator should have acted by then
  std::optional<Hold> shelving;          // alarm_shelved; of a maintenance window or a loop check:
                                         // from when, until when, by whom
  std::optional<Hold> service;           // alarm_out_of_service
  std::vector<std::uint64_t> related;    // flood: journal numbers of its first ten alarms; action:
                                         // of the transition that called for it
  std::string scope;                     // maintenance window: the pattern of its tags; empty: any
  std::optional<ActionCommand> command;  // of rule_action
  std::optional<Frozen> frozen;          // the tag's data was bad or lost when this happened
  bool operator==(const AlarmEvent&) const = default;
};

[[nodiscard]] inline bool is_hidden(const AlarmEvent& e) { return (e.flags & alarm_hidden) != 0; }
[[nodiscard]] inline bool begins_horn(const AlarmEvent& e) { return e.sounded == e.journal; }
[[nodiscard]] inline bool is_announced(const AlarmEvent& e) { return e.notice != Notice::none; }
// Whether the alarm stays in the list of standing ones after this: it is not normal, or somebody
// has shelved it or taken it out of service, or its record goes on.
[[nodiscard]] bool is_listed(const AlarmEvent& e);

}  // namespace parkwatch
