// daemon/notify/rate_window.h - How many messages may still go, counted in sliding windows. Pure.
#pragma once
#include <cstddef>
#include <deque>
#include <vector>

#include "model/time.h"

namespace parkwatch::notify {

// A bucket that fills steadily lets twice its size pass in one window; a robot that counts 20 in
// any minute then blocks. So the times of the last messages are kept.
class RateWindow {
 public:
  // At most `per_minute` in any 60 s and `per_second` in any 1 s; 0: no bound. `reserve` of the
  // first are only for urgent ones.
  RateWindow(std::size_t per_minute, std::size_t per_second, std::size_t reserve);

  // The earliest time from `now` on at which one more may go.
  [[nodiscard]] Timestamp free_at(Timestamp now, bool urgent) const;
  void sent(Timestamp at);
  // The clock was set by so much: nothing went earlier or later for that.
  void shift(Duration by);

  // The times that still count, oldest first: to be kept through a restart.
  [[nodiscard]] const std::deque<Timestamp>& times() const { return times_; }
  void restore(const std::vector<Timestamp>& times);

 private:
  std::size_t per_minute_;
  std::size_t per_second_;
  std::size_t reserve_;
  std::deque<Timestamp> times_;
};

}  // namespace parkwatch::notify
