// daemon/pipeline/engine_look.cpp - What others ask of the rules on a tag, and test values.
#include <algorithm>

#include "pipeline/engine.h"

namespace parkwatch::pipeline {
namespace {

void take_urgency(const RuleInstance& x, std::span<const Limit> limits,
                  std::optional<Priority>& most) {
  const auto states = x.levels.states();
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (!states[i].in && !states[i].active) continue;
    if (!most || limits[i].priority > *most) most = limits[i].priority;
  }
}

}  // namespace

std::optional<Priority> Engine::urgency_of(TagId tag) const {
  std::optional<Priority> most;
  if (tag >= rules_of_.size()) return most;
  const TagRules& t = rules_of_[tag];
  const auto look = [&](std::uint32_t i) {
    take_urgency(instances_[i], level_specs_[instances_[i].rule].limits(), most);
  };
  for (std::uint32_t i = t.limits; i < t.joints; ++i) look(i);
  for (std::uint32_t u = t.users; u < t.users_end; ++u) {
    if (!is_guard(users_[u])) look(users_[u]);
  }
  return most;
}

std::vector<std::pair<std::string, std::string>> Engine::alarms_of(TagId tag,
                                                                   const TagTable& tags) const {
  std::vector<std::pair<std::string, std::string>> alarms;
  if (tag >= rules_of_.size()) return alarms;
  const TagRules& t = rules_of_[tag];
  const auto add = [&](std::uint32_t i) {
    const RuleInstance& x = instances_[i];
    alarms.emplace_back(spec(x).id, tags.slot(x.tag).tag.name);
  };
  for (std::uint32_t i = t.limits; i < t.rates; ++i) add(i);
  for (std::uint32_t u = t.users; u < t.users_end; ++u) {
    if (!is_guard(users_[u])) add(users_[u]);
  }
  return alarms;
}

void Engine::on_test_value(const Reading& value, Scene& scene) {
  const TagRules& t = rules_of_[value.tag];
  const rules::Moment at{value.receive_time, value.receive_time, false};
  const auto number = as_number(value.value);
  if (!number) return;
  const rules::Cause cause{value.sequence, value.index, Quality::good,
                           true,           *number,     value.source_time};
  for (std::uint32_t i = t.limits; i < t.states; ++i) signal(i, *number, at, cause, scene);
  for (std::uint32_t i = t.states; i < t.rates; ++i) {
    const std::vector<double>& states = spec(instances_[i]).states;
    const bool alarming = std::find(states.begin(), states.end(), *number) != states.end();
    signal(i, alarming ? 1 : 0, at, cause, scene);
  }
  for (std::uint32_t u = t.users; u < t.users_end; ++u) {
    if (!is_guard(users_[u])) on_joint(users_[u], value, at, scene);
  }
}

}  // namespace parkwatch::pipeline
