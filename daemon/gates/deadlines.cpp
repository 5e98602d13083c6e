// daemon/gates/deadlines.cpp - What time alone does, and what follows from a plan or a state.
#include <algorithm>
#include <set>

#include "gates/ledger.h"
#include "gates/texts.h"

namespace parkwatch::gates {
namespace {

std::string inside_place(Subject s) { return "inside/" + std::string{to_text(s)}; }

// The places at which too many may be.
std::set<std::string> crowded_places(const GatePlan& plan) {
  std::set<std::string> places{"inside/all"};
  for (std::size_t s = 0; s < subjects; ++s) {
    const auto subject = static_cast<Subject>(s);
    places.insert(inside_place(subject));
    for (const GateZone& zone : plan.zones) {
      places.insert(place_of(CounterKey{zone.name, subject}));
    }
  }
  return places;
}

bool has_lane(const GatePlan& plan, const LaneKey& key) {
  const GateSpec* gate = plan.gate(key.first);
  if (gate == nullptr) return false;
  if (key.second.empty()) return gate->lanes.empty();
  return std::any_of(gate->lanes.begin(), gate->lanes.end(),
                     [&key](const GateLane& lane) { return lane.name == key.second; });
}

}  // namespace

// When it will have been inside for too long, or its permit ends; whether or not that was told.
Timestamp Ledger::overstay_at(const Stay& stay) const {
  if (!plan_.rule(GateRule::overstay).on) return never;
  Timestamp due = never;
  const Duration longest = plan_.stay[index_of(stay.subject)];
  if (longest > Duration{0}) due = stay.since + longest;
  return std::min(due, end_of_permits(stay));
}

// Of the one by which it is inside, and of those that follow it without a gap; who came too early
// is inside by the first that begins. Never: it has none that ends.
Timestamp Ledger::end_of_permits(const Stay& stay) const {
  std::vector<std::pair<Timestamp, Timestamp>> spans;
  const auto [first, last] = numbers_.equal_range(stay.id);
  for (auto each = first; each != last; ++each) {
    const Permit& permit = state_.book.permits.find(each->second)->second;
    const bool is_its = !permit.subject || *permit.subject == stay.subject;
    if (is_its && permit.until > stay.since) spans.emplace_back(permit.from, permit.until);
  }
  std::sort(spans.begin(), spans.end());
  Timestamp end = spans.empty() ? never : spans.front().second;
  for (const auto& [from, until] : spans) {
    if (from > end) break;
    end = std::max(end, until);
  }
  return end < timestamp_max ? end : never;
}

void Ledger::arm(const Wake& wake, Timestamp due) {
  wakes_.arm(wake, due == never ? never : std::max(due, floor_));
}

void Ledger::rearm(const Stay& stay, Timestamp not_before) {
  Timestamp due = stay.seen_at + plan_.keep;
  if (!stands(GateRule::overstay, inside_place(stay.subject), stay.id)) {
    due = std::min(due, overstay_at(stay));
  }
  arm({Wake::Kind::stay, {}, stay.id, {}}, std::max(due, not_before));
}

Timestamp Ledger::card_due(const std::string& card, const CardOut& out) const {
  if (out.left == never) return out.out + plan_.keep;
  const bool waits =
      plan_.rule(GateRule::card).on && !stands(GateRule::card, "gate/" + out.gate, "card " + card);
  return out.left + (waits ? std::min(plan_.card_after, plan_.keep) : plan_.keep);
}

void Ledger::rearm_card(const std::string& card) {
  const auto found = state_.cards.find(card);
  if (found == state_.cards.end()) return;
  arm({Wake::Kind::card, {}, card, {}}, card_due(card, found->second));
}

void Ledger::arm_permit(const Permit& permit) {
  // The list of the file is the file's to shorten.
  const bool ends = permit.until < timestamp_max && !permit.of_file;
  arm({Wake::Kind::permit, {}, permit.number, {}}, ends ? permit.until + plan_.keep : never);
}

// Nothing is due before `not_before`: what has been, under another plan, comes now.
void Ledger::rearm_all(Timestamp not_before) {
  wakes_.clear();
  floor_ = not_before;
  for (const auto& [id, stay] : state_.book.inside) rearm(stay, not_before);
  for (const auto& [key, lane] : state_.lanes) rearm_lane(key);
  for (const auto& [card, out] : state_.cards) rearm_card(card);
  for (const auto& [number, permit] : state_.book.permits) arm_permit(permit);
  for (const auto& [id, last] : state_.departed) {
    arm({Wake::Kind::departed, {}, id, {}}, last.at + departed_for);
  }
  for (const auto& [id, doubt] : state_.doubts) {
    arm({Wake::Kind::doubt, {}, id, {}}, doubt.given_up ? never : doubt.told.at + departed_for);
  }
  for (const auto& [key, counter] : state_.counters) {
    rearm_counter(key, counter);
  }
  for (const auto& [key, state] : state_.book.devices) rearm_device(key, state);
  for (const auto& [what, by] : state_.offences) {
    for (const auto& [key, offence] : by) {
      arm({Wake::Kind::hold, what.first, key, what.second}, offence.until);
    }
  }
  const Muster& muster = state_.book.muster;
  if (muster.known) {
    arm({Wake::Kind::muster, {}, {}, {}},
        (muster.active ? muster.began : muster.ended) + plan_.keep);
  }
  floor_ = timestamp_min;
}

void Ledger::fire_next(Output& out) {
  const auto [due, wake] = wakes_.pop();
  const Moment m{due, 0, 0};
  switch (wake.kind) {
    case Wake::Kind::stay:
      return fire_stay(wake.key, m, out);
    case Wake::Kind::hold:
      return absolve(wake.rule, wake.place, wake.key, m, out);
    case Wake::Kind::lane:
      return fire_lane({wake.key, wake.place}, m, out);
    case Wake::Kind::card:
      return fire_card(wake.key, m, out);
    case Wake::Kind::count:
      return fire_count({wake.key, parse_subject(wake.place).value_or(Subject::person)}, m, out);
    case Wake::Kind::permit:
      return drop_permit(wake.key, m, out);
    case Wake::Kind::departed:
      state_.departed.erase(wake.key);
      return;
    case Wake::Kind::muster:
      return fire_muster(m, out);
    case Wake::Kind::device:
      return fire_device({wake.key, wake.place}, m, out);
    case Wake::Kind::doubt:
      return give_up(wake.key, m, out);
  }
}

// Nobody ended it, or its list was kept for long enough.
void Ledger::fire_muster(const Moment& m, Output& out) {
  if (state_.book.muster.active) end_muster({}, "nobody ended it", m, out);
  wakes_.arm({Wake::Kind::muster, {}, {}, {}}, never);
  change(MusterForgotten{}, out);
}

void Ledger::fire_stay(const std::string& id, const Moment& m, Output& out) {
  const Stay* found = find(id);
  if (found == nullptr) return;
  const Stay stay = *found;
  if (stay.seen_at + plan_.keep <= m.at) return drop_stay(stay, m, out);
  const std::string place = inside_place(stay.subject);
  if (overstay_at(stay) <= m.at && !stands(GateRule::overstay, place, id)) {
    const Moment entry{m.at, stay.sequence, stay.index};
    Finding cause = finding_of(GateRule::overstay, place, entry, stay.subject);
    offend(GateRule::overstay, place, id, {stay.sequence, stay.index, never}, cause, out);
  }
  rearm(stay, m.at);
}

void Ledger::fire_card(const std::string& card, const Moment& m, Output& out) {
  const auto found = state_.cards.find(card);
  if (found == state_.cards.end()) return;
  const CardOut was = found->second;
  const Timestamp last = was.left == never ? was.out : was.left;
  if (last + plan_.keep <= m.at) return take_card(card, m, out);
  if (was.left == never) return rearm_card(card);
  const Moment leaving{m.at, was.sequence, was.index};
  const std::string place = "gate/" + was.gate;
  offend(GateRule::card, place, "card " + card, {was.sequence, was.index, never},
         finding_of(GateRule::card, place, leaving), out);
  rearm_card(card);
}

void Ledger::shift(Duration by) {
  for (auto& [key, lane] : state_.lanes) {
    if (lane.opened != never) lane.opened += by;
    for (Timestamp& cycle : lane.cycles) cycle += by;
    for (LaneState::Waiting& vehicle : lane.waiting) vehicle.at += by;
    rearm_lane(key);
  }
  for (auto& [key, counter] : state_.counters) {
    if (counter.differs == never) continue;
    counter.differs += by;
    rearm_counter(key, counter);
  }
  for (auto& [card, out] : state_.cards) {
    if (out.left == never) continue;
    out.left += by;
    rearm_card(card);
  }
  for (auto& [key, since] : state_.quiet) {
    since += by;
    rearm_device(key, state_.book.devices.at(key));
  }
}

void Ledger::set_back(const Moment& m, Output& out) {
  std::vector<Stay> ahead;
  for (const auto& [id, stay] : state_.book.inside) {
    if (stay.seen_at > m.at) ahead.push_back(stay);
  }
  for (Stay& stay : ahead) {
    stay.seen_at = m.at;
    stay.since = std::min(stay.since, m.at);
    change(std::move(stay), out);
  }
  for (auto& [id, last] : state_.departed) last.at = std::min(last.at, m.at);
  for (auto& [id, doubt] : state_.doubts) {
    doubt.told.at = std::min(doubt.told.at, m.at);
    if (doubt.back) doubt.back->at = std::min(doubt.back->at, m.at);
  }
  for (auto& [name, reader] : state_.readers) {
    if (reader.since != never) reader.since = std::min(reader.since, m.at);
  }
  for (auto& [card, held] : state_.cards) held.out = std::min(held.out, m.at);
  for (auto& [key, since] : state_.quiet) since = std::min(since, m.at);
  rearm_all(m.at);
}

// What is only a shorter way to what the state says.
void Ledger::index() {
  inside_ = {};
  zones_.clear();
  numbers_.clear();
  holders_.clear();
  doubted_.clear();
  by_key_.clear();
  for (const auto& [id, stay] : state_.book.inside) count(stay, 1);
  for (const auto& [number, permit] : state_.book.permits) numbers_.emplace(permit.id, number);
  for (const auto& [card, held] : state_.cards) holders_.emplace(held.id, card);
  for (const auto& [id, doubt] : state_.doubts) link(id, doubt);
  for (const auto& [what, by] : state_.offences) {
    for (const auto& [key, offence] : by) {
      if (!key.empty()) by_key_[key].insert(what);
    }
  }
}

void Ledger::restore(const GatePlan& plan, LedgerState state) {
  plan_ = plan;
  state_ = std::move(state);
  state_.book.devices = devices_of_plan();
  for (const auto& [key, device] : state_.book.devices) state_.quiet.try_emplace(key);
  std::erase_if(state_.quiet,
                [this](const auto& each) { return !state_.book.devices.contains(each.first); });
  index();
  rearm_all(timestamp_min);
}

void Ledger::configure(const GatePlan& plan, const Moment& m, Output& out) {
  if (plan == plan_) return;
  const bool had_names = plan_.names;
  plan_ = plan;
  index();
  end_what_is_off(m, out);
  forget_places(m, out);
  set_devices(m, out);
  if (had_names && !plan_.names) {
    change(NamesForgotten{}, out);
    for (auto& [id, doubt] : state_.doubts) {
      doubt.told.passage.name.clear();
      if (doubt.back) doubt.back->passage.name.clear();
    }
  }
  for (std::size_t s = 0; s < subjects; ++s) {
    const auto subject = static_cast<Subject>(s);
    check_most(inside_place(subject), inside(subject), plan_.most[s], m, out);
    check_counter({}, subject, m, out);
    for (const GateZone& zone : plan_.zones) {
      const CounterKey key{zone.name, subject};
      check_most(place_of(key), inside(zone.name, subject), zone.most[s], m, out);
      check_counter(zone.name, subject, m, out);
    }
  }
  std::vector<std::string> ids;
  for (const auto& [id, stay] : state_.book.inside) ids.push_back(id);
  for (const std::string& id : ids) judge_again(id, m, out);
  rearm_all(m.at);
}

void Ledger::end_what_is_off(const Moment& m, Output& out) {
  const std::set<std::string> crowded = crowded_places(plan_);
  std::vector<std::tuple<GateRule, std::string, std::string>> over;
  for (const auto& [what, by] : state_.offences) {
    const bool gone = what.first == GateRule::too_many && !crowded.contains(what.second);
    if (plan_.rule(what.first).on && !gone) continue;
    for (const auto& [key, offence] : by) over.emplace_back(what.first, what.second, key);
  }
  for (const auto& [rule, place, key] : over) absolve(rule, place, key, m, out);
}

// Barriers and counters that are configured no more.
void Ledger::forget_places(const Moment& m, Output& out) {
  std::vector<std::string> barriers;
  std::erase_if(state_.lanes, [&](const auto& each) {
    if (has_lane(plan_, each.first)) return false;
    barriers.push_back(place_of(each.first));
    return true;
  });
  for (const std::string& place : barriers) absolve(GateRule::barrier, place, {}, m, out);
  std::vector<std::string> counters;
  std::erase_if(state_.counters, [&](const auto& each) {
    if (each.first.first.empty() || plan_.zone(each.first.first) != nullptr) return false;
    counters.push_back(place_of(each.first));
    return true;
  });
  for (const std::string& place : counters) absolve(GateRule::count, place, {}, m, out);
}

}  // namespace parkwatch::gates
