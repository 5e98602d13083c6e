// tools/parksim/physics/systems/hydrogen_plant.h - The pressure equipment of a hydrogen station: an
// electrolyser that follows the sun, a storage grade, a dispenser. Pure; one thread at a time.
#pragma once
#include <string>

#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {

// Makes hydrogen from seven to 19 o'clock. At rest gases diffuse through the membrane.
class Electrolyser {
 public:
  Electrolyser(const std::string& site, const std::string& name, Panel& panel);
  void step(double hour, double dt_s, const Causes& causes, Panel& panel);

 private:
  void step_gases(double load, double dt_s, const Causes& causes);
  void step_voltage(double load, double dt_s, bool diluted);
  void step_heat(double load, double dt_s, bool pump_tripped);

  Worsening hole_mm2_{0.0049 / 60.0, 0.8, 600.0};    // in the membrane
  Worsening lye_passes_l_{0.4 / 60.0, 60.0, 600.0};  // out of the oxygen's separator
  double koh_pct_ = 30.0;                            // of the lye, by mass
  double temperature_c_ = 60.0;
  double voltage_ = 0.0;
  double h2_in_o2_ = 0.35;
  double o2_in_h2_ = 0.12;
  TagIndex running_, current_, voltage_tag_, temperature_, h2_in_o2_tag_, o2_in_h2_tag_;
};

// A vehicle comes every half hour from six to 22 o'clock and is filled in five minutes.
[[nodiscard]] bool is_filling_time(double hour);

// The compressor fills it when it is below its set point; vehicles draw from it.
class StorageGrade {
 public:
  // "low" is held at 15 MPa, "medium" at 30, "high" at 42, any other as "low".
  StorageGrade(const std::string& site, const std::string& name, Panel& panel);
  void step(double hour, double dt_s, const Causes& causes, Panel& panel);
  [[nodiscard]] double pressure_mpa() const { return pressure_mpa_; }
  void lose(double kg);

 private:
  double set_mpa_;
  double relief_mpa_;
  double pressure_mpa_;
  bool filling_ = false;
  TagIndex tag_;
};

// A fitting of the header tears: the jet lights itself at the hole, so that no gas reaches a
// detector.
class HydrogenJet {
 public:
  // torn: the hole is open and not yet shut off. Returns what flows out in this step, kg.
  double step(bool torn, double header_mpa, double dt_s);
  [[nodiscard]] double flame_m() const { return flame_m_; }  // its length
  [[nodiscard]] bool is_seen() const;                        // by a flame detector nearby

 private:
  double open_ = 0.0;  // of the hole, 0..1
  double flame_m_ = 0.0;
  double seen_s_ = 0.0;  // the flame is long enough
};

class HydrogenDispenser {
 public:
  HydrogenDispenser(const std::string& site, const std::string& name, Panel& panel);
  void step(double hour, double dt_s, const Causes& causes, Panel& panel);

 private:
  double pressure_mpa_ = 0.0;
  double vehicle_c_ = 20.0;
  bool filling_ = false;
  bool filled_ = false;  // the vehicle that is there
  TagIndex filling_tag_, pressure_, temperature_;
};

}  // namespace parkwatch::parksim
