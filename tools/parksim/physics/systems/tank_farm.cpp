// tools/parksim/physics/systems/tank_farm.cpp - Balances of liquid, nitrogen, heat and vapour of
// each tank, and what its interlocks do about it.
#include "tools/parksim/physics/systems/tank_farm.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "tools/parksim/physics/random.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

// Vertical tanks of 240 m3 for a liquid like methanol.
constexpr double area_m2 = 20.0;
constexpr double height_m = 12.0;
constexpr double fill_m3_s = 60.0 / 3600.0;
constexpr double draw_m3_s = 20.0 / 3600.0;
constexpr double loading_m3_s = 100.0 / 3600.0;  // a lorry's loading arm
constexpr double fill_below_m = 6.0;             // the working tank is filled between these
constexpr double fill_until_m = 8.5;
constexpr double draw_above_m = 9.0;  // stock that was overfilled goes back to the plant
constexpr double trip_high_m = 11.0;  // HH closes the shut-off valve, LL stops the pump
constexpr double trip_low_m = 1.17;
constexpr double reset_high_m = 9.5;  // and they are reset here
constexpr double reset_low_m = 3.0;
constexpr double esd_travel_s = 10.0;

constexpr double leak_m3_s = 0.008;  // a flange, at 8 m of head
constexpr double seep_m3_s = 0.00004;
constexpr double bypass_m3_s = 0.001;  // a shut valve that passes, beside the meter
constexpr double stock_taking_time_s = 900.0;
constexpr double pool_drain_s = 600.0;    // sump of the bund
constexpr double gas_memory_s = 60.0;     // air around the detector
constexpr double gas_lel_a_pool = 40.0;   // %LEL at the detector for each m3 of pool
constexpr double fire_m3_s = 0.01;        // a pool fire eats so much
constexpr double fire_ignition_m3 = 0.6;  // of pool, until the vapour reaches the sparks

// Air around a pump: what leaks into it is carried away by the wind.
constexpr double pump_air_m3 = 500.0;
constexpr double pump_wind_m3_s = 5.0;
constexpr double weep_mg_s2 = 2.5 / 60.0;  // more H2S each second, as the seal's faces wear
constexpr double pool_mg_s_m3 = 60.0;      // H2S out of a spill
constexpr double toxic_background = 0.3;   // mg/m3

// How much of a gas the liquid gives off, of what it would of H2S: ammonia water twice as much.
double given_off(const std::string& gas) { return gas == "nh3" ? 2.0 : 1.0; }

constexpr double blanket_kpa = 0.8;
constexpr double vent_m3_s_kpa = 0.03;  // breather valve, each way, when it is clean
constexpr double creep_m3_s2 = 12e-6;   // the regulator's seat erodes: more nitrogen each second
constexpr double ice_a_second = 1.0 / 2400.0;
constexpr double atmosphere_kpa = 101.3;
constexpr double steam_kg_s = 1400.0 / 3600.0;  // through the coil's valve, full open
constexpr double steam_kj_kg = 2100.0;          // that it gives up when it condenses
constexpr double liquid_kj_m3_k = 2000.0;
constexpr double spray_kw_m2_k =
    0.15;  // fire water of 15 degC on the shell, natural convection inside
constexpr double spray_c = 15.0;
constexpr double shell_m = 15.85;  // round the tank
constexpr double liquid_memory_s = 40.0 * 3600.0;

double weather_c(double hour) {
  return 20.0 + 6.0 * std::sin(2.0 * std::numbers::pi * (hour - 9.0) / 24.0);
}

constexpr SystemCause causes[] = {
    {"overfill", "the inlet control valve of the first tank sticks open in a filling"},
    {"interlock-dead", "the stock tank is overfilled and its HH switch has no supply"},
    {"esd-stuck", "the stock tank is overfilled and its shut-off valve jams half way"},
    {"overdraw", "a loading arm of the first tank is left open, 100 m3/h"},
    {"low-switch-dead", "such an arm is left open and the tank's LL switch has no supply"},
    {"servo-stuck", "the wire of the first tank's servo gauge jams"},
    {"flange-leak", "a flange of the stock tank leaks 8 l/s"},
    {"seep", "a bottom weld of the stock tank seeps 0.04 l/s into the ground"},
    {"bypass-passing", "the shut bypass of the stock tank's inlet meter passes 1 l/s"},
    {"spill-fire", "hot work beside the stock tank's leaking flange lights the spill"},
    {"regulator-creep", "the seat of the first tank's nitrogen regulator erodes"},
    {"vent-icing", "the vacuum side of the first tank's breather valve ices up"},
    {"coil-stuck", "the steam valve of the first tank's heating coil sticks open: 1,400 kg/h"},
    {"intruder", "somebody climbs over the fence of the tank farm"},
    {"camera-unpowered", "the first camera loses its supply"},
    {"seal-weeps", "the shaft seal of the stock tank's pump weeps more and more"},
    {"toxic-detector-unpowered", "the first tank's detectors of toxic gas lose their supply"},
    {"detector-unpowered", "the gas detector of the first tank loses its supply", "gas"},
    {"radar-unpowered", "the radar gauge of the first tank loses its supply", "level"},
    {"servo-unpowered", "the servo gauge of the first tank loses its supply", "level2"},
    {"flame-detector-unpowered", "the flame detector of the first tank loses its supply", "flame"},
};

// What is wrong with one tank.
struct Faults {
  bool inlet_stuck = false;
  bool switch_dead = false;
  bool low_switch_dead = false;
  bool esd_jammed = false;
  bool arm_open = false;
  bool servo_stuck = false;
  bool leaking = false;
  bool seeping = false;
  bool bypass = false;
  bool sparks = false;
  bool seal_weeps = false;
  bool regulator_creeps = false;
  bool vent_ices = false;
  bool coil_stuck = false;
};

class Tank {
 public:
  Tank(const std::string& site, const std::string& name, bool working, Panel& panel,
       std::uint64_t seed)
      : working_(working),
        random_(seed, "tank-farm " + site + name),
        draw_stray_(0.05, 600.0, 1.0, random_),
        wind_random_(seed, "tank-farm wind " + site + name),
        wind_stray_(0.03, 600.0, 1.0, wind_random_) {
    const auto number = [&](const char* quantity, const char* unit, NumberSpan span, int period_s,
                            Noise noise) {
      return panel.add(number_tag(site, name, quantity, unit, span, seconds{period_s}), noise);
    };
    const auto flag = [&](const char* quantity) {
      return panel.add(flag_tag(site, name, quantity, seconds{60}));
    };
    level_tag_ = number("level", "m", {0.0, 12.0, 4}, 10, {.white = 0.001, .drift = 0.001});
    level2_tag_ = number("level2", "m", {0.0, 12.0, 4}, 10, {.white = 0.002, .drift = 0.004});
    book_tag_ = number("book", "m3", {0.0, 300.0, 3}, 10, {});
    inflow_tag_ = number("inflow", "m3/h", {0.0, 200.0, 2}, 10, {.white = 0.1});
    outflow_tag_ = number("outflow", "m3/h", {0.0, 200.0, 2}, 10, {.white = 0.1});
    pressure_tag_ = number("pressure", "kPa", {-2.0, 5.0, 3}, 10, {.white = 0.01, .drift = 0.01});
    temperature_tag_ =
        number("temperature", "degC", {-20.0, 120.0, 2}, 60, {.white = 0.05, .drift = 0.1});
    gas_tag_ = number("gas", "%LEL", {0.0, 100.0, 1}, 5, {.white = 0.2, .drift = 0.3});
    flame_tag_ = flag("flame");
    command_tag_ = flag("esd_command");
    closed_tag_ = flag("esd_closed");
    pump_tag_ = flag("pump");
    service_tag_ = flag("in_service");
    stock_tag_ = flag("stock_taking");
    level_m_ = servo_m_ = working ? 7.5 : 8.0;
    book_m3_ = level_m_ * area_m2;
  }

  void add_toxic(const std::string& site, const std::string& name, const std::string& gas,
                 Panel& panel) {
    TagInfo tag = number_tag(site, name, gas, "mg/m3", {0.0, 1000.0, 2}, seconds{5});
    toxic_.push_back({panel.add(std::move(tag), {.white = 0.05}), given_off(gas)});
  }

  void step(double hour, double step_s) {
    step_interlocks(step_s);
    step_liquid(hour, step_s);
    step_spill(step_s);
    step_toxic(step_s);
    step_pressure(step_s);
    step_heat(hour, step_s);
  }

  void show(Panel& panel) const {
    panel.set(level_tag_, level_m_);
    panel.set(level2_tag_, servo_m_);
    panel.set(book_tag_, book_m3_);
    panel.set(inflow_tag_, inflow_m3_s_ * 3600.0);
    panel.set(outflow_tag_, outflow_m3_s_ * 3600.0);
    panel.set(pressure_tag_, pressure_kpa_);
    panel.set(temperature_tag_, temperature_c_);
    panel.set(gas_tag_, gas_lel_);
    for (const Toxic& gas : toxic_) panel.set(gas.tag, gas.share * (toxic_background + h2s_mg_m3_));
    panel.set(flame_tag_, burning_ ? 1.0 : 0.0);
    panel.set(command_tag_, esd_commanded_ ? 1.0 : 0.0);
    panel.set(closed_tag_, esd_open_ <= 0.0 ? 1.0 : 0.0);
    panel.set(pump_tag_, pump_on_ ? 1.0 : 0.0);
    panel.set(service_tag_, 1.0);
    panel.set(stock_tag_, stock_taking_s_ > 0.0 ? 1.0 : 0.0);
  }

  // Mended losses are followed by a stock-taking: the book takes the gauge's figure.
  void take_stock() {
    book_m3_ = level_m_ * area_m2;
    stock_taking_s_ = stock_taking_time_s;
  }
  void cool_down() { spraying_ = true; }
  void begin_filling() { filling_ = true; }

  [[nodiscard]] bool burning() const { return burning_; }
  [[nodiscard]] double pool_m3() const { return pool_m3_; }
  void power_toxic(Panel& panel, bool on) const {
    for (const Toxic& gas : toxic_) panel.power(gas.tag, on);
  }

  Faults faults;

 private:
  struct Toxic {
    TagIndex tag;
    double share;  // of what the air would hold of H2S
  };

  // A balance of the air around the pump: what leaks, less what the wind takes.
  void step_toxic(double step_s) {
    weeping_mg_s_ = faults.seal_weeps ? weeping_mg_s_ + weep_mg_s2 * step_s : 0.0;
    const double spilt = burning_ ? 0.0 : pool_mg_s_m3 * pool_m3_;
    const double taken = pump_wind_m3_s * (1.0 + wind_stray_.step(wind_random_)) * h2s_mg_m3_;
    h2s_mg_m3_ += (weeping_mg_s_ + spilt - taken) / pump_air_m3 * step_s;
  }

  void step_interlocks(double step_s) {
    if (level_m_ > trip_high_m && !faults.switch_dead) esd_commanded_ = true;
    if (level_m_ < reset_high_m) esd_commanded_ = false;
    const double target = esd_commanded_ ? (faults.esd_jammed ? 0.5 : 0.0) : 1.0;
    esd_open_ = travelled(esd_open_, target, step_s, esd_travel_s);
    if (level_m_ < trip_low_m && !faults.low_switch_dead) tripped_low_ = true;
    if (level_m_ > reset_low_m) tripped_low_ = false;
  }

  void step_liquid(double hour, double step_s) {
    stock_taking_s_ = std::max(0.0, stock_taking_s_ - step_s);
    if (working_ && level_m_ < fill_below_m) filling_ = true;
    if (level_m_ > fill_until_m && !faults.inlet_stuck) filling_ = false;
    inflow_m3_s_ = filling_ ? fill_m3_s * esd_open_ : 0.0;
    const double day = 1.0 + 0.3 * std::sin(2.0 * std::numbers::pi * (hour - 8.0) / 24.0);
    double wanted = working_ ? draw_m3_s * day * (1.0 + draw_stray_.step(random_)) : 0.0;
    // Too much goes back to the plant, once the filling is over.
    if (level_m_ > draw_above_m && !faults.inlet_stuck) wanted = 3.0 * draw_m3_s;
    if (faults.arm_open) wanted += loading_m3_s;
    pump_on_ = wanted > 0.0 && !tripped_low_;
    outflow_m3_s_ = pump_on_ ? wanted : 0.0;
    const double bypass = faults.bypass ? bypass_m3_s : 0.0;
    const double head = std::sqrt(std::max(0.0, level_m_) / 8.0);  // Torricelli
    leak_now_m3_s_ = faults.leaking ? leak_m3_s * head : 0.0;
    const double seep = faults.seeping ? seep_m3_s * head : 0.0;
    const double net = inflow_m3_s_ + bypass - outflow_m3_s_ - leak_now_m3_s_ - seep;
    level_m_ = std::clamp(level_m_ + net * step_s / area_m2, 0.0, height_m);
    book_m3_ += (inflow_m3_s_ - outflow_m3_s_) * step_s;
    if (!faults.servo_stuck) servo_m_ = level_m_;
    net_m3_s_ = net;
  }

  void step_spill(double step_s) {
    const double burnt = burning_ ? fire_m3_s : 0.0;
    pool_m3_ += (leak_now_m3_s_ - burnt - pool_m3_ / pool_drain_s) * step_s;
    pool_m3_ = std::max(pool_m3_, 0.0);
    if (faults.sparks && pool_m3_ > fire_ignition_m3) burning_ = true;
    if (pool_m3_ < 0.05 && !faults.leaking) burning_ = false;
    const double source = 1.0 + (burning_ ? 0.0 : gas_lel_a_pool * pool_m3_);
    gas_lel_ = lagged(gas_lel_, source, step_s, gas_memory_s);
  }

  void step_pressure(double step_s) {
    creep_m3_s_ = faults.regulator_creeps ? creep_m3_s_ + creep_m3_s2 * step_s : 0.0;
    clean_ = faults.vent_ices ? std::max(0.02, clean_ - ice_a_second * step_s) : 1.0;
    const double over = pressure_kpa_ - blanket_kpa;
    const double conductance = vent_m3_s_kpa * (over < 0.0 ? clean_ : 1.0);
    const double vapour_m3 = std::max(2.0, area_m2 * (height_m - level_m_));
    const double gain = step_s * (atmosphere_kpa + pressure_kpa_) / vapour_m3;
    // Implicit in the vent: a nearly full tank is stiff.
    pressure_kpa_ +=
        gain * (net_m3_s_ + creep_m3_s_ - over * conductance) / (1.0 + gain * conductance);
  }

  void step_heat(double hour, double step_s) {
    const double steam_kw = faults.coil_stuck ? steam_kg_s * steam_kj_kg : 0.0;
    const double spray_kw_k = spraying_ ? spray_kw_m2_k * shell_m * level_m_ : 0.0;
    const double gained_kw = steam_kw - spray_kw_k * (temperature_c_ - spray_c);
    const double content_kj_k = liquid_kj_m3_k * area_m2 * std::max(level_m_, 0.1);
    temperature_c_ += gained_kw / content_kj_k * step_s;
    if (temperature_c_ < 25.0) spraying_ = false;
    temperature_c_ = lagged(temperature_c_, weather_c(hour), step_s, liquid_memory_s);
  }

  bool working_;
  Random random_;
  Stray draw_stray_;
  Random wind_random_;
  Stray wind_stray_;
  double level_m_ = 8.0;
  double servo_m_ = 8.0;
  double book_m3_ = 0.0;
  double stock_taking_s_ = 0.0;
  bool filling_ = false;
  bool esd_commanded_ = false;
  double esd_open_ = 1.0;
  bool tripped_low_ = false;
  bool pump_on_ = false;
  double inflow_m3_s_ = 0.0;
  double outflow_m3_s_ = 0.0;
  double leak_now_m3_s_ = 0.0;
  double net_m3_s_ = 0.0;
  double pool_m3_ = 0.0;
  bool burning_ = false;
  double gas_lel_ = 1.0;
  double weeping_mg_s_ = 0.0;
  double h2s_mg_m3_ = 0.0;  // that the leak adds
  std::vector<Toxic> toxic_;
  double creep_m3_s_ = 0.0;
  double clean_ = 1.0;
  double pressure_kpa_ = blanket_kpa;
  double temperature_c_ = 20.0;
  bool spraying_ = false;
  TagIndex level_tag_, level2_tag_, book_tag_, inflow_tag_, outflow_tag_, pressure_tag_;
  TagIndex temperature_tag_, gas_tag_, flame_tag_, command_tag_, closed_tag_, pump_tag_;
  TagIndex service_tag_, stock_tag_;
};

enum Seen : int { nothing, person, spill, fire };

class TankFarm final : public System {
 public:
  TankFarm(const SystemSettings& settings, Panel& panel, std::uint64_t seed) {
    const std::string site = text_setting(settings, "site", "tf-a");
    const auto names = names_setting(settings, "tanks", {"T101", "T102"});
    const auto toxic = names_setting(settings, "toxic", {"h2s"});
    for (std::size_t i = 0; i < names.size(); ++i) {
      tanks_.emplace_back(site, names[i], i % 2 == 0, panel, seed);
    }
    for (const std::string& name : names_setting(settings, "cameras", {"C1"})) {
      event_tags_.push_back(panel.add(
          word_tag(site, name, "event", {"none", "person", "spill", "fire"}, seconds{60})));
      online_tags_.push_back(panel.add(flag_tag(site, name, "online", seconds{60})));
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      for (const std::string& gas : toxic) tanks_[i].add_toxic(site, names[i], gas, panel);
    }
  }

  void step(TimePoint now, double step_s, Panel& panel) override {
    for (Tank& tank : tanks_) {
      tank.step(hour_of_day(now), step_s);
      tank.show(panel);
    }
    if (!tanks_.empty()) tanks_.front().power_toxic(panel, !toxic_unpowered_);
    const double event = static_cast<double>(seen());
    for (const TagIndex tag : event_tags_) panel.set(tag, event);
    for (std::size_t i = 0; i < online_tags_.size(); ++i) {
      const bool on = i > 0 || !camera_unpowered_;
      panel.set(online_tags_[i], on ? 1.0 : 0.0);
      panel.power(event_tags_[i], on);
    }
  }

  void set_cause(std::string_view name, bool on) override {
    if (name == "intruder") intruder_ = on;
    if (name == "camera-unpowered") camera_unpowered_ = on;
    if (name == "toxic-detector-unpowered") toxic_unpowered_ = on;
    if (!tanks_.empty()) set_working_cause(name, on, tanks_.front());
    if (tanks_.size() > 1) set_stock_cause(name, on, tanks_[1]);
  }

 private:
  static void set_working_cause(std::string_view name, bool on, Tank& tank) {
    if (name == "overfill") {
      tank.faults.inlet_stuck = on;
      if (on) tank.begin_filling();
    }
    const bool switch_dead = name == "low-switch-dead";
    if (switch_dead || name == "overdraw") tank.faults.arm_open = on;
    if (switch_dead) tank.faults.low_switch_dead = on;
    if (name == "servo-stuck") tank.faults.servo_stuck = on;
    if (name == "regulator-creep") tank.faults.regulator_creeps = on;
    if (name == "vent-icing") tank.faults.vent_ices = on;
    if (name == "coil-stuck") {
      tank.faults.coil_stuck = on;
      if (!on) tank.cool_down();
    }
  }

  static void set_stock_cause(std::string_view name, bool on, Tank& tank) {
    const bool dead = name == "interlock-dead";
    if (dead || name == "esd-stuck") {
      tank.faults.inlet_stuck = on;
      (dead ? tank.faults.switch_dead : tank.faults.esd_jammed) = on;
      if (on) tank.begin_filling();
    }
    const bool fire = name == "spill-fire";
    if (fire) tank.faults.sparks = on;
    if (fire || name == "flange-leak") tank.faults.leaking = on;
    if (name == "seal-weeps") tank.faults.seal_weeps = on;
    if (name == "seep") tank.faults.seeping = on;
    if (name == "bypass-passing") tank.faults.bypass = on;
    const bool book_wrong =
        fire || name == "flange-leak" || name == "seep" || name == "bypass-passing";
    if (!on && book_wrong) tank.take_stock();
  }

  [[nodiscard]] Seen seen() const {
    Seen event = intruder_ ? person : nothing;
    for (const Tank& tank : tanks_) {
      if (tank.burning()) return fire;
      if (tank.pool_m3() > 0.3) event = spill;
    }
    return event;
  }

  std::vector<Tank> tanks_;
  std::vector<TagIndex> event_tags_, online_tags_;
  bool intruder_ = false;
  bool camera_unpowered_ = false;
  bool toxic_unpowered_ = false;
};

}  // namespace

SystemInfo tank_farm_system() {
  return {"tank-farm", causes,
          [](const SystemSettings& settings, Panel& panel,
             std::uint64_t seed) -> std::unique_ptr<System> {
            return std::make_unique<TankFarm>(settings, panel, seed);
          }};
}

}  // namespace parkwatch::parksim
