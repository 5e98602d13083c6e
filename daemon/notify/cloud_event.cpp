// daemon/notify/cloud_event.cpp - JSON of alerts. Strings are escaped by Boost.JSON; numbers are
// written by us, since Boost.JSON writes 91.2 as 9.12E1, which people read badly.
#include "notify/cloud_event.h"

#include <boost/json.hpp>
#include <cmath>
#include <optional>

#include "model/utf8.h"

namespace parkwatch::notify {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

// Valid UTF-8 of at most alert_text_bytes_max bytes (and what a replacement adds).
std::string clean(std::string_view text) {
  if (text.size() > alert_text_bytes_max) {
    text = text.substr(0, alert_text_bytes_max);
    const std::size_t tail = text.size() - 3;  // where a character that was cut may begin
    std::size_t whole = text.size();
    for (std::size_t at = tail; at < text.size(); ++at) {
      const auto byte = static_cast<unsigned char>(text[at]);
      if (byte >= 0xC0U && first_not_utf8(text.substr(at))) whole = at;
    }
    text = text.substr(0, whole);
  }
  std::string out;
  while (const auto bad = first_not_utf8(text)) {
    out.append(text.substr(0, *bad));
    out.append(replacement);
    text.remove_prefix(*bad + 1);
  }
  return out.append(text);
}

// One JSON object, member by member.
class Object {
 public:
  Object& text(std::string_view key, std::string_view value) {
    return raw(key, boost::json::serialize(boost::json::string(clean(value))));
  }
  Object& number(std::string_view key, std::uint64_t value) {
    return raw(key, std::to_string(value));
  }
  Object& number(std::string_view key, const std::optional<double>& value) {
    const bool writable = value && std::isfinite(*value);
    return raw(key, writable ? to_text(Value{*value}) : "null");
  }
  Object& boolean(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  Object& time(std::string_view key, Timestamp value) { return text(key, to_rfc3339(value)); }
  Object& both(std::string_view key, const Text& value) {
    return raw(key, Object{}.text("zh", value.zh).text("en", value.en).done());
  }
  // `key` is one of ours and needs no escape.
  Object& raw(std::string_view key, std::string_view json) {
    out_ += out_.size() == 1 ? "\"" : ",\"";
    out_ += key;
    out_ += "\":";
    out_ += json;
    return *this;
  }
  [[nodiscard]] std::string done() const { return out_ + '}'; }

 private:
  std::string out_ = "{";
};

std::string padded(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(20 - digits.size(), '0') + digits;
}

std::string flags_of(const AlarmEvent& event) {
  boost::json::array words;
  for (const std::string_view word : flag_words(event.flags)) words.emplace_back(word);
  return boost::json::serialize(words);
}

std::string data_of(const Alert& alert) {
  const AlarmEvent& e = alert.event;
  Object data;
  data.text("rule", e.rule)
      .text("tag", e.tag)
      .text("group", e.group)
      .number("occurrence", e.occurrence)
      .text("level", to_text(e.level))
      .text("priority", to_text(e.priority))
      .text("state", to_text(e.state))
      .number("value", e.value)
      .number("limit", e.limit)
      .text("unit", e.unit)
      .text("quality", to_text(e.quality))
      .time("reading_time", e.reading_time)
      .time("raised_at", e.raised_at)
      .both("message", e.message)
      .both("guidance", e.guidance)
      .text("author", e.author)
      .text("comment", e.comment)
      .text("plant", e.plant)
      .boolean("volatile", !alert.volatile_id.empty());
  data.raw("flags", flags_of(e));
  if (e.raises > 0) data.number("raises", std::uint64_t{e.raises});
  if (e.frozen) {
    Object frozen;
    frozen.time("since", e.frozen->since);
    if (e.frozen->value) {
      frozen.number("value", e.frozen->value).time("value_at", e.frozen->value_at);
    }
    data.raw("frozen", frozen.done());
  }
  return data.done();
}

std::string_view what_of(const AlarmEvent& event) {
  switch (event.kind) {
    case TransitionKind::raised:
      return "raised";
    case TransitionKind::level_changed:
      return "level_changed";
    case TransitionKind::acknowledged:
      return "acked";
    case TransitionKind::returned:
      return event.state == AlarmState::normal ? "cleared" : "returned";
    case TransitionKind::unacknowledged:
      return "unacked";
    default:
      return to_text(event.kind);
  }
}

}  // namespace

std::string event_id(const EventOrigin& origin, const Alert& alert) {
  const std::string last =
      alert.volatile_id.empty() ? std::to_string(alert.event.journal) : alert.volatile_id;
  return origin.park + '-' + origin.generation + '-' + last;
}

std::string event_type(const AlarmEvent& event) {
  return "parkwatch.alarm." + std::string{what_of(event)} + ".v1";
}

bool ends_alarm(const AlarmEvent& event) {
  return event.state == AlarmState::normal || event.kind == TransitionKind::removed;
}

std::string cloud_event(const EventOrigin& origin, const Alert& alert) {
  const AlarmEvent& e = alert.event;
  Object event;
  event.text("specversion", "1.0")
      .text("id", event_id(origin, alert))
      .text("source", "/parkwatch/" + origin.park)
      .text("type", event_type(e))
      .text("subject", e.rule + '/' + e.tag)
      .time("time", e.at)
      .text("datacontenttype", "application/json");
  if (alert.volatile_id.empty()) event.text("sequence", padded(e.journal));
  event.raw("data", data_of(alert));
  return event.done();
}

std::string online_payload(bool online, std::string_view generation, std::string_view reason) {
  Object out;
  out.boolean("online", online);
  if (!generation.empty()) out.text("generation", generation);
  if (online) out.text("version", PARKWATCH_VERSION);
  if (!reason.empty()) out.text("reason", reason);
  return out.done();
}

}  // namespace parkwatch::notify
