// daemon/model/utf8.cpp - The table of well-formed byte sequences.
#include "model/utf8.h"

#include <cstdint>

namespace parkwatch {
namespace {

// Length of the sequence that begins with `lead`, and the bounds of its second byte; 0: no lead
// byte.
struct Sequence {
  std::size_t bytes;
  std::uint8_t second_low;
  std::uint8_t second_high;
};

constexpr Sequence sequence_of(std::uint8_t lead) {
  if (lead < 0x80) return {1, 0, 0};
  if (lead < 0xC2) return {0, 0, 0};
  if (lead < 0xE0) return {2, 0x80, 0xBF};
  if (lead == 0xE0) return {3, 0xA0, 0xBF};
  if (lead == 0xED) return {3, 0x80, 0x9F};
  if (lead < 0xF0) return {3, 0x80, 0xBF};
  if (lead == 0xF0) return {4, 0x90, 0xBF};
  if (lead < 0xF4) return {4, 0x80, 0xBF};
  if (lead == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

bool is_well_formed(std::string_view text, const Sequence& s) {
  if (s.bytes == 0 || text.size() < s.bytes) return false;
  for (std::size_t i = 1; i < s.bytes; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    const std::uint8_t low = i == 1 ? s.second_low : 0x80;
    const std::uint8_t high = i == 1 ? s.second_high : 0xBF;
    if (byte < low || byte > high) return false;
  }
  return true;
}

}  // namespace

std::optional<std::size_t> first_not_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Sequence s = sequence_of(static_cast<std::uint8_t>(text[at]));
    if (!is_well_formed(text.substr(at), s)) return at;
    at += s.bytes;
  }
  return std::nullopt;
}

}  // namespace parkwatch
