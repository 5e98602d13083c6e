// tools/parksim/physics/systems/battery.cpp - Heat of the current, and what a shorted cell gives
// off when it gets too hot: first gas, then smoke.
#include "tools/parksim/physics/systems/battery.h"

#include <algorithm>
#include <cmath>

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double rated_kw = 500.0;
constexpr double capacity_kwh = 2500.0;
constexpr double room_c = 25.0;
// 10 t of NMC cells (240 Wh/kg, 1 kJ/(kg K)). They and the inverter lose 5.8 % of the power.
constexpr double cells_kj_k = 10400.0;
constexpr double losses = 0.058;
constexpr double cooled_kw_k = 5.8;  // 5 K at the rated power
constexpr double walls_kw_k = 0.1;
constexpr double evenness_k = 2.0;
constexpr double even_mv = 20.0;
// One cell of 100 Ah: what its short makes is heat in it, and flows into those beside it.
constexpr double cell_v = 3.7;
constexpr double cell_j_k = 2200.0;
constexpr double beside_w_k = 2.0;
constexpr double mv_ah = 8.0;      // that it falls behind by, for each Ah less ...
constexpr double cell_mohm = 1.5;  // ... and by its own current
constexpr double replaced_s = 900.0;
// The spot of the short is hotter than the case with the thermometer. There electrolyte decomposes.
constexpr double spot_k_w = 2.0;
constexpr double vents_c = 120.0;
constexpr double smokes_c = 150.0;
constexpr double h2_l_h_k = 0.4;
constexpr double co_l_h_k = 0.6;
constexpr double aired_m3_h = 240.0;
constexpr double aired_s = 300.0;  // 20 m3 of air
constexpr double background_ppm = 2.0;

double schedule_kw(double hour) {
  if (hour < 5.0) return -rated_kw;
  return hour >= 17.0 && hour < 21.0 ? rated_kw : 0.0;
}

}  // namespace

Battery::Battery(const std::string& site, const std::string& name, Panel& panel)
    : h2_ppm_(background_ppm), co_ppm_(background_ppm) {
  const auto number = [&](const char* quantity, const char* unit, NumberSpan span, Noise noise) {
    return panel.add(number_tag(site, name, quantity, unit, span, seconds{30}), noise);
  };
  power_ = number("power", "kW", {-100000.0, 100000.0, 0}, {.white = 1.0});
  soc_tag_ = number("soc", "%", {0.0, 100.0, 1}, {});
  cell_max_ = number("cell_max", "degC", {-40.0, 200.0, 1}, {.white = 0.1});
  cell_min_ = number("cell_min", "degC", {-40.0, 200.0, 1}, {.white = 0.1});
  voltage_spread_ = number("voltage_spread", "mV", {0.0, 2000.0, 0}, {.white = 0.5});
  h2_ = number("h2", "ppm", {0.0, 2000.0, 0}, {.white = 0.3});
  co_ = number("co", "ppm", {0.0, 2000.0, 0}, {.white = 0.3});
  smoke_ = panel.add(flag_tag(site, name, "smoke", seconds{60}));
}

void Battery::step_heat(double dt_s, bool cooled) {
  const double out_kw = (walls_kw_k + (cooled ? cooled_kw_k : 0.0)) * warm_k_;
  warm_k_ += (losses * std::abs(power_kw_) - out_kw) / cells_kj_k * dt_s;
}

void Battery::step_short(double dt_s, bool shorted) {
  const double ampere = short_a_.step(shorted, dt_s);
  damage_k_ += (cell_v * ampere - beside_w_k * damage_k_) / cell_j_k * dt_s;
  missing_ah_ += ampere * dt_s / 3600.0;
  if (!shorted) missing_ah_ = lagged(missing_ah_, 0.0, dt_s, replaced_s);
}

void Battery::step_gases(double dt_s) {
  const double over_k = std::max(0.0, spot_c() - vents_c);
  const auto in_air = [&](double l_h_k) {
    return background_ppm + 1000.0 * l_h_k * over_k / aired_m3_h;
  };
  h2_ppm_ = lagged(h2_ppm_, in_air(h2_l_h_k), dt_s, aired_s);
  co_ppm_ = lagged(co_ppm_, in_air(co_l_h_k), dt_s, aired_s);
}

double Battery::spot_c() const {
  return room_c + warm_k_ + damage_k_ + spot_k_w * cell_v * short_a_.value();
}

void Battery::step(double hour, double dt_s, const Causes& causes, Panel& panel) {
  const double wanted = schedule_kw(hour);
  const bool full = wanted < 0.0 ? soc_ >= 0.95 : soc_ <= 0.05;
  power_kw_ = full ? 0.0 : wanted;
  soc_ -= power_kw_ * dt_s / 3600.0 / capacity_kwh;
  step_heat(dt_s, !causes.has("cooling-fails"));
  step_short(dt_s, causes.has("cell-short"));
  step_gases(dt_s);
  panel.set(power_, power_kw_);
  panel.set(soc_tag_, 100.0 * soc_);
  panel.set(cell_max_, room_c + warm_k_ + damage_k_);
  panel.set(cell_min_, room_c + warm_k_ - evenness_k);
  panel.set(voltage_spread_, even_mv + mv_ah * missing_ah_ + cell_mohm * short_a_.value());
  panel.set(h2_, h2_ppm_);
  panel.set(co_, co_ppm_);
  panel.set(smoke_, spot_c() > smokes_c ? 1.0 : 0.0);
}

}  // namespace parkwatch::parksim
