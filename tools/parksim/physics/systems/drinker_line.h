// tools/parksim/physics/systems/drinker_line.h - The water of one barn: a filter, drinker lines and
// the animals at them. Pure; one thread at a time.
#pragma once
#include <cstdint>
#include <string>

#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {

struct Flock {
  double heads;
  double drinks_ml_h;  // each, while there is light
  double light_from_h;
  double light_to_h;
  double cracks_mm2_min;  // how fast a crack in its line opens
};

struct WaterFaults {
  bool bursts = false;   // a hole of 29 mm2
  bool cracks = false;   // a crack that opens
  bool clogged = false;  // the filter, more and more
};

class DrinkerLine {
 public:
  DrinkerLine(const std::string& barn, const Flock& flock, std::uint64_t seed);
  // thirst: how much more they drink than at their set temperature, 1 as much.
  void step(double hour, double thirst, double dt_s, const WaterFaults& faults);

  [[nodiscard]] double flow_l_h() const { return flow_l_h_; }  // through the meter
  [[nodiscard]] double leak_l_h() const { return leak_l_h_; }  // of it, into the litter

 private:
  const Flock& flock_;
  Random random_;
  Stray stray_;  // of what they drink
  Worsening crack_mm2_;
  Worsening clogged_{0.04 / 60.0, 9.0, 60.0};  // of what is open, in logarithms
  double flow_l_h_ = 0.0;
  double leak_l_h_ = 0.0;
};

}  // namespace parkwatch::parksim
