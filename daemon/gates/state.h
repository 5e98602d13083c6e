// daemon/gates/state.h - What the ledger remembers. Plain values.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "model/gates.h"
#include "model/passage.h"
#include "model/time.h"

namespace parkwatch::gates {

// No deadline.
inline constexpr Timestamp never = Timestamp::max();

// A locating card that is out.
struct CardOut {
  std::string id;    // who has it
  std::string gate;  // where it left; empty while inside
  Timestamp out;
  Timestamp left = never;      // left with the card then
  std::uint64_t sequence = 0;  // of the passage that it left with
  std::uint32_t index = 0;
  bool operator==(const CardOut&) const = default;
};

using LaneKey = std::pair<std::string, std::string>;  // gate, lane

struct LaneState {
  struct Waiting {
    Timestamp at;
    std::uint64_t sequence = 0;
    std::uint32_t index = 0;
    bool operator==(const Waiting&) const = default;
  };
  Timestamp opened = never;      // the barrier is open since then
  std::deque<Timestamp> cycles;  // for which no vehicle came yet
  std::deque<Waiting> waiting;   // vehicles for which no cycle came yet
  bool operator==(const LaneState&) const = default;
};

using CounterKey = std::pair<std::string, Subject>;  // zone ("": the park), class

struct Counter {
  std::int64_t count = 0;
  Timestamp differs = never;  // from the ledger since then, by more than is allowed
  bool operator==(const Counter&) const = default;
};

// Somebody's part in what stands.
struct Offence {
  std::uint64_t sequence = 0;  // of the passage
  std::uint32_t index = 0;
  Timestamp until = never;  // it ends by itself then
  bool operator==(const Offence&) const = default;
};
// By (rule, place): by whom. "" where nobody in particular does.
using Offences =
    std::map<std::pair<GateRule, std::string>, std::map<std::string, Offence, std::less<>>>;

// The last leaving of somebody, and the entry that it had: that one may be told again.
struct Departed {
  Timestamp at;
  Timestamp since = never;  // of the stay that it ended; never: nobody knew of one
  std::string reader;       // who told the entry; empty: nobody, or not when it was
  Timestamp device_time = never;
  bool operator==(const Departed&) const = default;
};

// A device at a gate, and what its clock is known to be off by. The lag of a passage is the time at
// which it was received less its own: the clock's for one that came at once, more for one that came
// late.
struct Reader {
  Duration lag{0};  // of what comes at once, as it is believed
  // Passages since then say otherwise: the least lag of them, and since when.
  Duration other{0};
  Timestamp since = never;
  bool rushes = false;  // one of them had less than one before it: it brings what it kept back
  // The last entry's time of its own, and when it told that one first.
  Timestamp told = never;
  Timestamp told_at = never;
  bool stands = false;  // it tells that time of several, one after the other
  bool operator==(const Reader&) const = default;
};

// A passage as it was told.
struct Told {
  std::string reader;
  Passage passage;  // without its time
  Timestamp at;     // received
  Duration lag{0};
  std::uint64_t sequence = 0;  // of the passage
  std::uint32_t index = 0;
  bool operator==(const Told&) const = default;
};

// A passage that came late or is of a reader whose clock is off: it is not known yet which.
struct Doubt {
  Told told;
  // An entry told after it that may be from before it: come back meanwhile, or the same of that.
  std::optional<Told> back;
  bool given_up = false;  // no reader will tell any more
  bool operator==(const Doubt&) const = default;
};

struct LedgerState {
  GateBook book;
  std::map<std::string, CardOut, std::less<>> cards;
  std::map<LaneKey, LaneState> lanes;
  std::map<CounterKey, Counter> counters;
  std::map<std::string, Departed, std::less<>> departed;  // by id
  Offences offences;
  std::map<std::string, Reader, std::less<>> readers;  // by what tells them apart
  std::map<std::string, Doubt, std::less<>> doubts;    // by id
  std::map<DeviceKey, Timestamp> quiet;                // of a device nothing is heard since
  bool operator==(const LedgerState&) const = default;
};

}  // namespace parkwatch::gates
