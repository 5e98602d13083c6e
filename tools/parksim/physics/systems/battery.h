// tools/parksim/physics/systems/battery.h - A container of storage batteries. Pure; one thread at a
// time.
#pragma once
#include <string>

#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {

// Charges with 500 kW from midnight to five o'clock and gives as much from 17 to 21. Causes:
// cooling-fails (no coolant flows), cell-short (one cell discharges through its separator).
class Battery {
 public:
  Battery(const std::string& site, const std::string& name, Panel& panel);
  void step(double hour, double dt_s, const Causes& causes, Panel& panel);

  [[nodiscard]] double power_kw() const { return power_kw_; }  // discharge; charging negative

 private:
  void step_heat(double dt_s, bool cooled);
  void step_short(double dt_s, bool shorted);
  void step_gases(double dt_s);
  [[nodiscard]] double spot_c() const;  // where the short is

  Worsening short_a_{0.135 / 60.0, 20.0, 900.0};  // through the separator of one cell
  double power_kw_ = 0.0;
  double soc_ = 0.2;
  double warm_k_ = 0.0;      // all cells, above the room
  double damage_k_ = 0.0;    // the shorted cell, above the others
  double missing_ah_ = 0.0;  // of its charge
  double h2_ppm_, co_ppm_;   // in the container's air
  TagIndex power_, soc_tag_, cell_max_, cell_min_, voltage_spread_, h2_, co_, smoke_;
};

}  // namespace parkwatch::parksim
