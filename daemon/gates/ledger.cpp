// daemon/gates/ledger.cpp - Passages: who comes, goes and is seen.
#include "gates/ledger.h"

#include <algorithm>
#include <utility>

#include "gates/texts.h"

namespace parkwatch::gates {
namespace {

// The device's time if it gave one that can be, else the gateway's: a clock that was reset would
// make people vanish, and who left before what is remembered cannot be told from who comes back.
Timestamp time_of(const Passage& p, const Moment& m) {
  const bool can_be = p.time && *p.time <= m.at && *p.time >= m.at - departed_for;
  return can_be ? *p.time : m.at;
}

// A camera or a door tells one passage more than once.
bool is_reread(const Stay& stay, const Passage& p, Timestamp at) {
  return stay.seen_gate == p.gate && stay.seen_lane == p.lane && at >= stay.seen_at &&
         at - stay.seen_at <= reread_within;
}

std::string muster_place(const Passage& p) {
  if (p.gate.empty()) return p.zone;
  return p.lane.empty() ? p.gate : p.gate + "/" + p.lane;
}

}  // namespace

void Ledger::change(GateChange change, Output& out) {
  state_.book.apply(change);
  out.changes.push_back(std::move(change));
}

const Stay* Ledger::find(std::string_view id) const {
  const auto found = state_.book.inside.find(id);
  return found == state_.book.inside.end() ? nullptr : &found->second;
}

bool Ledger::on_passage(const Passage& p, const Moment& m, Output& out) {
  if (take(p, m, out)) return true;
  const std::string place = "inside/all";
  Finding cause = finding_of(GateRule::too_many, place, m);
  cause.limit = gate_entries_max;
  offend(GateRule::too_many, place, {}, {m.sequence, m.index, m.at + plan_.shown_for}, cause, out);
  return false;
}

bool Ledger::take(const Passage& p, const Moment& m, Output& out) {
  switch (p.kind) {
    case PassageKind::enter:
      return enter(p, m, out);
    case PassageKind::leave:
      leave(p, m, out);
      return true;
    case PassageKind::seen:
      see(p, m, out);
      return true;
    case PassageKind::card_out:
      return give_card(p, m, out);
    case PassageKind::card_in:
      on_card_in(p, m, out);
      return true;
    case PassageKind::cycle:
    case PassageKind::barrier_open:
    case PassageKind::barrier_closed:
      on_barrier(p, m, out);
      return true;
    case PassageKind::count:
      on_count(p, m, out);
      return true;
    case PassageKind::report:
      report(p.id, muster_place(p), time_of(p, m), out);
      return true;
  }
  return true;
}

bool Ledger::enter(const Passage& p, const Moment& m, Output& out) {
  const Timestamp at = time_of(p, m);
  const Stay* before = find(p.id);
  if (before != nullptr && at < before->seen_at) return true;
  if (before != nullptr && is_reread(*before, p, at)) {
    see(p, m, out);
    return p.card.empty() || give_card(p, m, out);
  }
  const auto departed = state_.departed.find(p.id);
  if (departed != state_.departed.end() && at < departed->second) return true;
  if (before == nullptr && state_.book.inside.size() >= gate_entries_max) return false;
  on_vehicle(p, m);
  Stay stay;
  stay.id = p.id;
  if (plan_.names) stay.name = p.name;
  stay.subject = p.subject;
  stay.gate = stay.seen_gate = p.gate;
  stay.lane = stay.seen_lane = p.lane;
  stay.since = stay.seen_at = at;
  stay.zone = p.zone;
  if (const GateSpec* gate = plan_.gate(p.gate); gate != nullptr && stay.zone.empty()) {
    stay.zone = gate->zone;
  }
  stay.card = p.card;
  if (stay.card.empty() && before != nullptr) stay.card = before->card;
  const std::vector<std::string> held = cards_of(p.id);
  if (stay.card.empty() && !held.empty()) stay.card = held.front();
  for (const std::string& card : held) come_back(card, m, out);
  stay.permit = p.permit;
  stay.sequence = m.sequence;
  stay.index = m.index;
  // Its leaving was missed: what stood because of that stay is over.
  if (before != nullptr) absolve_all(p.id, m, out);
  put_stay(std::move(stay), m, out);
  return p.card.empty() || give_card(p, m, out);
}

void Ledger::leave(const Passage& p, const Moment& m, Output& out) {
  const Timestamp at = time_of(p, m);
  if (!p.card.empty()) take_card(p.card, m, out);
  const Stay* stay = find(p.id);
  if (stay != nullptr && at < stay->seen_at) return;
  const auto departed = state_.departed.find(p.id);
  const bool reread = stay == nullptr && departed != state_.departed.end() &&
                      at <= departed->second + reread_within;
  if (reread) return depart(p.id, at);
  on_vehicle(p, m);
  if (stay != nullptr) {
    const Stay gone = *stay;
    drop_stay(gone, m, out);
    report(p.id, muster_place(p), at, out);
    for (const std::string& card : cards_of(p.id)) {
      CardOut& held = state_.cards.at(card);
      held.left = std::max(at, m.at);
      held.gate = plan_.gate(p.gate) == nullptr ? "unknown" : p.gate;
      held.sequence = m.sequence;
      held.index = m.index;
      rearm_card(card);
    }
  }
  depart(p.id, at);
  judge_leaving(p, m, out);
}

void Ledger::see(const Passage& p, const Moment& m, Output& out) {
  const Timestamp at = time_of(p, m);
  const Stay* before = find(p.id);
  if (before == nullptr || at < before->seen_at) return;
  Stay stay = *before;
  stay.seen_at = at;
  stay.seen_gate = p.gate;
  stay.seen_lane = p.lane;
  const GateSpec* gate = plan_.gate(p.gate);
  if (!p.zone.empty()) {
    stay.zone = p.zone;
  } else if (gate != nullptr && !gate->zone.empty()) {
    stay.zone = gate->zone;
  }
  put_stay(std::move(stay), m, out);
}

void Ledger::put_stay(Stay stay, const Moment& m, Output& out) {
  const Stay* before = find(stay.id);
  const bool moved =
      before == nullptr || before->zone != stay.zone || before->subject != stay.subject;
  if (moved && before != nullptr) {
    const Stay old = *before;
    count(old, -1);
    change(stay, out);
    count(stay, 1);
    check_counts(old, m, out);
  } else {
    if (moved) count(stay, 1);
    change(stay, out);
  }
  if (moved) check_counts(stay, m, out);
  rearm(stay, m.at);
  judge(stay, m, out);
}

// `stay` is a copy.
void Ledger::drop_stay(const Stay& stay, const Moment& m, Output& out) {
  absolve_all(stay.id, m, out);
  wakes_.arm({Wake::Kind::stay, {}, stay.id, {}}, never);
  change(StayGone{stay.id}, out);
  count(stay, -1);
  check_counts(stay, m, out);
}

void Ledger::depart(const std::string& id, Timestamp at) {
  auto& departed = state_.departed;
  const auto found = departed.find(id);
  if (found == departed.end() && departed.size() >= gate_entries_max) return;
  Timestamp& when = departed[id];
  when = std::max(when, at);
  wakes_.arm({Wake::Kind::departed, {}, id, {}}, when + departed_for);
}

bool Ledger::give_card(const Passage& p, const Moment& m, Output& out) {
  const auto found = state_.cards.find(p.card);
  if (found == state_.cards.end() && state_.cards.size() >= gate_entries_max) return false;
  take_card(p.card, m, out);
  state_.cards[p.card] = CardOut{p.id, {}, time_of(p, m), never, 0, 0};
  holders_.emplace(p.id, p.card);
  rearm_card(p.card);
  const Stay* before = find(p.id);
  if (before == nullptr || before->card == p.card) return true;
  Stay stay = *before;
  stay.card = p.card;
  change(std::move(stay), out);
  return true;
}

void Ledger::on_card_in(const Passage& p, const Moment& m, Output& out) {
  if (!p.card.empty()) return take_card(p.card, m, out);
  // The dispenser knows only whose it was.
  const std::vector<std::string> held = cards_of(p.id);
  if (!held.empty()) take_card(held.front(), m, out);
}

std::vector<std::string> Ledger::cards_of(const std::string& id) const {
  std::vector<std::string> cards;
  for (auto each = holders_.lower_bound({id, {}}); each != holders_.end() && each->first == id;
       ++each) {
    cards.push_back(each->second);
  }
  return cards;
}

// Its holder is inside again.
void Ledger::come_back(const std::string& card, const Moment& m, Output& out) {
  CardOut& held = state_.cards.at(card);
  if (held.left == never) return;
  absolve(GateRule::card, "gate/" + held.gate, "card " + card, m, out);
  held.left = never;
  held.gate.clear();
  rearm_card(card);
}

void Ledger::take_card(const std::string& card, const Moment& m, Output& out) {
  const auto found = state_.cards.find(card);
  if (found == state_.cards.end()) return;
  const CardOut was = found->second;
  holders_.erase({was.id, card});
  state_.cards.erase(found);
  wakes_.arm({Wake::Kind::card, {}, card, {}}, never);
  absolve(GateRule::card, "gate/" + was.gate, "card " + card, m, out);
  const Stay* holder = find(was.id);
  if (holder == nullptr || holder->card != card) return;
  Stay stay = *holder;
  stay.card.clear();
  change(std::move(stay), out);
}

// Left (its stay is gone) or reported.
void Ledger::report(const std::string& id, const std::string& place, Timestamp at, Output& out) {
  const Muster& muster = state_.book.muster;
  if (!muster.active) return;
  const auto found = muster.entries.find(id);
  if (found == muster.entries.end() || found->second.state == MusterState::left) return;
  const MusterState state = find(id) == nullptr ? MusterState::left : MusterState::reported;
  if (found->second.state == state) return;
  change(MusterMarked{id, state, at, place}, out);
}

}  // namespace parkwatch::gates
