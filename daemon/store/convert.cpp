// daemon/store/convert.cpp - Tags, alarm events and gaps to and from parkwatch.v1. Pure; any
// thread.
#include "store/convert.h"

#include "model/utf8.h"

namespace parkwatch::store {
namespace {

Error bad(std::string what) { return {ErrorKind::bad_input, std::move(what)}; }

// The enumerators of the model and of parkwatch.v1 have the same numbers.
template <typename Theirs, typename Ours>
Theirs theirs(Ours ours) {
  return static_cast<Theirs>(ours);
}

// Proto3 hands on numbers that it does not know. True when `number` is none of ours.
template <typename Ours>
bool unknown(int number, Ours last) {
  return number < 0 || number > static_cast<int>(last);
}

bool is_time(std::int64_t us) { return us >= to_us(timestamp_min) && us <= to_us(timestamp_max); }

void to_proto(const Text& text, v1::LocalText& out) {
  out.set_zh(mended_utf8(text.zh));
  out.set_en(mended_utf8(text.en));
}
Text from_proto(const v1::LocalText& in) { return {in.zh(), in.en()}; }

void to_proto(const Range& range, v1::Range& out) {
  out.set_low(range.low);
  out.set_high(range.high);
}
Range from_proto(const v1::Range& in) { return {in.low(), in.high()}; }

static_assert(static_cast<int>(ValueType::text) == v1::VALUE_TYPE_TEXT);
static_assert(static_cast<int>(Quality::bad) == v1::QUALITY_BAD);
static_assert(static_cast<int>(QualityReason::first_value) == v1::QUALITY_REASON_FIRST_VALUE);
static_assert(static_cast<int>(Level::high_high) == v1::LEVEL_HIGH_HIGH);
static_assert(static_cast<int>(Priority::critical) == v1::PRIORITY_CRITICAL);
static_assert(static_cast<int>(TransitionKind::muster_ended) == v1::TRANSITION_KIND_MUSTER_ENDED);
static_assert(static_cast<int>(TransitionKind::muster_ended) + 1 == transition_kinds);
static_assert(static_cast<int>(AlarmState::latched) == v1::ALARM_STATE_LATCHED);
static_assert(static_cast<int>(Notice::closes) == v1::NOTICE_CLOSES);

void to_proto(const Hold& hold, v1::Hold& out) {
  out.set_since_us(to_us(hold.since));
  if (hold.until) out.set_until_us(to_us(*hold.until));
  out.set_one_shot(hold.one_shot);
  out.set_author(mended_utf8(hold.author));
  out.set_reason(mended_utf8(hold.reason));
}

Hold from_proto(const v1::Hold& in) {
  Hold hold;
  hold.since = from_us(in.since_us());
  if (in.has_until_us()) hold.until = from_us(in.until_us());
  hold.one_shot = in.one_shot();
  hold.author = in.author();
  hold.reason = in.reason();
  return hold;
}

void to_proto(const Frozen& frozen, v1::Frozen& out) {
  if (frozen.value) out.set_value(*frozen.value);
  out.set_value_at_us(to_us(frozen.value_at));
  out.set_since_us(to_us(frozen.since));
}

Frozen from_proto(const v1::Frozen& in) {
  Frozen frozen;
  if (in.has_value()) frozen.value = in.value();
  frozen.value_at = from_us(in.value_at_us());
  frozen.since = from_us(in.since_us());
  return frozen;
}

void to_proto(const ActionCommand& command, v1::ActionCommand& out) {
  out.set_request(command.request);
  out.set_release(command.release);
  out.set_topic(mended_utf8(command.topic));
  out.set_payload(mended_utf8(command.payload));
  out.set_expires_us(to_us(command.expires));
  out.set_cause_rule(mended_utf8(command.cause_rule));
  out.set_cause_tag(mended_utf8(command.cause_tag));
}

ActionCommand from_proto(const v1::ActionCommand& in) {
  return {in.request(),    in.release(),  in.topic(), in.payload(), from_us(in.expires_us()),
          in.cause_rule(), in.cause_tag()};
}

bool has_times(const v1::Hold& in) { return is_time(in.since_us()) && is_time(in.until_us()); }

Result<Done> check(const v1::AlarmEvent& in) {
  if (unknown(in.kind(), TransitionKind::muster_ended)) return bad("alarm event: unknown kind");
  if (unknown(in.state(), AlarmState::latched)) return bad("alarm event: unknown state");
  if (unknown(in.notice(), Notice::closes)) return bad("alarm event: unknown notice");
  if (unknown(in.level(), Level::high_high)) return bad("alarm event: unknown level");
  if (unknown(in.priority(), Priority::critical)) return bad("alarm event: unknown priority");
  if (unknown(in.quality(), Quality::bad)) return bad("alarm event: unknown quality");
  if (!is_time(in.at_us()) || !is_time(in.raised_at_us()) || !is_time(in.reading_time_us())) {
    return bad("alarm event: time out of range");
  }
  if (!is_time(in.respond_by_us()) || !has_times(in.shelving()) || !has_times(in.service()) ||
      !is_time(in.command().expires_us())) {
    return bad("alarm event: time out of range");
  }
  if (!is_time(in.frozen().value_at_us()) || !is_time(in.frozen().since_us())) {
    return bad("alarm event: time out of range");
  }
  return Done{};
}

}  // namespace

std::string mended_utf8(std::string_view text) {
  std::string mended;
  for (auto bad_at = first_not_utf8(text); bad_at; bad_at = first_not_utf8(text)) {
    mended.append(text.substr(0, *bad_at)).append("\xEF\xBF\xBD");
    text.remove_prefix(*bad_at + 1);
  }
  return mended.append(text);
}

void to_proto(const TagDefined& defined, v1::TagDefinition& out) {
  const Tag& tag = defined.tag;
  out.Clear();
  out.set_id(defined.id);
  out.set_version(defined.version);
  out.set_sequence(defined.sequence);
  out.set_name(mended_utf8(tag.name));
  to_proto(tag.description, *out.mutable_description());
  out.set_unit(mended_utf8(tag.unit));
  out.set_type(theirs<v1::ValueType>(tag.type));
  if (tag.range) to_proto(*tag.range, *out.mutable_range());
  out.set_decimals(tag.decimals);
  out.set_scale_factor(tag.scaling.factor);
  out.set_scale_offset(tag.scaling.offset);
  if (tag.scaling.clamp) to_proto(*tag.scaling.clamp, *out.mutable_clamp());
  for (const EnumEntry& entry : tag.enumeration) {
    v1::EnumEntry& row = *out.add_enumeration();
    row.set_number(entry.number);
    row.set_word(mended_utf8(entry.word));
    to_proto(entry.text, *row.mutable_text());
  }
  out.set_expression(mended_utf8(tag.expression));
  out.set_auto_registered(tag.auto_registered);
  out.set_registered_by(mended_utf8(tag.registered_by));
  out.set_not_commissioned(!tag.commissioned);
}

Result<TagDefined> from_proto(const v1::TagDefinition& in) {
  if (unknown(in.type(), ValueType::text)) return bad("tag definition: unknown type");
  if (in.decimals() > UINT8_MAX) return bad("tag definition: decimals out of range");
  TagDefined defined;
  defined.id = in.id();
  defined.version = in.version();
  defined.sequence = in.sequence();
  Tag& tag = defined.tag;
  tag.name = in.name();
  tag.description = from_proto(in.description());
  tag.unit = in.unit();
  tag.type = static_cast<ValueType>(in.type());
  if (in.has_range()) tag.range = from_proto(in.range());
  tag.decimals = static_cast<std::uint8_t>(in.decimals());
  tag.scaling.factor = in.scale_factor();
  tag.scaling.offset = in.scale_offset();
  if (in.has_clamp()) tag.scaling.clamp = from_proto(in.clamp());
  for (const v1::EnumEntry& row : in.enumeration()) {
    tag.enumeration.push_back({row.number(), row.word(), from_proto(row.text())});
  }
  tag.expression = in.expression();
  tag.auto_registered = in.auto_registered();
  tag.registered_by = in.registered_by();
  tag.commissioned = !in.not_commissioned();
  return defined;
}

void to_proto(const AlarmEvent& event, v1::AlarmEvent& out) {
  out.Clear();
  out.set_journal(event.journal);
  out.set_at_us(to_us(event.at));
  out.set_sequence(event.sequence);
  out.set_kind(theirs<v1::TransitionKind>(event.kind));
  out.set_state(theirs<v1::AlarmState>(event.state));
  out.set_rule(mended_utf8(event.rule));
  out.set_tag(mended_utf8(event.tag));
  out.set_level(theirs<v1::Level>(event.level));
  out.set_priority(theirs<v1::Priority>(event.priority));
  out.set_occurrence(event.occurrence);
  out.set_raised_at_us(to_us(event.raised_at));
  out.set_group(mended_utf8(event.group));
  out.set_unit(mended_utf8(event.unit));
  if (event.value) out.set_value(*event.value);
  if (event.limit) out.set_limit(*event.limit);
  out.set_reading_sequence(event.reading_sequence);
  out.set_reading_index(event.reading_index);
  out.set_reading_time_us(to_us(event.reading_time));
  out.set_quality(theirs<v1::Quality>(event.quality));
  to_proto(event.message, *out.mutable_message());
  to_proto(event.guidance, *out.mutable_guidance());
  out.set_author(mended_utf8(event.author));
  out.set_comment(mended_utf8(event.comment));
  out.set_plant(mended_utf8(event.plant));
  out.set_flags(event.flags);
  out.set_notice(theirs<v1::Notice>(event.notice));
  out.set_sounded(event.sounded);
  out.set_raises(event.raises);
  if (event.respond_by) out.set_respond_by_us(to_us(*event.respond_by));
  if (event.shelving) to_proto(*event.shelving, *out.mutable_shelving());
  if (event.service) to_proto(*event.service, *out.mutable_service());
  for (const std::uint64_t journal : event.related) out.add_related(journal);
  out.set_scope(mended_utf8(event.scope));
  if (event.frozen) to_proto(*event.frozen, *out.mutable_frozen());
  if (event.command) to_proto(*event.command, *out.mutable_command());
}

Result<AlarmEvent> from_proto(const v1::AlarmEvent& in) {
  if (auto checked = check(in); !checked) return checked.error();
  AlarmEvent event;
  event.journal = in.journal();
  event.at = from_us(in.at_us());
  event.sequence = in.sequence();
  event.kind = static_cast<TransitionKind>(in.kind());
  event.state = static_cast<AlarmState>(in.state());
  event.rule = in.rule();
  event.tag = in.tag();
  event.level = static_cast<Level>(in.level());
  event.priority = static_cast<Priority>(in.priority());
  event.occurrence = in.occurrence();
  event.raised_at = from_us(in.raised_at_us());
  event.group = in.group();
  event.unit = in.unit();
  if (in.has_value()) event.value = in.value();
  if (in.has_limit()) event.limit = in.limit();
  event.reading_sequence = in.reading_sequence();
  event.reading_index = in.reading_index();
  event.reading_time = from_us(in.reading_time_us());
  event.quality = static_cast<Quality>(in.quality());
  event.message = from_proto(in.message());
  event.guidance = from_proto(in.guidance());
  event.author = in.author();
  event.comment = in.comment();
  event.plant = in.plant();
  event.flags = in.flags();
  event.notice = static_cast<Notice>(in.notice());
  event.sounded = in.sounded();
  event.raises = in.raises();
  if (in.has_respond_by_us()) event.respond_by = from_us(in.respond_by_us());
  if (in.has_shelving()) event.shelving = from_proto(in.shelving());
  if (in.has_service()) event.service = from_proto(in.service());
  event.related.assign(in.related().begin(), in.related().end());
  event.scope = in.scope();
  if (in.has_frozen()) event.frozen = from_proto(in.frozen());
  if (in.has_command()) event.command = from_proto(in.command());
  return event;
}

void to_proto(const Gap& gap, v1::Gap& out) {
  out.Clear();
  out.set_first_sequence(gap.first_sequence);
  out.set_last_sequence(gap.last_sequence);
  out.set_from_us(to_us(gap.from));
  out.set_to_us(to_us(gap.to));
  out.set_readings(gap.readings);
  out.set_reason(mended_utf8(gap.reason));
  out.set_unacknowledged(gap.unacknowledged);
}

Result<Gap> from_proto(const v1::Gap& in) {
  if (!is_time(in.from_us()) || !is_time(in.to_us())) return bad("gap: time out of range");
  Gap gap;
  gap.first_sequence = in.first_sequence();
  gap.last_sequence = in.last_sequence();
  gap.from = from_us(in.from_us());
  gap.to = from_us(in.to_us());
  gap.readings = in.readings();
  gap.reason = in.reason();
  gap.unacknowledged = in.unacknowledged();
  return gap;
}

}  // namespace parkwatch::store
