// daemon/pipeline/engine_guard.cpp - suppress_when: what keeps alarms out of sight by design. Their
// rules go on being evaluated.
#include <algorithm>
#include <utility>

#include "pipeline/engine.h"

namespace parkwatch::pipeline {

// One for each instance whose rule has the key, with the placeholders filled by its tag's name.
void Engine::compile_guards(const TagTable& tags) {
  for (const std::uint32_t i : by_rank_) {
    const RuleInstance& x = instances_[i];
    const std::string& text = spec(x).alarm.suppress_when;
    if (text.empty()) continue;
    auto compiled =
        rules::Expression::compile(filled_from_tag_name(text, tags.slot(x.tag).tag.name));
    if (!compiled) continue;  // config lets none through
    Guard guard{i, {}, std::move(*compiled), std::nullopt};
    for (const std::string& name : guard.expression.tags()) {
      guard.operands.push_back(tags.find(name));
    }
    if (std::count(guard.operands.begin(), guard.operands.end(), tag_id_none) > 0) continue;
    for (const TagId operand : guard.operands) operands_[operand].used = true;
    guards_.push_back(std::move(guard));
  }
}

// Bad data, or none of an operand, leaves it as it is.
void Engine::on_guard(Guard& guard, Timestamp at, Scene& scene) {
  const Trust trust = trust_of(guard.operands, operands_);
  if (!trust.known || trust.quality == Quality::bad || trust.reason == QualityReason::first_value) {
    return;
  }
  const auto value = evaluate(guard.expression, guard.operands, operands_);
  if (!value) return;
  const bool by_design = *value != 0;
  if (guard.said == by_design) return;
  guard.said = by_design;
  const RuleInstance& x = instances_[guard.instance];
  scene.alarms.suppress(spec(x).id, scene.tags.slot(x.tag).tag.name, by_design,
                        {at, scene.sequence, plant_->hash}, scene.facts.transitions);
}

void Engine::look_at_guards(Timestamp at, Scene& scene) {
  for (Guard& guard : guards_) on_guard(guard, at, scene);
}

}  // namespace parkwatch::pipeline
