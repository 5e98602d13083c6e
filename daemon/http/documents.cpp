// daemon/http/documents.cpp - Boost.JSON documents of tags, events, consumers and the rest.
#include "http/documents.h"

#include <openssl/evp.h>
#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>

#include "model/utf8.h"
#include "store/convert.h"

namespace parkwatch::http {
namespace json = boost::json;
namespace {

json::object text_document(const Text& text) {
  return {{"zh", text_value(text.zh)}, {"en", text_value(text.en)}};
}

json::object range_document(const Range& range) {
  return {{"low", range.low}, {"high", range.high}};
}

json::value value_document(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return text_value(*text);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  return std::get<bool>(value);
}

json::object reading_document(const Reading& reading) {
  json::object document{
      {"time", time_value(reading.source_time)},
      {"received", time_value(reading.receive_time)},
      {"value", value_document(reading.value)},
      {"quality", to_text(reading.quality)},
      {"sequence", reading.sequence},
      {"index", reading.index},
  };
  if (reading.reason != QualityReason::none) document["reason"] = to_text(reading.reason);
  return document;
}

json::array enumeration_document(const std::vector<EnumEntry>& entries) {
  json::array document;
  for (const EnumEntry& entry : entries) {
    json::object item{{"number", entry.number}, {"word", text_value(entry.word)}};
    if (entry.text != Text{}) item["text"] = text_document(entry.text);
    document.emplace_back(std::move(item));
  }
  return document;
}

json::array flags_document(std::uint32_t flags) {
  json::array words;
  for (const std::string_view word : flag_words(flags)) words.emplace_back(word);
  return words;
}

// What chatters distracts, and an operator's remedy is a shelf.
bool is_shelve_offered(const AlarmEvent& event) {
  return (event.flags & alarm_chattering) != 0 && (event.flags & alarm_shelved) == 0;
}

json::object hold_document(const Hold& hold) {
  json::object document{
      {"since", time_value(hold.since)},
      {"one_shot", hold.one_shot},
      {"author", text_value(hold.author)},
      {"reason", text_value(hold.reason)},
  };
  document["until"] = hold.until ? time_value(*hold.until) : nullptr;
  return document;
}

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // EVP_EncodeBlock ends with a zero
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

// The id is known only to who sends it, so its place is shown.
json::object command_document(const ActionCommand& command) {
  return {
      {"request", command.request},
      {"release", command.release},
      {"topic", text_value(command.topic)},
      {"payload", text_value(final_payload(command.payload, "{id}"))},
      {"expires", time_value(command.expires)},
      {"cause", {{"rule", text_value(command.cause_rule)}, {"tag", text_value(command.cause_tag)}}},
  };
}

double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

json::object source_document(const SourceStatus& source) {
  json::object document{
      {"name", text_value(source.name)},
      {"driver", text_value(source.driver)},
      {"connected", source.connected},
      {"paused", source.paused},
      {"since", time_value(source.since)},
      {"messages", source.messages},
      {"held_acknowledgements", source.held_acks},
      {"oldest_held_seconds", seconds(source.oldest_held)},
  };
  if (!source.detail.empty()) document["detail"] = text_value(source.detail);
  return document;
}

}  // namespace

json::value text_value(std::string_view text) {
  if (!first_not_utf8(text)) return json::string{text};
  return json::string{store::mended_utf8(text)};
}

json::value time_value(Timestamp t) { return json::string{to_rfc3339(t)}; }

json::object to_document(TagId id, std::uint32_t version, const Tag& tag) {
  json::object document{
      {"name", text_value(tag.name)},
      {"id", id},
      {"version", version},
      {"unit", text_value(tag.unit)},
      {"value_type", to_text(tag.type)},
      {"decimals", tag.decimals},
  };
  if (tag.description != Text{}) document["description"] = text_document(tag.description);
  if (tag.range) document["range"] = range_document(*tag.range);
  if (tag.scaling != Scaling{}) {
    json::object scaling{{"factor", tag.scaling.factor}, {"offset", tag.scaling.offset}};
    if (tag.scaling.clamp) scaling["clamp"] = range_document(*tag.scaling.clamp);
    document["scaling"] = std::move(scaling);
  }
  if (!tag.enumeration.empty()) document["enumeration"] = enumeration_document(tag.enumeration);
  if (!tag.expression.empty()) document["expression"] = text_value(tag.expression);
  if (tag.auto_registered) document["auto_registered"] = true;
  if (!tag.commissioned) document["commissioned"] = false;
  return document;
}

json::object to_document(const LiveTag& tag) {
  json::object document = to_document(tag.id, tag.version, *tag.tag);
  if (tag.newest) document["latest"] = reading_document(*tag.newest);
  return document;
}

json::object to_document(const AlarmEvent& event, std::string_view generation) {
  json::object document{
      {"journal", event.journal},
      {"generation", generation},
      {"at", time_value(event.at)},
      {"kind", to_text(event.kind)},
      {"state", to_text(event.state)},
      {"rule", text_value(event.rule)},
      {"tag", text_value(event.tag)},
      {"level", to_text(event.level)},
      {"priority", to_text(event.priority)},
      {"occurrence", event.occurrence},
      {"raised_at", time_value(event.raised_at)},
      {"group", text_value(event.group)},
      {"unit", text_value(event.unit)},
      {"sequence", event.sequence},
      {"reading",
       {{"sequence", event.reading_sequence},
        {"index", event.reading_index},
        {"time", time_value(event.reading_time)},
        {"quality", to_text(event.quality)}}},
      {"message", text_document(event.message)},
      {"guidance", text_document(event.guidance)},
      {"plant", text_value(event.plant)},
  };
  if (event.value) document["value"] = *event.value;
  if (event.limit) document["limit"] = *event.limit;
  if (!event.author.empty()) document["author"] = text_value(event.author);
  if (!event.comment.empty()) document["comment"] = text_value(event.comment);
  document["flags"] = flags_document(event.flags);
  document["notice"] = to_text(event.notice);
  document["sounds"] = begins_horn(event);
  document["sounded"] = event.sounded;
  if (event.raises > 0) document["raises"] = event.raises;
  if (is_shelve_offered(event)) document["offer"] = "shelve";
  if (event.respond_by) document["respond_by"] = time_value(*event.respond_by);
  if (event.shelving) document["shelving"] = hold_document(*event.shelving);
  if (event.service) document["service"] = hold_document(*event.service);
  if (event.command) document["command"] = command_document(*event.command);
  if (!event.scope.empty()) document["scope"] = text_value(event.scope);
  if (event.frozen) document["frozen"] = to_document(*event.frozen);
  if (!event.related.empty()) document["related"] = json::value_from(event.related);
  return document;
}

json::object to_document(const Frozen& frozen) {
  json::object document{{"since", time_value(frozen.since)}};
  if (frozen.value) {
    document["value"] = *frozen.value;
    document["value_at"] = time_value(frozen.value_at);
  }
  return document;
}

json::object to_document(const store::Gap& gap) {
  return {
      {"first_sequence", gap.first_sequence},
      {"last_sequence", gap.last_sequence},
      {"from", time_value(gap.from)},
      {"to", time_value(gap.to)},
      {"readings", gap.readings},
      {"reason", text_value(gap.reason)},
      {"unacknowledged", gap.unacknowledged},
  };
}

json::object to_document(const store::ConsumerRow& consumer, std::string_view generation) {
  json::object document{
      {"name", text_value(consumer.name)},
      {"cursor", store::to_text(store::Cursor{std::string{generation}, consumer.sequence})},
      {"updated_at", time_value(consumer.updated_at)},
  };
  document["expires_at"] = consumer.expires_at ? time_value(*consumer.expires_at) : nullptr;
  return document;
}

json::object to_document(const store::QuarantineRow& row) {
  const Refusal& refusal = row.refusal;
  json::object document{
      {"id", row.id},
      {"sequence", refusal.sequence},
      {"received", time_value(refusal.receive_time)},
      {"source", text_value(refusal.source)},
      {"topic", text_value(refusal.topic)},
      {"reason", to_text(refusal.reason)},
      {"detail", text_value(refusal.detail)},
      {"payload_bytes", refusal.payload_bytes},
  };
  if (first_not_utf8(refusal.payload)) {
    document["payload_base64"] = base64(refusal.payload);
  } else {
    document["payload"] = json::string{refusal.payload};
  }
  return document;
}

json::object to_document(const store::StoreCounts& counts) {
  return {
      {"blocks", counts.blocks},
      {"readings", counts.readings},
      {"bytes", counts.bytes},
      {"first_sequence", counts.first_sequence},
      {"last_sequence", counts.last_sequence},
      {"events", counts.events},
      {"readings_lost", counts.readings_lost},
  };
}

json::object to_document(const Status& status) {
  json::array sources;
  for (const SourceStatus& source : status.sources) sources.emplace_back(source_document(source));
  json::object document{
      {"version", text_value(status.version)},
      {"park", text_value(status.park)},
      {"plant", text_value(status.plant)},
      {"started_at", time_value(status.started_at)},
      {"now", time_value(status.now)},
      {"numbers",
       {{"messages", status.messages},
        {"readings", status.readings},
        {"duplicates", status.duplicates},
        {"refusals", status.refusals},
        {"transitions", status.transitions},
        {"commits", status.commits},
        {"commit_bytes", status.commit_bytes}}},
      {"last_sequence", status.last_sequence},
      {"intake", {{"inputs", status.intake_inputs}, {"bytes", status.intake_bytes}}},
      {"outbox_pending", status.outbox_pending},
      {"sources", std::move(sources)},
  };
  document["problems"] = json::array(status.problems.begin(), status.problems.end());
  document["store_fault"] = status.store_fault.empty() ? nullptr : text_value(status.store_fault);
  return document;
}

void put_waits(json::object& out, const std::string& name, const Waits& waits) {
  const auto known = [&](Duration time) {
    return waits.count == 0 ? json::value(nullptr)
                            : json::value(std::chrono::duration<double>(time).count());
  };
  out[name] = waits.count;
  out[name + "_median_s"] = known(waits.median);
  out[name + "_longest_s"] = known(waits.longest);
}

}  // namespace parkwatch::http
