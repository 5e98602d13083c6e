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
  bool hums = false;      // the shield of its pulse line is torn, and mains hum gets into it
  bool restarts = false;  // its terminal, after a dip of the supply
  bool no_power = false;  // the terminal
  bool crystal_broken = false;
  double cabinet_c = 25.0;  // where the meter hangs
  bool cover_open = false;
  bool bypass = false;
  bool furnace = false;  // a second furnace is heated up
};

class Enterprise {
 public:
  // number: its place in the park; the second and the third are empty plots with a guard house. Of
  // the fourth and the eighth a terminal counts the meter's pulses, which has no sign; of the
  // others it reads the meter's net register.
  Enterprise(const std::string& site, const std::string& name, std::size_t number, Panel& panel,
             std::uint64_t seed);
  // scale: of the load, with what all of the park does.
  void step(double hour, double scale, double dt_s, const MeterFaults& faults, Panel& panel);

  // What it draws from the park's grid, the bypass included.
  [[nodiscard]] double drawn_kw() const { return drawn_kw_; }

 private:
  void step_register(double hour, double dt_s, const MeterFaults& faults);
  void step_clock(double dt_s, const MeterFaults& faults);

  double base_kw_;
  bool guard_house_;
  bool counts_pulses_;
  Random random_;
  Stray stray_;
  Worsening furnace_{8.0 / 60.0, 450.0, 60.0};  // kW
  Worsening bypass_{10.0 / 60.0, 900.0, 60.0};  // kW past the meter
  double drawn_kw_ = 0.0;
  double metered_kw_ = 0.0;
  double register_kwh_;  // that the terminal read or counted
  double saved_kwh_;     // what it would begin with again
  double saved_hour_ = -1.0;
  bool restarted_ = false;
  double gained_s_ = 0.0;  // of its clock
  TagIndex energy_, power_, clock_, cover_;
};

}  // namespace parkwatch::parksim
