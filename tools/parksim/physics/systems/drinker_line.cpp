// tools/parksim/physics/systems/drinker_line.cpp - Thirst by the hour, and what holes and filters
// make of the flow.
#include "tools/parksim/physics/systems/drinker_line.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace parkwatch::parksim {
namespace {

constexpr double asleep = 0.1;  // of what they drink by day
constexpr double meals = 0.2;   // more in the morning and the evening
constexpr double burst_mm2 = 29.0;
constexpr double line_m = 3.0;         // of head behind the pressure reducer
constexpr double filter_l_h = 6000.0;  // through the clean filter: a torn line of 20 mm loses less

}  // namespace

DrinkerLine::DrinkerLine(const std::string& barn, const Flock& flock, std::uint64_t seed)
    : flock_(flock),
      random_(seed, "drinkers " + barn),
      stray_(0.05, 1200.0, 1.0, random_),
      crack_mm2_(flock.cracks_mm2_min / 60.0, 60.0, 1.0) {}

void DrinkerLine::step(double hour, double thirst, double dt_s, const WaterFaults& faults) {
  const double usual_l_h = flock_.heads * flock_.drinks_ml_h / 1000.0;
  const bool light = hour >= flock_.light_from_h && hour < flock_.light_to_h;
  const double meal = 1.0 + meals * std::cos(2.0 * std::numbers::pi * (hour - 7.0) / 12.0);
  const double wanted_l_h =
      usual_l_h * (light ? meal : asleep) * thirst * (1.0 + stray_.step(random_));
  const double hole_mm2 = crack_mm2_.step(faults.cracks, dt_s) + (faults.bursts ? burst_mm2 : 0.0);
  // Torricelli, and the contraction of the jet.
  const double lost_l_h = 0.62 * std::sqrt(2.0 * 9.81 * line_m) * hole_mm2 * 3.6;
  const double most_l_h = filter_l_h * std::exp(-clogged_.step(faults.clogged, dt_s));
  flow_l_h_ = std::min(wanted_l_h + lost_l_h, most_l_h);
  leak_l_h_ = std::min(lost_l_h, flow_l_h_);
}

}  // namespace parkwatch::parksim
