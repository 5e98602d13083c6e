// tools/parksim/physics/systems/steam_network.h - The steam of a park: boilers, a header, and
// enterprises that draw from it. Pure; one thread at a time.
#pragma once
#include <string>
#include <vector>

#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {

// Two boilers of 12 t/h hold 0.8 MPa; each user draws about 6 t/h. The boilers burn coal, which has
// no tag: gas and its carbon dioxide do not follow from them. Causes: steam-weld-cracks,
// steam-boiler-trips, steam-impulse-line-leaks.
class SteamNetwork {
 public:
  SteamNetwork(const std::string& site, const std::vector<std::string>& users, Panel& panel,
               std::uint64_t seed);
  void step(double hour, double dt_s, const Causes& causes, Panel& panel);

 private:
  Random random_;
  Stray stray_;
  Worsening crack_mm2_{12.0 / 60.0, 500.0, 60.0};
  Worsening difference_lost_{0.01 / 60.0, 0.9, 60.0};  // of the meter's orifice
  double pressure_mpa_;
  std::vector<TagIndex> users_;
  TagIndex flow_ = 0, pressure_ = 0;
};

}  // namespace parkwatch::parksim
