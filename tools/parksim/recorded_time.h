// tools/parksim/recorded_time.h - The ways in which recordings write their times. Pure; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "model/time.h"

namespace parkwatch::parksim {

// How the times of a file are written, and whose clock they are of.
struct TimeWriting {
  // %Y %y %m %d %H %M %S, one or more digits each (%y: two, of 1970 to 2069); all else stands for
  // itself. Empty: days since `days_from`, with a fraction.
  std::string format;
  Timestamp days_from;
  Duration offset{0};          // of the clock from UTC
  bool midnight_ends = false;  // 00:00 is the end of the day that it is written with
};

// Empty: the text is not written so, or no such time exists.
[[nodiscard]] std::optional<Timestamp> recorded_time(std::string_view text,
                                                     const TimeWriting& writing);

}  // namespace parkwatch::parksim
