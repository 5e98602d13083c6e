// tools/parksim/physics/systems/water_supply.cpp - Doses and what they do to the water, balances
// of tank and network, chlorine that decays on its way, and analysers that need a flow of sample.
#include "tools/parksim/physics/systems/water_supply.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double demand_m3_h = 500.0;  // mean of the day; least at four, most at 16 o'clock
constexpr double demand_swing = 0.35;
constexpr double inflow_max_m3_h = 900.0;
constexpr double tank_area_m2 = 1000.0;
constexpr double tank_set_m = 3.0;
constexpr double tank_overflow_m = 4.4;
constexpr double tank_gain_m3_h_m = 300.0;  // of the level controller
constexpr double works_s = 300.0;           // the treatment follows its set point
constexpr double pressure_set_mpa = 0.40;
constexpr double shut_off_mpa = 0.55;  // of all pumps at full speed
constexpr double pump_curve = 2.2e-7;  // MPa/(m3/h)^2
constexpr double pumps_s = 20.0;
constexpr double decay_per_h = 0.5;  // of chlorine in the network
constexpr double transport_s = 7200.0;
constexpr double cell_s = 120.0;  // an analyser's cell is flushed

// Direct filtration: what is coagulated goes onto the filters, in equal parts.
constexpr double raw_ntu = 15.0;
constexpr double filtered_ntu = 0.25;
constexpr double filters = 4.0;

// The dosing pump follows the flow; the water eats a part within the contact tank.
constexpr double chlorine_dose_mg_l = 1.5;
constexpr double chlorine_demand_mg_l = 0.7;
constexpr double chlorine_mg_l = chlorine_dose_mg_l - chlorine_demand_mg_l;

// Alkalinity and carbonate of the treated water, in mmol/L: pH 7.4. Acid and base move the
// alkalinity; carbon dioxide stays, for no air gets at it.
constexpr double alkalinity_mmol_l = 1.2;
constexpr double carbonate_mmol_l = 1.313;
constexpr double carbonic_1 = 4.17e-7;         // mol/L, pK 6.38 at 20 degC
constexpr double carbonic_2 = 4.17e-11;        // pK 10.38
constexpr double acid_a_mg_alum = 0.0101;      // mmol; Al2(SO4)3.14H2O takes six of 594 g/mol
constexpr double base_a_mg_lime = 2.0 / 74.1;  // mmol; Ca(OH)2

constexpr double reservoir_codmn_mg_l = 3.2;
constexpr double bloom_codmn_mg_l = 15.7;  // of water that is green with algae
constexpr double oxidisable_left = 0.5;    // behind coagulation and filters

constexpr SystemCause supply_causes[] = {
    {"filter-breakthrough",
     "one of four filters is not washed: 20 % more of its water breaks through each hour"},
    {"chlorinator-empty",
     "the chlorinator's stock runs out, its pump draws air: 0.7 % less dose each minute"},
    {"dosing-valve-open", "the chlorine dosing valve creeps open: 1.3 % more dose each minute"},
    {"alum-overdose", "the coagulant's pump doses 1 mg/L more alum each minute"},
    {"lime-overdose", "the lime feeder runs ever faster: 0.08 mg/L more each minute"},
    {"algae-bloom", "wind drives an algal bloom to the intake: 4 % more of its water each hour"},
    {"tap-valve-shut", "a valve is left shut, and the water before the first tap stands"},
    {"sample-pump-trip", "the analysers' sample pump trips"},
    {"main-burst", "a crack in a main grows: 12 m3/h more each minute"},
    {"transmitter-drift", "the transmitter of the pressure control drifts down"},
    {"raw-pump-trip", "the raw-water pumps trip"},
    {"inlet-valve-open", "the inlet valve of the clear-water tank sticks wide open"},
    {"chlorine-unpowered", "the chlorine analyser of the plant loses its supply",
     "outlet/chlorine"},
    {"codmn-unpowered", "the CODMn analyser of the plant loses its supply", "codmn"},
    {"pressure-unpowered", "the network's pressure transmitter loses its supply",
     "network/pressure"},
};

double demand_at(double hour) {
  const double course = std::sin(2.0 * std::numbers::pi * (hour - 10.0) / 24.0);
  return demand_m3_h * (1.0 + demand_swing * course);
}

// Analysers are cleaned from two to half past two.
bool is_cleaning(double hour) { return hour >= 2.0 && hour < 2.5; }

// Of a closed water: the root of its charge balance, in which H+ and OH- do not count from pH 6 to
// 9.
double ph_of(double alkalinity) {
  const double b = (alkalinity - carbonate_mmol_l) * carbonic_1;
  const double c = (alkalinity - 2.0 * carbonate_mmol_l) * carbonic_1 * carbonic_2;
  return -std::log10((-b + std::sqrt(b * b - 4.0 * alkalinity * c)) / (2.0 * alkalinity));
}

struct Tap {
  double age_h;  // of the water, from the network to the tap
  TagIndex tag;
};

class WaterSupply final : public System {
 public:
  WaterSupply(const SystemSettings& settings, Panel& panel, std::uint64_t seed);

  void step(TimePoint now, double dt_s, Panel& panel) override;
  void set_cause(std::string_view name, bool on) override { causes_.set(name, on); }

 private:
  void step_network(double hour, double dt_s);
  void step_tank(double dt_s);
  void step_quality(double dt_s);
  void step_cells(double hour, double dt_s);
  void step_taps(double dt_s);
  void show(Panel& panel) const;
  [[nodiscard]] bool has(std::string_view cause) const { return causes_.has(cause); }

  Causes causes_;
  Random random_;
  Stray demand_stray_;
  Stray turbidity_stray_;
  Worsening breakthrough_{0.2 / 3600.0, 1.0, 600.0};  // of one filter's flow is not filtered
  Worsening air_drawn_{0.0067 / 60.0, 1.0, 300.0};    // of the pump's stroke
  Worsening dose_valve_{0.0133 / 60.0, 1.2, 300.0};   // of the usual opening, on top of it
  Worsening alum_{1.0 / 60.0, 80.0, 600.0};           // mg/L more than is needed
  Worsening lime_{0.08 / 60.0, 8.0, 600.0};           // mg/L likewise
  Worsening bloom_{0.04 / 3600.0, 0.4, 7200.0};       // of the water at the intake
  Worsening crack_{12.0 / 60.0, 1300.0, 60.0};        // m3/h at 0.4 MPa
  Worsening drift_{0.002 / 60.0, 0.112, 60.0};        // MPa
  Worsening age_{1.0 / 3600.0, 12.0, 1800.0};         // h
  double flow_m3_h_ = demand_m3_h;
  double pressure_mpa_ = pressure_set_mpa;
  double inflow_m3_h_ = demand_m3_h;
  double level_m_ = tank_set_m;
  double turbidity_ = filtered_ntu;
  double chlorine_ = chlorine_mg_l;
  double ph_ = ph_of(alkalinity_mmol_l);
  double codmn_ = reservoir_codmn_mg_l * oxidisable_left;
  double cell_turbidity_ = turbidity_;
  double cell_chlorine_ = chlorine_;
  double cell_ph_ = ph_;
  double network_chlorine_ = chlorine_;
  bool sampling_ = true;
  std::vector<Tap> taps_;
  TagIndex sampling_tag_, turbidity_tag_, chlorine_tag_, ph_tag_, codmn_tag_;
  TagIndex pressure_tag_, flow_tag_, level_tag_, inflow_tag_;
};

WaterSupply::WaterSupply(const SystemSettings& settings, Panel& panel, std::uint64_t seed)
    : random_(seed, "water-supply"),
      demand_stray_(0.02, 1800.0, 1.0, random_),
      turbidity_stray_(0.02, 3600.0, 1.0, random_) {
  const std::string site = text_setting(settings, "site", "water");
  const auto number = [&](const char* device, const char* quantity, const char* unit,
                          NumberSpan span, int period_s, Noise noise) {
    return panel.add(number_tag(site, device, quantity, unit, span, seconds{period_s}), noise);
  };
  sampling_tag_ = panel.add(flag_tag(site, "analysers", "sampling", seconds{60}));
  turbidity_tag_ = number("outlet", "turbidity", "NTU", {0.0, 20.0, 3}, 60, {.white = 0.005});
  chlorine_tag_ = number("outlet", "chlorine", "mg/L", {0.0, 5.0, 2}, 60, {.white = 0.01});
  ph_tag_ = number("outlet", "ph", "pH", {0.0, 14.0, 2}, 60, {.white = 0.01, .drift = 0.02});
  codmn_tag_ = number("outlet", "codmn", "mg/L", {0.0, 20.0, 2}, 1800, {.white = 0.03});
  pressure_tag_ = number("network", "pressure", "MPa", {0.0, 1.0, 3}, 10, {.white = 0.001});
  flow_tag_ = number("network", "flow", "m3/h", {0.0, 2000.0, 0}, 10, {.white = 2.0});
  level_tag_ = number("clear_water", "level", "m", {0.0, 5.0, 2}, 60, {.white = 0.005});
  inflow_tag_ = number("clear_water", "inflow", "m3/h", {0.0, 2000.0, 0}, 60, {.white = 2.0});
  double age_h = 1.2;
  for (const std::string& tap : names_setting(settings, "taps", {"tap1"})) {
    taps_.push_back(
        {age_h, number(tap.c_str(), "chlorine", "mg/L", {0.0, 5.0, 3}, 60, {.white = 0.003})});
    age_h += 0.3;
  }
}

void WaterSupply::step(TimePoint now, double dt_s, Panel& panel) {
  const double hour = hour_of_day(now);
  step_network(hour, dt_s);
  step_tank(dt_s);
  step_quality(dt_s);
  step_cells(hour, dt_s);
  step_taps(dt_s);
  show(panel);
}

// The pumps hold the pressure as long as their curve allows; a crack lets out more at more
// pressure, as taps do.
void WaterSupply::step_network(double hour, double dt_s) {
  const double open =
      demand_at(hour) * (1.0 + demand_stray_.step(random_)) + crack_.step(has("main-burst"), dt_s);
  const double wanted = pressure_set_mpa + drift_.step(has("transmitter-drift"), dt_s);
  const double possible = shut_off_mpa - pump_curve * flow_m3_h_ * flow_m3_h_;
  pressure_mpa_ = lagged(pressure_mpa_, std::min(wanted, possible), dt_s, pumps_s);
  flow_m3_h_ = open * std::sqrt(std::max(pressure_mpa_, 0.0) / pressure_set_mpa);
}

void WaterSupply::step_tank(double dt_s) {
  double wanted = demand_m3_h + tank_gain_m3_h_m * (tank_set_m - level_m_);
  if (has("inlet-valve-open")) wanted = inflow_max_m3_h;
  if (has("raw-pump-trip")) wanted = 0.0;
  wanted = std::clamp(wanted, 0.0, inflow_max_m3_h);
  inflow_m3_h_ = lagged(inflow_m3_h_, wanted, dt_s, works_s);
  level_m_ += (inflow_m3_h_ - flow_m3_h_) / tank_area_m2 * dt_s / 3600.0;
  level_m_ = std::clamp(level_m_, 0.0, tank_overflow_m);
}

void WaterSupply::step_quality(double dt_s) {
  const double unfiltered = breakthrough_.step(has("filter-breakthrough"), dt_s) / filters;
  turbidity_ =
      filtered_ntu + turbidity_stray_.step(random_) + (raw_ntu - filtered_ntu) * unfiltered;
  const double dosed = (1.0 - air_drawn_.step(has("chlorinator-empty"), dt_s)) *
                       (1.0 + dose_valve_.step(has("dosing-valve-open"), dt_s));
  chlorine_ = std::max(0.0, chlorine_dose_mg_l * dosed - chlorine_demand_mg_l);
  ph_ = ph_of(alkalinity_mmol_l - alum_.step(has("alum-overdose"), dt_s) * acid_a_mg_alum +
              lime_.step(has("lime-overdose"), dt_s) * base_a_mg_lime);
  const double green = bloom_.step(has("algae-bloom"), dt_s);
  codmn_ = oxidisable_left * (reservoir_codmn_mg_l * (1.0 - green) + bloom_codmn_mg_l * green);
}

// Without a flow of sample the cells see water that stands and loses its chlorine.
void WaterSupply::step_cells(double hour, double dt_s) {
  sampling_ = !is_cleaning(hour) && !has("sample-pump-trip");
  if (sampling_) {
    cell_turbidity_ = lagged(cell_turbidity_, turbidity_, dt_s, cell_s);
    cell_chlorine_ = lagged(cell_chlorine_, chlorine_, dt_s, cell_s);
    cell_ph_ = lagged(cell_ph_, ph_, dt_s, cell_s);
  } else {
    cell_turbidity_ = lagged(cell_turbidity_, 0.05, dt_s, 1800.0);
    cell_chlorine_ = lagged(cell_chlorine_, 0.0, dt_s, 600.0);
  }
}

void WaterSupply::step_taps(double dt_s) {
  network_chlorine_ = lagged(network_chlorine_, chlorine_, dt_s, transport_s);
  age_.step(has("tap-valve-shut"), dt_s);
}

void WaterSupply::show(Panel& panel) const {
  panel.set(sampling_tag_, sampling_ ? 1.0 : 0.0);
  panel.set(turbidity_tag_, cell_turbidity_);
  panel.set(chlorine_tag_, cell_chlorine_);
  panel.set(ph_tag_, cell_ph_);
  panel.set(codmn_tag_, codmn_);
  panel.set(pressure_tag_, pressure_mpa_);
  panel.set(flow_tag_, flow_m3_h_);
  panel.set(level_tag_, level_m_);
  panel.set(inflow_tag_, inflow_m3_h_);
  for (std::size_t i = 0; i < taps_.size(); ++i) {
    const double stands_h = i == 0 ? age_.value() : 0.0;
    const double left = std::exp(-decay_per_h * (taps_[i].age_h + stands_h));
    panel.set(taps_[i].tag, network_chlorine_ * left);
  }
}

}  // namespace

SystemInfo water_supply_system() {
  return {"water-supply", supply_causes,
          [](const SystemSettings& settings, Panel& panel,
             std::uint64_t seed) -> std::unique_ptr<System> {
            return std::make_unique<WaterSupply>(settings, panel, seed);
          }};
}

}  // namespace parkwatch::parksim
