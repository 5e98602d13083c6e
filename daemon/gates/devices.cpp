// daemon/gates/devices.cpp - When the devices of a gate were heard last, and which say nothing.
#include <utility>

#include "gates/ledger.h"
#include "gates/texts.h"

namespace parkwatch::gates {
namespace {

// In a rush hour nobody needs to know it more exactly.
constexpr Duration heard_every = std::chrono::seconds{1};

std::string place_of_device(const DeviceKey& key) {
  return "device/" + key.first + "/" + key.second;
}

}  // namespace

void Ledger::hear_devices(const Passage& p, const Moment& m, Output& out) {
  const GateSpec* gate = plan_.gate(p.gate);
  if (gate == nullptr) return;
  for (const GateDevice& device : gate->devices) {
    if (!device.tells(p, gate->lane_of(p))) continue;
    const DeviceKey key{gate->name, device.name};
    const DeviceState& state = state_.book.devices.at(key);
    // A clock that was set back heard it in what is the future now.
    const bool just_heard =
        state.heard && *state.heard <= m.at && m.at < *state.heard + heard_every;
    if (just_heard) continue;
    state_.quiet[key] = m.at;
    change(DeviceHeard{key, m.at}, out);
    absolve(GateRule::silent, place_of_device(key), {}, m, out);
    rearm_device(key, state);
  }
}

DeviceStates Ledger::devices_of_plan() const {
  DeviceStates all;
  for (const GateSpec& gate : plan_.gates) {
    for (const GateDevice& device : gate.devices) {
      DeviceState& state = all[{gate.name, device.name}];
      const auto known = state_.book.devices.find({gate.name, device.name});
      if (known != state_.book.devices.end()) state = known->second;
      state.device = device;
    }
  }
  return all;
}

// Who is new may be silent for as long as others. A longer time ends the alarm.
void Ledger::set_devices(const Moment& m, Output& out) {
  DeviceStates all = devices_of_plan();
  std::map<DeviceKey, Timestamp> quiet;
  for (auto& [key, state] : all) {
    const auto known = state_.quiet.find(key);
    const Timestamp since = known == state_.quiet.end() ? m.at : known->second;
    quiet[key] = since;
    if (m.at < since + state.device.silent_after || state.device.silent_after == Duration{0}) {
      state.silent = false;
    }
  }
  for (const auto& [key, old] : state_.book.devices) {
    const auto now = all.find(key);
    if (now != all.end() && now->second.silent) continue;
    absolve(GateRule::silent, place_of_device(key), {}, m, out);
  }
  state_.quiet = std::move(quiet);
  if (all != state_.book.devices) change(DevicesSet{std::move(all)}, out);
}

void Ledger::rearm_device(const DeviceKey& key, const DeviceState& state) {
  const bool is_told = plan_.rule(GateRule::silent).on
                           ? stands(GateRule::silent, place_of_device(key), {})
                           : state.silent;
  const bool waits = state.device.silent_after > Duration{0} && !is_told;
  arm({Wake::Kind::device, {}, key.first, key.second},
      waits ? state_.quiet.at(key) + state.device.silent_after : never);
}

void Ledger::fire_device(const DeviceKey& key, const Moment& m, Output& out) {
  const auto found = state_.book.devices.find(key);
  if (found == state_.book.devices.end()) return;
  using seconds = std::chrono::duration<double>;
  if (!found->second.silent) change(DeviceSilent{key}, out);
  const std::string place = place_of_device(key);
  Finding cause = finding_of(GateRule::silent, place, m);
  cause.value = seconds{m.at - state_.quiet.at(key)}.count();
  cause.limit = seconds{found->second.device.silent_after}.count();
  offend(GateRule::silent, place, {}, {m.sequence, 0, never}, cause, out);
}

}  // namespace parkwatch::gates
