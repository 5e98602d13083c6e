// drivers/mqtt/codec/protobuf_payload.cpp - parkwatch.v1.Readings, walked field by field with
// protobuf's own primitives. The generated parser would allocate for each reading, would not say
// where a message is broken, and writes a line to stderr for each text that is not UTF-8. Field
// numbers are the generated ones.
#include "drivers/mqtt/codec/protobuf_payload.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cmath>
#include <optional>

#include "drivers/mqtt/codec/scalar.h"
#include "model/utf8.h"
#include "parkwatch/v1/reading.pb.h"

namespace parkwatch::mqtt_codec {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// Groups of unknown fields may nest; our own messages do not.
constexpr int recursion_max = 16;

// 0: no tag stands here. CodedInputStream takes one of ten bytes and drops its upper half.
std::uint32_t read_tag(CodedInputStream& stream) {
  constexpr int tag_bytes_max = 5;
  const int start = stream.CurrentPosition();
  const std::uint32_t tag = stream.ReadTag();
  return stream.CurrentPosition() - start > tag_bytes_max ? 0 : tag;
}

// A reading as it stands in the payload; views are into it.
struct RawReading {
  std::string_view tag;
  std::variant<std::monostate, double, std::int64_t, bool, std::string_view> value;
  std::int64_t time_us = 0;
  int quality = 0;
  int reason = 0;
  bool historical = false;
  std::optional<std::size_t> not_utf8;  // the first byte that is not
};

class ReadingWalk {
 public:
  explicit ReadingWalk(std::string_view bytes)
      : bytes_(bytes),
        stream_(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                static_cast<int>(bytes.size())) {
    stream_.SetRecursionLimit(recursion_max);
  }

  // Empty: broken at position().
  std::optional<RawReading> run() {
    for (;;) {
      start_ = position();
      const std::uint32_t tag = read_tag(stream_);
      if (tag == 0) return start_ == bytes_.size() ? std::optional{raw_} : std::nullopt;
      if (!field(tag)) return std::nullopt;
    }
  }
  // Of the field that was read last.
  [[nodiscard]] std::size_t start() const { return start_; }

 private:
  [[nodiscard]] std::size_t position() const {
    return static_cast<std::size_t>(stream_.CurrentPosition());
  }

  static constexpr std::uint32_t tag_of(int field, WireFormatLite::WireType type) {
    return static_cast<std::uint32_t>(field << 3) | static_cast<std::uint32_t>(type);
  }

  // A known number with another wire type is an unknown field, as for protobuf itself.
  bool field(std::uint32_t tag) {
    constexpr auto varint = WireFormatLite::WIRETYPE_VARINT;
    constexpr auto fixed64 = WireFormatLite::WIRETYPE_FIXED64;
    constexpr auto bytes = WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
    std::uint64_t number = 0;
    switch (tag) {
      case tag_of(v1::Reading::kTagFieldNumber, bytes):
        return text(raw_.tag);
      case tag_of(v1::Reading::kTextFieldNumber, bytes):
        return text(raw_.value.emplace<std::string_view>());
      case tag_of(v1::Reading::kTimeUsFieldNumber, fixed64):
        if (!stream_.ReadLittleEndian64(&number)) return false;
        raw_.time_us = static_cast<std::int64_t>(number);
        return true;
      case tag_of(v1::Reading::kFloat64FieldNumber, fixed64):
        if (!stream_.ReadLittleEndian64(&number)) return false;
        raw_.value = WireFormatLite::DecodeDouble(number);
        return true;
      case tag_of(v1::Reading::kInt64FieldNumber, varint):
        if (!stream_.ReadVarint64(&number)) return false;
        raw_.value = WireFormatLite::ZigZagDecode64(number);
        return true;
      case tag_of(v1::Reading::kBooleanFieldNumber, varint):
        if (!stream_.ReadVarint64(&number)) return false;
        raw_.value = number != 0;
        return true;
      case tag_of(v1::Reading::kQualityFieldNumber, varint):
        if (!stream_.ReadVarint64(&number)) return false;
        raw_.quality = static_cast<int>(number);
        return true;
      case tag_of(v1::Reading::kReasonFieldNumber, varint):
        if (!stream_.ReadVarint64(&number)) return false;
        raw_.reason = static_cast<int>(number);
        return true;
      case tag_of(v1::Reading::kHistoricalFieldNumber, varint):
        if (!stream_.ReadVarint64(&number)) return false;
        raw_.historical = number != 0;
        return true;
      default:
        return WireFormatLite::SkipField(&stream_, tag);
    }
  }

  bool text(std::string_view& out) {
    std::uint32_t size = 0;
    if (!stream_.ReadVarint32(&size) || size > bytes_.size() - position()) return false;
    out = bytes_.substr(position(), size);
    const auto byte = first_not_utf8(out);
    if (byte && !raw_.not_utf8) raw_.not_utf8 = position() + *byte;
    return stream_.Skip(static_cast<int>(size));
  }

  const std::string_view bytes_;
  CodedInputStream stream_;
  std::size_t start_ = 0;
  RawReading raw_;
};

// Empty, and a fault, if the reading has no value that can be kept.
std::optional<Value> value_of(const RawReading& raw, const std::string& where, Output& out) {
  if (const auto* number = std::get_if<double>(&raw.value)) {
    if (std::isfinite(*number)) return *number;
    out.fault(RefusalReason::not_a_number, where + "the value is NaN or infinite");
    return std::nullopt;
  }
  if (const auto* whole = std::get_if<std::int64_t>(&raw.value)) return *whole;
  if (const auto* state = std::get_if<bool>(&raw.value)) return *state;
  if (const auto* text = std::get_if<std::string_view>(&raw.value)) {
    if (text->size() <= text_bytes_max) return std::string{*text};
    out.fault(RefusalReason::wrong_type,
              where + "a text of more than " + std::to_string(text_bytes_max) + " bytes");
    return std::nullopt;
  }
  out.fault(RefusalReason::malformed, where + "a reading without a value");
  return std::nullopt;
}

// False, and a fault, if one of the marks cannot be.
bool check_marks(const RawReading& raw, const std::string& where, Output& out) {
  if (from_us(raw.time_us) < timestamp_min || from_us(raw.time_us) > timestamp_max) {
    out.fault(RefusalReason::time_out_of_range, where + "time_us is before 1970 or after 9999");
    return false;
  }
  if (!v1::Quality_IsValid(raw.quality) || !v1::QualityReason_IsValid(raw.reason)) {
    out.fault(RefusalReason::wrong_type, where + "a quality that parkwatch.v1 does not have");
    return false;
  }
  return true;
}

void read(std::string_view bytes, std::size_t offset, const TopicNames& names, std::string& scratch,
          Output& out) {
  const std::string where = at_byte(offset);
  ReadingWalk walk{bytes};
  const std::optional<RawReading> raw = walk.run();
  if (!raw) {
    return out.fault(
        RefusalReason::malformed,
        at_byte(offset + walk.start()) + "no field of a parkwatch.v1.Reading begins here");
  }
  if (raw->not_utf8) {
    return out.fault(RefusalReason::not_utf8,
                     at_byte(offset + *raw->not_utf8) + "a text of the reading is not UTF-8");
  }
  std::optional<Value> value = value_of(*raw, where, out);
  if (!value || !check_marks(*raw, where, out)) return;
  const std::string_view name = name_with_key(names, 0, raw->tag, scratch, out);
  if (name.empty()) return;
  DecodedReading& reading = out.add(name);
  reading.value = *std::move(value);
  if (raw->time_us != 0) reading.time = from_us(raw->time_us);
  reading.quality = static_cast<Quality>(raw->quality);
  reading.reason = static_cast<QualityReason>(raw->reason);
  reading.historical = raw->historical;
}

}  // namespace

void decode_protobuf(std::string_view payload, const TopicNames& names, std::string& scratch,
                     Output& out) {
  CodedInputStream stream{reinterpret_cast<const std::uint8_t*>(payload.data()),
                          static_cast<int>(payload.size())};
  stream.SetRecursionLimit(recursion_max);
  constexpr std::uint32_t readings_tag = WireFormatLite::MakeTag(
      v1::Readings::kReadingsFieldNumber, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  const auto position = [&stream] { return static_cast<std::size_t>(stream.CurrentPosition()); };
  for (;;) {
    const std::size_t start = position();
    const std::uint32_t tag = read_tag(stream);
    if (tag == 0) {
      // Also what a truncated or oversized tag gives, and what a zero byte is.
      if (start == payload.size()) return;
      return out.fault(RefusalReason::malformed,
                       at_byte(start) + "not protobuf: no field begins here");
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
    read(payload.substr(offset, size), offset, names, scratch, out);
    if (!stream.Skip(static_cast<int>(size))) return;  // its length was checked above
  }
}

}  // namespace parkwatch::mqtt_codec
