// drivers/mqtt/codec/topic.h - A topic with captures, e.g. "park/{site}/{device}/{quantity}".
// Immutable after parse(); any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"

namespace parkwatch::mqtt_codec {

// Topics of more bytes than this are refused in a configuration (MQTT 3.1.1, 4.7.3 allows 65,535).
inline constexpr std::size_t topic_bytes_max = 1024;
// Tag names have at most 256 bytes, so more captures are of no use.
inline constexpr std::size_t captures_max = 16;

// Levels as in a topic filter of MQTT 3.1.1, 4.7: "+" takes one level, a last "#" any number of
// them (none, too); "{name}" takes one level and gives it a name.
class TopicPattern {
 public:
  // Errors: bad_input - what is wrong with `text` and what would be right.
  [[nodiscard]] static Result<TopicPattern> parse(std::string_view text);

  // True when `topic` is of this pattern; `captured` then holds its levels in the order of
  // captures(), as views into `topic`. Else `captured` is unspecified. A topic that begins with '$'
  // is taken only by a pattern that says so in its first level (MQTT 3.1.1, 4.7.2).
  [[nodiscard]] bool match(std::string_view topic, std::vector<std::string_view>& captured) const;

  [[nodiscard]] const std::vector<std::string>& captures() const { return captures_; }
  // What to subscribe to: captures become "+".
  [[nodiscard]] std::string filter() const;
  // The levels that are neither captured nor a wildcard; views into this.
  [[nodiscard]] std::vector<std::string_view> words() const;
  // Every topic of `other` is one of this.
  [[nodiscard]] bool covers(const TopicPattern& other) const;
  // Some topic is of both.
  [[nodiscard]] bool overlaps(const TopicPattern& other) const;

 private:
  enum class Kind : std::uint8_t { literal, any, rest };
  struct Level {
    Kind kind = Kind::literal;
    bool captured = false;
    std::string text;  // of a literal
  };

  [[nodiscard]] static Result<Level> parse_level(std::string_view text, bool last,
                                                 std::vector<std::string>& captures);

  std::vector<Level> levels_;
  std::vector<std::string> captures_;
};

using TopicWords = std::set<std::string, std::less<>>;

// "park/+/+/plate": every level of `topic` that is none of the words is a "+".
[[nodiscard]] std::string masked(std::string_view topic, const TopicWords& words);

}  // namespace parkwatch::mqtt_codec
