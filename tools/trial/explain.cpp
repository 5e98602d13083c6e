// tools/trial/explain.cpp - Restores, replays, looks.
#include "tools/trial/explain.h"

#include <algorithm>

#include "model/settings.h"
#include "parkwatch/v1/snapshot.pb.h"
#include "pipeline/pipeline.h"
#include "rules/check.h"
#include "rules/levels.h"
#include "tools/trial/plants.h"

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

void add_levels(const v1::Snapshot& snapshot, TagId tag, Explained& out) {
  const rules::LevelSpec spec{out.rule};
  for (const Limit& limit : spec.limits()) out.levels.push_back({limit, false, false, false, {}});
  for (const v1::RuleState& state : snapshot.rules()) {
    if (state.rule() != out.rule.id || state.tag_id() != tag) continue;
    for (const v1::LevelState& level : state.levels()) {
      if (level.level() >= out.levels.size()) continue;
      ExplainedLevel& one = out.levels[level.level()];
      one.in = level.in();
      one.active = level.active();
      one.held = level.held();
      if (level.held()) one.left = Duration{level.remaining_us()};
      if (level.has_receive_due_us()) one.left = from_us(level.receive_due_us()) - out.as_of;
    }
  }
}

void add_hiding(const pipeline::Pipeline& pipeline, const v1::Snapshot& snapshot, Explained& out) {
  for (const std::string& name : rules::tags_of_expression(out.rule.alarm.suppress_when)) {
    GuardOperand operand{filled_from_tag_name(name, out.tag.name), {}};
    for (TagId id = 0; id < pipeline.tag_count(); ++id) {
      if (pipeline.tag(id).tag->name != operand.tag || pipeline.tag(id).newest == nullptr) continue;
      operand.newest = *pipeline.tag(id).newest;
    }
    out.guard.push_back(std::move(operand));
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

std::string seconds(Duration time) {
  return to_text(std::chrono::duration_cast<Duration>(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::max(time, Duration{0}))));
}

std::string limit_text(const Limit& limit) {
  if (limit.level == Level::on) return "the condition";
  return std::string{to_text(limit.level)} + " = " + to_text(Value{limit.at});
}

std::string reason_of(const ExplainedLevel& level) {
  const std::string limit = limit_text(level.limit);
  if (level.held) {
    return limit + ": its delay stands still while the data is bad, " + seconds(*level.left) +
           " are left";
  }
  if (level.in && !level.active) {
    return limit + " is passed; " + seconds(level.left.value_or(Duration{0})) +
           " of its on-delay (" + to_text(level.limit.on_delay) + ") are left";
  }
  if (level.in) {
    std::string text = limit + " is passed: the level is active";
    if (level.limit.deadband > 0) {
      const bool high = level.limit.level >= Level::high;
      const double back = level.limit.at + (high ? -1 : 1) * level.limit.deadband;
      text += std::string{" until the signal is "} + (high ? "below " : "above ") +
              to_text(Value{back});
    }
    return text;
  }
  if (level.active) {
    return limit + " is no longer passed; " + seconds(level.left.value_or(Duration{0})) +
           " of its off-delay (" + to_text(level.limit.off_delay) + ") are left";
  }
  return limit + " is not passed";
}

// "a/b/pump is 0", and what makes it worthless.
std::string text_of(const GuardOperand& operand) {
  if (!operand.newest) return operand.tag + " was never seen";
  const Reading& r = *operand.newest;
  std::string text = operand.tag + " is " + to_text(r.value);
  if (r.quality == Quality::good) return text;
  text += ", " + std::string{to_text(r.quality)};
  return r.reason == QualityReason::none ? text : text + " " + std::string{to_text(r.reason)};
}

std::string guard_reason(const Explained& e) {
  const std::string expression = filled_from_tag_name(e.rule.alarm.suppress_when, e.tag.name);
  std::string operands;
  for (const GuardOperand& operand : e.guard) {
    operands += (operands.empty() ? "" : "; ") + text_of(operand);
  }
  operands = " (" + operands + ")";
  if (e.by_design) return "suppressed by " + expression + operands;
  if (e.recheck) {
    return "suppressed until " + to_rfc3339(*e.recheck) + ", the recheck (" +
           to_text(e.rule.alarm.recheck) + ") after " + expression + operands;
  }
  return "not suppressed: " + expression + " does not hold, or its data does not count" + operands;
}

std::string hold_text(const std::string& what, const Hold& hold) {
  std::string text = what;
  if (hold.until) text += " until " + to_rfc3339(*hold.until);
  if (hold.one_shot) text += " or until it returns";
  return text + " by " + hold.author + ": " + hold.reason;
}

void add_hidden(const Explained& e, std::vector<std::string>& reasons) {
  if (!e.guard.empty()) reasons.push_back(guard_reason(e));
  const AlarmEvent* last = e.decisions.empty() ? nullptr : &e.decisions.back();
  if (last != nullptr && (e.hidden & alarm_shelved) != 0 && last->shelving) {
    reasons.push_back(hold_text("shelved", *last->shelving));
  }
  if (last != nullptr && (e.hidden & alarm_out_of_service) != 0 && last->service) {
    reasons.push_back(hold_text("out of service", *last->service));
  }
  if (!e.tag.commissioned) reasons.push_back("its tag is not commissioned");
  if ((e.hidden & alarm_maintenance) != 0) reasons.push_back("a maintenance window covers it");
  if (e.hidden != 0) reasons.push_back("so it is evaluated and journaled, and nobody is told");
}

}  // namespace

Result<Explained> explain(store::History& history, const std::string& rule,
                          const std::string& tag) {
  Plants plants{history};
  const auto pipeline = newest_state(history, plants);
  if (!pipeline) return pipeline.error();
  const auto plant = plants.of(pipeline->plant_hash());
  if (plant == nullptr) return Error{ErrorKind::permanent, plants.fault()};
  const auto found = rule_of(*plant, rule, tag);
  if (!found) return found.error();
  Explained out;
  out.rule = **found;
  out.plant = plant->hash;
  out.as_of = pipeline->now();
  TagId id = 0;
  while (id < pipeline->tag_count() && pipeline->tag(id).tag->name != tag) ++id;
  if (id == pipeline->tag_count()) {
    return Error{ErrorKind::not_found, "the tag \"" + tag + "\" was never in force"};
  }
  out.tag = *pipeline->tag(id).tag;
  if (pipeline->tag(id).newest != nullptr) out.newest = *pipeline->tag(id).newest;
  v1::Snapshot snapshot;
  pipeline->snapshot(snapshot);
  add_levels(snapshot, id, out);
  add_hiding(*pipeline, snapshot, out);
  auto decisions = history.journal_of(rule, tag, decisions_max);
  if (!decisions) return decisions.error();
  out.decisions = std::move(*decisions);
  const bool closed = out.decisions.empty() || out.decisions.back().state == AlarmState::normal ||
                      out.decisions.back().kind == TransitionKind::removed;
  if (!closed) out.standing = out.decisions.back();
  return out;
}

std::vector<std::string> reasons_of(const Explained& explained) {
  std::vector<std::string> reasons;
  if (!explained.newest) {
    reasons.push_back("no reading of the tag has come yet: nothing can be said");
  } else if (explained.newest->quality == Quality::bad) {
    reasons.push_back("the data is bad (" + std::string{to_text(explained.newest->reason)} +
                      "): it neither raises nor clears this alarm");
  } else if ((explained.newest->flags & reading_historical) != 0) {
    reasons.push_back("the newest reading is historical: it never alarms");
  }
  for (const ExplainedLevel& level : explained.levels) reasons.push_back(reason_of(level));
  if (!explained.standing) {
    reasons.push_back("the alarm is normal");
  } else {
    reasons.push_back("the alarm is " + std::string{to_text(explained.standing->state)} +
                      " since " + to_rfc3339(explained.standing->raised_at) + ", occurrence " +
                      std::to_string(explained.standing->occurrence));
  }
  add_hidden(explained, reasons);
  return reasons;
}

}  // namespace parkwatch::trial
