// tools/parksim/physics/systems/cold_room.h - One cold room: walls, door, compressor, defrost and
// moisture. Pure; one thread at a time.
#pragma once
#include <string>

#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {

struct ColdRoomKind {
  double set_c;           // of the controller
  double wall_minutes;    // time constant towards the hall outside, door shut
  double door_minutes;    // of what comes in through the open door
  double capacity;        // of the compressor, in times of what the walls let in
  double defrost_c;       // that the thermometer near the coil shows more in a defrost
  double range_low_c;     // of the thermometer
  bool works_in_batches;  // a quick freezer: in use from 06:00 to 22:00, its door shut
  bool humidified;        // for fruit and vegetables
};

// -21 degC, 4 degC, and a quick freezer of -35 degC.
extern const ColdRoomKind frozen_room;
extern const ColdRoomKind chilled_room;
extern const ColdRoomKind quick_freezer;

// What goes wrong in one room now.
struct ColdRoomFaults {
  bool compressor_stopped = false;
  bool refrigerant_leaks = false;
  bool thermostat_stuck = false;  // the compressor runs on
  bool door_held = false;
  bool defrost_stuck = false;  // it does not end
  bool no_power = false;
  bool nozzles_scale = false;     // of the humidifier
  bool humidifier_stuck = false;  // half open
};

// The moisture of a room's air: goods and a humidifier give it off, warm air brings it in, the coil
// takes it out.
class RoomMoisture {
 public:
  explicit RoomMoisture(double air_c);
  // load: of the compressor, 0..1.
  void step(double air_c, double load, bool door_open, const ColdRoomFaults& faults, double dt_s);
  [[nodiscard]] double percent(double air_c) const;

 private:
  double g_kg_;
  Worsening scaled_{0.02 / 60.0, 1.0, 300.0};  // of the nozzles
};

class ColdRoom {
 public:
  ColdRoom(const std::string& site, const std::string& name, const ColdRoomKind& kind, Panel& panel,
           std::uint64_t seed);
  void step(double hour, double dt_s, const ColdRoomFaults& faults, Panel& panel);

 private:
  [[nodiscard]] bool door_is_open(double hour, double dt_s, bool held);
  // capacity: of the compressor now, in times of what the walls let in. The load it runs with.
  [[nodiscard]] double step_heat(double capacity, bool stuck, bool open, double dt_s);

  const ColdRoomKind& kind_;
  Random random_;
  double air_c_;
  double coil_c_ = 0.0;                      // above the air, from a defrost
  double open_s_ = 0.0;                      // that the door stays open for a pallet
  Worsening lost_{0.05 / 60.0, 1.0, 600.0};  // part of the refrigerant
  RoomMoisture moisture_;
  TagIndex temperature_, door_, power_, defrost_, running_, humidity_ = 0;
};

}  // namespace parkwatch::parksim
