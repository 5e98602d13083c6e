// tools/parksim/physics/systems/gate_lane.cpp - One cycle of the arm a vehicle, if all keep to it.
#include "tools/parksim/physics/systems/gate_lane.h"

#include <algorithm>
#include <utility>

namespace parkwatch::parksim {
namespace {

constexpr double arm_travel_s = 3.0;
constexpr double arm_pause_s = 2.0;
constexpr double pass_s[] = {4.0, 9.0};

}  // namespace

bool RoadLane::has_hazmat() const {
  const auto hazmat = [](const Vehicle& vehicle) { return vehicle.hazmat; };
  return (front_ && front_->hazmat) || std::any_of(approach_.begin(), approach_.end(), hazmat);
}

void RoadLane::turn_back(const std::string& cause) {
  std::erase_if(approach_, [&](const Vehicle& vehicle) { return vehicle.cause == cause; });
  if (front_ && front_->cause == cause && under_s_ <= 0.0) front_.reset();
}

void RoadLane::step(double dt_s, const State& state, GateEvents& events,
                    std::vector<Vehicle>& through) {
  move_up(dt_s);
  drive(dt_s, state, events, through);
  move_arm(dt_s, state, events);
}

void RoadLane::move_up(double dt_s) {
  free_s_ = front_ ? 0.0 : free_s_ + dt_s;
  if (front_) {
    front_->check_s = std::max(0.0, front_->check_s - dt_s);
  } else if (!approach_.empty() && free_s_ >= spacing_s_) {
    front_ = std::move(approach_.front());
    approach_.pop_front();
  }
}

void RoadLane::drive(double dt_s, const State& state, GateEvents& events,
                     std::vector<Vehicle>& through) {
  if (!front_) return;
  if (under_s_ > 0.0) {
    under_s_ -= dt_s;
    if (under_s_ > 0.0) return;
    through.push_back(*std::exchange(front_, std::nullopt));
    must_shut_ = true;
    return;
  }
  const bool may = !must_shut_ || state.held || front_->follows;
  if (arm_ < 1.0 || front_->check_s > 0.0 || front_->refused || !may) return;
  if (!state.blind) events.plate(gate_, name_, front_->plate, front_->hazmat, front_->in);
  under_s_ = front_->pass_s > 0.0 ? front_->pass_s : random_.between(pass_s[0], pass_s[1]);
  passed_ += 1.0;
}

void RoadLane::move_arm(double dt_s, const State& state, GateEvents& events) {
  pause_s_ = std::max(0.0, pause_s_ - dt_s);
  // The loop in the road keeps the arm up over whatever stands on it, a follower's bonnet too.
  const bool on_loop =
      under_s_ > 0.0 || (arm_ >= 1.0 && !approach_.empty() && approach_.front().follows && !front_);
  const bool ready = front_ && front_->check_s <= 0.0 && !front_->refused;
  const bool follows = ready && front_->follows && arm_ >= 1.0;
  const bool up = state.held || on_loop || follows || (ready && !must_shut_);
  if (up && arm_ <= 0.0 && pause_s_ > 0.0) return;
  const double before = arm_;
  arm_ = travelled(arm_, up ? 1.0 : 0.0, dt_s, arm_travel_s);
  if (state.stalled && before < 0.6) arm_ = std::min(arm_, 0.5);
  if (before < 1.0 && arm_ >= 1.0) events.arm(gate_, name_, true);
  if (before > 0.0 && arm_ <= 0.0) {
    events.arm(gate_, name_, false);
    must_shut_ = false;
    cycled_ += 1.0;
    pause_s_ = arm_pause_s;
  }
}

}  // namespace parkwatch::parksim
