// daemon/pipeline/messages.cpp - From a message to readings, and from readings to rules.
#include <algorithm>
#include <array>

#include "pipeline/state.h"

namespace parkwatch::pipeline {
namespace {

// Details of one refusal row; the payload itself is kept beside them.
constexpr std::size_t refusal_detail_bytes_max = 512;
// Readings of a message whose rules are fetched into the cache ahead of their turn.
constexpr std::size_t look_ahead = 8;

// What a refusal may keep: all, or nothing that says who it was.
Message kept_of(const Message& message, const std::string& personal) {
  if (personal.empty()) return message;
  Message kept;
  kept.source = message.source;
  kept.topic = personal;
  kept.oversized = true;  // its payload is not kept, its size is
  kept.payload_bytes = message.oversized ? message.payload_bytes : message.payload.size();
  return kept;
}

}  // namespace

void Refusals::clear() {
  if (total_ == 0) return;
  for (Row& row : rows_) {
    row.count = 0;
    row.detail.clear();
  }
  total_ = 0;
}

void Refusals::add(RefusalReason reason, std::string_view detail) {
  Row& row = rows_.at(static_cast<std::size_t>(reason));
  ++row.count;
  ++total_;
  if (row.detail.size() + detail.size() + 2 > refusal_detail_bytes_max && row.count > 1) return;
  if (!row.detail.empty()) row.detail += "; ";
  row.detail += detail.substr(0, refusal_detail_bytes_max);
}

void Refusals::emit(const Message& message, const std::string& source, const Arrival& arrival,
                    Facts& facts) const {
  for (std::size_t reason = 0; reason < rows_.size(); ++reason) {
    const Row& row = rows_[reason];
    if (row.count == 0) continue;
    Refusal& refusal = facts.refusals.emplace_back();
    refusal.sequence = arrival.sequence;
    refusal.receive_time = arrival.receive;
    refusal.source = source;
    refusal.topic = message.topic;
    refusal.payload = message.payload.substr(0, refusal_payload_bytes_max);
    refusal.payload_bytes = message.oversized ? message.payload_bytes : message.payload.size();
    refusal.reason = static_cast<RefusalReason>(reason);
    refusal.detail = row.detail;
    if (row.count > 1) refusal.detail += " (" + std::to_string(row.count) + " in this message)";
  }
}

void Pipeline::State::on_body(const Message& message, const Input& input, Facts& facts) {
  fire_until(input.receive_time, facts);
  last_sequence = input.sequence;
  if (!engine) return;
  ++facts.counts.messages;
  source = message.source < plant().sources.size() ? message.source : source_id_none;
  learned_source = false;
  const bool repeated = is_repeated(message, input, facts);
  const std::size_t first = facts.readings.size();
  const std::size_t inputs = facts.inputs.size();
  if (repeated) {
    ++facts.counts.duplicates;
  } else {
    const Arrival arrival{input.sequence, input.receive_time, message.dup, message.retained};
    decode(message);
    take(message, arrival, facts);
    take_passages(arrival, facts);
    if (!refusals.empty()) {
      const bool known = message.source < plant().sources.size();
      refusals.emit(kept_of(message, decoded.personal),
                    known ? plant().sources[message.source].name : std::string{}, arrival, facts);
    }
    evaluate_from(first, facts);
  }
  // A message that left nothing else behind still moved the sequence: a replay must see it too.
  const bool traceless = facts.readings.size() == first && facts.inputs.size() == inputs;
  if (message.packet_id == 0 && traceless) {
    facts.identities.push_back({input.sequence, input.receive_time, message.source, 0, 0});
  }
}

// Remembers the message by its packet identifier; true if DUP says that we have it.
bool Pipeline::State::is_repeated(const Message& message, const Input& input, Facts& facts) {
  if (message.packet_id == 0) return false;
  const std::uint64_t hash = hash_of(message.topic, message.payload);
  facts.identities.push_back(
      {input.sequence, input.receive_time, message.source, message.packet_id, hash});
  DuplicateMemory* memory = sources.memory(message.source);
  if (memory == nullptr) return false;
  const std::uint64_t key = DuplicateMemory::key_of(message.packet_id, hash);
  const bool repeated = message.dup && memory->contains(key);
  memory->add(key);
  return repeated;
}

void Pipeline::State::decode(const Message& message) {
  decoded.clear();
  refusals.clear();
  const bool decodes = message.source < decoders.size() && decoders[message.source];
  if (message.oversized) {
    // Also of such a one it matters whom it is about.
    if (decodes) decoders[message.source]->decode(message, decoded);
    const std::string personal = std::move(decoded.personal);
    decoded.clear();
    decoded.personal = personal;
    return refusals.add(RefusalReason::oversized, std::to_string(message.payload_bytes) + " bytes");
  }
  if (!decodes) {
    return refusals.add(RefusalReason::unmapped_topic, "the source has no decoder");
  }
  decoders[message.source]->decode(message, decoded);
  for (const DecodeFault& fault : decoded.faults) refusals.add(fault.reason, fault.detail);
  if (decoded.readings.size() > readings_a_message_max) {
    refusals.add(RefusalReason::too_many, std::to_string(decoded.readings.size()) + " readings");
    decoded.readings.clear();
  }
  pseudonymise_passages();
}

// Before anything sees them. Without a key there is no way to keep what must not be kept.
void Pipeline::State::pseudonymise_passages() {
  if (!plant().gates.pseudonymise || decoded.passages.empty()) return;
  if (!pseudonym) {
    refusals.add(RefusalReason::malformed, "there is no key for pseudonyms");
    return decoded.passages.clear();
  }
  for (Passage& passage : decoded.passages) pseudonymise(passage, pseudonym);
}

void Pipeline::State::take_passages(const Arrival& arrival, Facts& facts) {
  if (arrival.retained) {  // it happened some time; whoever was told has acted on it
    facts.counts.dropped_retained += decoded.passages.size();
    return;
  }
  std::uint32_t index = 0;
  for (Passage& passage : decoded.passages) {
    if (!plant().gates.names) passage.name.clear();
    PassageSeen seen{index++, std::move(passage)};
    pass(seen, arrival.receive, facts);
    facts.inputs.push_back({arrival.sequence, arrival.receive, std::move(seen)});
  }
}

void Pipeline::State::pass(const PassageSeen& seen, Timestamp receive, Facts& facts) {
  Scene here = scene(facts);
  gates.on_passage(seen.passage, {receive, last_sequence, seen.index}, here);
}

void Pipeline::State::take(const Message& message, const Arrival& arrival, Facts& facts) {
  const std::size_t first = facts.readings.size();
  const Timing& timing = plant().timing;
  for (const DecodedReading& raw : decoded.readings) {
    const std::string_view name = decoded.name_of(raw);
    const TagId id = find_or_register(name, raw, message, arrival, facts);
    if (id == tag_id_none) continue;
    Reading& reading = facts.readings.emplace_back();
    RefusalReason why{};
    switch (admit(tags, id, raw, arrival, timing, reading, why)) {
      case Admitted::taken:
        reading.index = static_cast<std::uint32_t>(facts.readings.size() - 1 - first);
        remember_last(facts);
        continue;
      case Admitted::duplicate:
        ++facts.counts.duplicates;
        break;
      case Admitted::dropped_retained:
        ++facts.counts.dropped_retained;
        break;
      case Admitted::refused:
        refusals.add(why,
                     std::string{name} + ": " + to_text(raw.value).substr(0, 64) +
                         (why == RefusalReason::wrong_type ? ", not " + what_fits(tags.slot(id).tag)
                                                           : std::string{}));
        break;
    }
    facts.readings.pop_back();
  }
}

void Pipeline::State::remember_last(Facts& facts) {
  const Reading& reading = facts.readings.back();
  ++facts.counts.readings;
  if ((reading.flags & (reading_late | reading_historical)) != 0) {
    if ((reading.flags & reading_late) != 0) ++facts.counts.late;
    if ((reading.flags & reading_historical) != 0) ++facts.counts.historical;
  }
  const ClockChange change = remember(tags, reading, plant().timing);
  const TagHot& hot = tags.hot(reading.tag);
  const bool other_source = source != source_id_none && source != hot.source;
  if ((reading.quality == Quality::bad) != hot.bad || other_source) learn_source(reading, facts);
  if (change != ClockChange::none) {
    on_clock(reading.tag, change, reading.receive_time, reading, facts);
  }
}

// The reading's quality or source is another one than its tag's before.
void Pipeline::State::learn_source(const Reading& reading, Facts& facts) {
  if ((reading.flags & reading_historical) != 0) return;
  if (source != source_id_none && tags.hot(reading.tag).source != source && !learned_source) {
    facts.inputs.push_back(
        {last_sequence, reading.receive_time, MessageSource{plant().sources[source].name}});
    learned_source = true;
  }
  Scene here = scene(facts);
  const Reading newest = reading;
  sources.on_newest(newest, source, here, newest.receive_time);
  // Over all tags only when one moves between a source that is lost and one that is not.
  const SourceState* const from = sources.state(tags.hot(newest.tag).source);
  if (engine->is_lost(newest.tag) != (from != nullptr && from->lost)) {
    engine->know_lost(lost_tags(), tags);
  }
}

TagId Pipeline::State::find_or_register(std::string_view name, const DecodedReading& raw,
                                        const Message& message, const Arrival& arrival,
                                        Facts& facts) {
  const TagId known = last_found = tags.find_after(last_found, name);
  if (known != tag_id_none && tags.hot(known).active) {
    if (!tags.hot(known).derived) return known;
    refusals.add(RefusalReason::unknown_tag, std::string{name} + " is computed here");
    return tag_id_none;
  }
  const SourceSpec* from =
      message.source < plant().sources.size() ? &plant().sources[message.source] : nullptr;
  if (from != nullptr && tags.auto_registered(from->name) < from->auto_register_max &&
      is_tag_name(name)) {
    Tag tag;
    tag.name = name;
    // A device that sends 20 may send 20.5 next.
    const ValueType type = type_of(raw.value);
    tag.type = type == ValueType::int64 ? ValueType::float64 : type;
    tag.auto_registered = true;
    tag.registered_by = from->name;
    register_tag(tag, arrival.receive, facts);
    const TagId registered = tags.find(name);
    if (registered != tag_id_none) return registered;
  }
  refusals.add(RefusalReason::unknown_tag, name.substr(0, tag_name_bytes_max));
  return tag_id_none;
}

void Pipeline::State::evaluate_from(std::size_t first, Facts& facts) {
  Scene here = scene(facts);
  const std::size_t end = facts.readings.size();
  auto index = static_cast<std::uint32_t>(end - first);
  for (std::size_t i = first; i < end; ++i) {
    const Reading& reading = facts.readings[i];
    if (i + look_ahead < end) {
      engine->prefetch_rules(facts.readings[i + look_ahead].tag);
      engine->prefetch_instances(facts.readings[i + look_ahead / 2].tag);
    }
    if ((reading.flags & reading_historical) != 0) continue;
    if (tags.hot(reading.tag).forced) {
      engine->on_overridden(reading, here);
      continue;
    }
    engine->see(reading);
    const std::size_t computed = facts.readings.size();
    if (!derived.dependents(reading.tag).empty()) derive(i, index, facts);
    engine->on_reading(facts.readings[i], here);
    for (std::size_t d = computed; d < facts.readings.size(); ++d) {
      engine->on_reading(facts.readings[d], here);
    }
  }
}

// Everything that is computed from the reading, through others too.
void Pipeline::State::derive(std::size_t trigger, std::uint32_t& index, Facts& facts) {
  const Reading cause = facts.readings[trigger];
  touched.assign(1, cause.tag);
  for (const std::uint32_t d : derived.dependents(cause.tag)) {
    if (!derived.uses_any(d, touched)) continue;
    const auto is_forced = [this, d](const auto& check) {
      return derived.uses_any(d, std::array{check.first});
    };
    // A value computed from a test value would be stored as one of the plant.
    if (std::any_of(loop_checks.begin(), loop_checks.end(), is_forced)) continue;
    auto reading = derived.evaluate(d, cause, tags, engine->operands());
    if (!reading) continue;
    reading->index = index++;
    touched.push_back(reading->tag);
    tags.set_newest(reading->tag, *reading);
    ++facts.counts.readings;
    facts.readings.push_back(*reading);
    engine->see(*reading);
  }
}

void Pipeline::State::on_clock(TagId tag, ClockChange change, Timestamp at, const Reading& reading,
                               Facts& facts) {
  const std::string& name = tags.slot(tag).tag.name;
  alarms::Condition c;
  c.rule = rule_clock;
  c.tag = name;
  c.reading_sequence = reading.sequence;
  c.reading_index = reading.index;
  c.reading_time = reading.source_time;
  c.quality = reading.quality;
  if (change == ClockChange::set_back) {
    c.level = Level::on;
    c.group = own_group;
    c.message = {name + " 的设备时钟被调回：" + to_rfc3339(reading.source_time),
                 "the clock of the device of " + name + " was set back to " +
                     to_rfc3339(reading.source_time)};
    c.guidance = {"校准设备时钟；在此之前按接收时间判断报警。",
                  "Set the device's clock; until then its readings are judged at the time at which "
                  "they arrive."};
  }
  alarms.apply(std::move(c), {at, last_sequence, plant().hash}, facts.transitions);
}

}  // namespace parkwatch::pipeline
