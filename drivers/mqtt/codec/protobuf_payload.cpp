// drivers/mqtt/codec/protobuf_payload.cpp - parkwatch.v1.Readings, streamed.
#include "drivers/mqtt/codec/protobuf_payload.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cmath>
#include <optional>

#include "drivers/mqtt/codec/scalar.h"
#include "model/utf8.h"

namespace parkwatch::mqtt_codec {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// Groups of unknown fields may nest; our own messages do not.
constexpr int recursion_max = 16;

std::string at_byte(std::size_t byte) { return "byte " + std::to_string(byte) + ": "; }

// Where the first text of a reading is not UTF-8. Asked before protobuf's own parser, which would
// write each such message to stderr, and which does not tell this from other damage.
std::optional<std::size_t> first_bad_text(std::string_view reading) {
  CodedInputStream stream{reinterpret_cast<const std::uint8_t*>(reading.data()),
                          static_cast<int>(reading.size())};
  stream.SetRecursionLimit(recursion_max);
  while (const std::uint32_t tag = stream.ReadTag()) {
    const int field = WireFormatLite::GetTagFieldNumber(tag);
    const bool is_text =
        WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED &&
        (field == v1::Reading::kTagFieldNumber || field == v1::Reading::kTextFieldNumber);
    if (!is_text) {
      if (!WireFormatLite::SkipField(&stream, tag)) return std::nullopt;
      continue;
    }
    std::uint32_t size = 0;
    if (!stream.ReadVarint32(&size)) return std::nullopt;
    const auto at = static_cast<std::size_t>(stream.CurrentPosition());
    if (size > reading.size() - at) return std::nullopt;
    if (const auto byte = first_not_utf8(reading.substr(at, size))) return at + *byte;
    if (!stream.Skip(static_cast<int>(size))) return std::nullopt;
  }
  return std::nullopt;
}

// Empty, and a fault, if the reading has no value that can be kept.
std::optional<Value> value_of(const v1::Reading& reading, const std::string& where, Output& out) {
  switch (reading.value_case()) {
    case v1::Reading::kFloat64:
      if (std::isfinite(reading.float64())) return reading.float64();
      out.fault(RefusalReason::not_a_number, where + "the value is NaN or infinite");
      return std::nullopt;
    case v1::Reading::kInt64:
      return static_cast<std::int64_t>(reading.int64());
    case v1::Reading::kBoolean:
      return reading.boolean();
    case v1::Reading::kText:
      if (reading.text().size() <= text_bytes_max) return reading.text();
      out.fault(RefusalReason::wrong_type,
                where + "a text of more than " + std::to_string(text_bytes_max) + " bytes");
      return std::nullopt;
    case v1::Reading::VALUE_NOT_SET:
      break;
  }
  out.fault(RefusalReason::malformed, where + "a reading without a value");
  return std::nullopt;
}

}  // namespace

void ProtobufPayload::decode(std::string_view payload, const TopicNames& names, Output& out) {
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(payload.data());
  CodedInputStream stream{bytes, static_cast<int>(payload.size())};
  stream.SetRecursionLimit(recursion_max);
  constexpr std::uint32_t readings_tag = WireFormatLite::MakeTag(
      v1::Readings::kReadingsFieldNumber, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  const auto position = [&stream] { return static_cast<std::size_t>(stream.CurrentPosition()); };
  for (;;) {
    const std::size_t start = position();
    const std::uint32_t tag = stream.ReadTag();
    if (tag == 0) {
      // Also what a truncated or oversized tag gives, and what a zero byte is.
      if (start != payload.size())
        out.fault(RefusalReason::malformed, at_byte(start) + "not protobuf: no field begins here");
      return;
    }
    std::uint32_t size = 0;
    if (tag != readings_tag) {
      if (WireFormatLite::SkipField(&stream, tag)) continue;
      return out.fault(RefusalReason::malformed, at_byte(start) + "not protobuf: a broken field");
    }
    if (!stream.ReadVarint32(&size) || size > payload.size() - position()) {
      return out.fault(RefusalReason::malformed,
                       at_byte(start) + "the payload ends inside a reading");
    }
    if (!out.next()) return;
    const std::size_t offset = position();
    read(payload.substr(offset, size), offset, names, out);
    if (!stream.Skip(static_cast<int>(size))) return;  // its length was checked above
  }
}

void ProtobufPayload::read(std::string_view bytes, std::size_t offset, const TopicNames& names,
                           Output& out) {
  const std::string where = at_byte(offset);
  if (const auto byte = first_bad_text(bytes)) {
    out.fault(RefusalReason::not_utf8,
              at_byte(offset + *byte) + "a text of the reading is not UTF-8");
    return;
  }
  if (!reading_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    out.fault(RefusalReason::malformed, where + "no parkwatch.v1.Reading: broken protobuf");
    return;
  }
  std::optional<Value> value = value_of(reading_, where, out);
  if (!value) return;
  const Timestamp time = from_us(reading_.time_us());
  if (time < timestamp_min || time > timestamp_max) {
    out.fault(RefusalReason::time_out_of_range, where + "time_us is before 1970 or after 9999");
    return;
  }
  if (!v1::Quality_IsValid(reading_.quality()) || !v1::QualityReason_IsValid(reading_.reason())) {
    out.fault(RefusalReason::wrong_type, where + "a quality that parkwatch.v1 does not have");
    return;
  }
  const std::string_view name = name_with_key(names, 0, reading_.tag(), name_, out);
  if (name.empty()) return;
  DecodedReading& reading = out.add(name);
  reading.value = *std::move(value);
  if (reading_.time_us() != 0) reading.time = time;
  reading.quality = static_cast<Quality>(reading_.quality());
  reading.reason = static_cast<QualityReason>(reading_.reason());
  reading.historical = reading_.historical();
}

}  // namespace parkwatch::mqtt_codec
