// tests/unit/store/block_codec_test.cpp - Readings in columns: exact there and back, safe on
// anything else.
#include "store/block_codec.h"

#include <catch2/catch.hpp>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "tests/unit/store/sample_readings.h"

namespace block_codec_test {

using namespace parkwatch;
using namespace parkwatch::store;

namespace {

const BlockSpan span_of_all{"0123456789abcdef", 1, 1'000'000};

std::vector<Reading> there_and_back(const std::vector<Reading>& readings) {
  v1::ReadingBlock block;
  REQUIRE(encode_block(readings, span_of_all, block));
  std::vector<Reading> back;
  REQUIRE(decode_block(block, back));
  return back;
}

v1::ReadingBlock good_block() {
  RandomReadings random{7};
  v1::ReadingBlock block;
  REQUIRE(encode_block(random.make(200, 10, 100), {"0123456789abcdef", 10, 100}, block));
  REQUIRE(block.mantissa_size() > 0);
  REQUIRE(block.float64_size() > 0);
  REQUIRE(block.int64_size() > 0);
  REQUIRE(block.text_size() > 0);
  return block;
}

Reading with_value(Value value) {
  Reading r = numbered_reading(1);
  r.value = std::move(value);
  return r;
}

}  // namespace

TEST_CASE("random readings come back bit by bit", "[store][property]") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    RandomReadings random{seed};
    const auto readings = random.make(random.below(300), 1, 1 + random.below(1000));
    CHECK(same_bits(there_and_back(readings), readings));
  }
}

TEST_CASE("every kind of double comes back with its own bits", "[store]") {
  using Limits = std::numeric_limits<double>;
  std::vector<Reading> readings;
  for (const double number : {0.0,
                              -0.0,
                              1.0,
                              -1.0,
                              0.1,
                              -0.1,
                              1.0 / 3,
                              1e15,
                              1e16,
                              1e22,
                              1e300,
                              123456789012345678.0,
                              9007199254740993.0,
                              0.000001,
                              1e-18,
                              1e-19,
                              Limits::min(),
                              Limits::max(),
                              Limits::lowest(),
                              Limits::denorm_min(),
                              -Limits::denorm_min(),
                              Limits::epsilon(),
                              Limits::infinity(),
                              -Limits::infinity()}) {
    readings.push_back(with_value(number));
  }
  CHECK(same_bits(there_and_back(readings), readings));
}

TEST_CASE("a NaN is stored as it is, whatever its payload", "[store]") {
  const auto odd = std::bit_cast<double>(0x7FF8000000001234);
  const auto back = there_and_back({with_value(odd)});
  REQUIRE(back.size() == 1);
  CHECK(std::bit_cast<std::uint64_t>(std::get<double>(back[0].value)) == 0x7FF8000000001234);
}

TEST_CASE("short decimals take the decimal columns and others the column of doubles", "[store]") {
  RandomReadings random{3};
  std::vector<Reading> readings;
  for (int i = 0; i < 1000; ++i) {
    readings.push_back(with_value(static_cast<double>(random.below(2'000'000)) / 100));
  }
  readings.push_back(with_value(-0.0));
  readings.push_back(with_value(1.0 / 3));
  v1::ReadingBlock block;
  REQUIRE(encode_block(readings, span_of_all, block));
  CHECK(block.mantissa_size() == 1000);
  CHECK(block.float64_size() == 2);
}

TEST_CASE("columns that hold nothing are left out", "[store]") {
  v1::ReadingBlock block;
  REQUIRE(encode_block(std::vector{numbered_reading(1), numbered_reading(2)}, span_of_all, block));
  CHECK(block.tag_id_size() == 2);
  CHECK(block.index_size() == 0);
  CHECK(block.status_size() == 0);
  CHECK(block.source_offset_us_size() == 0);
  CHECK(block.kind_size() == 0);
  CHECK(block.exponent_size() == 0);
  std::vector<Reading> back;
  REQUIRE(decode_block(block, back));
  CHECK(back == std::vector{numbered_reading(1), numbered_reading(2)});
}

TEST_CASE("a text that is not UTF-8 cannot make its block unreadable", "[store][hostile]") {
  BlockPacker packer;
  std::string packed;
  REQUIRE(packer.pack(std::vector{with_value(std::string{"a\xFFz"})}, span_of_all, packed));
  std::vector<Reading> back;
  REQUIRE(BlockUnpacker{}.unpack(packed, back));
  CHECK(std::get<std::string>(back.at(0).value) == "a\uFFFDz");
}

TEST_CASE("what could not be read back is refused before it is written", "[store]") {
  const auto refused = [](std::vector<Reading> readings) {
    v1::ReadingBlock block;
    const auto encoded = encode_block(readings, {"", 10, 20}, block);
    return !encoded && encoded.error().kind == ErrorKind::bad_input;
  };
  CHECK_FALSE(refused({numbered_reading(10), numbered_reading(20)}));
  CHECK(refused({numbered_reading(9)}));
  CHECK(refused({numbered_reading(21)}));
  CHECK(refused({numbered_reading(12), numbered_reading(11)}));
  Reading early = numbered_reading(10);
  early.source_time = timestamp_min - Duration{1};
  CHECK(refused({early}));
  Reading late = numbered_reading(10);
  late.receive_time = timestamp_max + Duration{1};
  CHECK(refused({late}));
  CHECK(refused(std::vector(block_readings_max + 1, numbered_reading(10))));
}

TEST_CASE("a block with a column of another length is refused", "[store][hostile]") {
  using Change = std::function<void(v1::ReadingBlock&)>;
  const Change changes[] = {
      [](auto& b) { b.add_tag_id(1); },
      [](auto& b) { b.mutable_tag_id()->RemoveLast(); },
      [](auto& b) { b.add_sequence_delta(0); },
      [](auto& b) { b.clear_sequence_delta(); },
      [](auto& b) { b.add_index(0); },
      [](auto& b) { b.mutable_receive_delta_us()->RemoveLast(); },
      [](auto& b) { b.add_source_offset_us(0); },
      [](auto& b) { b.add_status(0); },
      [](auto& b) { b.add_kind(0); },
      [](auto& b) { b.clear_kind(); },
      [](auto& b) { b.add_mantissa(0); },
      [](auto& b) { b.mutable_mantissa()->RemoveLast(); },
      [](auto& b) { b.mutable_exponent()->RemoveLast(); },
      [](auto& b) { b.add_float64(0); },
      [](auto& b) { b.clear_float64(); },
      [](auto& b) { b.mutable_int64()->RemoveLast(); },
      [](auto& b) { b.clear_text(); },
      [](auto& b) { b.add_text("x"); },
  };
  int at = 0;
  for (const Change& change : changes) {
    CAPTURE(at++);
    v1::ReadingBlock block = good_block();
    change(block);
    std::vector<Reading> out{numbered_reading(1)};
    const auto decoded = decode_block(block, out);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().kind == ErrorKind::bad_input);
    CHECK(out.size() == 1);
  }
}

TEST_CASE("a block with numbers out of range is refused", "[store][hostile]") {
  using Change = std::function<void(v1::ReadingBlock&)>;
  const Change changes[] = {
      [](auto& b) { b.set_kind(0, 6); },
      [](auto& b) { b.set_kind(0, UINT32_MAX); },
      [](auto& b) { b.set_exponent(0, 19); },
      [](auto& b) { b.set_mantissa(0, (std::int64_t{1} << 53) + 1); },
      [](auto& b) { b.set_mantissa(0, INT64_MIN); },
      [](auto& b) { b.set_status(0, 3); },
      [](auto& b) { b.set_status(0, 9 << 2); },
      [](auto& b) { b.set_status(0, 1U << 16); },
      [](auto& b) { b.set_sequence_delta(0, 91); },
      [](auto& b) { b.set_sequence_delta(0, UINT64_MAX); },
      [](auto& b) { b.set_receive_delta_us(0, INT64_MAX); },
      [](auto& b) { b.set_receive_delta_us(0, INT64_MIN); },
      [](auto& b) { b.set_base_time_us(-1'000'000'000); },
      [](auto& b) { b.set_base_time_us(INT64_MIN); },
      [](auto& b) { b.set_source_offset_us(0, INT64_MAX); },
      [](auto& b) { b.set_last_sequence(9); },
  };
  int at = 0;
  for (const Change& change : changes) {
    CAPTURE(at++);
    v1::ReadingBlock block = good_block();
    change(block);
    std::vector<Reading> out;
    CHECK_FALSE(decode_block(block, out));
    CHECK(out.empty());
  }
}

TEST_CASE("a packed block with any byte changed is refused or still decodes safely",
          "[store][hostile]") {
  RandomReadings random{11};
  BlockPacker packer;
  std::string packed;
  REQUIRE(packer.pack(random.make(50, 1, 50), {"g", 1, 50}, packed));
  BlockUnpacker unpacker;
  for (std::size_t at = 0; at < packed.size(); ++at) {
    for (const int flip : {1, 0x80, 0xFF}) {
      std::string damaged = packed;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      std::vector<Reading> out;
      if (!unpacker.unpack(damaged, out)) continue;
      for (const Reading& r : out) CHECK(r.receive_time <= timestamp_max);
    }
  }
}

TEST_CASE("many readings are packed in several blocks and come back in order", "[store]") {
  std::vector<Reading> readings;
  for (std::uint64_t n = 1; n <= block_readings_max * 2 + 5; ++n) {
    readings.push_back(numbered_reading(n));
  }
  BlockPacker packer;
  std::string packed;
  REQUIRE(packer.pack(readings, span_of_all, packed));
  BlockUnpacker unpacker;
  std::string_view rest = packed;
  std::vector<Reading> out;
  REQUIRE(unpacker.take_block(rest, out));
  CHECK(out.size() == block_readings_max);
  REQUIRE(unpacker.unpack(rest, out));
  CHECK(out == readings);
}

TEST_CASE("long texts are spread over blocks within the bound", "[store]") {
  std::vector<Reading> readings;
  for (std::uint64_t n = 1; n <= 4; ++n) {
    readings.push_back(numbered_reading(n));
    readings.back().value = std::string(std::size_t{3} << 20, static_cast<char>('a' + n));
  }
  BlockPacker packer;
  std::string packed;
  REQUIRE(packer.pack(readings, span_of_all, packed));
  std::string_view rest = packed;
  BlockUnpacker unpacker;
  std::vector<Reading> out;
  REQUIRE(unpacker.take_block(rest, out));
  CHECK(out.size() == 1);
  REQUIRE(unpacker.unpack(rest, out));
  CHECK(out == readings);
}

TEST_CASE("no readings pack to no bytes", "[store]") {
  BlockPacker packer;
  std::string packed;
  REQUIRE(packer.pack({}, span_of_all, packed));
  CHECK(packed.empty());
}

}  // namespace block_codec_test
