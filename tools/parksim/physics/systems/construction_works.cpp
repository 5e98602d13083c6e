// tools/parksim/physics/systems/construction_works.cpp - Arcs and pauses, digging, and lifting.
#include "tools/parksim/physics/systems/construction_works.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tools/parksim/physics/systems/construction_people.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double arc_s = 480.0;
constexpr double pause_s = 300.0;
constexpr double arc_ampere = 140.0;
// Of the crew that does not test again: allowed, and too long.
constexpr double first_break_s = 27.0 * 60.0;
constexpr double second_break_s = 33.0 * 60.0;
// Of the crew whose material is late: 27 and 33 minutes after its tests.
constexpr double waits_until_h[] = {8.4, 14.0};
// Of the one who welds thin sheet by TIG.
constexpr double thin_ampere = 12.0;
constexpr double thin_per_s = 4.0 / 60.0;
constexpr double idle_ampere = 3.0;  // of the machine's fan

// Gas that leaks at the welder goes into the air that passes him.
constexpr double passing_l_min = 600.0;
constexpr double lel_acetylene_vol = 2.5;
constexpr double air_o2_vol = 20.9;
constexpr double pit_l = 1570.0;  // of the pit, below the detector
constexpr double argon_l_min = 15.0;

constexpr double normal_load = 55.0;  // % of what the excavator can
constexpr double rated_kn = 150.0;
constexpr double idle_load = 8.0;
constexpr double overtime_hours_start = 1200.0;

constexpr double lift_cycle_s = 360.0;
constexpr double rated_tm = 120.0;
constexpr double heavy_t = 3.6;
constexpr double mast_m = 10.0;     // where it is taken up
constexpr double limiter_m = 36.0;  // where the limiter stops the trolley
constexpr double out_m_s = 4.0 / 60.0;
constexpr double in_m_s = 20.0 / 60.0;
// For each hPa on 100 km the wind aloft has 9.5 m/s (geostrophic, 37 degrees north); 55 % of that
// are left at the crane, over built-up land.
constexpr double wind_m_s_hpa = 0.55 * 9.5;

enum Permit { permit_none, permit_active, permit_expired };

// Work under the permit: not at noon, and it is over before the shift ends.
bool is_welding_hour(double hour) {
  return (hour >= 8.0 && hour < 11.0) || (hour >= 13.5 && hour < 17.0);
}

bool is_permitted(double hour) {
  return (hour >= 7.75 && hour < 11.25) || (hour >= 13.25 && hour < 17.25);
}

// The crew tests right before it begins.
bool is_test(double hour) { return (hour >= 7.9 && hour < 7.95) || (hour >= 13.4 && hour < 13.45); }

}  // namespace

Welder::Welder(const std::string& site, const std::string& name, Panel& panel)
    : fuel_l_min_(0.3 / 60.0, 9.3, 120.0),
      oxygen_l_min_(2.28 / 60.0, 30.0, 120.0),
      argon_l_(argon_l_min / 60.0, 225.0, 120.0),
      current_(panel.add(number_tag(site, name, "current", "A", {0.0, 600.0, 1}, seconds{10}),
                         {.white = 1.0})),
      permit_(
          panel.add(word_tag(site, name, "permit", {"none", "active", "expired"}, seconds{60}))),
      test_age_(
          panel.add(number_tag(site, name, "test_age", "min", {0.0, 2000.0, 1}, seconds{10}))),
      break_(panel.add(number_tag(site, name, "break", "min", {0.0, 2000.0, 1}, seconds{10}))),
      lel_(panel.add(number_tag(site, name, "gas_lel", "%LEL", {0.0, 100.0, 1}, seconds{10}),
                     {.white = 0.2})),
      o2_(panel.add(number_tag(site, name, "gas_o2", "%vol", {0.0, 30.0, 2}, seconds{10}),
                    {.white = 0.02})) {}

// With the cause the crew goes away, welds, goes away for longer and welds again, as long as the
// cause lasts; `longer` times as long as at level 1, 0 without the cause.
bool Welder::wants_arc(double hour, double dt_s, double longer, bool waits) {
  const bool goes_away = longer > 0.0;
  const double away_s = away_.step(goes_away, dt_s);
  if (goes_away) {
    if (away_s < longer * first_break_s) return false;
    if (away_s < longer * first_break_s + arc_s) return true;
    return away_s >= longer * (first_break_s + second_break_s) + arc_s;
  }
  const double waits_until = waits ? waits_until_h[hour < 12.0 ? 0 : 1] : 0.0;
  if (!is_welding_hour(hour) || hour < waits_until) {
    cycle_s_ = 0.0;
    return false;
  }
  cycle_s_ = std::fmod(cycle_s_ + dt_s, arc_s + pause_s);
  return cycle_s_ < arc_s;
}

// The break before an arc stands while it burns, the test's age from the first arc on.
void Welder::step_gaps(bool arc, bool tested, double dt_s) {
  if (arc_ && !arc) break_s_ = 0.0;
  if (arc) begun_ = true;
  if (!arc) (begun_ ? break_s_ : test_age_s_) += dt_s;
  if (tested) {
    test_age_s_ = break_s_ = 0.0;
    begun_ = arc;
  }
  arc_ = arc;
}

void Welder::step(double hour, double dt_s, const Causes& causes, bool mine, Panel& panel) {
  const auto at_work = [&](const char* cause) { return mine && causes.has(cause); };
  const double longer = at_work("long-breaks-without-test") ? 2.0
                        : at_work("breaks-without-test")    ? 1.0
                                                            : 0.0;
  const bool goes_away = longer > 0.0;
  const bool ran_out = at_work("permit-runs-out");
  const bool waits = at_work("late-start");
  const bool arc = wants_arc(hour, dt_s, longer, waits) || ran_out;
  // Who is told that his test was too old tests again.
  step_gaps(arc, (!goes_away && is_test(hour)) || (waited_ && !waits), dt_s);
  waited_ = waits;
  Permit permit = is_permitted(hour) || goes_away ? permit_active : permit_none;
  if (ran_out) permit = permit_expired;
  const double thin_s = thin_.step(at_work("thin-sheet"), dt_s);
  const double ampere = thin_s > 0.0 ? thin_ampere + thin_per_s * thin_s : idle_ampere;
  panel.set(current_, arc ? arc_ampere : ampere);
  panel.set(permit_, static_cast<double>(permit));
  panel.set(test_age_, test_age_s_ / 60.0);
  panel.set(break_, break_s_ / 60.0);
  panel.power(current_, !at_work("welder-unplugged"));
  panel.power(lel_, !at_work("detector-battery-flat"));
  panel.power(o2_, !at_work("detector-battery-flat"));
  step_gases(dt_s, at_work("hose-leaks"), at_work("oxygen-leaks"), at_work("argon-in-pit"), panel);
}

void Welder::step_gases(double dt_s, bool fuel_leaks, bool oxygen_leaks, bool argon_flows,
                        Panel& panel) {
  const double fuel_vol = 100.0 * fuel_l_min_.step(fuel_leaks, dt_s) / passing_l_min;
  const double oxygen_part = oxygen_l_min_.step(oxygen_leaks, dt_s) / passing_l_min;
  const double argon_part = argon_l_.step(argon_flows, dt_s) / pit_l;
  panel.set(lel_, 0.8 + 100.0 * fuel_vol / lel_acetylene_vol);
  panel.set(o2_, air_o2_vol * (1.0 - argon_part) + (100.0 - air_o2_vol) * oxygen_part);
}

Machine::Machine(const std::string& site, const std::string& name, Panel& panel, std::uint64_t seed)
    : random_(seed, site + " machine " + name),
      stray_(1.5, 120.0, 1.0, random_),
      hours_(overtime_hours_start),
      rock_kn_(3.0 / 60.0, 82.0, 60.0),
      running_(panel.add(flag_tag(site, name, "running", seconds{60}))),
      load_(panel.add(number_tag(site, name, "load", "%", {0.0, 150.0, 1}, seconds{10}),
                      {.white = 0.3})),
      engine_hours_(panel.add(number_tag(site, name, "hours", "h", {0.0, 1e6, 2}, seconds{60}))) {}

void Machine::step(double hour, double dt_s, const Causes& causes, bool mine, Panel& panel) {
  const bool kept_on = mine && (causes.has("no-break") || causes.has("night-run"));
  const bool runs = is_working_hour(hour) || kept_on;
  if (runs) hours_ += dt_s / 3600.0;
  const double load = normal_load + stray_.step(random_);
  const double rock = 100.0 * rock_kn_.step(mine && causes.has("rock"), dt_s) / rated_kn;
  panel.set(running_, runs ? 1.0 : 0.0);
  panel.set(load_, runs ? load + rock : idle_load);
  panel.set(engine_hours_, hours_);
  const bool powered = !(mine && causes.has("telematics-unplugged"));
  for (const TagIndex tag : {running_, load_, engine_hours_}) panel.power(tag, powered);
}

TowerCrane::TowerCrane(const std::string& site, const std::string& name, Panel& panel,
                       std::uint64_t seed)
    : random_(seed, site + " crane " + name),
      gusts_(0.35, 60.0, 1.0, random_),
      front_(0.1 / 60.0, 2.3, 300.0),
      moment_(panel.add(number_tag(site, name, "moment", "%", {0.0, 150.0, 1}, seconds{5}),
                        {.white = 0.2})),
      wind_(panel.add(number_tag(site, name, "wind", "m/s", {0.0, 60.0, 1}, seconds{10}),
                      {.white = 0.1})),
      working_(panel.add(flag_tag(site, name, "working", seconds{60}))) {}

void TowerCrane::step(double hour, double dt_s, const Causes& causes, bool mine, Panel& panel) {
  const bool works = is_working_hour(hour);
  lift_s_ = works ? std::fmod(lift_s_ + dt_s, lift_cycle_s) : 0.0;
  const double swing = std::sin(std::numbers::pi * lift_s_ / lift_cycle_s);
  const double usual = works ? 8.0 + 55.0 * swing * swing : 4.0;
  if (mine && causes.has("heavy-load")) {
    reach_m_ = std::min(limiter_m, std::max(reach_m_, mast_m) + out_m_s * dt_s);
  } else {
    reach_m_ = std::max(0.0, reach_m_ - in_m_s * dt_s);
  }
  const double moment = reach_m_ > 0.0 ? 100.0 * heavy_t * reach_m_ / rated_tm : usual;
  const double wind = 3.5 + 1.5 * std::sin(std::numbers::pi * (hour - 8.0) / 12.0) +
                      gusts_.step(random_) +
                      wind_m_s_hpa * front_.step(mine && causes.has("front"), dt_s);
  panel.set(moment_, moment);
  panel.set(wind_, std::max(0.0, wind));
  panel.set(working_, works ? 1.0 : 0.0);
  const bool powered = !(mine && causes.has("crane-monitor-dead"));
  for (const TagIndex tag : {moment_, wind_, working_}) panel.power(tag, powered);
}

}  // namespace parkwatch::parksim
