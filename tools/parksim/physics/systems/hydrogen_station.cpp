// tools/parksim/physics/systems/hydrogen_station.cpp - Puts the station together; hydrogen in its
// room and the fan that takes it out; LNG tanks and chargers.
#include "tools/parksim/physics/systems/hydrogen_station.h"

#include <utility>

#include "tools/parksim/physics/systems/charger.h"
#include "tools/parksim/physics/systems/hydrogen_plant.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double fan_starts_vol = 0.4;  // GB 50516 7.3
constexpr double fan_stops_vol = 0.1;
constexpr double fan_stop_after_s = 1800.0;
constexpr double fan_dilutes = 4.0;
constexpr double fan_run_up_s = 5.0;

constexpr SystemCause all_causes[] = {
    {"fitting-leak", "a fitting in the compressor room leaks more and more hydrogen"},
    {"fan-starter-burnt", "the contactor of the exhaust fan is burnt"},
    {"jet-fire", "hydrogen from a fitting lights itself"},
    {"detector-unpowered", "the first hydrogen detector loses its supply"},
    {"pressure-switch-dead", "the compressor's pressure switch fails and it fills every grade on"},
    {"vent-valve-open", "the vent valve of the storage does not shut"},
    {"membrane-pinhole", "the membrane of the first electrolyser has a hole that grows"},
    {"separator-levels", "the levels of the separators drift apart and lye mixes"},
    {"cooling-pump-trip", "the cooling pump of the first electrolyser trips"},
    {"lye-diluted", "feed water dilutes the lye of the first electrolyser"},
    {"precooler-down", "the pre-cooler of the first dispenser is down"},
    {"regulator-creeps", "the pressure regulator of the first dispenser does not shut"},
    {"hose-leak", "the filling hose of the first LNG tank leaks more and more"},
    {"vacuum-lost", "the first LNG tank loses its vacuum"},
    {"contact-worn", "a worn contact of the first charger's connector heats up"},
    {"charger-fault", "the first charger's power module fails"},
};

// Hydrogen in the compressor room, its detectors, and the fan that the first to see 0.4 %vol
// starts.
class Room {
 public:
  Room(const std::string& site, const SystemSettings& settings, Panel& panel) {
    for (const std::string& name : names_setting(settings, "detectors", {"h2a"})) {
      detectors_.push_back(
          panel.add(number_tag(site, name, "h2", "%vol", {0.0, 4.0, 2}, seconds{5}),
                    {.white = 0.004, .drift = 0.004}));
    }
    command_ = panel.add(flag_tag(site, "fan", "command", seconds{300}));
    running_ = panel.add(flag_tag(site, "fan", "running", seconds{300}));
  }

  void step(double dt_s, const Causes& causes, Panel& panel) {
    leak_.step(causes.has("fitting-leak"), dt_s);
    const bool turns = speed_ > 0.5;
    h2_vol_ = lagged(h2_vol_, leak_.value() / (turns ? fan_dilutes : 1.0), dt_s, 60.0);
    const double seen = panel.shown(detectors_.front());
    if (seen > fan_starts_vol) commanded_ = true;
    clear_s_ = seen < fan_stops_vol ? clear_s_ + dt_s : 0.0;
    if (clear_s_ > fan_stop_after_s) commanded_ = false;
    const bool powered = commanded_ && !causes.has("fan-starter-burnt");
    speed_ = travelled(speed_, powered ? 1.0 : 0.0, dt_s, fan_run_up_s);
    for (std::size_t i = 0; i < detectors_.size(); ++i) {
      panel.set(detectors_[i], i == 0 ? h2_vol_ : 0.1 * h2_vol_);
    }
    panel.power(detectors_.front(), !causes.has("detector-unpowered"));
    panel.set(command_, commanded_ ? 1.0 : 0.0);
    panel.set(running_, speed_ >= 1.0 ? 1.0 : 0.0);
  }

 private:
  Worsening leak_{0.01 / 60.0, 1.4, 60.0};  // %vol that it would make without the fan
  double h2_vol_ = 0.0;
  double clear_s_ = 0.0;
  double speed_ = 0.0;
  bool commanded_ = false;
  std::vector<TagIndex> detectors_;
  TagIndex command_, running_;
};

class LngTank {
 public:
  LngTank(const std::string& site, const std::string& name, Panel& panel)
      : gas_(panel.add(number_tag(site, name, "gas", "%LEL", {0.0, 100.0, 1}, seconds{10}),
                       {.white = 0.2, .drift = 0.2})),
        pressure_(panel.add(number_tag(site, name, "pressure", "MPa", {0.0, 2.5, 3}, seconds{60}),
                            {.white = 0.001})) {}

  void step(double /*hour*/, double dt_s, const Causes& causes, Panel& panel) {
    panel.set(gas_, 1.0 + hose_.step(causes.has("hose-leak"), dt_s));
    panel.set(pressure_, 0.6 + boil_off_.step(causes.has("vacuum-lost"), dt_s));
  }

 private:
  Worsening hose_{0.6 / 60.0, 65.0, 120.0};        // %LEL
  Worsening boil_off_{0.005 / 60.0, 0.58, 900.0};  // MPa
  TagIndex gas_, pressure_;
};

class HydrogenStation final : public System {
 public:
  HydrogenStation(const SystemSettings& settings, Panel& panel)
      : site_(text_setting(settings, "site", "h2")), room_(site_, settings, panel) {
    for (const std::string& name : names_setting(settings, "flames", {})) {
      flames_.push_back(panel.add(flag_tag(site_, name, "flame", seconds{60})));
    }
    add(settings, "grades", {"low", "medium", "high"}, grades_, panel);
    add(settings, "electrolysers", {}, electrolysers_, panel);
    add(settings, "dispensers", {}, dispensers_, panel);
    add(settings, "lng", {}, lng_, panel);
    add(settings, "chargers", {}, chargers_, panel);
  }

  void step(TimePoint now, double dt_s, Panel& panel) override {
    const double hour = hour_of_day(now);
    room_.step(dt_s, causes_, panel);
    for (std::size_t i = 0; i < flames_.size(); ++i) {
      panel.set(flames_[i], i == 0 && causes_.has("jet-fire") ? 1.0 : 0.0);
    }
    for (StorageGrade& grade : grades_) grade.step(hour, dt_s, causes_, panel);
    step_all(electrolysers_, hour, dt_s, panel);
    step_all(dispensers_, hour, dt_s, panel);
    step_all(lng_, hour, dt_s, panel);
    step_all(chargers_, hour, dt_s, panel);
  }

  void set_cause(std::string_view name, bool on) override { causes_.set(name, on); }

 private:
  template <typename Unit>
  void add(const SystemSettings& settings, const std::string& key, std::vector<std::string> names,
           std::vector<Unit>& units, Panel& panel) {
    for (const std::string& name : names_setting(settings, key, std::move(names))) {
      units.emplace_back(site_, name, panel);
    }
  }
  // The causes act on the first.
  template <typename Unit>
  void step_all(std::vector<Unit>& units, double hour, double dt_s, Panel& panel) {
    const Causes none;
    for (Unit& unit : units) {
      unit.step(hour, dt_s, &unit == units.data() ? causes_ : none, panel);
    }
  }

  std::string site_;
  Causes causes_;
  Room room_;
  std::vector<TagIndex> flames_;
  std::vector<StorageGrade> grades_;
  std::vector<Electrolyser> electrolysers_;
  std::vector<Dispenser> dispensers_;
  std::vector<LngTank> lng_;
  std::vector<Charger> chargers_;
};

}  // namespace

SystemInfo hydrogen_station_system() {
  return {
      "hydrogen-station", all_causes,
      [](const SystemSettings& settings, Panel& panel, std::uint64_t) -> std::unique_ptr<System> {
        return std::make_unique<HydrogenStation>(settings, panel);
      }};
}

}  // namespace parkwatch::parksim
