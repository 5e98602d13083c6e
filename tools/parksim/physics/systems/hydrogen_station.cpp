// tools/parksim/physics/systems/hydrogen_station.cpp - Puts the station together; hydrogen in its
// room and the fan that takes it out; LNG tanks and chargers.
#include "tools/parksim/physics/systems/hydrogen_station.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "tools/parksim/physics/systems/charger.h"
#include "tools/parksim/physics/systems/hydrogen_plant.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double fan_starts_vol = 0.4;  // GB 50516 7.3
constexpr double fan_stops_vol = 0.1;
constexpr double fan_stop_after_s = 1800.0;
constexpr double fan_run_up_s = 5.0;

constexpr double room_m3 = 120.0;
constexpr double louvres_m3_h = 720.0;  // 6 changes of its air an hour without the fan ...
constexpr double fan_m3_h = 2880.0;     // ... and 24 more with it
constexpr double header_mpa = 42.0;
// Choked flow of hydrogen at 27 degC: 616 kg/(m2 s) for each MPa, as gas of 0.0835 kg/m3.
constexpr double choked_m3_h_mm2_mpa = 26.6;

constexpr double lel_methane_vol = 5.0;
constexpr double plume_m2 = 1.0;  // that the leaked gas fills when it passes the detector
// Methane boils under 0.6 MPa at 135 K; Clausius and Clapeyron with 7.6 kJ/mol.
constexpr double boiling_k = 135.0;
constexpr double boiling_mpa = 0.6;
constexpr double vapour_k = 7600.0 / 8.314;
constexpr double relief_mpa = 1.2;
// The warm layer below the vapour, which makes the pressure.
constexpr double layer_kj_k = 2000.0 * 3.5;
constexpr double no_vacuum_kw = 17.0;  // perlite full of air
constexpr double air_comes_in_s = 600.0;
constexpr double vapour_drawn_s = 1800.0;  // the vehicles take it

// It turns during the day and is weakest at night.
double wind_m_s(double hour) {
  return 2.0 + 0.6 * std::sin(2.0 * std::numbers::pi * (hour - 9.0) / 24.0);
}

// It is tried from nine o'clock for two minutes, every day.
bool is_fan_test(double hour) { return hour >= 9.0 && hour < 9.0 + 2.0 / 60.0; }

constexpr SystemCause station_causes[] = {
    {"fitting-leak", "a fitting in the compressor room leaks more and more hydrogen"},
    {"fan-starter-burnt", "the contactor of the exhaust fan is burnt"},
    {"jet-fire", "a fitting of the header tears open, 2 mm wide, and the jet lights itself"},
    {"detector-unpowered", "the first hydrogen detector loses its supply", "h2"},
    {"flame-detector-unpowered", "the first flame detector loses its supply", "flame"},
    {"transmitter-unpowered", "the pressure transmitter of the high grade loses its supply",
     "high/pressure"},
    {"pressure-switch-dead", "the compressor's pressure switch fails and it fills every grade on"},
    {"vent-valve-open", "the vent valve of each grade does not shut: 0.43 mm2 stay open"},
    {"membrane-pinhole",
     "the membrane of the first electrolyser has a hole that grows by 0.0049 mm2 each minute"},
    {"separator-levels",
     "a drain valve lets 0.4 l/min of lye out of the oxygen's separator, and bubbles are carried "
     "on"},
    {"cooling-pump-trip",
     "the cooling pump of the first electrolyser trips, and its losses heat the stack"},
    {"lye-diluted",
     "the feed-water valve of the first electrolyser passes 1.5 m3/h, and its lye overflows"},
    {"precooler-down", "the pre-cooler of the first dispenser is down"},
    {"regulator-creeps", "the pressure regulator of the first dispenser does not shut"},
    {"hose-leak", "the filling hose of the first LNG tank leaks more and more"},
    {"vacuum-lost", "the first LNG tank loses its vacuum"},
    {"contact-worn",
     "the contacts of the first charger's connector wear: 36 uohm more each minute"},
    {"charger-fault", "the first charger's power module fails"},
};

// Hydrogen in the compressor room, its detectors, and the fan that the first to see 0.4 %vol
// starts.
class CompressorRoom {
 public:
  CompressorRoom(const std::string& site, const SystemSettings& settings, Panel& panel) {
    for (const std::string& name : names_setting(settings, "detectors", {"h2a"})) {
      detectors_.push_back(
          panel.add(number_tag(site, name, "h2", "%vol", {0.0, 4.0, 2}, seconds{5}),
                    {.white = 0.004, .drift = 0.004}));
    }
    command_ = panel.add(flag_tag(site, "fan", "command", seconds{60}));
    running_ = panel.add(flag_tag(site, "fan", "running", seconds{60}));
  }

  void step(double hour, double dt_s, const Causes& causes, Panel& panel) {
    const double leak_m3_h =
        crack_mm2_.step(causes.has("fitting-leak"), dt_s) * choked_m3_h_mm2_mpa * header_mpa;
    const double air_m3_h = louvres_m3_h + fan_m3_h * speed_;
    h2_vol_ += (leak_m3_h * 100.0 - air_m3_h * h2_vol_) / room_m3 * dt_s / 3600.0;
    const double seen = panel.shown(detectors_.front());
    if (seen > fan_starts_vol) wanted_ = true;
    clear_s_ = seen < fan_stops_vol ? clear_s_ + dt_s : 0.0;
    if (clear_s_ > fan_stop_after_s) wanted_ = false;
    commanded_ = wanted_ || is_fan_test(hour);
    const bool powered = commanded_ && !causes.has("fan-starter-burnt");
    speed_ = travelled(speed_, powered ? 1.0 : 0.0, dt_s, fan_run_up_s);
    for (std::size_t i = 0; i < detectors_.size(); ++i) {
      panel.set(detectors_[i], i == 0 ? h2_vol_ : 0.1 * h2_vol_);
    }
    panel.set(command_, commanded_ ? 1.0 : 0.0);
    panel.set(running_, speed_ >= 1.0 ? 1.0 : 0.0);
  }

 private:
  Worsening crack_mm2_{7.8e-5 / 60.0, 0.01, 1.0};
  double h2_vol_ = 0.0;  // of the mixed room, %
  double clear_s_ = 0.0;
  double speed_ = 0.0;
  bool wanted_ = false;  // because of hydrogen
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

  void step(double hour, double dt_s, const Causes& causes, Panel& panel) {
    const double leak_m3_h = hose_m3_h_.step(causes.has("hose-leak"), dt_s);
    const double air_m3_h = wind_m_s(hour) * plume_m2 * 3600.0;
    const double vol = 100.0 * leak_m3_h / (air_m3_h + leak_m3_h);
    step_heat(causes.has("vacuum-lost"), dt_s);
    panel.set(gas_, 1.0 + 100.0 * vol / lel_methane_vol);
    panel.set(pressure_, pressure_mpa());
  }

 private:
  [[nodiscard]] double pressure_mpa() const {
    return boiling_mpa * std::exp(vapour_k * (1.0 / boiling_k - 1.0 / layer_k_));
  }

  // What a sound tank lets in is drawn as vapour; what comes in without the vacuum warms the layer.
  void step_heat(bool lost, double dt_s) {
    heat_kw_ = lagged(heat_kw_, lost ? no_vacuum_kw : 0.0, dt_s, air_comes_in_s);
    if (!lost) layer_k_ = lagged(layer_k_, boiling_k, dt_s, vapour_drawn_s);
    if (pressure_mpa() < relief_mpa) layer_k_ += heat_kw_ / layer_kj_k * dt_s;
  }

  Worsening hose_m3_h_{2.2 / 60.0, 300.0, 60.0};  // of gas
  double heat_kw_ = 0.0;
  double layer_k_ = boiling_k;
  TagIndex gas_, pressure_;
};

class HydrogenStation final : public System {
 public:
  HydrogenStation(const SystemSettings& settings, Panel& panel)
      : site_(text_setting(settings, "site", "h2")), room_(site_, settings, panel) {
    for (const std::string& name : names_setting(settings, "flames", {"f1"})) {
      flames_.push_back(panel.add(flag_tag(site_, name, "flame", seconds{60})));
    }
    add(settings, "grades", {"low", "medium", "high"}, grades_, panel);
    add(settings, "electrolysers", {"ely1"}, electrolysers_, panel);
    add(settings, "dispensers", {"d1"}, dispensers_, panel);
    add(settings, "lng", {"lng1"}, lng_, panel);
    add(settings, "chargers", {"c1"}, chargers_, panel);
  }

  void step(TimePoint now, double dt_s, Panel& panel) override {
    const double hour = hour_of_day(now);
    room_.step(hour, dt_s, causes_, panel);
    // The header is that of the last grade, which has the most pressure.
    const double header = grades_.empty() ? 0.0 : grades_.back().pressure_mpa();
    const double lost_kg = jet_.step(causes_.has("jet-fire"), header, dt_s);
    if (!grades_.empty()) grades_.back().lose(lost_kg);
    for (std::size_t i = 0; i < flames_.size(); ++i) {
      panel.set(flames_[i], i == 0 && jet_.is_seen() ? 1.0 : 0.0);
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
  CompressorRoom room_;
  std::vector<TagIndex> flames_;
  HydrogenJet jet_;
  std::vector<StorageGrade> grades_;
  std::vector<Electrolyser> electrolysers_;
  std::vector<HydrogenDispenser> dispensers_;
  std::vector<LngTank> lng_;
  std::vector<Charger> chargers_;
};

}  // namespace

SystemInfo hydrogen_station_system() {
  return {
      "hydrogen-station", station_causes,
      [](const SystemSettings& settings, Panel& panel, std::uint64_t) -> std::unique_ptr<System> {
        return std::make_unique<HydrogenStation>(settings, panel);
      }};
}

}  // namespace parkwatch::parksim
