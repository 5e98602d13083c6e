// daemon/app/passing_alarms.h - Alarms of what happened to the gateway and is over: they stand for
// a while, so that somebody sees them. Lives on the loop's thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/alarm_event.h"
#include "model/input.h"
#include "store/store.h"

namespace parkwatch::app {

// The gateway's clock was set by this much, and all that waits moved with it.
[[nodiscard]] OwnCondition clock_was_set(Duration by);
// So many readings gave way although a consumer had not acknowledged them, in so many turns since
// the start.
[[nodiscard]] OwnCondition readings_were_lost(std::uint64_t readings, std::uint64_t turns);
// The database was damaged; what could be read of it goes on in a new one.
[[nodiscard]] OwnCondition store_was_salvaged(const store::Salvage& salvage);

class PassingAlarms {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::minutes shown_for{10};
  // What goes on for days is told this seldom.
  static constexpr std::chrono::hours told_again_after_max{4};

  // `condition`: into the journal, as an alarm like any other.
  explicit PassingAlarms(std::function<void(OwnCondition)> condition)
      : condition_(std::move(condition)) {}

  // It stands for shown_for from the last time on. What happens again meanwhile is a new occurrence
  // with the newest text, told when shown_for has passed since the first; then after twice as long,
  // and so on, but always before it ends.
  void raise(OwnCondition what, Time now);
  void tick(Time now);
  // Once at the start: ends what stands from an earlier run.
  void end_stale(const std::vector<AlarmEvent>& standing);

 private:
  struct Shown {
    Time until;
    Time again_at;  // not told again before
    std::chrono::minutes wait = shown_for;
    std::optional<OwnCondition> untold;  // what happened since it was told
  };
  void end(const std::string& rule, const std::string& tag);
  void tell_again(Shown& shown, Time now);

  const std::function<void(OwnCondition)> condition_;
  std::map<std::pair<std::string, std::string>, Shown> shown_;
};

}  // namespace parkwatch::app
