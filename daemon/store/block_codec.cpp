// daemon/store/block_codec.cpp - Readings in columns. Pure: bytes and values only; one object a
// thread.
#include "store/block_codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

#include "store/convert.h"

namespace parkwatch::store {
namespace {

enum Kind : std::uint32_t { decimal, float64, int64, boolean_false, boolean_true, text, kinds };

constexpr std::array<double, 19> powers_of_ten = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,
                                                  1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13,
                                                  1e14, 1e15, 1e16, 1e17, 1e18};
// Up to 2^53 a mantissa and 10^18 are exact doubles, so one division is correctly rounded on every
// machine.
constexpr std::int64_t mantissa_max = std::int64_t{1} << 53;
// The encoder stops earlier: 15 digits always come back, and a longer varint saves nothing.
constexpr double mantissa_encoded_max = 1e15;
constexpr std::size_t text_bytes_soft_max = std::size_t{4} << 20;

Error bad(std::string what) { return {ErrorKind::bad_input, "block: " + std::move(what)}; }

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

// The mantissa that gives back exactly `value` with this exponent.
std::optional<std::int64_t> mantissa_of(double value, std::size_t exponent) {
  const double scaled = value * powers_of_ten[exponent];
  if (!(std::abs(scaled) <= mantissa_encoded_max)) return std::nullopt;  // NaN too
  const auto mantissa = static_cast<std::int64_t>(std::nearbyint(scaled));
  if (!same_bits(static_cast<double>(mantissa) / powers_of_ten[exponent], value)) {
    return std::nullopt;
  }
  return mantissa;
}

// Columns of one block while it is written. Times and sequences are differences modulo 2^64.
class Columns {
 public:
  Columns(v1::ReadingBlock& block, std::size_t readings) : block_(block) {
    const int n = static_cast<int>(readings);
    block_.mutable_tag_id()->Reserve(n);
    block_.mutable_sequence_delta()->Reserve(n);
    block_.mutable_receive_delta_us()->Reserve(n);
    block_.mutable_source_offset_us()->Reserve(n);
    block_.mutable_index()->Reserve(n);
    block_.mutable_status()->Reserve(n);
    block_.mutable_kind()->Reserve(n);
    block_.mutable_mantissa()->Reserve(n);
    block_.mutable_exponent()->Reserve(n);
    sequence_ = block_.first_sequence();
    receive_us_ = block_.base_time_us();
  }

  void add(const Reading& r) {
    const std::int64_t receive_us = to_us(r.receive_time);
    const std::int64_t offset_us = to_us(r.source_time) - receive_us;
    const std::uint32_t status = static_cast<std::uint32_t>(r.quality) |
                                 static_cast<std::uint32_t>(r.reason) << 2 |
                                 static_cast<std::uint32_t>(r.flags) << 8;
    block_.mutable_tag_id()->AddAlreadyReserved(r.tag);
    block_.mutable_sequence_delta()->AddAlreadyReserved(r.sequence - sequence_);
    block_.mutable_receive_delta_us()->AddAlreadyReserved(receive_us - receive_us_);
    block_.mutable_source_offset_us()->AddAlreadyReserved(offset_us);
    block_.mutable_index()->AddAlreadyReserved(r.index);
    block_.mutable_status()->AddAlreadyReserved(status);
    block_.mutable_kind()->AddAlreadyReserved(add_value(r.value));
    sequence_ = r.sequence;
    receive_us_ = receive_us;
    any_offset_ |= offset_us != 0;
    any_index_ |= r.index != 0;
    any_status_ |= status != 0;
  }

  void finish() {
    if (!any_offset_) block_.clear_source_offset_us();
    if (!any_index_) block_.clear_index();
    if (!any_status_) block_.clear_status();
    if (block_.mantissa_size() == block_.kind_size()) block_.clear_kind();
    if (!any_exponent_) block_.clear_exponent();
  }

 private:
  Kind add_value(const Value& value) {
    if (const auto* number = std::get_if<double>(&value)) return add_double(*number);
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      block_.add_int64(*whole);
      return int64;
    }
    if (const auto* truth = std::get_if<bool>(&value)) return *truth ? boolean_true : boolean_false;
    // The codecs let only UTF-8 in; protobuf would not read anything else back.
    block_.add_text(mended_utf8(std::get<std::string>(value)));
    return text;
  }

  // The exponent that fitted last mostly fits again, and a column of equal exponents compresses to
  // nothing.
  Kind add_double(double value) {
    if (const auto mantissa = mantissa_of(value, exponent_)) return add_decimal(*mantissa);
    for (std::size_t e = 0; e < powers_of_ten.size(); ++e) {
      const auto mantissa = mantissa_of(value, e);
      if (mantissa) {
        exponent_ = e;
        return add_decimal(*mantissa);
      }
      if (!(std::abs(value) * powers_of_ten[e] <= mantissa_encoded_max)) break;
    }
    block_.add_float64(value);
    return float64;
  }

  Kind add_decimal(std::int64_t mantissa) {
    block_.mutable_mantissa()->AddAlreadyReserved(mantissa);
    block_.mutable_exponent()->AddAlreadyReserved(static_cast<std::uint32_t>(exponent_));
    any_exponent_ |= exponent_ != 0;
    return decimal;
  }

  v1::ReadingBlock& block_;
  std::uint64_t sequence_ = 0;
  std::int64_t receive_us_ = 0;
  std::size_t exponent_ = 0;
  bool any_offset_ = false;
  bool any_index_ = false;
  bool any_status_ = false;
  bool any_exponent_ = false;
};

bool is_time(Timestamp t) { return t >= timestamp_min && t <= timestamp_max; }

Result<Done> check_encodable(std::span<const Reading> readings, const BlockSpan& span) {
  if (readings.size() > block_readings_max) return bad("too many readings");
  std::uint64_t before = span.first_sequence;
  for (const Reading& r : readings) {
    if (r.sequence < before || r.sequence > span.last_sequence) {
      return bad("sequence " + std::to_string(r.sequence) + " of a reading is out of order in " +
                 std::to_string(span.first_sequence) + ".." + std::to_string(span.last_sequence));
    }
    before = r.sequence;
    if (!is_time(r.source_time) || !is_time(r.receive_time)) {
      return bad("time of a reading of message " + std::to_string(r.sequence) + " is out of range");
    }
  }
  return Done{};
}

bool has_length(int size, int readings) { return size == readings || size == 0; }

Result<Done> check_lengths(const v1::ReadingBlock& b) {
  const int n = b.tag_id_size();
  if (static_cast<std::size_t>(n) > block_readings_max) return bad("too many readings");
  if (b.sequence_delta_size() != n || b.receive_delta_us_size() != n ||
      !has_length(b.index_size(), n) || !has_length(b.source_offset_us_size(), n) ||
      !has_length(b.status_size(), n) || !has_length(b.kind_size(), n)) {
    return bad("columns of different lengths");
  }
  std::array<int, kinds> count{};
  if (b.kind_size() == 0) count[decimal] = n;
  for (const std::uint32_t kind : b.kind()) {
    if (kind >= kinds) return bad("unknown kind of value");
    ++count[kind];
  }
  if (b.mantissa_size() != count[decimal] || !has_length(b.exponent_size(), count[decimal]) ||
      b.float64_size() != count[float64] || b.int64_size() != count[int64] ||
      b.text_size() != count[text]) {
    return bad("values do not match their kinds");
  }
  for (const std::int64_t mantissa : b.mantissa()) {
    if (mantissa > mantissa_max || mantissa < -mantissa_max) return bad("mantissa out of range");
  }
  for (const std::uint32_t exponent : b.exponent()) {
    if (exponent >= powers_of_ten.size()) return bad("exponent out of range");
  }
  return Done{};
}

// Takes the values out of their columns in turn. REQUIRES: check_lengths()
class ValueColumns {
 public:
  explicit ValueColumns(const v1::ReadingBlock& block) : block_(block) {}

  Value next(int row) {
    switch (block_.kind_size() == 0 ? decimal : static_cast<Kind>(block_.kind(row))) {
      case decimal: {
        const std::size_t e = block_.exponent_size() == 0 ? 0 : block_.exponent(decimal_);
        return static_cast<double>(block_.mantissa(decimal_++)) / powers_of_ten[e];
      }
      case float64:
        return block_.float64(float64_++);
      case int64:
        return block_.int64(int64_++);
      case boolean_false:
        return false;
      case boolean_true:
        return true;
      default:
        return block_.text(text_++);
    }
  }

 private:
  const v1::ReadingBlock& block_;
  int decimal_ = 0;
  int float64_ = 0;
  int int64_ = 0;
  int text_ = 0;
};

// Differences of hostile numbers are added modulo 2^64; the sums are checked afterwards.
std::int64_t wrapped_sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

bool set_status(std::uint32_t status, Reading& r) {
  const std::uint32_t quality = status & 3;
  const std::uint32_t reason = status >> 2 & 0x3F;
  const std::uint32_t flags = status >> 8;
  if (quality > static_cast<std::uint32_t>(Quality::bad)) return false;
  if (reason > static_cast<std::uint32_t>(QualityReason::first_value)) return false;
  if (flags > std::numeric_limits<std::uint8_t>::max()) return false;
  r.quality = static_cast<Quality>(quality);
  r.reason = static_cast<QualityReason>(reason);
  r.flags = static_cast<std::uint8_t>(flags);
  return true;
}

Result<Done> decode_rows(const v1::ReadingBlock& b, std::vector<Reading>& out) {
  ValueColumns values{b};
  std::uint64_t sequence = b.first_sequence();
  std::int64_t receive_us = b.base_time_us();
  for (int row = 0; row < b.tag_id_size(); ++row) {
    Reading& r = out.emplace_back();
    const std::uint64_t before = sequence;
    sequence += b.sequence_delta(row);
    if (sequence < before || sequence > b.last_sequence()) return bad("sequence out of its span");
    receive_us = wrapped_sum(receive_us, b.receive_delta_us(row));
    const std::int64_t offset_us = b.source_offset_us_size() == 0 ? 0 : b.source_offset_us(row);
    r.tag = b.tag_id(row);
    r.index = b.index_size() == 0 ? 0 : b.index(row);
    r.sequence = sequence;
    r.receive_time = from_us(receive_us);
    r.source_time = from_us(wrapped_sum(receive_us, offset_us));
    if (!is_time(r.receive_time) || !is_time(r.source_time)) return bad("time out of range");
    if (b.status_size() != 0 && !set_status(b.status(row), r)) return bad("unknown status");
    r.value = values.next(row);
  }
  return Done{};
}

// How many readings from the front fit one block.
std::size_t readings_of_one_block(std::span<const Reading> readings) {
  std::size_t text_bytes = 0;
  const std::size_t most = std::min(readings.size(), block_readings_max);
  for (std::size_t at = 0; at < most; ++at) {
    const auto* words = std::get_if<std::string>(&readings[at].value);
    if (words == nullptr) continue;
    text_bytes += words->size();
    if (text_bytes > text_bytes_soft_max && at > 0) return at;
  }
  return most;
}

}  // namespace

Result<Done> encode_block(std::span<const Reading> readings, const BlockSpan& span,
                          v1::ReadingBlock& out) {
  if (auto checked = check_encodable(readings, span); !checked) return checked;
  out.Clear();
  out.set_generation(span.generation);
  out.set_first_sequence(span.first_sequence);
  out.set_last_sequence(span.last_sequence);
  if (readings.empty()) return Done{};
  out.set_base_time_us(to_us(readings.front().receive_time));
  Columns columns{out, readings.size()};
  for (const Reading& r : readings) columns.add(r);
  columns.finish();
  return Done{};
}

Result<Done> decode_block(const v1::ReadingBlock& block, std::vector<Reading>& out) {
  if (auto checked = check_lengths(block); !checked) return checked;
  const std::size_t before = out.size();
  auto decoded = decode_rows(block, out);
  if (!decoded) out.resize(before);
  return decoded;
}

Result<Done> BlockPacker::pack(std::span<const Reading> readings, const BlockSpan& span,
                               std::string& out) {
  while (!readings.empty()) {
    const std::size_t count = readings_of_one_block(readings);
    if (auto encoded = encode_block(readings.first(count), span, block_); !encoded) return encoded;
    bytes_.clear();
    if (block_.ByteSizeLong() > block_bytes_max) return bad("a text is too long");
    if (!block_.AppendToString(&bytes_)) return bad("protobuf refuses it");
    if (auto framed = compressor_.append_frame(bytes_, out); !framed) return framed;
    readings = readings.subspan(count);
  }
  return Done{};
}

Result<Done> BlockUnpacker::take_block(std::string_view& packed, std::vector<Reading>& out) {
  if (auto taken = decompressor_.take_frame(packed, block_bytes_max, bytes_); !taken) return taken;
  if (!block_.ParseFromString(bytes_)) return bad("no protobuf message");
  return decode_block(block_, out);
}

Result<Done> BlockUnpacker::unpack(std::string_view packed, std::vector<Reading>& out) {
  while (!packed.empty()) {
    if (auto taken = take_block(packed, out); !taken) return taken;
  }
  return Done{};
}

}  // namespace parkwatch::store
