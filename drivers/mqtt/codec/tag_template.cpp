// drivers/mqtt/codec/tag_template.cpp - Parsing and rendering of tag templates.
#include "drivers/mqtt/codec/tag_template.h"

#include <algorithm>

#include "model/settings.h"
#include "model/tag.h"

namespace parkwatch::mqtt_codec {
namespace {

Error unknown_part(const std::string& name, const TagTemplate::Allowed& allowed) {
  std::vector<std::string> words = allowed.captures;
  if (!allowed.key.empty()) words.emplace_back(allowed.key);
  std::string message = "{" + name + "} is not in the topic";
  if (const auto nearest = did_you_mean(name, words)) {
    message += "; did you mean {" + *nearest + "}?";
  } else if (!words.empty()) {
    message += "; there is";
    for (const std::string& word : words) message += " {" + word + "}";
  }
  return Error{ErrorKind::bad_input, message};
}

Result<TagPart> parse_braced(const std::string& name, const TagTemplate::Allowed& allowed) {
  TagPart part;
  if (!name.empty() && name.front() == '/') {
    if (!allowed.pointers) {
      return Error{ErrorKind::bad_input,
                   "{" + name + "}: JSON pointers are only for format = \"json\""};
    }
    Result<JsonPointer> pointer = JsonPointer::parse(name);
    if (!pointer) return pointer.error();
    part.kind = TagPart::Kind::pointer;
    part.pointer = *std::move(pointer);
    return part;
  }
  if (!allowed.key.empty() && name == allowed.key) {
    part.kind = TagPart::Kind::key;
    return part;
  }
  const auto found = std::find(allowed.captures.begin(), allowed.captures.end(), name);
  if (found == allowed.captures.end()) return unknown_part(name, allowed);
  part.kind = TagPart::Kind::capture;
  part.capture = static_cast<std::size_t>(found - allowed.captures.begin());
  return part;
}

// What the template gives when every part is the shortest name.
std::string sample_of(const TagTemplate& tag) {
  std::string name;
  for (const TagPart& part : tag.parts)
    name += part.kind == TagPart::Kind::literal ? part.text : "x";
  return name;
}

}  // namespace

Result<TagTemplate> TagTemplate::parse(std::string_view text, const Allowed& allowed) {
  TagTemplate tag;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find_first_of("{}"), text.size());
    if (open > 0)
      tag.parts.push_back({TagPart::Kind::literal, std::string{text.substr(0, open)}, 0, {}});
    text.remove_prefix(open);
    if (text.empty()) break;
    const std::size_t close = text.find('}');
    if (text.front() == '}' || close == std::string_view::npos) {
      return Error{ErrorKind::bad_input, "'{' and '}' do not pair"};
    }
    Result<TagPart> part = parse_braced(std::string{text.substr(1, close - 1)}, allowed);
    if (!part) return part.error();
    tag.parts.push_back(*std::move(part));
    text.remove_prefix(close + 1);
  }
  if (!is_tag_name(sample_of(tag))) {
    return Error{ErrorKind::bad_input,
                 "cannot give a tag's name: levels divided by single '/', without blanks, quotes "
                 "and wildcards"};
  }
  return tag;
}

bool TagTemplate::is_fixed() const {
  return std::all_of(parts.begin(), parts.end(), [](const TagPart& part) {
    return part.kind == TagPart::Kind::literal || part.kind == TagPart::Kind::capture;
  });
}

std::string TagTemplate::render(const std::vector<std::string_view>& captured) const {
  std::string name;
  for (const TagPart& part : parts) {
    name +=
        part.kind == TagPart::Kind::capture ? captured[part.capture] : std::string_view{part.text};
  }
  return name;
}

}  // namespace parkwatch::mqtt_codec
