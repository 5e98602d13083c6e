// daemon/model/plant_view.h - What the pipeline knows at a moment and no fact says: how periods of
// the calendar stand against their limits, and standing alarms that rest on data that is bad or
// lost. Plain values.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/alarm_event.h"
#include "model/calendar.h"
#include "model/rule.h"
#include "model/time.h"

namespace parkwatch {

// Of a rule that judges a period of the calendar (cumulative, or a window such as the day's mean
// that a discharge limit is about), on one tag.
struct Tally {
  struct Total {
    Timestamp from;
    Timestamp to;  // the end of the whole period
    // Of what has come so far, however little; empty: nothing has. Of a closed period only its
    // verdict is kept; empty: it had none since too few good readings came, or nobody watched it.
    std::optional<double> value;
    std::optional<std::uint64_t> count;  // good readings in it so far; empty: it is closed
    bool operator==(const Total&) const = default;
  };
  std::string rule;
  std::string tag;
  std::string unit;
  Period period = Period::day;
  Aggregate aggregate = Aggregate::avg;
  std::uint32_t count_min = 1;   // with fewer good readings the period will have no verdict
  std::vector<Limit> limits;     // ascending by level
  std::optional<Total> running;  // of the period that is on; empty: these limits do not judge it
  std::optional<Total> before;   // of the one before it; likewise
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
using PlantViewPtr = std::shared_ptr<const PlantView>;

}  // namespace parkwatch
