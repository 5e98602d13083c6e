// daemon/model/plant.h - Everything that decides what readings mean: one immutable value a
// configuration. The pipeline runs on it; the store keeps each that ran, by hash.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/action.h"
#include "model/calendar.h"
#include "model/decoder.h"
#include "model/gates.h"
#include "model/rule.h"
#include "model/tag.h"
#include "model/time.h"

namespace parkwatch {

// What the pipeline must know of a source; its sockets are the driver's.
struct SourceSpec {
  std::string name;                   // unique, e.g. "park"
  std::size_t auto_register_max = 0;  // unknown tags taken from this source; 0: none
  bool operator==(const SourceSpec&) const = default;
};

struct Timing {
  Duration late_after = std::chrono::seconds{60};
  Duration future_after = std::chrono::seconds{5};
  // A tag with a rule that has not been seen for so long raises an alarm of its own; 0: never.
  Duration never_seen_after{0};
  bool operator==(const Timing&) const = default;
};

// The group of the alarms that need no rule, and of rules that name none.
inline constexpr std::string_view own_group = "parkwatch";
inline constexpr std::string_view default_group = "general";

struct Plant {
  std::string hash;  // SHA-256 of the configuration's files, hex; identifies it in the journal
  std::string park;  // e.g. "park-a"; the second level of every alert topic
  std::vector<SourceSpec> sources;  // the position is the SourceId
  std::vector<Tag> tags;            // configured ones, derived ones included
  std::vector<RuleSpec> rules;
  ActionPlan actions;  // commands that alarms publish
  GatePlan gates;
  Timing timing;
  Calendar calendar;  // the site's days, months and shifts
  // By SourceId; empty in a replay, which is behind decoding. Not part of the plant's identity.
  std::vector<std::shared_ptr<Decoder>> decoders;
  // Likewise; needed where gates.pseudonymise is on.
  Pseudonym pseudonym;
};

// Of which alarms can be, those two among them.
[[nodiscard]] std::set<std::string, std::less<>> groups_of(const Plant& plant);

}  // namespace parkwatch
