// daemon/pipeline/engine_lost.cpp - What stands still while a source is lost.
#include "pipeline/engine.h"

namespace parkwatch::pipeline {

void Engine::know_lost(const std::vector<bool>& lost) {
  for (TagId tag = 0; tag < lives_.size(); ++tag) {
    operands_[tag].lost = lost[tag];
  }
}

void Engine::on_lost(const std::vector<bool>& lost, Timestamp at, const TagTable& tags) {
  know_lost(lost);
  for (TagId tag = 0; tag < lives_.size(); ++tag) lives_[tag].unheard |= lost[tag];
  for (std::uint32_t i = 0; i < instances_.size(); ++i) {
    RuleInstance& x = instances_[i];
    if (x.phase != Phase::in_force || x.kind == RuleKind::stale) continue;
    const bool has = has_data(x, tags);
    if (has && x.halted) {
      x.halted = false;
      x.levels.resume({at, at, false});
      touch(i);
    } else if (!has && x.levels.receive_due() != rules::never) {
      x.halted = true;
      x.levels.hold({at, at, false});
      touch(i);
    }
  }
}

bool Engine::has_data(const RuleInstance& x, const TagTable& tags) {
  if (is_of_several(x.kind)) return joint_signal(x).has_value();
  if (operands_[x.tag].lost) return false;
  return !tags.hot(x.tag).has_newest || tags.newest(x.tag).quality != Quality::bad;
}

}  // namespace parkwatch::pipeline
