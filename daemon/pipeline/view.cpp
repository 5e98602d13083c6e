// daemon/pipeline/view.cpp - What no fact says: periods that run, and alarms whose data is frozen.
#include <cmath>
#include <utility>

#include "pipeline/phases.h"
#include "pipeline/state.h"
#include "rules/window.h"

namespace parkwatch::pipeline {
namespace {

// How the window stands in that period: as it is filled, or as it closed; a period in which nothing
// has come has no value.
Tally::Total total_of(const rules::WindowSignal& window, const WindowSpec& spec,
                      const Calendar& calendar, std::int64_t number, bool is_over) {
  Tally::Total total{
      calendar.begin_of(spec.period, number), calendar.begin_of(spec.period, number + 1), {}, {}};
  if (window.end() != rules::never && window.newest() == number) {
    const rules::Accumulator content = window.content();
    total.count = content.count;
    const double value = content.count > 0 ? content.value(spec.aggregate) : 0;
    if (content.count > 0 && std::isfinite(value)) total.value = value;
  } else if (window.closed() && window.closed()->number == number) {
    total.value = window.closed()->value;
  } else if (!is_over) {
    total.count = 0;
  }
  return total;
}

}  // namespace

std::optional<Frozen> Pipeline::State::frozen_of(std::string_view tag) const {
  const bool any_gone = sources.any_gone();
  if (!any_gone && !tags.any_frozen()) return std::nullopt;
  const TagId id = tags.find(tag);
  if (id == tag_id_none || !tags.hot(id).active) return std::nullopt;
  if (const Frozen* frozen = tags.frozen(id)) return *frozen;
  const SourceState* its_source = sources.state(tags.hot(id).source);
  if (its_source == nullptr || !its_source->is_gone()) return std::nullopt;
  Frozen frozen;
  frozen.since = its_source->lost_since;
  if (tags.hot(id).has_newest) {
    frozen.value = as_number(tags.newest(id).value);
    frozen.value_at = tags.newest(id).source_time;
  }
  return frozen;
}

// Of two editions of a limit each period has the one that judges it.
Tally Pipeline::State::tally_of(const RuleInstance& x) const {
  const RuleSpec& rule = plant().rules[x.rule];
  const Calendar& calendar = plant().calendar;
  const auto& window = static_cast<const rules::WindowSignal&>(*x.signal);
  Tally tally;
  tally.rule = rule.id;
  tally.tag = tags.slot(x.tag).tag.name;
  tally.unit = rule.unit;
  if (rule.unit.empty() && rule.window.aggregate != Aggregate::count) {
    tally.unit = tags.slot(x.tag).tag.unit;
  }
  tally.period = rule.window.period;
  tally.aggregate = rule.window.aggregate;
  tally.count_min = rule.window.count_min;
  tally.limits = rule.limits;
  const std::int64_t number = calendar.number_of(rule.window.period, now);
  tally.running = total_of(window, rule.window, calendar, number, false);
  tally.before = total_of(window, rule.window, calendar, number - 1, true);
  for (std::optional<Tally::Total>* total : {&tally.running, &tally.before}) {
    if (!judges(rule, calendar, (*total)->to)) total->reset();
  }
  return tally;
}

PlantView Pipeline::view() const {
  const State& s = *state_;
  PlantView view;
  view.at = s.now;
  if (!s.engine) return view;
  const Engine& engine = *s.engine;
  for (const std::uint32_t rank : engine.periods()) {
    Tally tally = s.tally_of(engine.ranked(rank));
    if (tally.running || tally.before) view.tallies.push_back(std::move(tally));
  }
  if (!s.sources.any_gone() && !s.tags.any_frozen()) return view;
  for (const auto& [key, alarm] : s.alarms.remembered()) {
    if (!alarm.stands()) continue;
    if (auto frozen = s.frozen_of(key.second)) {
      view.frozen.push_back({key.first, key.second, *frozen});
    }
  }
  return view;
}

}  // namespace parkwatch::pipeline
