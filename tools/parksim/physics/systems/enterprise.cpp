// tools/parksim/physics/systems/enterprise.cpp - Load by the hour, and a register that adds up what
// its meter sees.
#include "tools/parksim/physics/systems/enterprise.h"

#include <cmath>
#include <numbers>

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double guard_kw[] = {5.5, 4.5};
constexpr double pulses_kwh = 240.0;  // of the meter's output, which the terminal counts
constexpr double hum_hz = 50.0;
// Without its crystal the clock runs on by the chip's RC oscillator, which is right at 25 degC.
constexpr double trimmed_c = 25.0;
constexpr double oscillator_per_k = -0.0005;
constexpr double set_s = 1.0;  // a mended clock is set

bool is_guard_house(std::size_t number) { return number == 1 || number == 2; }
bool counts_pulses(std::size_t number) { return number == 3 || number == 7; }

// 120 to 350 kW.
double base_of(std::size_t number) {
  if (is_guard_house(number)) return guard_kw[number - 1];
  return 120.0 + 23.0 * static_cast<double>(number * 7 % 11);
}

}  // namespace

Enterprise::Enterprise(const std::string& site, const std::string& name, std::size_t number,
                       Panel& panel, std::uint64_t seed)
    : base_kw_(base_of(number)),
      guard_house_(is_guard_house(number)),
      counts_pulses_(counts_pulses(number)),
      random_(seed, "enterprise " + name),
      stray_(0.02, 1800.0, 1.0, random_),
      register_kwh_(100000.0 + 1000.0 * static_cast<double>(number)),
      saved_kwh_(register_kwh_),
      energy_(
          panel.add(number_tag(site, name, "energy", "kWh", {0.0, 999'999'999.0, 2}, seconds{60}))),
      power_(
          panel.add(number_tag(site, name, "power", "kW", {-100000.0, 100000.0, 1}, seconds{60}))),
      clock_(panel.add(
          number_tag(site, name, "clock_offset", "s", {-86400.0, 86400.0, 0}, seconds{300}),
          {.white = 0.2, .drift = 0.5})),
      cover_(panel.add(flag_tag(site, name, "cover_open", seconds{600}))) {}

void Enterprise::step(double hour, double scale, double dt_s, const MeterFaults& faults,
                      Panel& panel) {
  const double course = std::sin(2.0 * std::numbers::pi * (hour - 9.0) / 24.0);
  const double shape = guard_house_ ? 1.0 : (1.0 + 0.15 * course + stray_.step(random_)) * scale;
  const double load = base_kw_ * shape + furnace_.step(faults.furnace, dt_s);
  drawn_kw_ = load + bypass_.step(faults.bypass, dt_s);
  metered_kw_ = faults.reversed ? -load : load;
  step_register(hour, dt_s, faults);
  step_clock(dt_s, faults);
  panel.set(energy_, register_kwh_);
  panel.set(power_, metered_kw_);
  panel.set(clock_, gained_s_);
  panel.set(cover_, faults.cover_open ? 1.0 : 0.0);
  for (const TagIndex tag : {energy_, power_, clock_, cover_}) panel.power(tag, !faults.no_power);
}

// The meter's own register runs back with power that flows back. Pulses only add up, each period of
// the hum as one; the terminal saves its count of them on the hour.
void Enterprise::step_register(double hour, double dt_s, const MeterFaults& faults) {
  const double advance_kwh = metered_kw_ * dt_s / 3600.0;
  if (!counts_pulses_) {
    register_kwh_ += advance_kwh;
    return;
  }
  const double hum_pulses = faults.hums ? hum_hz * dt_s : 0.0;
  register_kwh_ += std::abs(advance_kwh) + hum_pulses / pulses_kwh;
  if (faults.restarts && !restarted_) register_kwh_ = saved_kwh_;
  restarted_ = faults.restarts;
  if (std::floor(hour) == saved_hour_) return;
  saved_hour_ = std::floor(hour);
  saved_kwh_ = register_kwh_;
}

void Enterprise::step_clock(double dt_s, const MeterFaults& faults) {
  if (faults.crystal_broken) {
    gained_s_ += oscillator_per_k * (faults.cabinet_c - trimmed_c) * dt_s;
  } else {
    gained_s_ = lagged(gained_s_, 0.0, dt_s, set_s);
  }
}

}  // namespace parkwatch::parksim
