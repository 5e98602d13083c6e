// tools/parksim/physics/tank.h - One day tank of the tank farm: mass balance, inlet valve, vapour
// space and gas around it. Pure; one thread at a time.
#pragma once
#include <string>

#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/random.h"

namespace parkwatch::parksim {

struct TankOptions {
  std::string name;           // device, "t101"
  double level_m = 8.0;       // at the start
  double fill_below_m = 7.0;  // its level switches: the inlet opens below this ...
  double fill_until_m = 8.5;  // ... and closes at this
  double draw_m3_s = 0.0;     // what the process takes; 0: standing stock, outlet closed
  double normal_low_m = 0.0;  // of the level, for TagInfo
  double normal_high_m = 0.0;
};

// Figures of all tanks: area 2 m2, height 12 m, filling line 0.2 m3/s (720 m3/h, DN 300 at 2.8
// m/s).
inline constexpr double tank_area_m2 = 2.0;
inline constexpr double tank_height_m = 12.0;

class Tank {
 public:
  Tank(TankOptions options, Panel& panel, std::uint64_t seed);

  // hour: of the day, 0..24, for the weather.
  void step(double hour);
  void show(Panel& panel) const;

  // Causes, on and off.
  void stick_inlet_open(bool on);  // "on" also begins a filling: the stem shears in it
  void leak(bool on) { leaking_ = on; }
  void jam_regulator_open(bool on) { regulator_jammed_ = on; }

  [[nodiscard]] TagIndex level_tag() const { return level_; }

 private:
  void step_inlet();
  void step_outlet();
  void step_liquid();
  void step_gas(double hour);
  void step_pressure();

  TankOptions options_;
  Random random_;
  Stray draw_stray_;
  double level_m_;
  double inlet_ = 0.0;  // position of the valve: 0 shut, 1 open
  bool filling_ = false;
  bool pump_on_ = true;
  bool inlet_stuck_ = false;
  bool leaking_ = false;
  bool regulator_jammed_ = false;
  double inflow_m3_s_ = 0.0;
  double outflow_m3_s_ = 0.0;
  double spill_m3_s_ = 0.0;  // leak and running over: into the bund
  double pool_m3_ = 0.0;     // lies in the bund
  double gas_lel_ = 2.0;
  double pressure_kpa_ = 2.0;
  double temperature_c_;
  TagIndex level_, pressure_, temperature_, inflow_, outflow_, gas_, inlet_valve_, inlet_command_;
};

}  // namespace parkwatch::parksim
