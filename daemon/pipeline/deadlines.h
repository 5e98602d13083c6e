// daemon/pipeline/deadlines.h - When to look at what next. Pure; pipeline thread.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "model/time.h"

namespace parkwatch::pipeline {

// Wake-ups of numbered slots, ordered by (time, slot). An owner's true deadline may move later
// without a word: it is asked when its wake-up comes. So a reading that puts off a deadline costs
// nothing here.
class Deadlines {
 public:
  struct Entry {
    Timestamp due;
    std::uint32_t slot = 0;
  };

  // Forgets everything; slots are 0..count-1 from now on.
  void reset(std::size_t count);
  // The slot's deadline is at `due` or later. Cheap if it has an earlier wake-up already.
  void arm(std::uint32_t slot, Timestamp due);

  [[nodiscard]] bool empty() const { return heap_.empty(); }
  // No deadline is earlier. REQUIRES: !empty()
  [[nodiscard]] Timestamp earliest() const { return heap_.front().due; }
  // REQUIRES: !empty(). The caller looks, acts if it is due, and arms the slot again if need be.
  Entry pop();
  // Whether `entry` is what its slot waits for (an earlier arm() makes later entries void).
  [[nodiscard]] bool is_current(const Entry& entry) const {
    return armed_[entry.slot] == entry.due;
  }
  void disarm(std::uint32_t slot);
  [[nodiscard]] std::size_t size() const { return heap_.size(); }

 private:
  void compact();

  std::vector<Entry> heap_;
  std::vector<Timestamp> armed_;  // the earliest entry of each slot; Timestamp::max(): none
};

}  // namespace parkwatch::pipeline
