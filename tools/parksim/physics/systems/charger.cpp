// tools/parksim/physics/systems/charger.cpp - Power by the hour, and a connector whose contacts
// warm with the current.
#include "tools/parksim/physics/systems/charger.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double charging_kw = 60.0;
constexpr double ambient_c = 25.0;
constexpr double charging_a = 150.0;
constexpr double contacts_mohm = 0.4;  // both of them, sound
constexpr double warms_k_w = 1.9;      // 17 K with 9 W
constexpr double warm_lag_s = 900.0;

}  // namespace

Charger::Charger(const std::string& site, const std::string& name, Panel& panel)
    : power_(panel.add(number_tag(site, name, "power", "kW", {0.0, 2000.0, 0}, seconds{60}),
                       {.white = 0.5})),
      temperature_(
          panel.add(number_tag(site, name, "temperature", "degC", {-40.0, 150.0, 1}, seconds{30}),
                    {.white = 0.3, .drift = 0.5})),
      fault_(panel.add(flag_tag(site, name, "fault", seconds{60}))) {}

void Charger::step(double hour, double dt_s, const Causes& causes, Panel& panel) {
  const bool failed = causes.has("charger-fault");
  power_kw_ = hour >= 8.0 && hour < 20.0 && !failed ? charging_kw : 0.0;
  const double mohm = contacts_mohm + worn_mohm_.step(causes.has("contact-worn"), dt_s);
  const double ampere = power_kw_ > 0.0 ? charging_a : 0.0;
  const double heat_w = ampere * ampere * mohm / 1000.0;
  warm_k_ = lagged(warm_k_, warms_k_w * heat_w, dt_s, warm_lag_s);
  panel.set(power_, power_kw_);
  panel.set(temperature_, ambient_c + warm_k_);
  panel.set(fault_, failed ? 1.0 : 0.0);
}

}  // namespace parkwatch::parksim
