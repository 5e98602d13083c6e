// tools/parksim/physics/systems/heating_geothermal.cpp - Heat from wells through an exchanger into
// the primary network, from there into stations and rooms.
#include "tools/parksim/physics/systems/heating_geothermal.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tools/parksim/physics/systems/faults.h"
#include "tools/parksim/physics/systems/heating_network.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double geothermal_c = 78.0;
constexpr double well_m3_h = 100.0;  // of each well
// Of the heat exchanger: units of transfer when clean (it takes 72 % of the heat), and how much
// more resistance a millimetre of scale has than the clean plates: 2 W/(m K) against 3,000 W/(m2
// K).
constexpr double clean_units = 1.273;
constexpr double scale_resists_mm = 1.5;
constexpr double return_c = 40.0;
constexpr double primary_m3_h_well = 115.0;  // circulation for each well
constexpr double station_c = 45.0;
constexpr double station_drop_k = 10.0;
constexpr double room_c = 21.0;
// A room of 30 m2: what it loses to the frost and gains from the rest of the house, rooms like it
// of which none is shut off; what it stores. The heat of its radiators goes with the 1.3th power of
// what their mean has above it (EN 442).
constexpr double outside_c = -3.0;
constexpr double walls_kw_k = 0.06;
constexpr double house_kw_k = 0.03;
constexpr double room_kj_k = 2916.0;
constexpr double radiators_power = 1.3;
// What bypasses open takes its part of the circulation by its Kv against that of all stations.
constexpr double stations_kv = 150.0;
constexpr double static_m = 40.0;     // depth of the water at rest
constexpr double yield_m3_h_m = 5.0;  // of a well, for each metre of drawdown
constexpr double reinjected = 0.96;   // the rest cleans the filters
// What the reinjection wells of each producing one take, for each MPa, and the permitted pressure.
constexpr double injectivity_m3_h_mpa = 120.0;
constexpr double injection_mpa = 0.8;
constexpr double flush_m3_h[] = {3.0, 25.0};  // of all wells, to the drain ...
constexpr double flush_s = 3600.0;            // ... until the water is clear, and then
constexpr double still_c = 25.0;              // pipes without circulation end there

constexpr SystemCause heating_causes[] = {
    {"primary-leak", "a weld of the primary network opens, by 18 m3/h each hour"},
    {"make-up-passing", "the primary make-up valve does not shut"},
    {"exchanger-scaling",
     "the geothermal side of the heat exchanger scales, 0.0125 mm each minute"},
    {"bypass-open", "a bypass valve at a station works itself open, Kv 1.6 more each minute"},
    {"primary-pump-trip", "the primary circulation pump trips"},
    {"well-pump-trip", "the pump of the first well trips"},
    {"wells-flushed",
     "after a stop the wells are flushed to the drain, 3 m3/h for an hour and then 25 m3/h"},
    {"screen-clogging",
     "the screen of the first well clogs: 4 mm more drawdown for each m3/h, each minute"},
    {"reinjection-clogs",
     "the reinjection wells clog, by 0.75 m3/h for each MPa, and drain what they do not take"},
    {"station-valve-stuck",
     "the control valve of the first station creeps shut, 0.9 % each minute"},
    {"station-leak", "a pipe of the first station's network corrodes through"},
    {"station-pump-off", "the first station's circulation pump is switched off"},
    {"radiator-shut", "the valves of the first room's radiators are shut in a frost of -3 degC"},
    {"pressure-unpowered", "the pressure transmitter of the primary network loses its supply",
     "primary/pressure"},
    {"reinjection-meter-unpowered", "the flow meter of the reinjection loses its supply",
     "reinjection/flow"},
    {"room-sensor-flat", "the battery of the first room's sensor is flat", "temperature"},
};

// The supply at which radiators give that part of the heat.
double radiators_c(double heat) {
  const double mean_k = station_c - station_drop_k / 2.0 - room_c;
  return room_c + mean_k * std::pow(heat, 1.0 / radiators_power) + heat * station_drop_k / 2.0;
}

struct HeatStation {
  NetworkWater water{secondary_network};
  double supply_c = station_c;
  double heat = 1.0;  // that it gets, of what its rooms want
  bool pump_on = true;
  TagIndex pump, supply, back, pressure, make_up;
};

struct HeatedRoom {
  double temperature_c = room_c;
  TagIndex tag;
};

class HeatingGeothermal final : public System {
 public:
  HeatingGeothermal(const SystemSettings& settings, Panel& panel, std::uint64_t seed);

  void step(TimePoint now, double dt_s, Panel& panel) override;
  void set_cause(std::string_view name, bool on) override { causes_.set(name, on); }

 private:
  void add_stations(const std::string& site, const SystemSettings& settings, Panel& panel);
  void step_wells(double dt_s);
  void step_primary(double hour, double dt_s);
  void step_stations(double dt_s);
  void step_rooms(double dt_s);
  [[nodiscard]] double radiators_kw(double inside_c) const;
  void show(Panel& panel) const;
  [[nodiscard]] bool has(std::string_view cause) const { return causes_.has(cause); }

  Causes causes_;
  Random random_;
  Stray weather_;  // K of the return
  Since flushed_;
  Worsening leak_{18.0 / 3600.0, 45.0, 60.0};  // m3/h
  Worsening passing_{3.0 / 300.0, 3.0, 30.0};  // m3/h
  Worsening scale_mm_{0.0125 / 60.0, 2.0, 600.0};
  Worsening bypass_kv_{1.6 / 60.0, 150.0, 600.0};
  Worsening clogging_{0.004 / 60.0, 0.42, 600.0};  // m for each m3/h of the first well
  Worsening clogged_{0.75 / 60.0, 75.0, 600.0};    // m3/h for each MPa, of reinjection
  Worsening shut_{0.009 / 60.0, 0.6, 600.0};       // part of the first station's flow
  Worsening corroded_{4.0 / 3600.0, 8.0, 60.0};    // m3/h
  NetworkWater water_{primary_network};
  double drawn_m3_h_ = 0.0;
  double reinjected_m3_h_ = 0.0;
  double flow_m3_h_ = 0.0;
  double supply_c_ = 64.0;
  double return_c_ = return_c;
  bool pump_on_ = true;
  std::vector<double> draws_m3_h_;  // of each well
  std::vector<HeatStation> stations_;
  std::vector<HeatedRoom> rooms_;
  double house_c_ = room_c;  // the rest of it
  std::vector<TagIndex> depth_tags_;
  TagIndex pump_tag_, supply_tag_, return_tag_, flow_tag_, pressure_tag_, make_up_tag_;
  TagIndex drawn_tag_ = 0, reinjected_tag_ = 0;
};

HeatingGeothermal::HeatingGeothermal(const SystemSettings& settings, Panel& panel,
                                     std::uint64_t seed)
    : random_(seed, "heating-geothermal"), weather_(0.3, 7200.0, 1.0, random_) {
  const std::string site = text_setting(settings, "site", "heat");
  const auto number = [&](const std::string& device, const char* quantity, const char* unit,
                          NumberSpan span, Noise noise) {
    return panel.add(number_tag(site, device, quantity, unit, span, seconds{30}), noise);
  };
  pump_tag_ = panel.add(flag_tag(site, "primary", "pump", seconds{60}));
  supply_tag_ = number("primary", "supply", "degC", {0.0, 150.0, 1}, {.white = 0.1});
  return_tag_ = number("primary", "return", "degC", {0.0, 150.0, 1}, {.white = 0.1});
  flow_tag_ = number("primary", "flow", "m3/h", {0.0, 2000.0, 1}, {.white = 0.5});
  pressure_tag_ = number("primary", "pressure", "MPa", {0.0, 1.6, 3}, {.white = 0.001});
  make_up_tag_ = number("primary", "make_up", "m3/h", {0.0, 50.0, 2}, {.white = 0.05});
  add_stations(site, settings, panel);
  for (const std::string& well : names_setting(settings, "wells", {"w1", "w2"})) {
    depth_tags_.push_back(number(well, "depth", "m", {0.0, 300.0, 1}, {.white = 0.1}));
    draws_m3_h_.push_back(well_m3_h);
  }
  drawn_tag_ = number("abstraction", "flow", "m3/h", {0.0, 1000.0, 1}, {.white = 0.5});
  reinjected_tag_ = number("reinjection", "flow", "m3/h", {0.0, 1000.0, 1}, {.white = 0.5});
  for (const std::string& room : names_setting(settings, "rooms", {"room1"})) {
    rooms_.push_back({.tag = panel.add(number_tag(site, room, "temperature", "degC",
                                                  {-20.0, 50.0, 1}, seconds{300}),
                                       {.white = 0.05, .drift = 0.1})});
  }
  flow_m3_h_ = primary_m3_h_well * static_cast<double>(draws_m3_h_.size());
}

void HeatingGeothermal::add_stations(const std::string& site, const SystemSettings& settings,
                                     Panel& panel) {
  for (const std::string& name : names_setting(settings, "stations", {"s1"})) {
    const auto number = [&](const char* quantity, const char* unit, NumberSpan span, Noise noise) {
      return panel.add(number_tag(site, name, quantity, unit, span, seconds{60}), noise);
    };
    HeatStation station;
    station.pump = panel.add(flag_tag(site, name, "pump", seconds{60}));
    station.supply = number("supply", "degC", {0.0, 120.0, 1}, {.white = 0.1});
    station.back = number("return", "degC", {0.0, 120.0, 1}, {.white = 0.1});
    station.pressure = number("pressure", "MPa", {0.0, 1.6, 3}, {.white = 0.001});
    station.make_up = number("make_up", "m3/h", {0.0, 20.0, 2}, {.white = 0.02});
    stations_.push_back(station);
  }
}

void HeatingGeothermal::step(TimePoint now, double dt_s, Panel& panel) {
  step_wells(dt_s);
  step_primary(hour_of_day(now), dt_s);
  step_stations(dt_s);
  step_rooms(dt_s);
  show(panel);
}

void HeatingGeothermal::step_wells(double dt_s) {
  clogging_.step(has("screen-clogging"), dt_s);
  clogged_.step(has("reinjection-clogs"), dt_s);
  const double flushed_s = flushed_.step(has("wells-flushed"), dt_s);
  const bool flushing = flushed_s > 0.0;
  const double flush = flush_m3_h[flushed_s < flush_s ? 0 : 1];
  const double wanted = flushing ? flush / static_cast<double>(draws_m3_h_.size()) : well_m3_h;
  drawn_m3_h_ = 0.0;
  for (std::size_t i = 0; i < draws_m3_h_.size(); ++i) {
    const bool tripped = i == 0 && has("well-pump-trip");
    draws_m3_h_[i] = lagged(draws_m3_h_[i], tripped ? 0.0 : wanted, dt_s, 60.0);
    drawn_m3_h_ += draws_m3_h_[i];
  }
  const double wells = static_cast<double>(draws_m3_h_.size());
  const double takes_m3_h = injection_mpa * (injectivity_m3_h_mpa * wells - clogged_.value());
  const double given_m3_h = flushing ? 0.0 : drawn_m3_h_ * reinjected;
  reinjected_m3_h_ = lagged(reinjected_m3_h_, std::min(given_m3_h, takes_m3_h), dt_s, 60.0);
}

// The exchanger warms what comes back by its effectiveness, as far as the wells' water allows. What
// goes through a bypass comes back as warm as it was supplied.
void HeatingGeothermal::step_primary(double hour, double dt_s) {
  pump_on_ = !has("primary-pump-trip");
  const double full = primary_m3_h_well * static_cast<double>(draws_m3_h_.size());
  flow_m3_h_ = lagged(flow_m3_h_, pump_on_ ? full : 0.0, dt_s, 20.0);
  water_.step(leak_.step(has("primary-leak"), dt_s), passing_.step(has("make-up-passing"), dt_s),
              dt_s);
  const double scale_mm = scale_mm_.step(has("exchanger-scaling"), dt_s);
  const double effect = 1.0 - std::exp(-clean_units / (1.0 + scale_resists_mm * scale_mm));
  const double warm = effect * drawn_m3_h_ / std::max(flow_m3_h_, 1.0);
  const double night = std::cos(2.0 * std::numbers::pi * (hour - 4.0) / 24.0);
  const double weather = -0.8 * night + weather_.step(random_);
  const double bypass_kv = bypass_kv_.step(has("bypass-open"), dt_s);
  const double past = bypass_kv / (bypass_kv + stations_kv);
  if (pump_on_) {
    const double heated = return_c_ + std::min(warm, 1.0) * (geothermal_c - return_c_);
    supply_c_ = lagged(supply_c_, heated, dt_s, 300.0);
    const double used = return_c + 0.15 * (supply_c_ - 64.0) + weather;
    return_c_ = lagged(return_c_, used + past * (supply_c_ - used), dt_s, 600.0);
  } else {
    supply_c_ = lagged(supply_c_, still_c, dt_s, 6.0 * 3600.0);
    return_c_ = lagged(return_c_, still_c, dt_s, 6.0 * 3600.0);
  }
}

void HeatingGeothermal::step_stations(double dt_s) {
  shut_.step(has("station-valve-stuck"), dt_s);
  corroded_.step(has("station-leak"), dt_s);
  for (std::size_t i = 0; i < stations_.size(); ++i) {
    HeatStation& station = stations_[i];
    station.pump_on = !(i == 0 && has("station-pump-off"));
    station.heat = 1.0 - (i == 0 ? shut_.value() : 0.0);
    const double controlled = std::min({station_c, supply_c_ - 5.0, radiators_c(station.heat)});
    const bool warm = station.pump_on && pump_on_;
    station.supply_c =
        lagged(station.supply_c, warm ? controlled : still_c, dt_s, warm ? 600.0 : 3600.0);
    station.water.step(i == 0 ? corroded_.value() : 0.0, 0.0, dt_s);
  }
}

// What the first station's water gives to a room of that temperature, while it circulates.
double HeatingGeothermal::radiators_kw(double inside_c) const {
  if (!stations_.empty() && !stations_.front().pump_on) return 0.0;
  const double supply_c = stations_.empty() ? station_c : stations_.front().supply_c;
  const double rated_kw = walls_kw_k * (room_c - outside_c);
  const double rated_k = station_c - station_drop_k / 2.0 - room_c;
  const double over_k = supply_c - station_drop_k / 2.0 - inside_c;
  return rated_kw * std::pow(std::max(over_k, 0.0) / rated_k, radiators_power);
}

void HeatingGeothermal::step_rooms(double dt_s) {
  const auto frost_kw = [](double inside_c) { return walls_kw_k * (inside_c - outside_c); };
  house_c_ += (radiators_kw(house_c_) - frost_kw(house_c_)) / room_kj_k * dt_s;
  for (std::size_t i = 0; i < rooms_.size(); ++i) {
    double& inside_c = rooms_[i].temperature_c;
    const bool shut = i == 0 && has("radiator-shut");
    const double heat_kw = shut ? 0.0 : radiators_kw(inside_c);
    const double lost_kw = frost_kw(inside_c) + house_kw_k * (inside_c - house_c_);
    inside_c += (heat_kw - lost_kw) / room_kj_k * dt_s;
  }
}

void HeatingGeothermal::show(Panel& panel) const {
  panel.set(pump_tag_, pump_on_ ? 1.0 : 0.0);
  panel.set(supply_tag_, supply_c_);
  panel.set(return_tag_, return_c_);
  panel.set(flow_tag_, flow_m3_h_);
  panel.set(pressure_tag_, water_.pressure_mpa());
  panel.set(make_up_tag_, water_.make_up_m3_h());
  panel.set(drawn_tag_, drawn_m3_h_);
  panel.set(reinjected_tag_, reinjected_m3_h_);
  for (const HeatStation& station : stations_) {
    panel.set(station.pump, station.pump_on ? 1.0 : 0.0);
    panel.set(station.supply, station.supply_c);
    const double drop_k = station.pump_on ? station_drop_k * station.heat : 0.0;
    panel.set(station.back, station.supply_c - drop_k);
    panel.set(station.pressure, station.water.pressure_mpa());
    panel.set(station.make_up, station.water.make_up_m3_h());
  }
  for (std::size_t i = 0; i < depth_tags_.size(); ++i) {
    const double drawdown_h_m2 = 1.0 / yield_m3_h_m + (i == 0 ? clogging_.value() : 0.0);
    panel.set(depth_tags_[i], static_m + draws_m3_h_[i] * drawdown_h_m2);
  }
  for (const HeatedRoom& room : rooms_) panel.set(room.tag, room.temperature_c);
}

}  // namespace

SystemInfo heating_geothermal_system() {
  return {"heating-geothermal", heating_causes,
          [](const SystemSettings& settings, Panel& panel,
             std::uint64_t seed) -> std::unique_ptr<System> {
            return std::make_unique<HeatingGeothermal>(settings, panel, seed);
          }};
}

}  // namespace parkwatch::parksim
