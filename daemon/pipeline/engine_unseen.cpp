// daemon/pipeline/engine_unseen.cpp - Tags that have a rule and were never heard of: a rule that
// silently does nothing.
#include <algorithm>
#include <utility>

#include "pipeline/engine.h"
#include "pipeline/sources.h"

namespace parkwatch::pipeline {
namespace {

using rules::never;

alarms::Condition condition_of(const std::string& tag, Duration after, bool raised) {
  alarms::Condition c;
  c.rule = rule_never_seen;
  c.tag = tag;
  if (!raised) return c;
  c.level = Level::on;
  c.priority = Priority::medium;
  c.limit = std::chrono::duration<double>(after).count();
  c.unit = "s";
  c.group = own_group;
  c.message = {tag + " 有报警规则，但 " + to_text(after) + " 内从未收到数据",
               tag + " has rules but was never heard of for " + to_text(after)};
  c.guidance = {
      "核对点名、主题和设备接线；若点位尚未投用，请删除或停用其规则。",
      "Check the tag's name, its topic and the device's wiring; take its rules away while "
      "it is not in use."};
  return c;
}

}  // namespace

// Tags with an instance, and those that a rule of several rests on.
void Engine::list_expected() {
  std::vector<bool> expected(lives_.size());
  for (const RuleInstance& x : instances_) {
    expected[x.tag] = true;
    if (!is_of_several(x.kind)) continue;
    for (const TagId tag : joints_[x.joint].operands) expected[tag] = true;
  }
  expected_.clear();
  if (plant_->timing.never_seen_after <= Duration{0}) return;
  for (TagId tag = 0; tag < expected.size(); ++tag) {
    if (expected[tag]) expected_.push_back(tag);
  }
}

// From `at` on, or for longer already.
void Engine::expect(Timestamp at) {
  for (const TagId tag : expected_) {
    if (lives_[tag].expected_since == never) lives_[tag].expected_since = at;
  }
}

// Tags that nobody waits for any more.
void Engine::forget_unexpected(Scene& scene, Timestamp at) {
  for (TagId tag = 0; tag < lives_.size(); ++tag) {
    TagLife& life = lives_[tag];
    if (life.expected_since == never) continue;
    if (std::binary_search(expected_.begin(), expected_.end(), tag)) continue;
    life.expected_since = never;
    if (!std::exchange(life.missed, false)) continue;
    scene.alarms.remove(rule_never_seen, scene.tags.slot(tag).tag.name, true,
                        {at, scene.sequence, plant_->hash}, scene.facts.transitions);
  }
}

Timestamp Engine::unseen_due(TagId tag) const {
  const TagLife& life = lives_[tag];
  if (life.seen || life.missed || life.expected_since == never) return never;
  return life.expected_since + plant_->timing.never_seen_after;
}

void Engine::arm_unseen() {
  unseen_.reset(expected_.size());
  for (std::uint32_t slot = 0; slot < expected_.size(); ++slot) {
    const Timestamp due = unseen_due(expected_[slot]);
    if (due != never) unseen_.arm(slot, due);
  }
}

Timestamp Engine::next_unseen() {
  while (!unseen_.empty()) {
    const Timestamp earliest = unseen_.earliest();
    const Deadlines::Entry entry = unseen_.pop();
    if (!unseen_.is_current(entry)) continue;
    unseen_.disarm(entry.slot);
    const Timestamp due = unseen_due(expected_[entry.slot]);
    if (due == never) continue;
    unseen_.arm(entry.slot, due);
    if (due == earliest) return due;
  }
  return never;
}

void Engine::fire_unseen(Scene& scene) {
  const Deadlines::Entry entry = unseen_.pop();
  unseen_.disarm(entry.slot);
  const TagId tag = expected_[entry.slot];
  lives_[tag].missed = true;
  ++rules_of_[tag].silent;
  scene.alarms.apply(
      condition_of(scene.tags.slot(tag).tag.name, plant_->timing.never_seen_after, true),
      {entry.due, scene.sequence, plant_->hash}, scene.facts.transitions);
}

void Engine::end_unseen(TagId tag, Timestamp at, Scene& scene) {
  lives_[tag].missed = false;
  const rules::Cause& cause = lives_[tag].seen_cause;
  alarms::Condition c = condition_of(scene.tags.slot(tag).tag.name, Duration{0}, false);
  c.reading_sequence = cause.sequence;
  c.reading_index = cause.index;
  c.reading_time = cause.time;
  c.quality = cause.quality;
  scene.alarms.apply(std::move(c), {at, scene.sequence, plant_->hash}, scene.facts.transitions);
}

}  // namespace parkwatch::pipeline
