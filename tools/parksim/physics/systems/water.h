// tools/parksim/physics/systems/water.h - Streams of water that meet, and tanks that mix them.
// Plain values.
#pragma once
#include <cmath>

#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// What a stream carries: concentrations by mass, in mg/L; base in mmol/L, acid is below 0.
struct Solutes {
  double cod = 0.0;
  double inert_cod = 0.0;  // that no sludge can eat; not in `cod`
  double nh3n = 0.0;
  double tp = 0.0;
  double thiourea = 0.0;
  double base = 0.0;
  double us_cm = 0.0;  // conductivity, of which salts add up nearly
};

struct Stream {
  double m3_h = 0.0;
  Solutes has;
};

// The first, of which `part_of_other` is replaced by the second.
inline Solutes blended(const Solutes& one, const Solutes& other, double part_of_other) {
  const auto blend = [&](double Solutes::*what) {
    return one.*what + (other.*what - one.*what) * part_of_other;
  };
  return {blend(&Solutes::cod),  blend(&Solutes::inert_cod), blend(&Solutes::nh3n),
          blend(&Solutes::tp),   blend(&Solutes::thiourea),  blend(&Solutes::base),
          blend(&Solutes::us_cm)};
}

// Two streams run together; no flow at all keeps the first's.
inline Stream joined(const Stream& one, const Stream& other) {
  const double m3_h = one.m3_h + other.m3_h;
  return {m3_h, m3_h > 0.0 ? blended(one.has, other.has, other.m3_h / m3_h) : one.has};
}

// What a mixed tank holds `step_s` later, through which the inflow goes once in `stay_s`.
inline Solutes mixed(const Solutes& held, const Solutes& inflow, double step_s, double stay_s) {
  return blended(held, inflow, 1.0 - std::exp(-step_s / stay_s));
}

// A titration curve: the pH of a buffered water with so much base, in mmol/L.
inline double titrated(double neutral_ph, double base) {
  return neutral_ph + 1.15 * std::asinh(base / 0.8);
}

}  // namespace parkwatch::parksim
