// tools/trial/explain.h - Why an alarm did or did not come: the state of one rule on one tag, read
// from the store (its newest state, stepped to its last commit), also while the daemon runs.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/alarm_event.h"
#include "model/reading.h"
#include "model/result.h"
#include "model/rule.h"
#include "model/tag.h"
#include "store/history.h"

namespace parkwatch::trial {

inline constexpr std::size_t decisions_max = 20;

struct ExplainedLevel {
  Limit limit;                   // of kinds without limits: level `on`
  bool in = false;               // past the limit, and not back by more than the deadband since
  bool active = false;           // and for long enough
  bool held = false;             // its delay stands still: the data is bad
  std::optional<Duration> left;  // of a running or held delay
};

// What suppress_when rests on.
struct GuardOperand {
  std::string tag;
  std::optional<Reading> newest;
};

struct Explained {
  RuleSpec rule;
  Tag tag;
  std::string plant;  // hash of the configuration in force
  Timestamp as_of;    // of the last commit
  std::optional<Reading> newest;
  std::vector<ExplainedLevel> levels;
  std::optional<AlarmEvent> standing;  // empty: normal
  // What hides it, standing or not: the flags of its newest transition that do.
  std::uint32_t hidden = 0;
  bool by_design = false;             // suppress_when is true
  std::optional<Timestamp> recheck;   // it is over; suppressed until then
  std::vector<GuardOperand> guard;    // empty: the rule has no suppress_when
  std::vector<AlarmEvent> decisions;  // the last, oldest first
};

// Errors: not_found - no such rule, or it does not watch the tag (with what would be right);
// nothing is stored. Else as verify().
[[nodiscard]] Result<Explained> explain(store::History& history, const std::string& rule,
                                        const std::string& tag);

// What follows from it, a sentence each: "90.4 is past HH = 90; 3.2 s of its on-delay are left".
[[nodiscard]] std::vector<std::string> reasons_of(const Explained& explained);

}  // namespace parkwatch::trial
