// tests/unit/store/checksum_test.cpp - CRC-32 against its published check value.
#include "store/checksum.h"

#include <catch2/catch.hpp>
#include <string>

namespace checksum_test {

using namespace parkwatch::store;

TEST_CASE("crc32 has the check value of CRC-32/ISO-HDLC", "[store]") {
  CHECK(crc32("123456789") == 0xCBF43926);
  CHECK(crc32("") == 0);
}

TEST_CASE("crc32 of two parts is that of the whole", "[store]") {
  CHECK(crc32("6789", crc32("12345")) == crc32("123456789"));
  CHECK(crc32_of_number(0x3837363534333231, 0) == crc32("12345678"));
}

TEST_CASE("crc32 of any length and cut is what it is bit by bit", "[store]") {
  const auto bit_by_bit = [](const std::string& bytes) {
    std::uint32_t crc = 0xFFFFFFFF;
    for (const char c : bytes) {
      crc ^= static_cast<unsigned char>(c);
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
    }
    return ~crc;
  };
  std::string bytes;
  for (int n = 0; n < 70; ++n) {
    bytes += static_cast<char>(n * 37 + 129);
    const std::uint32_t expected = bit_by_bit(bytes);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      CAPTURE(n, cut);
      CHECK(crc32(bytes.substr(cut), crc32(bytes.substr(0, cut))) == expected);
    }
  }
}

TEST_CASE("crc32 changes with every single bit", "[store]") {
  const std::string good = "a block of readings";
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = good;
      damaged[at] = static_cast<char>(damaged[at] ^ 1 << bit);
      CAPTURE(at, bit);
      CHECK(crc32(damaged) != crc32(good));
    }
  }
}

}  // namespace checksum_test
