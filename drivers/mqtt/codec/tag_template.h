// drivers/mqtt/codec/tag_template.h - How a tag's name is made of a message, e.g.
// "{site}/{/device}/{/quantity}". A plain value.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/mqtt/codec/pointer.h"
#include "model/result.h"

namespace parkwatch::mqtt_codec {

struct TagPart {
  enum class Kind : std::uint8_t {
    literal,
    capture,  // a level of the topic
    pointer,  // a text or whole number in the message
    key,      // {member}: the name of an object's member; {tag}: the tag of a parkwatch.v1 reading
  };
  Kind kind = Kind::literal;
  std::string text;         // literal: itself
  std::size_t capture = 0;  // position in the topic's captures
  JsonPointer pointer;
};

struct TagTemplate {
  std::vector<TagPart> parts;

  // What `text` may be made of beside literals.
  struct Allowed {
    const std::vector<std::string>& captures;
    bool pointers = false;
    std::string_view key;  // "member", "tag", or "" for none
  };
  // Errors: bad_input - unknown part, unbalanced braces, or no such text can be a tag's name.
  [[nodiscard]] static Result<TagTemplate> parse(std::string_view text, const Allowed& allowed);

  // Depends on the topic alone, so it can be rendered once a topic.
  [[nodiscard]] bool is_fixed() const;
  // REQUIRES: is_fixed(), and `captured` is of the pattern that it was parsed for.
  [[nodiscard]] std::string render(const std::vector<std::string_view>& captured) const;
};

}  // namespace parkwatch::mqtt_codec
