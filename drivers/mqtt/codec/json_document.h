// drivers/mqtt/codec/json_document.h - A payload as a document of simdjson, or why it is none. One
// thread.
#pragma once
#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/mqtt/codec/output.h"
#include "drivers/mqtt/codec/pointer.h"
#include "drivers/mqtt/codec/scalar.h"

namespace parkwatch::mqtt_codec {

class JsonDocument {
 public:
  // Empty, and a fault, if `payload` is no JSON. A NaN, an infinity or a number that is out of
  // reach does not make it so: it becomes a text that not_finite() knows. Valid until the next
  // call.
  [[nodiscard]] std::optional<simdjson::dom::element> parse(std::string_view payload, Output& out);
  // What stood in the place of `text`, with its byte offset; empty: `text` is a text.
  [[nodiscard]] std::optional<std::string> not_finite(std::string_view text) const;
  // Gives back what a large payload needed. The document is gone.
  void release();

 private:
  simdjson::error_code parse_padded(std::string_view text, simdjson::dom::element& root);
  std::string replace_not_finite(std::string_view payload, const struct JsonScan& scan);

  simdjson::dom::parser parser_;
  std::size_t capacity_ = 0;         // of the parser and the buffer, in bytes of payload
  std::vector<char> buffer_;         // capacity_ and simdjson's padding
  std::vector<std::string> tokens_;  // of this payload: the numbers that are none
};

// RFC 6901; empty: nothing is there.
[[nodiscard]] std::optional<simdjson::dom::element> find(simdjson::dom::element at,
                                                         const JsonPointer& pointer);

// REQUIRES: `found` is of this type.
template <typename T>
[[nodiscard]] T held(simdjson::dom::element found) {
  T value{};
  if (found.get(value) != simdjson::SUCCESS) return T{};
  return value;
}

// A number or a text as scalar.h's time_of takes them; empty: neither, or no time.
[[nodiscard]] std::optional<Timestamp> time_of_element(simdjson::dom::element found,
                                                       TimeFormat format, std::string_view zone);

// "an object", "null", ... for a fault's detail.
[[nodiscard]] std::string_view kind_of(simdjson::dom::element element);

}  // namespace parkwatch::mqtt_codec
