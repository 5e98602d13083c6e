// tools/parksim/physics/wastewater.cpp - Completely mixed basins one after the other; Monod
// kinetics of COD removal and nitrification, both slower without oxygen.
#include "tools/parksim/physics/wastewater.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace parkwatch::parksim {
namespace {

constexpr double design_m3_h = 5000.0 / 24.0;
constexpr double equalisation_s = 12.0;  // retention times at design flow; a real plant's are
constexpr double aeration_s = 45.0;      // hours (README: on the fast side)
constexpr double clarifier_s = 12.0;

constexpr double inert_share = 0.04;     // of the influent's COD: leaves as it came
constexpr double cod_max_mg_l_s = 17.6;  // removal with plenty of food and oxygen
constexpr double cod_half_mg_l = 20.0;
constexpr double nh3n_max_mg_l_s = 1.6;
constexpr double nh3n_half_mg_l = 1.0;
constexpr double oxygen_half_cod = 0.5;  // mg/L of DO; the nitrifiers need more
constexpr double oxygen_half_nh3n = 1.0;

constexpr double design_nitrified_mg_l_s = 28.5 / aeration_s;

constexpr double oxygen_per_cod = 0.5;    // mg O2 per mg COD removed
constexpr double oxygen_per_nh3n = 4.57;  // mg O2 per mg N, stoichiometry
constexpr double design_demand = 5.87;    // mg/(L s) of the above at design load
constexpr double uptake_mg_l_s = 0.25;    // how fast the DO falls at design load without air
constexpr double saturation_mg_l = 9.0;
constexpr double setpoint_mg_l = 2.5;
constexpr double control_gain = 1.2;  // air per mg/L; no integral part, as on many small plants
constexpr double air_min = 0.3;
constexpr double air_max = 2.5;
constexpr double blower_s = 3.0;  // run up and run down

constexpr double tp_left = 0.075;  // behind flow-proportional iron dosing
constexpr double shock_cod_mg_l = 1100.0;
constexpr double sewer_mixing_s = 3.0;

// One completely mixed basin.
void mix(double& basin, double inflow, double retention_s) {
  basin += (inflow - basin) * park_step_s / retention_s;
}

void mix(Water& basin, const Water& inflow, double retention_s) {
  mix(basin.flow_m3_h, inflow.flow_m3_h, retention_s);
  mix(basin.cod, inflow.cod, retention_s);
  mix(basin.nh3n, inflow.nh3n, retention_s);
  mix(basin.tp, inflow.tp, retention_s);
  mix(basin.ph, inflow.ph, retention_s);
}

// A day's course: least at four in the morning, most at four in the afternoon; -1..1.
double course(double hour) { return std::sin(2.0 * std::numbers::pi * (hour - 10.0) / 24.0); }

TagInfo number(const char* device, const char* quantity, const char* unit, double high, int digits,
               double normal_low, double normal_high, std::chrono::seconds period) {
  return {.site = "wwtp1",
          .device = device,
          .quantity = quantity,
          .kind = Kind::number,
          .unit = unit,
          .low = 0.0,
          .high = high,
          .digits = digits,
          .normal_low = normal_low,
          .normal_high = normal_high,
          .words = {},
          .period = period};
}

}  // namespace

Wastewater::Wastewater(Panel& panel, std::uint64_t seed)
    : random_(seed, "wastewater"),
      flow_stray_(0.02, 900.0, park_step_s, random_),
      load_stray_(0.03, 900.0, park_step_s, random_),
      sewer_{design_m3_h, 300.0, 30.0, 4.0, 7.3},
      equalised_(sewer_),
      clarified_{design_m3_h, 27.0, 1.5, 0.3, 7.2} {
  using std::chrono::seconds;
  inflow_tag_ = panel.add(number("inflow", "flow", "m3/h", 500.0, 1, 150.0, 270.0, seconds{1}),
                          {.white = 1.0, .drift = 0.8});
  in_cod_ = panel.add(number("influent", "cod", "mg/L", 2000.0, 0, 200.0, 410.0, seconds{2}),
                      {.white = 4.0, .drift = 4.0});
  in_nh3n_ = panel.add(number("influent", "nh3n", "mg/L", 100.0, 1, 20.0, 41.0, seconds{2}),
                       {.white = 0.3, .drift = 0.3});
  in_tp_ = panel.add(number("influent", "tp", "mg/L", 20.0, 2, 2.8, 5.4, seconds{2}),
                     {.white = 0.04, .drift = 0.04});
  in_ph_ = panel.add(number("influent", "ph", "pH", 14.0, 2, 6.9, 7.7, seconds{2}),
                     {.white = 0.02, .drift = 0.03});
  do_tag_ = panel.add(number("aeration", "do", "mg/L", 10.0, 2, 1.8, 3.3, seconds{1}),
                      {.white = 0.03, .drift = 0.03});
  out_cod_ = panel.add(number("effluent", "cod", "mg/L", 500.0, 1, 15.0, 45.0, seconds{2}),
                       {.white = 0.5, .drift = 0.5});
  out_nh3n_ = panel.add(number("effluent", "nh3n", "mg/L", 50.0, 2, 0.3, 3.5, seconds{2}),
                        {.white = 0.03, .drift = 0.03});
  out_tp_ = panel.add(number("effluent", "tp", "mg/L", 5.0, 3, 0.20, 0.44, seconds{2}),
                      {.white = 0.004, .drift = 0.004});
  out_ph_ = panel.add(number("effluent", "ph", "pH", 14.0, 2, 6.8, 7.6, seconds{2}),
                      {.white = 0.02, .drift = 0.03});
  effluent_flow_tag_ =
      panel.add(number("effluent", "flow", "m3/h", 500.0, 1, 150.0, 270.0, seconds{1}),
                {.white = 1.0, .drift = 0.8});
  blower_tag_ = panel.add({.site = "wwtp1",
                           .device = "blower",
                           .quantity = "running",
                           .kind = Kind::flag,
                           .unit = "",
                           .low = 0.0,
                           .high = 1.0,
                           .digits = 0,
                           .normal_low = 1.0,
                           .normal_high = 1.0,
                           .words = {},
                           .period = seconds{5}});
}

void Wastewater::step(double hour, const Panel& panel) {
  step_sewer(hour);
  step_air(panel.shown(do_tag_));
  step_reactor();
}

void Wastewater::step_sewer(double hour) {
  const double day = course(hour);
  const double load = 1.0 + 0.12 * day + load_stray_.step(random_);
  Water arriving;
  arriving.flow_m3_h = design_m3_h * (1.0 + 0.10 * day + flow_stray_.step(random_));
  arriving.cod = shocked_ ? shock_cod_mg_l : 300.0 * load;
  arriving.nh3n = 30.0 * load;
  arriving.tp = 4.0 * load;
  arriving.ph = 7.3 + 0.08 * day;
  mix(sewer_, arriving, sewer_mixing_s);
  const double retention = equalisation_s * design_m3_h / sewer_.flow_m3_h;
  mix(equalised_, sewer_, retention);
}

void Wastewater::step_air(double shown_do) {
  const double wanted = 1.0 + control_gain * (setpoint_mg_l - shown_do);
  const double target = tripped_ ? 0.0 : std::clamp(wanted, air_min, air_max);
  mix(air_, target, blower_s);
}

void Wastewater::step_reactor() {
  const double retention = aeration_s * design_m3_h / equalised_.flow_m3_h;
  const double eaten = cod_max_mg_l_s * biodegradable_ / (cod_half_mg_l + biodegradable_) * do_ /
                       (oxygen_half_cod + do_);
  const double nitrified =
      nh3n_max_mg_l_s * nh3n_ / (nh3n_half_mg_l + nh3n_) * do_ / (oxygen_half_nh3n + do_);
  mix(biodegradable_, equalised_.cod * (1.0 - inert_share), retention);
  mix(inert_, equalised_.cod * inert_share, retention);
  mix(nh3n_, equalised_.nh3n, retention);
  mix(tp_, equalised_.tp * tp_left, retention);
  // Nitrification eats alkalinity: 0.3 pH at design load.
  mix(ph_, equalised_.ph - 0.3 * nitrified / design_nitrified_mg_l_s + 0.2, retention);
  biodegradable_ = std::max(0.0, biodegradable_ - eaten * park_step_s);
  nh3n_ = std::max(0.0, nh3n_ - nitrified * park_step_s);

  const double demand = (oxygen_per_cod * eaten + oxygen_per_nh3n * nitrified) / design_demand;
  const double supply = air_ * (saturation_mg_l - do_) / (saturation_mg_l - setpoint_mg_l);
  do_ = std::max(0.0, do_ + uptake_mg_l_s * (supply - demand) * park_step_s);

  const Water mixed{equalised_.flow_m3_h, biodegradable_ + inert_, nh3n_, tp_, ph_};
  mix(clarified_, mixed, clarifier_s * design_m3_h / equalised_.flow_m3_h);
}

void Wastewater::show(Panel& panel) const {
  panel.set(inflow_tag_, equalised_.flow_m3_h);
  panel.set(in_cod_, sewer_.cod);
  panel.set(in_nh3n_, sewer_.nh3n);
  panel.set(in_tp_, sewer_.tp);
  panel.set(in_ph_, sewer_.ph);
  panel.set(do_tag_, do_);
  panel.set(out_cod_, clarified_.cod);
  panel.set(out_nh3n_, clarified_.nh3n);
  panel.set(out_tp_, clarified_.tp);
  panel.set(out_ph_, clarified_.ph);
  panel.set(effluent_flow_tag_, clarified_.flow_m3_h);
  panel.set(blower_tag_, tripped_ ? 0.0 : 1.0);
}

}  // namespace parkwatch::parksim
