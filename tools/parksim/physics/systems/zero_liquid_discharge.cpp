// tools/parksim/physics/systems/zero_liquid_discharge.cpp - Water and salt through ultrafiltration,
// reverse osmosis, softening, ion separation and crystallisers.
#include "tools/parksim/physics/systems/zero_liquid_discharge.h"

#include <algorithm>
#include <cmath>

#include "tools/parksim/physics/random.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double hour_s = 3600.0;
constexpr double feed_m3_h = 20'000.0 / 24.0;
constexpr double recovered = 0.94;  // of the feed, when all is well
constexpr double feed_us_cm = 3200.0;
constexpr double kg_m3_a_us_cm = 0.00065;  // dissolved salt by conductivity
constexpr double passed = 0.02;            // of the salt, with the reuse water
constexpr double nacl_share = 0.62;        // of the salt that crystallises
constexpr double weeping_m3_h = 0.3;       // through the sealed outlet
constexpr double brine_s = 2.0 * hour_s;   // brine tanks between the stages
constexpr double cake_s = 3.0 * hour_s;    // magma in the crystallisers

constexpr SystemCause causes[] = {
    {"ro-fouling", "scale grows on the membranes of the first reverse osmosis stage"},
    {"concentrate-valve-open", "the concentrate valve of the last stage sticks half open"},
    {"feed-leak", "a buried pipe between feed meter and membranes leaks, more each hour"},
    {"reuse-meter-scaled", "scale in the reuse water's flow meter lets it read more and more"},
    {"brine-leak", "the liner of the brine pond tears further each hour"},
    {"conductivity-coated", "a coat grows on the electrodes of the feed's conductivity meter"},
    {"outlet-passing", "the seat of the sealed outlet's valve wears and lets water pass"},
    {"outlet-weeps", "grit holds the sealed outlet's valve a hair open: 0.3 m3/h"},
    {"bisulphite-empty", "the bisulphite tank is empty, chlorine reaches the membranes"},
    {"fibres-broken", "fibres of the ultrafiltration break one after the other"},
    {"softener-starved", "the lime screw of the softening blocks"},
    {"fluoride-bed-spent", "the bed that takes the fluoride is spent"},
    {"ozone-trip", "the ozone generator trips, COD is no longer oxidised"},
    {"o-ring-torn", "o-rings between the pressure vessels tear"},
    {"meter-unpowered", "the flow meter of the concentrate loses its supply", "concentrate/flow"},
    {"analyser-unpowered", "the fluoride analyser loses its supply", "fluoride"},
};

// A cause whose effect grows from nothing for as long as it lasts.
class Growth {
 public:
  explicit Growth(double an_hour) : an_hour_(an_hour) {}
  void begin(bool on) { on_ = on; }
  void step(double step_s) { value_ = on_ ? value_ + an_hour_ * step_s / hour_s : 0.0; }
  [[nodiscard]] double value() const { return value_; }

 private:
  double an_hour_;
  bool on_ = false;
  double value_ = 0.0;
};

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
    for (Growth* growth :
         {&fouling_, &leak_, &meter_, &brine_, &coat_, &outlet_, &fibres_, &rings_}) {
      growth->step(step_s);
    }
    step_water(step_s);
    step_salt(step_s);
    step_quality(step_s);
    show(panel);
  }

  void set_cause(std::string_view name, bool on) override {
    if (name == "ro-fouling") fouling_.begin(on);
    if (name == "concentrate-valve-open") valve_open_ = on;
    if (name == "feed-leak") leak_.begin(on);
    if (name == "reuse-meter-scaled") meter_.begin(on);
    if (name == "brine-leak") brine_.begin(on);
    if (name == "conductivity-coated") coat_.begin(on);
    if (name == "outlet-passing") outlet_.begin(on);
    if (name == "outlet-weeps") outlet_weeps_ = on;
    if (name == "bisulphite-empty") bisulphite_empty_ = on;
    if (name == "fibres-broken") fibres_.begin(on);
    if (name == "softener-starved") lime_blocked_ = on;
    if (name == "fluoride-bed-spent") bed_spent_ = on;
    if (name == "ozone-trip") ozone_off_ = on;
    if (name == "o-ring-torn") rings_.begin(on);
  }

 private:
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
  }

  void step_water(double step_s) {
    feed_ = feed_m3_h * (1.0 + feed_stray_.step(random_));
    const double behind = feed_ - leak_.value();
    const double share = valve_open_ ? 0.893 : recovered;
    share_ = lagged(share_, share, step_s, 300.0);
    leaves_ = outlet_.value() + (outlet_weeps_ ? weeping_m3_h : 0.0);
    reuse_ = behind * share_ - leaves_;
    concentrate_ = behind * (1.0 - share_);
  }

  void step_salt(double step_s) {
    salinity_us_cm_ = feed_us_cm * (1.0 + salt_stray_.step(random_));
    const double salt_t_h = feed_ * salinity_us_cm_ * kg_m3_a_us_cm / 1000.0 * (1.0 - passed);
    const double kept = std::max(0.0, 1.0 - brine_.value());
    brine_t_h_ = lagged(brine_t_h_, salt_t_h * kept, step_s, brine_s);
    salt_t_h_ = lagged(salt_t_h_, brine_t_h_, step_s, cake_s);
  }

  void step_quality(double step_s) {
    orp_mv_ = lagged(orp_mv_, bisulphite_empty_ ? 480.0 : 180.0, step_s, 1200.0);
    calcium_mg_l_ = lagged(calcium_mg_l_, lime_blocked_ ? 90.0 : 8.0, step_s, 2.0 * hour_s);
    magnesium_mg_l_ = lagged(magnesium_mg_l_, lime_blocked_ ? 40.0 : 3.0, step_s, 2.0 * hour_s);
    fluoride_mg_l_ = lagged(fluoride_mg_l_, bed_spent_ ? 18.0 : 4.0, step_s, 3.0 * hour_s);
    cod_mg_l_ = lagged(cod_mg_l_, ozone_off_ ? 140.0 : 45.0, step_s, 4.0 * hour_s);
  }

  void show(Panel& panel) const {
    panel.set(feed_flow_, feed_);
    panel.set(feed_cond_, salinity_us_cm_ * (1.0 - coat_.value()));
    panel.set(reuse_flow_, reuse_ * (1.0 + meter_.value()));
    panel.set(reuse_cond_, 90.0 + rings_.value());
    panel.set(conc_flow_, concentrate_);
    panel.set(outlet_flow_, leaves_);
    panel.set(nacl_, salt_t_h_ * nacl_share);
    panel.set(na2so4_, salt_t_h_ * (1.0 - nacl_share));
    panel.set(orp_, orp_mv_);
    panel.set(sdi_, 3.2 + fibres_.value());
    panel.set(calcium_, calcium_mg_l_);
    panel.set(magnesium_, magnesium_mg_l_);
    panel.set(fluoride_, fluoride_mg_l_);
    panel.set(cod_, cod_mg_l_);
    for (std::size_t i = 0; i < pressures_.size(); ++i) {
      panel.set(pressures_[i], 140.0 + (i == 0 ? fouling_.value() : 0.0));
    }
  }

  std::string site_;
  Random random_;
  Stray feed_stray_, salt_stray_;
  Growth fouling_{25.0};  // kPa
  Growth leak_{15.0};     // m3/h
  Growth meter_{0.015};   // of the reading
  Growth brine_{0.012};   // of the brine
  Growth coat_{0.012};    // of the reading
  Growth outlet_{0.6};    // m3/h
  Growth fibres_{0.4};    // SDI
  Growth rings_{80.0};    // uS/cm
  bool valve_open_ = false, bisulphite_empty_ = false, lime_blocked_ = false;
  bool bed_spent_ = false, ozone_off_ = false, outlet_weeps_ = false;
  double feed_ = feed_m3_h, reuse_ = 0.0, concentrate_ = 0.0, leaves_ = 0.0;
  double share_ = recovered;
  double salinity_us_cm_ = feed_us_cm;
  double brine_t_h_ = feed_m3_h * feed_us_cm * kg_m3_a_us_cm / 1000.0 * (1.0 - passed);
  double salt_t_h_ = brine_t_h_;
  double orp_mv_ = 180.0, calcium_mg_l_ = 8.0, magnesium_mg_l_ = 3.0, fluoride_mg_l_ = 4.0;
  double cod_mg_l_ = 45.0;
  std::vector<TagIndex> pressures_;
  TagIndex feed_flow_, feed_cond_, reuse_flow_, reuse_cond_, conc_flow_, outlet_flow_;
  TagIndex nacl_, na2so4_, orp_, sdi_, calcium_, magnesium_, fluoride_, cod_;
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
