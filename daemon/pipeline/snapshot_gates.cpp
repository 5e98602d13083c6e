// daemon/pipeline/snapshot_gates.cpp - Field by field; the property tests compare whole snapshots
// and fail without a field.
#include "pipeline/snapshot_gates.h"

#include <algorithm>
#include <utility>

#include "pipeline/snapshot_values.h"

namespace parkwatch::pipeline {
namespace {

static_assert(static_cast<int>(Subject::hazmat) == v1::SUBJECT_HAZMAT);
static_assert(static_cast<int>(PassageKind::report) == v1::PASSAGE_KIND_REPORT);
static_assert(static_cast<int>(MusterState::reported) == v1::MUSTER_STATE_REPORTED);

v1::Subject to_message(Subject s) { return static_cast<v1::Subject>(s); }

bool is_subject(int number) { return number >= 0 && number <= v1::SUBJECT_HAZMAT; }

void put(const Stay& stay, v1::Stay& out) {
  out.set_id(stay.id);
  out.set_name(stay.name);
  out.set_subject(to_message(stay.subject));
  out.set_gate(stay.gate);
  out.set_lane(stay.lane);
  out.set_since_us(to_us(stay.since));
  out.set_seen_gate(stay.seen_gate);
  out.set_seen_lane(stay.seen_lane);
  out.set_zone(stay.zone);
  out.set_seen_at_us(to_us(stay.seen_at));
  out.set_card(stay.card);
  out.set_permit(stay.permit);
  out.set_sequence(stay.sequence);
  out.set_index(stay.index);
  out.set_corrected(stay.corrected);
  if (stay.device_time) out.set_device_time_us(to_us(*stay.device_time));
}

bool take(const v1::Stay& in, Stay& stay) {
  if (!is_subject(in.subject()) || in.id().empty()) return false;
  stay.id = in.id();
  stay.name = in.name();
  stay.subject = static_cast<Subject>(in.subject());
  stay.gate = in.gate();
  stay.lane = in.lane();
  stay.since = bounded(in.since_us());
  stay.seen_gate = in.seen_gate();
  stay.seen_lane = in.seen_lane();
  stay.zone = in.zone();
  stay.seen_at = bounded(in.seen_at_us());
  stay.card = in.card();
  stay.permit = in.permit();
  stay.sequence = in.sequence();
  stay.index = in.index();
  stay.corrected = in.corrected();
  if (in.has_device_time_us()) stay.device_time = bounded(in.device_time_us());
  return true;
}

void put(const Permit& permit, v1::Permit& out) {
  out.set_number(permit.number);
  out.set_id(permit.id);
  out.set_name(permit.name);
  if (permit.subject) out.set_subject(to_message(*permit.subject));
  if (permit.from != timestamp_min) out.set_from_us(to_us(permit.from));
  if (permit.until != timestamp_max) out.set_until_us(to_us(permit.until));
  for (const std::string& gate : permit.gates) out.add_gates(gate);
  for (const std::string& lane : permit.lanes) out.add_lanes(lane);
  out.set_of_file(permit.of_file);
}

bool take(const v1::Permit& in, Permit& permit) {
  if (in.number().empty() || (in.has_subject() && !is_subject(in.subject()))) return false;
  permit.number = in.number();
  permit.id = in.id();
  permit.name = in.name();
  if (in.has_subject()) permit.subject = static_cast<Subject>(in.subject());
  if (in.has_from_us()) permit.from = bounded(in.from_us());
  if (in.has_until_us()) permit.until = bounded(in.until_us());
  permit.gates.assign(in.gates().begin(), in.gates().end());
  permit.lanes.assign(in.lanes().begin(), in.lanes().end());
  permit.of_file = in.of_file();
  return true;
}

void put(const Muster& muster, v1::Muster& out) {
  out.set_active(muster.active);
  out.set_began_us(to_us(muster.began));
  out.set_ended_us(to_us(muster.ended));
  out.set_author(muster.author);
  out.set_reason(muster.reason);
  for (const auto& [id, entry] : muster.entries) {
    v1::MusterEntry& e = *out.add_entries();
    put(entry.stay, *e.mutable_stay());
    e.set_state(static_cast<v1::MusterState>(entry.state));
    e.set_at_us(to_us(entry.at));
    e.set_place(entry.place);
  }
}

bool take(const v1::Muster& in, Muster& muster) {
  muster.known = true;
  muster.active = in.active();
  muster.began = bounded(in.began_us());
  muster.ended = bounded(in.ended_us());
  muster.author = in.author();
  muster.reason = in.reason();
  for (const v1::MusterEntry& e : in.entries()) {
    MusterEntry entry;
    if (!take(e.stay(), entry.stay)) return false;
    if (e.state() < 0 || e.state() > v1::MUSTER_STATE_REPORTED) return false;
    entry.state = static_cast<MusterState>(e.state());
    entry.at = bounded(e.at_us());
    entry.place = e.place();
    muster.entries.insert_or_assign(entry.stay.id, entry);
  }
  return true;
}

void put(const Passage& passage, v1::PassageRecord& out) {
  out.set_kind(static_cast<v1::PassageKind>(passage.kind));
  out.set_subject(to_message(passage.subject));
  out.set_id(passage.id);
  out.set_name(passage.name);
  out.set_gate(passage.gate);
  out.set_lane(passage.lane);
  out.set_zone(passage.zone);
  out.set_card(passage.card);
  out.set_permit(passage.permit);
}

bool take(const v1::PassageRecord& in, Passage& passage) {
  if (in.kind() < 0 || in.kind() > v1::PASSAGE_KIND_REPORT || !is_subject(in.subject())) {
    return false;
  }
  passage.kind = static_cast<PassageKind>(in.kind());
  passage.subject = static_cast<Subject>(in.subject());
  passage.id = in.id();
  passage.name = in.name();
  passage.gate = in.gate();
  passage.lane = in.lane();
  passage.zone = in.zone();
  passage.card = in.card();
  passage.permit = in.permit();
  return fault_of(passage) == nullptr;
}

// Between any two times that there are.
Duration bounded_lag(std::int64_t us) {
  constexpr Duration most = timestamp_max - timestamp_min;
  return std::clamp(Duration{us}, -most, most);
}

void put(const gates::Told& told, v1::DoubtState& out) {
  out.set_reader(told.reader);
  put(told.passage, *out.mutable_passage());
  out.mutable_passage()->set_index(told.index);
  out.set_at_us(to_us(told.at));
  out.set_lag_us(told.lag.count());
  out.set_sequence(told.sequence);
}

bool take(const v1::DoubtState& in, gates::Told& told) {
  told.reader = in.reader();
  told.at = bounded(in.at_us());
  told.lag = bounded_lag(in.lag_us());
  told.sequence = in.sequence();
  told.index = in.passage().index();
  return take(in.passage(), told.passage);
}

void put_clocks(const gates::LedgerState& state, v1::GatesState& out) {
  for (const auto& [name, reader] : state.readers) {
    v1::ReaderState& r = *out.add_readers();
    r.set_reader(name);
    r.set_lag_us(reader.lag.count());
    r.set_other_us(reader.other.count());
    if (reader.since != gates::never) r.set_since_us(to_us(reader.since));
    r.set_rushes(reader.rushes);
    if (reader.told == gates::never) continue;
    r.set_told_us(to_us(reader.told));
    r.set_told_at_us(to_us(reader.told_at));
    r.set_stands(reader.stands);
  }
  for (const auto& [id, doubt] : state.doubts) {
    v1::DoubtState& d = *out.add_doubts();
    put(doubt.told, d);
    if (doubt.back) put(*doubt.back, *d.mutable_back());
    d.set_given_up(doubt.given_up);
  }
}

bool take_clocks(const v1::GatesState& in, gates::LedgerState& state) {
  for (const v1::ReaderState& r : in.readers()) {
    gates::Reader reader{bounded_lag(r.lag_us()), bounded_lag(r.other_us()), gates::never,
                         r.rushes()};
    if (r.has_since_us()) reader.since = bounded(r.since_us());
    if (r.has_told_us()) {
      reader.told = bounded(r.told_us());
      reader.told_at = bounded(r.told_at_us());
      reader.stands = r.stands();
    }
    state.readers.insert_or_assign(r.reader(), reader);
  }
  for (const v1::DoubtState& d : in.doubts()) {
    gates::Doubt doubt;
    doubt.given_up = d.given_up();
    if (!take(d, doubt.told)) return false;
    if (d.has_back() && !take(d.back(), doubt.back.emplace())) return false;
    const std::string id = doubt.told.passage.id;
    state.doubts.insert_or_assign(id, std::move(doubt));
  }
  return true;
}

void put_lanes(const gates::LedgerState& state, v1::GatesState& out) {
  for (const auto& [key, lane] : state.lanes) {
    v1::LaneState& l = *out.add_lanes();
    l.set_gate(key.first);
    l.set_lane(key.second);
    if (lane.opened != gates::never) l.set_opened_us(to_us(lane.opened));
    for (const Timestamp cycle : lane.cycles) l.add_cycles_us(to_us(cycle));
    for (const gates::LaneState::Waiting& vehicle : lane.waiting) {
      v1::LaneState::Waiting& w = *l.add_waiting();
      w.set_at_us(to_us(vehicle.at));
      w.set_sequence(vehicle.sequence);
      w.set_index(vehicle.index);
    }
  }
}

void take_lanes(const v1::GatesState& in, gates::LedgerState& state) {
  for (const v1::LaneState& l : in.lanes()) {
    gates::LaneState& lane = state.lanes[{l.gate(), l.lane()}];
    if (l.has_opened_us()) lane.opened = bounded(l.opened_us());
    for (const std::int64_t us : l.cycles_us()) lane.cycles.push_back(bounded(us));
    for (const v1::LaneState::Waiting& w : l.waiting()) {
      lane.waiting.push_back({bounded(w.at_us()), w.sequence(), w.index()});
    }
  }
}

void put_rest(const gates::LedgerState& state, v1::GatesState& out) {
  for (const auto& [card, held] : state.cards) {
    v1::CardState& c = *out.add_cards();
    c.set_card(card);
    c.set_id(held.id);
    c.set_gate(held.gate);
    c.set_out_us(to_us(held.out));
    if (held.left != gates::never) c.set_left_us(to_us(held.left));
    c.set_sequence(held.sequence);
    c.set_index(held.index);
  }
  for (const auto& [key, counter] : state.counters) {
    v1::CounterState& c = *out.add_counters();
    c.set_zone(key.first);
    c.set_subject(to_message(key.second));
    c.set_count(counter.count);
    if (counter.differs != gates::never) c.set_differs_us(to_us(counter.differs));
  }
  for (const auto& [id, last] : state.departed) {
    v1::DepartedState& d = *out.add_departed();
    d.set_id(id);
    d.set_at_us(to_us(last.at));
    if (last.since != gates::never) d.set_since_us(to_us(last.since));
    d.set_reader(last.reader);
    if (last.device_time != gates::never) d.set_device_time_us(to_us(last.device_time));
  }
  for (const auto& [what, by] : state.offences) {
    for (const auto& [key, offence] : by) {
      v1::OffenceState& o = *out.add_offences();
      o.set_rule(std::string{to_text(what.first)});
      o.set_place(what.second);
      o.set_key(key);
      o.set_sequence(offence.sequence);
      o.set_index(offence.index);
      if (offence.until != gates::never) o.set_until_us(to_us(offence.until));
    }
  }
}

void put_devices(const gates::LedgerState& state, v1::GatesState& out) {
  for (const auto& [key, device] : state.book.devices) {
    v1::DeviceState& d = *out.add_devices();
    d.set_gate(key.first);
    d.set_device(key.second);
    if (device.heard) d.set_heard_us(to_us(*device.heard));
    d.set_quiet_us(to_us(state.quiet.at(key)));
    d.set_silent(device.silent);
  }
}

void take_devices(const v1::GatesState& in, gates::LedgerState& state) {
  for (const v1::DeviceState& d : in.devices()) {
    DeviceState& device = state.book.devices[{d.gate(), d.device()}];
    if (d.has_heard_us()) device.heard = bounded(d.heard_us());
    device.silent = d.silent();
    state.quiet[{d.gate(), d.device()}] = bounded(d.quiet_us());
  }
}

bool take_rest(const v1::GatesState& in, gates::LedgerState& state) {
  for (const v1::CardState& c : in.cards()) {
    gates::CardOut held{c.id(),       c.gate(),     bounded(c.out_us()),
                        gates::never, c.sequence(), c.index()};
    if (c.has_left_us()) held.left = bounded(c.left_us());
    state.cards.insert_or_assign(c.card(), held);
  }
  for (const v1::CounterState& c : in.counters()) {
    if (!is_subject(c.subject())) return false;
    gates::Counter& counter = state.counters[{c.zone(), static_cast<Subject>(c.subject())}];
    counter.count = c.count();
    if (c.has_differs_us()) counter.differs = bounded(c.differs_us());
  }
  for (const v1::DepartedState& d : in.departed()) {
    gates::Departed last{bounded(d.at_us()), gates::never, d.reader(), gates::never};
    if (d.has_since_us()) last.since = bounded(d.since_us());
    if (d.has_device_time_us()) last.device_time = bounded(d.device_time_us());
    state.departed.insert_or_assign(d.id(), last);
  }
  for (const v1::OffenceState& o : in.offences()) {
    const auto rule = parse_gate_rule(o.rule());
    if (!rule) return false;
    gates::Offence offence{o.sequence(), o.index(), gates::never};
    if (o.has_until_us()) offence.until = bounded(o.until_us());
    state.offences[{*rule, o.place()}].insert_or_assign(o.key(), offence);
  }
  return true;
}

}  // namespace

void put_gates(const Gates& gates, v1::Snapshot& out) {
  const gates::LedgerState& state = gates.ledger().state();
  if (state == gates::LedgerState{}) return;
  v1::GatesState& message = *out.mutable_gates();
  for (const auto& [id, stay] : state.book.inside) put(stay, *message.add_inside());
  for (const auto& [number, permit] : state.book.permits) put(permit, *message.add_permits());
  if (state.book.muster.known) put(state.book.muster, *message.mutable_muster());
  put_clocks(state, message);
  put_lanes(state, message);
  put_devices(state, message);
  put_rest(state, message);
}

Result<Done> take_gates(const v1::Snapshot& snapshot, const Plant& plant, Gates& out) {
  gates::LedgerState state;
  const v1::GatesState& message = snapshot.gates();
  for (const v1::Stay& each : message.inside()) {
    Stay stay;
    if (!take(each, stay)) return contradiction("a stay of the gates");
    state.book.inside.insert_or_assign(stay.id, stay);
  }
  for (const v1::Permit& each : message.permits()) {
    Permit permit;
    if (!take(each, permit)) return contradiction("a permit of the gates");
    state.book.permits.insert_or_assign(permit.number, permit);
  }
  if (message.has_muster() && !take(message.muster(), state.book.muster)) {
    return contradiction("a muster of the gates");
  }
  if (!take_clocks(message, state)) return contradiction("a doubt of the gates");
  take_lanes(message, state);
  take_devices(message, state);
  if (!take_rest(message, state)) return contradiction("a counter or an alarm of the gates");
  out.restore(plant.gates, std::move(state), snapshot.last_journal());
  return Done{};
}

}  // namespace parkwatch::pipeline
