// drivers/mqtt/codec/output.h - Takes what a message gives, within bounds. Lives for one message;
// one thread.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "model/decoder.h"

namespace parkwatch::mqtt_codec {

// A hostile message may hold ten thousand faults; this many are told, and then how many more there
// were.
inline constexpr std::size_t faults_a_message_max = 16;

class Output {
 public:
  explicit Output(Decoded& out)
      : out_(out),
        names_(out.names.size()),
        readings_(out.readings.size()),
        passages_(out.passages.size()) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // Before each reading that the message seems to hold, good or not: false when there were
  // readings_a_message_max already; give up then.
  [[nodiscard]] bool next();
  // REQUIRES: next() was true. Valid until the next call.
  DecodedReading& add(std::string_view name) { return out_.add(name); }
  // Likewise.
  Passage& add_passage() { return out_.passages.emplace_back(); }
  // The message is about people: of its topic this may be kept, of its payload nothing.
  void personal(std::string_view filter) { out_.personal = filter; }
  void fault(RefusalReason reason, std::string detail);
  // Call once, at the end. After an overflow nothing of the message is left but the fault too_many.
  void finish();

 private:
  Decoded& out_;
  const std::size_t names_;  // sizes of `out` before this message
  const std::size_t readings_;
  const std::size_t passages_;
  std::size_t seen_ = 0;
  std::size_t faults_ = 0;
};

// For fault details: the beginning of what a device sent, in quotes, as UTF-8 without control
// characters.
[[nodiscard]] std::string excerpt(std::string_view text);

// "byte 12: ", where a fault detail begins.
[[nodiscard]] std::string at_byte(std::size_t byte);

}  // namespace parkwatch::mqtt_codec
