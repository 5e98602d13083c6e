// daemon/store/checksum.h - CRC-32 (IEEE 802.3, as in zlib) of what is stored. Pure; any thread.
#pragma once
#include <cstdint>
#include <string_view>

namespace parkwatch::store {

// `before` is the checksum of what comes before `bytes`; 0 at the start.
[[nodiscard]] std::uint32_t crc32(std::string_view bytes, std::uint32_t before = 0);
// Mixes a number in, as its eight bytes, little end first.
[[nodiscard]] std::uint32_t crc32_of_number(std::uint64_t number, std::uint32_t before);

}  // namespace parkwatch::store
