// daemon/pipeline/view.cpp - What no fact says: totals that run, and alarms whose data is frozen.
#include "pipeline/state.h"
#include "rules/window.h"

namespace parkwatch::pipeline {
namespace {

Tally::Total total_of(const Calendar& calendar, const WindowSpec& spec, std::int64_t number,
                      std::optional<double> value) {
  if (spec.period != Period::fixed) {
    return {calendar.begin_of(spec.period, number), calendar.begin_of(spec.period, number + 1),
            value};
  }
  const Timestamp from{spec.length * number};
  return {from, from + spec.length, value};
}

std::int64_t number_at(const Calendar& calendar, const WindowSpec& spec, Timestamp at) {
  return spec.period == Period::fixed ? at.time_since_epoch() / spec.length
                                      : calendar.number_of(spec.period, at);
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

// A period that nothing has come in yet has no total, and what ran before it is closed or nothing.
Tally Pipeline::State::tally_of(const RuleInstance& x) const {
  const RuleSpec& rule = plant().rules[x.rule];
  const Calendar& calendar = plant().calendar;
  const auto& window = static_cast<const rules::WindowSignal&>(*x.signal);
  Tally tally;
  tally.rule = rule.id;
  tally.tag = tags.slot(x.tag).tag.name;
  tally.unit = rule.unit.empty() ? tags.slot(x.tag).tag.unit : rule.unit;
  tally.budgets = rule.limits;
  const std::int64_t number = number_at(calendar, rule.window, now);
  const bool runs = window.end() != rules::never && window.newest() == number;
  tally.running =
      total_of(calendar, rule.window, number, runs ? window.value() : std::optional<double>{});
  if (window.closed()) {
    tally.closed = total_of(calendar, rule.window, window.closed()->number, window.closed()->value);
  }
  return tally;
}

PlantView Pipeline::view() const {
  const State& s = *state_;
  PlantView view;
  view.at = s.now;
  if (!s.engine) return view;
  const Engine& engine = *s.engine;
  for (const std::uint32_t rank : engine.totals()) {
    view.tallies.push_back(s.tally_of(engine.ranked(rank)));
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
