// drivers/mqtt/codec/json_payload.cpp - From a document to readings: scopes, fields, members.
#include "drivers/mqtt/codec/json_payload.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "drivers/mqtt/codec/json_document.h"
#include "drivers/mqtt/codec/scalar.h"
#include "model/tag.h"

namespace parkwatch::mqtt_codec {

using simdjson::dom::element;
using simdjson::dom::element_type;

namespace {

struct Marks {
  std::optional<Timestamp> time;
  QualityMark quality;
  bool historical = false;
};

std::optional<QualityMark> quality_of_word(std::string_view word, const Mapping& mapping) {
  for (const auto& [known, mark] : mapping.quality_words) {
    if (known == word) return mark;
  }
  return quality_of(word);
}

std::optional<QualityMark> quality_of_element(element found, const Mapping& mapping) {
  switch (found.type()) {
    case element_type::NULL_VALUE:
      return QualityMark{};
    case element_type::BOOL:
      return held<bool>(found) ? QualityMark{} : QualityMark{Quality::bad, QualityReason::none};
    case element_type::STRING:
      return quality_of_word(held<std::string_view>(found), mapping);
    case element_type::INT64:
      return quality_of(held<std::int64_t>(found));
    case element_type::DOUBLE: {
      const double number = held<double>(found);
      if (number != std::floor(number) || std::abs(number) > 255) return std::nullopt;
      return quality_of(static_cast<std::int64_t>(number));
    }
    default:
      return std::nullopt;
  }
}

std::optional<bool> flag_of_element(element found) {
  if (found.is_null()) return false;
  if (found.is_bool()) return held<bool>(found);
  if (!found.is_int64()) return std::nullopt;
  const std::int64_t number = held<std::int64_t>(found);
  return number == 0 || number == 1 ? std::optional{number == 1} : std::nullopt;
}

}  // namespace

class JsonPayload::Impl {
 public:
  void decode(std::string_view payload, const TopicNames& names, Output& out) {
    names_ = &names;
    mapping_ = names.mapping;
    out_ = &out;
    scope_path_.clear();
    if (const auto root = document_.parse(payload, out)) {
      root_ = *root;
      if (mapping_->each) {
        read_each(*mapping_->each);
      } else {
        (void)read_scope(root_);
      }
    }
    document_.release();
  }

 private:
  void fault(RefusalReason reason, std::string_view pointer, std::string_view what) {
    std::string detail = scope_path_;
    detail.append(pointer);
    if (detail.empty()) detail = "the payload";
    out_->fault(reason, detail.append(what));
  }

  void read_each(const JsonPointer& pointer) {
    const auto found = find(root_, pointer);
    if (!found) return fault(RefusalReason::malformed, pointer.text, " is not in the message");
    if (!found->is_array()) {
      return fault(RefusalReason::wrong_type, pointer.text,
                   " must be an array, is " + std::string{kind_of(*found)});
    }
    std::size_t index = 0;
    const auto array = held<simdjson::dom::array>(*found);  // must outlive the loop
    for (const element scope : array) {
      scope_path_.assign(pointer.text).append("/").append(std::to_string(index++));
      if (!read_scope(scope)) return;
    }
  }

  // False: the message holds too many readings.
  bool read_scope(element scope) {
    const std::optional<Marks> marks = read_marks(mapping_->marks, scope);
    if (!marks) return out_->next();
    if (mapping_->members) return read_members(scope, *marks);
    for (std::size_t i = 0; i < mapping_->fields.size(); ++i) {
      if (!read_field(i, scope, *marks)) return false;
    }
    return true;
  }

  bool read_field(std::size_t i, element scope, const Marks& common) {
    const FieldSpec& field = mapping_->fields[i];
    const auto found = find(scope, field.value);
    if (!found && field.optional) return true;
    if (!out_->next()) return false;
    if (!found) {
      fault(RefusalReason::malformed, field.value.text, " is not in the message");
      return true;
    }
    if (!field.marks) {
      emit(i, *found, scope, field.value.text, {}, common);
    } else if (const std::optional<Marks> own = read_marks(*field.marks, scope)) {
      emit(i, *found, scope, field.value.text, {}, *own);
    }
    return true;
  }

  bool read_members(element scope, const Marks& marks) {
    const JsonPointer& pointer = mapping_->fields.front().value;
    const auto found = find(scope, pointer);
    if (!found || !found->is_object()) {
      if (!out_->next()) return false;
      fault(found ? RefusalReason::wrong_type : RefusalReason::malformed, pointer.text,
            found ? " must be an object, is " + std::string{kind_of(*found)}
                  : " is not in the message");
      return true;
    }
    const auto object = held<simdjson::dom::object>(*found);  // must outlive the loop
    for (const auto [name, value] : object) {
      const auto& except = mapping_->except;
      if (std::find(except.begin(), except.end(), name) != except.end()) continue;
      if (!out_->next()) return false;
      emit(0, value, scope, pointer.text, name, marks);
    }
    return true;
  }

  std::optional<Marks> read_marks(const MarkPointers& pointers, element scope) {
    Marks marks;
    if (!read_time(pointers, scope, marks.time)) return std::nullopt;
    if (pointers.quality) {
      if (const auto found = find(scope, *pointers.quality)) {
        const auto quality = quality_of_element(*found, *mapping_);
        if (!quality) {
          fault(RefusalReason::wrong_type, pointers.quality->text,
                " is no quality: " + shown(*found));
          return std::nullopt;
        }
        marks.quality = *quality;
      }
    }
    if (pointers.historical) {
      if (const auto found = find(scope, *pointers.historical)) {
        const auto flag = flag_of_element(*found);
        if (!flag) {
          fault(RefusalReason::wrong_type, pointers.historical->text,
                " must be true or false: " + shown(*found));
          return std::nullopt;
        }
        marks.historical = *flag;
      }
    }
    return marks;
  }

  // False, and a fault: there is a time that is none. A message without its time is taken without.
  bool read_time(const MarkPointers& pointers, element scope, std::optional<Timestamp>& time) {
    std::optional<element> found;
    const JsonPointer* pointer = nullptr;
    if (pointers.time) {
      pointer = &*pointers.time;
      found = find(scope, *pointer);
    }
    if ((!found || found->is_null()) && mapping_->message_time) {
      pointer = &*mapping_->message_time;
      found = find(root_, *pointer);
    }
    if (!found || found->is_null()) return true;
    time = time_of_element(*found, mapping_->time_format, mapping_->time_zone);
    if (!time) fault(RefusalReason::time_out_of_range, pointer->text, why_no_time(*found));
    return time.has_value();
  }

  std::string why_no_time(element found) const {
    const std::string_view text =
        found.is_string() ? held<std::string_view>(found) : std::string_view{};
    constexpr std::size_t longest = 64;
    if (text.size() < longest && parse_rfc3339(std::string{text} + 'Z')) {
      return " has no zone: " + excerpt(text) + "; give the mapping its time_zone";
    }
    return " is no time between 1970 and 9999 in the mapping's time_format: " + shown(found);
  }

  void emit(std::size_t field, element value, element scope, std::string_view pointer,
            std::string_view member, const Marks& marks) {
    Value converted;
    if (!convert(value, pointer, member, converted)) return;
    const std::string_view name = name_of(field, scope, member);
    if (name.empty()) return;
    DecodedReading& reading = out_->add(name);
    reading.value = std::move(converted);
    reading.time = marks.time;
    reading.quality = marks.quality.quality;
    reading.reason = marks.quality.reason;
    reading.historical = marks.historical;
  }

  // Empty, and a fault, if it is no tag's name.
  std::string_view name_of(std::size_t field, element scope, std::string_view member) {
    const TagTemplate& tag = mapping_->fields[field].tag;
    const bool simple = names_->fields[field].kind != FieldName::Kind::of_message ||
                        std::none_of(tag.parts.begin(), tag.parts.end(), [](const TagPart& part) {
                          return part.kind == TagPart::Kind::pointer;
                        });
    if (simple) return name_with_key(*names_, field, member, name_, *out_);
    name_.clear();
    for (const TagPart& part : tag.parts) {
      switch (part.kind) {
        case TagPart::Kind::literal:
          name_ += part.text;
          break;
        case TagPart::Kind::capture:
          name_ += names_->captured[part.capture];
          break;
        case TagPart::Kind::key:
          name_ += member;
          break;
        case TagPart::Kind::pointer:
          if (!append_part(scope, part.pointer)) return {};
          break;
      }
    }
    if (is_tag_name(name_)) return name_;
    fault_no_tag_name(name_, *out_);
    return {};
  }

  bool append_part(element scope, const JsonPointer& pointer) {
    const auto found = find(scope, pointer);
    if (!found) {
      fault(RefusalReason::malformed, pointer.text,
            " is not in the message, but the tag's name needs it");
      return false;
    }
    if (found->is_int64()) {
      name_ += std::to_string(held<std::int64_t>(*found));
      return true;
    }
    if (found->is_string() && !document_.not_finite(held<std::string_view>(*found))) {
      name_ += held<std::string_view>(*found);
      return true;
    }
    fault(
        RefusalReason::wrong_type, pointer.text,
        " must be a text or a whole number for the tag's name, is " + std::string{kind_of(*found)});
    return false;
  }

  void value_fault(RefusalReason reason, std::string_view pointer, std::string_view member,
                   std::string_view what) {
    std::string path{pointer};
    if (!member.empty()) path.append("/").append(excerpt(member));
    fault(reason, path, what);
  }

  // False, and a fault, if `found` cannot be a value.
  bool convert(element found, std::string_view pointer, std::string_view member, Value& value) {
    switch (found.type()) {
      case element_type::INT64:
        value = held<std::int64_t>(found);
        return true;
      case element_type::DOUBLE:
        value = held<double>(found);
        return true;
      case element_type::BOOL:
        value = held<bool>(found);
        return true;
      case element_type::UINT64:
        return convert_large(held<std::uint64_t>(found), pointer, member, value);
      case element_type::STRING:
        return convert_text(held<std::string_view>(found), pointer, member, value);
      case element_type::NULL_VALUE:
        value_fault(RefusalReason::malformed, pointer, member, " is null");
        return false;
      default:
        value_fault(RefusalReason::wrong_type, pointer, member,
                    " must be a number, a text, true or false, is " + std::string{kind_of(found)});
        return false;
    }
  }

  bool convert_large(std::uint64_t number, std::string_view pointer, std::string_view member,
                     Value& value) {
    const ParsedNumber parsed = parse_number(std::to_string(number));
    if (const auto* exact = std::get_if<double>(&parsed)) {
      value = *exact;
      return true;
    }
    value_fault(RefusalReason::not_a_number, pointer, member,
                " is beyond int64 and no double holds it exactly: " + std::to_string(number));
    return false;
  }

  bool convert_text(std::string_view text, std::string_view pointer, std::string_view member,
                    Value& value) {
    if (const auto token = document_.not_finite(text)) {
      value_fault(RefusalReason::not_a_number, pointer, member,
                  " is no number that can be kept: " + *token);
      return false;
    }
    if (text.size() > text_bytes_max) {
      value_fault(RefusalReason::wrong_type, pointer, member,
                  " is a text of more than " + std::to_string(text_bytes_max) + " bytes");
      return false;
    }
    if (mapping_->text_numbers) {
      const ParsedNumber parsed = parse_number(text);
      if (std::holds_alternative<NotANumber>(parsed)) {
        value_fault(RefusalReason::not_a_number, pointer, member,
                    " is no number that can be kept: " + excerpt(text));
        return false;
      }
      if (const auto* whole = std::get_if<std::int64_t>(&parsed)) {
        value = *whole;
        return true;
      }
      if (const auto* decimal = std::get_if<double>(&parsed)) {
        value = *decimal;
        return true;
      }
    }
    value = std::string{text};
    return true;
  }

  std::string shown(element found) const {
    if (found.is_array() || found.is_object()) return std::string{kind_of(found)};
    if (!found.is_string()) return excerpt(simdjson::minify(found));
    const std::string_view text = held<std::string_view>(found);
    return document_.not_finite(text).value_or(excerpt(text));
  }

  JsonDocument document_;
  // Of the message in hand.
  const TopicNames* names_ = nullptr;
  const Mapping* mapping_ = nullptr;
  Output* out_ = nullptr;
  element root_;
  std::string scope_path_;  // "/readings/3", or "" for the root
  std::string name_;
};

JsonPayload::JsonPayload() : impl_(std::make_unique<Impl>()) {}
JsonPayload::~JsonPayload() = default;

void JsonPayload::decode(std::string_view payload, const TopicNames& names, Output& out) {
  impl_->decode(payload, names, out);
}

}  // namespace parkwatch::mqtt_codec
