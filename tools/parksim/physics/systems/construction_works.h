// tools/parksim/physics/systems/construction_works.h - What works on a construction site: welders,
// machines and a tower crane. Pure; one thread at a time.
#pragma once
#include <string>

#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {

// A welding machine, the permit of its crew, and the crew's gas detector. Welds for eight minutes
// and rests for five while the permit is active.
class Welder {
 public:
  Welder(const std::string& site, const std::string& name, Panel& panel);
  void step(double hour, double dt_s, const Causes& causes, bool mine, Panel& panel);

 private:
  [[nodiscard]] bool wants_arc(double hour, double dt_s, double longer, bool waits);
  void step_gaps(bool arc, bool tested, double dt_s);
  void step_gases(double dt_s, bool fuel_leaks, bool oxygen_leaks, bool argon_flows, Panel& panel);

  double cycle_s_ = 0.0;     // since the last arc was struck
  double test_age_s_ = 0.0;  // from the gas test to the first arc after it
  double break_s_ = 0.0;     // without an arc since the last one after the test
  bool begun_ = false;       // an arc was struck after the test
  bool arc_ = false;
  bool waited_ = false;  // for its material
  Since away_;
  Since thin_;
  Worsening fuel_l_min_;    // of acetylene, out of its hose
  Worsening oxygen_l_min_;  // out of its hose
  Worsening argon_l_;       // in the pit
  TagIndex current_, permit_, test_age_, break_, lel_, o2_;
};

// An excavator with telematics.
class Machine {
 public:
  Machine(const std::string& site, const std::string& name, Panel& panel, std::uint64_t seed);
  void step(double hour, double dt_s, const Causes& causes, bool mine, Panel& panel);

 private:
  Random random_;
  Stray stray_;
  double hours_;       // of the engine
  Worsening rock_kn_;  // on the bucket, more than in soil
  TagIndex running_, load_, engine_hours_;
};

class TowerCrane {
 public:
  TowerCrane(const std::string& site, const std::string& name, Panel& panel, std::uint64_t seed);
  void step(double hour, double dt_s, const Causes& causes, bool mine, Panel& panel);

 private:
  Random random_;
  Stray gusts_;
  double lift_s_ = 0.0;   // of a lift's cycle
  double reach_m_ = 0.0;  // of the trolley with the heavy load; 0: there is none
  Worsening front_;       // hPa on 100 km that a front adds
  TagIndex moment_, wind_, working_;
};

}  // namespace parkwatch::parksim
