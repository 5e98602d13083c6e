// tools/parksim/physics/systems/zero_liquid_discharge.cpp - Water and salt through ultrafiltration,
// reverse osmosis, softening, ion split, concentration and crystallisers.
#include "tools/parksim/physics/systems/zero_liquid_discharge.h"

#include <algorithm>
#include <cmath>

#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double hour_s = 3600.0;
constexpr double never = 1e9;      // a fault without a most
constexpr double at_once_s = 1.0;  // mended by a spare part, not by time

constexpr double feed_m3_h = 20'000.0 / 24.0;
constexpr double feed_us_cm = 3200.0;
constexpr double kg_m3_a_us_cm = 0.00065;  // dissolved salt by conductivity
constexpr double nacl_share = 0.62;        // of the salt; the rest is Na2SO4
constexpr double sulphate_share = 0.676;   // SO4 of Na2SO4, by mass

// Ultrafiltration. What blocks the silt density test's filter, as the part by which 15 minutes of
// flow raise its resistance.
constexpr double feed_silt = 92.0;
constexpr double filtrate_silt = 0.92;
constexpr double fibre_m3_h = 0.0036;  // through a torn one of 0.8 mm and 1 m at 100 kPa, laminar

// Redox potential at platinum by what is in excess, chlorine (above 0) or bisulphite, as mg/L Cl2.
constexpr double chlorine_mg_l = 1.0;
constexpr double bisulphite_mg_l = 3.0;
constexpr double bisulphite_a_chlorine = 1.46;  // NaHSO3 for Cl2, by mass
constexpr double contact_s = 1200.0;

// Reverse osmosis: the pumps hold the flow, the opening of the concentrate valve is the recovery.
constexpr double salt_passage = 0.02;               // of the salt, with the reuse water
constexpr double usual_opening = 0.28;              // for a recovery of 94 %
constexpr double open_part = 0.06 / usual_opening;  // of the feed, through a valve that is open
constexpr double valve_s = 300.0;
constexpr double channel_mm = 0.71;  // a spacer of 28 mil
constexpr double clean_kpa = 140.0;
constexpr double first_stage_times = 4.0;  // as salty as the feed: behind 75 % recovery

constexpr double meter_bore_mm = 250.0;
constexpr double outlet_m_s = 5.94;  // through a gap, under 5 m of water, contraction 0.6
constexpr double weeping_mm2 = 14.1;

constexpr double brine_s = 2.0 * hour_s;  // tanks before the second stage
constexpr double basin_s = 2.0 * hour_s;  // softening
constexpr double ozone_s = 4.0 * hour_s;
constexpr double cake_s = 3.0 * hour_s;  // magma in the crystallisers

// Lime takes the calcium of the bicarbonates first (soda has taken the rest) and then, at pH 11,
// the magnesium; by mass CaO for what it takes.
constexpr double lime_mg_l = 300.0;
constexpr double lime_a_calcium = 1.4;
constexpr double lime_a_magnesium = 4.6;
constexpr double calcium_by_lime_mg_l = 82.0;
constexpr double calcium_left_mg_l = 8.0;  // CaCO3 is that soluble
constexpr double magnesium_by_lime_mg_l = 37.0;
constexpr double magnesium_left_mg_l = 3.0;

constexpr double fluoride_mg_l = 18.0;
constexpr double bed_takes = 0.7778;  // of the fluoride, when all its sites are free
constexpr double bed_kg = 2.1;        // fluoride on the sites of one bed
constexpr double regeneration_s = 3.0 * hour_s;

constexpr double cod_mg_l = 140.0;
constexpr double ozone_mg_l = 190.0;
constexpr double ozone_a_cod = 2.0;  // by mass

constexpr double chloride_part = 0.7;  // of the brine, through the split's membranes
constexpr double sulphate_passage = 0.02;
constexpr double evaporates = 0.85;       // of the chloride stream: the heat follows its flow ...
constexpr double evaporator_m3_h = 31.5;  // ... as far as clean tubes go
constexpr double evaporator_s = hour_s;

constexpr SystemCause causes[] = {
    {"ro-fouling", "scale narrows the channels of the first reverse osmosis stage, 0.03 mm/h"},
    {"concentrate-valve-open", "the concentrate valve of the last stage sticks half open"},
    {"feed-leak", "a buried pipe between feed meter and membranes leaks, more each hour"},
    {"reuse-meter-scaled", "scale narrows the bore of the reuse water's flow meter"},
    {"brine-leak", "the liner of the brine pond tears: 0.6 m3/h more seep away each hour"},
    {"conductivity-coated", "a coat of 4 Ohm/h grows on the feed's conductivity electrodes"},
    {"outlet-passing", "the seat of the sealed outlet's valve wears by 28 mm2 each hour"},
    {"outlet-weeps", "grit holds the sealed outlet's valve 14 mm2 open: 0.3 m3/h"},
    {"bisulphite-empty", "the bisulphite tank is empty, 1 mg/L chlorine reaches the membranes"},
    {"fibres-broken", "2,200 fibres of the ultrafiltration break each hour: feed passes by"},
    {"softener-starved", "the lime screw of the softening blocks"},
    {"fluoride-bed-spent", "the bed that takes the fluoride is used up and not changed over"},
    {"ozone-trip", "the ozone generator trips, COD is no longer oxidised"},
    {"o-ring-torn", "o-rings tear: 5 m3/h more brine of the first stage pass each hour"},
    {"split-leaf-torn", "leaves of the ion split tear: 1 % more of its brine passes each hour"},
    {"evaporator-scaled", "scale on the evaporator's tubes resists the heat, 2 % more each hour"},
    {"meter-unpowered", "the flow meter of the concentrate loses its supply", "concentrate/flow"},
    {"analyser-unpowered", "the fluoride analyser loses its supply", "fluoride"},
};

double redox_mv(double oxidant_mg_l) { return 331.0 + 90.0 * std::asinh(oxidant_mg_l / 0.4); }

// ASTM D4189: the loss of flow through a filter of 0.45 um, in % a minute over 15 minutes.
double silt_density(double silt) { return 100.0 / 15.0 * (1.0 - 1.0 / (1.0 + silt)); }

// A brine of so much NaCl, at 20 degC.
double density_kg_m3(double nacl_g_l) { return 998.0 + 0.66 * nacl_g_l; }

class ZeroLiquidDischarge final : public System {
 public:
  ZeroLiquidDischarge(const SystemSettings& settings, Panel& panel, std::uint64_t seed)
      : site_(text_setting(settings, "site", "zld")),
        random_(seed, "zero-liquid-discharge " + site_),
        feed_stray_(0.01, 1800.0, 1.0, random_),
        salt_stray_(0.01, 7200.0, 1.0, random_) {
    add_water(panel);
    add_quality(panel);
    for (const std::string& name : names_setting(settings, "stages", {"RO1", "RO2"})) {
      pressures_.push_back(panel.add(
          number_tag(site_, name, "dp", "kPa", {0.0, 1000.0, 1}, seconds{60}), {.white = 1.0}));
    }
  }

  void step(TimePoint now, double step_s, Panel& panel) override {
    static_cast<void>(now);  // the equalised feed knows no time of day
    step_water(step_s);
    step_pretreatment(step_s);
    step_brine(step_s);
    step_softening(step_s);
    step_fluoride(step_s);
    step_salts(step_s);
    show(panel);
    show_meters(step_s, panel);
  }

  void set_cause(std::string_view name, bool on) override { causes_.set(name, on); }

 private:
  [[nodiscard]] bool has(std::string_view cause) const { return causes_.has(cause); }

  TagIndex add(Panel& panel, const char* device, const char* quantity, const char* unit,
               NumberSpan span, int period_s, Noise noise) {
    return panel.add(number_tag(site_, device, quantity, unit, span, seconds{period_s}), noise);
  }

  void add_water(Panel& panel) {
    feed_flow_ = add(panel, "feed", "flow", "m3/h", {0.0, 2000.0, 1}, 60, {.white = 1.0});
    feed_cond_ =
        add(panel, "feed", "conductivity", "uS/cm", {0.0, 20'000.0, 0}, 60, {.white = 5.0});
    reuse_flow_ = add(panel, "reuse", "flow", "m3/h", {0.0, 2000.0, 1}, 60, {.white = 1.0});
    reuse_cond_ =
        add(panel, "reuse", "conductivity", "uS/cm", {0.0, 5000.0, 1}, 60, {.white = 1.0});
    conc_flow_ = add(panel, "concentrate", "flow", "m3/h", {0.0, 300.0, 2}, 60, {.white = 0.1});
    outlet_flow_ = add(panel, "outlet", "flow", "m3/h", {0.0, 100.0, 3}, 60, {.white = 0.01});
    nacl_ = add(panel, "crystalliser", "nacl", "t/h", {0.0, 10.0, 4}, 300, {.white = 0.005});
    na2so4_ = add(panel, "crystalliser", "na2so4", "t/h", {0.0, 10.0, 4}, 300, {.white = 0.005});
  }

  void add_quality(Panel& panel) {
    orp_ = add(panel, "feed", "orp", "mV", {-500.0, 1000.0, 0}, 60, {.white = 3.0});
    sdi_ = add(panel, "feed", "sdi", "", {0.0, 10.0, 2}, 900, {.white = 0.05});
    calcium_ = add(panel, "softened", "calcium", "mg/L", {0.0, 1000.0, 1}, 600, {.white = 0.2});
    magnesium_ = add(panel, "softened", "magnesium", "mg/L", {0.0, 1000.0, 1}, 600, {.white = 0.1});
    fluoride_ = add(panel, "softened", "fluoride", "mg/L", {0.0, 200.0, 2}, 600, {.white = 0.05});
    cod_ = add(panel, "softened", "cod", "mg/L", {0.0, 2000.0, 1}, 1800, {.white = 0.5});
    sulphate_ = add(panel, "split", "sulphate", "mg/L", {0.0, 20'000.0, 0}, 900, {.white = 3.0});
    density_ =
        add(panel, "concentrated", "density", "kg/m3", {900.0, 1400.0, 1}, 60, {.white = 0.3});
  }

  void step_water(double step_s) {
    feed_ = feed_m3_h * (1.0 + feed_stray_.step(random_));
    salinity_us_cm_ = feed_us_cm * (1.0 + salt_stray_.step(random_));
    const double behind = feed_ - leak_m3_h_.step(has("feed-leak"), step_s);
    opening_ =
        lagged(opening_, has("concentrate-valve-open") ? 0.5 : usual_opening, step_s, valve_s);
    concentrate_ = behind * open_part * opening_;
    const double gap_mm2 =
        seat_mm2_.step(has("outlet-passing"), step_s) + (has("outlet-weeps") ? weeping_mm2 : 0.0);
    leaves_ = gap_mm2 * 1e-6 * outlet_m_s * hour_s;
    reuse_ = behind - concentrate_ - leaves_;
    const double permeate_us_cm = salinity_us_cm_ * salt_passage * behind / (behind - concentrate_);
    const double by = rings_m3_h_.step(has("o-ring-torn"), step_s) / reuse_;
    reuse_us_cm_ = permeate_us_cm * (1.0 - by) + salinity_us_cm_ * first_stage_times * by;
    salt_kg_h_ = (behind * salinity_us_cm_ - (reuse_ + leaves_) * reuse_us_cm_) * kg_m3_a_us_cm;
  }

  void step_pretreatment(double step_s) {
    const double by = fibres_.step(has("fibres-broken"), step_s) * fibre_m3_h / feed_;
    silt_ = filtrate_silt * (1.0 - by) + feed_silt * by;
    const double taken = has("bisulphite-empty") ? 0.0 : bisulphite_mg_l / bisulphite_a_chlorine;
    oxidant_mg_l_ = lagged(oxidant_mg_l_, chlorine_mg_l - taken, step_s, contact_s);
  }

  // Tanks keep water and salt alike on their way to the second stage.
  void step_brine(double step_s) {
    const double seeps = std::min(concentrate_, tear_m3_h_.step(has("brine-leak"), step_s));
    const double kept = 1.0 - seeps / concentrate_;
    brine_m3_h_ = lagged(brine_m3_h_, concentrate_ * kept, step_s, brine_s);
    brine_kg_h_ = lagged(brine_kg_h_, salt_kg_h_ * kept, step_s, brine_s);
  }

  void step_softening(double step_s) {
    const double lime = has("softener-starved") ? 0.0 : lime_mg_l;
    const double calcium = std::min(calcium_by_lime_mg_l, lime / lime_a_calcium);
    const double magnesium =
        std::min(magnesium_by_lime_mg_l, (lime - calcium * lime_a_calcium) / lime_a_magnesium);
    calcium_mg_l_ =
        lagged(calcium_mg_l_, calcium_left_mg_l + calcium_by_lime_mg_l - calcium, step_s, basin_s);
    magnesium_mg_l_ = lagged(
        magnesium_mg_l_, magnesium_left_mg_l + magnesium_by_lime_mg_l - magnesium, step_s, basin_s);
    const double oxidised = has("ozone-trip") ? 0.0 : ozone_mg_l / ozone_a_cod;
    cod_mg_l_ = lagged(cod_mg_l_, cod_mg_l - oxidised, step_s, ozone_s);
  }

  // Two beds take turns, one is regenerated. Without that the fluoride uses the sites up.
  void step_fluoride(double step_s) {
    const double taken_mg_l = fluoride_mg_l * bed_takes * sites_;
    fluoride_left_mg_l_ = fluoride_mg_l - taken_mg_l;
    if (has("fluoride-bed-spent")) {
      sites_ -= taken_mg_l * brine_m3_h_ / 1000.0 / bed_kg * step_s / hour_s;
    } else {
      sites_ = lagged(sites_, 1.0, step_s, regeneration_s);
    }
  }

  // The split sends the chloride with the larger part of the water to the evaporator; mother liquor
  // brings back what chloride stays with the sulphate.
  void step_salts(double step_s) {
    const double torn = leaves_torn_.step(has("split-leaf-torn"), step_s);
    const double passage = sulphate_passage * (1.0 - torn) + torn;
    const double sulphate_kg_h = brine_kg_h_ * (1.0 - nacl_share);
    sulphate_mg_l_ = sulphate_kg_h * sulphate_share / brine_m3_h_ * passage * 1000.0;
    const double chloride_m3_h = brine_m3_h_ * chloride_part;
    const double resistance = 1.0 + tubes_.step(has("evaporator-scaled"), step_s);
    const double evaporated = std::min(chloride_m3_h * evaporates, evaporator_m3_h / resistance);
    const double nacl_g_l = brine_kg_h_ * nacl_share / (chloride_m3_h - evaporated);
    nacl_g_l_ = lagged(nacl_g_l_, nacl_g_l, step_s, evaporator_s);
    const double strays_kg_h = sulphate_kg_h * passage * chloride_part;
    nacl_t_h_ =
        lagged(nacl_t_h_, (brine_kg_h_ * nacl_share + strays_kg_h) / 1000.0, step_s, cake_s);
    na2so4_t_h_ = lagged(na2so4_t_h_, (sulphate_kg_h - strays_kg_h) / 1000.0, step_s, cake_s);
  }

  void show(Panel& panel) const {
    panel.set(feed_flow_, feed_);
    panel.set(conc_flow_, concentrate_);
    panel.set(outlet_flow_, leaves_);
    panel.set(reuse_cond_, reuse_us_cm_);
    panel.set(nacl_, nacl_t_h_);
    panel.set(na2so4_, na2so4_t_h_);
    panel.set(orp_, redox_mv(oxidant_mg_l_));
    panel.set(sdi_, silt_density(silt_));
    panel.set(calcium_, calcium_mg_l_);
    panel.set(magnesium_, magnesium_mg_l_);
    panel.set(fluoride_, fluoride_left_mg_l_);
    panel.set(cod_, cod_mg_l_);
    panel.set(sulphate_, sulphate_mg_l_);
    panel.set(density_, density_kg_m3(nacl_g_l_));
  }

  // What scale and coats do to channels and meters.
  void show_meters(double step_s, Panel& panel) {
    // Two electrodes measure a resistance, of the water (a cell of 1/cm) and the coat behind it.
    const double ohm = 1e6 / salinity_us_cm_ + coat_ohm_.step(has("conductivity-coated"), step_s);
    panel.set(feed_cond_, 1e6 / ohm);
    // A magnetic meter's voltage goes with speed times bore: with the flow over the bore.
    const double bore_mm = meter_bore_mm - 2.0 * meter_mm_.step(has("reuse-meter-scaled"), step_s);
    panel.set(reuse_flow_, reuse_ * meter_bore_mm / bore_mm);
    // Laminar flow in a slit: the drop goes with the third power of its height.
    const double open_mm = channel_mm - scale_mm_.step(has("ro-fouling"), step_s);
    for (std::size_t i = 0; i < pressures_.size(); ++i) {
      const double narrowed = i == 0 ? channel_mm / open_mm : 1.0;
      panel.set(pressures_[i], clean_kpa * std::pow(narrowed, 3.0));
    }
  }

  std::string site_;
  Random random_;
  Stray feed_stray_, salt_stray_;
  Causes causes_;
  Worsening leak_m3_h_{15.0 / hour_s, never, at_once_s};
  Worsening seat_mm2_{28.1 / hour_s, never, at_once_s};
  Worsening rings_m3_h_{5.0 / hour_s, never, at_once_s};
  Worsening fibres_{2200.0 / hour_s, never, at_once_s};  // torn
  Worsening tear_m3_h_{0.6 / hour_s, never, at_once_s};
  Worsening leaves_torn_{0.01 / hour_s, 1.0, at_once_s};  // of the brine passes by
  Worsening tubes_{0.02 / hour_s, never, at_once_s};      // of the clean tubes' resistance
  Worsening coat_ohm_{4.0 / hour_s, never, at_once_s};
  Worsening meter_mm_{1.85 / hour_s, 100.0, at_once_s};
  Worsening scale_mm_{0.028 / hour_s, 0.5, at_once_s};
  double feed_ = feed_m3_h, reuse_ = 0.0, concentrate_ = 0.0, leaves_ = 0.0;  // m3/h
  double opening_ = usual_opening;
  double salinity_us_cm_ = feed_us_cm, reuse_us_cm_ = 0.0, salt_kg_h_ = 0.0;
  double silt_ = filtrate_silt;
  double oxidant_mg_l_ = chlorine_mg_l - bisulphite_mg_l / bisulphite_a_chlorine;
  double brine_m3_h_ = feed_m3_h * open_part * usual_opening;
  double brine_kg_h_ = feed_m3_h * feed_us_cm * kg_m3_a_us_cm * (1.0 - salt_passage);
  double calcium_mg_l_ = calcium_left_mg_l, magnesium_mg_l_ = magnesium_left_mg_l;
  double sites_ = 1.0, fluoride_left_mg_l_ = 0.0;
  double cod_mg_l_ = cod_mg_l - ozone_mg_l / ozone_a_cod;
  double sulphate_mg_l_ = 0.0;
  double nacl_g_l_ = brine_kg_h_ * nacl_share / (brine_m3_h_ * chloride_part * (1.0 - evaporates));
  double nacl_t_h_ = brine_kg_h_ * nacl_share / 1000.0;
  double na2so4_t_h_ = brine_kg_h_ / 1000.0 - nacl_t_h_;
  std::vector<TagIndex> pressures_;
  TagIndex feed_flow_, feed_cond_, reuse_flow_, reuse_cond_, conc_flow_, outlet_flow_;
  TagIndex nacl_, na2so4_, orp_, sdi_, calcium_, magnesium_, fluoride_, cod_, sulphate_, density_;
};

}  // namespace

SystemInfo zero_liquid_discharge_system() {
  return {"zero-liquid-discharge", causes,
          [](const SystemSettings& settings, Panel& panel,
             std::uint64_t seed) -> std::unique_ptr<System> {
            return std::make_unique<ZeroLiquidDischarge>(settings, panel, seed);
          }};
}

}  // namespace parkwatch::parksim
