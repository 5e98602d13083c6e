// daemon/pipeline/phases.cpp - From one date, one shift or one time of day to the next.
#include "pipeline/phases.h"

#include <algorithm>

namespace parkwatch::pipeline {
namespace {

using rules::never;

// The shifts of a rule. Hours are a shift of a day that has two.
struct Turns {
  std::vector<std::string> mine;
  Calendar calendar;

  [[nodiscard]] bool is_mine(Timestamp t) const {
    const std::string& name = calendar.shifts[calendar.shift_at(t)].name;
    return std::find(mine.begin(), mine.end(), name) != mine.end();
  }

  // The first begin of a shift after that of `number` which is (`listed`) or is not one of the
  // rule's; never: all are alike.
  [[nodiscard]] Timestamp next_begin(std::int64_t number, bool listed) const {
    for (std::size_t i = 1; i <= calendar.shifts.size(); ++i) {
      const Timestamp begin =
          calendar.begin_of(Period::shift, number + static_cast<std::int64_t>(i));
      if (is_mine(begin) == listed) return begin;
    }
    return never;
  }
};

// REQUIRES: by_day(rule), and the calendar has shifts if the rule has.
Turns turns_of(const RuleSpec& rule, const Calendar& calendar) {
  if (!rule.hours) return {rule.shifts, calendar};
  Turns turns{{"in"}, {calendar.zone, {{"in", rule.hours->from}, {"out", rule.hours->to}}}};
  std::vector<Shift>& two = turns.calendar.shifts;
  if (two[0].begin > two[1].begin) std::swap(two[0], two[1]);
  return turns;
}

bool matters(const RuleSpec& rule, const Calendar& calendar) {
  return rule.hours || (!rule.shifts.empty() && !calendar.shifts.empty());
}

}  // namespace

PhaseNow phase_at(const RuleSpec& rule, const Plant& plant, Timestamp now) {
  const Duration grace = is_window(rule.kind) ? plant.timing.late_after : Duration{0};
  const Timestamp end = rule.valid_to >= timestamp_max ? never : rule.valid_to + grace;
  if (now >= end) return {Phase::after, never};
  if (now < rule.valid_from && !by_day(rule)) return {Phase::before, rule.valid_from};
  if (!matters(rule, plant.calendar)) return {Phase::in_force, end};
  const Turns turns = turns_of(rule, plant.calendar);
  const Timestamp first = std::max(now, rule.valid_from);
  const std::int64_t number = turns.calendar.number_of(Period::shift, first);
  const bool inside = turns.is_mine(first);
  if (inside && first > now) return {Phase::before, first};
  const Timestamp change = turns.next_begin(number, !inside);
  if (inside) return {Phase::in_force, std::min(change, end)};
  return change < end ? PhaseNow{Phase::before, change} : PhaseNow{Phase::after, never};
}

bool judges(const RuleSpec& rule, const Calendar& calendar, Timestamp source) {
  if (is_window(rule.kind)) return source > rule.valid_from && source <= rule.valid_to;
  if (source < rule.valid_from || source >= rule.valid_to) return false;
  return !matters(rule, calendar) || turns_of(rule, calendar).is_mine(source);
}

}  // namespace parkwatch::pipeline
