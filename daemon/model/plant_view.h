// daemon/model/plant_view.h - What the pipeline knows at a moment and no fact says: running totals,
// and standing alarms that rest on data that is bad or lost. Plain values.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/alarm_event.h"
#include "model/rule.h"
#include "model/time.h"

namespace parkwatch {

// Of a rule that adds up over a period of the calendar (cumulative), on one tag.
struct Tally {
  struct Total {
    Timestamp from;
    Timestamp to;                 // the end of the whole period
    std::optional<double> value;  // empty: too few good readings
    bool operator==(const Total&) const = default;
  };
  std::string rule;
  std::string tag;
  std::string unit;
  std::vector<Limit> budgets;   // ascending by level
  Total running;                // of the period that is on
  std::optional<Total> closed;  // of the last one that ended with a total
  bool operator==(const Tally&) const = default;
};

struct FrozenAlarm {
  std::string rule;
  std::string tag;
  Frozen frozen;
  bool operator==(const FrozenAlarm&) const = default;
};

struct PlantView {
  Timestamp at;
  std::vector<Tally> tallies;       // by rule and tag
  std::vector<FrozenAlarm> frozen;  // by rule and tag
  bool operator==(const PlantView&) const = default;
};

}  // namespace parkwatch
