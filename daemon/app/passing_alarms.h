// daemon/app/passing_alarms.h - Alarms of what happened to the gateway and is over: they stand for
// a while, so that somebody sees them. Lives on the loop's thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/alarm_event.h"
#include "model/input.h"
#include "store/store.h"

namespace parkwatch::app {

// The gateway's clock was set by this much, and all that waits moved with it.
[[nodiscard]] OwnCondition clock_was_set(Duration by);
// So many readings gave way although a consumer had not acknowledged them.
[[nodiscard]] OwnCondition readings_were_lost(std::uint64_t readings);
// The database was damaged; what could be read of it goes on in a new one.
[[nodiscard]] OwnCondition store_was_salvaged(const store::Salvage& salvage);

class PassingAlarms {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::minutes shown_for{10};

  // `condition`: into the journal, as an alarm like any other.
  explicit PassingAlarms(std::function<void(OwnCondition)> condition)
      : condition_(std::move(condition)) {}

  // It stands for shown_for from the last time on.
  void raise(OwnCondition what, Time now);
  void tick(Time now);
  // Once at the start: ends what stands from an earlier run.
  void end_stale(const std::vector<AlarmEvent>& standing);

 private:
  void end(const std::string& rule, const std::string& tag);

  const std::function<void(OwnCondition)> condition_;
  std::map<std::pair<std::string, std::string>, Time> until_;
};

}  // namespace parkwatch::app
