// tools/parksim/physics/incident.h - What can go wrong in the park: physical causes, by name. Plain
// values and a table; the effects are in the units' physics.
#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "tools/parksim/physics/tag.h"

namespace parkwatch::parksim {

enum class Cause {
  valve_stuck_open,
  leak,
  influent_shock,
  blower_trip,
  sensor_frozen,
  sensor_silent,
  network_drop,
  network_loss,
  barrier_stuck,
  overpressure,
};

struct CauseInfo {
  Cause cause;
  std::string_view name;  // "valve-stuck-open"
  std::string_view what;  // the physical cause, one sentence
  std::string_view seen;  // what the tags show
};

struct Incident {
  Cause cause = Cause::leak;
  Span start{0};     // since the park's start
  Span duration{0};  // > 0; then the cause is mended and the plant comes back by itself

  [[nodiscard]] bool active(Span since_start) const {
    return since_start >= start && since_start - start < duration;
  }
  bool operator==(const Incident&) const = default;
};

[[nodiscard]] std::span<const CauseInfo> causes();
[[nodiscard]] const CauseInfo& info_of(Cause cause);
// Empty for a name that does not exist.
[[nodiscard]] std::optional<Cause> cause_named(std::string_view name);

}  // namespace parkwatch::parksim
