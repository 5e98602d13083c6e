// tools/parksim/physics/systems/gate_post.h - One gate as it is built: its lanes, its door and its
// dispenser, and the instruments that tell of them. Pure; one thread at a time.
#pragma once
#include <optional>
#include <string>

#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/gate_door.h"
#include "tools/parksim/physics/systems/gate_lane.h"

namespace parkwatch::parksim {

class GatePost {
 public:
  // hazmat_lane, cards: it has a lane for hazardous goods, a dispenser of locating cards.
  GatePost(const std::string& site, const std::string& name, bool hazmat_lane, bool cards,
           Panel& panel, std::uint64_t seed);

  // What arm, counters and the readers in the road say now; door and dispenser tell by themselves.
  void show(Panel& panel) const;

  Random traffic;  // who comes to this gate
  RoadLane ordinary;
  std::optional<RoadLane> hazmat;
  FaceDoor door;
  std::optional<Dispenser> dispenser;

 private:
  TagIndex barrier_, passages_, cycles_, wrong_;
  std::optional<TagIndex> occupied_;
};

}  // namespace parkwatch::parksim
