// tools/parksim/physics/systems/construction_video.h - Cameras and recorders of a construction
// site. Pure; one thread at a time.
#pragma once
#include <string>

#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {

class Camera {
 public:
  Camera(const std::string& site, const std::string& name, Panel& panel);
  // mine: whether the causes are this camera's.
  void step(double hour, double dt_s, const Causes& causes, bool mine, Panel& panel);

 private:
  TagIndex online_;
};

// Records all cameras, and deletes the oldest hour when its disks are full enough.
class Recorder {
 public:
  Recorder(const std::string& site, const std::string& name, Panel& panel);
  void step(double hour, double dt_s, const Causes& causes, bool mine, Panel& panel);

 private:
  double used_;  // % of its disks
  TagIndex disk_;
};

}  // namespace parkwatch::parksim
