// tools/parkwatch/base64.h - Base64 (RFC 4648 section 4) back to bytes. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace parkwatch::cli {

// Empty when `text` is no whole base64 text with its padding.
[[nodiscard]] std::optional<std::string> base64_decoded(std::string_view text);

}  // namespace parkwatch::cli
