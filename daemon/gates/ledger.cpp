// daemon/gates/ledger.cpp - Passages: who comes, goes and is seen.
#include "gates/ledger.h"

#include <algorithm>
#include <utility>

#include "gates/texts.h"

namespace parkwatch::gates {
namespace {

// A camera or a door tells one passage more than once. REQUIRES: it is not older.
bool is_reread(const Stay& stay, const Passage& p, Timestamp at) {
  return stay.seen_gate == p.gate && stay.seen_lane == p.lane && at <= stay.seen_at + reread_within;
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
  hear_devices(p, m, out);
  if (take(p, heed_clock(p, m, out), m, out)) return true;
  tell_full(m, out);
  return false;
}

void Ledger::tell_full(const Moment& m, Output& out) {
  const std::string place = "inside/all";
  Finding cause = finding_of(GateRule::too_many, place, m);
  cause.limit = gate_entries_max;
  offend(GateRule::too_many, place, {}, {m.sequence, m.index, m.at + plan_.shown_for}, cause, out);
}

bool Ledger::take(const Passage& p, Timestamp at, const Moment& m, Output& out) {
  switch (p.kind) {
    case PassageKind::enter:
      return enter(p, at, m, out);
    case PassageKind::leave:
      leave(p, at, m, out);
      return true;
    case PassageKind::seen:
      see(p, at, m, out);
      return true;
    case PassageKind::card_out:
      return give_card(p, at, m, out);
    case PassageKind::card_in:
      on_card_in(p, m, out);
      return true;
    case PassageKind::cycle:
    case PassageKind::barrier_open:
    case PassageKind::barrier_closed:
      on_barrier(p, at, m, out);
      return true;
    case PassageKind::count:
      on_count(p, m, out);
      return true;
    case PassageKind::report:
      report(p.id, muster_place(p), at, out);
      return true;
  }
  return true;
}

bool Ledger::enter(const Passage& p, Timestamp at, const Moment& m, Output& out) {
  if (is_told_again(p, at)) return true;
  watch_time(p, m);
  const Stay* before = find(p.id);
  Doubt* doubt = doubt_of(p.id, at);
  const bool older = before != nullptr && is_older(at, before->seen_at);
  const bool may_be_back = doubt != nullptr && has_clock_that_stands(p);
  if (before != nullptr && !older && !may_be_back && is_reread(*before, p, at)) {
    move(p, at, m, out);
    return p.card.empty() || give_card(p, at, m, out);
  }
  if (older && doubt == nullptr) return true;
  on_vehicle(p, at, m);
  if (doubt == nullptr) {
    const bool taken = come_in(p, at, m, out);
    miss(p.id, at, m, out);
    return taken;
  }
  wait_with(*doubt, p, m, out);
  return p.card.empty() || give_card(p, at, m, out);
}

bool Ledger::come_in(const Passage& p, Timestamp at, const Moment& m, Output& out) {
  if (find(p.id) != nullptr) return begin_stay(p, at, m, out);
  if (state_.book.inside.size() >= gate_entries_max) return false;
  if (came_late(p, at)) return come_in_doubt(told_of(p, m), m, out);
  return begin_stay(p, at, m, out);
}

bool Ledger::begin_stay(const Passage& p, Timestamp at, const Moment& m, Output& out) {
  const Stay* before = find(p.id);
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
  stay.device_time = p.time;
  // Its leaving was missed: what stood because of that stay is over.
  if (before != nullptr) absolve_all(p.id, m, out);
  put_stay(std::move(stay), m, out);
  return p.card.empty() || give_card(p, at, m, out);
}

void Ledger::leave(const Passage& p, Timestamp at, const Moment& m, Output& out) {
  if (!p.card.empty()) take_card(p.card, m, out);
  if (is_in_doubt_already(p)) return;
  const auto departed = state_.departed.find(p.id);
  const bool reread = find(p.id) == nullptr && departed != state_.departed.end() &&
                      at <= departed->second.at + reread_within;
  if (reread) {
    Departed again = departed->second;
    again.at = at;
    return depart(p.id, again);
  }
  on_vehicle(p, at, m);
  // Until it is known whether it came late it is inside.
  if (came_late(p, at)) return leave_in_doubt(told_of(p, m));
  go_out(p, at, m, out);
}

void Ledger::go_out(const Passage& p, Timestamp at, const Moment& m, Output& out) {
  Departed departed{at, never, {}, never};
  if (const Stay* stay = find(p.id); stay != nullptr) {
    departed = departed_of(*stay, at);
    drop_stay(Stay{*stay}, m, out);
    report(p.id, muster_place(p), at, out);
  }
  forget_doubt(p.id);
  take_along(p, at, m);
  depart(p.id, departed);
  judge_leaving(p, std::min(departed.since, at), m, out);
}

void Ledger::see(const Passage& p, Timestamp at, const Moment& m, Output& out) {
  const Stay* before = find(p.id);
  if (before == nullptr) return;
  (void)doubt_of(p.id, at);  // a sight from before what is in doubt says nothing of it
  if (!is_older(at, before->seen_at)) move(p, at, m, out);
}

void Ledger::move(const Passage& p, Timestamp at, const Moment& m, Output& out) {
  Stay stay = *find(p.id);
  stay.seen_at = std::max(at, stay.seen_at);
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
  forget_doubt(stay.id);
  wakes_.arm({Wake::Kind::stay, {}, stay.id, {}}, never);
  change(StayGone{stay.id}, out);
  count(stay, -1);
  check_counts(stay, m, out);
}

void Ledger::depart(const std::string& id, const Departed& departed) {
  auto& all = state_.departed;
  const auto found = all.find(id);
  if (found == all.end() && all.size() >= gate_entries_max) return;
  Departed& last = all[id];
  if (departed.at >= last.at) last = departed;
  wakes_.arm({Wake::Kind::departed, {}, id, {}}, last.at + departed_for);
}

bool Ledger::give_card(const Passage& p, Timestamp at, const Moment& m, Output& out) {
  const auto found = state_.cards.find(p.card);
  if (found == state_.cards.end() && state_.cards.size() >= gate_entries_max) return false;
  take_card(p.card, m, out);
  state_.cards[p.card] = CardOut{p.id, {}, at, never, 0, 0};
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

// What it has as it leaves, also by an entry that was missed. What has left already is missed from
// then on.
void Ledger::take_along(const Passage& p, Timestamp at, const Moment& m) {
  for (const std::string& card : cards_of(p.id)) {
    CardOut& held = state_.cards.at(card);
    if (held.left != never || is_older(at, held.out)) continue;
    held.left = m.at;
    held.gate = plan_.gate(p.gate) == nullptr ? "unknown" : p.gate;
    held.sequence = m.sequence;
    held.index = m.index;
    rearm_card(card);
  }
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

// Told to have come in at `at`. Who is inside and may have been so as the muster began is on its
// list, also if ticked off by a leaving from before that.
void Ledger::miss(const std::string& id, Timestamp at, const Moment& m, Output& out) {
  const Muster& muster = state_.book.muster;
  if (!muster.active || at > muster.began || find(id) == nullptr) return;
  const auto found = muster.entries.find(id);
  if (found != muster.entries.end() && found->second.state != MusterState::left) return;
  change(MusterMarked{id, MusterState::missing, m.at, {}}, out);
}

}  // namespace parkwatch::gates
