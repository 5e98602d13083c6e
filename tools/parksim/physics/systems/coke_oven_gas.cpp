// tools/parksim/physics/systems/coke_oven_gas.cpp - Friction, content and leaks of the main; what
// escapes from an oven's enclosure when its fan no longer holds the suction.
#include "tools/parksim/physics/systems/coke_oven_gas.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double supply_kpa = 20.0;      // before the regulator
constexpr double inlet_kpa = 12.0;       // behind it, as long as it regulates
constexpr double demand_m3_h = 20000.0;  // of the consumers
constexpr double friction = 1.0e-8;      // kPa/(m3/h)^2: 4 kPa at that flow
constexpr double bore_mm = 800.0;        // friction goes with its fifth power
// 4,800 m of DN 800 are 2,413 m3: so much more gas (at standard conditions) for each kPa.
constexpr double content_m3_kpa = 24.0;
// Wet desulphurisation before the main.
constexpr double raw_h2s_mg_m3 = 6'000.0;
constexpr double absorbed_units = 4.09;  // of transfer, with the full flow of liquor: leaves 100
constexpr double tower_s = 60.0;
constexpr double leak_at_kpa = 8.0;  // the pressure for which leaks are given
// A chamber in which a valve stands, and a detector.
constexpr double chamber_m3 = 20.0;
constexpr double chamber_air_m3_h = 120.0;  // its louvres: six changes an hour
constexpr double gas_co_mg_m3 = 75'000.0;   // 6 %vol
constexpr double chamber_co_mg_m3 = 1.0;    // of the air outside
constexpr double suction_pa = 15.0;
constexpr double tight_pa = -5.0;  // above it vapours leave the enclosure
constexpr double escape_mg_pa = 1.5;
constexpr double nmhc_mg = 2.0;
constexpr double benzene_mg = 0.4;
// Gas from an oven through its door: 50 Pa drive 3 m3/h through each cm2. Of that the enclosure's
// fan gets nine tenths; the rest, with 40 g/m3, mixes with the wind of 1 m/s over 20 m2.
constexpr double door_m3_h_cm2 = 3.0;
constexpr double past_fan = 0.1;
constexpr double gas_nmhc_mg_m3 = 40'000.0;
constexpr double door_air_m3_h = 72'000.0;
// Crude benzol of 0.88 kg/l, 70 % of it benzene, evaporates into the wind of 1 m/s over 2 m2.
constexpr double benzol_mg_ml = 616.0;
constexpr double pump_air_m3_h = 7'200.0;
constexpr double benzene_part = 0.08;  // of the NMHC that escape

constexpr SystemCause gas_causes[] = {
    {"weld-cracks", "a weld of the main cracks, by 20 m3/h each minute"},
    {"hole-small", "a corroded spot of the main breaks through: 900 m3/h within four minutes"},
    {"hole-large", "a corroded spot of the main breaks through: 1,100 m3/h within four minutes"},
    {"excavator", "an excavator tears the main open: 6,000 m3/h within five minutes"},
    {"condensate",
     "condensate rises before the orifice of the outlet's flow meter, over 0.075 % of it each "
     "minute"},
    {"naphthalene", "naphthalene settles in the main, 0.43 mm each minute"},
    {"regulator-stuck", "the regulator at the inlet creeps open, by 0.44 % each minute"},
    {"liquor-pump-wears",
     "the pump of the desulphurisation's liquor wears: 0.5 % less flow each minute"},
    {"h2s-analyser-unpowered", "the analyser of hydrogen sulphide in the main loses its supply",
     "inlet/h2s"},
    {"packing-leak", "the packing of a valve leaks into the first detector's chamber"},
    {"detector-unpowered", "the first CO detector loses its supply", "co"},
    {"meter-unpowered", "the flow meter at the main's outlet loses its supply", "outlet/flow"},
    {"analyser-unpowered", "the benzene analyser of the first oven loses its supply", "benzene"},
    {"belt-slips", "the belt of the first oven's fan slips more and more"},
    {"door-leak", "the door seals of the first oven burn away: 1.2 cm2 more gap each minute"},
    {"benzol-seal",
     "the seal of the crude-benzol pump at the first oven leaks, 1.17 ml/h more each minute"},
    {"seal-overflow",
     "dirt under the float valve of the first oven's water seal: 0.2 mm2 more gap each minute, "
     "until it overflows into the drain"},
    {"seal-weeps", "a hole of 3 mm rusts through the pot of the first oven's water seal"},
    {"oven-idle", "the first oven is taken out of operation and its fan is stopped"},
};

class Main {
 public:
  Main(const std::string& site, Panel& panel, std::uint64_t seed)
      : random_(seed, "coke-oven-gas"), stray_(0.005, 1800.0, 1.0, random_) {
    const auto number = [&](const char* device, const char* quantity, const char* unit,
                            NumberSpan span, Noise noise) {
      return panel.add(number_tag(site, device, quantity, unit, span, seconds{10}), noise);
    };
    inlet_pressure_ = number("inlet", "pressure", "kPa", {-5.0, 30.0, 2}, {.white = 0.01});
    inlet_flow_ = number("inlet", "flow", "m3/h", {0.0, 60000.0, 0}, {.white = 8.0});
    h2s_ = panel.add(number_tag(site, "inlet", "h2s", "mg/m3", {0.0, 10000.0, 0}, seconds{60}),
                     {.white = 1.5});
    outlet_pressure_ = number("outlet", "pressure", "kPa", {-5.0, 30.0, 2}, {.white = 0.01});
    outlet_flow_ = number("outlet", "flow", "m3/h", {0.0, 60000.0, 0}, {.white = 8.0});
  }

  void step(double hour, double dt_s, const Causes& causes) {
    const double course = std::sin(2.0 * std::numbers::pi * (hour - 10.0) / 24.0);
    outflow_m3_h_ = demand_m3_h * (1.0 + 0.02 * course + stray_.step(random_));
    const double open = 1.0 + creep_.step(causes.has("regulator-stuck"), dt_s);
    source_kpa_ = supply_kpa - (supply_kpa - inlet_kpa) / (open * open);
    const double free = 1.0 - 2.0 * deposit_mm_.step(causes.has("naphthalene"), dt_s) / bore_mm;
    const double narrow = std::pow(free, -5.0);
    const double head_kpa = std::max(source_kpa_ - pressure_kpa_, 0.0);
    inflow_m3_h_ = std::sqrt(head_kpa / (friction * narrow));
    const double hole =
        crack_.step(causes.has("weld-cracks"), dt_s) + small_.step(causes.has("hole-small"), dt_s) +
        large_.step(causes.has("hole-large"), dt_s) + torn_.step(causes.has("excavator"), dt_s);
    const double leak = through(hole);
    const double kept = (inflow_m3_h_ - outflow_m3_h_ - leak) / 3600.0;
    pressure_kpa_ += kept / content_m3_kpa * dt_s;
    dammed_.step(causes.has("condensate"), dt_s);
    const double liquor = 1.0 - worn_.step(causes.has("liquor-pump-wears"), dt_s);
    const double left_mg_m3 = raw_h2s_mg_m3 * std::exp(-absorbed_units * liquor);
    h2s_mg_m3_ = lagged(h2s_mg_m3_, left_mg_m3, dt_s, tower_s);
  }

  void show(Panel& panel) const {
    panel.set(inlet_pressure_, source_kpa_);
    panel.set(inlet_flow_, inflow_m3_h_);
    panel.set(h2s_, h2s_mg_m3_);
    panel.set(outlet_pressure_, pressure_kpa_);
    panel.set(outlet_flow_, outflow_m3_h_ / (1.0 - dammed_.value()));
  }

  // What leaks through a gap that lets so much pass at leak_at_kpa.
  [[nodiscard]] double through(double gap_m3_h) const {
    return gap_m3_h * std::sqrt(std::max(pressure_kpa_, 0.0) / leak_at_kpa);
  }

 private:
  Random random_;
  Stray stray_;
  Worsening crack_{20.0 / 60.0, 2500.0, 30.0};  // m3/h
  Worsening small_{900.0 / 240.0, 900.0, 30.0};
  Worsening large_{1100.0 / 240.0, 1100.0, 30.0};
  Worsening torn_{6000.0 / 300.0, 6000.0, 60.0};
  Worsening dammed_{0.00075 / 60.0, 0.045, 30.0};  // part of the orifice that the meter lacks
  Worsening deposit_mm_{0.43 / 60.0, 62.0, 3600.0};
  Worsening worn_{0.005 / 60.0, 0.9, 60.0};       // of the liquor's flow
  Worsening creep_{0.0044 / 60.0, 0.41, 3600.0};  // of the opening at which it holds inlet_kpa
  double source_kpa_ = inlet_kpa;
  double pressure_kpa_ = 8.0;  // at the outlet
  double inflow_m3_h_ = demand_m3_h;
  double outflow_m3_h_ = demand_m3_h;
  double h2s_mg_m3_ = raw_h2s_mg_m3 * std::exp(-absorbed_units);
  TagIndex inlet_pressure_, inlet_flow_, h2s_, outlet_pressure_, outlet_flow_;
};

// The pot of a water seal. A float valve holds it a little below its brim; what runs over the brim
// or out of a hole goes into the drain.
class WaterSeal {
 public:
  // To the drain, m3/h. dirt: under the float valve's seat.
  double step(double dt_s, bool dirt, bool hole) {
    const double valve = std::max(0.0, held_m - level_m_) * float_m3_h_m;
    const double fed = valve + gap_mm2_.step(dirt, dt_s) * jet_m3_h_mm2(water_main_m);
    const double lost = hole ? hole_mm2 * jet_m3_h_mm2(column_m + level_m_) : 0.0;
    const double over = brim_m3_h * std::pow(std::max(level_m_, 0.0), 1.5);
    level_m_ += (fed - lost - over) / pot_m2 * dt_s / 3600.0;
    return lost + over;
  }

 private:
  // Torricelli, and the contraction of the jet.
  static double jet_m3_h_mm2(double head_m) {
    return 0.62 * std::sqrt(2.0 * 9.81 * head_m) * 3600.0 / 1e6;
  }

  static constexpr double pot_m2 = 0.3;
  static constexpr double column_m = 3.0;  // of water, above the hole
  static constexpr double held_m = -0.005;
  static constexpr double float_m3_h_m = 100.0;
  static constexpr double water_main_m = 25.5;              // 0.25 MPa
  static constexpr double hole_mm2 = 7.07;                  // 3 mm across
  static constexpr double brim_m3_h = 1.84 * 0.3 * 3600.0;  // a weir, 0.3 m long: for each m^1.5

  Worsening gap_mm2_{0.2 / 60.0, 40.0, 60.0};
  double level_m_ = held_m;  // above the brim
};

class Oven {
 public:
  Oven(const std::string& site, const std::string& name, Panel& panel, std::uint64_t seed)
      : random_(seed, "coke-oven-gas " + name), stray_(0.1, 3600.0, 1.0, random_) {
    const auto number = [&](const char* quantity, const char* unit, NumberSpan span, int period_s,
                            Noise noise) {
      return panel.add(number_tag(site, name, quantity, unit, span, seconds{period_s}), noise);
    };
    in_operation_ = panel.add(flag_tag(site, name, "in_operation", seconds{60}));
    enclosure_ = number("enclosure", "Pa", {-100.0, 100.0, 1}, 10, {.white = 0.2});
    nmhc_ = number("nmhc", "mg/m3", {0.0, 200.0, 1}, 60, {.white = 0.1});
    benzene_ = number("benzene", "mg/m3", {0.0, 100.0, 2}, 300, {.white = 0.03});
    wastewater_ = number("wastewater", "m3/h", {0.0, 50.0, 2}, 30, {.white = 0.003});
  }

  void step(double dt_s, const Causes& causes, Panel& panel) {
    const bool idle = causes.has("oven-idle");
    const double fan = idle ? 0.0 : 1.0 - slip_.step(causes.has("belt-slips"), dt_s);
    pressure_pa_ = lagged(pressure_pa_, -suction_pa * fan * fan, dt_s, 20.0);
    const double escapes = idle ? 0.0 : std::max(0.0, pressure_pa_ - tight_pa) * escape_mg_pa;
    const double door_m3_h = door_m3_h_cm2 * gap_cm2_.step(causes.has("door-leak"), dt_s);
    const double door_mg = door_m3_h * past_fan * gas_nmhc_mg_m3 / door_air_m3_h;
    const double nmhc = nmhc_mg + stray_.step(random_) + escapes + door_mg;
    const double seal_mg_h = benzol_mg_ml * seal_ml_h_.step(causes.has("benzol-seal"), dt_s);
    const double benzene = benzene_mg + benzene_part * (nmhc - nmhc_mg) + seal_mg_h / pump_air_m3_h;
    panel.set(in_operation_, idle ? 0.0 : 1.0);
    panel.set(enclosure_, pressure_pa_);
    panel.set(nmhc_, nmhc);
    panel.set(benzene_, benzene);
    panel.set(wastewater_,
              water_seal_.step(dt_s, causes.has("seal-overflow"), causes.has("seal-weeps")));
  }

 private:
  Random random_;
  Stray stray_;
  Worsening slip_{0.007 / 60.0, 0.85, 60.0};     // part of the fan's speed
  Worsening gap_cm2_{1.2 / 60.0, 200.0, 300.0};  // of the doors
  Worsening seal_ml_h_{1.17 / 60.0, 164.0, 300.0};
  WaterSeal water_seal_;
  double pressure_pa_ = -suction_pa;
  TagIndex in_operation_, enclosure_, nmhc_, benzene_, wastewater_;
};

class CokeOvenGas final : public System {
 public:
  CokeOvenGas(const SystemSettings& settings, Panel& panel, std::uint64_t seed)
      : main_(text_setting(settings, "site", "cog"), panel, seed) {
    const std::string site = text_setting(settings, "site", "cog");
    for (const std::string& name : names_setting(settings, "detectors", {"co1"})) {
      detectors_.push_back(
          panel.add(number_tag(site, name, "co", "mg/m3", {0.0, 500.0, 1}, seconds{10}),
                    {.white = 0.2, .drift = 0.3}));
    }
    for (const std::string& name : names_setting(settings, "ovens", {"oven1"})) {
      ovens_.emplace_back(site, name, panel, seed);
    }
  }

  void step(TimePoint now, double dt_s, Panel& panel) override {
    main_.step(hour_of_day(now), dt_s, causes_);
    main_.show(panel);
    const double leak = main_.through(packing_.step(causes_.has("packing-leak"), dt_s));
    const double gained = leak * gas_co_mg_m3 - chamber_air_m3_h * (co_mg_m3_ - chamber_co_mg_m3);
    co_mg_m3_ += gained / chamber_m3 * dt_s / 3600.0;
    for (std::size_t i = 0; i < detectors_.size(); ++i) {
      panel.set(detectors_[i], i == 0 ? co_mg_m3_ : chamber_co_mg_m3);
    }
    const Causes none;
    for (std::size_t i = 0; i < ovens_.size(); ++i) {
      ovens_[i].step(dt_s, i == 0 ? causes_ : none, panel);
    }
  }

  void set_cause(std::string_view name, bool on) override { causes_.set(name, on); }

 private:
  Causes causes_;
  Main main_;
  Worsening packing_{0.0008 / 60.0, 0.1, 1.0};  // m3/h of gas into the first chamber
  double co_mg_m3_ = chamber_co_mg_m3;
  std::vector<TagIndex> detectors_;
  std::vector<Oven> ovens_;
};

}  // namespace

SystemInfo coke_oven_gas_system() {
  return {"coke-oven-gas", gas_causes,
          [](const SystemSettings& settings, Panel& panel,
             std::uint64_t seed) -> std::unique_ptr<System> {
            return std::make_unique<CokeOvenGas>(settings, panel, seed);
          }};
}

}  // namespace parkwatch::parksim
