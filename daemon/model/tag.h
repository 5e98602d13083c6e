// daemon/model/tag.h - One measured point as it is configured. Plain, immutable values.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/value.h"

namespace parkwatch {

// A tag's number in this store: dense from 0, in the order in which the pipeline first saw the
// name, never reused. Names are the identity that people and other systems see.
using TagId = std::uint32_t;
inline constexpr TagId tag_id_none = UINT32_MAX;
// More tags than this are refused (memory on a small gateway).
inline constexpr std::size_t tags_max = 200'000;
inline constexpr std::size_t tag_name_bytes_max = 256;

// A text for people in the two languages of the product. Either may be empty.
struct Text {
  std::string zh;
  std::string en;
  bool operator==(const Text&) const = default;
};

struct Range {
  double low = 0;
  double high = 0;  // > low
  bool operator==(const Range&) const = default;
};

// raw -> raw * factor + offset, then held inside `clamp`. The identity does nothing to integers.
struct Scaling {
  double factor = 1;
  double offset = 0;
  std::optional<Range> clamp;
  bool operator==(const Scaling&) const = default;
};

// One state of an enumerated tag: a device may send the number or the word; the number is stored.
struct EnumEntry {
  std::int64_t number = 0;
  std::string word;  // as the device sends it, e.g. "open"
  Text text;         // as people read it
  bool operator==(const EnumEntry&) const = default;
};

struct Tag {
  std::string name;  // site/device/quantity, e.g. "wwtp1/effluent/cod"
  Text description;
  std::string unit;  // UCUM-like plain text: "mg/L", "m", "kPa", "%"; empty for none
  ValueType type = ValueType::float64;
  std::optional<Range> range;  // in `unit`, after scaling; a value outside is bad (out_of_range)
  std::uint8_t decimals = 3;   // for people; stored values are never rounded
  Scaling scaling;
  std::vector<EnumEntry> enumeration;  // empty: not enumerated
  std::string expression;              // not empty: a derived tag, muParser over `other/tag/names`
  bool auto_registered = false;        // seen on a topic, not in the configuration
  std::string registered_by;           // auto_registered: name of the source that brought it
  bool commissioned = true;            // false: alarms are evaluated and journaled, not announced
  bool operator==(const Tag&) const = default;
};

// The first level, the second one ("" if there is none) and the last one, as {site}, {device} and
// {quantity} in texts.
struct TagNameParts {
  std::string_view site;
  std::string_view device;
  std::string_view quantity;
};
[[nodiscard]] TagNameParts parts_of_tag_name(std::string_view name);
// `text` with {site}, {device}, {quantity} and {tag} replaced; other braces stay.
[[nodiscard]] std::string filled_from_tag_name(std::string_view text, std::string_view name);

// True when `name` is 1..tag_name_bytes_max bytes of UTF-8 in levels divided by single '/', without
// control characters, wildcards ('+', '#', '*'), backquotes, quotes or blanks.
[[nodiscard]] bool is_tag_name(std::string_view name);
// "tank/*/level" matches name by level: '*' within a level, "**" for any number of whole levels.
[[nodiscard]] bool tag_matches(std::string_view pattern, std::string_view name);
// By one of them; without any, everything matches.
[[nodiscard]] bool tag_matches_one(const std::vector<std::string>& patterns, std::string_view name);

}  // namespace parkwatch
