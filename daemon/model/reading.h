// daemon/model/reading.h - A tag's value at a time, with quality. Plain values.
#pragma once
#include <cstdint>

#include "model/tag.h"
#include "model/time.h"
#include "model/value.h"

namespace parkwatch {

// Bits of Reading::flags.
enum ReadingFlag : std::uint8_t {
  reading_has_source_time = 1 << 0,  // else source_time equals receive_time
  reading_late = 1 << 1,             // older than late_after when it came
  reading_historical = 1 << 2,       // older than the tag's newest, or marked so: stored only
  reading_retained = 1 << 3,         // the broker kept it: a first value
  reading_derived = 1 << 4,          // computed by an expression of ours
  reading_at_receive_time =
      1 << 5,  // evaluated at receive time (future, or the device's clock jumped)
  reading_out_of_order =
      1 << 6,  // older than the tag's newest, though neither re-sent nor marked so
};

// Identity: (generation of the store, sequence, index).
struct Reading {
  TagId tag = tag_id_none;
  std::uint32_t index = 0;     // in its message; derived readings follow the message's own
  std::uint64_t sequence = 0;  // of its message, given by the intake
  Timestamp source_time;
  Timestamp receive_time;
  Value value;  // after scaling, in the tag's unit
  Quality quality = Quality::good;
  QualityReason reason = QualityReason::none;
  std::uint8_t flags = 0;

  // The time at which rules see it.
  [[nodiscard]] Timestamp evaluated_at() const {
    return (flags & reading_at_receive_time) != 0 ? receive_time : source_time;
  }
  // Whether that is the device's own clock.
  [[nodiscard]] bool has_device_time() const {
    return (flags & (reading_has_source_time | reading_at_receive_time)) == reading_has_source_time;
  }
  bool operator==(const Reading&) const = default;
};

}  // namespace parkwatch
