// tools/parksim/physics/systems/wastewater_plant.cpp - Sewer, lift pumps, equalisation, activated
// sludge with blowers, dosing, clarifier; hours and days as in a real plant.
#include "tools/parksim/physics/systems/wastewater_plant.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tools/parksim/physics/random.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double day_s = 86'400.0;
constexpr double hour_s = 3'600.0;

constexpr double mean_flow_m3_h = 185.0;  // 4,440 m3/d of 5,000
constexpr double sewer_s = 20.0 * 60.0;   // mixing on the way to the plant
constexpr double equalisation_s = 8.0 * hour_s;
constexpr double reactor_s = 12.0 * hour_s;
constexpr double stripping_s = 3.0 * hour_s;  // aeration takes acidity away

constexpr double cod_mg_l = 310.0;
constexpr double nh3n_mg_l = 30.0;
constexpr double tp_mg_l = 4.5;
constexpr double conductivity_us_cm = 1100.0;
constexpr double us_cm_mg_l = 1.9;     // of sodium chloride
constexpr double strong_mg_l = 80.0;   // COD of the wastewater with the biocide
constexpr double inert_share = 0.065;  // of the COD: passes the biology

constexpr double diluted = 0.6;  // in a sewer of grade C, whose limits are about that much lower

// What the plant was built for. Lesser classes have smaller tanks and less dosing.
struct Design {
  double nitrification;    // first-order, times reactor_s: with 19, 30 mg/L leave as 1.5
  double inert_base_mg_l;  // COD that is always left
  double phosphorus;       // what is left of it, times that of class 1A; and so on
  double nitrate;
  double solids;
};
constexpr Design class_1a{19.0, 8.0, 1.0, 1.0, 1.0};
constexpr Design class_1b{10.9, 11.0, 2.0, 1.25, 2.0};
constexpr Design class_2{1.0, 46.0, 6.0, 1.33, 3.0};

Design design_of(const std::string& discharge_class) {
  if (discharge_class == "2") return class_2;
  return discharge_class == "1b" ? class_1b : class_1a;
}

constexpr double do_half_mg_l = 0.4;
constexpr double set_do_mg_l = 2.5;
constexpr double air_s = 180.0;        // DO follows the air
constexpr double do_uptake_s = 900.0;  // and is eaten without it

constexpr double pump_starts_a_hour = 2.0;  // the wet well's float switches
constexpr double flutter_s = 150.0;         // a fluttering float: a start so often
// Grease on the float: it lifts later and falls sooner, and the well holds less between the two.
constexpr double greasy_s = 420.0;         // a start so often at first,
constexpr double greasy_s_an_hour = 60.0;  // and sooner by so much for each hour

constexpr SystemCause causes[] = {
    {"refractory-cod", "an enterprise sends wastewater whose COD no sludge can eat, more each day"},
    {"nitrification-inhibited", "a trickle of thiourea inhibits the nitrifiers, more each day"},
    {"phosphate-dosing-worn", "the check valve of the coagulant's dosing pump wears"},
    {"carbon-dosing-worn", "the diaphragm of the carbon source's dosing pump cracks"},
    {"sludge-bulking", "filamentous bacteria let the sludge settle worse each day"},
    {"leachate", "a tanker empties landfill leachate into the sewer"},
    {"leachate-seeps", "landfill leachate seeps into the sewer through a crack that opens"},
    {"brine-valve", "the brine valve of an enterprise's ion exchanger passes more and more"},
    {"biocide", "an enterprise sends strong wastewater with a biocide that poisons the sludge"},
    {"phosphoric-acid", "an enterprise empties a phosphating bath into the sewer"},
    {"caustic", "an enterprise empties a caustic washing bath into the sewer"},
    {"storm", "rain water gets into the sewer, 50 m3/h"},
    {"blower-trip", "the motor protection of every blower trips"},
    {"float-flutter", "a float switch of the wet well flutters and starts a pump each time"},
    {"float-greasy", "grease grows on a float switch, and the pump starts ever more often"},
    {"analyser-unpowered", "the COD analyser of the effluent loses its supply", "effluent/cod"},
    {"probe-unpowered", "the pH probe of the effluent loses its supply", "effluent/ph"},
    {"first-start", "the plant is commissioned with half-grown sludge; its mode switch says so"},
};

double day_swing(double hour) { return std::sin(2.0 * std::numbers::pi * (hour - 5.0) / 24.0); }

// A titration curve: how far the pH is moved by so much base (acid: below 0), in mmol/L.
double titrated(double base) { return 7.3 + 1.15 * std::asinh(base / 0.8); }

struct Faults {
  bool refractory = false;
  bool inhibited = false;
  bool phosphate_worn = false;
  bool carbon_worn = false;
  bool bulking = false;
  bool leachate = false;
  bool seeps = false;
  bool brine = false;
  bool biocide = false;
  bool acid = false;
  bool caustic = false;
  bool storm = false;
  bool tripped = false;
  bool flutter = false;
  bool greasy = false;
  bool first_start = false;
};

// Something that breaks a little at once and then more each day, and is mended at once.
class Wear {
 public:
  Wear(double at_once, double a_day) : at_once_(at_once), a_day_(a_day) {}
  void step(bool on, double step_s) {
    value_ = !on ? 0.0 : value_ == 0.0 ? at_once_ : value_ + a_day_ * step_s / day_s;
  }
  [[nodiscard]] double value() const { return value_; }

 private:
  double at_once_;
  double a_day_;
  double value_ = 0.0;
};

class WastewaterPlant final : public System {
 public:
  WastewaterPlant(const SystemSettings& settings, Panel& panel, std::uint64_t seed)
      : site_(text_setting(settings, "site", "wwtp1")),
        design_(design_of(text_setting(settings, "class", "1a"))),
        strength_(text_setting(settings, "inlet", "a") == "c" ? diluted : 1.0),
        random_(seed, "wastewater-plant " + site_),
        flow_stray_(0.02, 1800.0, 1.0, random_),
        load_stray_(0.02, 1800.0, 1.0, random_) {
    add_streams(panel);
    for (const std::string& name : names_setting(settings, "blowers", {"B1", "B2"})) {
      blower_commands_.push_back(panel.add(flag_tag(site_, name, "command", seconds{60})));
      blower_runs_.push_back(panel.add(flag_tag(site_, name, "running", seconds{60})));
    }
    for (const std::string& name : names_setting(settings, "pumps", {"P1"})) {
      pump_runs_.push_back(panel.add(flag_tag(site_, name, "running", seconds{60})));
    }
  }

  void step(TimePoint now, double step_s, Panel& panel) override {
    const double hour = hour_of_day(now);
    step_sewer(hour, step_s);
    step_pumps(step_s);
    step_wear(step_s);
    step_reactor(step_s);
    show_water(panel);
    show_machines(panel);
  }

  void set_cause(std::string_view name, bool on) override {
    if (name == "refractory-cod") faults_.refractory = on;
    if (name == "nitrification-inhibited") faults_.inhibited = on;
    if (name == "phosphate-dosing-worn") faults_.phosphate_worn = on;
    if (name == "carbon-dosing-worn") faults_.carbon_worn = on;
    if (name == "sludge-bulking") faults_.bulking = on;
    if (name == "leachate") faults_.leachate = on;
    if (name == "leachate-seeps") faults_.seeps = on;
    if (name == "brine-valve") faults_.brine = on;
    if (name == "biocide") faults_.biocide = on;
    if (name == "phosphoric-acid") faults_.acid = on;
    if (name == "caustic") faults_.caustic = on;
    if (name == "storm") faults_.storm = on;
    if (name == "blower-trip") faults_.tripped = on;
    if (name == "float-flutter") faults_.flutter = on;
    if (name == "float-greasy") faults_.greasy = on;
    if (name == "first-start") faults_.first_start = on;
  }

 private:
  void add_streams(Panel& panel) {
    const auto add = [&](const char* device, const char* quantity, const char* unit,
                         NumberSpan span, int period_s, Noise noise) {
      return panel.add(number_tag(site_, device, quantity, unit, span, seconds{period_s}), noise);
    };
    const int influent_s = 300;
    const int effluent_s = 1800;  // analysers with a digestion
    in_flow_ = add("influent", "flow", "m3/h", {0.0, 600.0, 1}, 60, {.white = 1.0});
    in_cod_ = add("influent", "cod", "mg/L", {0.0, 3000.0, 0}, influent_s, {.white = 4.0});
    in_nh3n_ = add("influent", "nh3n", "mg/L", {0.0, 300.0, 1}, influent_s, {.white = 0.4});
    in_tp_ = add("influent", "tp", "mg/L", {0.0, 100.0, 2}, influent_s, {.white = 0.05});
    in_conductivity_ =
        add("influent", "conductivity", "uS/cm", {0.0, 50'000.0, 0}, 10, {.white = 5.0});
    in_ph_ = add("influent", "ph", "pH", {0.0, 14.0, 2}, 60, {.white = 0.02});
    out_flow_ = add("effluent", "flow", "m3/h", {0.0, 600.0, 1}, 60, {.white = 1.0});
    out_cod_ = add("effluent", "cod", "mg/L", {0.0, 500.0, 1}, effluent_s, {.white = 0.6});
    out_nh3n_ = add("effluent", "nh3n", "mg/L", {0.0, 100.0, 2}, effluent_s, {.white = 0.05});
    out_tn_ = add("effluent", "tn", "mg/L", {0.0, 100.0, 2}, effluent_s, {.white = 0.15});
    out_tp_ = add("effluent", "tp", "mg/L", {0.0, 20.0, 3}, effluent_s, {.white = 0.006});
    out_ss_ = add("effluent", "ss", "mg/L", {0.0, 200.0, 1}, effluent_s, {.white = 0.15});
    out_ph_ = add("effluent", "ph", "pH", {0.0, 14.0, 2}, 60, {.white = 0.02});
    do_ = add("aeration", "do", "mg/L", {0.0, 20.0, 2}, 30, {.white = 0.03, .drift = 0.03});
    mode_ = panel.add(flag_tag(site_, "plant", "commissioning", seconds{60}));
  }

  void step_sewer(double hour, double step_s) {
    const double swing = day_swing(hour);
    flow_m3_h_ = mean_flow_m3_h * (1.0 + 0.2 * swing + flow_stray_.step(random_)) +
                 (faults_.storm ? 50.0 : 0.0);
    const double leachate = seepage_.value() + (faults_.leachate ? 1.0 : 0.0);
    const double load = 1.0 + 0.12 * swing + load_stray_.step(random_);
    const double cod = cod_mg_l * load + 300.0 * leachate + (faults_.biocide ? strong_mg_l : 0.0);
    // Most salt is in the water that people draw. kg/h into m3/h are g/L.
    const double salt_mg_l = brine_kg_h_.value() / flow_m3_h_ * 1000.0;
    const double conductivity = conductivity_us_cm * (1.0 + 0.05 * swing) + us_cm_mg_l * salt_mg_l;
    sewer_us_cm_ = lagged(sewer_us_cm_, conductivity, step_s, sewer_s);
    const double nh3n = nh3n_mg_l * load + 24.0 * leachate;
    const double tp = tp_mg_l * load + (faults_.acid ? 5.5 : 0.0);
    const double base = faults_.acid ? -6.0 : faults_.caustic ? 8.0 : 0.0;
    sewer_cod_ = lagged(sewer_cod_, cod * strength_, step_s, sewer_s);
    sewer_nh3n_ = lagged(sewer_nh3n_, nh3n * strength_, step_s, sewer_s);
    sewer_tp_ = lagged(sewer_tp_, tp * strength_, step_s, sewer_s);
    sewer_base_ = lagged(sewer_base_, base * strength_, step_s, sewer_s);
  }

  double start_every_s(double step_s) {
    grease_h_ = faults_.greasy ? grease_h_ + step_s / hour_s : 0.0;
    if (faults_.flutter) return flutter_s;
    if (faults_.greasy) return std::max(flutter_s, greasy_s - greasy_s_an_hour * grease_h_);
    return hour_s / pump_starts_a_hour;
  }

  void step_pumps(double step_s) {
    const double every_s = start_every_s(step_s);
    pump_s_ += step_s;
    if (pump_s_ >= every_s) pump_s_ = 0.0;
    pumping_ = pump_s_ < 0.6 * every_s;
  }

  void step_wear(double step_s) {
    refractory_.step(faults_.refractory, step_s);
    brine_kg_h_.step(faults_.brine, step_s);
    poison_.step(faults_.biocide, step_s);
    seepage_.step(faults_.seeps, step_s);
    inhibition_.step(faults_.inhibited, step_s);
    phosphate_.step(faults_.phosphate_worn, step_s);
    carbon_.step(faults_.carbon_worn, step_s);
    bulking_.step(faults_.bulking, step_s);
    // The mode switch is turned back when the effluent has been good for some days.
    commissioned_s_ = faults_.first_start ? 3.0 * day_s : std::max(0.0, commissioned_s_ - step_s);
  }

  void step_reactor(double step_s) {
    const double eats = std::max(0.0, 1.0 - poison_.value());
    const double left = 1.0 - (1.0 - inert_share) * eats;
    cod_ =
        lagged(cod_, sewer_cod_ * left + refractory_.value(), step_s, equalisation_s + reactor_s);
    nh3n_in_ = lagged(nh3n_in_, sewer_nh3n_, step_s, equalisation_s);
    tp_ = lagged(tp_, sewer_tp_, step_s, equalisation_s + reactor_s);
    base_in_ = lagged(base_in_, sewer_base_, step_s, equalisation_s);
    base_ = lagged(base_, base_in_, step_s, stripping_s);
    do_mg_l_ = faults_.tripped ? lagged(do_mg_l_, 0.0, step_s, do_uptake_s)
                               : lagged(do_mg_l_, set_do_mg_l, step_s, air_s);
    const double breathing =
        do_mg_l_ / (do_half_mg_l + do_mg_l_) * (do_half_mg_l + set_do_mg_l) / set_do_mg_l;
    const double eaten =
        design_.nitrification / reactor_s * breathing * (1.0 - inhibition_.value());
    nh3n_ += ((nh3n_in_ - nh3n_) / reactor_s - eaten * nh3n_) * step_s;
    const double young = faults_.first_start ? 0.08 : 0.0;  // of the removal is missing
    const double tp_left = 0.067 + phosphate_.value() + young;
    tp_out_ = lagged(tp_out_, tp_ * tp_left * design_.phosphorus, step_s, 2.0 * hour_s);
    const double nitrate = 7.0 + 20.0 * carbon_.value() + 90.0 * young;
    nitrate_ = lagged(nitrate_, nitrate * design_.nitrate, step_s, reactor_s);
    const double solids = (6.0 + bulking_.value() + 60.0 * young) * design_.solids;
    ss_ = lagged(ss_, solids, step_s, 4.0 * hour_s);
  }

  void show_water(Panel& panel) const {
    panel.set(in_flow_, pumping_ ? flow_m3_h_ : flow_m3_h_ * 0.98);
    panel.set(in_cod_, sewer_cod_);
    panel.set(in_nh3n_, sewer_nh3n_);
    panel.set(in_tp_, sewer_tp_);
    panel.set(in_conductivity_, sewer_us_cm_);
    panel.set(in_ph_, titrated(sewer_base_));
    panel.set(out_flow_, flow_m3_h_ * 0.98);
    panel.set(out_cod_, design_.inert_base_mg_l + cod_ + 0.4 * ss_);
    panel.set(out_nh3n_, nh3n_);
    panel.set(out_tn_, nitrate_ + nh3n_ + 0.8);
    panel.set(out_tp_, tp_out_);
    panel.set(out_ss_, ss_);
    panel.set(out_ph_, titrated(base_));
    panel.set(do_, do_mg_l_);
    panel.set(mode_, commissioned_s_ > 0.0 ? 1.0 : 0.0);
  }

  void show_machines(Panel& panel) const {
    for (const TagIndex tag : blower_commands_) panel.set(tag, 1.0);
    for (const TagIndex tag : blower_runs_) panel.set(tag, faults_.tripped ? 0.0 : 1.0);
    for (const TagIndex tag : pump_runs_) panel.set(tag, pumping_ ? 1.0 : 0.0);
  }

  std::string site_;
  Design design_;
  double strength_;
  Random random_;
  Stray flow_stray_, load_stray_;
  Faults faults_;
  Wear refractory_{17.0, 4.0};
  Wear inhibition_{0.62, 0.04};
  Wear phosphate_{0.032, 0.006};
  Wear carbon_{0.2, 0.035};
  Wear bulking_{2.9, 0.6};
  Wear brine_kg_h_{0.01, 5760.0};  // 4 kg/h more each minute
  Wear poison_{0.2, 1.5};          // of the sludge's activity
  Wear seepage_{0.001, 10.0};      // of what a tanker empties
  double commissioned_s_ = 0.0;
  double flow_m3_h_ = mean_flow_m3_h;
  double sewer_cod_ = cod_mg_l * strength_, sewer_nh3n_ = nh3n_mg_l * strength_;
  double sewer_tp_ = tp_mg_l * strength_, sewer_base_ = 0.0;
  double sewer_us_cm_ = conductivity_us_cm;
  double pump_s_ = 0.0;
  double grease_h_ = 0.0;
  bool pumping_ = true;
  double cod_ = sewer_cod_ * inert_share;
  double nh3n_in_ = sewer_nh3n_, nh3n_ = nh3n_in_ / (1.0 + design_.nitrification);
  double tp_ = sewer_tp_, tp_out_ = 0.067 * tp_ * design_.phosphorus;
  double base_in_ = 0.0, base_ = 0.0;
  double do_mg_l_ = set_do_mg_l;
  double nitrate_ = 7.0 * design_.nitrate, ss_ = 6.0 * design_.solids;
  TagIndex in_flow_, in_cod_, in_nh3n_, in_tp_, in_conductivity_, in_ph_;
  TagIndex out_flow_, out_cod_, out_nh3n_, out_tn_, out_tp_, out_ss_, out_ph_;
  TagIndex do_, mode_;
  std::vector<TagIndex> blower_commands_, blower_runs_, pump_runs_;
};

}  // namespace

SystemInfo wastewater_plant_system() {
  return {"wastewater-plant", causes,
          [](const SystemSettings& settings, Panel& panel,
             std::uint64_t seed) -> std::unique_ptr<System> {
            return std::make_unique<WastewaterPlant>(settings, panel, seed);
          }};
}

}  // namespace parkwatch::parksim
