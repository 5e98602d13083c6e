// tools/parksim/physics/systems/gate_lane.h - One lane for vehicles: who waits in it, the arm that
// lets them through, the plate camera and the reader of transponders. Pure; one thread at a time.
#pragma once
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/gate_events.h"

namespace parkwatch::parksim {

struct Vehicle {
  std::string plate = {};
  std::size_t gate = 0;    // by which it comes and goes
  bool hazmat = false;     // its transponder says so
  bool in = true;          // it comes, or it leaves
  double check_s = 0.0;    // it stands before the arm for so long until the guard opens
  double pass_s = 0.0;     // under the arm; 0: as drivers do, 4 to 9 s
  bool follows = false;    // drives in behind the one before it, under the same arm
  bool refused = false;    // the guard does not open for it
  std::string cause = {};  // that brought it; empty: the day's traffic
  double stay_s = 0.0;     // inside; of a cause: 0, until it is mended
};

class RoadLane {
 public:
  // spacing_s: the lane stays empty for so long between two vehicles.
  RoadLane(std::string gate, std::string name, double spacing_s, Random random)
      : gate_(std::move(gate)), name_(std::move(name)), spacing_s_(spacing_s), random_(random) {}

  // stalled: the motor has no force past half way. held: somebody keeps the arm up. blind: the
  // plate camera sees nothing. Appends who has gone through.
  struct State {
    bool stalled = false;
    bool held = false;
    bool blind = false;
  };
  void step(double dt_s, const State& state, GateEvents& events, std::vector<Vehicle>& through);

  void arrive(Vehicle vehicle) { approach_.push_back(std::move(vehicle)); }
  // Who was brought by the cause and is not through yet backs out.
  void turn_back(const std::string& cause);

  [[nodiscard]] bool is_empty() const { return !front_ && approach_.empty(); }
  [[nodiscard]] bool is_occupied() const { return front_.has_value(); }
  [[nodiscard]] bool has_hazmat() const;
  [[nodiscard]] std::size_t waiting() const { return approach_.size(); }
  [[nodiscard]] double arm() const { return arm_; }  // 0 down, 1 up
  [[nodiscard]] double passed() const { return passed_; }
  [[nodiscard]] double cycled() const { return cycled_; }

 private:
  void move_up(double dt_s);
  void drive(double dt_s, const State& state, GateEvents& events, std::vector<Vehicle>& through);
  void move_arm(double dt_s, const State& state, GateEvents& events);

  std::string gate_;
  std::string name_;
  double spacing_s_;
  Random random_;
  std::deque<Vehicle> approach_;
  std::optional<Vehicle> front_;  // before the arm, or under it
  double free_s_ = 3600.0;        // nobody stands there
  double under_s_ = 0.0;          // left until the vehicle under the arm is clear of it
  double pause_s_ = 0.0;          // left until the motor may lift again
  double arm_ = 0.0;
  bool must_shut_ = false;  // one vehicle is through: the next one gets a cycle of its own
  double passed_ = 0.0;
  double cycled_ = 0.0;
};

}  // namespace parkwatch::parksim
