// tools/parksim/physics/systems/heating_network.cpp - A balance of water, a proportional controller
// and a relief valve.
#include "tools/parksim/physics/systems/heating_network.h"

#include <algorithm>

namespace parkwatch::parksim {
namespace {

constexpr double relief_mpa = 0.5;
constexpr double relief_m3_h_mpa = 2000.0;

}  // namespace

const NetworkKind primary_network{0.35, 6.0, 1.0, 20.0, 200.0};
const NetworkKind secondary_network{0.35, 2.0, 0.3, 3.0, 30.0};

void NetworkWater::step(double leak_m3_h, double passing_m3_h, double dt_s) {
  const double wanted = kind_.loss_m3_h + kind_.gain_m3_h_mpa * (kind_.set_mpa - pressure_mpa_);
  make_up_m3_h_ = std::clamp(wanted, 0.0, kind_.make_up_max_m3_h) + passing_m3_h;
  const double relief = std::max(0.0, pressure_mpa_ - relief_mpa) * relief_m3_h_mpa;
  // What drives water out is the pressure itself.
  const double driven = pressure_mpa_ / kind_.set_mpa;
  const double out = (kind_.loss_m3_h + leak_m3_h) * driven + relief;
  pressure_mpa_ += (make_up_m3_h_ - out) / kind_.content_m3_mpa * dt_s / 3600.0;
  pressure_mpa_ = std::max(pressure_mpa_, 0.0);
}

}  // namespace parkwatch::parksim
