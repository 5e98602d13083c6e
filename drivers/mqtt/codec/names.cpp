// drivers/mqtt/codec/names.cpp - Tag names of a topic's messages.
#include "drivers/mqtt/codec/names.h"

#include <utility>

#include "model/tag.h"

namespace parkwatch::mqtt_codec {

TopicNames names_of(const Mapping& mapping, std::vector<std::string_view> captured) {
  TopicNames names;
  names.mapping = &mapping;
  names.captured = std::move(captured);
  for (const FieldSpec& field : mapping.fields) {
    FieldName& name = names.fields.emplace_back();
    if (!field.tag.is_fixed()) {
      name.kind = FieldName::Kind::of_message;
      continue;
    }
    name.name = field.tag.render(names.captured);
    if (!is_tag_name(name.name)) name.kind = FieldName::Kind::unusable;
  }
  return names;
}

std::string_view name_with_key(const TopicNames& names, std::size_t field, std::string_view key,
                               std::string& scratch, Output& out) {
  const FieldName& prepared = names.fields[field];
  if (prepared.kind == FieldName::Kind::fixed) return prepared.name;
  scratch.clear();
  if (prepared.kind == FieldName::Kind::unusable) {
    scratch = prepared.name;
  } else {
    for (const TagPart& part : names.mapping->fields[field].tag.parts) {
      if (part.kind == TagPart::Kind::literal) scratch += part.text;
      if (part.kind == TagPart::Kind::capture) scratch += names.captured[part.capture];
      if (part.kind == TagPart::Kind::key) scratch += key;
    }
  }
  if (prepared.kind == FieldName::Kind::of_message && is_tag_name(scratch)) return scratch;
  fault_no_tag_name(scratch, out);
  return {};
}

void fault_no_tag_name(std::string_view name, Output& out) {
  out.fault(RefusalReason::unknown_tag, excerpt(name) + " cannot be the name of a tag");
}

}  // namespace parkwatch::mqtt_codec
