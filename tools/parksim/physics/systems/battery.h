// tools/parksim/physics/systems/battery.h - A container of storage batteries. Pure; one thread at a
// time.
#pragma once
#include <string>

#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {

// Charges with 500 kW from midnight to five o'clock and gives as much from 17 to 21. Causes:
// cooling-fails, cell-short.
class Battery {
 public:
  Battery(const std::string& site, const std::string& name, Panel& panel);
  void step(double hour, double dt_s, const Causes& causes, Panel& panel);

  [[nodiscard]] double power_kw() const { return power_kw_; }  // discharge; charging negative

 private:
  Worsening uncooled_{0.25 / 60.0, 32.0, 900.0};  // K, all cells
  Worsening short_{0.2 / 60.0, 30.0, 900.0};      // K, one cell
  Worsening drained_{1.5 / 60.0, 400.0, 900.0};   // mV, the same cell
  double power_kw_ = 0.0;
  double soc_ = 0.2;
  double warm_k_ = 0.0;
  TagIndex power_, soc_tag_, cell_max_, cell_min_, voltage_spread_, h2_, co_, smoke_;
};

}  // namespace parkwatch::parksim
