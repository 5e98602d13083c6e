// drivers/mqtt/codec/names.h - What a topic says about its messages: found once a topic. Plain
// values.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/mqtt/codec/mapping.h"
#include "drivers/mqtt/codec/output.h"
#include "drivers/mqtt/codec/passage_mapping.h"

namespace parkwatch::mqtt_codec {

struct FieldName {
  enum class Kind : std::uint8_t { fixed, of_message, unusable };
  Kind kind = Kind::fixed;
  std::string name;  // fixed: it; unusable: what came out and is no tag's name
};

struct TopicNames {
  const Mapping* mapping = nullptr;         // null: the topic is one of passages
  const PassageMapping* passage = nullptr;  // that one
  std::vector<std::string_view> captured;   // views into the topic that it was made from
  std::vector<FieldName> fields;            // one for each of mapping->fields
};

// REQUIRES: `captured` is what mapping.topic.match gave.
[[nodiscard]] TopicNames names_of(const Mapping& mapping, std::vector<std::string_view> captured);

// The name of a reading whose template has a key ({tag}, {member}) but no pointer. `scratch` holds
// it. Empty, and a fault, if it is no tag's name.
[[nodiscard]] std::string_view name_with_key(const TopicNames& names, std::size_t field,
                                             std::string_view key, std::string& scratch,
                                             Output& out);
void fault_no_tag_name(std::string_view name, Output& out);

}  // namespace parkwatch::mqtt_codec
