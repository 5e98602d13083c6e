// tools/parksim/physics/systems/air_quality.cpp - A box of air over the park.
#include "tools/parksim/physics/systems/air_quality.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr seconds analyser_period{300};
constexpr double a_day = 86400.0;
constexpr double an_hour = 3600.0;
constexpr double never = 1e9;  // a fault without a most

// A box of 2 km by 2 km, up to where the air is mixed, that the wind blows through.
constexpr double side_m = 2000.0;
constexpr double mixed_m = 150.0;
constexpr double wind_m_s = 2.0;
// The plume of one source fills so much of the box's width when it passes the stations.
constexpr double plume_part = 0.1;

// In ug/m3 (NMHC too), or in g/s.
struct Air {
  double pm25 = 0.0;
  double coarse = 0.0;  // of PM10 what is no PM2.5
  double so2 = 0.0;
  double no2 = 0.0;
  double nmhc = 0.0;
};
constexpr Air background{20.0, 28.0, 4.0, 10.0, 250.0};  // what the wind brings
constexpr Air given_off{6.0, 3.6, 8.4, 15.6, 120.0};     // g/s, of what is usual in the park

// What comes into the air of the whole park, above the usual.
class Sources {
 public:
  void step(const Causes& causes, double dt_s) {
    stoves_.step(causes.has("heating-smog"), dt_s);
    dust_.step(causes.has("dust-weather"), dt_s);
    coal_.step(causes.has("high-sulphur-coal"), dt_s);
    calm_.step(causes.has("still-air"), dt_s);
    scrubber_.step(causes.has("scrubber-fails"), dt_s);
    lorries_.step(causes.has("lorry-jam"), dt_s);
    vent_.step(causes.has("tank-vent-open"), dt_s);
    seals_.step(causes.has("roof-seals-wear"), dt_s);
  }

  // Each g/s of a single source counts as so many of the whole box.
  [[nodiscard]] Air emission_g_s() const {
    return {given_off.pm25 + stoves_.value(), given_off.coarse + dust_.value(),
            given_off.so2 + coal_.value() + scrubber_.value() / plume_part,
            given_off.no2 + lorries_.value() / plume_part,
            given_off.nmhc + (vent_.value() + seals_.value()) / plume_part};
  }
  [[nodiscard]] double wind() const { return wind_m_s / (1.0 + calm_.value()); }

 private:
  Worsening stoves_{3.7 / a_day, never, 2.0 * an_hour};
  Worsening dust_{8.4 / a_day, never, 2.0 * an_hour};  // from bare ground, by the wind
  Worsening coal_{13.2 / a_day, never, 2.0 * an_hour};
  Worsening calm_{0.28 / a_day, never, 2.0 * an_hour};
  Worsening scrubber_{4.6 / an_hour, never, an_hour / 2.0};
  Worsening lorries_{2.05 / an_hour, never, an_hour / 2.0};
  Worsening vent_{19.0 / an_hour, never, an_hour / 2.0};
  Worsening seals_{9.0 / a_day, never, 2.0 * an_hour};
};

// What the box holds: what is given off is blown out by the wind.
class Box {
 public:
  // By now; of a long time, when dt_s is `never`.
  void step(double hour, const Sources& sources, double dt_s) {
    // A night's air is shallow: it stands 15 % higher before dawn.
    const double shallow = 1.0 + 0.15 * std::cos(std::numbers::pi * (hour - 5.0) / 12.0);
    const double exchange_s = side_m / sources.wind();
    const double held = 1e6 * exchange_s * shallow / (side_m * side_m * mixed_m);
    const Air emission = sources.emission_g_s();
    const auto mix = [&](double Air::*gas, double brought) {
      air_.*gas = lagged(air_.*gas, brought + emission.*gas * held, dt_s, exchange_s);
    };
    mix(&Air::pm25, background.pm25);
    mix(&Air::coarse, background.coarse);
    mix(&Air::so2, background.so2);
    mix(&Air::no2, background.no2);
    mix(&Air::nmhc, background.nmhc);
  }
  [[nodiscard]] const Air& air() const { return air_; }

 private:
  Air air_{};
};

// What water on a particle adds to its mass: kappa-Koehler growth of so hygroscopic a dust, against
// the dry sample that the monitor is calibrated for.
constexpr double dry_inlet = 0.35;  // relative humidity behind the inlet's heater
constexpr double outside = 0.95;    // and before it
constexpr double kappa = 0.12;
constexpr double inlet_s = 3000.0;  // the filter's chamber takes up the humidity

double grown(double humidity) { return 1.0 + kappa * humidity / (1.0 - humidity); }

// Each station has its own small weather.
class Station {
 public:
  Station(const std::string& site, const std::string& name, Panel& panel, std::uint64_t seed)
      : random_(seed, site + " station " + name),
        weather_(0.03, 4.0 * an_hour, 1.0, random_),
        pm25_(panel.add(number(site, name, "pm25", "ug/m3", {0.0, 1000.0, 1}), {.white = 0.6})),
        pm10_(panel.add(number(site, name, "pm10", "ug/m3", {0.0, 2000.0, 1}), {.white = 1.0})),
        so2_(panel.add(number(site, name, "so2", "ug/m3", {0.0, 2000.0, 1}), {.white = 0.5})),
        no2_(panel.add(number(site, name, "no2", "ug/m3", {0.0, 1000.0, 1}), {.white = 0.5})),
        nmhc_(panel.add(number(site, name, "nmhc", "mg/m3", {0.0, 50.0, 3}), {.white = 0.01})) {}

  void step(double dt_s, const Air& air, const Causes& causes, bool mine, Panel& panel) {
    const double near = 1.0 + weather_.step(random_);
    const bool heated = !(mine && causes.has("inlet-heater-fails"));
    humidity_ = lagged(humidity_, heated ? dry_inlet : outside, dt_s, inlet_s);
    panel.set(pm25_, air.pm25 * near * grown(humidity_) / grown(dry_inlet));
    panel.set(pm10_, (air.pm25 + air.coarse) * near);
    panel.set(so2_, air.so2 * near);
    panel.set(no2_, air.no2 * near);
    panel.set(nmhc_, air.nmhc * near / 1000.0);
    const bool powered = !(mine && causes.has("station-unpowered"));
    for (const TagIndex tag : {pm25_, pm10_, so2_, no2_, nmhc_}) panel.power(tag, powered);
  }

 private:
  static TagInfo number(const std::string& site, const std::string& name, const char* quantity,
                        const char* unit, NumberSpan span) {
    return number_tag(site, name, quantity, unit, span, analyser_period);
  }

  Random random_;
  Stray weather_;
  double humidity_ = dry_inlet;
  TagIndex pm25_, pm10_, so2_, no2_, nmhc_;
};

class AirQuality final : public System {
 public:
  AirQuality(const SystemSettings& settings, Panel& panel, std::uint64_t seed) {
    const std::string site = text_setting(settings, "site", "air");
    for (const auto& name : names_setting(settings, "stations", {"st1"})) {
      stations_.emplace_back(site, name, panel, seed);
    }
  }

  void step(TimePoint now, double dt_s, Panel& panel) override {
    sources_.step(causes_, dt_s);
    const double hour = hour_of_day(now);
    if (!begun_) box_.step(hour, sources_, never);
    begun_ = true;
    box_.step(hour, sources_, dt_s);
    for (std::size_t i = 0; i < stations_.size(); ++i) {
      stations_[i].step(dt_s, box_.air(), causes_, i == 0, panel);
    }
  }

  void set_cause(std::string_view name, bool on) override { causes_.set(name, on); }

 private:
  Causes causes_;
  Sources sources_;
  Box box_;
  bool begun_ = false;
  std::vector<Station> stations_;
};

constexpr std::array air_causes = {
    SystemCause{"heating-smog", "stoves give off more fine dust, by 3.7 g/s each day"},
    SystemCause{"dust-weather",
                "dry wind raises coarse dust from bare ground: 8.4 g/s more each day"},
    SystemCause{"high-sulphur-coal", "boilers burn coal with more sulphur: 13 g/s more SO2 a day"},
    SystemCause{"still-air",
                "the wind falls to half in four days, and the exhaust of the roads stays"},
    SystemCause{"scrubber-fails", "a desulphurisation loses its slurry: 4.6 g/s more SO2 an hour"},
    SystemCause{"lorry-jam", "lorries with running engines jam: 2.05 g/s more NO2 an hour"},
    SystemCause{"tank-vent-open", "a tank's vent stays open: 19 g/s more NMHC an hour"},
    SystemCause{"roof-seals-wear", "seals of floating roofs wear: 9 g/s more NMHC each day"},
    SystemCause{"inlet-heater-fails",
                "the inlet heater of a particle monitor fails in air of 95 % humidity"},
    SystemCause{"station-unpowered", "a station loses its power"},
    SystemCause{"analyser-unpowered", "the NMHC analyser of a station loses its power", "nmhc"},
};

}  // namespace

SystemInfo air_quality_system() {
  return {"air-quality", air_causes,
          [](const SystemSettings& settings, Panel& panel, std::uint64_t seed) {
            return std::unique_ptr<System>{std::make_unique<AirQuality>(settings, panel, seed)};
          }};
}

}  // namespace parkwatch::parksim
