// tools/parksim/physics/systems/cold_room.cpp - The heat balance of a room.
#include "tools/parksim/physics/systems/cold_room.h"

#include <algorithm>
#include <cmath>

namespace parkwatch::parksim {

const ColdRoomKind frozen_room{.set_c = -21.0,
                               .wall_minutes = 400.0,
                               .door_minutes = 100.0,
                               .capacity = 2.0,
                               .defrost_c = 5.0,
                               .range_low_c = -60.0,
                               .works_in_batches = false,
                               .humidified = false};
const ColdRoomKind chilled_room{.set_c = 4.0,
                                .wall_minutes = 200.0,
                                .door_minutes = 100.0,
                                .capacity = 2.0,
                                .defrost_c = 1.0,
                                .range_low_c = -40.0,
                                .works_in_batches = false,
                                .humidified = true};
const ColdRoomKind quick_freezer{.set_c = -35.0,
                                 .wall_minutes = 300.0,
                                 .door_minutes = 150.0,
                                 .capacity = 2.0,
                                 .defrost_c = 3.0,
                                 .range_low_c = -60.0,
                                 .works_in_batches = true,
                                 .humidified = false};

namespace {

using std::chrono::seconds;

constexpr double hall_c = 20.0;
constexpr double control_lag_s = 120.0;  // the compressor follows its thermostat
constexpr double coil_lag_s = 180.0;
constexpr double defrost_h = 0.4;  // at 3, 11 and 19 h
constexpr double pallets_per_hour = 3.0;
constexpr double air_kg = 625.0;
constexpr double goods_kg_h = 0.1;  // of water that they lose
constexpr double humidifier_kg_h = 1.0;
constexpr double humid_percent = 90.0;   // that its hygrostat holds ...
constexpr double humid_band = 4.0;       // ... within so much
constexpr double coil_kg_h = 600.0;      // of air that the coil dries, with its full load
constexpr double coil_below_k = 6.0;     // it is so much colder than the air
constexpr double hall_g_kg = 8.7;        // 60 % at 20 degC
constexpr double door_air_kg_h = 625.0;  // one change an hour

bool is_defrosting(double hour) {
  const double since = std::fmod(hour + 24.0 - 3.0, 8.0);
  return since < defrost_h;
}

// What air can hold, in grams a kilogram (Magnus).
double saturated_g_kg(double air_c) {
  const double vapour_hpa = 6.112 * std::exp(17.62 * air_c / (243.12 + air_c));
  return 622.0 * vapour_hpa / (1013.0 - vapour_hpa);
}

}  // namespace

RoomMoisture::RoomMoisture(double air_c) : g_kg_(saturated_g_kg(air_c) * humid_percent / 100.0) {}

void RoomMoisture::step(double air_c, double load, bool door_open, const ColdRoomFaults& faults,
                        double dt_s) {
  const double asked = (humid_percent - percent(air_c)) / humid_band;
  const double opened = faults.humidifier_stuck ? 0.5 : std::clamp(asked, 0.0, 1.0);
  const double sprayed_kg_h =
      humidifier_kg_h * opened * (1.0 - scaled_.step(faults.nozzles_scale, dt_s));
  const double over_coil = g_kg_ - saturated_g_kg(air_c - coil_below_k);
  const double dried_g_h = coil_kg_h * load * std::max(0.0, over_coil);
  const double door_g_h = door_open ? door_air_kg_h * (hall_g_kg - g_kg_) : 0.0;
  const double gained_g_h = 1000.0 * (goods_kg_h + sprayed_kg_h) + door_g_h - dried_g_h;
  // What the air cannot hold falls out.
  g_kg_ = std::min(g_kg_ + gained_g_h / air_kg * dt_s / 3600.0, saturated_g_kg(air_c));
}

double RoomMoisture::percent(double air_c) const { return 100.0 * g_kg_ / saturated_g_kg(air_c); }

ColdRoom::ColdRoom(const std::string& site, const std::string& name, const ColdRoomKind& kind,
                   Panel& panel, std::uint64_t seed)
    : kind_(kind),
      random_(seed, site + " room " + name),
      air_c_(kind.set_c),
      moisture_(kind.set_c),
      temperature_(panel.add(
          number_tag(site, name, "temperature", "degC", {kind.range_low_c, 60.0, 1}, seconds{30}),
          {.white = 0.05, .drift = 0.05})),
      door_(panel.add(word_tag(site, name, "door", {"closed", "open"}, seconds{60}))),
      power_(panel.add(flag_tag(site, name, "power", seconds{60}))),
      defrost_(panel.add(flag_tag(site, name, "defrost", seconds{60}))),
      running_(panel.add(flag_tag(site, name, "running", seconds{60}))) {
  if (!kind.humidified) return;
  humidity_ = panel.add(number_tag(site, name, "humidity", "%", {0.0, 100.0, 1}, seconds{60}),
                        {.white = 0.3, .drift = 0.3});
}

bool ColdRoom::door_is_open(double hour, double dt_s, bool held) {
  const bool busy = hour >= 6.0 && hour < 22.0;
  open_s_ = std::max(0.0, open_s_ - dt_s);
  if (busy && !kind_.works_in_batches && open_s_ <= 0.0 &&
      random_.chance(pallets_per_hour * dt_s / 3600.0)) {
    open_s_ = random_.between(20.0, 100.0);
  }
  return open_s_ > 0.0 || held;
}

// The compressor takes out what comes in, and as much more as its thermostat asks and it can.
double ColdRoom::step_heat(double capacity, bool stuck, bool open, double dt_s) {
  const double walls = (hall_c - air_c_) / (kind_.wall_minutes * 60.0);
  const double door = open ? (hall_c - air_c_) / (kind_.door_minutes * 60.0) : 0.0;
  const double most = capacity * (hall_c - kind_.set_c) / (kind_.wall_minutes * 60.0);
  const double wanted = walls + door + (air_c_ - kind_.set_c) / control_lag_s;
  const double taken = stuck ? most : std::clamp(wanted, 0.0, most);
  air_c_ += (walls + door - taken) * dt_s;
  const double rated = kind_.capacity * (hall_c - kind_.set_c) / (kind_.wall_minutes * 60.0);
  return taken / rated;
}

void ColdRoom::step(double hour, double dt_s, const ColdRoomFaults& faults, Panel& panel) {
  const bool running = !kind_.works_in_batches || (hour >= 6.0 && hour < 22.0);
  // A quick freezer is cooled down again in time for its first batch.
  const bool cooled = running || (hour >= 1.0 && hour < 6.0);
  const bool defrost = (is_defrosting(hour) || faults.defrost_stuck) && running && !faults.no_power;
  const bool open = door_is_open(hour, dt_s, faults.door_held);
  const bool cools = !faults.compressor_stopped && !faults.no_power && !defrost && cooled;
  const double charge = 1.0 - lost_.step(faults.refrigerant_leaks, dt_s);
  const double load =
      step_heat(cools ? kind_.capacity * charge : 0.0, faults.thermostat_stuck, open, dt_s);
  coil_c_ = lagged(coil_c_, defrost ? kind_.defrost_c : 0.0, dt_s, coil_lag_s);
  panel.set(temperature_, air_c_ + coil_c_);
  panel.set(door_, open ? 1.0 : 0.0);
  panel.set(power_, faults.no_power ? 0.0 : 1.0);
  panel.set(defrost_, defrost ? 1.0 : 0.0);
  panel.set(running_, running ? 1.0 : 0.0);
  if (!kind_.humidified) return;
  moisture_.step(air_c_, load, open, faults, dt_s);
  panel.set(humidity_, moisture_.percent(air_c_));
}

}  // namespace parkwatch::parksim
