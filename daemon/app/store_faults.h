// daemon/app/store_faults.h - What is wrong with the store although it commits, told as problems
// and as alarms of our own. Lives on the loop's thread.
#pragma once
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/alarm_event.h"
#include "model/input.h"

namespace parkwatch::app {

struct StoreFaultsCalls {
  // As Board::problem(): "" where it is well again.
  std::function<void(const std::string& subject, std::string sentence)> problem;
  // Into the journal, as an alarm like any other.
  std::function<void(OwnCondition)> condition;
  std::function<void(const std::string&)> log;  // of what is wrong; the other: it is well again
  std::function<void(const std::string&)> log_end;
};

class StoreFaults {
 public:
  explicit StoreFaults(StoreFaultsCalls calls) : calls_(std::move(calls)) {}

  // These journal rows are damaged and were passed over. A row is logged once, however often it is
  // come upon; the alarm stands until a start that comes upon none.
  void damaged(const std::vector<std::uint64_t>& journals);
  // The outbox cannot be read, and why; "": it can again.
  void outbox(const std::string& fault);
  // Retention or another part of the store's upkeep fails, and why; "": it works again.
  void upkeep(const std::string& fault);
  // Once at the start, when the store was read: ends what stands from an earlier run and was not
  // come upon in this one.
  void end_stale(const std::vector<AlarmEvent>& standing);

 private:
  void tell(std::string_view part, const Text& message, const Text& guidance);
  void end(std::string_view part);

  const StoreFaultsCalls calls_;
  std::set<std::uint64_t> damaged_;            // bounded by damaged_kept_max
  std::set<std::string, std::less<>> raised_;  // parts
};

}  // namespace parkwatch::app
