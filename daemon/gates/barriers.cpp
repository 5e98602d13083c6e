// daemon/gates/barriers.cpp - Barriers that stay open, and vehicles that pass without a cycle.
#include <algorithm>

#include "gates/ledger.h"
#include "gates/texts.h"

namespace parkwatch::gates {
namespace {

// Null: it is none of the gate's.
const GateLane* lane_of(const GatePlan& plan, const Passage& p) {
  const GateSpec* gate = plan.gate(p.gate);
  if (gate == nullptr) return nullptr;
  for (const GateLane& lane : gate->lanes) {
    if (lane.name == gate->lane_of(p)) return &lane;
  }
  return nullptr;
}

// What was kept back on its way: whose cycle was whose cannot be told any more.
bool is_late(const GatePlan& plan, Timestamp at, const Moment& m) {
  return at + plan.tailgating_within < m.at;
}

}  // namespace

void Ledger::on_barrier(const Passage& p, Timestamp at, const Moment& m, Output& out) {
  const GateLane* lane = lane_of(plan_, p);
  const GateSpec* gate = plan_.gate(p.gate);
  // A gate without lanes has one barrier, which has no name.
  if (lane == nullptr && (gate == nullptr || !gate->lanes.empty())) return;
  const LaneKey key{p.gate, lane == nullptr ? std::string{} : lane->name};
  LaneState& state = state_.lanes[key];
  if (p.kind == PassageKind::barrier_closed) {
    state.opened = never;
    absolve(GateRule::barrier, place_of(key), {}, m, out);
    return rearm_lane(key);
  }
  if (p.kind == PassageKind::barrier_open) {
    if (state.opened != never) return;  // it says again what we know
    state.opened = m.at;
  }
  if (lane != nullptr && lane->barrier && !is_late(plan_, at, m)) {
    if (!state.waiting.empty()) {
      state.waiting.pop_front();
    } else {
      state.cycles.push_back(m.at);
      if (state.cycles.size() > lane_memory_max) state.cycles.pop_front();
    }
  }
  rearm_lane(key);
}

// A vehicle needs a cycle of its own, shortly before or after it.
void Ledger::on_vehicle(const Passage& p, Timestamp at, const Moment& m) {
  if (p.subject == Subject::person || is_late(plan_, at, m)) return;
  const GateLane* lane = lane_of(plan_, p);
  if (lane == nullptr || !lane->barrier) return;
  const LaneKey key{p.gate, lane->name};
  LaneState& state = state_.lanes[key];
  auto& cycles = state.cycles;
  while (!cycles.empty() && cycles.front() + plan_.tailgating_within < m.at) cycles.pop_front();
  if (!cycles.empty()) {
    cycles.pop_front();
  } else {
    state.waiting.push_back({m.at, m.sequence, m.index});
    if (state.waiting.size() > lane_memory_max) state.waiting.pop_front();
  }
  rearm_lane(key);
}

void Ledger::rearm_lane(const LaneKey& key) {
  Timestamp due = never;
  const auto found = state_.lanes.find(key);
  if (found != state_.lanes.end()) {
    const LaneState& lane = found->second;
    const bool looked_for = plan_.rule(GateRule::barrier).on && lane.opened != never;
    if (looked_for && !stands(GateRule::barrier, place_of(key), {})) {
      due = lane.opened + plan_.barrier_after;
    }
    if (!lane.waiting.empty()) {
      due = std::min(due, lane.waiting.front().at + plan_.tailgating_within);
    }
  }
  arm({Wake::Kind::lane, {}, key.first, key.second}, due);
}

void Ledger::fire_lane(const LaneKey& key, const Moment& m, Output& out) {
  const auto found = state_.lanes.find(key);
  if (found == state_.lanes.end()) return;
  LaneState& lane = found->second;
  const std::string place = place_of(key);
  if (lane.opened != never && lane.opened + plan_.barrier_after <= m.at &&
      !stands(GateRule::barrier, place, {})) {
    Finding cause = finding_of(GateRule::barrier, place, m);
    cause.value = std::chrono::duration<double>(m.at - lane.opened).count();
    cause.limit = std::chrono::duration<double>(plan_.barrier_after).count();
    offend(GateRule::barrier, place, {}, {m.sequence, 0, never}, cause, out);
  }
  while (!lane.waiting.empty() && lane.waiting.front().at + plan_.tailgating_within <= m.at) {
    const LaneState::Waiting vehicle = lane.waiting.front();
    lane.waiting.pop_front();
    const Moment then{m.at, vehicle.sequence, vehicle.index};
    const std::string key_of_vehicle =
        "passage " + std::to_string(vehicle.sequence) + "." + std::to_string(vehicle.index);
    offend(GateRule::tailgating, place, key_of_vehicle,
           {vehicle.sequence, vehicle.index, m.at + plan_.shown_for},
           finding_of(GateRule::tailgating, place, then), out);
  }
  rearm_lane(key);
}

}  // namespace parkwatch::gates
