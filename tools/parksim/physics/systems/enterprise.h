// tools/parksim/physics/systems/enterprise.h - An enterprise that draws power, its meter, and what
// is done to the meter. Pure; one thread at a time.
#pragma once
#include <string>

#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {

// What is wrong with one enterprise's meter or load now.
struct MeterFaults {
  bool reversed = false;  // a current transformer is mounted the wrong way round
  bool jumped = false;    // a bit of its register turned over
  bool restored = false;  // its memory was, from a copy that is 80 kWh old
  bool no_power = false;  // the terminal
  bool clock_fast = false;
  bool clock_slow = false;
  bool cover_open = false;
  bool bypass = false;
  bool furnace = false;  // a second furnace is heated up
};

class Enterprise {
 public:
  // number: its place in the park; the second and the third are empty plots with a guard house.
  Enterprise(const std::string& site, const std::string& name, std::size_t number, Panel& panel,
             std::uint64_t seed);
  // scale: of the load, with what all of the park does.
  void step(double hour, double scale, double dt_s, const MeterFaults& faults, Panel& panel);

  // What it draws from the park's grid, the bypass included.
  [[nodiscard]] double drawn_kw() const { return drawn_kw_; }

 private:
  void step_register(double dt_s, const MeterFaults& faults);

  double base_kw_;
  bool guard_house_;
  Random random_;
  Stray stray_;
  Worsening furnace_{8.0 / 60.0, 450.0, 60.0};  // kW
  Worsening bypass_{10.0 / 60.0, 900.0, 60.0};  // kW past the meter
  Worsening fast_{1.12 / 60.0, 86400.0, 1.0};   // s gained: its quartz runs 1.9 % fast; it is set
  Worsening slow_{1.12 / 60.0, 86400.0, 1.0};   // s lost
  MeterFaults before_;
  double drawn_kw_ = 0.0;
  double metered_kw_ = 0.0;
  double register_kwh_;
  TagIndex energy_, power_, clock_, cover_;
};

}  // namespace parkwatch::parksim
