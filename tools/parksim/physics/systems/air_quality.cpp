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

// What comes into the air of the whole park, above the usual, in ug/m3 (NMHC: mg/m3).
struct Sources {
  Worsening smog{6.0 / a_day, never, 2.0 * an_hour};
  Worsening dust{14.0 / a_day, never, 2.0 * an_hour};
  Worsening sulphur_coal{22.0 / a_day, never, 2.0 * an_hour};
  Worsening exhaust{7.2 / a_day, never, 2.0 * an_hour};
  Worsening scrubber{80.0 / an_hour, never, an_hour / 2.0};
  Worsening lorries{27.0 / an_hour, never, an_hour / 2.0};
  Worsening vapour{0.26 / an_hour, never, an_hour / 2.0};

  void step(const Causes& causes, double dt_s) {
    smog.step(causes.has("heating-smog"), dt_s);
    dust.step(causes.has("dust-weather"), dt_s);
    sulphur_coal.step(causes.has("high-sulphur-coal"), dt_s);
    exhaust.step(causes.has("still-air"), dt_s);
    scrubber.step(causes.has("scrubber-fails"), dt_s);
    lorries.step(causes.has("lorry-jam"), dt_s);
    vapour.step(causes.has("tank-vent-open"), dt_s);
  }
};

// Each station has its own small weather.
class Station {
 public:
  Station(const std::string& site, const std::string& name, Panel& panel, std::uint64_t seed)
      : random_(seed, site + " station " + name),
        weather_(0.03, 4.0 * an_hour, 1.0, random_),
        humid_(0.5 / an_hour, 1.6, an_hour / 4.0),
        pm25_(panel.add(number(site, name, "pm25", "ug/m3", {0.0, 1000.0, 1}), {.white = 0.6})),
        pm10_(panel.add(number(site, name, "pm10", "ug/m3", {0.0, 2000.0, 1}), {.white = 1.0})),
        so2_(panel.add(number(site, name, "so2", "ug/m3", {0.0, 2000.0, 1}), {.white = 0.5})),
        no2_(panel.add(number(site, name, "no2", "ug/m3", {0.0, 1000.0, 1}), {.white = 0.5})),
        nmhc_(panel.add(number(site, name, "nmhc", "mg/m3", {0.0, 50.0, 3}), {.white = 0.01})) {}

  void step(double hour, double dt_s, const Sources& sources, const Causes& causes, bool mine,
            Panel& panel) {
    // A night's air is shallow: what is usual stands 15 % higher before dawn.
    const double shallow = 1.0 + 0.15 * std::cos(std::numbers::pi * (hour - 5.0) / 12.0);
    const double mixing = shallow * (1.0 + weather_.step(random_));
    const double fine = 30.0 * mixing + sources.smog.value();
    const double coarse = 34.0 * mixing + sources.dust.value();
    // Water on the particles counts as mass when the inlet's heater is off.
    const double humid = 1.0 + humid_.step(mine && causes.has("inlet-heater-fails"), dt_s);
    panel.set(pm25_, fine * humid);
    panel.set(pm10_, fine + coarse);
    panel.set(so2_, 18.0 * mixing + sources.sulphur_coal.value() + sources.scrubber.value());
    panel.set(no2_, 36.0 * mixing + sources.exhaust.value() + sources.lorries.value());
    panel.set(nmhc_, 0.45 * mixing + sources.vapour.value());
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
  Worsening humid_;
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
    for (std::size_t i = 0; i < stations_.size(); ++i) {
      stations_[i].step(hour_of_day(now), dt_s, sources_, causes_, i == 0, panel);
    }
  }

  void set_cause(std::string_view name, bool on) override { causes_.set(name, on); }

 private:
  Causes causes_;
  Sources sources_;
  std::vector<Station> stations_;
};

constexpr std::array air_causes = {
    SystemCause{"heating-smog", "stoves burn under ever stiller air: 6 ug/m3 more PM2.5 a day"},
    SystemCause{"dust-weather", "dry wind carries 14 ug/m3 more coarse dust each day"},
    SystemCause{"high-sulphur-coal",
                "boilers burn coal with more sulphur: 22 ug/m3 more SO2 a day"},
    SystemCause{"still-air", "the exhaust of a road stays: 7.2 ug/m3 more NO2 each day"},
    SystemCause{"scrubber-fails", "a desulphurisation loses its slurry: 80 ug/m3 more SO2 an hour"},
    SystemCause{"lorry-jam", "lorries with running engines jam: 27 ug/m3 more NO2 an hour"},
    SystemCause{"tank-vent-open", "a tank's vent stays open: 0.26 mg/m3 more NMHC an hour"},
    SystemCause{"inlet-heater-fails", "the inlet heater of a particle monitor fails in humid air"},
    SystemCause{"station-unpowered", "a station loses its power"},
};

}  // namespace

SystemInfo air_quality_system() {
  return {"air-quality", air_causes,
          [](const SystemSettings& settings, Panel& panel, std::uint64_t seed) {
            return std::unique_ptr<System>{std::make_unique<AirQuality>(settings, panel, seed)};
          }};
}

}  // namespace parkwatch::parksim
