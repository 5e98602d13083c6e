// tools/parksim/physics/systems/hydrogen_plant.cpp - Crossover of gases, pressures, heat of
// filling.
#include "tools/parksim/physics/systems/hydrogen_plant.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double current_a = 4000.0;
constexpr double cells = 120.0;
// By Faraday's law 0.418 l of hydrogen for each cell and Ah, and half as much oxygen.
constexpr double h2_m3_h = 0.418e-3 * current_a * cells;
constexpr double o2_m3_h = h2_m3_h / 2.0;
// What diffuses through the membrane at any load: less gas at less load dilutes it less.
constexpr double h2_diffuses_m3_h = 0.25;
constexpr double o2_diffuses_m3_h = 0.16;
// Hydrogen of 1.5 MPa through a hole, with 3 kPa more than on the oxygen's side: 0.6 of 73 m/s.
constexpr double hole_m3_h_mm2 = 2.0;
// Each millimetre that the oxygen's separator stands too low, bubbles of so much oxygen do not rise
// out of the lye, which goes on to the cathodes.
constexpr double separator_m2 = 0.2;
constexpr double bubbles_m3_h_mm = 0.0057;
constexpr double at_rest_h2 = 1.8;  // %vol, when diffusion has come to its end
constexpr double at_rest_o2 = 0.6;
constexpr double rest_s = 6.0 * 3600.0;
constexpr double thermoneutral_v = 1.48;
constexpr double stack_kj_k = 24000.0;  // 2 m3 of lye and 30 t of steel
constexpr double hall_c = 30.0;
constexpr double to_hall_kw_k = 0.5;
constexpr double held_c = 75.0;  // by the cooler
constexpr double cooler_kw = 400.0;
constexpr double cooler_lag_s = 900.0;
constexpr double lye_koh_pct = 30.0;
constexpr double lye_m3 = 2.0;
constexpr double feed_passes_m3_h = 1.5;  // the surplus overflows as lye
constexpr double new_lye_s = 600.0;
constexpr double draw_mpa_s = 0.8 / 300.0;
constexpr double compressor_mpa_s = 0.1 / 60.0;
constexpr double refill_mpa_s = 0.2 / 60.0;  // far below the set point
constexpr double vent_mpa_s = 0.3 / 60.0;    // after a mended over-pressure
constexpr double fill_mpa_s = 0.1;
constexpr double vehicle_full_mpa = 35.0;
constexpr double runaway_mpa = 45.0;  // the vehicle's own valve shuts
constexpr double cold_c = 20.0;
constexpr double cooled_k_mpa = 40.0 / 35.0;  // that filling warms the vehicle's tank
constexpr double uncooled_k_mpa = 75.0 / 35.0;

constexpr double kg_mpa = 1.9;  // that a grade holds
// Choked flow of hydrogen at 27 degC: kg/s for each m2 and MPa.
constexpr double choked_kg_s_m2_mpa = 616.0;
constexpr double vent_gap_m2 = 0.43e-6;  // of a vent valve that does not shut
constexpr double hole_m = 0.002;
constexpr double hole_tears_s = 2.0;
constexpr double detectable_m = 0.3;  // a flame, from where the detector is
constexpr double detector_lag_s = 3.0;

// 0: at rest.
double load_at(double hour) {
  if (hour < 7.0 || hour >= 19.0) return 0.0;
  return 0.35 + 0.65 * std::sin(std::numbers::pi * (hour - 7.0) / 12.0);
}

// Of the lye, against that with 32 % KOH: best there, and half of it at 9 %.
double conductivity(double koh_pct) { return koh_pct * (64.0 - koh_pct) / 1024.0; }

}  // namespace

Electrolyser::Electrolyser(const std::string& site, const std::string& name, Panel& panel) {
  const auto number = [&](const char* quantity, const char* unit, NumberSpan span, Noise noise) {
    return panel.add(number_tag(site, name, quantity, unit, span, seconds{30}), noise);
  };
  running_ = panel.add(flag_tag(site, name, "running", seconds{60}));
  current_ = number("current", "A", {0.0, 20000.0, 0}, {.white = 5.0});
  voltage_tag_ = number("cell_voltage", "V", {0.0, 4.0, 3}, {.white = 0.003});
  temperature_ = number("temperature", "degC", {-20.0, 150.0, 1}, {.white = 0.1});
  h2_in_o2_tag_ = number("h2_in_o2", "%vol", {0.0, 5.0, 3}, {.white = 0.005});
  o2_in_h2_tag_ = number("o2_in_h2", "%vol", {0.0, 5.0, 3}, {.white = 0.003});
}

void Electrolyser::step_gases(double load, double dt_s, const Causes& causes) {
  const double hole_m3_h = hole_m3_h_mm2 * hole_mm2_.step(causes.has("membrane-pinhole"), dt_s);
  const double low_mm = lye_passes_l_.step(causes.has("separator-levels"), dt_s) / separator_m2;
  const bool runs = load > 0.0;
  const double h2_crosses = h2_diffuses_m3_h + hole_m3_h;
  const double o2_crosses = o2_diffuses_m3_h + bubbles_m3_h_mm * low_mm;
  const double h2 = runs ? 100.0 * h2_crosses / (o2_m3_h * load) : at_rest_h2;
  const double o2 = runs ? 100.0 * o2_crosses / (h2_m3_h * load) : at_rest_o2;
  h2_in_o2_ = lagged(h2_in_o2_, h2, dt_s, runs ? 300.0 : rest_s);
  o2_in_h2_ = lagged(o2_in_h2_, o2, dt_s, runs ? 300.0 : rest_s);
}

// Water takes the place of lye; thinner lye has more resistance.
void Electrolyser::step_voltage(double load, double dt_s, bool diluted) {
  if (diluted) {
    koh_pct_ *= 1.0 - feed_passes_m3_h / lye_m3 * dt_s / 3600.0;
  } else {
    koh_pct_ = lagged(koh_pct_, lye_koh_pct, dt_s, new_lye_s);
  }
  const double ohmic = 0.3 * load * conductivity(lye_koh_pct) / conductivity(koh_pct_);
  const bool runs = load > 0.0;
  voltage_ = lagged(voltage_, runs ? 1.6 + ohmic : 0.0, dt_s, runs ? 30.0 : 300.0);
}

// What the voltage has above the thermoneutral one becomes heat; the cooler takes what is too much.
void Electrolyser::step_heat(double load, double dt_s, bool pump_tripped) {
  const double over_v = load > 0.0 ? std::max(0.0, voltage_ - thermoneutral_v) : 0.0;
  const double gained_kw =
      over_v * cells * current_a * load / 1000.0 - to_hall_kw_k * (temperature_c_ - hall_c);
  const double wanted_kw = gained_kw + stack_kj_k * (temperature_c_ - held_c) / cooler_lag_s;
  const double cooled_kw = pump_tripped ? 0.0 : std::clamp(wanted_kw, 0.0, cooler_kw);
  temperature_c_ += (gained_kw - cooled_kw) / stack_kj_k * dt_s;
}

void Electrolyser::step(double hour, double dt_s, const Causes& causes, Panel& panel) {
  const double load = load_at(hour);
  step_gases(load, dt_s, causes);
  step_voltage(load, dt_s, causes.has("lye-diluted"));
  step_heat(load, dt_s, causes.has("cooling-pump-trip"));
  panel.set(running_, load > 0.0 ? 1.0 : 0.0);
  panel.set(current_, current_a * load);
  panel.set(voltage_tag_, voltage_);
  panel.set(temperature_, temperature_c_);
  panel.set(h2_in_o2_tag_, h2_in_o2_);
  panel.set(o2_in_h2_tag_, o2_in_h2_);
}

bool is_filling_time(double hour) {
  if (hour < 6.0 || hour >= 22.0) return false;
  const double half_hours = hour * 2.0;
  return half_hours - std::floor(half_hours) < 5.0 / 30.0;
}

StorageGrade::StorageGrade(const std::string& site, const std::string& name, Panel& panel)
    : set_mpa_(name == "high"     ? 42.0
               : name == "medium" ? 30.0
                                  : 15.0),
      relief_mpa_(name == "high"     ? 50.0
                  : name == "medium" ? 38.5
                                     : 22.5),
      pressure_mpa_(set_mpa_),
      tag_(panel.add(number_tag(site, name, "pressure", "MPa", {0.0, 100.0, 2}, seconds{10}),
                     {.white = 0.02})) {}

void StorageGrade::step(double hour, double dt_s, const Causes& causes, Panel& panel) {
  const bool vents = causes.has("vent-valve-open");
  if (pressure_mpa_ < set_mpa_ - 0.2) filling_ = true;
  if (pressure_mpa_ >= set_mpa_) filling_ = false;
  if (is_filling_time(hour)) pressure_mpa_ -= draw_mpa_s * dt_s;
  if (causes.has("pressure-switch-dead")) {
    pressure_mpa_ = std::min(relief_mpa_, pressure_mpa_ + compressor_mpa_s * dt_s);
  } else if (vents) {
    pressure_mpa_ -= choked_kg_s_m2_mpa * vent_gap_m2 * pressure_mpa_ / kg_mpa * dt_s;
  } else if (filling_) {
    const bool far = pressure_mpa_ < set_mpa_ - 2.0;
    pressure_mpa_ += (far ? refill_mpa_s : compressor_mpa_s) * dt_s;
  } else if (pressure_mpa_ > set_mpa_ + 0.5) {
    pressure_mpa_ -= vent_mpa_s * dt_s;
  }
  panel.set(tag_, pressure_mpa_);
}

void StorageGrade::lose(double kg) { pressure_mpa_ = std::max(0.1, pressure_mpa_ - kg / kg_mpa); }

double HydrogenJet::step(bool torn, double header_mpa, double dt_s) {
  open_ = travelled(open_, torn ? 1.0 : 0.0, dt_s, hole_tears_s);
  const double width_m = hole_m * std::sqrt(open_);
  const double area_m2 = std::numbers::pi / 4.0 * width_m * width_m;
  const double kg_s = choked_kg_s_m2_mpa * area_m2 * header_mpa;
  // The length of a hydrogen jet flame by mass flow and width of the hole (Molkov).
  flame_m_ = 54.0 * std::pow(kg_s * width_m, 0.312);
  seen_s_ = flame_m_ >= detectable_m ? seen_s_ + dt_s : 0.0;
  return kg_s * dt_s;
}

bool HydrogenJet::is_seen() const { return seen_s_ >= detector_lag_s; }

HydrogenDispenser::HydrogenDispenser(const std::string& site, const std::string& name, Panel& panel)
    : filling_tag_(panel.add(flag_tag(site, name, "filling", seconds{300}))),
      pressure_(panel.add(number_tag(site, name, "pressure", "MPa", {0.0, 100.0, 2}, seconds{5}),
                          {.white = 0.05})),
      temperature_(
          panel.add(number_tag(site, name, "temperature", "degC", {-50.0, 150.0, 1}, seconds{5}),
                    {.white = 0.2})) {}

void HydrogenDispenser::step(double hour, double dt_s, const Causes& causes, Panel& panel) {
  const bool vehicle = is_filling_time(hour);
  const bool creeps = causes.has("regulator-creeps");
  if (!vehicle) filled_ = false;
  filling_ = (vehicle || (creeps && filling_)) && !filled_;
  if (filling_) {
    const double warms = causes.has("precooler-down") ? uncooled_k_mpa : cooled_k_mpa;
    pressure_mpa_ += fill_mpa_s * dt_s;
    vehicle_c_ += warms * fill_mpa_s * dt_s;
    filled_ = pressure_mpa_ >= (creeps ? runaway_mpa : vehicle_full_mpa);
  } else {
    pressure_mpa_ = lagged(pressure_mpa_, 0.0, dt_s, 10.0);  // the hose is vented
    vehicle_c_ = lagged(vehicle_c_, cold_c, dt_s, 120.0);    // it leaves, the next one is cold
  }
  panel.set(filling_tag_, filling_ ? 1.0 : 0.0);
  panel.set(pressure_, pressure_mpa_);
  panel.set(temperature_, vehicle_c_);
}

}  // namespace parkwatch::parksim
