// daemon/pipeline/sources.cpp - Lost sources by deadline, bad ones by their readings.
#include "pipeline/sources.h"

#include <algorithm>

namespace parkwatch::pipeline {
namespace {

std::string alarm_tag(const std::string& source) { return "source/" + source; }

alarms::Condition blind_condition(const std::string& tag, const std::string& source,
                                  const SourceState& state, const std::string& detail,
                                  Priority priority) {
  alarms::Condition c;
  c.rule = rule_quality;
  c.tag = tag;
  c.level = Level::on;
  c.priority = priority;
  c.group = own_group;
  if (state.bad > 0 && !(state.lost && state.due == rules::never)) {
    c.quality = Quality::bad;
    c.message = {"数据源 " + source + " 的数据不可信：" + detail,
                 "bad data from source " + source + ": " + detail};
    c.guidance = {"检查仪表和接线；相关报警保持最后状态，直到数据恢复。",
                  "Check the instrument and its wiring; its alarms keep their last state until the "
                  "data is good again."};
    return c;
  }
  c.limit = std::chrono::duration<double>(source_lost_after).count();
  c.unit = "s";
  c.message = {"数据源 " + source + " 已断开：" + detail,
               "source " + source + " is lost: " + detail};
  c.guidance = {"检查网络、代理服务器及其证书；断开期间的数据由代理保留。",
                "Check the network, the broker and its certificate; the broker keeps what comes "
                "meanwhile."};
  return c;
}

}  // namespace

bool Sources::counts_as_bad(const TagTable& tags, TagId tag, const Reading& newest) {
  const TagHot& hot = tags.hot(tag);
  return newest.quality == Quality::bad && hot.active && !hot.derived &&
         tags.slot(tag).tag.commissioned;
}

// A source's number may be another one in the next plant.
void Sources::configure(const Plant& plant, Scene& scene, Timestamp at) {
  std::map<std::string, SourceState> kept;
  std::vector<SourceId> moved(names_.size(), source_id_none);
  for (std::size_t id = 0; id < plant.sources.size(); ++id) {
    const std::string& name = plant.sources[id].name;
    const auto before = std::find(names_.begin(), names_.end(), name);
    if (before != names_.end()) {
      moved[static_cast<std::size_t>(before - names_.begin())] = static_cast<SourceId>(id);
    }
    auto node = states_.extract(name);
    if (node.empty()) {
      kept.try_emplace(name);
    } else {
      kept.insert(std::move(node));
    }
  }
  for (const auto& [name, state] : states_) {
    scene.alarms.remove(rule_quality, alarm_tag(name), true, {at, scene.sequence, plant.hash},
                        scene.facts.transitions);
  }
  for (TagId tag = 0; tag < scene.tags.size(); ++tag) {
    SourceId& source = scene.tags.hot(tag).source;
    source = source < moved.size() ? moved[source] : source_id_none;
  }
  states_ = std::move(kept);
  index(plant);
  count_bad(scene.tags);
  for (auto& [name, state] : states_) {
    refresh(name, state, state.lost ? state.detail : "after a new configuration", bad_priority,
            scene, at);
  }
}

// Raises what should stand, and more urgently if need be; lets return what should not.
void Sources::refresh(const std::string& name, SourceState& state, const std::string& detail,
                      Priority priority, Scene& scene, Timestamp at) {
  const std::string tag = alarm_tag(name);
  alarms::Condition c;
  c.rule = rule_quality;
  c.tag = tag;
  if (state.is_blind()) c = blind_condition(tag, name, state, detail, priority);
  scene.alarms.apply(std::move(c), {at, scene.sequence, scene.plant.hash}, scene.facts.transitions);
}

void Sources::on_newest(const Reading& reading, SourceId source, Scene& scene, Timestamp at) {
  TagHot& hot = scene.tags.hot(reading.tag);
  const SourceId before = hot.source;
  const bool was_bad = hot.bad;
  if (source != source_id_none) hot.source = source;
  hot.bad = counts_as_bad(scene.tags, reading.tag, reading);
  if (was_bad && before < by_id_.size()) --by_id_[before]->bad;
  if (hot.bad && hot.source < by_id_.size()) ++by_id_[hot.source]->bad;
  if (was_bad && before < by_id_.size() && before != hot.source) {
    refresh(names_[before], *by_id_[before], {}, bad_priority, scene, at);
  }
  if (hot.source >= by_id_.size() || hot.bad == (was_bad && before == hot.source)) return;
  std::string detail = scene.tags.slot(reading.tag).tag.name;
  if (reading.reason != QualityReason::none) {
    detail += " (" + std::string{to_text(reading.reason)} + ")";
  }
  const auto urgency = scene.engine->urgency_of(reading.tag);
  refresh(names_[hot.source], *by_id_[hot.source], detail,
          std::max(bad_priority, urgency.value_or(bad_priority)), scene, at);
}

Priority Sources::blinded_by(const SourceState& state, const Scene& scene) const {
  Priority most = lost_priority;
  for (TagId tag = 0; tag < scene.tags.size(); ++tag) {
    const SourceId source = scene.tags.hot(tag).source;
    if (source >= by_id_.size() || by_id_[source] != &state) continue;
    most = std::max(most, scene.engine->urgency_of(tag).value_or(most));
  }
  return most;
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
    if (raised) refresh(found->first, state, {}, bad_priority, scene, at);
  } else if (!state.lost) {
    state.lost = true;
    state.lost_since = at;
    state.due = at + source_lost_after;
    state.detail = condition.detail;
  }
  refresh_due();
}

SourceId Sources::find(std::string_view name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  return found == names_.end() ? source_id_none : static_cast<SourceId>(found - names_.begin());
}

bool Sources::any_gone() const {
  return std::any_of(states_.begin(), states_.end(),
                     [](const auto& each) { return each.second.is_gone(); });
}

DuplicateMemory* Sources::memory(SourceId source) {
  return source < by_id_.size() ? &by_id_[source]->memory : nullptr;
}

void Sources::fire_next(Scene& scene) {
  for (auto& [name, state] : states_) {
    if (state.due != next_due_) continue;
    const Timestamp at = state.due;
    state.due = rules::never;
    refresh(name, state, state.detail, blinded_by(state, scene), scene, at);
    break;
  }
  refresh_due();
}

void Sources::shift(Duration by, Timestamp now) {
  for (auto& [name, state] : states_) {
    if (state.due != rules::never) state.due = std::min(state.due + by, now + source_lost_after);
  }
  refresh_due();
}

void Sources::restore(const Plant& plant, std::map<std::string, SourceState> states,
                      TagTable& tags) {
  states_ = std::move(states);
  for (const SourceSpec& source : plant.sources) states_.try_emplace(source.name);
  index(plant);
  count_bad(tags);
}

void Sources::count_bad(TagTable& tags) {
  for (auto& [name, state] : states_) state.bad = 0;
  for (TagId tag = 0; tag < tags.size(); ++tag) {
    TagHot& hot = tags.hot(tag);
    hot.bad = hot.has_newest && counts_as_bad(tags, tag, tags.newest(tag));
    if (hot.bad && hot.source < by_id_.size()) ++by_id_[hot.source]->bad;
  }
}

void Sources::index(const Plant& plant) {
  by_id_.clear();
  names_.clear();
  for (const SourceSpec& source : plant.sources) {
    by_id_.push_back(&states_.at(source.name));
    names_.push_back(source.name);
  }
  refresh_due();
}

void Sources::refresh_due() {
  next_due_ = rules::never;
  for (const auto& [name, state] : states_) next_due_ = std::min(next_due_, state.due);
}

}  // namespace parkwatch::pipeline
