// daemon/model/waits.h - How long a number of things took. Plain values, pure.
#pragma once
#include <cstddef>
#include <vector>

#include "model/time.h"

namespace parkwatch {

struct Waits {
  std::size_t count = 0;
  Duration median{0};  // of an even number the upper of the two in the middle; 0 when none
  Duration longest{0};
  bool operator==(const Waits&) const = default;
};

[[nodiscard]] Waits waits_of(std::vector<Duration> times);

}  // namespace parkwatch
