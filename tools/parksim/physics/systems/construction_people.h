// tools/parksim/physics/systems/construction_people.h - The people of a construction site: those
// whom the turnstiles know, those who are there, and their helmets. Pure; one thread at a time.
#pragma once
#include <string>

#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {

// 07:00 to 11:30 and 13:00 to 17:30.
[[nodiscard]] bool is_working_hour(double hour);

// Sixty people through the turnstiles before work and before and after lunch.
class Attendance {
 public:
  Attendance(const std::string& site, Panel& panel, std::uint64_t seed);
  void step(double hour, double dt_s, const Causes& causes, Panel& panel);

 private:
  void step_stay(double hour, double dt_s, bool exit_lost);

  Random random_;
  double recorded_ = 0.0;   // inside, by the turnstiles
  double in_zones_ = 0.0;   // inside, by the beacons of the zones
  double strangers_ = 0.0;  // came through the fence
  double stay_h_ = 0.0;     // of the one who is inside for the longest time
  double look_s_ = 0.0;     // to the next look of the beacons
  double missed_ = 0.0;     // by the beacons at that look
  Since tailgate_;
  TagIndex inside_, zones_, unmatched_, longest_;
};

// A smart helmet: worn at work, else on its charger.
class Helmet {
 public:
  Helmet(const std::string& site, const std::string& name, Panel& panel, std::uint64_t seed);
  // mine: whether the causes are this helmet's.
  void step(double hour, double dt_s, const Causes& causes, bool mine, Panel& panel);

 private:
  [[nodiscard]] bool is_lifted(double dt_s);

  Random random_;
  double charge_ = 100.0;  // %
  double lifted_s_ = 0.0;  // still, to scratch a head
  Since fallen_;
  TagIndex sos_, fall_, worn_, charging_, battery_;
};

}  // namespace parkwatch::parksim
