// daemon/store/convert_record.cpp - What a replay needs, to and from parkwatch.v1. Pure; any
// thread.
#include "store/convert.h"
#include "store/convert_gates.h"

namespace parkwatch::store {
namespace {

Error bad(std::string what) { return {ErrorKind::bad_input, std::move(what)}; }

bool is_time(Timestamp t) { return t >= timestamp_min && t <= timestamp_max; }

static_assert(static_cast<int>(ConsumerCommand::Verb::remove) == v1::ConsumerCommand::VERB_REMOVE);
static_assert(static_cast<int>(AlarmCommand::Verb::silence) == v1::AlarmCommand::VERB_SILENCE);
static_assert(static_cast<int>(MaintenanceCommand::Verb::end) == v1::MaintenanceCommand::VERB_END);
static_assert(static_cast<int>(LoopCheckCommand::Verb::end) == v1::LoopCheckCommand::VERB_END);
static_assert(static_cast<int>(ActionReport::Outcome::expired) ==
              v1::ActionReportRecord::OUTCOME_EXPIRED);
static_assert(static_cast<int>(Priority::critical) == v1::PRIORITY_CRITICAL);

void put_body(const AcknowledgeAlarm& body, v1::CommandRecord& out) {
  v1::AcknowledgeAlarm& record = *out.mutable_acknowledge();
  record.set_rule(mended_utf8(body.rule));
  record.set_tag(mended_utf8(body.tag));
  record.set_occurrence(body.occurrence);
  record.set_comment(mended_utf8(body.comment));
}

void put_body(const ConsumerCommand& body, v1::CommandRecord& out) {
  v1::ConsumerCommand& record = *out.mutable_consumer();
  record.set_verb(static_cast<v1::ConsumerCommand::Verb>(body.verb));
  record.set_name(mended_utf8(body.name));
  record.set_sequence(body.sequence);
  if (body.expires_at) record.set_expires_at_us(to_us(*body.expires_at));
}

void put_body(const AlarmCommand& body, v1::CommandRecord& out) {
  v1::AlarmCommand& record = *out.mutable_alarm();
  record.set_verb(static_cast<v1::AlarmCommand::Verb>(body.verb));
  record.set_rule(mended_utf8(body.rule));
  record.set_tag(mended_utf8(body.tag));
  record.set_group(mended_utf8(body.group));
  record.set_occurrence(body.occurrence);
  if (body.until) record.set_until_us(to_us(*body.until));
  record.set_length_us(body.length.count());
  record.set_one_shot(body.one_shot);
  record.set_comment(mended_utf8(body.comment));
}

void put_body(const MaintenanceCommand& body, v1::CommandRecord& out) {
  v1::MaintenanceCommand& record = *out.mutable_maintenance();
  record.set_verb(static_cast<v1::MaintenanceCommand::Verb>(body.verb));
  record.set_window(body.window);
  record.set_group(mended_utf8(body.group));
  record.set_tags(mended_utf8(body.tags));
  if (body.from) record.set_from_us(to_us(*body.from));
  if (body.until) record.set_until_us(to_us(*body.until));
  record.set_length_us(body.length.count());
  record.set_reason(mended_utf8(body.reason));
}

void put_body(const LoopCheckCommand& body, v1::CommandRecord& out) {
  v1::LoopCheckCommand& record = *out.mutable_loop_check();
  record.set_verb(static_cast<v1::LoopCheckCommand::Verb>(body.verb));
  record.set_tag(mended_utf8(body.tag));
  record.set_value(body.value);
  if (body.until) record.set_until_us(to_us(*body.until));
  record.set_length_us(body.length.count());
  record.set_reason(mended_utf8(body.reason));
}

void put_body(const SignShift& body, v1::CommandRecord& out) {
  v1::SignShift& record = *out.mutable_sign_shift();
  record.set_shift(mended_utf8(body.shift));
  record.set_from_us(to_us(body.from));
  record.set_to_us(to_us(body.to));
  record.set_note(mended_utf8(body.note));
}

void put_body(const PermitCommand& body, v1::CommandRecord& out) {
  to_proto(body, *out.mutable_permit());
}
void put_body(const GateCorrection& body, v1::CommandRecord& out) {
  to_proto(body, *out.mutable_gate_correction());
}
void put_body(const MusterCommand& body, v1::CommandRecord& out) {
  to_proto(body, *out.mutable_muster());
}

void put_body(const Command& body, v1::InputRecord& out) {
  v1::CommandRecord& record = *out.mutable_command();
  record.set_author(mended_utf8(body.author));
  record.set_admin(body.admin);
  std::visit([&record](const auto& command) { put_body(command, record); }, body.body);
}

void put_body(const PlantHash& body, v1::InputRecord& out) {
  out.set_plant_hash(mended_utf8(body.hash));
}

void put_body(const TagRegistered& body, v1::InputRecord& out) {
  TagDefined defined;
  defined.id = body.id;
  defined.tag = body.tag;
  to_proto(defined, *out.mutable_tag_registered());
}

void put_body(const MessageSource& body, v1::InputRecord& out) {
  out.set_message_source(mended_utf8(body.source));
}

void put_body(const PassageSeen& body, v1::InputRecord& out) {
  to_proto(body, *out.mutable_passage());
}

void put_body(const SourceCondition& body, v1::InputRecord& out) {
  v1::SourceConditionRecord& record = *out.mutable_source_condition();
  record.set_source(mended_utf8(body.source));
  record.set_connected(body.connected);
  record.set_session_kept(body.session_kept);
  record.set_detail(mended_utf8(body.detail));
}

void put_body(const Start& body, v1::InputRecord& out) { out.set_start_away_us(body.away.count()); }
void put_body(const Pause& body, v1::InputRecord& out) { out.set_pause(body.on); }

void put_body(const ClockStep& body, v1::InputRecord& out) {
  out.set_clock_step_us(body.by.count());
}

void put_body(const OwnCondition& body, v1::InputRecord& out) {
  v1::OwnConditionRecord& record = *out.mutable_own_condition();
  record.set_rule(mended_utf8(body.rule));
  record.set_tag(mended_utf8(body.tag));
  record.set_on(body.on);
  record.set_priority(static_cast<v1::Priority>(body.priority));
  record.mutable_message()->set_zh(mended_utf8(body.message.zh));
  record.mutable_message()->set_en(mended_utf8(body.message.en));
  record.mutable_guidance()->set_zh(mended_utf8(body.guidance.zh));
  record.mutable_guidance()->set_en(mended_utf8(body.guidance.en));
}

void put_body(const NoticeNews& body, v1::InputRecord& out) {
  v1::NoticeNewsRecord& record = *out.mutable_notice_news();
  record.set_kind(static_cast<v1::TransitionKind>(body.kind));
  record.set_rule(mended_utf8(body.rule));
  record.set_tag(mended_utf8(body.tag));
  record.set_occurrence(body.occurrence);
  record.set_comment(mended_utf8(body.comment));
}

void put_body(const ActionReport& body, v1::InputRecord& out) {
  v1::ActionReportRecord& record = *out.mutable_action_report();
  record.set_request(body.request);
  record.set_outcome(static_cast<v1::ActionReportRecord::Outcome>(body.outcome));
  record.set_detail(mended_utf8(body.detail));
}

// A time that a message may lack.
template <typename Message>
bool take_until(const Message& in, std::optional<Timestamp>& out) {
  if (in.has_until_us()) out = from_us(in.until_us());
  return !out || is_time(*out);
}

Result<AlarmCommand> body_of(const v1::AlarmCommand& in) {
  AlarmCommand body;
  if (in.verb() < 0 || in.verb() > v1::AlarmCommand::VERB_SILENCE) {
    return bad("input record: unknown verb of an alarm's command");
  }
  body.verb = static_cast<AlarmCommand::Verb>(in.verb());
  body.rule = in.rule();
  body.tag = in.tag();
  body.group = in.group();
  body.occurrence = in.occurrence();
  if (!take_until(in, body.until)) return bad("input record: an alarm's end is out of range");
  body.length = Duration{in.length_us()};
  body.one_shot = in.one_shot();
  body.comment = in.comment();
  return body;
}

Result<MaintenanceCommand> body_of(const v1::MaintenanceCommand& in) {
  MaintenanceCommand body;
  if (in.verb() < 0 || in.verb() > v1::MaintenanceCommand::VERB_END) {
    return bad("input record: unknown verb of a maintenance window's command");
  }
  body.verb = static_cast<MaintenanceCommand::Verb>(in.verb());
  body.window = in.window();
  body.group = in.group();
  body.tags = in.tags();
  if (in.has_from_us()) body.from = from_us(in.from_us());
  if (!take_until(in, body.until) || (body.from && !is_time(*body.from))) {
    return bad("input record: a maintenance window's times are out of range");
  }
  body.length = Duration{in.length_us()};
  body.reason = in.reason();
  return body;
}

Result<LoopCheckCommand> body_of(const v1::LoopCheckCommand& in) {
  LoopCheckCommand body;
  if (in.verb() < 0 || in.verb() > v1::LoopCheckCommand::VERB_END) {
    return bad("input record: unknown verb of a loop check's command");
  }
  body.verb = static_cast<LoopCheckCommand::Verb>(in.verb());
  body.tag = in.tag();
  body.value = in.value();
  if (!take_until(in, body.until)) return bad("input record: a loop check's end is out of range");
  body.length = Duration{in.length_us()};
  body.reason = in.reason();
  return body;
}

Result<ConsumerCommand> body_of(const v1::ConsumerCommand& record) {
  if (record.verb() < 0 || record.verb() > v1::ConsumerCommand::VERB_REMOVE) {
    return bad("input record: unknown verb of a consumer's command");
  }
  ConsumerCommand consumer;
  consumer.verb = static_cast<ConsumerCommand::Verb>(record.verb());
  consumer.name = record.name();
  consumer.sequence = record.sequence();
  if (record.has_expires_at_us()) consumer.expires_at = from_us(record.expires_at_us());
  if (consumer.expires_at && !is_time(*consumer.expires_at)) {
    return bad("input record: a consumer's expiry is out of range");
  }
  return consumer;
}

Result<SignShift> body_of(const v1::SignShift& in) {
  const SignShift body{in.shift(), from_us(in.from_us()), from_us(in.to_us()), in.note()};
  if (!is_time(body.from) || !is_time(body.to)) {
    return bad("input record: a shift's times are out of range");
  }
  return body;
}

Result<PermitCommand> body_of(const v1::PermitCommand& in) { return from_proto(in); }
Result<GateCorrection> body_of(const v1::GateCorrection& in) { return from_proto(in); }
Result<MusterCommand> body_of(const v1::MusterCommand& in) { return from_proto(in); }

template <typename Message>
Result<Done> take_command(const Message& in, Command& out) {
  auto body = body_of(in);
  if (!body) return body.error();
  out.body = std::move(*body);
  return Done{};
}

Result<Done> take_command(const v1::CommandRecord& in, Command& out) {
  out.author = in.author();
  out.admin = in.admin();
  if (in.has_acknowledge()) {
    const v1::AcknowledgeAlarm& record = in.acknowledge();
    out.body = AcknowledgeAlarm{record.rule(), record.tag(), record.occurrence(), record.comment()};
    return Done{};
  }
  if (in.has_alarm()) return take_command(in.alarm(), out);
  if (in.has_maintenance()) return take_command(in.maintenance(), out);
  if (in.has_loop_check()) return take_command(in.loop_check(), out);
  if (in.has_sign_shift()) return take_command(in.sign_shift(), out);
  if (in.has_permit()) return take_command(in.permit(), out);
  if (in.has_gate_correction()) return take_command(in.gate_correction(), out);
  if (in.has_muster()) return take_command(in.muster(), out);
  if (in.has_consumer()) return take_command(in.consumer(), out);
  return bad("input record: a command without a body");
}

Result<OwnCondition> own_condition_of(const v1::OwnConditionRecord& in) {
  if (in.priority() < 0 || in.priority() > v1::PRIORITY_CRITICAL) {
    return bad("input record: unknown priority of a condition of our own");
  }
  OwnCondition body;
  body.rule = in.rule();
  body.tag = in.tag();
  body.on = in.on();
  body.priority = static_cast<Priority>(in.priority());
  body.message = {in.message().zh(), in.message().en()};
  body.guidance = {in.guidance().zh(), in.guidance().en()};
  return body;
}

Result<NoticeNews> notice_news_of(const v1::NoticeNewsRecord& in) {
  if (in.kind() != v1::TRANSITION_KIND_ESCALATED &&
      in.kind() != v1::TRANSITION_KIND_DELIVERY_FAILED) {
    return bad("input record: unknown news of a notice");
  }
  return NoticeNews{static_cast<TransitionKind>(in.kind()), in.rule(), in.tag(), in.occurrence(),
                    in.comment()};
}

Result<ActionReport> report_of(const v1::ActionReportRecord& in) {
  if (in.outcome() < 0 || in.outcome() > v1::ActionReportRecord::OUTCOME_EXPIRED) {
    return bad("input record: unknown outcome of a command");
  }
  return ActionReport{in.request(), static_cast<ActionReport::Outcome>(in.outcome()), in.detail()};
}

Result<Done> take_body(const v1::InputRecord& in, RecordedInput& out) {
  switch (in.body_case()) {
    case v1::InputRecord::kCommand: {
      Command command;
      if (auto taken = take_command(in.command(), command); !taken) return taken;
      out.body = std::move(command);
      return Done{};
    }
    case v1::InputRecord::kPlantHash:
      out.body = PlantHash{in.plant_hash()};
      return Done{};
    case v1::InputRecord::kTagRegistered: {
      auto defined = from_proto(in.tag_registered());
      if (!defined) return defined.error();
      out.body = TagRegistered{defined->id, std::move(defined->tag)};
      return Done{};
    }
    case v1::InputRecord::kSourceCondition: {
      const v1::SourceConditionRecord& record = in.source_condition();
      out.body = SourceCondition{record.source(), record.connected(), record.session_kept(),
                                 record.detail()};
      return Done{};
    }
    case v1::InputRecord::kMessageSource:
      out.body = MessageSource{in.message_source()};
      return Done{};
    case v1::InputRecord::kStartAwayUs:
      out.body = Start{Duration{in.start_away_us()}};
      return Done{};
    case v1::InputRecord::kPause:
      out.body = Pause{in.pause()};
      return Done{};
    case v1::InputRecord::kClockStepUs:
      out.body = ClockStep{Duration{in.clock_step_us()}};
      return Done{};
    case v1::InputRecord::kOwnCondition: {
      auto condition = own_condition_of(in.own_condition());
      if (!condition) return condition.error();
      out.body = std::move(*condition);
      return Done{};
    }
    case v1::InputRecord::kNoticeNews: {
      auto news = notice_news_of(in.notice_news());
      if (!news) return news.error();
      out.body = std::move(*news);
      return Done{};
    }
    case v1::InputRecord::kActionReport: {
      auto report = report_of(in.action_report());
      if (!report) return report.error();
      out.body = std::move(*report);
      return Done{};
    }
    case v1::InputRecord::kPassage: {
      auto seen = from_proto(in.passage());
      if (!seen) return seen.error();
      out.body = std::move(*seen);
      return Done{};
    }
    default:
      return bad("input record: no body that this version knows");
  }
}

}  // namespace

void to_proto(const RecordedInput& input, v1::InputRecord& out) {
  out.Clear();
  out.set_sequence(input.sequence);
  out.set_receive_time_us(to_us(input.receive_time));
  std::visit([&out](const auto& body) { put_body(body, out); }, input.body);
}

Result<RecordedInput> from_proto(const v1::InputRecord& in) {
  // Filled in place: g++ 12 warns of what it takes for uninitialized when the variant is moved in.
  Result<RecordedInput> input{RecordedInput{}};
  input->sequence = in.sequence();
  input->receive_time = from_us(in.receive_time_us());
  if (!is_time(input->receive_time)) return bad("input record: time out of range");
  if (auto taken = take_body(in, *input); !taken) return taken.error();
  return input;
}

void to_proto(std::span<const MessageIdentity> identities, v1::MessageIdentities& out) {
  out.Clear();
  std::uint64_t sequence = 0;
  std::uint64_t receive_us = 0;
  bool any_source = false;
  for (const MessageIdentity& identity : identities) {
    // Differences are modulo 2^64: exact whatever the numbers are.
    const auto us = static_cast<std::uint64_t>(to_us(identity.receive_time));
    out.add_sequence_delta(identity.sequence - sequence);
    out.add_receive_delta_us(static_cast<std::int64_t>(us - receive_us));
    out.add_source(identity.source);
    out.add_packet_id(identity.packet_id);
    out.add_hash(identity.hash);
    sequence = identity.sequence;
    receive_us = us;
    any_source |= identity.source != 0;
  }
  if (!any_source) out.clear_source();
}

Result<std::vector<MessageIdentity>> from_proto(const v1::MessageIdentities& in) {
  const int n = in.sequence_delta_size();
  if (in.receive_delta_us_size() != n || in.packet_id_size() != n || in.hash_size() != n ||
      (in.source_size() != n && in.source_size() != 0)) {
    return bad("message identities: columns of different lengths");
  }
  std::vector<MessageIdentity> identities;
  identities.reserve(static_cast<std::size_t>(n));
  std::uint64_t sequence = 0;
  std::uint64_t receive_us = 0;
  for (int row = 0; row < n; ++row) {
    sequence += in.sequence_delta(row);
    receive_us += static_cast<std::uint64_t>(in.receive_delta_us(row));
    const std::uint32_t source = in.source_size() == 0 ? 0 : in.source(row);
    if (source > UINT16_MAX || in.packet_id(row) > UINT16_MAX) {
      return bad("message identities: source or packet identifier out of range");
    }
    const Timestamp at = from_us(static_cast<std::int64_t>(receive_us));
    if (!is_time(at)) return bad("message identities: time out of range");
    identities.push_back({sequence, at, static_cast<SourceId>(source),
                          static_cast<std::uint16_t>(in.packet_id(row)), in.hash(row)});
  }
  return identities;
}

}  // namespace parkwatch::store
