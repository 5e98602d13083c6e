// daemon/gates/commands.cpp - Permits, corrections and musters.
#include <algorithm>
#include <set>

#include "gates/ledger.h"
#include "gates/texts.h"

namespace parkwatch::gates {
namespace {

// Of reasons and names of authors, as of comments on alarms.
constexpr std::size_t reason_bytes_max = 4096;

Error bad(std::string what) { return {ErrorKind::bad_input, std::move(what)}; }
Error conflict(std::string what) { return {ErrorKind::conflict, std::move(what)}; }

bool is_fine_if_given(const std::string& text) { return text.empty() || is_passage_text(text); }

const char* fault_of(const Permit& permit) {
  if (!is_passage_text(permit.number)) return "a permit needs a number of at most 128 bytes";
  if (!is_passage_text(permit.id)) return "a permit needs an id of at most 128 bytes";
  if (!is_fine_if_given(permit.name)) return "the name is too long or has control characters";
  if (permit.from >= permit.until) return "the permit ends before it begins";
  // The record could not be read back.
  if (permit.from < timestamp_min || permit.until > timestamp_max) return "the time is none";
  const auto fine = [](const std::string& text) { return is_passage_text(text); };
  if (permit.gates.size() > gate_places_max || permit.lanes.size() > gate_places_max ||
      !std::all_of(permit.gates.begin(), permit.gates.end(), fine) ||
      !std::all_of(permit.lanes.begin(), permit.lanes.end(), fine)) {
    return "too many gates or lanes, or one with a bad name";
  }
  return nullptr;
}

const char* fault_of(const GateCorrection& c) {
  if (!is_passage_text(c.id)) return "an id of at most 128 bytes is needed";
  if (c.verb == GateCorrection::Verb::rename && !is_passage_text(c.to)) {
    return "the new id is missing or too long";
  }
  if (!is_fine_if_given(c.name) || !is_fine_if_given(c.gate) || !is_fine_if_given(c.zone)) {
    return "a text is too long or has control characters";
  }
  if (c.reason.empty()) return "a reason is needed";
  if (c.reason.size() > reason_bytes_max) return "the reason is too long";
  return nullptr;
}

Text said(const GateCorrection& c) {
  switch (c.verb) {
    case GateCorrection::Verb::enter:
      return {"台账更正：补登进入", "ledger corrected: entered"};
    case GateCorrection::Verb::leave:
      return {"台账更正：补登离开", "ledger corrected: left"};
    case GateCorrection::Verb::rename:
      return {"台账更正：更改标识", "ledger corrected: renamed"};
  }
  return {};
}

std::size_t missing_of(const Muster& muster) {
  return static_cast<std::size_t>(
      std::count_if(muster.entries.begin(), muster.entries.end(),
                    [](const auto& each) { return each.second.state == MusterState::missing; }));
}

}  // namespace

Result<Done> Ledger::obey(const PermitCommand& command, const Moment& m, Output& out) {
  for (const Permit& permit : command.permits) {
    if (const char* fault = fault_of(permit)) return bad(fault);
  }
  switch (command.verb) {
    case PermitCommand::Verb::put:
      for (const Permit& permit : command.permits) {
        if (auto put = put_permit(permit, m, out); !put) return put;
      }
      return Done{};
    case PermitCommand::Verb::file:
      return command.unchanged ? Result<Done>{Done{}} : replace_list(command.permits, m, out);
    case PermitCommand::Verb::remove:
      break;
  }
  const auto found = state_.book.permits.find(command.number);
  if (found == state_.book.permits.end()) return Error{ErrorKind::not_found, "no such permit"};
  if (found->second.of_file) return conflict("the permit is in the configuration's list");
  drop_permit(command.number, m, out);
  return Done{};
}

Result<Done> Ledger::put_permit(Permit permit, const Moment& m, Output& out) {
  const auto& permits = state_.book.permits;
  const auto before = permits.find(permit.number);
  if (before == permits.end() && permits.size() >= gate_entries_max) {
    return Error{ErrorKind::refused, "there are too many permits"};
  }
  if (before != permits.end() && before->second.of_file && !permit.of_file) {
    return conflict("the permit is in the configuration's list");
  }
  if (!plan_.names) permit.name.clear();
  const std::string old_id = before == permits.end() ? std::string{} : before->second.id;
  if (before != permits.end()) unlink(before->second);
  numbers_.emplace(permit.id, permit.number);
  arm_permit(permit);
  const std::string id = permit.id;
  change(std::move(permit), out);
  judge_again(id, m, out);
  if (!old_id.empty() && old_id != id) judge_again(old_id, m, out);
  return Done{};
}

void Ledger::unlink(const Permit& permit) {
  const auto [first, last] = numbers_.equal_range(permit.id);
  for (auto each = first; each != last; ++each) {
    if (each->second != permit.number) continue;
    numbers_.erase(each);
    return;
  }
}

void Ledger::drop_permit(const std::string& number, const Moment& m, Output& out) {
  const auto found = state_.book.permits.find(number);
  if (found == state_.book.permits.end()) return;
  const std::string id = found->second.id;
  unlink(found->second);
  wakes_.arm({Wake::Kind::permit, {}, number, {}}, never);
  change(PermitGone{number}, out);
  judge_again(id, m, out);
}

Result<Done> Ledger::replace_list(const std::vector<Permit>& permits, const Moment& m,
                                  Output& out) {
  std::set<std::string_view> listed;
  for (const Permit& permit : permits) listed.insert(permit.number);
  std::vector<std::string> gone;
  for (const auto& [number, permit] : state_.book.permits) {
    if (permit.of_file && !listed.contains(number)) gone.push_back(number);
  }
  // The new ones first: whoever has another number now is never without a permit.
  for (Permit permit : permits) {
    permit.of_file = true;
    if (!plan_.names) permit.name.clear();
    const auto before = state_.book.permits.find(permit.number);
    if (before != state_.book.permits.end() && before->second == permit) continue;
    if (auto put = put_permit(std::move(permit), m, out); !put) return put;
  }
  for (const std::string& number : gone) drop_permit(number, m, out);
  return Done{};
}

bool Ledger::has_list(const std::vector<Permit>& permits) const {
  const auto& known = state_.book.permits;
  const auto of_file = std::count_if(known.begin(), known.end(),
                                     [](const auto& each) { return each.second.of_file; });
  if (static_cast<std::size_t>(of_file) != permits.size()) return false;
  return std::all_of(permits.begin(), permits.end(), [&](Permit permit) {
    permit.of_file = true;
    if (!plan_.names) permit.name.clear();
    const auto found = known.find(permit.number);
    return found != known.end() && found->second == permit;
  });
}

// Its permits, or the plan, are others now.
void Ledger::judge_again(const std::string& id, const Moment& m, Output& out) {
  const Stay* found = find(id);
  if (found == nullptr) return;
  const Stay stay = *found;
  const std::string place = "inside/" + std::string{to_text(stay.subject)};
  if (overstay_at(stay) > m.at) absolve(GateRule::overstay, place, id, m, out);
  judge(stay, {m.at, stay.sequence, stay.index}, out);
  rearm(stay, m.at);
}

Result<Done> Ledger::obey(const GateCorrection& c, const std::string& author, const Moment& m,
                          Output& out) {
  if (const char* fault = fault_of(c)) return bad(fault);
  const Stay* stay = find(c.id);
  if (c.verb == GateCorrection::Verb::enter) {
    if (auto done = correct_entry(c, m, out); !done) return done;
  } else if (stay == nullptr) {
    return Error{ErrorKind::not_found, "it is not inside"};
  } else if (c.verb == GateCorrection::Verb::rename) {
    if (auto done = rename(c, m, out); !done) return done;
  } else {
    const Stay gone = *stay;
    drop_stay(gone, m, out);
    depart(c.id, departed_of(gone, m.at));
    report(c.id, "correction", m.at, out);
  }
  out.notes.push_back({Note::Kind::corrected, m.at, author, c.reason, said(c)});
  return Done{};
}

Result<Done> Ledger::correct_entry(const GateCorrection& c, const Moment& m, Output& out) {
  if (find(c.id) != nullptr) return conflict("it is inside already");
  if (state_.book.inside.size() >= gate_entries_max) {
    return Error{ErrorKind::refused, "the ledger is full"};
  }
  Stay stay;
  stay.id = c.id;
  if (plan_.names) stay.name = c.name;
  stay.subject = c.subject;
  stay.gate = stay.seen_gate = c.gate;
  stay.zone = c.zone;
  if (const GateSpec* gate = plan_.gate(c.gate); gate != nullptr && stay.zone.empty()) {
    stay.zone = gate->zone;
  }
  stay.since = stay.seen_at = m.at;
  stay.sequence = m.sequence;
  stay.index = m.index;
  stay.corrected = true;
  put_stay(std::move(stay), m, out);
  return Done{};
}

Result<Done> Ledger::rename(const GateCorrection& c, const Moment& m, Output& out) {
  if (find(c.to) != nullptr) return conflict("the new id is inside already");
  Stay stay = *find(c.id);
  drop_stay(Stay{stay}, m, out);
  stay.id = c.to;
  for (const std::string& card : cards_of(c.id)) {
    holders_.erase({c.id, card});
    holders_.emplace(c.to, card);
    state_.cards.at(card).id = c.to;
  }
  put_stay(std::move(stay), m, out);
  const auto& entries = state_.book.muster.entries;
  if (entries.contains(c.id) && !entries.contains(c.to)) {
    change(MusterRenamed{c.id, c.to}, out);
  }
  return Done{};
}

Result<Done> Ledger::obey(const MusterCommand& c, const std::string& author, const Moment& m,
                          Output& out) {
  const Muster& muster = state_.book.muster;
  if (c.reason.size() > reason_bytes_max || !is_fine_if_given(c.place)) {
    return bad("a text is too long");
  }
  if (c.verb == MusterCommand::Verb::start) {
    if (c.reason.empty()) return bad("a reason is needed");
    if (muster.active) return conflict("a muster is going on");
    wakes_.arm({Wake::Kind::muster, {}, {}, {}}, m.at + plan_.keep);
    change(MusterBegun{m.at, author, c.reason}, out);
    const std::string count = std::to_string(muster.entries.size());
    out.notes.push_back({Note::Kind::muster_started,
                         m.at,
                         author,
                         c.reason,
                         {"开始清点：名单共 " + count, "muster began: " + count + " on the list"}});
    return Done{};
  }
  if (!muster.active) return conflict("no muster is going on");
  if (c.verb == MusterCommand::Verb::end) {
    end_muster(author, c.reason, m, out);
    return Done{};
  }
  if (!is_passage_text(c.id)) return bad("an id of at most 128 bytes is needed");
  if (!muster.entries.contains(c.id)) {
    return Error{ErrorKind::not_found, "it is not on the muster's list"};
  }
  if (muster.entries.find(c.id)->second.state != MusterState::missing) {
    return conflict("it is not missing");
  }
  change(MusterMarked{c.id, MusterState::reported, m.at, c.place}, out);
  return Done{};
}

void Ledger::end_muster(const std::string& author, const std::string& reason, const Moment& m,
                        Output& out) {
  change(MusterEnded{m.at}, out);
  wakes_.arm({Wake::Kind::muster, {}, {}, {}}, m.at + plan_.keep);
  const std::string missing = std::to_string(missing_of(state_.book.muster));
  out.notes.push_back({Note::Kind::muster_ended,
                       m.at,
                       author,
                       reason,
                       {"清点结束：未到 " + missing, "muster ended: " + missing + " missing"}});
}

void Ledger::extend_muster(const std::string& reason, const Moment& m, Output& out) {
  const std::size_t before = missing_of(state_.book.muster);
  change(MusterExtended{m.at}, out);
  const std::size_t more = missing_of(state_.book.muster) - before;
  if (more == 0) return;
  const std::string count = std::to_string(more);
  out.notes.push_back(
      {Note::Kind::muster_started,
       m.at,
       {},
       reason,
       {"清点继续：名单增加 " + count, "muster goes on: " + count + " more on the list"}});
}

}  // namespace parkwatch::gates
