// daemon/pipeline/phases.h - When a rule's dates, shifts and hours let it judge, by the gateway's
// clock. Pure.
#pragma once
#include "model/plant.h"
#include "rules/levels.h"

namespace parkwatch::pipeline {

enum class Phase : std::uint8_t { before, in_force, after };  // before: a time is still to come

struct PhaseNow {
  Phase phase = Phase::in_force;
  Timestamp until = rules::never;  // of the next change
};

// Whether the time of day matters to the rule.
[[nodiscard]] inline bool by_day(const RuleSpec& rule) {
  return !rule.shifts.empty() || rule.hours.has_value();
}

// A window's last verdict comes late_after after its last day.
[[nodiscard]] PhaseNow phase_at(const RuleSpec& rule, const Plant& plant, Timestamp now);

// Whether a reading of this source time (a window: one that ended then) is the rule's to judge.
[[nodiscard]] bool judges(const RuleSpec& rule, const Calendar& calendar, Timestamp source);

}  // namespace parkwatch::pipeline
