// daemon/store/checksum.cpp - CRC-32 by a table of bytes. Pure; any thread.
#include "store/checksum.h"

#include <array>

namespace parkwatch::store {
namespace {

constexpr std::uint32_t polynomial = 0xEDB88320;  // IEEE 802.3, reflected

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? polynomial : 0);
    table[byte] = crc;
  }
  return table;
}
constexpr auto table = make_table();

}  // namespace

std::uint32_t crc32(std::string_view bytes, std::uint32_t before) {
  std::uint32_t crc = ~before;
  for (const char c : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
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
