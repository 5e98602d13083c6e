// tools/parksim/physics/systems/energy_carbon.cpp - The balance of the park's grid connection; sun
// and wind.
#include "tools/parksim/physics/systems/energy_carbon.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tools/parksim/physics/systems/battery.h"
#include "tools/parksim/physics/systems/charger.h"
#include "tools/parksim/physics/systems/enterprise.h"
#include "tools/parksim/physics/systems/steam_network.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double losses = 0.015;
constexpr double noon_w_m2 = 900.0;
constexpr double pv_efficiency = 0.85;  // of what the plates' rating would give
constexpr double wind_m_s = 8.0;
constexpr double rated_m_s = 11.0;
constexpr double lull_m_s = 4.5;
constexpr double lull_s = 4.0 * 3600.0;
constexpr double wind_efficiency = 0.95;
constexpr double ice_takes_mm = 0.1;  // of the blades' lift
constexpr double gas_m3_h = 500.0;
constexpr double winter_cabinet_c = -12.0;  // of a meter out of doors
constexpr double summer_cabinet_c = 62.0;
constexpr double order_share = 0.18;  // more load in the peaks, to work an order off

constexpr SystemCause energy_causes[] = {
    {"ct-reversed", "a current transformer of the second enterprise (5.5 kW) is turned round"},
    {"ct-reversed-light", "a current transformer of the third enterprise (4.5 kW) is turned round"},
    {"pulse-line-hums",
     "the shield of the fourth enterprise's pulse line is torn: mains hum, 50 Hz, is counted as "
     "pulses"},
    {"pulse-line-hums-light",
     "the shield of the eighth enterprise's pulse line is torn: mains hum, 50 Hz, is counted as "
     "pulses"},
    {"terminal-restarts",
     "the supply of the fourth enterprise's terminal dips, and it begins again with the count that "
     "it saved on the hour"},
    {"meter-bypass", "the fourth enterprise draws more and more through a cable past its meter"},
    {"terminal-unpowered", "the terminal of the fifth enterprise loses its supply"},
    {"crystal-breaks-in-frost",
     "the crystal of the sixth enterprise's meter breaks at -12 degC: its clock runs by an RC "
     "oscillator trimmed at 25 degC"},
    {"crystal-breaks-in-heat",
     "the crystal of the sixth enterprise's meter breaks at 62 degC: its clock runs by an RC "
     "oscillator trimmed at 25 degC"},
    {"cover-opened", "somebody opens the meter of the seventh enterprise"},
    {"second-furnace", "the eighth enterprise heats up a second furnace"},
    {"evening-shift", "all enterprises move work into the evening"},
    {"morning-shift", "all enterprises move work into the morning"},
    {"night-work-ends", "the enterprises give up their night work, 0.25 % more each minute"},
    {"order-in-peaks", "an order is worked off in both peaks of the day: 18 % more load there"},
    {"production-stop", "a shortage stops the enterprises' production"},
    {"steam-weld-cracks", "a weld of the steam main cracks: 12 mm2 more each minute"},
    {"steam-impulse-line-leaks",
     "the impulse line of the orifice meter at the steam boilers leaks: 1 % less pressure "
     "difference "
     "each minute"},
    {"steam-boiler-trips",
     "the grate of one of the two steam boilers, which burn coal, stands still"},
    {"steam-meter-unpowered", "the steam meter at the boilers loses its supply", "steam/flow"},
    {"heat-pumps-down", "the heat pumps fail and gas boilers take over"},
    {"inverters-trip", "inverters of the first PV plant trip one after the other"},
    {"icing", "the blades of the first wind turbine ice up, 0.05 mm each minute"},
    {"lull", "the wind falls by 4.5 m/s and comes back, in four hours"},
    {"cooling-fails", "the coolant pump of the first battery container fails"},
    {"cell-short",
     "a cell of the first battery container has an internal short: 0.135 A more each minute"},
    {"contact-worn",
     "the contacts of the first charger's connector wear: 36 uohm more each minute"},
    {"charger-fault", "the first charger's power module fails"},
    {"smoke-detector-unpowered", "the smoke detector of the first container loses its supply",
     "smoke"},
    {"grid-meter-unpowered", "the meter of the park's grid connection loses its supply",
     "grid/power"},
};

// As many as the causes are about.
std::vector<std::string> default_enterprises() {
  return {"e01", "e02", "e03", "e04", "e05", "e06", "e07", "e08"};
}

// The tariff's peaks, as the grid meter has them.
bool is_peak(double hour) { return (hour >= 8.0 && hour < 11.0) || (hour >= 17.0 && hour < 23.0); }

double sun_w_m2(double hour) {
  const double height = std::sin(std::numbers::pi * (hour - 6.0) / 12.0);
  return hour > 6.0 && hour < 18.0 ? noon_w_m2 * std::pow(std::max(height, 0.0), 1.2) : 0.0;
}

class EnergyCarbon final : public System {
 public:
  EnergyCarbon(const SystemSettings& settings, Panel& panel, std::uint64_t seed);

  void step(TimePoint now, double dt_s, Panel& panel) override;
  void set_cause(std::string_view name, bool on) override { causes_.set(name, on); }

 private:
  void add_generation(const std::string& site, const SystemSettings& settings, Panel& panel);
  // What they put into the park's grid, kW.
  [[nodiscard]] double step_enterprises(double hour, double dt_s, Panel& panel);
  [[nodiscard]] double step_generation(double hour, double dt_s, Panel& panel);
  [[nodiscard]] double step_storage(double hour, double dt_s, Panel& panel);
  [[nodiscard]] MeterFaults faults_of(std::size_t enterprise) const;
  [[nodiscard]] bool has(std::string_view cause) const { return causes_.has(cause); }

  Causes causes_;
  Random random_;
  Stray wind_stray_;
  Worsening evening_{0.0025 / 60.0, 0.3, 600.0};       // of the load
  Worsening morning_{0.0025 / 60.0, 0.235, 600.0};     // of the load
  Worsening night_{0.0025 / 60.0, 0.3, 600.0};         // of the load
  Worsening stopped_{0.01 / 60.0, 0.9, 600.0};         // of the load
  Worsening boilers_{8000.0 / 1800.0, 8000.0, 600.0};  // m3/h of gas
  Worsening tripped_{0.005 / 60.0, 1.0, 60.0};         // of the plant
  Worsening ice_mm_{0.05 / 60.0, 8.0, 900.0};          // on the blades' edges
  Since lull_;
  double pv_kw_;
  double wind_kw_;
  std::vector<Enterprise> enterprises_;
  std::vector<Charger> chargers_;
  std::vector<Battery> batteries_;
  SteamNetwork steam_;
  std::vector<TagIndex> pv_, wind_;
  double peak_kwh_ = 5'000'000.0;  // of the grid meter's register
  TagIndex grid_, energy_peak_, gas_, irradiance_ = 0, wind_speed_ = 0;
};

EnergyCarbon::EnergyCarbon(const SystemSettings& settings, Panel& panel, std::uint64_t seed)
    : random_(seed, "energy-carbon"),
      wind_stray_(0.3, 3600.0, 1.0, random_),
      pv_kw_(number_setting(settings, "pv_capacity", 1000.0)),
      wind_kw_(number_setting(settings, "wind_capacity", 1000.0)),
      steam_(text_setting(settings, "site", "energy"),
             names_setting(settings, "steam_users", {"e01", "e04", "e05"}), panel, seed) {
  const std::string site = text_setting(settings, "site", "energy");
  grid_ = panel.add(number_tag(site, "grid", "power", "kW", {-200000.0, 200000.0, 0}, seconds{60}),
                    {.white = 5.0});
  energy_peak_ = panel.add(
      number_tag(site, "grid", "energy_peak", "kWh", {0.0, 999'999'999.0, 0}, seconds{60}));
  gas_ = panel.add(number_tag(site, "gas", "flow", "m3/h", {0.0, 100000.0, 0}, seconds{60}),
                   {.white = 5.0});
  add_generation(site, settings, panel);
  std::size_t number = 0;
  for (const std::string& name : names_setting(settings, "enterprises", default_enterprises())) {
    enterprises_.emplace_back(site, name, number++, panel, seed);
  }
  for (const std::string& name : names_setting(settings, "chargers", {"c1"})) {
    chargers_.emplace_back(site, name, panel);
  }
  for (const std::string& name : names_setting(settings, "storage", {"b1"})) {
    batteries_.emplace_back(site, name, panel);
  }
}

void EnergyCarbon::add_generation(const std::string& site, const SystemSettings& settings,
                                  Panel& panel) {
  const auto number = [&](const std::string& device, const char* quantity, const char* unit,
                          NumberSpan span, Noise noise) {
    return panel.add(number_tag(site, device, quantity, unit, span, seconds{60}), noise);
  };
  irradiance_ = number("weather", "irradiance", "W/m2", {0.0, 1600.0, 0}, {.white = 1.0});
  wind_speed_ = number("weather", "wind", "m/s", {0.0, 60.0, 2}, {.white = 0.02});
  for (const std::string& name : names_setting(settings, "pv", {"pv1"})) {
    pv_.push_back(number(name, "power", "kW", {-1000.0, 200000.0, 0}, {.white = 1.0}));
  }
  for (const std::string& name : names_setting(settings, "wind", {"wt1"})) {
    wind_.push_back(number(name, "power", "kW", {-1000.0, 200000.0, 0}, {.white = 1.0}));
  }
}

void EnergyCarbon::step(TimePoint now, double dt_s, Panel& panel) {
  const double hour = hour_of_day(now);
  const double drawn = step_enterprises(hour, dt_s, panel);
  const double made = step_generation(hour, dt_s, panel) + step_storage(hour, dt_s, panel);
  const double grid = drawn * (1.0 + losses) - made;
  if (is_peak(hour)) peak_kwh_ += std::max(0.0, grid) * dt_s / 3600.0;
  panel.set(grid_, grid);
  panel.set(energy_peak_, peak_kwh_);
  const double boilers = boilers_.step(has("heat-pumps-down"), dt_s);
  panel.set(gas_, gas_m3_h + boilers);
  steam_.step(hour, dt_s, causes_, panel);
}

MeterFaults EnergyCarbon::faults_of(std::size_t enterprise) const {
  MeterFaults faults;
  switch (enterprise) {
    case 1:
      faults.reversed = has("ct-reversed");
      break;
    case 2:
      faults.reversed = has("ct-reversed-light");
      break;
    case 3:
      faults.hums = has("pulse-line-hums");
      faults.restarts = has("terminal-restarts");
      faults.bypass = has("meter-bypass");
      break;
    case 4:
      faults.no_power = has("terminal-unpowered");
      break;
    case 5:
      faults.crystal_broken = has("crystal-breaks-in-frost") || has("crystal-breaks-in-heat");
      faults.cabinet_c = has("crystal-breaks-in-heat") ? summer_cabinet_c : winter_cabinet_c;
      break;
    case 6:
      faults.cover_open = has("cover-opened");
      break;
    case 7:
      faults.furnace = has("second-furnace");
      faults.hums = has("pulse-line-hums-light");
      break;
    default:
      break;
  }
  return faults;
}

double EnergyCarbon::step_enterprises(double hour, double dt_s, Panel& panel) {
  const double order = has("order-in-peaks") && is_peak(hour) ? order_share : 0.0;
  const double scale =
      (1.0 + order + evening_.step(has("evening-shift"), dt_s) +
       morning_.step(has("morning-shift"), dt_s) - night_.step(has("night-work-ends"), dt_s)) *
      (1.0 - stopped_.step(has("production-stop"), dt_s));
  double drawn = 0.0;
  for (std::size_t i = 0; i < enterprises_.size(); ++i) {
    enterprises_[i].step(hour, scale, dt_s, faults_of(i), panel);
    drawn += enterprises_[i].drawn_kw();
  }
  return drawn;
}

double EnergyCarbon::step_generation(double hour, double dt_s, Panel& panel) {
  const double sun = sun_w_m2(hour);
  const double afternoon = std::sin(2.0 * std::numbers::pi * (hour - 9.0) / 24.0);
  const double lull_phase = std::min(lull_.step(has("lull"), dt_s) / lull_s, 1.0);
  const double lull = lull_m_s * std::sin(std::numbers::pi * lull_phase);
  const double wind = std::max(0.0, wind_m_s + 0.6 * afternoon + wind_stray_.step(random_) - lull);
  const double part = std::min(1.0, std::pow(wind / rated_m_s, 3.0));
  tripped_.step(has("inverters-trip"), dt_s);
  ice_mm_.step(has("icing"), dt_s);
  panel.set(irradiance_, sun);
  panel.set(wind_speed_, wind);
  double made = 0.0;
  for (std::size_t i = 0; i < pv_.size(); ++i) {
    const double sound = i == 0 ? 1.0 - tripped_.value() : 1.0;
    const double power = pv_kw_ * sun / 1000.0 * pv_efficiency * sound;
    panel.set(pv_[i], power);
    made += power;
  }
  for (std::size_t i = 0; i < wind_.size(); ++i) {
    const double lift = i == 0 ? 1.0 - ice_takes_mm * ice_mm_.value() : 1.0;
    const double power = wind_kw_ * part * wind_efficiency * lift;
    panel.set(wind_[i], power);
    made += power;
  }
  return made;
}

double EnergyCarbon::step_storage(double hour, double dt_s, Panel& panel) {
  const Causes none;
  double made = 0.0;
  for (Battery& battery : batteries_) {
    battery.step(hour, dt_s, &battery == batteries_.data() ? causes_ : none, panel);
    made += battery.power_kw();
  }
  for (Charger& charger : chargers_) {
    charger.step(hour, dt_s, &charger == chargers_.data() ? causes_ : none, panel);
    made -= charger.power_kw();
  }
  return made;
}

}  // namespace

SystemInfo energy_carbon_system() {
  return {"energy-carbon", energy_causes,
          [](const SystemSettings& settings, Panel& panel,
             std::uint64_t seed) -> std::unique_ptr<System> {
            return std::make_unique<EnergyCarbon>(settings, panel, seed);
          }};
}

}  // namespace parkwatch::parksim
