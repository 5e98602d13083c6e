// tools/parksim/physics/systems/construction_video.cpp - Disks that fill, and what empties them.
#include "tools/parksim/physics/systems/construction_video.h"

#include <algorithm>

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double recorded_h = 2.0;      // % of the disks that an hour of all cameras takes
constexpr double overwrites_at = 80.0;  // %: then the oldest hours are deleted

}  // namespace

// The recorder tells whether a camera is there.
Camera::Camera(const std::string& site, const std::string& name, Panel& panel)
    : online_(panel.add(flag_tag(site, name, "online", seconds{60}))) {}

void Camera::step(double, double, const Causes& causes, bool mine, Panel& panel) {
  panel.set(online_, mine && causes.has("camera-cable-cut") ? 0.0 : 1.0);
}

Recorder::Recorder(const std::string& site, const std::string& name, Panel& panel)
    : used_(overwrites_at),
      disk_(panel.add(number_tag(site, name, "disk", "%", {0.0, 100.0, 1}, seconds{300}))) {}

void Recorder::step(double, double dt_s, const Causes& causes, bool mine, Panel& panel) {
  const auto at_work = [&](const char* cause) { return mine && causes.has(cause); };
  used_ = std::min(100.0, used_ + recorded_h * dt_s / 3600.0);
  if (used_ > overwrites_at && !at_work("overwriting-off")) used_ = overwrites_at - recorded_h;
  panel.set(disk_, used_);
  panel.power(disk_, !at_work("recorder-unplugged"));
}

}  // namespace parkwatch::parksim
