// daemon/notify/rate_window.cpp - See the header.
#include "notify/rate_window.h"

#include <algorithm>

namespace parkwatch::notify {
namespace {

constexpr Duration minute = std::chrono::seconds{60};
constexpr Duration second = std::chrono::seconds{1};

}  // namespace

RateWindow::RateWindow(std::size_t per_minute, std::size_t per_second, std::size_t reserve)
    : per_minute_(per_minute),
      per_second_(per_second),
      reserve_(per_minute == 0 ? 0 : std::min(reserve, per_minute - 1)) {}

Timestamp RateWindow::free_at(Timestamp now, bool urgent) const {
  Timestamp at = now;
  const auto leaves = [this, now](std::size_t allowed, Duration span) {
    return times_.size() < allowed ? now : times_[times_.size() - allowed] + span;
  };
  if (per_minute_ != 0) at = std::max(at, leaves(per_minute_ - (urgent ? 0 : reserve_), minute));
  if (per_second_ != 0) at = std::max(at, leaves(per_second_, second));
  return at;
}

void RateWindow::sent(Timestamp at) {
  if (per_minute_ == 0 && per_second_ == 0) return;
  times_.push_back(at);
  while (times_.size() > std::max(per_minute_, per_second_)) times_.pop_front();
}

void RateWindow::shift(Duration by) {
  for (Timestamp& at : times_) at += by;
}

void RateWindow::restore(const std::vector<Timestamp>& times) {
  for (const Timestamp at : times) sent(at);
}

}  // namespace parkwatch::notify
