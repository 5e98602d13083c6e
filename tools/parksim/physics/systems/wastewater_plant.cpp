// tools/parksim/physics/systems/wastewater_plant.cpp - Sewer, lift pumps, equalisation, activated
// sludge with blowers, dosing, clarifier; hours and days as in a real plant.
#include "tools/parksim/physics/systems/wastewater_plant.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/faults.h"
#include "tools/parksim/physics/systems/water.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double day_s = 86'400.0;
constexpr double hour_s = 3'600.0;

constexpr double neutral_ph = 7.3;
constexpr double mean_flow_m3_h = 185.0;  // 4,440 m3/d of 5,000
constexpr double sewer_s = 20.0 * 60.0;   // mixing on the way to the plant
constexpr double equalisation_s = 8.0 * hour_s;
constexpr double reactor_s = 12.0 * hour_s;
constexpr double stripping_s = 3.0 * hour_s;  // aeration takes acidity away

constexpr Solutes sewage{.cod = 310.0, .nh3n = 30.0, .tp = 4.5, .us_cm = 1100.0};
constexpr double inert_share = 0.065;  // of the sewage's COD: passes the biology

// What comes into the sewer beside it.
constexpr Stream rain{50.0, {.us_cm = 50.0}};
constexpr Stream leachate{4.0, {.cod = 12'500.0, .nh3n = 1'000.0, .us_cm = 10'000.0}};
constexpr Stream biocide{3.0, {.cod = 5'000.0, .us_cm = 3'000.0}};
constexpr Stream pickling_bath{0.95, {.tp = 1'000.0, .base = -1'100.0, .us_cm = 20'000.0}};
constexpr Stream washing_bath{0.7, {.base = 1'950.0, .us_cm = 50'000.0}};
constexpr Solutes refractory{.inert_cod = 2'000.0, .us_cm = 1'100.0};
constexpr Solutes rinse{.thiourea = 1'000.0, .us_cm = 1'100.0};
constexpr Solutes brine{.us_cm = 190'000.0};  // 100 g/L of sodium chloride, as it adds when diluted

// A sewer of grade C carries so much of everything, its limits are about that much lower; what is
// sent into it is tried with as much less.
constexpr double diluted = 0.6;

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

constexpr double coagulation = 2.703;     // phosphorus left: exp(-this), at the full dose
constexpr double nitrate_mg_l = 7.0;      // that is left, and ...
constexpr double carbon_takes_mg_l = 20;  // ... what the dosed carbon takes
constexpr double solids_mg_l = 6.0;
// Sludge that has just been seeded: part of the 4 g/L that the plant is built for, and what it
// grows by in a day. Half of it still eats all the COD (0.3 kg for each kg and day); ammonium,
// nitrate, phosphorus and what settles go with how much there is of it.
constexpr double seeded = 0.5;
constexpr double grows_a_day = 0.5;
constexpr double sludge_takes_tp = 0.3;  // of the phosphorus, for its own growth
constexpr double denitrification = 3.0;  // first-order, times the stay without air
// Sludge of 110 mL/g. Its settling velocity falls by about 1 % with each mL/g more (Vesilind's
// equation), and what the overflow carries goes with its inverse.
constexpr double settling_g_ml = 0.01;

// Thiourea that halves the nitrifiers' rate: less than 0.1 mg/L takes most of it.
constexpr double thiourea_half_mg_l = 0.025;

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
    {"refractory-cod",
     "an enterprise sends 1.6 m3/h whose COD no sludge can eat, 0.4 more each day"},
    {"nitrification-inhibited",
     "an enterprise sends 7 g/h of thiourea, which stops nitrifiers, and 3 g/h more each day"},
    {"phosphate-dosing-worn",
     "the check valve of the coagulant's dosing pump wears: 14 % of the stroke flow back, then "
     "more"},
    {"carbon-dosing-worn",
     "the diaphragm of the carbon source's dosing pump cracks: 20 % less dose, then less still"},
    {"sludge-bulking",
     "filamentous bacteria bulk the sludge, from 110 to 150 mL/g and by 6 more each day"},
    {"leachate", "a tanker empties landfill leachate into the sewer, 4 m3/h"},
    {"leachate-seeps", "landfill leachate seeps into the sewer through a crack that opens"},
    {"brine-valve",
     "the brine valve of an enterprise's ion exchanger passes 4 kg/h more salt each minute"},
    {"biocide", "an enterprise sends strong wastewater with a biocide that poisons the sludge"},
    {"phosphoric-acid", "an enterprise empties an acid phosphating bath into the sewer, 0.95 m3/h"},
    {"caustic", "an enterprise empties a caustic washing bath into the sewer, 0.7 m3/h"},
    {"storm", "rain water gets into the sewer, 50 m3/h"},
    {"blower-trip", "the motor protection of every blower trips"},
    {"float-flutter", "a float switch of the wet well flutters and starts a pump each time"},
    {"float-greasy", "grease grows on a float switch, and the pump starts ever more often"},
    {"analyser-unpowered", "the COD analyser of the effluent loses its supply", "effluent/cod"},
    {"probe-unpowered", "the pH probe of the effluent loses its supply", "effluent/ph"},
    {"first-start",
     "the plant is started with 2 g/L of seed sludge, half of what it needs; its mode switch says "
     "so"},
};

double day_swing(double hour) { return std::sin(2.0 * std::numbers::pi * (hour - 5.0) / 24.0); }

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

  void set_cause(std::string_view name, bool on) override { causes_.set(name, on); }

 private:
  [[nodiscard]] bool has(std::string_view cause) const { return causes_.has(cause); }

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
    const double flow_m3_h = mean_flow_m3_h * (1.0 + 0.2 * swing + flow_stray_.step(random_));
    const double load = strength_ * (1.0 + 0.12 * swing + load_stray_.step(random_));
    // Most salt is in the water that people draw.
    Stream water{flow_m3_h,
                 {.cod = sewage.cod * load,
                  .nh3n = sewage.nh3n * load,
                  .tp = sewage.tp * load,
                  .us_cm = sewage.us_cm * (1.0 + 0.05 * swing)}};
    const auto add = [&](const Stream& what, double times) {
      water = joined(water, {what.m3_h * times * strength_, what.has});
    };
    if (has("storm")) water = joined(water, rain);
    add(leachate, seepage_.value() + (has("leachate") ? 1.0 : 0.0));
    if (has("biocide")) add(biocide, 1.0);
    if (has("phosphoric-acid")) add(pickling_bath, 1.0);
    if (has("caustic")) add(washing_bath, 1.0);
    add({refractory_m3_h_.value(), refractory}, 1.0);
    add({rinse_m3_h_.value(), rinse}, 1.0);
    add({brine_m3_h_.value(), brine}, 1.0);
    flow_m3_h_ = water.m3_h;
    sewer_ = mixed(sewer_, water.has, step_s, sewer_s);
  }

  double start_every_s(double step_s) {
    grease_h_ = has("float-greasy") ? grease_h_ + step_s / hour_s : 0.0;
    if (has("float-flutter")) return flutter_s;
    if (has("float-greasy")) return std::max(flutter_s, greasy_s - greasy_s_an_hour * grease_h_);
    return hour_s / pump_starts_a_hour;
  }

  void step_pumps(double step_s) {
    const double every_s = start_every_s(step_s);
    pump_s_ += step_s;
    if (pump_s_ >= every_s) pump_s_ = 0.0;
    pumping_ = pump_s_ < 0.6 * every_s;
  }

  void step_wear(double step_s) {
    refractory_m3_h_.step(has("refractory-cod"), step_s);
    brine_m3_h_.step(has("brine-valve"), step_s);
    poison_.step(has("biocide"), step_s);
    seepage_.step(has("leachate-seeps"), step_s);
    rinse_m3_h_.step(has("nitrification-inhibited"), step_s);
    coagulant_lost_.step(has("phosphate-dosing-worn"), step_s);
    carbon_lost_.step(has("carbon-dosing-worn"), step_s);
    bulk_ml_g_.step(has("sludge-bulking"), step_s);
    // The mode switch is turned back when the effluent has been good for some days.
    if (has("first-start") && commissioned_s_ == 0.0) sludge_ = seeded;
    commissioned_s_ = has("first-start") ? 3.0 * day_s : std::max(0.0, commissioned_s_ - step_s);
    sludge_ += grows_a_day * sludge_ * (1.0 - sludge_) * step_s / day_s;
  }

  void step_reactor(double step_s) {
    const double eats = std::max(0.0, 1.0 - poison_.value());
    const double left = 1.0 - (1.0 - inert_share) * eats;
    cod_ = lagged(cod_, sewer_.cod * left + sewer_.inert_cod, step_s, equalisation_s + reactor_s);
    nh3n_in_ = lagged(nh3n_in_, sewer_.nh3n, step_s, equalisation_s);
    tp_ = lagged(tp_, sewer_.tp, step_s, equalisation_s + reactor_s);
    thiourea_in_ = lagged(thiourea_in_, sewer_.thiourea, step_s, equalisation_s);
    thiourea_ = lagged(thiourea_, thiourea_in_, step_s, reactor_s);
    base_in_ = lagged(base_in_, sewer_.base, step_s, equalisation_s);
    base_ = lagged(base_, base_in_, step_s, stripping_s);
    do_mg_l_ = has("blower-trip") ? lagged(do_mg_l_, 0.0, step_s, do_uptake_s)
                                  : lagged(do_mg_l_, set_do_mg_l, step_s, air_s);
    const double breathing =
        do_mg_l_ / (do_half_mg_l + do_mg_l_) * (do_half_mg_l + set_do_mg_l) / set_do_mg_l;
    const double eaten = sludge_ * design_.nitrification / reactor_s * breathing *
                         thiourea_half_mg_l / (thiourea_half_mg_l + thiourea_);
    nh3n_ += ((nh3n_in_ - nh3n_) / reactor_s - eaten * nh3n_) * step_s;
    const double untaken = (1.0 - sludge_takes_tp * sludge_) / (1.0 - sludge_takes_tp);
    const double tp_left = std::exp(-coagulation * (1.0 - coagulant_lost_.value())) * untaken;
    tp_out_ = lagged(tp_out_, tp_ * tp_left * design_.phosphorus, step_s, 2.0 * hour_s);
    const double undenitrified = (1.0 + denitrification) / (1.0 + denitrification * sludge_);
    const double nitrate = nitrate_mg_l * undenitrified + carbon_takes_mg_l * carbon_lost_.value();
    nitrate_ = lagged(nitrate_, nitrate * design_.nitrate, step_s, reactor_s);
    const double slower = std::exp(settling_g_ml * bulk_ml_g_.value());
    // Flocs of young sludge are small, and settle the slower.
    const double solids = solids_mg_l * slower / sludge_ * design_.solids;
    ss_ = lagged(ss_, solids, step_s, 4.0 * hour_s);
  }

  void show_water(Panel& panel) const {
    panel.set(in_flow_, pumping_ ? flow_m3_h_ : flow_m3_h_ * 0.98);
    panel.set(in_cod_, sewer_.cod + sewer_.inert_cod);
    panel.set(in_nh3n_, sewer_.nh3n);
    panel.set(in_tp_, sewer_.tp);
    panel.set(in_conductivity_, sewer_.us_cm);
    panel.set(in_ph_, titrated(neutral_ph, sewer_.base));
    panel.set(out_flow_, flow_m3_h_ * 0.98);
    panel.set(out_cod_, design_.inert_base_mg_l + cod_ + 0.4 * ss_);
    panel.set(out_nh3n_, nh3n_);
    panel.set(out_tn_, nitrate_ + nh3n_ + 0.8);
    panel.set(out_tp_, tp_out_);
    panel.set(out_ss_, ss_);
    panel.set(out_ph_, titrated(neutral_ph, base_));
    panel.set(do_, do_mg_l_);
    panel.set(mode_, commissioned_s_ > 0.0 ? 1.0 : 0.0);
  }

  void show_machines(Panel& panel) const {
    for (const TagIndex tag : blower_commands_) panel.set(tag, 1.0);
    for (const TagIndex tag : blower_runs_) panel.set(tag, has("blower-trip") ? 0.0 : 1.0);
    for (const TagIndex tag : pump_runs_) panel.set(tag, pumping_ ? 1.0 : 0.0);
  }

  std::string site_;
  Design design_;
  double strength_;
  Random random_;
  Stray flow_stray_, load_stray_;
  Causes causes_;
  Wear refractory_m3_h_{1.6, 0.38};
  Wear rinse_m3_h_{0.007, 0.003};
  Wear coagulant_lost_{0.1446, 0.0207};  // of the dose
  Wear carbon_lost_{0.2, 0.035};         // of the dose
  Wear bulk_ml_g_{40.0, 6.0};            // of the sludge volume index, on top of the usual
  Wear brine_m3_h_{0.0001, 57.6};        // 4 kg/h of salt more each minute
  Wear poison_{0.2, 1.5};                // of the sludge's activity
  Wear seepage_{0.001, 10.0};            // of what a tanker empties: 1.7 m3/h more each hour
  double commissioned_s_ = 0.0;
  double sludge_ = 1.0;  // part of what the plant is built for
  double flow_m3_h_ = mean_flow_m3_h;
  Solutes sewer_{.cod = sewage.cod * strength_,
                 .nh3n = sewage.nh3n * strength_,
                 .tp = sewage.tp * strength_,
                 .us_cm = sewage.us_cm};
  double pump_s_ = 0.0;
  double grease_h_ = 0.0;
  bool pumping_ = true;
  double cod_ = sewer_.cod * inert_share;
  double nh3n_in_ = sewer_.nh3n, nh3n_ = nh3n_in_ / (1.0 + design_.nitrification);
  double tp_ = sewer_.tp, tp_out_ = std::exp(-coagulation) * tp_ * design_.phosphorus;
  double base_in_ = 0.0, base_ = 0.0;
  double thiourea_in_ = 0.0, thiourea_ = 0.0;
  double do_mg_l_ = set_do_mg_l;
  double nitrate_ = nitrate_mg_l * design_.nitrate, ss_ = solids_mg_l * design_.solids;
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
