// tools/parksim/physics/systems/steam_network.cpp - A balance of steam: what the boilers give more
// than is drawn, condensed and lost lifts the pressure.
#include "tools/parksim/physics/systems/steam_network.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double set_mpa = 0.8;
constexpr double boiler_t_h = 12.0;
constexpr double control_t_h_mpa = 200.0;
constexpr double drawn_t_h = 6.0;      // by each user, at the set pressure
constexpr double condensed_t_h = 0.3;  // along the pipes, out of the traps
constexpr double content_t_mpa = 4.0;  // that pipes and drums give up
// Napier: saturated steam through a hole, for each mm2 and MPa (absolute).
constexpr double jet_t_h = 0.00525;
constexpr double atmosphere_mpa = 0.1;

}  // namespace

SteamNetwork::SteamNetwork(const std::string& site, const std::vector<std::string>& users,
                           Panel& panel, std::uint64_t seed)
    : random_(seed, "steam " + site), stray_(0.01, 1800.0, 1.0, random_), pressure_mpa_(set_mpa) {
  const auto number = [&](const std::string& device, const char* quantity, const char* unit,
                          NumberSpan span, Noise noise) {
    return panel.add(number_tag(site, device, quantity, unit, span, seconds{60}), noise);
  };
  if (users.empty()) return;
  flow_ = number("steam", "flow", "t/h", {0.0, 500.0, 2}, {.white = 0.03});
  pressure_ = number("steam", "pressure", "MPa", {0.0, 2.5, 3}, {.white = 0.001});
  for (const std::string& user : users) {
    users_.push_back(number(user, "steam", "t/h", {0.0, 100.0, 2}, {.white = 0.02}));
  }
}

void SteamNetwork::step(double hour, double dt_s, const Causes& causes, Panel& panel) {
  if (users_.empty()) return;
  const double course = 0.15 * std::sin(2.0 * std::numbers::pi * (hour - 9.0) / 24.0);
  const double each_t_h =
      drawn_t_h * (1.0 + course + stray_.step(random_)) * pressure_mpa_ / set_mpa;
  const double drawn = each_t_h * static_cast<double>(users_.size());
  const double hole_mm2 = crack_mm2_.step(causes.has("steam-weld-cracks"), dt_s);
  const double lost = condensed_t_h + jet_t_h * hole_mm2 * (pressure_mpa_ + atmosphere_mpa);
  const double boilers = causes.has("steam-boiler-trips") ? 1.0 : 2.0;
  const double wanted = drawn + condensed_t_h + control_t_h_mpa * (set_mpa - pressure_mpa_);
  const double given = std::clamp(wanted, 0.0, boilers * boiler_t_h);
  pressure_mpa_ += (given - drawn - lost) / content_t_mpa * dt_s / 3600.0;
  // An orifice's flow goes with the root of its pressure difference.
  const double difference =
      1.0 - difference_lost_.step(causes.has("steam-impulse-line-leaks"), dt_s);
  panel.set(flow_, given * std::sqrt(difference));
  panel.set(pressure_, pressure_mpa_);
  for (const TagIndex user : users_) panel.set(user, each_t_h);
}

}  // namespace parkwatch::parksim
