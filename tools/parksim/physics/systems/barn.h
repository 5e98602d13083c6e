// tools/parksim/physics/systems/barn.h - One barn of hens: heat, water, air and what the fans take
// out of it. Pure; one thread at a time.
#pragma once
#include <string>

#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/drinker_line.h"
#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {

struct BarnKind {
  double set_c;        // that the fans hold
  double animals_c;    // that the animals warm the air, at the fans' least air
  double ammonia_g_h;  // that the dry litter gives off
  Flock flock;
};

extern const BarnKind hen_barn;    // laying hens, 21 degC
extern const BarnKind chick_barn;  // chicks, 31 degC, heated

struct BarnFaults {
  bool fans_tripped = false;
  bool inlets_ice = false;
  WaterFaults water;
  bool pads_unfed = false;  // their pump has failed, on a day of 38 degC
  bool inlet_open = false;  // on a day of frost
  bool heater_on = false;   // it does not switch off
  bool heater_off = false;  // it does not switch on, in the frost
  bool no_power = false;
  bool controller_dead = false;  // the fans run on by their thermostats
};

class Barn {
 public:
  Barn(const std::string& site, const std::string& name, const BarnKind& kind, Panel& panel,
       std::uint64_t seed);
  void step(double hour, double dt_s, const BarnFaults& faults, Panel& panel);

 private:
  void step_air(double flow, double dt_s, const BarnFaults& faults);
  void step_litter(double hour, double dt_s, const BarnFaults& faults);
  // What the cooling pads no longer take from the air, K.
  [[nodiscard]] double step_pads(double flow, double dt_s, bool unfed);
  [[nodiscard]] double steady_c(double flow, double dt_s, const BarnFaults& faults);

  const BarnKind& kind_;
  Random random_;
  Stray stray_;
  double temperature_c_;
  double co2_ppm_;
  double nh3_mg_;
  double demand_ = 0.0;  // of the controller, 0..1 of all fans
  Worsening ice_;        // part of the inlets that is shut
  DrinkerLine drinkers_;
  double wet_m2_ = 0.0;  // of the litter
  double pads_kg_;       // of water in the cooling pads
  TagIndex temperature_, humidity_, nh3_, co2_, demand_tag_, airflow_, water_, power_;
};

}  // namespace parkwatch::parksim
