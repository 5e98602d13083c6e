// daemon/model/gates.h - Who and what is inside, permits and a muster: what is declared, what is
// commanded, and the book that changes keep. Plain values; docs/gates.md tells what each means.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "model/passage.h"
#include "model/rule.h"
#include "model/time.h"

namespace parkwatch {

// More stays, permits or cards than this are refused (bounded memory), and that is an alarm.
inline constexpr std::size_t gate_entries_max = 200'000;
inline constexpr std::size_t gate_places_max = 500;     // gates, and zones
inline constexpr std::size_t gate_devices_max = 2'000;  // of all gates

// What the ledger finds wrong; each is an alarm of its own rule id on a gate, a lane, a zone or a
// class.
enum class GateRule : std::uint8_t {
  no_permit,
  wrong_gate,
  wrong_lane,
  overstay,
  card,        // not returned
  tailgating,  // a vehicle without a cycle of the barrier
  too_many,
  count,    // a zone's counter says otherwise
  barrier,  // open for too long
  clock,    // a reader's is off
  doubt,    // inside, although a passage says otherwise
  silent,   // a device tells no passages
};
inline constexpr std::size_t gate_rules = 12;
// "gate-no-permit", ...: the rule id in the journal.
[[nodiscard]] std::string_view rule_id(GateRule r);
[[nodiscard]] bool is_gate_rule(std::string_view id);
// "no_permit", ...: the key in the configuration.
[[nodiscard]] std::string_view to_text(GateRule r);
[[nodiscard]] std::optional<GateRule> parse_gate_rule(std::string_view text);

using SubjectSet = std::array<bool, subjects>;

struct GateLane {
  std::string name;
  SubjectSet classes{true, true, true};  // who may use it
  bool barrier = false;                  // it reports its cycles: tailgating is looked for
  bool operator==(const GateLane&) const = default;
};

// What stands at a gate.
enum class DeviceKind : std::uint8_t { barrier, door, dispenser, camera, reader, board };
inline constexpr std::size_t device_kinds = 6;
[[nodiscard]] std::string_view to_text(DeviceKind k);
[[nodiscard]] std::optional<DeviceKind> parse_device_kind(std::string_view text);

struct GateDevice {
  std::string name;  // unique at its gate
  DeviceKind kind = DeviceKind::reader;
  std::string lane;          // empty: it tells of all lanes
  std::string tag;           // of a reading with its state; empty: none
  Duration silent_after{0};  // without a passage; 0: it may be silent for ever
  bool operator==(const GateDevice&) const = default;

  // Whether a passage at its gate, on `on_lane`, may be of it. A board tells none.
  [[nodiscard]] bool tells(const Passage& p, std::string_view on_lane) const;
};

// A gate, or a checkpoint inside.
struct GateSpec {
  std::string name;
  Text title;
  SubjectSet classes{true, true, true};
  std::string zone;  // where one is after coming in here; empty: none
  std::vector<GateLane> lanes;
  std::vector<GateDevice> devices = {};
  bool operator==(const GateSpec&) const = default;

  // The lane that is meant: the only one where none is named; empty: none.
  [[nodiscard]] std::string_view lane_of(const Passage& p) const;
};

struct GateZone {
  std::string name;
  Text title;
  std::array<std::optional<std::uint32_t>, subjects> most;  // inside at a time
  bool operator==(const GateZone&) const = default;
};

struct GateRuleSpec {
  bool on = false;
  Priority priority = Priority::medium;
  bool operator==(const GateRuleSpec&) const = default;
};

struct GatePlan {
  bool on = false;  // the configuration has a [gates]
  std::vector<GateSpec> gates;
  std::vector<GateZone> zones;
  std::array<GateRuleSpec, gate_rules> rules;     // by GateRule
  SubjectSet permit_for{};                        // classes that need a permit
  std::array<Duration, subjects> stay{};          // overstay: longer than this; 0: never
  Duration card_after = std::chrono::minutes{5};  // after leaving
  Duration tailgating_within = std::chrono::seconds{30};
  Duration barrier_after = std::chrono::seconds{60};
  std::uint32_t count_differs = 2;  // more than this
  Duration count_for = std::chrono::minutes{5};
  std::array<std::optional<std::uint32_t>, subjects> most;  // in the whole park
  // What is over and leaves nothing to wait for (a wrong gate at leaving) stands for so long.
  Duration shown_for = std::chrono::minutes{5};
  std::vector<std::string> muster_rules;  // patterns of rules whose raise begins a muster
  std::string group = "gates";            // of the alarms
  bool names = true;                      // names of people are kept
  Duration keep = std::chrono::days{30};  // of everything personal
  bool pseudonymise = false;
  bool operator==(const GatePlan&) const = default;

  [[nodiscard]] const GateSpec* gate(std::string_view name) const;  // null: there is none
  [[nodiscard]] const GateZone* zone(std::string_view name) const;
  [[nodiscard]] const GateRuleSpec& rule(GateRule r) const {
    return rules[static_cast<std::size_t>(r)];
  }
};

// A keyed hash of an id. Not part of a plant's identity.
using Pseudonym = std::function<std::string(std::string_view)>;

struct Permit {
  std::string number;  // unique
  std::string id;      // whose: as in passages
  std::string name;
  std::optional<Subject> subject;  // empty: any
  Timestamp from = timestamp_min;
  Timestamp until = timestamp_max;  // exclusive
  std::vector<std::string> gates;   // empty: any
  std::vector<std::string> lanes;   // empty: any
  bool of_file = false;             // from the list in the configuration
  bool operator==(const Permit&) const = default;

  [[nodiscard]] bool is_for(Subject s, Timestamp at) const {
    return (!subject || *subject == s) && from <= at && at < until;
  }
};

// Somebody or something inside.
struct Stay {
  std::string id;
  std::string name;
  Subject subject = Subject::person;
  std::string gate;  // by which it came
  std::string lane;
  Timestamp since;
  // Where and when it was last seen.
  std::string seen_gate;
  std::string seen_lane;
  std::string zone;
  Timestamp seen_at;
  std::string card;
  std::string permit;
  std::uint64_t sequence = 0;  // of the passage that brought it, or of the correction
  std::uint32_t index = 0;
  bool corrected = false;                // an operator entered it
  std::optional<Timestamp> device_time;  // of the entry, as the device told it
  bool operator==(const Stay&) const = default;
};

enum class MusterState : std::uint8_t { missing, left, reported };
[[nodiscard]] std::string_view to_text(MusterState s);

struct MusterEntry {
  Stay stay;  // as the muster began
  MusterState state = MusterState::missing;
  Timestamp at;       // of the last change
  std::string place;  // where it left or reported
  bool operator==(const MusterEntry&) const = default;
};

struct Muster {
  bool known = false;  // there was one, and its list is still kept
  bool active = false;
  Timestamp began;
  Timestamp ended;                                          // not active
  std::string author;                                       // empty: an alarm began it
  std::string reason;                                       // or the alarm's rule
  std::map<std::string, MusterEntry, std::less<>> entries;  // by id
  bool operator==(const Muster&) const = default;
};

using DeviceKey = std::pair<std::string, std::string>;  // gate, device

struct DeviceState {
  GateDevice device;
  std::optional<Timestamp> heard;  // its last passage was received; empty: none yet
  bool silent = false;             // for longer than it may be
  bool operator==(const DeviceState&) const = default;
};
using DeviceStates = std::map<DeviceKey, DeviceState>;

// What changes the book, one after the other.
struct StayGone {
  std::string id;
};
struct PermitGone {
  std::string number;
};
struct MusterBegun {
  Timestamp at;
  std::string author;
  std::string reason;
};
// Who is inside and not on the list, or left since, is on it: missing.
struct MusterExtended {
  Timestamp at;
};
// Who is inside and marked as missing is on the list from then on.
struct MusterMarked {
  std::string id;
  MusterState state = MusterState::missing;
  Timestamp at;
  std::string place;
};
struct MusterRenamed {
  std::string id;
  std::string to;
};
struct MusterEnded {
  Timestamp at;
};
struct MusterForgotten {};
// No name is kept any more.
struct NamesForgotten {};
// Which devices there are, by another configuration.
struct DevicesSet {
  DeviceStates devices;
};
struct DeviceHeard {
  DeviceKey key;
  Timestamp at;
};
struct DeviceSilent {
  DeviceKey key;
};
using GateChange = std::variant<DevicesSet, DeviceHeard, DeviceSilent, Stay, StayGone, Permit,
                                PermitGone, MusterBegun, MusterExtended, MusterMarked,
                                MusterRenamed, MusterEnded, MusterForgotten, NamesForgotten>;

// Who is inside, what is permitted, and the last muster. Whoever applies the same changes has the
// same book.
struct GateBook {
  std::map<std::string, Stay, std::less<>> inside;     // by id
  std::map<std::string, Permit, std::less<>> permits;  // by number
  Muster muster;
  DeviceStates devices;
  bool operator==(const GateBook&) const = default;

  void apply(const GateChange& change);
};

}  // namespace parkwatch
