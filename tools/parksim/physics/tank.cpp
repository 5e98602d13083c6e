// tools/parksim/physics/tank.cpp - Balances of liquid, vapour and gas, one step of 0.25 s at a
// time.
#include "tools/parksim/physics/tank.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace parkwatch::parksim {
namespace {

constexpr double line_m3_s = 0.25;      // filling line, valve open
constexpr double valve_travel_s = 4.0;  // shut to open
constexpr double pump_stop_m = 1.0;     // the draw's pump runs dry below
constexpr double pump_start_m = 1.5;
constexpr double leak_m3_s = 0.06;           // at 8 m of head
constexpr double refill_gas_max_lel = 20.0;  // standing stock: no filling into a leak
constexpr double pool_drain_s = 10.0;        // the bund's sump takes the pool away
constexpr double gas_dilution_s = 10.0;      // wind around the detector
constexpr double gas_lel_per_m3 = 150.0;     // evaporation of the pool, at the detector
constexpr double blanket_kpa = 2.0;          // set point of the nitrogen blanket
constexpr double breather_m3_s_kpa = 0.09;   // breather valve, in and out
constexpr double breather_max_m3_s = 0.25;   // its capacity
constexpr double emergency_kpa = 20.0;       // the emergency vent opens
constexpr double emergency_m3_s_kpa = 0.2;
constexpr double jam_m3_s = 0.5;  // nitrogen through the jammed regulator
constexpr double atmosphere_kpa = 101.3;
constexpr double liquid_memory_s = 3.0 * 3600.0;

double weather_c(double hour) {
  return 18.0 + 7.0 * std::sin(2.0 * std::numbers::pi * (hour - 9.0) / 24.0);
}

TagInfo number(const std::string& device, const char* quantity, const char* unit, double low,
               double high, int digits, double normal_low, double normal_high,
               std::chrono::seconds period) {
  return {.site = "tf-a",
          .device = device,
          .quantity = quantity,
          .kind = Kind::number,
          .unit = unit,
          .low = low,
          .high = high,
          .digits = digits,
          .normal_low = normal_low,
          .normal_high = normal_high,
          .words = {},
          .period = period};
}

TagInfo valve_word(const std::string& device, const char* quantity) {
  return {.site = "tf-a",
          .device = device,
          .quantity = quantity,
          .kind = Kind::word,
          .unit = "",
          .low = 0.0,
          .high = 1.0,
          .digits = 0,
          .normal_low = 0.0,
          .normal_high = 1.0,
          .words = {"closed", "open"},
          .period = std::chrono::seconds{5}};
}

}  // namespace

Tank::Tank(TankOptions options, Panel& panel, std::uint64_t seed)
    : options_(std::move(options)),
      random_(seed, "tank " + options_.name),
      draw_stray_(0.04, 120.0, park_step_s, random_),
      level_m_(options_.level_m),
      temperature_c_(weather_c(9.0) + random_.between(-2.0, 2.0)) {
  using std::chrono::seconds;
  const auto& name = options_.name;
  const bool drawn = options_.draw_m3_s > 0.0;
  level_ = panel.add(number(name, "level", "m", 0.0, 12.0, 3, options_.normal_low_m,
                            options_.normal_high_m, seconds{1}),
                     {.white = 0.002, .drift = 0.004});
  pressure_ = panel.add(number(name, "pressure", "kPa", -5.0, 40.0, 2, 0.5, 5.0, seconds{1}),
                        {.white = 0.03, .drift = 0.03});
  temperature_ =
      panel.add(number(name, "temperature", "degC", -20.0, 80.0, 1, 5.0, 35.0, seconds{5}),
                {.white = 0.08, .drift = 0.1});
  inflow_ = panel.add(
      number(name, "inflow", "m3/h", 0.0, 1000.0, 1, 0.0, drawn ? 940.0 : 5.0, seconds{1}),
      {.white = 0.6, .drift = 0.3});
  outflow_ = panel.add(number(name, "outflow", "m3/h", 0.0, 500.0, 1, drawn ? 120.0 : 0.0,
                              drawn ? 360.0 : 3.0, seconds{1}),
                       {.white = 0.3, .drift = 0.2});
  gas_ = panel.add(number(name, "gas", "%LEL", 0.0, 100.0, 1, 0.0, 6.0, seconds{1}),
                   {.white = 0.25, .drift = 0.3});
  inlet_valve_ = panel.add(valve_word(name, "inlet_valve"));
  inlet_command_ = panel.add(valve_word(name, "inlet_command"));
}

void Tank::stick_inlet_open(bool on) {
  if (on && !inlet_stuck_) filling_ = true;
  inlet_stuck_ = on;
}

void Tank::step(double hour) {
  step_inlet();
  step_outlet();
  step_liquid();
  step_gas(hour);
  step_pressure();
}

void Tank::step_inlet() {
  const bool drawn = options_.draw_m3_s > 0.0;
  const bool may_fill = drawn || gas_lel_ < refill_gas_max_lel;
  if (level_m_ < options_.fill_below_m && may_fill) filling_ = true;
  if (level_m_ >= options_.fill_until_m || !may_fill) filling_ = false;
  const double target = filling_ || inlet_stuck_ ? 1.0 : 0.0;
  const double travel = park_step_s / valve_travel_s;
  inlet_ += std::clamp(target - inlet_, -travel, travel);
  inflow_m3_s_ = inlet_ * line_m3_s;
}

void Tank::step_outlet() {
  if (level_m_ < pump_stop_m) pump_on_ = false;
  if (level_m_ > pump_start_m) pump_on_ = true;
  const double wanted = options_.draw_m3_s * (1.0 + draw_stray_.step(random_));
  outflow_m3_s_ = pump_on_ ? std::max(0.0, wanted) : 0.0;
}

void Tank::step_liquid() {
  spill_m3_s_ = leaking_ ? leak_m3_s * std::sqrt(level_m_ / 8.0) : 0.0;  // Torricelli
  level_m_ += (inflow_m3_s_ - outflow_m3_s_ - spill_m3_s_) * park_step_s / tank_area_m2;
  if (level_m_ > tank_height_m) {  // runs over
    spill_m3_s_ += (level_m_ - tank_height_m) * tank_area_m2 / park_step_s;
    level_m_ = tank_height_m;
  }
  level_m_ = std::max(level_m_, 0.0);
}

void Tank::step_gas(double hour) {
  pool_m3_ += (spill_m3_s_ - pool_m3_ / pool_drain_s) * park_step_s;
  // Filling breathes vapour out.
  const double source = 1.5 + 1.5 * inlet_ + gas_lel_per_m3 * pool_m3_;
  gas_lel_ += (source - gas_lel_) * park_step_s / gas_dilution_s;
  temperature_c_ += (weather_c(hour) - temperature_c_) * park_step_s / liquid_memory_s;
}

void Tank::step_pressure() {
  const double vapour_m3 = std::max(1.0, tank_area_m2 * (tank_height_m - level_m_));
  // The vapour pressure moves the set point a little with the liquid's temperature.
  const double over = pressure_kpa_ - (blanket_kpa + 0.02 * (temperature_c_ - 20.0));
  double vent = std::clamp(over * breather_m3_s_kpa, -breather_max_m3_s, breather_max_m3_s);
  double slope = std::abs(vent) < breather_max_m3_s ? breather_m3_s_kpa : 0.0;
  if (pressure_kpa_ > emergency_kpa) {
    vent += (pressure_kpa_ - emergency_kpa) * emergency_m3_s_kpa;
    slope += emergency_m3_s_kpa;
  }
  const double nitrogen = regulator_jammed_ ? jam_m3_s : 0.0;
  const double net = inflow_m3_s_ - outflow_m3_s_ - spill_m3_s_ + nitrogen - vent;
  const double gain = park_step_s * (atmosphere_kpa + pressure_kpa_) / vapour_m3;
  // Implicit in the vents: a nearly full tank is stiff.
  pressure_kpa_ += gain * net / (1.0 + gain * slope);
}

void Tank::show(Panel& panel) const {
  panel.set(level_, level_m_);
  panel.set(pressure_, pressure_kpa_);
  panel.set(temperature_, temperature_c_);
  panel.set(inflow_, inflow_m3_s_ * 3600.0);
  panel.set(outflow_, outflow_m3_s_ * 3600.0);
  panel.set(gas_, gas_lel_);
  panel.set(inlet_valve_, inlet_ > 0.0 ? 1.0 : 0.0);
  panel.set(inlet_command_, filling_ ? 1.0 : 0.0);
}

}  // namespace parkwatch::parksim
