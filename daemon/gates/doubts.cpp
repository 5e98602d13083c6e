// daemon/gates/doubts.cpp - What came late, what is told again, and what cannot be told apart yet.
#include <algorithm>
#include <utility>

#include "gates/ledger.h"

namespace parkwatch::gates {
namespace {

// However slow its clock may be, if by `lag` at the most: it was then at the latest.
Timestamp latest_by(const Told& told, Duration lag) {
  return told.at - std::max(told.lag - lag, Duration{0});
}

Timestamp device_time_of(const Told& told) { return told.at - told.lag; }

Passage passage_of(const Told& told) {
  Passage p = told.passage;
  p.time = device_time_of(told);
  return p;
}

bool is_same(const Told& told, const Passage& p) {
  return p.time == device_time_of(told) && reader_of(p) == told.reader;
}

Moment then(const Told& told, const Moment& now) { return {now.at, told.sequence, told.index}; }

std::string entry_reader_of(const Stay& stay) {
  Passage entry;
  entry.kind = PassageKind::enter;
  entry.subject = stay.subject;
  entry.gate = stay.gate;
  entry.lane = stay.lane;
  return reader_of(entry);
}

}  // namespace

std::string reader_of(const Passage& p) {
  std::string name = p.gate;
  for (const std::string_view part :
       {std::string_view{p.lane}, to_text(p.kind), to_text(p.subject)}) {
    name.append("/").append(part);
  }
  return name;
}

Told told_of(const Passage& p, const Moment& m) {
  Told told{reader_of(p), p, m.at, m.at - p.time.value_or(m.at), m.sequence, m.index};
  told.passage.time.reset();
  return told;
}

Departed departed_of(const Stay& stay, Timestamp at) {
  if (!stay.device_time) return {at, stay.since, {}, never};
  return {at, stay.since, entry_reader_of(stay), *stay.device_time};
}

// The very entry that is known: at the same time, or with the same time of the same device's, which
// stays the same when more is known of its clock. A device whose clock was reset may say that time
// again and again, one that stands still does so at once, and by stamps in minutes somebody leaves
// at the time at which he came: who is told then may have come in anew.
bool Ledger::is_told_again(const Passage& p, Timestamp at) const {
  if (!p.time || is_older(*p.time + departed_for, at)) return false;
  if (has_clock_that_stands(p)) return false;
  if (const Stay* stay = find(p.id); stay != nullptr) {
    return at == stay->since ||
           (p.time == stay->device_time && reader_of(p) == entry_reader_of(*stay));
  }
  const auto departed = state_.departed.find(p.id);
  if (departed == state_.departed.end()) return false;
  const Departed& last = departed->second;
  if (last.at == last.since) return false;
  return at == last.since || (*p.time == last.device_time && reader_of(p) == last.reader);
}

bool Ledger::has_clock_that_stands(const Passage& p) const {
  if (!p.time) return false;
  const auto reader = state_.readers.find(reader_of(p));
  return reader != state_.readers.end() && reader->second.stands;
}

// An entry that is not told again: with the time of one before it, a while later, its clock stands.
void Ledger::watch_time(const Passage& p, const Moment& m) {
  const auto found = state_.readers.find(reader_of(p));
  if (!p.time || found == state_.readers.end()) return;
  Reader& reader = found->second;
  if (reader.told != *p.time) {
    reader.told = *p.time;
    reader.told_at = m.at;
    reader.stands = false;
  } else if (std::chrono::abs(m.at - reader.told_at) > clocks_agree) {
    reader.stands = true;
  }
}

bool Ledger::is_in_doubt_already(const Passage& p) const {
  const auto found = state_.doubts.find(p.id);
  return found != state_.doubts.end() && is_same(found->second.told, p);
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

// Nobody knew of the entry that its last leaving needs.
bool Ledger::is_unexplained(const std::string& id) const {
  const auto departed = state_.departed.find(id);
  return departed != state_.departed.end() && departed->second.since == never;
}

// By what its reader has told just now.
Timestamp Ledger::latest(const Told& told) const {
  const auto reader = state_.readers.find(told.reader);
  if (reader == state_.readers.end() || reader->second.since == never ||
      told.at >= reader->second.since + lag_believed_after) {
    return told.at;
  }
  return latest_by(told, reader->second.other);
}

bool Ledger::brings_late_ones(const Told& told) const {
  const auto reader = state_.readers.find(told.reader);
  return reader != state_.readers.end() && reader->second.rushes &&
         told.at < reader->second.since + lag_believed_after;
}

// It came in before it left, or the clock is off: in doubt it is inside, since now. An entry that
// the leaving needs and that comes with others that are late is no doubt's cause to be inside, but
// its clock may prove it yet.
bool Ledger::come_in_doubt(const Told& told, const Moment& m, Output& out) {
  Departed& departed = state_.departed.find(told.passage.id)->second;
  const bool needed = departed.since == never;
  const bool late = came_late(told.passage, latest(told));
  const bool with_late_ones = needed && brings_late_ones(told);
  if (needed && (late || with_late_ones)) {
    departed = {departed.at, device_time_of(told), told.reader, device_time_of(told)};
  }
  if (!late) doubt(told);
  if (late || with_late_ones) return true;
  return begin_stay(passage_of(told), told.at, then(told, m), out);
}

void Ledger::leave_in_doubt(const Told& told) {
  if (!came_late(told.passage, latest(told))) doubt(told);
}

// What is in doubt of somebody inside, of whom something is told as of `at`. Whatever is from after
// it ends it. Null: there is nothing that may be settled.
Doubt* Ledger::doubt_of(const std::string& id, Timestamp at) {
  const auto found = state_.doubts.find(id);
  if (found == state_.doubts.end()) return nullptr;
  if (find(id) != nullptr && is_older(at, found->second.told.at)) {
    return found->second.given_up ? nullptr : &found->second;
  }
  forget_doubt(id);
  return nullptr;
}

// Told after what is in doubt, and from before it: it has come back, or that one came late, too.
void Ledger::wait_with(Doubt& doubt, const Passage& p, const Moment& m, Output& out) {
  if (doubt.back && is_same(*doubt.back, p)) return;
  if (doubt.back) return give_up(p.id, m, out);
  Told back = told_of(p, m);
  back.passage.card.clear();  // it is given already
  if (!plan_.names) back.passage.name.clear();
  doubt.back = std::move(back);
  link(p.id, doubt);
}

void Ledger::doubt(const Told& told) {
  const std::string& id = told.passage.id;
  auto& doubts = state_.doubts;
  if (doubts.size() >= gate_entries_max && !doubts.contains(id)) return;
  forget_doubt(id);
  Doubt& doubt = doubts[id];
  doubt.told = told;
  if (!plan_.names) doubt.told.passage.name.clear();
  // It is back already.
  if (told.passage.kind == PassageKind::leave) doubt.told.passage.card.clear();
  link(id, doubt);
  arm({Wake::Kind::doubt, {}, id, {}}, told.at + departed_for);
}

void Ledger::link(const std::string& id, const Doubt& doubt) {
  if (doubt.given_up) return;
  doubted_.emplace(doubt.told.reader, id);
  if (doubt.back) doubted_.emplace(doubt.back->reader, id);
}

void Ledger::unlink(const std::string& id, const Doubt& doubt) {
  doubted_.erase({doubt.told.reader, id});
  if (doubt.back) doubted_.erase({doubt.back->reader, id});
}

void Ledger::forget_doubt(const std::string& id) {
  const auto found = state_.doubts.find(id);
  if (found == state_.doubts.end()) return;
  unlink(id, found->second);
  state_.doubts.erase(found);
  wakes_.arm({Wake::Kind::doubt, {}, id, {}}, never);
}

// No reader can tell any more: an operator is asked.
void Ledger::give_up(const std::string& id, const Moment& m, Output& out) {
  const Stay* stay = find(id);
  if (stay == nullptr) return forget_doubt(id);
  Doubt& doubt = state_.doubts.at(id);
  unlink(id, doubt);
  doubt.back.reset();
  doubt.given_up = true;
  wakes_.arm({Wake::Kind::doubt, {}, id, {}}, never);
  judge(Stay{*stay}, then(doubt.told, m), out);
}

// It tells what is right: another clock may have been at work for one passage alone. What is told
// just now, `p`, ends whatever is in doubt of whom it is about.
void Ledger::give_up_all(const Passage& p, const std::string& reader, const Moment& m,
                         Output& out) {
  if (doubted_.empty()) return;
  for (const std::string& id : doubts_of(reader)) {
    if (id == p.id) {
      forget_doubt(id);
    } else {
      give_up(id, m, out);
    }
  }
}

std::vector<std::string> Ledger::doubts_of(const std::string& reader) const {
  std::vector<std::string> ids;
  for (auto each = doubted_.lower_bound({reader, {}});
       each != doubted_.end() && each->first == reader; ++each) {
    ids.push_back(each->second);
  }
  return ids;
}

// At most `lag` is the reader's (`is_known`: just that).
void Ledger::settle(const std::string& reader, Duration lag, bool is_known, const Moment& m,
                    Output& out) {
  for (const std::string& id : doubts_of(reader)) {
    const Doubt& doubt = state_.doubts.at(id);
    const bool is_told = doubt.told.reader == reader;
    if (doubt.back && doubt.back->reader == reader) settle_back(id, lag, is_known, m, out);
    if (is_told && state_.doubts.contains(id)) settle_told(id, lag, is_known, m, out);
  }
}

void Ledger::settle_back(const std::string& id, Duration lag, bool is_known, const Moment& m,
                         Output& out) {
  Doubt& doubt = state_.doubts.at(id);
  const Told back = *doubt.back;
  const Timestamp at = latest_by(back, lag);
  if (is_older(at, doubt.told.at)) {
    unlink(id, doubt);
    doubt.back.reset();
    link(id, doubt);
  } else if (is_known) {
    forget_doubt(id);
    take_up(back, at, m, out);
  }
}

void Ledger::settle_told(const std::string& id, Duration lag, bool is_known, const Moment& m,
                         Output& out) {
  const Doubt doubt = state_.doubts.at(id);
  const Told& told = doubt.told;
  const Timestamp at = latest_by(told, lag);
  const bool late = came_late(told.passage, at);
  const bool leaves = told.passage.kind == PassageKind::leave;
  if (!late && !is_known) {
    // It comes with others that are late, and a leaving needs it.
    if (leaves || !is_unexplained(id)) return;
    withdraw(told, m, out);
    if (!doubt.back || find(id) != nullptr) return this->doubt(told);
    return take_up(*doubt.back, device_time_of(*doubt.back), m, out);
  }
  forget_doubt(id);
  if (late == leaves) {
    if (!leaves && find(id) == nullptr) take_up(told, at, m, out);
    return;
  }
  if (leaves) {
    go_out(passage_of(told), at, then(told, m), out);
  } else {
    withdraw(told, m, out);
  }
  if (!doubt.back || find(id) != nullptr) return;
  take_up(*doubt.back, device_time_of(*doubt.back), m, out);
}

void Ledger::take_up(const Told& told, Timestamp at, const Moment& m, Output& out) {
  const Moment moment = then(told, m);
  const Passage p = passage_of(told);
  const bool in_doubt = find(p.id) == nullptr && came_late(p, at);
  const bool taken = in_doubt ? come_in_doubt(told, m, out) : come_in(p, at, moment, out);
  if (!taken) tell_full(moment, out);
  miss(p.id, at, m, out);
}

// It had left when the entry was told, as was known.
void Ledger::withdraw(const Told& told, const Moment& m, Output& out) {
  const Stay* found = find(told.passage.id);
  if (found == nullptr) return;
  const Stay stay = *found;
  if (stay.sequence != told.sequence || stay.index != told.index) return;
  Departed& departed = state_.departed.find(stay.id)->second;
  if (departed.since == never) departed = departed_of(stay, departed.at);
  drop_stay(stay, then(told, m), out);
  report(stay.id, {}, departed.at, out);
  take_along(told.passage, told.at, then(told, m));
}

}  // namespace parkwatch::gates
