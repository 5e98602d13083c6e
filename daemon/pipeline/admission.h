// daemon/pipeline/admission.h - From a raw reading to one that is stored: value, time, quality, and
// whether it is a duplicate, late, historical or a first value (design: Time, MQTT). Pure.
#pragma once
#include <cstdint>

#include "model/decoder.h"
#include "model/plant.h"
#include "pipeline/tag_table.h"

namespace parkwatch::pipeline {

// What the message says about all its readings.
struct Arrival {
  std::uint64_t sequence = 0;
  Timestamp receive;
  bool dup = false;
  bool retained = false;
};

enum class Admitted : std::uint8_t {
  taken,
  duplicate,         // equal to the newest in source time and value
  dropped_retained,  // not newer than the newest
  refused,
};

// Decides about one reading of a known tag; changes nothing. `out` is complete but for its index
// when taken; `why` is set when refused.
//
// Order of times. "Newest" is the tag's last reading that was not historical; a first value
// (retained, without time) does not count. A reading with a time is older when both its source time
// and the time at which rules would see it are before the newest one's; one without a time never
// is.
//
// A clock set back. Three older readings in a row, each newer than the one before, neither DUP nor
// retained nor marked historical: the third is evaluated at receive time, and so is what follows,
// until a reading's source time is newer than the newest one's before the jump, or within
// late_after of its receive time.
[[nodiscard]] Admitted admit(const TagTable& tags, TagId id, const DecodedReading& raw,
                             const Arrival& arrival, const Timing& timing, Reading& out,
                             RefusalReason& why);

enum class ClockChange : std::uint8_t { none, set_back, right_again };

// Takes a stored reading into the tag's memory. It needs nothing but the reading, so a replay does
// the same.
ClockChange remember(TagTable& tags, const Reading& reading, const Timing& timing);

}  // namespace parkwatch::pipeline
