// tools/parksim/physics/park.h - The whole simulated park. Pure: time is an argument; one thread at
// a time. tools/parksim/README.md lists tags, figures and incidents.
#pragma once
#include <cstdint>
#include <vector>

#include "tools/parksim/physics/gate.h"
#include "tools/parksim/physics/incident.h"
#include "tools/parksim/physics/link.h"
#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/tag.h"
#include "tools/parksim/physics/tank.h"
#include "tools/parksim/physics/wastewater.h"

namespace parkwatch::parksim {

struct ParkOptions {
  std::uint64_t seed = 1;
  TimePoint start{};                // the time of day decides flows, shifts and weather
  std::vector<Incident> incidents;  // any number, also of the same cause
  double rate = 1.0;                // > 0; publishing periods are divided by it
  bool noise = true;                // false: instruments show the truth, rounded
};

// Same options and same sum of advance(): same samples in the same order, however the time is cut.
class Park {
 public:
  explicit Park(ParkOptions options);

  // Runs the physics to now() + span, in steps of step_span; what is less than a step is kept for
  // the next call. REQUIRES: span >= 0.
  void advance(Span span);

  // What arrived at the broker in the last advance(); valid until the next. Of one tag in the order
  // of time; across tags a link that was down delivers late (Sample::time is the time of
  // measurement).
  [[nodiscard]] const std::vector<Sample>& samples() const { return samples_; }
  [[nodiscard]] const std::vector<TagInfo>& tags() const { return panel_.tags(); }
  [[nodiscard]] TimePoint start() const { return options_.start; }
  [[nodiscard]] TimePoint now() const { return now_; }
  // Readings that a link lost (network-loss, or a full buffer).
  [[nodiscard]] std::uint64_t lost() const { return link_.lost(); }

 private:
  void warm_up();
  void step_units(double hour);
  void apply_incidents();
  void deliver();
  [[nodiscard]] double hour_of_day() const;
  [[nodiscard]] bool active(Cause cause) const;

  ParkOptions options_;
  TimePoint now_;
  Span rest_{0};
  Panel panel_;
  Wastewater wastewater_;
  std::vector<Gate> gates_;
  std::vector<Tank> tanks_;  // t101..t104
  Link link_;                // of the tank farm
  TagIndex first_linked_ = 0;
  std::vector<Sample> measured_;
  std::vector<Sample> samples_;
};

}  // namespace parkwatch::parksim
