// daemon/model/words.h - The word of each value of an enumeration, both ways.
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace parkwatch {

// `words` in the order of the enumerators, which count from 0 without holes.
template <typename Enum, std::size_t N>
struct Words {
  std::array<std::string_view, N> words;

  [[nodiscard]] constexpr std::string_view text(Enum e) const {
    const auto at = static_cast<std::size_t>(e);
    return at < N ? words[at] : std::string_view{"?"};
  }
  [[nodiscard]] constexpr std::optional<Enum> parse(std::string_view text) const {
    for (std::size_t at = 0; at < N; ++at) {
      if (words[at] == text) return static_cast<Enum>(at);
    }
    return std::nullopt;
  }
};

}  // namespace parkwatch
