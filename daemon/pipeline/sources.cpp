// daemon/pipeline/sources.cpp - Lost sources, by deadline.
#include "pipeline/sources.h"

#include <algorithm>

namespace parkwatch::pipeline {
namespace {

std::string alarm_tag(const std::string& source) { return "source/" + source; }

alarms::Condition lost_condition(const std::string& tag, const std::string& source,
                                 const std::string& detail) {
  alarms::Condition c;
  c.rule = source_lost_rule;
  c.tag = tag;
  c.level = Level::on;
  c.priority = Priority::high;
  c.limit = std::chrono::duration<double>(source_lost_after).count();
  c.unit = "s";
  c.group = own_group;
  c.message = {"数据源 " + source + " 已断开：" + detail,
               "source " + source + " is lost: " + detail};
  c.guidance = {"检查网络、代理服务器及其证书；断开期间的数据由代理保留。",
                "Check the network, the broker and its certificate; the broker keeps what comes "
                "meanwhile."};
  return c;
}

}  // namespace

void Sources::configure(const Plant& plant, Scene& scene, Timestamp at) {
  std::map<std::string, SourceState> kept;
  for (const SourceSpec& source : plant.sources) {
    auto node = states_.extract(source.name);
    if (node.empty()) {
      kept.try_emplace(source.name);
    } else {
      kept.insert(std::move(node));
    }
  }
  for (const auto& [name, state] : states_) {
    scene.alarms.remove(std::string{source_lost_rule}, alarm_tag(name),
                        {at, scene.sequence, plant.hash}, scene.facts.transitions);
  }
  states_ = std::move(kept);
  index(plant);
}

void Sources::on_condition(const SourceCondition& condition, Scene& scene, Timestamp at) {
  const auto found = states_.find(condition.source);
  if (found == states_.end()) return;
  SourceState& state = found->second;
  if (condition.connected) {
    if (!condition.session_kept) state.memory.clear();
    const bool raised = state.lost && state.due == rules::never;
    state.lost = false;
    state.due = rules::never;
    state.detail.clear();
    if (raised) {
      const std::string tag = alarm_tag(condition.source);
      alarms::Condition c;
      c.rule = source_lost_rule;
      c.tag = tag;
      scene.alarms.apply(std::move(c), {at, scene.sequence, scene.plant.hash},
                         scene.facts.transitions);
    }
  } else if (!state.lost) {
    state.lost = true;
    state.due = at + source_lost_after;
    state.detail = condition.detail;
  }
  refresh_due();
}

DuplicateMemory* Sources::memory(SourceId source) {
  return source < by_id_.size() ? &by_id_[source]->memory : nullptr;
}

void Sources::fire_next(Scene& scene) {
  for (auto& [name, state] : states_) {
    if (state.due != next_due_) continue;
    const std::string tag = alarm_tag(name);
    scene.alarms.apply(lost_condition(tag, name, state.detail),
                       {state.due, scene.sequence, scene.plant.hash}, scene.facts.transitions);
    state.due = rules::never;
    break;
  }
  refresh_due();
}

void Sources::shift(Duration by) {
  for (auto& [name, state] : states_) {
    if (state.due != rules::never) state.due += by;
  }
  refresh_due();
}

void Sources::restore(const Plant& plant, std::map<std::string, SourceState> states) {
  states_ = std::move(states);
  for (const SourceSpec& source : plant.sources) states_.try_emplace(source.name);
  index(plant);
}

void Sources::index(const Plant& plant) {
  by_id_.clear();
  for (const SourceSpec& source : plant.sources) by_id_.push_back(&states_.at(source.name));
  refresh_due();
}

void Sources::refresh_due() {
  next_due_ = rules::never;
  for (const auto& [name, state] : states_) next_due_ = std::min(next_due_, state.due);
}

}  // namespace parkwatch::pipeline
