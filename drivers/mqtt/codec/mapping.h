// drivers/mqtt/codec/mapping.h - What the messages of a topic mean, as a [[source.mapping]] says
// it. Plain, immutable values; drivers/mqtt/README.md explains every key.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "drivers/mqtt/codec/pointer.h"
#include "drivers/mqtt/codec/tag_template.h"
#include "drivers/mqtt/codec/topic.h"
#include "model/settings.h"
#include "model/value.h"

namespace parkwatch::mqtt_codec {

enum class Format : std::uint8_t { json, bare, parkwatch_v1 };
// `automatic`: a number by its magnitude (time_of), a text as RFC 3339.
enum class TimeFormat : std::uint8_t { automatic, s, ms, us, ns, rfc3339 };

struct QualityMark {
  Quality quality = Quality::good;
  QualityReason reason = QualityReason::none;
  bool operator==(const QualityMark&) const = default;
};

// Where a reading's time and quality are. Absent in the mapping: the reading has none, or is good.
struct MarkPointers {
  std::optional<JsonPointer> time;
  std::optional<JsonPointer> quality;
  std::optional<JsonPointer> historical;  // true: re-sent from a memory
};

struct FieldSpec {
  TagTemplate tag;
  JsonPointer value;                  // with `members`: the object that has them
  std::optional<MarkPointers> marks;  // of its own; empty: those of the mapping
  bool optional = false;              // no fault when `value` finds nothing
};

struct Mapping {
  TopicPattern topic;
  Format format = Format::json;
  // json: what one scope gives; a scope is the message, or with `each` an element of an array.
  // Other formats: exactly one, for its tag.
  std::vector<FieldSpec> fields;
  std::optional<JsonPointer> each;  // the array whose elements are the scopes
  bool members = false;             // every member of the object fields[0].value is a reading
  std::vector<std::string> except;  // members that are none, those of `marks` included
  MarkPointers marks;
  std::optional<JsonPointer> message_time;  // from the message's root, for scopes without a time
  TimeFormat time_format = TimeFormat::automatic;
  std::string time_zone;  // "+08:00": of texts without a zone; empty: those are faults
  std::vector<std::pair<std::string, QualityMark>> quality_words;  // of the device, before our own
  bool text_numbers = false;                                       // "12.5" in quotes is a number
};

// Reads `mapping` of a [[source]]; every mistake becomes a diagnostic. What is returned may be used
// for decoding only if none was an error. `source` and `out` are those of the caller's check.
[[nodiscard]] std::vector<Mapping> read_mappings(SettingsReader& source, Diagnostics& out);

// The pointer at `key`; empty: there is none, or it is none, and a diagnostic says so.
[[nodiscard]] std::optional<JsonPointer> read_pointer(SettingsReader& reader, std::string_view key);

// What to subscribe to: each mapping's filter, but none that another one covers, since a broker may
// send a message once for each subscription that it matches. In the order of the mappings.
[[nodiscard]] std::vector<std::string> subscription_filters(const std::vector<Mapping>& mappings);

}  // namespace parkwatch::mqtt_codec
