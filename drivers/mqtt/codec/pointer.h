// drivers/mqtt/codec/pointer.h - A JSON pointer (RFC 6901), split once. A plain value.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"

namespace parkwatch::mqtt_codec {

struct JsonPointer {
  struct Token {
    std::string key;                   // unescaped: "~1" is '/', "~0" is '~'
    std::optional<std::size_t> index;  // what it means to an array; empty: nothing
    bool operator==(const Token&) const = default;
  };
  std::string text;  // as it was written; "" is the whole document
  std::vector<Token> tokens;

  // Errors: bad_input - not "" and not of the form "/a/b".
  [[nodiscard]] static Result<JsonPointer> parse(std::string_view text);
  bool operator==(const JsonPointer&) const = default;
};

}  // namespace parkwatch::mqtt_codec
