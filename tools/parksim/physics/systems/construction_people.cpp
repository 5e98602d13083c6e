// tools/parksim/physics/systems/construction_people.cpp - Arrivals, lunch, and batteries.
#include "tools/parksim/physics/systems/construction_people.h"

#include <algorithm>
#include <cmath>

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double workers = 60.0;
constexpr double beacon_lag_s = 30.0;  // a zone's beacon sees somebody after he came in
constexpr double fence_gap_s = 120.0;  // somebody comes through the gap every two minutes
constexpr double fence_leave_s = 30.0;
constexpr double tailgate_s = 8.0;  // the sensor of the turnstile sees two bodies so long
// A helmet's battery: what is in it, sound and aged, and what flows.
constexpr double sound_mah = 1650.0;
constexpr double aged_mah = 150.0;
constexpr double helmet_ma = 100.0;
constexpr double charger_ma = 1000.0;
constexpr double comes_off_s = 3.0;  // a helmet, after its wearer fell

// From 0 at `begin` to 1 at `end`.
double between(double hour, double begin, double end) {
  return std::clamp((hour - begin) / (end - begin), 0.0, 1.0);
}

// Who should be inside: everybody goes out for lunch.
double expected_inside(double hour) {
  return workers * (between(hour, 6.5, 7.0) - between(hour, 11.5, 11.75) +
                    between(hour, 12.5, 13.0) - between(hour, 17.5, 17.75));
}

}  // namespace

bool is_working_hour(double hour) {
  return (hour >= 7.0 && hour < 11.5) || (hour >= 13.0 && hour < 17.5);
}

Attendance::Attendance(const std::string& site, Panel& panel, std::uint64_t seed)
    : random_(seed, site + " attendance"),
      inside_(panel.add(
          number_tag(site, "attendance", "inside", "persons", {0.0, 2000.0, 0}, seconds{30}))),
      zones_(panel.add(
          number_tag(site, "attendance", "in_zones", "persons", {0.0, 2000.0, 0}, seconds{30}))),
      unmatched_(panel.add(flag_tag(site, "attendance", "unmatched", seconds{60}))),
      longest_(panel.add(
          number_tag(site, "attendance", "longest_stay", "h", {0.0, 100.0, 2}, seconds{60}))) {}

void Attendance::step(double hour, double dt_s, const Causes& causes, Panel& panel) {
  const double lost = causes.has("exit-unread") ? 1.0 : 0.0;
  recorded_ = std::max(std::round(expected_inside(hour)), lost);
  in_zones_ = lagged(in_zones_, expected_inside(hour), dt_s, beacon_lag_s);
  look_s_ -= dt_s;
  if (look_s_ <= 0.0) {
    missed_ = random_.chance(0.3) ? 1.0 : 0.0;
    look_s_ = 60.0;
  }
  strangers_ = causes.has("fence-gap") ? strangers_ + dt_s / fence_gap_s
                                       : std::max(0.0, strangers_ - dt_s / fence_leave_s);
  step_stay(hour, dt_s, lost > 0.0);
  const double since = tailgate_.step(causes.has("tailgating"), dt_s);
  panel.set(inside_, recorded_);
  panel.set(zones_, std::max(0.0, std::round(in_zones_ - missed_) + std::floor(strangers_)));
  panel.set(unmatched_, since > 0.0 && since <= tailgate_s ? 1.0 : 0.0);
  panel.set(longest_, stay_h_);
}

// Who is not read as he leaves stays inside, as far as the turnstiles know.
void Attendance::step_stay(double hour, double dt_s, bool exit_lost) {
  const bool lunch = hour >= 11.75 && hour < 12.5;  // everybody is out
  const bool somebody = exit_lost || (recorded_ >= 1.0 && !lunch);
  stay_h_ = somebody ? stay_h_ + dt_s / 3600.0 : 0.0;
}

Helmet::Helmet(const std::string& site, const std::string& name, Panel& panel, std::uint64_t seed)
    : random_(seed, site + " helmet " + name),
      sos_(panel.add(flag_tag(site, name, "sos", seconds{60}))),
      fall_(panel.add(flag_tag(site, name, "fall", seconds{60}))),
      worn_(panel.add(flag_tag(site, name, "worn", seconds{60}))),
      charging_(panel.add(flag_tag(site, name, "charging", seconds{60}))),
      battery_(panel.add(number_tag(site, name, "battery", "%", {0.0, 100.0, 1}, seconds{60}),
                         {.white = 0.1})) {}

// A few times an hour for some seconds.
bool Helmet::is_lifted(double dt_s) {
  if (random_.chance(3.0 * dt_s / 3600.0)) lifted_s_ = random_.between(3.0, 15.0);
  lifted_s_ = std::max(0.0, lifted_s_ - dt_s);
  return lifted_s_ > 0.0;
}

void Helmet::step(double hour, double dt_s, const Causes& causes, bool mine, Panel& panel) {
  const auto at_work = [&](const char* cause) { return mine && causes.has(cause); };
  const bool on_charger = !is_working_hour(hour);
  const double fallen_s = fallen_.step(at_work("worker-falls"), dt_s);
  const double mah = at_work("battery-aged") ? aged_mah : sound_mah;
  const double ma = on_charger ? charger_ma : -helmet_ma;
  charge_ = std::clamp(charge_ + 100.0 * ma / mah * dt_s / 3600.0, 0.0, 100.0);
  const bool off = is_lifted(dt_s) || at_work("helmet-off") || fallen_s > comes_off_s;
  panel.set(sos_, at_work("worker-trapped") ? 1.0 : 0.0);
  panel.set(fall_, fallen_s > 0.0 ? 1.0 : 0.0);
  panel.set(worn_, on_charger || off ? 0.0 : 1.0);
  panel.set(charging_, on_charger ? 1.0 : 0.0);
  panel.set(battery_, charge_);
}

}  // namespace parkwatch::parksim
