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
  if (!as_number(value.value)) return;
  for (std::uint32_t i = t.limits; i < t.rates; ++i) judge(i, value, at, scene);
  for (std::uint32_t u = t.users; u < t.users_end; ++u) {
    if (!is_guard(users_[u])) on_joint(users_[u], value, at, scene);
  }
}

bool Engine::end_tests(TagId tag, Timestamp at, Scene& scene) {
  bool ended = false;
  const auto end = [&](std::uint32_t i) {
    RuleInstance& x = instances_[i];
    if (!scene.alarms.rests_on_test(spec(x).id, scene.tags.slot(x.tag).tag.name)) return;
    if (!x.levels.end()) return;
    ended = true;
    touch(i);
    announce(x, at, scene);
  };
  const TagRules& t = rules_of_[tag];
  for (std::uint32_t i = t.limits; i < t.rates; ++i) end(i);
  for (std::uint32_t u = t.users; u < t.users_end; ++u) {
    if (!is_guard(users_[u])) end(users_[u]);
  }
  return ended;
}

void Engine::judge_anew(const std::vector<bool>& anew, Timestamp at, Scene& scene) {
  for (std::uint32_t i = 0; i < instances_.size(); ++i) {
    const TagId tag = instances_[i].tag;
    if (!anew[i] || !scene.tags.hot(tag).has_newest || scene.tags.hot(tag).forced) continue;
    Reading by = scene.tags.newest(tag);
    const bool is_bad = by.quality == Quality::bad;
    if (is_bad) {
      const Frozen* const frozen = scene.tags.frozen(tag);
      if (frozen == nullptr || !frozen->value) continue;
      by.value = *frozen->value;
      by.source_time = frozen->value_at;
    }
    if (by.reason == QualityReason::first_value) continue;
    const bool device = by.has_device_time();
    judge(i, by, {at, device ? by.evaluated_at() : at, device}, scene);
    instances_[i].halted = operands_[tag].lost;
    if (is_bad || operands_[tag].lost) hold(i, {at, at, false});
  }
}

void Engine::judge(std::uint32_t i, const Reading& r, const rules::Moment& at, Scene& scene) {
  const TagRules& t = rules_of_[r.tag];
  if (i >= t.joints) return on_joint(i, r, at, scene);
  if (i >= t.rates) return;
  const auto number = as_number(r.value);
  if (!number) return;
  const rules::Cause cause{r.sequence, r.index, r.quality, true, *number, r.source_time};
  if (i < t.states) return signal(i, *number, at, cause, scene);
  const std::vector<double>& states = spec(instances_[i]).states;
  const bool alarming = std::find(states.begin(), states.end(), *number) != states.end();
  signal(i, alarming ? 1 : 0, at, cause, scene);
}

}  // namespace parkwatch::pipeline
