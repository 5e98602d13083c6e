// tools/trial/trend.h - A series as a small drawing of ASCII characters. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/time.h"

namespace parkwatch::trial {

struct TrendPoint {
  Duration at{0};
  double value = 0;
  bool bad = false;  // drawn as x, at the value before
};
struct TrendLine {
  std::string name;  // "HH 90"
  double at = 0;
};
struct TrendMark {
  Duration at{0};
  char sign = '^';
};

struct Trend {
  std::vector<TrendPoint> points;  // in the order of time; a value holds until the next
  std::vector<TrendLine> lines;
  std::vector<TrendMark> marks;  // below the axis
  Duration end{0};
};

// At most 12 lines of at most 78 columns, each ended by a line feed; empty without points.
[[nodiscard]] std::string drawn(const Trend& trend);

}  // namespace parkwatch::trial
