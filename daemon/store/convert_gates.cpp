// daemon/store/convert_gates.cpp - Passages and the gates' commands. Pure; any thread.
#include "store/convert_gates.h"

#include <utility>

#include "store/convert.h"

namespace parkwatch::store {
namespace {

Error bad(std::string what) { return {ErrorKind::bad_input, "input record: " + std::move(what)}; }

bool is_time(Timestamp t) { return t >= timestamp_min && t <= timestamp_max; }
bool is_subject(int number) { return number >= 0 && number <= v1::SUBJECT_HAZMAT; }

static_assert(static_cast<int>(Subject::hazmat) == v1::SUBJECT_HAZMAT);
static_assert(static_cast<int>(PassageKind::report) == v1::PASSAGE_KIND_REPORT);
static_assert(static_cast<int>(PermitCommand::Verb::file) == v1::PermitCommand::VERB_FILE);
static_assert(static_cast<int>(GateCorrection::Verb::rename) == v1::GateCorrection::VERB_RENAME);
static_assert(static_cast<int>(MusterCommand::Verb::report) == v1::MusterCommand::VERB_REPORT);

void put(const Permit& permit, v1::Permit& out) {
  out.set_number(mended_utf8(permit.number));
  out.set_id(mended_utf8(permit.id));
  out.set_name(mended_utf8(permit.name));
  if (permit.subject) out.set_subject(static_cast<v1::Subject>(*permit.subject));
  if (permit.from != timestamp_min) out.set_from_us(to_us(permit.from));
  if (permit.until != timestamp_max) out.set_until_us(to_us(permit.until));
  for (const std::string& gate : permit.gates) out.add_gates(mended_utf8(gate));
  for (const std::string& lane : permit.lanes) out.add_lanes(mended_utf8(lane));
  out.set_of_file(permit.of_file);
}

Result<Permit> take(const v1::Permit& in) {
  Permit permit;
  permit.number = in.number();
  permit.id = in.id();
  permit.name = in.name();
  if (in.has_subject()) {
    if (!is_subject(in.subject())) return bad("unknown class of a permit");
    permit.subject = static_cast<Subject>(in.subject());
  }
  if (in.has_from_us()) permit.from = from_us(in.from_us());
  if (in.has_until_us()) permit.until = from_us(in.until_us());
  if (!is_time(permit.from) || !is_time(permit.until)) return bad("a permit's time out of range");
  permit.gates.assign(in.gates().begin(), in.gates().end());
  permit.lanes.assign(in.lanes().begin(), in.lanes().end());
  permit.of_file = in.of_file();
  return permit;
}

}  // namespace

void to_proto(const PassageSeen& seen, v1::PassageRecord& out) {
  const Passage& p = seen.passage;
  out.set_index(seen.index);
  out.set_kind(static_cast<v1::PassageKind>(p.kind));
  out.set_subject(static_cast<v1::Subject>(p.subject));
  out.set_id(mended_utf8(p.id));
  out.set_name(mended_utf8(p.name));
  out.set_gate(mended_utf8(p.gate));
  out.set_lane(mended_utf8(p.lane));
  out.set_zone(mended_utf8(p.zone));
  out.set_card(mended_utf8(p.card));
  out.set_permit(mended_utf8(p.permit));
  out.set_count(p.count);
  if (p.time) out.set_time_us(to_us(*p.time));
}

Result<PassageSeen> from_proto(const v1::PassageRecord& in) {
  PassageSeen seen;
  Passage& p = seen.passage;
  if (in.kind() < 0 || in.kind() > v1::PASSAGE_KIND_REPORT || !is_subject(in.subject())) {
    return bad("unknown kind or class of a passage");
  }
  seen.index = in.index();
  p.kind = static_cast<PassageKind>(in.kind());
  p.subject = static_cast<Subject>(in.subject());
  p.id = in.id();
  p.name = in.name();
  p.gate = in.gate();
  p.lane = in.lane();
  p.zone = in.zone();
  p.card = in.card();
  p.permit = in.permit();
  p.count = in.count();
  if (in.has_time_us()) p.time = from_us(in.time_us());
  if (p.time && !is_time(*p.time)) return bad("a passage's time out of range");
  if (const char* fault = fault_of(p)) return bad(fault);
  return seen;
}

void to_proto(const PermitCommand& command, v1::PermitCommand& out) {
  out.set_verb(static_cast<v1::PermitCommand::Verb>(command.verb));
  out.set_number(mended_utf8(command.number));
  for (const Permit& permit : command.permits) put(permit, *out.add_permits());
  out.set_unchanged(command.unchanged);
}

Result<PermitCommand> from_proto(const v1::PermitCommand& in) {
  if (in.verb() < 0 || in.verb() > v1::PermitCommand::VERB_FILE) {
    return bad("unknown verb of a permit's command");
  }
  PermitCommand command;
  command.verb = static_cast<PermitCommand::Verb>(in.verb());
  command.number = in.number();
  for (const v1::Permit& each : in.permits()) {
    auto permit = take(each);
    if (!permit) return permit.error();
    command.permits.push_back(*std::move(permit));
  }
  command.unchanged = in.unchanged();
  return command;
}

void to_proto(const GateCorrection& c, v1::GateCorrection& out) {
  out.set_verb(static_cast<v1::GateCorrection::Verb>(c.verb));
  out.set_id(mended_utf8(c.id));
  out.set_to(mended_utf8(c.to));
  out.set_subject(static_cast<v1::Subject>(c.subject));
  out.set_name(mended_utf8(c.name));
  out.set_gate(mended_utf8(c.gate));
  out.set_zone(mended_utf8(c.zone));
  out.set_reason(mended_utf8(c.reason));
}

Result<GateCorrection> from_proto(const v1::GateCorrection& in) {
  if (in.verb() < 0 || in.verb() > v1::GateCorrection::VERB_RENAME || !is_subject(in.subject())) {
    return bad("unknown verb or class of a correction");
  }
  return GateCorrection{static_cast<GateCorrection::Verb>(in.verb()),
                        in.id(),
                        in.to(),
                        static_cast<Subject>(in.subject()),
                        in.name(),
                        in.gate(),
                        in.zone(),
                        in.reason()};
}

void to_proto(const MusterCommand& command, v1::MusterCommand& out) {
  out.set_verb(static_cast<v1::MusterCommand::Verb>(command.verb));
  out.set_id(mended_utf8(command.id));
  out.set_place(mended_utf8(command.place));
  out.set_reason(mended_utf8(command.reason));
}

Result<MusterCommand> from_proto(const v1::MusterCommand& in) {
  if (in.verb() < 0 || in.verb() > v1::MusterCommand::VERB_REPORT) {
    return bad("unknown verb of a muster's command");
  }
  return MusterCommand{static_cast<MusterCommand::Verb>(in.verb()), in.id(), in.place(),
                       in.reason()};
}

}  // namespace parkwatch::store
