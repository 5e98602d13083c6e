// daemon/pipeline/engine_guard.cpp - suppress_when: what keeps alarms out of sight by design. Their
// rules go on being evaluated.
#include <algorithm>
#include <utility>

#include "pipeline/engine.h"

namespace parkwatch::pipeline {

// One for each instance whose rule has the key. By rank, so that one reading changes alarms in the
// order of the configuration.
void Engine::compile_guards(const TagTable& tags) {
  std::optional<std::uint32_t> rule;  // of the newest expression
  for (const std::uint32_t i : by_rank_) {
    const RuleInstance& x = instances_[i];
    const std::string& text = spec(x).alarm.suppress_when;
    if (text.empty()) continue;
    if (rule != x.rule) {
      auto compiled = rules::Expression::compile(text);
      if (!compiled) continue;  // config lets none through
      guard_expressions_.push_back(std::move(*compiled));
      rule = x.rule;
    }
    Guard guard;
    guard.instance = i;
    guard.expression = static_cast<std::uint32_t>(guard_expressions_.size()) - 1;
    const std::string& own = tags.slot(x.tag).tag.name;
    for (const std::string& name : guard_expressions_.back().tags()) {
      guard.operands.push_back(tags.find(filled_from_tag_name(name, own)));
    }
    if (std::count(guard.operands.begin(), guard.operands.end(), tag_id_none) > 0) continue;
    for (const TagId operand : guard.operands) operands_[operand].used = true;
    guards_.push_back(std::move(guard));
  }
}

// What is bad, was never seen, is of unknown age, is a loop check's test value or gives no number
// hides nothing.
bool Engine::is_suppressed(const Guard& guard, const TagTable& tags) {
  const bool trusted = std::all_of(guard.operands.begin(), guard.operands.end(), [&](TagId tag) {
    const Operand& operand = operands_[tag];
    return operand.known && operand.quality != Quality::bad &&
           operand.reason != QualityReason::first_value && !tags.hot(tag).forced;
  });
  if (!trusted) return false;
  const auto value = evaluate(guard_expressions_[guard.expression], guard.operands, operands_);
  return value && *value != 0;
}

void Engine::on_guard(Guard& guard, Timestamp at, Scene& scene) {
  const bool by_design = is_suppressed(guard, scene.tags);
  if (guard.said == by_design) return;
  guard.said = by_design;
  const RuleInstance& x = instances_[guard.instance];
  scene.alarms.suppress(spec(x).id, scene.tags.slot(x.tag).tag.name, by_design,
                        {at, scene.sequence, plant_->hash}, scene.facts.transitions);
}

std::uint32_t Engine::on_guards(const TagRules& t, Timestamp at, Scene& scene) {
  std::uint32_t u = t.users;
  for (; u < t.users_end && is_guard(users_[u]); ++u) {
    on_guard(guards_[users_[u] - instances_.size()], at, scene);
  }
  return u;
}

void Engine::look_at_guards(TagId tag, Timestamp at, Scene& scene) {
  (void)on_guards(rules_of_[tag], at, scene);
}

void Engine::look_at_guards(Timestamp at, Scene& scene) {
  for (Guard& guard : guards_) on_guard(guard, at, scene);
}

}  // namespace parkwatch::pipeline
