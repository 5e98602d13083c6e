// daemon/http/accept.h - What a client takes: Accept and Accept-Encoding (RFC 9110 section 12.5).
// Pure.
#pragma once
#include <initializer_list>
#include <optional>
#include <string_view>

namespace parkwatch::http {

enum class Format { ndjson, csv, protobuf };
[[nodiscard]] std::string_view media_type(Format format);

// The one of `offered` that `accept` likes best; the first of them when it likes all alike or is
// empty. Empty: none will do (406).
[[nodiscard]] std::optional<Format> choose_format(std::string_view accept,
                                                  std::initializer_list<Format> offered);
[[nodiscard]] bool accepts_zstd(std::string_view accept_encoding);

}  // namespace parkwatch::http
