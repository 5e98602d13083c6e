// drivers/mqtt/codec/json_scan.h - Why simdjson refused a text: it names no place, and refuses a
// whole message for one NaN. Slow path only. Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parkwatch::mqtt_codec {

// Deeper objects and arrays are refused, empty ones not counted: no device needs more than a few
// levels.
inline constexpr std::size_t nesting_max = 64;

struct JsonScan {
  struct Fault {
    std::size_t byte = 0;  // offset of the first byte that cannot stand there
    std::string what;
  };
  // A place where a value may stand holds NaN, Infinity, or a number that JSON allows and a double
  // or int64 does not hold. Python's json writes the first two.
  struct NotFinite {
    std::size_t byte = 0;
    std::size_t bytes = 0;
  };
  std::optional<Fault> fault;
  std::vector<NotFinite> not_finite;  // those before the fault
};

// By RFC 8259, but for the tokens of `not_finite`. `text` is UTF-8.
[[nodiscard]] JsonScan scan_json(std::string_view text);

}  // namespace parkwatch::mqtt_codec
