// tools/trial/compare.h - What rules would alarm beside what was alarmed: a row a rule. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "alarms/activations.h"
#include "alarms/kpi.h"

namespace parkwatch::trial {

struct RuleComparison {
  std::string rule;
  std::size_t was = 0;  // activations
  std::size_t is = 0;
  double per_day = 0;   // `is`
  std::string top_tag;  // with most activations; of what was, when nothing is left
  double active = 0;    // part of the time that its alarms were active, the mean of those that were
  std::size_t chatter = 0;  // times that one of its alarms began to chatter
  std::size_t floods = 0;   // that it had a part in
  std::size_t missed = 0;
  std::optional<Duration> earlier;  // mean over the alarms that both have; negative: later
};

struct MissedAlarm {
  alarms::Activation was;
  std::string why;  // it mattered
};

struct RulesCompared {
  std::vector<RuleComparison> rules;  // by id
  alarms::Kpi was;
  alarms::Kpi is;
  std::vector<MissedAlarm> missed;
};

// An alarm mattered if somebody acknowledged it with a note, or if it was critical or high. It is
// missed if no alarm of the same rule and tag, nor of a rule that was not there before on the same
// tag, is active and in sight at some time while it was: what suppress_when hides all the while is
// missed if it was seen before. Rows of the pipeline's own rules count as any rule;
// alarms about actions and notifications do not, since a backtest has none.
[[nodiscard]] RulesCompared compare(const std::vector<AlarmEvent>& was,
                                    const std::vector<AlarmEvent>& is, Timestamp from,
                                    Timestamp to);

}  // namespace parkwatch::trial
