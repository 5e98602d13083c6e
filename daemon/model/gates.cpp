// daemon/model/gates.cpp - Words of the gates' rules, and how changes keep the book.
#include "model/gates.h"

#include <algorithm>

#include "model/words.h"

namespace parkwatch {
namespace {

constexpr Words<GateRule, gate_rules> gate_rule_words{
    {"no_permit", "wrong_gate", "wrong_lane", "overstay", "card", "tailgating", "too_many", "count",
     "barrier", "clock", "doubt", "silent"}};
constexpr Words<GateRule, gate_rules> rule_ids{
    {"gate-no-permit", "gate-wrong-gate", "gate-wrong-lane", "gate-overstay", "gate-card",
     "gate-tailgating", "gate-too-many", "gate-count", "gate-barrier", "gate-clock", "gate-doubt",
     "gate-device-silent"}};
constexpr Words<DeviceKind, device_kinds> device_words{
    {"barrier", "door", "dispenser", "camera", "reader", "board"}};
constexpr Words<MusterState, 3> muster_words{{"missing", "left", "reported"}};

template <typename T>
const T* named(const std::vector<T>& all, std::string_view name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [name](const T& each) { return each.name == name; });
  return found == all.end() ? nullptr : &*found;
}

struct Apply {
  GateBook& book;

  void operator()(const DevicesSet& set) const { book.devices = set.devices; }
  void operator()(const DeviceHeard& heard) const {
    const auto found = book.devices.find(heard.key);
    if (found == book.devices.end()) return;
    found->second.heard = heard.at;
    found->second.silent = false;
  }
  void operator()(const DeviceSilent& silent) const {
    const auto found = book.devices.find(silent.key);
    if (found != book.devices.end()) found->second.silent = true;
  }
  void operator()(const Stay& stay) const { book.inside.insert_or_assign(stay.id, stay); }
  void operator()(const StayGone& gone) const { book.inside.erase(gone.id); }
  void operator()(const Permit& permit) const {
    book.permits.insert_or_assign(permit.number, permit);
  }
  void operator()(const PermitGone& gone) const { book.permits.erase(gone.number); }
  void operator()(const MusterBegun& begun) const {
    Muster& muster = book.muster;
    muster = Muster{true, true, begun.at, begun.at, begun.author, begun.reason, {}};
    for (const auto& [id, stay] : book.inside) {
      muster.entries.emplace_hint(muster.entries.end(), id,
                                  MusterEntry{stay, MusterState::missing, begun.at, {}});
    }
  }
  void operator()(const MusterExtended& extended) const {
    for (const auto& [id, stay] : book.inside) {
      const auto found = book.muster.entries.find(id);
      if (found != book.muster.entries.end() && found->second.state != MusterState::left) continue;
      book.muster.entries.insert_or_assign(
          id, MusterEntry{stay, MusterState::missing, extended.at, {}});
    }
  }
  void operator()(const MusterMarked& mark) const {
    const auto stay = book.inside.find(mark.id);
    if (mark.state == MusterState::missing && stay != book.inside.end()) {
      book.muster.entries.insert_or_assign(mark.id, MusterEntry{stay->second, {}, {}, {}});
    }
    const auto found = book.muster.entries.find(mark.id);
    if (found == book.muster.entries.end()) return;
    found->second.state = mark.state;
    found->second.at = mark.at;
    found->second.place = mark.place;
  }
  void operator()(const MusterRenamed& renamed) const {
    auto node = book.muster.entries.extract(renamed.id);
    if (node.empty()) return;
    node.key() = renamed.to;
    node.mapped().stay.id = renamed.to;
    book.muster.entries.insert(std::move(node));
  }
  void operator()(const MusterEnded& ended) const {
    book.muster.active = false;
    book.muster.ended = ended.at;
  }
  void operator()(const MusterForgotten& /*gone*/) const { book.muster = Muster{}; }
  void operator()(const NamesForgotten& /*gone*/) const {
    for (auto& [id, stay] : book.inside) stay.name.clear();
    for (auto& [number, permit] : book.permits) permit.name.clear();
    for (auto& [id, entry] : book.muster.entries) entry.stay.name.clear();
  }
};

}  // namespace

std::string_view rule_id(GateRule r) { return rule_ids.text(r); }
bool is_gate_rule(std::string_view id) { return rule_ids.parse(id).has_value(); }
std::string_view to_text(GateRule r) { return gate_rule_words.text(r); }
std::optional<GateRule> parse_gate_rule(std::string_view text) {
  return gate_rule_words.parse(text);
}
std::string_view to_text(MusterState s) { return muster_words.text(s); }
std::string_view to_text(DeviceKind k) { return device_words.text(k); }
std::optional<DeviceKind> parse_device_kind(std::string_view text) {
  return device_words.parse(text);
}

std::string_view GateSpec::lane_of(const Passage& p) const {
  return p.lane.empty() && lanes.size() == 1 ? lanes.front().name : p.lane;
}

bool GateDevice::tells(const Passage& p, std::string_view on_lane) const {
  if (!lane.empty() && lane != on_lane) return false;
  const bool passes = p.kind == PassageKind::enter || p.kind == PassageKind::leave;
  const bool on_foot = p.subject == Subject::person;
  switch (kind) {
    case DeviceKind::barrier:
      return p.kind == PassageKind::cycle || p.kind == PassageKind::barrier_open ||
             p.kind == PassageKind::barrier_closed;
    case DeviceKind::door:
      return passes && on_foot;
    case DeviceKind::dispenser:
      return p.kind == PassageKind::card_out || p.kind == PassageKind::card_in;
    case DeviceKind::camera:
      return (passes || p.kind == PassageKind::seen) && !on_foot;
    case DeviceKind::reader:
      return passes || p.kind == PassageKind::seen || p.kind == PassageKind::report;
    case DeviceKind::board:
      return false;
  }
  return false;
}

const GateSpec* GatePlan::gate(std::string_view name) const { return named(gates, name); }
const GateZone* GatePlan::zone(std::string_view name) const { return named(zones, name); }

void GateBook::apply(const GateChange& change) { std::visit(Apply{*this}, change); }

}  // namespace parkwatch
