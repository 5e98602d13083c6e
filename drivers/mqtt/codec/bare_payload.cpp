// drivers/mqtt/codec/bare_payload.cpp - One value, exactly the payload.
#include "drivers/mqtt/codec/bare_payload.h"

#include <algorithm>
#include <optional>
#include <string>

#include "drivers/mqtt/codec/scalar.h"
#include "model/utf8.h"

namespace parkwatch::mqtt_codec {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = std::min(text.find_first_not_of(blanks), text.size());
  text.remove_prefix(first);
  text.remove_suffix(text.size() - std::min(text.find_last_not_of(blanks) + 1, text.size()));
  return text;
}

std::optional<Value> text_value(std::string_view text, std::string_view payload, Output& out) {
  if (const auto byte = first_not_utf8(payload)) {
    out.fault(RefusalReason::not_utf8,
              "byte " + std::to_string(*byte) + ": the payload is not UTF-8");
    return std::nullopt;
  }
  if (text.size() > text_bytes_max) {
    out.fault(RefusalReason::wrong_type,
              "the payload is a text of more than " + std::to_string(text_bytes_max) + " bytes");
    return std::nullopt;
  }
  const auto control = std::find_if(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (control != text.end()) {
    out.fault(RefusalReason::malformed,
              "the payload is neither a number nor a text: it holds a control character");
    return std::nullopt;
  }
  if (const auto state = parse_switch(text)) return *state;
  return std::string{text};
}

}  // namespace

void decode_bare(std::string_view payload, const TopicNames& names, Output& out) {
  const std::string_view text = trimmed(payload);
  if (text.empty()) return out.fault(RefusalReason::malformed, "the payload is empty");
  const ParsedNumber number = parse_number(text);
  std::optional<Value> value;
  if (std::holds_alternative<NotANumber>(number)) {
    return out.fault(RefusalReason::not_a_number,
                     "the payload is no number that can be kept: " + excerpt(text));
  }
  if (const auto* whole = std::get_if<std::int64_t>(&number)) {
    value = *whole;
  } else if (const auto* decimal = std::get_if<double>(&number)) {
    value = *decimal;
  } else {
    value = text_value(text, payload, out);
  }
  std::string scratch;
  if (!value || !out.next()) return;
  const std::string_view name = name_with_key(names, 0, {}, scratch, out);
  if (!name.empty()) out.add(name).value = *std::move(value);
}

}  // namespace parkwatch::mqtt_codec
