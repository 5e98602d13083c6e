// tools/parksim/physics/park.cpp - Builds the park, steps it and hands out what arrives.
#include "tools/parksim/physics/park.h"

#include <cassert>
#include <string>
#include <utility>

namespace parkwatch::parksim {
namespace {

constexpr int gate_count = 6;
constexpr std::size_t stuck_gate = 2;  // gate3
// Basins and blower settle in this time, so that the first sample is one of a running plant.
constexpr int warm_up_steps = 4 * 600;

const TankOptions tank_farm[] = {
    {.name = "t101", .level_m = 7.8, .draw_m3_s = 0.080, .normal_low_m = 6.6, .normal_high_m = 9.0},
    // Stock: the valve's travel brings it from 7.75 m to 8.0 m.
    {.name = "t102",
     .level_m = 8.0,
     .fill_below_m = 7.5,
     .fill_until_m = 7.75,
     .draw_m3_s = 0.0,
     .normal_low_m = 7.9,
     .normal_high_m = 8.1},
    {.name = "t103", .level_m = 7.2, .draw_m3_s = 0.060, .normal_low_m = 6.6, .normal_high_m = 9.0},
    {.name = "t104", .level_m = 8.2, .draw_m3_s = 0.050, .normal_low_m = 6.6, .normal_high_m = 9.0},
};
enum Tanks : std::size_t { t101, t102, t103, t104 };

}  // namespace

Park::Park(ParkOptions options)
    : options_(std::move(options)),
      now_(options_.start),
      panel_(options_.seed, options_.rate, options_.noise),
      wastewater_(panel_, options_.seed) {
  for (int i = 1; i <= gate_count; ++i) {
    gates_.emplace_back("gate" + std::to_string(i), panel_, options_.seed);
  }
  first_linked_ = static_cast<TagIndex>(panel_.tags().size());
  for (const TankOptions& tank : tank_farm) tanks_.emplace_back(tank, panel_, options_.seed);
  warm_up();
}

void Park::warm_up() {
  const double hour = hour_of_day();
  for (int i = 0; i < warm_up_steps; ++i) {
    step_units(hour);
    panel_.sample(now_, measured_);
    measured_.clear();
  }
}

double Park::hour_of_day() const {
  const auto day = std::chrono::floor<std::chrono::days>(now_);
  return std::chrono::duration<double, std::ratio<3600>>(now_ - day).count();
}

bool Park::active(Cause cause) const {
  for (const Incident& incident : options_.incidents) {
    if (incident.cause == cause && incident.active(now_ - options_.start)) return true;
  }
  return false;
}

void Park::apply_incidents() {
  if (options_.incidents.empty()) return;
  tanks_[t101].stick_inlet_open(active(Cause::valve_stuck_open));
  tanks_[t102].leak(active(Cause::leak));
  tanks_[t104].jam_regulator_open(active(Cause::overpressure));
  wastewater_.shock(active(Cause::influent_shock));
  wastewater_.trip_blower(active(Cause::blower_trip));
  gates_[stuck_gate].stall(active(Cause::barrier_stuck));
  panel_.freeze(wastewater_.do_tag(), active(Cause::sensor_frozen));
  panel_.power(tanks_[t103].level_tag(), !active(Cause::sensor_silent));
  link_.set_down(active(Cause::network_drop), active(Cause::network_loss));
}

void Park::step_units(double hour) {
  wastewater_.step(hour, panel_);
  wastewater_.show(panel_);
  for (Gate& gate : gates_) {
    gate.step(hour);
    gate.show(panel_);
  }
  for (Tank& tank : tanks_) {
    tank.step(hour);
    tank.show(panel_);
  }
}

void Park::deliver() {
  for (const Sample& sample : measured_) {
    if (sample.tag < first_linked_) {
      samples_.push_back(sample);
    } else {
      link_.offer(sample);
    }
  }
  measured_.clear();
  link_.carry(samples_);
}

void Park::advance(Span span) {
  assert(span >= Span{0});
  samples_.clear();
  for (rest_ += span; rest_ >= step_span; rest_ -= step_span) {
    apply_incidents();
    now_ += step_span;
    step_units(hour_of_day());
    panel_.sample(now_, measured_);
    deliver();
  }
}

}  // namespace parkwatch::parksim
