// drivers/mqtt/codec/json_document.cpp - simdjson for the many, scan_json for the few that it
// refuses.
#include "drivers/mqtt/codec/json_document.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>

#include "drivers/mqtt/codec/json_scan.h"
#include "drivers/mqtt/codec/scalar.h"
#include "model/utf8.h"

namespace parkwatch::mqtt_codec {
namespace {

constexpr std::size_t capacity_min = 4096;
// A parser of this capacity holds about 14 times as much; larger ones are given back.
constexpr std::size_t capacity_kept_max = std::size_t{64} << 10;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
// Stands for a number that is none, before its position in tokens_. U+FFFF is no character (Unicode
// 15, 23.7), so no device sends it in a text that means something.
constexpr std::string_view not_finite_mark = "\xEF\xBF\xBF";

}  // namespace

std::optional<simdjson::dom::element> JsonDocument::parse(std::string_view payload, Output& out) {
  tokens_.clear();
  // RFC 8259, 8.1: a parser may ignore it, and devices under Windows send it.
  const std::size_t skipped = payload.substr(0, 3) == byte_order_mark ? byte_order_mark.size() : 0;
  const std::string_view text = payload.substr(skipped);
  simdjson::dom::element root;
  simdjson::error_code error = parse_padded(text, root);
  if (error == simdjson::SUCCESS) return root;
  if (error == simdjson::MEMALLOC || error == simdjson::CAPACITY) {
    out.fault(RefusalReason::oversized, std::string{"no memory to parse "} +
                                            std::to_string(payload.size()) + " bytes of JSON");
    return std::nullopt;
  }
  if (const auto byte = first_not_utf8(text)) {
    out.fault(RefusalReason::not_utf8, at_byte(*byte + skipped) + "the payload is not UTF-8");
    return std::nullopt;
  }
  const JsonScan scan = scan_json(text);
  if (scan.fault) {
    out.fault(RefusalReason::malformed,
              at_byte(scan.fault->byte + skipped) + "not JSON: " + scan.fault->what);
    return std::nullopt;
  }
  if (!scan.not_finite.empty()) {
    error = parse_padded(replace_not_finite(text, scan), root);
    if (error == simdjson::SUCCESS) return root;
  }
  // What the scan lets pass and simdjson does not: halves of surrogate pairs.
  out.fault(RefusalReason::malformed, std::string{"not JSON: "} + simdjson::error_message(error));
  return std::nullopt;
}

simdjson::error_code JsonDocument::parse_padded(std::string_view text,
                                                simdjson::dom::element& root) {
  if (text.size() > capacity_ || capacity_ == 0) {
    const std::size_t wanted = std::bit_ceil(std::max(text.size(), capacity_min));
    const simdjson::error_code error = parser_.allocate(wanted, nesting_max + 1);
    if (error != simdjson::SUCCESS) return error;
    buffer_.resize(wanted + simdjson::SIMDJSON_PADDING);
    capacity_ = wanted;
  }
  std::memcpy(buffer_.data(), text.data(), text.size());
  return parser_.parse(buffer_.data(), text.size(), false).get(root);
}

std::string JsonDocument::replace_not_finite(std::string_view payload, const JsonScan& scan) {
  std::string text;
  std::size_t done = 0;
  for (const JsonScan::NotFinite& place : scan.not_finite) {
    text += payload.substr(done, place.byte - done);
    done = place.byte + place.bytes;
    const std::string_view token = payload.substr(place.byte, place.bytes);
    const ParsedNumber parsed = parse_number(token);
    if (const auto* exact = std::get_if<double>(&parsed)) {
      // A whole number beyond 64 bits that a double holds: written so that simdjson takes it as
      // one.
      std::array<char, 32> buffer;
      const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), *exact,
                                              std::chars_format::scientific);
      text.append(buffer.data(), error == std::errc{} ? end : buffer.data());
      continue;
    }
    text.append("\"").append(not_finite_mark).append(std::to_string(tokens_.size())).append("\"");
    tokens_.push_back(std::string{token.substr(0, 40)} + " at byte " + std::to_string(place.byte));
  }
  text += payload.substr(done);
  return text;
}

std::optional<std::string> JsonDocument::not_finite(std::string_view text) const {
  if (tokens_.empty() || text.substr(0, not_finite_mark.size()) != not_finite_mark)
    return std::nullopt;
  const ParsedNumber parsed = parse_number(text.substr(not_finite_mark.size()));
  const auto* position = std::get_if<std::int64_t>(&parsed);
  if (position == nullptr || *position < 0) return std::nullopt;
  const auto at = static_cast<std::size_t>(*position);
  return at < tokens_.size() ? std::optional{tokens_[at]} : std::nullopt;
}

void JsonDocument::release() {
  if (capacity_ <= capacity_kept_max) return;
  parser_ = simdjson::dom::parser{};
  buffer_ = std::vector<char>{};
  capacity_ = 0;
}

std::optional<simdjson::dom::element> find(simdjson::dom::element at, const JsonPointer& pointer) {
  for (const JsonPointer::Token& token : pointer.tokens) {
    simdjson::error_code error = simdjson::NO_SUCH_FIELD;
    if (at.type() == simdjson::dom::element_type::OBJECT) {
      error = at.get_object().at_key(token.key).get(at);
    } else if (at.type() == simdjson::dom::element_type::ARRAY && token.index) {
      error = at.get_array().at(*token.index).get(at);
    }
    if (error != simdjson::SUCCESS) return std::nullopt;
  }
  return at;
}

std::optional<Timestamp> time_of_element(simdjson::dom::element found, TimeFormat format,
                                         std::string_view zone) {
  using simdjson::dom::element_type;
  switch (found.type()) {
    case element_type::INT64:
      return time_of(held<std::int64_t>(found), format);
    case element_type::DOUBLE:
      return time_of(held<double>(found), format);
    case element_type::STRING:
      return time_of(held<std::string_view>(found), format, zone);
    default:
      return std::nullopt;
  }
}

std::string_view kind_of(simdjson::dom::element element) {
  switch (element.type()) {
    case simdjson::dom::element_type::ARRAY:
      return "an array";
    case simdjson::dom::element_type::OBJECT:
      return "an object";
    case simdjson::dom::element_type::STRING:
      return "a text";
    case simdjson::dom::element_type::BOOL:
      return "true or false";
    case simdjson::dom::element_type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

}  // namespace parkwatch::mqtt_codec
