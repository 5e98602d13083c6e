// daemon/pipeline/snapshot_values.cpp - Field by field. A new field of a value needs a line both
// ways here; the property tests compare whole snapshots and fail without it.
#include "pipeline/snapshot_values.h"

namespace parkwatch::pipeline {
namespace {

using rules::never;

// The enumerator of that number, if there is one.
template <typename Enum>
std::optional<Enum> enum_of(int number, Enum last) {
  if (number < 0 || number > static_cast<int>(last)) return std::nullopt;
  return static_cast<Enum>(number);
}

void put(const Text& text, v1::LocalText& out) {
  out.set_zh(text.zh);
  out.set_en(text.en);
}

Text text_of(const v1::LocalText& message) { return {message.zh(), message.en()}; }

void put(const Range& range, v1::Range& out) {
  out.set_low(range.low);
  out.set_high(range.high);
}

Range range_of(const v1::Range& message) { return {message.low(), message.high()}; }

void put(const Hold& hold, v1::Hold& out) {
  out.set_since_us(to_us(hold.since));
  if (hold.until) out.set_until_us(to_us(*hold.until));
  out.set_one_shot(hold.one_shot);
  out.set_author(hold.author);
  out.set_reason(hold.reason);
}

Hold hold_of(const v1::Hold& message) {
  Hold hold;
  hold.since = from_us(message.since_us());
  if (message.has_until_us()) hold.until = from_us(message.until_us());
  hold.one_shot = message.one_shot();
  hold.author = message.author();
  hold.reason = message.reason();
  return hold;
}

void put(const ActionCommand& command, v1::ActionCommand& out) {
  out.set_request(command.request);
  out.set_release(command.release);
  out.set_topic(command.topic);
  out.set_payload(command.payload);
  out.set_expires_us(to_us(command.expires));
  out.set_cause_rule(command.cause_rule);
  out.set_cause_tag(command.cause_tag);
}

ActionCommand command_of(const v1::ActionCommand& message) {
  return {message.request(),
          message.release(),
          message.topic(),
          message.payload(),
          from_us(message.expires_us()),
          message.cause_rule(),
          message.cause_tag()};
}

template <typename Message>
void put_value(const Value& value, Message& out) {
  switch (type_of(value)) {
    case ValueType::float64:
      return out.set_float64(std::get<double>(value));
    case ValueType::int64:
      return out.set_int64(std::get<std::int64_t>(value));
    case ValueType::boolean:
      return out.set_boolean(std::get<bool>(value));
    case ValueType::text:
      return out.set_text(std::get<std::string>(value));
  }
}

std::optional<Value> value_of(const v1::NewestReading& message) {
  switch (message.value_case()) {
    case v1::NewestReading::kFloat64:
      return message.float64();
    case v1::NewestReading::kInt64:
      return message.int64();
    case v1::NewestReading::kBoolean:
      return message.boolean();
    case v1::NewestReading::kText:
      return message.text();
    case v1::NewestReading::VALUE_NOT_SET:
      break;
  }
  return std::nullopt;
}

std::optional<Quality> quality_of(int number) { return enum_of(number, Quality::bad); }

std::optional<QualityReason> reason_of(int number) {
  return enum_of(number, QualityReason::first_value);
}

}  // namespace

void to_message(const Tag& tag, v1::TagDefinition& out) {
  out.set_name(tag.name);
  put(tag.description, *out.mutable_description());
  out.set_unit(tag.unit);
  out.set_type(static_cast<v1::ValueType>(tag.type));
  if (tag.range) put(*tag.range, *out.mutable_range());
  out.set_decimals(tag.decimals);
  out.set_scale_factor(tag.scaling.factor);
  out.set_scale_offset(tag.scaling.offset);
  if (tag.scaling.clamp) put(*tag.scaling.clamp, *out.mutable_clamp());
  for (const EnumEntry& entry : tag.enumeration) {
    v1::EnumEntry& e = *out.add_enumeration();
    e.set_number(entry.number);
    e.set_word(entry.word);
    put(entry.text, *e.mutable_text());
  }
  out.set_expression(tag.expression);
  out.set_auto_registered(tag.auto_registered);
  out.set_registered_by(tag.registered_by);
  out.set_not_commissioned(!tag.commissioned);
}

std::optional<Tag> from_message(const v1::TagDefinition& message) {
  const auto type = enum_of(message.type(), ValueType::text);
  if (!type || !is_tag_name(message.name())) return std::nullopt;
  Tag tag;
  tag.name = message.name();
  tag.description = text_of(message.description());
  tag.unit = message.unit();
  tag.type = *type;
  if (message.has_range()) tag.range = range_of(message.range());
  tag.decimals = static_cast<std::uint8_t>(message.decimals());
  tag.scaling.factor = message.scale_factor();
  tag.scaling.offset = message.scale_offset();
  if (message.has_clamp()) tag.scaling.clamp = range_of(message.clamp());
  for (const v1::EnumEntry& entry : message.enumeration()) {
    tag.enumeration.push_back({entry.number(), entry.word(), text_of(entry.text())});
  }
  tag.expression = message.expression();
  tag.auto_registered = message.auto_registered();
  tag.registered_by = message.registered_by();
  tag.commissioned = !message.not_commissioned();
  return tag;
}

void to_message(const Reading& reading, v1::NewestReading& out) {
  out.set_sequence(reading.sequence);
  out.set_index(reading.index);
  out.set_source_time_us(to_us(reading.source_time));
  out.set_receive_time_us(to_us(reading.receive_time));
  put_value(reading.value, out);
  out.set_quality(static_cast<v1::Quality>(reading.quality));
  out.set_reason(static_cast<v1::QualityReason>(reading.reason));
  out.set_flags(reading.flags);
}

std::optional<Reading> from_message(const v1::NewestReading& message, TagId tag) {
  const auto value = value_of(message);
  const auto quality = quality_of(message.quality());
  const auto reason = reason_of(message.reason());
  if (!value || !quality || !reason || message.flags() > UINT8_MAX) return std::nullopt;
  Reading reading;
  reading.tag = tag;
  reading.index = message.index();
  reading.sequence = message.sequence();
  reading.source_time = from_us(message.source_time_us());
  reading.receive_time = from_us(message.receive_time_us());
  reading.value = *value;
  reading.quality = *quality;
  reading.reason = *reason;
  reading.flags = static_cast<std::uint8_t>(message.flags());
  return reading;
}

void to_message(const rules::Cause& cause, v1::CauseState& out) {
  out.set_sequence(cause.sequence);
  out.set_index(cause.index);
  out.set_time_us(to_us(cause.time));
  out.set_quality(static_cast<v1::Quality>(cause.quality));
  if (cause.has_value) out.set_value(cause.value);
}

std::optional<rules::Cause> from_message(const v1::CauseState& message) {
  const auto quality = quality_of(message.quality());
  if (!quality) return std::nullopt;
  rules::Cause cause;
  cause.sequence = message.sequence();
  cause.index = message.index();
  cause.time = from_us(message.time_us());
  cause.quality = *quality;
  cause.has_value = message.has_value();
  cause.value = message.value();
  return cause;
}

void to_message(const rules::LevelState& level, v1::LevelState& out) {
  out.set_in(level.in);
  out.set_active(level.active);
  out.set_held(level.held);
  out.set_remaining_us(level.remaining.count());
  if (level.receive_due != never) out.set_receive_due_us(to_us(level.receive_due));
  if (level.source_due != never) out.set_source_due_us(to_us(level.source_due));
  to_message(level.cause, *out.mutable_cause());
}

std::optional<rules::LevelState> from_message(const v1::LevelState& message) {
  const auto cause = from_message(message.cause());
  if (!cause) return std::nullopt;
  rules::LevelState level;
  level.in = message.in();
  level.active = message.active();
  level.held = message.held();
  level.remaining = Duration{message.remaining_us()};
  if (message.has_receive_due_us()) level.receive_due = from_us(message.receive_due_us());
  if (message.has_source_due_us()) level.source_due = from_us(message.source_due_us());
  level.cause = *cause;
  return level;
}

void to_message(const SourceState& source, v1::SourceState& out) {
  for (const std::uint64_t key : source.memory.keys()) out.add_message_keys(key);
  out.set_lost(source.lost);
  if (source.due != never) out.set_lost_due_us(to_us(source.due));
  out.set_detail(source.detail);
  if (source.lost) out.set_lost_since_us(to_us(source.lost_since));
}

SourceState from_message(const v1::SourceState& message) {
  SourceState source;
  for (const std::uint64_t key : message.message_keys()) source.memory.add(key);
  source.lost = message.lost();
  if (message.has_lost_due_us()) source.due = from_us(message.lost_due_us());
  source.detail = message.detail();
  if (message.has_lost_since_us()) source.lost_since = from_us(message.lost_since_us());
  return source;
}

void to_message(const Frozen& frozen, v1::Frozen& out) {
  if (frozen.value) out.set_value(*frozen.value);
  out.set_value_at_us(to_us(frozen.value_at));
  out.set_since_us(to_us(frozen.since));
}

Frozen from_message(const v1::Frozen& message) {
  Frozen frozen;
  if (message.has_value()) frozen.value = message.value();
  frozen.value_at = from_us(message.value_at_us());
  frozen.since = from_us(message.since_us());
  return frozen;
}

void to_message(const AlarmEvent& event, v1::AlarmEvent& out) {
  out.set_journal(event.journal);
  out.set_at_us(to_us(event.at));
  out.set_sequence(event.sequence);
  out.set_kind(static_cast<v1::TransitionKind>(event.kind));
  out.set_state(static_cast<v1::AlarmState>(event.state));
  out.set_rule(event.rule);
  out.set_tag(event.tag);
  out.set_level(static_cast<v1::Level>(event.level));
  out.set_priority(static_cast<v1::Priority>(event.priority));
  out.set_occurrence(event.occurrence);
  out.set_raised_at_us(to_us(event.raised_at));
  out.set_group(event.group);
  out.set_unit(event.unit);
  if (event.value) out.set_value(*event.value);
  if (event.limit) out.set_limit(*event.limit);
  out.set_reading_sequence(event.reading_sequence);
  out.set_reading_index(event.reading_index);
  out.set_reading_time_us(to_us(event.reading_time));
  out.set_quality(static_cast<v1::Quality>(event.quality));
  put(event.message, *out.mutable_message());
  put(event.guidance, *out.mutable_guidance());
  out.set_author(event.author);
  out.set_comment(event.comment);
  out.set_plant(event.plant);
  out.set_flags(event.flags);
  out.set_notice(static_cast<v1::Notice>(event.notice));
  out.set_sounded(event.sounded);
  out.set_raises(event.raises);
  if (event.respond_by) out.set_respond_by_us(to_us(*event.respond_by));
  if (event.shelving) put(*event.shelving, *out.mutable_shelving());
  if (event.service) put(*event.service, *out.mutable_service());
  for (const std::uint64_t journal : event.related) out.add_related(journal);
  out.set_scope(event.scope);
  if (event.frozen) to_message(*event.frozen, *out.mutable_frozen());
  if (event.command) put(*event.command, *out.mutable_command());
}

std::optional<AlarmEvent> from_message(const v1::AlarmEvent& message) {
  const auto kind = enum_of(message.kind(), TransitionKind::muster_ended);
  const auto state = enum_of(message.state(), AlarmState::latched);
  const auto notice = enum_of(message.notice(), Notice::closes);
  const auto level = enum_of(message.level(), Level::high_high);
  const auto priority = enum_of(message.priority(), Priority::critical);
  const auto quality = quality_of(message.quality());
  if (!kind || !state || !notice || !level || !priority || !quality) return std::nullopt;
  AlarmEvent event;
  event.journal = message.journal();
  event.at = from_us(message.at_us());
  event.sequence = message.sequence();
  event.kind = *kind;
  event.state = *state;
  event.rule = message.rule();
  event.tag = message.tag();
  event.level = *level;
  event.priority = *priority;
  event.occurrence = message.occurrence();
  event.raised_at = from_us(message.raised_at_us());
  event.group = message.group();
  event.unit = message.unit();
  if (message.has_value()) event.value = message.value();
  if (message.has_limit()) event.limit = message.limit();
  event.reading_sequence = message.reading_sequence();
  event.reading_index = message.reading_index();
  event.reading_time = from_us(message.reading_time_us());
  event.quality = *quality;
  event.message = text_of(message.message());
  event.guidance = text_of(message.guidance());
  event.author = message.author();
  event.comment = message.comment();
  event.plant = message.plant();
  event.flags = message.flags();
  event.notice = *notice;
  event.sounded = message.sounded();
  event.raises = message.raises();
  if (message.has_respond_by_us()) event.respond_by = from_us(message.respond_by_us());
  if (message.has_shelving()) event.shelving = hold_of(message.shelving());
  if (message.has_service()) event.service = hold_of(message.service());
  event.related.assign(message.related().begin(), message.related().end());
  event.scope = message.scope();
  if (message.has_frozen()) event.frozen = from_message(message.frozen());
  if (message.has_command()) event.command = command_of(message.command());
  return event;
}

}  // namespace parkwatch::pipeline
