// tools/trial/explain.cpp - Restores, replays, looks.
#include "tools/trial/explain.h"

#include <algorithm>

#include "model/settings.h"
#include "parkwatch/v1/snapshot.pb.h"
#include "pipeline/pipeline.h"
#include "rules/check.h"
#include "rules/levels.h"
#include "tools/trial/plants.h"
#include "tools/trial/signal_now.h"

namespace parkwatch::trial {
namespace {

// The pipeline as of the last commit.
Result<pipeline::Pipeline> newest_state(store::History& history, Plants& plants) {
  const auto extent = history.extent();
  if (!extent) return extent.error();
  if (extent->first_batch == 0) return Error{ErrorKind::not_found, "nothing is stored yet"};
  const auto kept = history.snapshots();
  if (!kept) return kept.error();
  pipeline::Pipeline pipeline;
  std::uint64_t after = extent->first_batch - 1;
  if (!kept->empty()) {
    const auto snapshot = history.snapshot(kept->back());
    if (!snapshot) return snapshot.error();
    const auto plant = plants.of((*snapshot)->plant_hash());
    if (plant == nullptr) return Error{ErrorKind::permanent, plants.fault()};
    auto restored = pipeline::Pipeline::restore(**snapshot, plant);
    if (!restored) return restored.error();
    pipeline = std::move(*restored);
    after = kept->back().batch;
  }
  const auto plant_of = [&](const std::string& hash) { return plants.of(hash); };
  const auto take = [&](RecordedBatch& batch) {
    Facts facts;
    return pipeline.replay(batch, plant_of, facts);
  };
  if (auto done = history.batches({after, timestamp_max, false}, take); !done) return done.error();
  return pipeline;
}

std::string meant(const std::string& word, const std::vector<std::string>& words) {
  const auto near = did_you_mean(word, words);
  return near ? "; did you mean \"" + *near + "\"?" : std::string{};
}

Result<const RuleSpec*> rule_of(const Plant& plant, const std::string& id, const std::string& tag) {
  std::vector<std::string> ids;
  for (const RuleSpec& rule : plant.rules) {
    ids.push_back(rule.id);
    if (rule.id != id) continue;
    if (std::find(rule.tags.begin(), rule.tags.end(), tag) != rule.tags.end()) return &rule;
    return Error{ErrorKind::not_found,
                 "rule \"" + id + "\" has no alarm on \"" + tag + "\"" + meant(tag, rule.tags)};
  }
  return Error{ErrorKind::not_found, "there is no rule \"" + id + "\"" + meant(id, ids)};
}

void add_level(const v1::LevelState& state, Explained& out) {
  if (state.level() >= out.levels.size()) return;
  ExplainedLevel& one = out.levels[state.level()];
  one.in = state.in();
  one.active = state.active();
  one.held = state.held();
  if (state.held()) one.left = Duration{state.remaining_us()};
  if (state.has_receive_due_us()) one.left = from_us(state.receive_due_us()) - out.as_of;
}

pipeline::PhaseNow phase_of(const v1::RuleState& state) {
  using pipeline::Phase;
  pipeline::PhaseNow phase;
  if (state.phase() != 0) phase.phase = state.phase() == 1 ? Phase::before : Phase::after;
  if (state.has_phase_until_us()) phase.until = from_us(state.phase_until_us());
  return phase;
}

void add_state(const v1::Snapshot& snapshot, TagId tag, Explained& out) {
  const rules::LevelSpec spec{out.rule};
  for (const Limit& limit : spec.limits()) out.levels.push_back({limit, false, false, false, {}});
  for (const v1::RuleState& state : snapshot.rules()) {
    if (state.rule() != out.rule.id || state.tag_id() != tag) continue;
    for (const v1::LevelState& level : state.levels()) add_level(level, out);
    for (const v1::Passing& passing : state.passings()) {
      const bool counts = out.as_of - from_us(passing.at_us()) < spec.within();
      if (counts && passing.level() < out.levels.size()) ++out.levels[passing.level()].passings;
    }
    out.phase = phase_of(state);
    out.signal = signal_now(out, snapshot, state);
  }
}

void add_hiding(const v1::Snapshot& snapshot, Explained& out) {
  for (const std::string& name : rules::tags_of_expression(out.rule.alarm.suppress_when)) {
    out.guard.push_back(tag_in(snapshot, filled_from_tag_name(name, out.tag.name)));
  }
  const int remembered = std::min(snapshot.alarms_size(), snapshot.alarm_memories_size());
  for (int i = 0; i < remembered; ++i) {
    const v1::AlarmEvent& alarm = snapshot.alarms(i);
    if (alarm.rule() != out.rule.id || alarm.tag() != out.tag.name) continue;
    const v1::AlarmMemory& memory = snapshot.alarm_memories(i);
    out.hidden = alarm.flags() & alarm_hidden;
    out.by_design = memory.by_design();
    if (memory.has_recheck_us()) out.recheck = from_us(memory.recheck_us());
  }
}

// The alarm's own: which it is, and how its readings stand.
Result<Done> add_rule(const pipeline::Pipeline& pipeline, const Plant& plant,
                      const v1::Snapshot& snapshot, const std::string& rule, Explained& out) {
  const std::string& tag = out.tag.name;
  const auto found = rule_of(plant, rule, tag);
  if (!found) return found.error();
  out.rule = **found;
  TagId id = 0;
  while (id < pipeline.tag_count() && pipeline.tag(id).tag->name != tag) ++id;
  if (id == pipeline.tag_count()) {
    return Error{ErrorKind::not_found, "the tag \"" + tag + "\" was never in force"};
  }
  out.tag = *pipeline.tag(id).tag;
  const ExplainedTag now = tag_in(snapshot, tag);
  out.newest = now.newest;
  out.check = now.check;
  add_state(snapshot, id, out);
  return Done{};
}

// Whatever a rule of gates may be on.
std::vector<std::string> places_of(const GatePlan& plan) {
  std::vector<std::string> names{"gate/unknown", "inside/all"};
  for (const GateSpec& gate : plan.gates) {
    names.push_back("gate/" + gate.name);
    for (const GateLane& lane : gate.lanes) names.push_back("gate/" + gate.name + "/" + lane.name);
    for (const GateDevice& device : gate.devices) {
      names.push_back("device/" + gate.name + "/" + device.name);
    }
  }
  const auto add_within = [&names](const std::string& where) {
    for (std::size_t s = 0; s < subjects; ++s) {
      names.push_back(where + "/" + std::string{to_text(static_cast<Subject>(s))});
    }
  };
  add_within("inside");
  for (const GateZone& zone : plan.zones) add_within("zone/" + zone.name);
  return names;
}

// What the configuration names for a rule; none: of this one (the store, actions) only the journal
// knows.
std::optional<std::vector<std::string>> watched_by_own(const config::Config& config,
                                                       const std::string& rule,
                                                       const v1::Snapshot& snapshot) {
  const Plant& plant = *config.plant;
  if (is_gate_rule(rule)) return places_of(plant.gates);
  std::vector<std::string> names;
  if (rule == rule_delivery_failed) {
    for (const ReceiverSpec& receiver : config.notify->receivers) {
      names.push_back("receiver/" + receiver.name);
    }
  } else if (rule == rule_quality) {
    for (const SourceSpec& source : plant.sources) names.push_back("source/" + source.name);
  } else if (rule == rule_clock || rule == rule_never_seen || rule == rule_loop_check) {
    for (const v1::TagState& tag : snapshot.tags()) names.push_back(tag.definition().name());
    if (rule == rule_clock) names.emplace_back(gateway_clock_tag);
  } else {
    return std::nullopt;
  }
  return names;
}

Result<Done> add_own_rule(const config::Config& config, const v1::Snapshot& snapshot,
                          const std::string& rule, Explained& out) {
  const auto names = watched_by_own(config, rule, snapshot);
  const std::string& tag = out.tag.name;
  // Another configuration may have named what the journal knows.
  const bool known = !out.decisions.empty();
  if (!known && names && std::find(names->begin(), names->end(), tag) == names->end()) {
    return Error{ErrorKind::not_found,
                 "rule \"" + rule + "\" has no alarm on \"" + tag + "\"" + meant(tag, *names)};
  }
  out.rule.id = rule;
  out.own = true;
  const ExplainedTag now = tag_in(snapshot, tag);
  out.newest = now.newest;
  out.check = now.check;
  for (std::size_t i = 0; i < gate_rules; ++i) {
    if (rule_id(static_cast<GateRule>(i)) != rule) continue;
    out.switched_off = !config.plant->gates.on || !config.plant->gates.rules[i].on;
  }
  return Done{};
}

}  // namespace

Result<Explained> explain(store::History& history, const std::string& rule,
                          const std::string& tag) {
  Plants plants{history};
  const auto pipeline = newest_state(history, plants);
  if (!pipeline) return pipeline.error();
  const auto config = plants.config_of(pipeline->plant_hash());
  if (config == nullptr) return Error{ErrorKind::permanent, plants.fault()};
  auto decisions = history.journal_of(rule, tag, decisions_max);
  if (!decisions) return decisions.error();
  Explained out;
  out.decisions = std::move(*decisions);
  out.plant = config->plant->hash;
  out.calendar = config->plant->calendar;
  out.as_of = pipeline->now();
  out.tag.name = tag;
  v1::Snapshot snapshot;
  pipeline->snapshot(snapshot);
  const bool own = is_own_rule(rule) || is_gate_rule(rule);
  const auto added = own ? add_own_rule(*config, snapshot, rule, out)
                         : add_rule(*pipeline, *config->plant, snapshot, rule, out);
  if (!added) return added.error();
  add_hiding(snapshot, out);
  const bool closed = out.decisions.empty() || out.decisions.back().state == AlarmState::normal ||
                      out.decisions.back().kind == TransitionKind::removed;
  if (!closed) out.standing = out.decisions.back();
  return out;
}

}  // namespace parkwatch::trial
