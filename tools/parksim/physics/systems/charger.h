// tools/parksim/physics/systems/charger.h - A charger of electric vehicles. Pure; one thread at a
// time.
#pragma once
#include <string>

#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {

// Charges with 60 kW from eight to 20 o'clock. Causes: contact-worn, charger-fault.
class Charger {
 public:
  Charger(const std::string& site, const std::string& name, Panel& panel);
  void step(double hour, double dt_s, const Causes& causes, Panel& panel);

  [[nodiscard]] double power_kw() const { return power_kw_; }

 private:
  Worsening worn_mohm_{0.036 / 60.0, 1.6, 1.0};  // of its contacts; it is replaced
  double power_kw_ = 0.0;
  double warm_k_ = 0.0;
  TagIndex power_, temperature_, fault_;
};

}  // namespace parkwatch::parksim
