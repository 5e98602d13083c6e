// daemon/model/decoder.h - Bytes of one protocol to readings: the signature that a driver's codec
// implements and the pipeline calls. Pure: no socket, no clock, no file.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/passage.h"
#include "model/time.h"
#include "model/value.h"

namespace parkwatch {

// Position in Plant::sources.
using SourceId = std::uint16_t;

// A message as it came, before anyone understood it.
struct Message {
  SourceId source = 0;
  std::string topic;            // or what the protocol has in its place
  std::string payload;          // bounded by the driver before it was copied
  std::uint16_t packet_id = 0;  // MQTT QoS 1: the packet identifier, else 0
  bool dup = false;             // MQTT: DUP was set
  bool retained = false;        // MQTT: the broker kept it
  bool oversized = false;  // payload was dropped by the driver; topic and payload_bytes are known
  std::uint64_t payload_bytes = 0;
};

// Why a message, or a part of it, gave no reading. The words are in to_text and in the metrics.
enum class RefusalReason : std::uint8_t {
  malformed,  // not what the mapping says: JSON or protobuf error, a pointer that finds nothing
  not_utf8,
  not_a_number,    // NaN, infinity, or a number out of a double's reach
  unknown_tag,     // no such tag and no auto-registration (or its limit reached)
  unmapped_topic,  // no mapping takes this topic
  oversized,
  wrong_type,         // a text where a number is needed, a word outside the enumeration
  time_out_of_range,  // before 1970, after 9999, or no time at all
  too_many,           // more readings or passages in one message than readings_a_message_max
  poison,             // was in hand at two crashes
};
inline constexpr std::size_t refusal_reasons = 10;
[[nodiscard]] std::string_view to_text(RefusalReason r);

// More readings in a message than this are refused whole (bounded memory for one input).
inline constexpr std::size_t readings_a_message_max = 10'000;

// One reading as the codec found it: raw, before scaling.
struct DecodedReading {
  std::uint32_t name_offset = 0;  // into Decoded::names
  std::uint32_t name_bytes = 0;
  Value value;
  std::optional<Timestamp> time;  // source time, if the message carries one
  Quality quality = Quality::good;
  QualityReason reason = QualityReason::none;
  bool historical = false;  // the message marks itself as re-sent from a memory
};

struct DecodeFault {
  RefusalReason reason = RefusalReason::malformed;
  std::string detail;  // for an integrator: where (byte offset, pointer) and what
};

// What one message gave. Reused from message to message, so that the hot path allocates nothing.
struct Decoded {
  std::string names;  // the tag names, end to end
  std::vector<DecodedReading> readings;
  std::vector<Passage> passages;    // each with what its kind needs: fault_of() is null
  std::vector<DecodeFault> faults;  // what is good is still taken
  // Not empty: the message is about people. If it is refused, this is kept of its topic, and
  // nothing of its payload; faults say nothing that was in it.
  std::string personal;

  void clear() {
    names.clear();
    readings.clear();
    passages.clear();
    faults.clear();
    personal.clear();
  }
  [[nodiscard]] std::string_view name_of(const DecodedReading& r) const {
    return std::string_view{names}.substr(r.name_offset, r.name_bytes);
  }
  DecodedReading& add(std::string_view name) {
    DecodedReading& r = readings.emplace_back();
    r.name_offset = static_cast<std::uint32_t>(names.size());
    r.name_bytes = static_cast<std::uint32_t>(name.size());
    names.append(name);
    return r;
  }
};

// One for each source. Called on the pipeline's thread only; it may keep buffers, but its answer
// depends on the message alone.
class Decoder {
 public:
  virtual ~Decoder() = default;
  // Adds to `out` (cleared by the caller). Never throws; a hostile message ends as faults.
  virtual void decode(const Message& message, Decoded& out) = 0;
};

}  // namespace parkwatch
