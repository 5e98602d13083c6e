// daemon/model/waits.cpp - See the header.
#include "model/waits.h"

#include <algorithm>

namespace parkwatch {

Waits waits_of(std::vector<Duration> times) {
  if (times.empty()) return {};
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return {times.size(), *middle, *std::max_element(middle, times.end())};
}

}  // namespace parkwatch
