// daemon/pipeline/gates.cpp - Between the ledger and the alarms.
#include "pipeline/gates.h"

#include <algorithm>
#include <utility>

namespace parkwatch::pipeline {
namespace {

alarms::Condition condition_of(const gates::Finding& finding, const GatePlan& plan) {
  alarms::Condition c;
  c.rule = rule_id(finding.rule);
  c.tag = finding.place;
  c.reading_sequence = finding.sequence;
  c.reading_index = finding.index;
  c.reading_time = finding.at;
  if (!finding.on) return c;
  c.level = Level::on;
  c.priority = plan.rule(finding.rule).priority;
  c.value = finding.value;
  c.limit = finding.limit;
  c.message = finding.message;
  c.guidance = finding.guidance;
  c.group = plan.group;
  const bool is_time = finding.rule == GateRule::barrier || finding.rule == GateRule::clock ||
                       finding.rule == GateRule::silent;
  if (is_time) c.unit = "s";
  return c;
}

AlarmEvent row_of(const gates::Note& note, const GatePlan& plan) {
  AlarmEvent row;
  row.rule = rule_muster;
  row.tag = "gates/muster";
  row.priority = Priority::high;
  switch (note.kind) {
    case gates::Note::Kind::corrected:
      row.kind = TransitionKind::gates_corrected;
      row.rule = rule_gates;
      row.tag = "gates/ledger";
      row.priority = Priority::low;
      break;
    case gates::Note::Kind::muster_started:
      row.kind = TransitionKind::muster_started;
      row.flags = alarm_in_progress;
      break;
    case gates::Note::Kind::muster_ended:
      row.kind = TransitionKind::muster_ended;
      break;
  }
  row.group = plan.group;
  row.raised_at = note.at;
  row.author = note.author;
  row.comment = note.comment;
  row.message = note.message;
  return row;
}

// It was raised by the plant, and somebody was to be told.
bool may_begin_muster(const AlarmEvent& e, const GatePlan& plan) {
  if (e.kind != TransitionKind::raised || is_hidden(e) || (e.flags & alarm_test) != 0) return false;
  return std::any_of(plan.muster_rules.begin(), plan.muster_rules.end(),
                     [&e](const std::string& pattern) { return tag_matches(pattern, e.rule); });
}

void replace(std::string& id, const Pseudonym& pseudonym) {
  if (!id.empty() && !is_pseudonym(id)) id = pseudonym(id);
}

}  // namespace

void Gates::configure(Scene& scene, Timestamp at) {
  ledger_.configure(scene.plant.gates, {at, scene.sequence, 0}, out_);
  tell(scene);
  look(scene);
}

void Gates::on_passage(const Passage& passage, const gates::Moment& moment, Scene& scene) {
  ++scene.facts.counts.passages;
  (void)ledger_.on_passage(passage, moment, out_);  // a full ledger is an alarm
  tell(scene);
}

Result<Done> Gates::obey(const Command& command, Timestamp at, Scene& scene) {
  const gates::Moment moment{at, scene.sequence, 0};
  Result<Done> result = Done{};
  if (const auto* permits = std::get_if<PermitCommand>(&command.body)) {
    result = ledger_.obey(*permits, moment, out_);
  } else if (const auto* correction = std::get_if<GateCorrection>(&command.body)) {
    result = ledger_.obey(*correction, command.author, moment, out_);
  } else if (const auto* muster = std::get_if<MusterCommand>(&command.body)) {
    result = ledger_.obey(*muster, command.author, moment, out_);
  }
  tell(scene);
  return result;
}

void Gates::look(Scene& scene) {
  const std::uint64_t last = scene.alarms.last_journal();
  if (last == looked_) return;
  const GatePlan& plan = ledger_.plan();
  const std::vector<AlarmEvent>& all = scene.facts.transitions;
  for (std::size_t at = all.size(); at > 0 && all[at - 1].journal > looked_; --at) {
    if (plan.muster_rules.empty()) break;
    const AlarmEvent& event = all[at - 1];
    if (!may_begin_muster(event, plan)) continue;
    const std::string reason = event.rule + " " + event.tag;
    if (ledger_.book().muster.active) {
      ledger_.extend_muster(reason, {event.at, 0, 0}, out_);
    } else {
      MusterCommand start;
      start.reason = reason;
      (void)ledger_.obey(start, {}, {event.at, 0, 0}, out_);
    }
    tell(scene);
    break;  // `all` may have moved
  }
  looked_ = scene.alarms.last_journal();
}

void Gates::fire_next(Scene& scene) {
  ledger_.fire_next(out_);
  tell(scene);
}

void Gates::set_back(Scene& scene, Timestamp to) {
  ledger_.set_back({to, scene.sequence, 0}, out_);
  tell(scene);
}

void Gates::tell(Scene& scene) {
  const GatePlan& plan = ledger_.plan();
  for (const gates::Finding& finding : out_.findings) {
    scene.alarms.apply(condition_of(finding, plan), {finding.at, scene.sequence, scene.plant.hash},
                       scene.facts.transitions);
  }
  for (const gates::Note& note : out_.notes) {
    scene.alarms.record(row_of(note, plan), {note.at, scene.sequence, scene.plant.hash},
                        scene.facts.transitions);
  }
  for (GateChange& change : out_.changes) scene.facts.gates.push_back(std::move(change));
  out_.findings.clear();
  out_.notes.clear();
  out_.changes.clear();
}

void Gates::restore(const GatePlan& plan, gates::LedgerState state, std::uint64_t looked) {
  ledger_.restore(plan, std::move(state));
  looked_ = looked;
}

bool is_of_gates(const Command& command) {
  return std::holds_alternative<PermitCommand>(command.body) ||
         std::holds_alternative<GateCorrection>(command.body) ||
         std::holds_alternative<MusterCommand>(command.body);
}

void pseudonymise(Command& command, const Pseudonym& pseudonym) {
  forget_names(command);
  if (auto* permits = std::get_if<PermitCommand>(&command.body)) {
    for (Permit& permit : permits->permits) replace(permit.id, pseudonym);
  } else if (auto* correction = std::get_if<GateCorrection>(&command.body)) {
    replace(correction->id, pseudonym);
    replace(correction->to, pseudonym);
  } else if (auto* muster = std::get_if<MusterCommand>(&command.body)) {
    replace(muster->id, pseudonym);
  }
}

void forget_names(Command& command) {
  if (auto* permits = std::get_if<PermitCommand>(&command.body)) {
    for (Permit& permit : permits->permits) permit.name.clear();
  } else if (auto* correction = std::get_if<GateCorrection>(&command.body)) {
    correction->name.clear();
  }
}

void pseudonymise(Passage& passage, const Pseudonym& pseudonym) {
  replace(passage.id, pseudonym);
  replace(passage.card, pseudonym);
  passage.name.clear();
}

}  // namespace parkwatch::pipeline
