// daemon/store/checksum.cpp - CRC-32 by tables, eight bytes at a time. Pure; any thread.
#include "store/checksum.h"

#include <array>

namespace parkwatch::store {
namespace {

constexpr std::uint32_t polynomial = 0xEDB88320;  // IEEE 802.3, reflected

// What a byte does to the sum, and what it still does so many bytes later.
constexpr std::size_t at_once = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, at_once>;

constexpr Tables make_tables() {
  Tables made{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? polynomial : 0);
    made[0][byte] = crc;
  }
  for (std::size_t later = 1; later < at_once; ++later) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t crc = made[later - 1][byte];
      made[later][byte] = (crc >> 8) ^ made[0][crc & 0xFF];
    }
  }
  return made;
}
constexpr Tables tables = make_tables();

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

}  // namespace

std::uint32_t crc32(std::string_view bytes, std::uint32_t before) {
  std::uint32_t crc = ~before;
  for (; bytes.size() >= at_once; bytes.remove_prefix(at_once)) {
    const std::uint32_t first = crc ^ (byte_at(bytes, 0) | byte_at(bytes, 1) << 8U |
                                       byte_at(bytes, 2) << 16U | byte_at(bytes, 3) << 24U);
    crc = tables[7][first & 0xFF] ^ tables[6][first >> 8U & 0xFF] ^ tables[5][first >> 16U & 0xFF] ^
          tables[4][first >> 24U] ^ tables[3][byte_at(bytes, 4)] ^ tables[2][byte_at(bytes, 5)] ^
          tables[1][byte_at(bytes, 6)] ^ tables[0][byte_at(bytes, 7)];
  }
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    crc = (crc >> 8) ^ tables[0][(crc ^ byte_at(bytes, at)) & 0xFF];
  }
  return ~crc;
}

std::uint32_t crc32_of_number(std::uint64_t number, std::uint32_t before) {
  std::array<char, 8> bytes{};
  for (char& byte : bytes) {
    byte = static_cast<char>(number & 0xFF);
    number >>= 8;
  }
  return crc32({bytes.data(), bytes.size()}, before);
}

}  // namespace parkwatch::store
