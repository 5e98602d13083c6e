// daemon/pipeline/phases.cpp - From one date, or one shift, to the next.
#include "pipeline/phases.h"

#include <algorithm>

namespace parkwatch::pipeline {
namespace {

using rules::never;

bool has_shift(const RuleSpec& rule, const Calendar& calendar, std::size_t shift) {
  const std::string& name = calendar.shifts[shift].name;
  return std::find(rule.shifts.begin(), rule.shifts.end(), name) != rule.shifts.end();
}

// The first begin of a shift after that of `number` which is (`listed`) or is not one of the
// rule's; never: all are alike.
Timestamp next_begin(const RuleSpec& rule, const Calendar& calendar, std::int64_t number,
                     bool listed) {
  for (std::size_t i = 1; i <= calendar.shifts.size(); ++i) {
    const Timestamp begin = calendar.begin_of(Period::shift, number + static_cast<std::int64_t>(i));
    if (has_shift(rule, calendar, calendar.shift_at(begin)) == listed) return begin;
  }
  return never;
}

}  // namespace

PhaseNow phase_at(const RuleSpec& rule, const Plant& plant, Timestamp now) {
  const Duration grace = is_window(rule.kind) ? plant.timing.late_after : Duration{0};
  const Timestamp end = rule.valid_to >= timestamp_max ? never : rule.valid_to + grace;
  if (now >= end) return {Phase::after, never};
  if (now < rule.valid_from && rule.shifts.empty()) return {Phase::before, rule.valid_from};
  const Calendar& calendar = plant.calendar;
  if (rule.shifts.empty() || calendar.shifts.empty()) return {Phase::in_force, end};
  const Timestamp first = std::max(now, rule.valid_from);
  const std::int64_t number = calendar.number_of(Period::shift, first);
  const bool inside = has_shift(rule, calendar, calendar.shift_at(first));
  if (inside && first > now) return {Phase::before, first};
  const Timestamp change = next_begin(rule, calendar, number, !inside);
  if (inside) return {Phase::in_force, std::min(change, end)};
  return change < end ? PhaseNow{Phase::before, change} : PhaseNow{Phase::after, never};
}

bool judges(const RuleSpec& rule, const Calendar& calendar, Timestamp source) {
  if (is_window(rule.kind)) return source > rule.valid_from && source <= rule.valid_to;
  if (source < rule.valid_from || source >= rule.valid_to) return false;
  return rule.shifts.empty() || calendar.shifts.empty() ||
         has_shift(rule, calendar, calendar.shift_at(source));
}

}  // namespace parkwatch::pipeline
