// tools/parksim/physics/systems/barn.cpp - Air change, and what it cannot take out.
#include "tools/parksim/physics/systems/barn.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace parkwatch::parksim {

const BarnKind hen_barn{.set_c = 21.0,
                        .animals_c = 9.0,
                        .ammonia_g_h = 90.0,
                        .flock = {.heads = 10'000.0,
                                  .drinks_ml_h = 15.0,
                                  .light_from_h = 5.0,
                                  .light_to_h = 21.0,
                                  .cracks_mm2_min = 0.6}};
const BarnKind chick_barn{.set_c = 31.0,
                          .animals_c = 4.0,
                          .ammonia_g_h = 60.0,
                          .flock = {.heads = 12'000.0,
                                    .drinks_ml_h = 2.5,
                                    .light_from_h = 0.0,
                                    .light_to_h = 24.0,
                                    .cracks_mm2_min = 0.1}};

namespace {

using std::chrono::seconds;

constexpr double least_air = 0.25;  // of all fans: what the animals breathe
constexpr double draught = 0.02;    // with all fans off
constexpr double change_s = 600.0;  // one change of air, with all fans
constexpr double fans_m3_h = 60'000.0;
constexpr double air_kj_m3_k = 1.2;
constexpr double wet_litter_g_h_m2 = 0.9;  // of ammonia more than the dry
constexpr double litter_l_m2 = 5.0;        // of water, and it is wet
constexpr double litter_m2 = 330.0;        // below the drinker lines
constexpr double dries_s = 1200.0;
constexpr double pads_k = 18.0;         // that wet pads take from air of 38 degC
constexpr double pads_kg = 700.0;       // of water that they hold
constexpr double water_kj_kg = 2450.0;  // that evaporates
constexpr double wets_s = 1200.0;
constexpr double thirst_k = 0.04;  // more to drink for each kelvin
constexpr double frost_c = -20.0;
constexpr double stuck_m3_h = 12'000.0;  // through an inlet that stays open
constexpr double heater_kw = 100.0;
constexpr double frost_kw = 30.0;  // that the animals' warmth lacks in the frost
constexpr double outside_ppm = 420.0;
constexpr double animals_ppm = 1400.0;  // above outside, at the least air
constexpr double control_lag_s = 60.0;
constexpr double warm_s = 2400.0;  // of building and animals

}  // namespace

Barn::Barn(const std::string& site, const std::string& name, const BarnKind& kind, Panel& panel,
           std::uint64_t seed)
    : kind_(kind),
      random_(seed, site + " barn " + name),
      stray_(0.12, 1800.0, 1.0, random_),
      temperature_c_(kind.set_c),
      co2_ppm_(outside_ppm + animals_ppm),
      nh3_mg_(1000.0 * kind.ammonia_g_h / (least_air * fans_m3_h)),
      demand_(least_air),
      ice_(0.01 / 60.0, 0.62, 300.0),
      drinkers_(site + name, kind.flock, seed),
      pads_kg_(pads_kg),
      temperature_(
          panel.add(number_tag(site, name, "temperature", "degC", {-40.0, 60.0, 1}, seconds{30}),
                    {.white = 0.05})),
      humidity_(panel.add(number_tag(site, name, "humidity", "%", {0.0, 100.0, 1}, seconds{60}),
                          {.white = 0.3})),
      nh3_(panel.add(number_tag(site, name, "nh3", "mg/m3", {0.0, 100.0, 2}, seconds{30}),
                     {.white = 0.05})),
      co2_(panel.add(number_tag(site, name, "co2", "ppm", {0.0, 10000.0, 0}, seconds{30}),
                     {.white = 8.0})),
      demand_tag_(panel.add(
          number_tag(site, name, "ventilation_demand", "%", {0.0, 100.0, 1}, seconds{10}))),
      airflow_(panel.add(number_tag(site, name, "airflow", "%", {0.0, 110.0, 1}, seconds{10}),
                         {.white = 0.1})),
      water_(panel.add(number_tag(site, name, "water", "L/h", {0.0, 30000.0, 1}, seconds{60}),
                       {.white = 0.3})),
      power_(panel.add(flag_tag(site, name, "power", seconds{60}))) {}

// Where the temperature ends with that part of the fans' air. The heating holds the set point from
// below, the fans from above; without air the animals warm.
double Barn::steady_c(double flow, double dt_s, const BarnFaults& faults) {
  const double air_kw_k = flow * fans_m3_h * air_kj_m3_k / 3600.0;
  const double warmth = kind_.animals_c * std::max(0.0, std::min(least_air / flow, 3.0) - 1.0);
  double kw = 0.0;
  double kw_k = air_kw_k;
  if (faults.heater_on) kw += heater_kw;
  if (faults.heater_off) kw -= frost_kw;
  if (faults.inlet_open) {
    const double draught_kw_k = stuck_m3_h * air_kj_m3_k / 3600.0;
    kw -= draught_kw_k * (kind_.set_c - frost_c) - (heater_kw - frost_kw);
    kw_k += draught_kw_k;
  }
  return kind_.set_c + warmth + kw / kw_k + step_pads(flow, dt_s, faults.pads_unfed);
}

// Their water goes into the air that it cools; the humidity that is shown leaves it out.
double Barn::step_pads(double flow, double dt_s, bool unfed) {
  const double taken_k = pads_k * pads_kg_ / pads_kg;
  if (!unfed) {
    pads_kg_ = lagged(pads_kg_, pads_kg, dt_s, wets_s);
  } else {
    const double kg_h = flow * fans_m3_h * air_kj_m3_k * taken_k / water_kj_kg;
    pads_kg_ = std::max(0.0, pads_kg_ - kg_h * dt_s / 3600.0);
  }
  return pads_k - taken_k;
}

// What leaks out of the drinker lines wets the litter below them.
void Barn::step_litter(double hour, double dt_s, const BarnFaults& faults) {
  const double thirst = 1.0 + thirst_k * std::max(0.0, temperature_c_ - kind_.set_c);
  drinkers_.step(hour, thirst, dt_s, faults.water);
  const double leak_l_h = drinkers_.leak_l_h();
  wet_m2_ = leak_l_h > 0.0 ? std::min(litter_m2, wet_m2_ + leak_l_h / litter_l_m2 * dt_s / 3600.0)
                           : lagged(wet_m2_, 0.0, dt_s, dries_s);
}

// What the animals give off stays; the fans change the air.
void Barn::step_air(double flow, double dt_s, const BarnFaults& faults) {
  const double lag_s = change_s / flow;
  const double share = least_air / flow;
  const double nh3_g_h = kind_.ammonia_g_h + wet_litter_g_h_m2 * wet_m2_;
  co2_ppm_ = lagged(co2_ppm_, outside_ppm + animals_ppm * share, dt_s, lag_s);
  nh3_mg_ = lagged(nh3_mg_, 1000.0 * nh3_g_h / (flow * fans_m3_h), dt_s, lag_s);
  temperature_c_ = lagged(temperature_c_, steady_c(flow, dt_s, faults), dt_s, warm_s);
}

void Barn::step(double hour, double dt_s, const BarnFaults& faults, Panel& panel) {
  const double afternoon = std::max(0.0, std::sin(std::numbers::pi * (hour - 9.0) / 12.0));
  const double too_warm = std::max(0.0, temperature_c_ - kind_.set_c - 0.5);
  const double wanted = std::clamp(least_air * (1.0 + 0.4 * afternoon) + 0.1 * too_warm, 0.0, 1.0);
  demand_ = lagged(demand_, wanted, dt_s, control_lag_s);
  const bool stopped = faults.fans_tripped || faults.no_power;
  const double open = 1.0 - ice_.step(faults.inlets_ice, dt_s);
  const double flow = stopped ? 0.0 : demand_ * open;
  step_litter(hour, dt_s, faults);
  step_air(std::max(flow, draught), dt_s, faults);
  panel.set(temperature_, temperature_c_ + stray_.step(random_));
  panel.set(humidity_, 58.0 + 6.0 * (co2_ppm_ - outside_ppm) / animals_ppm);
  panel.set(nh3_, nh3_mg_);
  panel.set(co2_, co2_ppm_);
  panel.set(demand_tag_, 100.0 * demand_);
  panel.set(airflow_, 100.0 * flow);
  panel.set(water_, drinkers_.flow_l_h());
  panel.set(power_, faults.no_power ? 0.0 : 1.0);
  for (const TagIndex tag : {temperature_, humidity_, nh3_, co2_, demand_tag_, airflow_, water_}) {
    panel.power(tag, !faults.controller_dead);
  }
}

}  // namespace parkwatch::parksim
