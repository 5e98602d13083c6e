// tools/trial/explain.h - Why an alarm did or did not come: the state of one rule on one tag, read
// from the store (its newest state, stepped to its last commit), also while the daemon runs.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/alarm_event.h"
#include "model/calendar.h"
#include "model/reading.h"
#include "model/result.h"
#include "model/rule.h"
#include "model/tag.h"
#include "pipeline/loop_check.h"
#include "pipeline/phases.h"
#include "store/history.h"

namespace parkwatch::trial {

inline constexpr std::size_t decisions_max = 20;

struct ExplainedLevel {
  Limit limit;                   // of kinds without limits: level `on`
  bool in = false;               // past the limit, and not back by more than the deadband since
  bool active = false;           // and for long enough
  bool held = false;             // its delay stands still: the data is bad
  std::optional<Duration> left;  // of a running or held delay
  std::uint32_t passings = 0;    // of a rule with `count`: how often it was passed within that time
};

// A tag that something rests on, and what stands for it.
struct ExplainedTag {
  std::string tag;
  std::optional<Reading> newest;             // empty: none yet
  std::optional<pipeline::LoopCheck> check;  // its test value is judged instead

  // What rules see; empty: nothing came, it is a text, it is bad, or the broker kept it (of unknown
  // age).
  [[nodiscard]] std::optional<double> value() const;
};

// What the rule compares with its levels.
struct ExplainedSignal {
  std::optional<double> value;         // empty: no verdict
  std::string unit;                    // of it
  std::optional<double> closed;        // window, cumulative: of the last one that is over
  std::vector<ExplainedTag> operands;  // of kinds of several tags
};

struct Explained {
  RuleSpec rule;
  // No rule of the configuration but one of parkwatch's own or of the gates: of `rule` there is
  // only the id, of `tag` only the name; no levels, no signal.
  bool own = false;
  bool switched_off = false;  // of the gates: by the configuration
  Tag tag;
  Calendar calendar;  // of the site
  std::string plant;  // hash of the configuration in force
  Timestamp as_of;    // of the last commit
  std::optional<Reading> newest;
  std::optional<pipeline::LoopCheck> check;  // a test value stands for the tag's readings
  pipeline::PhaseNow phase;                  // whether dates, shifts or hours let it judge
  ExplainedSignal signal;
  std::vector<ExplainedLevel> levels;
  std::optional<AlarmEvent> standing;  // empty: normal
  // What hides it, standing or not: the flags of its newest transition that do.
  std::uint32_t hidden = 0;
  bool by_design = false;             // suppress_when is true
  std::optional<Timestamp> recheck;   // it is over; suppressed until then
  std::vector<ExplainedTag> guard;    // empty: the rule has no suppress_when
  std::vector<AlarmEvent> decisions;  // the last, oldest first
};

// Errors: not_found - no such rule, or it does not watch the tag (with what would be right);
// nothing is stored. Else as verify().
[[nodiscard]] Result<Explained> explain(store::History& history, const std::string& rule,
                                        const std::string& tag);

// What follows from it, a sentence each: "HH = 90 is passed; 3.2s of its on-delay (5s) are left".
[[nodiscard]] std::vector<Text> reasons_of(const Explained& explained);

}  // namespace parkwatch::trial
