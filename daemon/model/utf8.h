// daemon/model/utf8.h - Whether bytes are UTF-8. Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace parkwatch {

// The offset of the first byte that is not well-formed UTF-8 (Unicode 15, table 3-7: no overlong
// forms, no surrogates, nothing above U+10FFFF); empty when all of it is.
[[nodiscard]] std::optional<std::size_t> first_not_utf8(std::string_view text);

}  // namespace parkwatch
