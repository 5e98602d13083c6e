// daemon/gates/clocks.cpp - When a passage was, by a clock that may be off.
#include <algorithm>

#include "gates/ledger.h"
#include "gates/texts.h"

namespace parkwatch::gates {
namespace {

// Beyond, all are learned anew: simpler than choosing which one to forget.
constexpr std::size_t readers_max = 10'000;

bool agree(Duration one, Duration other) { return std::chrono::abs(one - other) <= clocks_agree; }

bool is_off(const Reader& reader) { return !agree(reader.lag, Duration{0}); }

enum class Heard : std::uint8_t { nothing, as_believed, less, another_lag };

// A lag is the clock's as soon as passages have it at both ends of a while, and none between has
// less: what was kept back on its way comes in a rush, each passage with less than the one before.
Heard hear(Reader& reader, Duration lag, Timestamp at) {
  if (agree(lag, reader.lag)) {
    reader.since = never;
    reader.rushes = false;
    return Heard::as_believed;
  }
  const bool is_first = reader.since == never;
  if (is_first || lag + clocks_agree < reader.other) {
    reader.since = at;
    reader.other = lag;
    reader.rushes = !is_first;
    return is_first ? Heard::nothing : Heard::less;
  }
  if (!agree(lag, reader.other)) return Heard::nothing;
  reader.other = std::min(reader.other, lag);
  if (at < reader.since + lag_believed_after) return Heard::nothing;
  reader.since = never;
  reader.rushes = false;
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
  if (heard == Heard::as_believed) give_up_all(p, name, m, out);
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

}  // namespace parkwatch::gates
