// daemon/gates/judge.cpp - What is wrong with a stay, and what stands because of whom.
#include <algorithm>

#include "gates/ledger.h"
#include "gates/texts.h"

namespace parkwatch::gates {
namespace {

bool is_in(const std::vector<std::string>& names, const std::string& name) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

bool allows(const SubjectSet& classes, Subject subject) { return classes[index_of(subject)]; }

constexpr std::array<GateRule, 4> judged{GateRule::no_permit, GateRule::wrong_gate,
                                         GateRule::wrong_lane, GateRule::doubt};

using Permits = std::vector<const Permit*>;

// Good there: one of them is, or there are none.
bool permits(const Permits& all, std::vector<std::string> Permit::*where, const std::string& name) {
  return all.empty() || std::any_of(all.begin(), all.end(), [&](const Permit* permit) {
           return is_in(permit->*where, name);
         });
}

bool is_its_gate(const GatePlan& plan, const std::string& name, Subject subject,
                 const Permits& all) {
  const GateSpec* gate = plan.gate(name);
  const bool open = plan.gates.empty() || (gate != nullptr && allows(gate->classes, subject));
  return open && permits(all, &Permit::gates, name);
}

// The place of a lane that is not for it; empty: it is.
std::string wrong_lane_of(const GateSpec& gate, const std::string& name, Subject subject,
                          const Permits& all) {
  if (name.empty()) return {};
  const auto lane = std::find_if(gate.lanes.begin(), gate.lanes.end(),
                                 [&name](const GateLane& each) { return each.name == name; });
  const bool known = lane != gate.lanes.end();
  const bool open = gate.lanes.empty() || (known && allows(lane->classes, subject));
  if (open && permits(all, &Permit::lanes, name)) return {};
  return place_of(LaneKey{gate.name, known ? name : std::string{}});
}

}  // namespace

// Good at its time, or now: who came in by a permit has not lost it by being seen after its end.
std::vector<const Permit*> Ledger::permits_of(std::string_view id, Subject subject, Timestamp then,
                                              Timestamp now) const {
  std::vector<const Permit*> permits;
  const auto [first, last] = numbers_.equal_range(id);
  for (auto each = first; each != last; ++each) {
    const auto permit = state_.book.permits.find(each->second);
    const Permit& one = permit->second;
    if (one.is_for(subject, then) || one.is_for(subject, now)) permits.push_back(&one);
  }
  return permits;
}

// By how it came in.
void Ledger::add_entry_faults(const Stay& stay, Timestamp at, Judged& out) const {
  if (stay.corrected) return;  // an operator answers for it
  const std::string place = gate_place(plan_, stay.gate);
  const bool needs = allows(plan_.permit_for, stay.subject);
  const Permits all = permits_of(stay.id, stay.subject, stay.since, at);
  if (needs && all.empty()) out.emplace_back(GateRule::no_permit, place);
  if (!is_its_gate(plan_, stay.gate, stay.subject, all)) {
    out.emplace_back(GateRule::wrong_gate, place);
  }
}

// By where it was last seen.
void Ledger::add_place_faults(const Stay& stay, Timestamp at, Judged& out) const {
  const GateSpec* gate = plan_.gate(stay.seen_gate);
  const bool at_entry = stay.seen_at == stay.since;
  if (gate == nullptr || (at_entry && stay.corrected)) return;
  const std::string place = "gate/" + gate->name;
  if (!at_entry && !allows(gate->classes, stay.subject)) {
    return out.emplace_back(GateRule::wrong_lane, place), void();
  }
  std::string off = wrong_lane_of(*gate, stay.seen_lane, stay.subject,
                                  permits_of(stay.id, stay.subject, stay.seen_at, at));
  if (!off.empty()) out.emplace_back(GateRule::wrong_lane, std::move(off));
}

// Nobody but an operator can tell whether it is inside.
void Ledger::add_doubt(const Stay& stay, Judged& out) const {
  const auto found = state_.doubts.find(stay.id);
  if (found == state_.doubts.end() || !found->second.given_up) return;
  out.emplace_back(GateRule::doubt, gate_place(plan_, found->second.told.passage.gate));
}

Ledger::Judged Ledger::faults_of(const Stay& stay, Timestamp at) const {
  Judged faults;
  add_entry_faults(stay, at, faults);
  add_place_faults(stay, at, faults);
  add_doubt(stay, faults);
  return faults;
}

void Ledger::judge(const Stay& stay, const Moment& m, Output& out) {
  const Judged faults = faults_of(stay, std::max(stay.since, m.at));
  Judged over;
  if (const auto found = by_key_.find(stay.id); found != by_key_.end()) {
    for (const auto& each : found->second) {
      const bool is_judged = std::find(judged.begin(), judged.end(), each.first) != judged.end();
      const Offence& offence = state_.offences.at(each).at(stay.id);
      const bool holds = std::find(faults.begin(), faults.end(), each) != faults.end();
      if (is_judged && !holds && offence.until == never) over.push_back(each);
    }
  }
  for (const auto& [rule, place] : over) absolve(rule, place, stay.id, m, out);
  for (const auto& [rule, place] : faults) {
    Finding cause = finding_of(rule, place, m, stay.subject);
    offend(rule, place, stay.id, {m.sequence, m.index, never}, cause, out);
  }
}

// What leaves by a gate or a lane that is not for it leaves nothing behind to stand: it is shown
// for a while. A permit by which it came in, at `since`, is good for leaving.
void Ledger::judge_leaving(const Passage& p, Timestamp since, const Moment& m, Output& out) {
  const auto show = [&](GateRule rule, const std::string& place) {
    offend(rule, place, p.id, {m.sequence, m.index, m.at + plan_.shown_for},
           finding_of(rule, place, m, p.subject), out);
  };
  const Permits all = permits_of(p.id, p.subject, since, m.at);
  if (!is_its_gate(plan_, p.gate, p.subject, all)) {
    show(GateRule::wrong_gate, gate_place(plan_, p.gate));
  }
  const GateSpec* gate = plan_.gate(p.gate);
  if (gate == nullptr) return;
  const std::string off = wrong_lane_of(*gate, p.lane, p.subject, all);
  if (!off.empty()) show(GateRule::wrong_lane, off);
}

bool Ledger::stands(GateRule rule, const std::string& place, const std::string& key) const {
  // Most are party to nothing, and their passages are many.
  if (!key.empty() && !by_key_.contains(key)) return false;
  const auto found = state_.offences.find({rule, place});
  return found != state_.offences.end() && found->second.contains(key);
}

// Each one more is told anew: the operator who has seen the first has not seen the second.
void Ledger::offend(GateRule rule, const std::string& place, const std::string& key,
                    Offence offence, const Finding& cause, Output& out) {
  if (!plan_.rule(rule).on) return;
  auto& by = state_.offences[{rule, place}];
  const bool stood = !by.empty();
  if (by.size() >= gate_entries_max && !by.contains(key)) return;
  const auto [entry, added] = by.try_emplace(key, offence);
  const Wake hold{Wake::Kind::hold, rule, key, place};
  if (!added) {
    entry->second.until = offence.until;
    return wakes_.arm(hold, offence.until);
  }
  wakes_.arm(hold, offence.until);
  if (!key.empty()) by_key_[key].emplace(rule, place);
  Finding finding = cause;
  if (stood) {
    finding.on = false;
    out.findings.push_back(finding);
  }
  finding.on = true;
  if (!key.empty()) finding.value = static_cast<double>(by.size());
  out.findings.push_back(std::move(finding));
}

void Ledger::absolve(GateRule rule, const std::string& place, const std::string& key,
                     const Moment& m, Output& out) {
  const auto found = state_.offences.find({rule, place});
  if (found == state_.offences.end() || found->second.erase(key) == 0) return;
  wakes_.arm({Wake::Kind::hold, rule, key, place}, never);
  if (const auto mine = by_key_.find(key); mine != by_key_.end()) {
    mine->second.erase({rule, place});
    if (mine->second.empty()) by_key_.erase(mine);
  }
  if (!found->second.empty()) return;
  state_.offences.erase(found);
  Finding over;
  over.rule = rule;
  over.place = place;
  over.at = m.at;
  over.sequence = m.sequence;
  over.index = m.index;
  out.findings.push_back(std::move(over));
}

// Of a stay that is over: all that does not end by itself.
void Ledger::absolve_all(const std::string& key, const Moment& m, Output& out) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  const auto all = found->second;  // absolve() takes from it
  for (const auto& each : all) {
    if (state_.offences.at(each).at(key).until == never) {
      absolve(each.first, each.second, key, m, out);
    }
  }
}

}  // namespace parkwatch::gates
