// daemon/gates/clocks.cpp - When a passage was, by a clock that may be off; and what came late.
#include <algorithm>
#include <utility>

#include "gates/ledger.h"
#include "gates/texts.h"

namespace parkwatch::gates {
namespace {

// Beyond, all are learned anew: simpler than choosing which one to forget.
constexpr std::size_t readers_max = 10'000;

bool agree(Duration one, Duration other) { return std::chrono::abs(one - other) <= clocks_agree; }

bool is_off(const Reader& reader) { return !agree(reader.lag, Duration{0}); }

// What tells one device's clock from another's; its gate first.
std::string reader_of(const Passage& p) {
  std::string name = p.gate;
  for (const std::string_view part :
       {std::string_view{p.lane}, to_text(p.kind), to_text(p.subject)}) {
    name.append("/").append(part);
  }
  return name;
}

enum class Heard : std::uint8_t { nothing, as_believed, less, another_lag };

// A lag is the clock's as soon as passages have it at both ends of a while, and none between has
// less: what was kept back on its way comes in a rush, each passage with less than the one before.
Heard hear(Reader& reader, Duration lag, Timestamp at) {
  if (agree(lag, reader.lag)) {
    reader.since = never;
    return Heard::as_believed;
  }
  const bool is_first = reader.since == never;
  if (is_first || lag + clocks_agree < reader.other) {
    reader.since = at;
    reader.other = lag;
    return is_first ? Heard::nothing : Heard::less;
  }
  if (!agree(lag, reader.other)) return Heard::nothing;
  reader.other = std::min(reader.other, lag);
  if (at < reader.since + lag_believed_after) return Heard::nothing;
  reader.since = never;
  reader.lag = reader.other;
  return Heard::another_lag;
}

}  // namespace

Timestamp Ledger::heed_clock(const Passage& p, const Moment& m, Output& out) {
  if (!p.time || p.kind == PassageKind::count) return m.at;
  const std::string name = reader_of(p);
  auto& readers = state_.readers;
  if (readers.size() >= readers_max && !readers.contains(name)) readers.clear();
  Reader& reader = readers[name];
  const Heard heard = hear(reader, m.at - *p.time, m.at);
  if (heard == Heard::as_believed && !doubted_.empty()) {
    // Another clock may have been at work for one passage alone: it cannot be told any more.
    for (const std::string& id : doubts_of(name)) forget_doubt(id);
  }
  if (heard == Heard::less) settle(name, reader.other, false, m, out);
  if (heard == Heard::another_lag) settle(name, reader.lag, true, m, out);
  const bool is_news = heard == Heard::another_lag;
  if (is_news || heard == Heard::as_believed) judge_clock(reader, is_news, p, m, out);
  const Timestamp at = *p.time + reader.lag;
  // Who left longer ago than that is not remembered: it cannot be told from who comes back.
  return at <= m.at && at >= m.at - departed_for ? at : m.at;
}

void Ledger::judge_clock(const Reader& reader, bool is_news, const Passage& p, const Moment& m,
                         Output& out) {
  if (!is_news && !is_off(reader)) return;
  const std::string place = gate_place(plan_, p.gate);
  if (is_off(reader)) {
    // A reader that is silent for so long may have been taken away.
    offend(GateRule::clock, place, {}, {m.sequence, m.index, m.at + departed_for},
           finding_of_clock(place, reader.lag, m), out);
  } else if (!has_clock_off(p.gate)) {
    absolve(GateRule::clock, place, {}, m, out);
  }
}

bool Ledger::has_clock_off(const std::string& gate) const {
  const std::string prefix = gate + "/";
  for (auto each = state_.readers.lower_bound(prefix);
       each != state_.readers.end() && each->first.starts_with(prefix); ++each) {
    if (is_off(each->second)) return true;
  }
  return false;
}

// It came in before it left, or the clock is off. The former if nobody knew of the entry that the
// leaving needs, or it is told again. Whom the ledger knew to be inside then cannot have come in
// then: it has come in now.
bool Ledger::is_taken_for_late(const Passage& p, Timestamp& at, const Moment& m) {
  if (!came_late(p, at)) return false;
  doubt(p, m);
  Timestamp& since = state_.departed.find(p.id)->second.since;
  const bool late = since == never || at == since;
  if (since == never) since = at;
  if (!late) at = m.at;
  return late;
}

void Ledger::doubt(const Passage& p, const Moment& m) {
  auto& doubts = state_.doubts;
  if (doubts.size() >= gate_entries_max && !doubts.contains(p.id)) return;
  forget_doubt(p.id);
  Doubt& doubt = doubts[p.id];
  doubt = {reader_of(p), p, m.at, m.at - p.time.value_or(m.at), m.sequence, m.index};
  doubt.passage.time.reset();
  if (!plan_.names) doubt.passage.name.clear();
  if (p.kind == PassageKind::leave) doubt.passage.card.clear();  // it is back already
  doubted_.emplace(doubt.reader, p.id);
  arm({Wake::Kind::doubt, {}, p.id, {}}, m.at + departed_for);
}

void Ledger::forget_doubt(const std::string& id) {
  const auto found = state_.doubts.find(id);
  if (found == state_.doubts.end()) return;
  doubted_.erase({found->second.reader, id});
  state_.doubts.erase(found);
  wakes_.arm({Wake::Kind::doubt, {}, id, {}}, never);
}

std::vector<std::string> Ledger::doubts_of(const std::string& reader) const {
  std::vector<std::string> ids;
  for (auto each = doubted_.lower_bound({reader, {}});
       each != doubted_.end() && each->first == reader; ++each) {
    ids.push_back(each->second);
  }
  return ids;
}

// At most `lag` is the clock's (`is_known`: just that), so each was then at the latest.
void Ledger::settle(const std::string& reader, Duration lag, bool is_known, const Moment& m,
                    Output& out) {
  for (const std::string& id : doubts_of(reader)) {
    const Doubt doubt = state_.doubts.at(id);
    const Timestamp latest = doubt.at - std::max(doubt.lag - lag, Duration{0});
    const bool late = came_late(doubt.passage, latest);
    if (!late && !is_known) continue;
    forget_doubt(id);
    settle(doubt, latest, late, m, out);
  }
}

// An entry from before it left, a leaving from before it was seen.
bool Ledger::came_late(const Passage& p, Timestamp at) const {
  if (p.kind == PassageKind::leave) {
    const Stay* stay = find(p.id);
    return stay != nullptr && is_older(at, stay->seen_at);
  }
  const auto departed = state_.departed.find(p.id);
  return departed != state_.departed.end() && is_older(at, departed->second.at);
}

// What is known since it was told goes before it.
void Ledger::settle(const Doubt& doubt, Timestamp at, bool late, const Moment& m, Output& out) {
  const Passage& p = doubt.passage;
  const Moment then{m.at, doubt.sequence, doubt.index};
  const Stay* stay = find(p.id);
  const auto departed = state_.departed.find(p.id);
  if (stay != nullptr && stay->seen_at > doubt.at) return;
  if (departed != state_.departed.end() && departed->second.at > doubt.at) return;
  if (p.kind == PassageKind::leave) {
    if (!late && stay != nullptr) leave(p, at, then, out);
  } else if (late && stay != nullptr) {
    withdraw(doubt, departed->second.at, then, out);
  } else if (!late && stay == nullptr) {
    if (!enter(p, at, then, out)) tell_full(then, out);
  }
}

// It had left when the entry was told, as was known.
void Ledger::withdraw(const Doubt& doubt, Timestamp left, const Moment& m, Output& out) {
  const Stay stay = *find(doubt.passage.id);
  if (stay.sequence != doubt.sequence || stay.index != doubt.index) return;
  drop_stay(stay, m, out);
  report(stay.id, {}, left, out);
  take_along(doubt.passage, doubt.at, m);
}

}  // namespace parkwatch::gates
