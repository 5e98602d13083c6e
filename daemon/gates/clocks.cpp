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

enum class Heard : std::uint8_t { nothing, as_believed, another_lag };

// A lag is the clock's as soon as passages have it at both ends of a while, and none has less: what
// was kept back on its way comes in a rush, each passage with less than the one before.
Heard hear(Reader& reader, Duration lag, Timestamp at) {
  if (agree(lag, reader.lag)) {
    reader.since = never;
    return Heard::as_believed;
  }
  if (reader.since == never || lag + clocks_agree < reader.other) {
    reader.since = at;
    reader.other = lag;
    return Heard::nothing;
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
  if (heard != Heard::nothing) {
    settle(name, m, out);
    judge_clock(reader, heard == Heard::another_lag, p, m, out);
  }
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
  const auto found = state_.departed.find(p.id);
  if (found == state_.departed.end() || at + clocks_agree >= found->second.at) return false;
  doubt(p, m);
  Timestamp& since = found->second.since;
  const bool late = since == never || at == since;
  if (since == never) since = at;
  if (!late) at = m.at;
  return late;
}

void Ledger::doubt(const Passage& p, const Moment& m) {
  if (state_.doubts.size() >= gate_entries_max) return;
  const std::pair key{reader_of(p), p.id};
  Doubt& doubt = state_.doubts[key];
  doubt = {p, m.at, m.at - p.time.value_or(m.at), m.sequence, m.index};
  doubt.passage.time.reset();
  if (!plan_.names) doubt.passage.name.clear();
  if (p.kind == PassageKind::leave) doubt.passage.card.clear();  // it is back already
  arm({Wake::Kind::doubt, {}, key.first, key.second}, m.at + departed_for);
}

// The reader's clock is known again: so is what came late.
void Ledger::settle(const std::string& reader, const Moment& m, Output& out) {
  if (state_.doubts.empty()) return;
  const Duration lag = state_.readers.at(reader).lag;
  auto each = state_.doubts.lower_bound({reader, {}});
  while (each != state_.doubts.end() && each->first.first == reader) {
    const Doubt doubt = std::move(each->second);
    wakes_.arm({Wake::Kind::doubt, {}, reader, doubt.passage.id}, never);
    each = state_.doubts.erase(each);
    settle(doubt, doubt.lag > lag + clocks_agree, m, out);
  }
}

// What is known since then goes before it.
void Ledger::settle(const Doubt& doubt, bool late, const Moment& m, Output& out) {
  const Passage& p = doubt.passage;
  const Moment then{m.at, doubt.sequence, doubt.index};
  const Stay* stay = find(p.id);
  if (stay != nullptr && stay->seen_at > doubt.at) return;
  if (p.kind == PassageKind::leave) {
    if (!late && stay != nullptr) leave(p, doubt.at, then, out);
    return;
  }
  if (late && stay != nullptr) return withdraw(doubt, m, out);
  const auto departed = state_.departed.find(p.id);
  const bool left_since = departed != state_.departed.end() && departed->second.at > doubt.at;
  if (late || stay != nullptr || left_since) return;
  if (!enter(p, doubt.at, then, out)) tell_full(then, out);
}

// It had left, as was known, when the entry was told.
void Ledger::withdraw(const Doubt& doubt, const Moment& m, Output& out) {
  const Passage& p = doubt.passage;
  const Moment then{m.at, doubt.sequence, doubt.index};
  const Stay stay = *find(p.id);
  if (stay.sequence != doubt.sequence || stay.index != doubt.index) return;
  drop_stay(stay, then, out);
  const auto departed = state_.departed.find(p.id);
  report(p.id, {}, departed == state_.departed.end() ? doubt.at : departed->second.at, out);
  take_along(p, doubt.at, then);
}

}  // namespace parkwatch::gates
