// tools/parksim/physics/systems/construction_site.cpp - Boxes, fire protection and surroundings,
// and the whole site.
#include "tools/parksim/physics/systems/construction_site.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "tools/parksim/physics/systems/construction_people.h"
#include "tools/parksim/physics/systems/construction_video.h"
#include "tools/parksim/physics/systems/construction_works.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double heat_lag_s = 600.0;       // of a cable in its box
constexpr double detector_delay_s = 60.0;  // smoke rises to the detector
constexpr double discharge_after_s = 90.0;
constexpr double full_mpa = 1.20;
constexpr double empty_mpa = 0.10;
constexpr double noise_lag_s = 300.0;  // of the energy in the equivalent level
constexpr double machines_dba = 62.0;  // of the works, at the fence; of one breaker as well
constexpr double mixer_dba = 48.3;     // of a mixer lorry that empties its drum at the fence
// A bundle of tubes that falls from a lorry: its peak at the fence goes with its energy.
constexpr double bundle_kg[] = {60.0, 169.0};
constexpr double bundle_of_1_kg_dba = 50.2;
constexpr double bundle_at_s[] = {10.0, 310.0};
constexpr double bundle_s = 20.0;

double energy(double dba) { return std::pow(10.0, dba / 10.0); }
double level(double energy_sum) { return 10.0 * std::log10(energy_sum); }
// Warmest at 15 h.
double day_wave(double hour) { return std::cos(std::numbers::pi * (hour - 15.0) / 12.0); }

constexpr double phase_v = 220.0;
constexpr double joint_warms_k_w = 1.0;
constexpr double compensated = 0.3;  // of its light: a detector makes up for so much dust
constexpr double spent_mpa_l = 0.1;  // of pressure, for each litre of gas in each litre of room
constexpr double bottle_room_l = 20.0;
// Dust of the earthworks in a wind of 2 m/s over 200 m2.
constexpr double dust_air_m3_s = 400.0;

// A distribution box: natural leakage, and a cable and its joint that the current warms.
class Box {
 public:
  Box(const std::string& site, const std::string& name, Panel& panel, std::uint64_t seed)
      : random_(seed, site + " box " + name),
        load_(6.0, 300.0, 1.0, random_),
        worn_us_(45.5 / 60.0, 2050.0, 60.0),
        joint_mohm_(0.086 / 60.0, 6.0, 1.0),
        current_(panel.add(number_tag(site, name, "current", "A", {0.0, 800.0, 1}, seconds{30}),
                           {.white = 0.5})),
        residual_(panel.add(number_tag(site, name, "residual", "mA", {0.0, 1000.0, 0}, seconds{10}),
                            {.white = 2.0})),
        cable_(panel.add(
            number_tag(site, name, "cable_temperature", "degC", {-40.0, 200.0, 1}, seconds{30}),
            {.white = 0.2})) {}

  void step(double hour, double dt_s, const Causes& causes, bool mine, Panel& panel) {
    const double ampere = (is_working_hour(hour) ? 120.0 : 20.0) + load_.step(random_);
    const double heating = 20.0 * std::pow(ampere / 160.0, 2.0);
    warm_c_ = lagged(warm_c_, heating, dt_s, heat_lag_s);
    const double joint_mohm = joint_mohm_.step(mine && causes.has("joint-heats"), dt_s);
    const double joint_w = ampere * ampere * joint_mohm / 1000.0;
    joint_k_ = lagged(joint_k_, joint_warms_k_w * joint_w, dt_s, heat_lag_s);
    const double worn_us = worn_us_.step(mine && causes.has("insulation-wears"), dt_s);
    panel.set(current_, ampere);
    panel.set(residual_, 80.0 + 0.25 * ampere + phase_v * worn_us / 1000.0);
    panel.set(cable_, 16.0 + 5.0 * day_wave(hour) + warm_c_ + joint_k_);
  }

 private:
  Random random_;
  Stray load_;
  double warm_c_ = 0.0;
  double joint_k_ = 0.0;
  Worsening worn_us_;     // uS of the insulation to earth
  Worsening joint_mohm_;  // that the loose joint has more; it is made anew
  TagIndex current_, residual_, cable_;
};

// A smoke detector and the extinguisher of its room.
class FireProtection {
 public:
  FireProtection(const std::string& site, const std::string& detector, const std::string& bottle,
                 Panel& panel)
      : leaked_l_(1.0 / 60.0, 120.0, 60.0),
        alarm_(panel.add(flag_tag(site, detector, "alarm", seconds{60}))),
        fault_(panel.add(flag_tag(site, detector, "fault", seconds{60}))),
        state_(panel.add(
            word_tag(site, bottle, "state", {"off", "armed", "discharged"}, seconds{60}))),
        pressure_(panel.add(number_tag(site, bottle, "pressure", "MPa", {0.0, 3.0, 3}, seconds{60}),
                            {.white = 0.001})) {}

  void step(double hour, double dt_s, const Causes& causes, bool mine, Panel& panel) {
    const auto at_work = [&](const char* cause) { return mine && causes.has(cause); };
    const double burning_s = smoulders_.step(at_work("smoulder"), dt_s);
    const bool gone = burning_s > discharge_after_s;
    // Emptied in half a minute; a new bottle is put in when the room is safe.
    fill_mpa_ = gone ? lagged(fill_mpa_, empty_mpa, dt_s, 30.0) : full_mpa;
    const double warm = 0.01 * day_wave(hour);
    double state = at_work("left-in-manual") ? 0.0 : 1.0;
    if (gone) state = 2.0;
    panel.set(alarm_, burning_s > detector_delay_s ? 1.0 : 0.0);
    const double dimmed = dimmed_.step(at_work("detector-dirty"), dt_s);
    panel.set(fault_, dimmed > compensated ? 1.0 : 0.0);
    panel.power(alarm_, !at_work("detector-unplugged"));
    panel.power(fault_, !at_work("detector-unplugged"));
    panel.set(state_, state);
    const double leaked_l = leaked_l_.step(at_work("bottle-leaks"), dt_s);
    panel.set(pressure_, fill_mpa_ + warm - spent_mpa_l * leaked_l / bottle_room_l);
  }

 private:
  double fill_mpa_ = full_mpa;
  Since smoulders_;
  Worsening leaked_l_;                        // of gas at 0.1 MPa
  Worsening dimmed_{0.02 / 60.0, 0.9, 30.0};  // part of the detector's light that dust takes
  TagIndex alarm_, fault_, state_, pressure_;
};

// Dust and noise at the fence.
class Fence {
 public:
  Fence(const std::string& site, Panel& panel, std::uint64_t seed)
      : random_(seed, site + " fence"),
        dust_stray_(4.0, 1800.0, 1.0, random_),
        noise_stray_(0.3, 600.0, 1.0, random_),
        earthworks_mg_s_(12.0 / 3600.0, 128.0, 1200.0),
        breakers_(1.0 / 360.0, 24.0, 120.0),
        mixers_(1.0 / 660.0, 12.0, 120.0),
        pm10_(panel.add(number_tag(site, "fence", "pm10", "ug/m3", {0.0, 2000.0, 0}, seconds{60}),
                        {.white = 3.0})),
        pm25_(panel.add(number_tag(site, "fence", "pm25", "ug/m3", {0.0, 1000.0, 0}, seconds{60}),
                        {.white = 2.0})),
        leq_(panel.add(number_tag(site, "fence", "leq", "dB(A)", {20.0, 140.0, 1}, seconds{30}),
                       {.white = 0.05})),
        lmax_(panel.add(number_tag(site, "fence", "lmax", "dB(A)", {20.0, 140.0, 1}, seconds{10}),
                        {.white = 0.2})) {}

  void step(double hour, double dt_s, const Causes& causes, Panel& panel) {
    const bool works = is_working_hour(hour);
    const double dust = (works ? 85.0 : 60.0) + dust_stray_.step(random_);
    dust_ = lagged(dust_, dust, dt_s, 600.0);
    const double coarse =
        1000.0 * earthworks_mg_s_.step(causes.has("dry-earthworks"), dt_s) / dust_air_m3_s;
    panel.set(pm10_, dust_ + coarse);
    panel.set(pm25_, 0.4 * dust_ + 0.1 * coarse);
    step_noise(hour, works, dt_s, causes, panel);
    const bool powered = !causes.has("terminal-unplugged");
    for (const TagIndex tag : {pm10_, pm25_, leq_, lmax_}) panel.power(tag, powered);
  }

 private:
  void step_noise(double hour, bool works, double dt_s, const Causes& causes, Panel& panel) {
    const bool night = hour >= 22.0 || hour < 6.0;
    const double around = (night ? 43.0 : 50.0) + noise_stray_.step(random_);
    const double breakers = std::floor(breakers_.step(causes.has("breakers"), dt_s));
    const double mixers = std::floor(mixers_.step(causes.has("night-pour"), dt_s));
    const double machines = breakers + (works ? 1.0 : 0.0);
    const double sum =
        energy(around) + machines * energy(machines_dba) + mixers * energy(mixer_dba);
    energy_ = lagged(energy_, sum, dt_s, noise_lag_s);
    double peak = level(sum) + 5.0;
    const double since_s = dropped_.step(causes.has("tubes-dropped"), dt_s);
    for (const int bundle : {0, 1}) {
      const double after_s = since_s - bundle_at_s[bundle];
      if (after_s < 0.0 || after_s >= bundle_s) continue;
      peak = std::max(peak, bundle_of_1_kg_dba + level(bundle_kg[bundle]));
    }
    panel.set(leq_, level(energy_));
    panel.set(lmax_, peak);
  }

  Random random_;
  Stray dust_stray_;
  Stray noise_stray_;
  double dust_ = 70.0;
  double energy_ = energy(50.0);
  Since dropped_;
  Worsening earthworks_mg_s_;  // of dust, the more the drier they are
  Worsening breakers_;         // that hammer, the last of them only on its way
  Worsening mixers_;           // likewise
  TagIndex pm10_, pm25_, leq_, lmax_;
};

class ConstructionSite final : public System {
 public:
  ConstructionSite(const SystemSettings& settings, Panel& panel, std::uint64_t seed)
      : site_(text_setting(settings, "site", "cs-a")),
        attendance_(site_, panel, seed),
        fence_(site_, panel, seed) {
    for (const auto& name : names_setting(settings, "helmets", {"h1"})) {
      helmets_.emplace_back(site_, name, panel, seed);
    }
    for (const auto& name : names_setting(settings, "welders", {"w1"})) {
      welders_.emplace_back(site_, name, panel);
    }
    for (const auto& name : names_setting(settings, "boxes", {"db1"})) {
      boxes_.emplace_back(site_, name, panel, seed);
    }
    const auto bottles = names_setting(settings, "extinguishers", {"ex1"});
    const auto detectors = names_setting(settings, "smoke_detectors", {"sd1"});
    for (std::size_t i = 0; i < std::min(bottles.size(), detectors.size()); ++i) {
      fire_.emplace_back(site_, detectors[i], bottles[i], panel);
    }
    for (const auto& name : names_setting(settings, "machines", {"m1"})) {
      machines_.emplace_back(site_, name, panel, seed);
    }
    for (const auto& name : names_setting(settings, "cranes", {"tc1"})) {
      cranes_.emplace_back(site_, name, panel, seed);
    }
    for (const auto& name : names_setting(settings, "cameras", {"cam1"})) {
      cameras_.emplace_back(site_, name, panel);
    }
    for (const auto& name : names_setting(settings, "recorders", {"nvr1"})) {
      recorders_.emplace_back(site_, name, panel);
    }
  }

  void step(TimePoint now, double dt_s, Panel& panel) override {
    const double hour = hour_of_day(now);
    attendance_.step(hour, dt_s, causes_, panel);
    fence_.step(hour, dt_s, causes_, panel);
    const auto all = [&](auto& parts) {
      for (std::size_t i = 0; i < parts.size(); ++i) {
        parts[i].step(hour, dt_s, causes_, i == 0, panel);
      }
    };
    all(helmets_);
    all(boxes_);
    all(fire_);
    all(machines_);
    all(cranes_);
    all(welders_);
    all(cameras_);
    all(recorders_);
  }

  void set_cause(std::string_view name, bool on) override { causes_.set(name, on); }

 private:
  std::string site_;
  Causes causes_;
  Attendance attendance_;
  Fence fence_;
  std::vector<Helmet> helmets_;
  std::vector<Welder> welders_;
  std::vector<Box> boxes_;
  std::vector<FireProtection> fire_;
  std::vector<Machine> machines_;
  std::vector<TowerCrane> cranes_;
  std::vector<Camera> cameras_;
  std::vector<Recorder> recorders_;
};

constexpr std::array construction_causes = {
    SystemCause{"worker-trapped", "a worker is caught under formwork and presses SOS"},
    SystemCause{"worker-falls", "a worker falls from a scaffold and loses his helmet"},
    SystemCause{"helmet-off", "a worker takes his helmet off and goes on working"},
    SystemCause{"battery-aged", "the battery of a helmet is aged: of 1,650 mAh it has 150 left"},
    SystemCause{"fence-gap", "somebody comes in through a gap in the fence every two minutes"},
    SystemCause{"tailgating", "somebody slips through the turnstile behind another"},
    SystemCause{"exit-unread", "the face door of the exit does not read somebody as he leaves"},
    SystemCause{"late-start",
                "after its gas test a hot-work crew waits for material, 27 and then 33 minutes"},
    SystemCause{"breaks-without-test",
                "a hot-work crew stops for 27 and then for 33 minutes and welds on without a test"},
    SystemCause{"long-breaks-without-test",
                "a hot-work crew stops for 54 and then for 66 minutes and welds on without a test"},
    SystemCause{"permit-runs-out", "the permit of a welder runs out and he welds on"},
    SystemCause{"thin-sheet",
                "somebody welds sheet by TIG after hours, from 12 A on 4 A more each minute"},
    SystemCause{"hose-leaks",
                "the acetylene hose beside a welder leaks 0.3 l/min more each minute"},
    SystemCause{"oxygen-leaks", "the oxygen hose beside a welder leaks 2.3 l/min more each minute"},
    SystemCause{"argon-in-pit", "15 l/min of shielding gas fill the pit in which a welder works"},
    SystemCause{"insulation-wears",
                "a cable is dragged over an edge: its insulation conducts 45 uS more each minute"},
    SystemCause{"joint-heats", "a cable joint loosens: 0.086 mohm more each minute"},
    SystemCause{"smoulder", "foam smoulders in a store room until its extinguisher goes off"},
    SystemCause{"detector-dirty",
                "cement dust takes 2 % of a smoke detector's light each minute, of which it can "
                "make up for 30 %"},
    SystemCause{"detector-unplugged", "a smoke detector is taken off its base"},
    SystemCause{"bottle-leaks", "the valve of an extinguisher leaks one litre of gas a minute"},
    SystemCause{"left-in-manual", "an extinguisher is left switched off after its maintenance"},
    SystemCause{"rock", "an excavator digs into rock: 3 kN more on its bucket each minute"},
    SystemCause{"no-break", "the driver of an excavator works without a break"},
    SystemCause{"night-run", "somebody runs an excavator at night"},
    SystemCause{
        "heavy-load",
        "a crane takes a panel of 3.6 t, more than declared, and trolleys out 4 m a minute"},
    SystemCause{"front", "a front comes up: 0.5 m/s more wind each minute"},
    SystemCause{"dry-earthworks",
                "earthworks go on without water cannon: 12 mg/s more dust each hour"},
    SystemCause{"breakers", "ever more breakers hammer at the fence: one more every six minutes"},
    SystemCause{"night-pour",
                "concrete is poured at night: every eleven minutes one more mixer lorry comes"},
    SystemCause{"tubes-dropped",
                "two bundles of scaffold tubes fall from a lorry, the second louder"},
    SystemCause{"terminal-unplugged", "the dust and noise terminal loses its power"},
    SystemCause{"welder-unplugged", "the terminal of a welder loses its power"},
    SystemCause{"detector-battery-flat", "the battery of the gas detector at a welder is flat"},
    SystemCause{"telematics-unplugged", "the telematics of an excavator loses its power"},
    SystemCause{"leakage-module-dead",
                "the module that measures a box's residual current loses its supply", "residual"},
    SystemCause{"bottle-gauge-dead", "the pressure transmitter of an extinguisher loses its supply",
                "pressure"},
    SystemCause{"turnstiles-unpowered", "the controller of the turnstiles loses its supply",
                "inside"},
    SystemCause{"crane-monitor-dead", "the monitor of a tower crane loses its power"},
    SystemCause{"camera-cable-cut", "an excavator cuts a camera's cable"},
    SystemCause{"overwriting-off", "somebody switches the overwriting of a recorder off"},
    SystemCause{"recorder-unplugged", "a recorder loses its power"},
};

}  // namespace

SystemInfo construction_site_system() {
  return {
      "construction-site", construction_causes,
      [](const SystemSettings& settings, Panel& panel, std::uint64_t seed) {
        return std::unique_ptr<System>{std::make_unique<ConstructionSite>(settings, panel, seed)};
      }};
}

}  // namespace parkwatch::parksim
