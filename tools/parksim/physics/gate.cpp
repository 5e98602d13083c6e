// tools/parksim/physics/gate.cpp - Poisson arrivals with shift peaks; one barrier cycle a vehicle.
#include "tools/parksim/physics/gate.h"

#include <algorithm>
#include <cmath>

namespace parkwatch::parksim {
namespace {

constexpr double travel_s = 2.5;  // of the arm, down to up
constexpr double pause_s = 1.5;   // down between two vehicles, so that no one tailgates
constexpr double pass_min_s = 4.0;
constexpr double pass_max_s = 9.0;
constexpr double stall_at = 0.5;
constexpr std::int64_t queue_max = 50;  // the road is full: the rest drives to another gate

double arrivals_per_hour(double hour) {
  const auto peak = [hour](double at) { return std::exp(-std::pow((hour - at) / 0.4, 2.0)); };
  const bool day = hour >= 6.0 && hour < 20.0;
  return (day ? 20.0 : 5.0) + 70.0 * (peak(7.5) + peak(15.5) + peak(23.5));
}

}  // namespace

Gate::Gate(const std::string& name, Panel& panel, std::uint64_t seed)
    : random_(seed, "gate " + name),
      passages_(static_cast<std::int64_t>(random_.between(10000.0, 90000.0))) {
  const TagInfo common{.site = "gates",
                       .device = name,
                       .quantity = "",
                       .kind = Kind::word,
                       .unit = "",
                       .low = 0.0,
                       .high = 2.0,
                       .digits = 0,
                       .normal_low = 0.0,
                       .normal_high = 2.0,
                       .words = {},
                       .period = std::chrono::seconds{10}};
  TagInfo barrier = common;
  barrier.quantity = "barrier";
  barrier.words = {"closed", "open", "moving"};
  barrier_ = panel.add(barrier);
  TagInfo count = common;
  count.quantity = "passages";
  count.kind = Kind::counter;
  count.unit = "passages";
  count.high = count.normal_high = 1e9;
  count_ = panel.add(count);
  TagInfo board = common;
  board.quantity = "board";
  board.kind = Kind::flag;
  board.high = board.normal_low = board.normal_high = 1.0;
  board_ = panel.add(board);
}

void Gate::stall(bool on) {
  if (on && !stalled_) queue_ = std::min(queue_ + 1, queue_max);
  stalled_ = on;
}

void Gate::step(double hour) {
  if (random_.chance(arrivals_per_hour(hour) * park_step_s / 3600.0)) {
    queue_ = std::min(queue_ + 1, queue_max);
  }
  timer_s_ = std::max(0.0, timer_s_ - park_step_s);
  step_arm();
}

void Gate::step_arm() {
  const double travel = park_step_s / travel_s;
  switch (phase_) {
    case Phase::closed:
      if (queue_ > 0 && timer_s_ <= 0.0) phase_ = Phase::lifting;
      return;
    case Phase::lifting:
      arm_ = std::min(arm_ + travel, stalled_ ? std::max(arm_, stall_at) : 1.0);
      if (arm_ < 1.0) return;
      phase_ = Phase::open;
      timer_s_ = random_.between(pass_min_s, pass_max_s);
      return;
    case Phase::open:
      if (timer_s_ > 0.0) return;
      ++passages_;
      --queue_;
      phase_ = Phase::lowering;
      return;
    case Phase::lowering:
      arm_ = std::max(arm_ - travel, stalled_ ? std::min(arm_, stall_at) : 0.0);
      if (arm_ > 0.0) return;
      phase_ = Phase::closed;
      timer_s_ = pause_s;
      return;
  }
}

void Gate::show(Panel& panel) const {
  // The place in the words: closed, open, moving.
  double word = 2.0;
  if (phase_ == Phase::closed) word = 0.0;
  if (phase_ == Phase::open) word = 1.0;
  panel.set(barrier_, word);
  panel.set(count_, static_cast<double>(passages_));
  panel.set(board_, 1.0);
}

}  // namespace parkwatch::parksim
