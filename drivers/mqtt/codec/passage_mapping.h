// drivers/mqtt/codec/passage_mapping.h - Which messages are passages at a gate, and where what
// stands in them, as a [[source.passage]] says it. Plain, immutable values; docs/gates.md explains
// every key.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "drivers/mqtt/codec/mapping.h"
#include "model/passage.h"

namespace parkwatch::mqtt_codec {

// Where one text of a passage comes from.
struct PassageField {
  enum class Kind : std::uint8_t { absent, fixed, capture, pointer };
  Kind kind = Kind::absent;
  std::string text;         // fixed
  std::size_t capture = 0;  // position in the topic's captures
  JsonPointer pointer;
};

struct PassageMapping {
  TopicPattern topic;
  std::string filter;               // of the topic: all that is kept of a refused message's
  std::optional<JsonPointer> each;  // the array whose elements are passages
  PassageField kind;
  PassageField subject;
  PassageField id;
  PassageField plate;  // where there is no id
  PassageField name;
  PassageField gate;
  PassageField lane;
  PassageField zone;
  PassageField card;
  PassageField permit;
  PassageField count;
  std::optional<JsonPointer> time;
  TimeFormat time_format = TimeFormat::automatic;
  std::string time_zone;
  std::vector<std::pair<std::string, PassageKind>> kinds;  // the device's words, before our own
  std::vector<std::pair<std::string, Subject>> classes;    // likewise
};

// Reads `passage` of a [[source]]; every mistake becomes a diagnostic. `mappings` are those of the
// same source, which come first.
[[nodiscard]] std::vector<PassageMapping> read_passages(SettingsReader& source,
                                                        const std::vector<Mapping>& mappings,
                                                        Diagnostics& out);

// As subscription_filters of mappings, of both.
[[nodiscard]] std::vector<std::string> subscription_filters(
    const std::vector<Mapping>& mappings, const std::vector<PassageMapping>& passages);

}  // namespace parkwatch::mqtt_codec
