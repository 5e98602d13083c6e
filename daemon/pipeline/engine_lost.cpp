// daemon/pipeline/engine_lost.cpp - What stands still while a source is lost, and what goes on in a
// pause.
#include <algorithm>

#include "pipeline/engine.h"

namespace parkwatch::pipeline {

void Engine::know_lost(const std::vector<bool>& lost, const TagTable& tags) {
  for (TagId tag = 0; tag < operands_.size(); ++tag) operands_[tag].lost = lost[tag];
  for (RuleInstance& x : instances_) {
    x.blind = lost[x.tag] && tags.hot(x.tag).derived && x.kind != RuleKind::stale;
  }
}

void Engine::on_lost(const std::vector<bool>& lost, Timestamp at, Scene& scene) {
  std::vector<bool> had(instances_.size());
  for (std::uint32_t i = 0; i < had.size(); ++i) had[i] = has_data(instances_[i], scene.tags);
  know_lost(lost, scene.tags);
  for (std::uint32_t i = 0; i < instances_.size(); ++i) {
    RuleInstance& x = instances_[i];
    if (x.phase != Phase::in_force || x.kind == RuleKind::stale) continue;
    const bool has = has_data(x, scene.tags);
    if (!has && x.levels.receive_due() != rules::never) {
      x.halted = true;
      hold(i, {at, at, false});
    }
    if (!has) continue;
    if (x.halted) {
      x.halted = false;
      x.levels.resume({at, at, false});
      touch(i);
    }
    const bool of_others = is_of_several(x.kind) || scene.tags.hot(x.tag).derived;
    if (!had[i] && of_others) judge_newest(i, at, scene);
  }
}

bool Engine::has_data(const RuleInstance& x, const TagTable& tags) {
  if (is_of_several(x.kind)) return joint_signal(x).has_value();
  if (operands_[x.tag].lost) return false;
  return !tags.hot(x.tag).has_newest || tags.newest(x.tag).quality != Quality::bad;
}

// What came while it said nothing.
void Engine::judge_newest(std::uint32_t i, Timestamp at, Scene& scene) {
  const TagId tag = instances_[i].tag;
  if (!scene.tags.hot(tag).has_newest || scene.tags.hot(tag).forced) return;
  const Reading newest = scene.tags.newest(tag);
  if (newest.reason == QualityReason::first_value) return;
  judge(i, newest, {at, at, false}, scene);
}

Timestamp Engine::next_phase() const {
  Timestamp next = rules::never;
  for (const std::uint32_t i : dated_) next = std::min(next, instances_[i].phase_until);
  return next;
}

void Engine::fire_phase(Scene& scene) {
  const Timestamp due = next_phase();
  const auto first = std::find_if(dated_.begin(), dated_.end(), [&](std::uint32_t i) {
    return instances_[i].phase_until == due;
  });
  change_phase(*first, due, scene);
  touch(*first);
}

}  // namespace parkwatch::pipeline
