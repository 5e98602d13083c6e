// tools/parksim/physics/systems/battery.cpp - Heat of the current, and what a cell gives off when
// it gets too hot: first gas, then smoke.
#include "tools/parksim/physics/systems/battery.h"

#include <algorithm>

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double rated_kw = 500.0;
constexpr double capacity_kwh = 2500.0;
constexpr double room_c = 25.0;
constexpr double warms_k = 5.0;  // cells, at the rated power
constexpr double evenness_k = 2.0;
constexpr double even_mv = 20.0;
constexpr double vents_c = 40.0;  // a damaged cell begins to give off gas
constexpr double h2_ppm_k = 5.0;
constexpr double co_ppm_k = 8.0;
constexpr double smokes_c = 51.0;

double schedule_kw(double hour) {
  if (hour < 5.0) return -rated_kw;
  return hour >= 17.0 && hour < 21.0 ? rated_kw : 0.0;
}

}  // namespace

Battery::Battery(const std::string& site, const std::string& name, Panel& panel) {
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

void Battery::step(double hour, double dt_s, const Causes& causes, Panel& panel) {
  const double wanted = schedule_kw(hour);
  const bool full = wanted < 0.0 ? soc_ >= 0.95 : soc_ <= 0.05;
  power_kw_ = full ? 0.0 : wanted;
  soc_ -= power_kw_ * dt_s / 3600.0 / capacity_kwh;
  const bool works = power_kw_ != 0.0;
  warm_k_ = lagged(warm_k_, works ? warms_k : 0.0, dt_s, 3600.0);
  const double all_c = room_c + warm_k_ + uncooled_.step(causes.has("cooling-fails"), dt_s);
  const double damage_k = short_.step(causes.has("cell-short"), dt_s);
  const double hottest_c = all_c + damage_k;
  // Only a damaged cell vents; heat alone would have to be much higher.
  const double vents_k = damage_k > 1.0 ? std::max(0.0, hottest_c - vents_c) : 0.0;
  panel.set(power_, power_kw_);
  panel.set(soc_tag_, 100.0 * soc_);
  panel.set(cell_max_, hottest_c);
  panel.set(cell_min_, all_c - evenness_k);
  panel.set(voltage_spread_, even_mv + drained_.step(causes.has("cell-short"), dt_s));
  panel.set(h2_, 2.0 + h2_ppm_k * vents_k);
  panel.set(co_, 2.0 + co_ppm_k * vents_k);
  panel.set(smoke_, damage_k > 1.0 && hottest_c > smokes_c ? 1.0 : 0.0);
}

}  // namespace parkwatch::parksim
