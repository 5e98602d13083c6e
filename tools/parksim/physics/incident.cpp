// tools/parksim/physics/incident.cpp - The table of causes (README.md says more of each).
#include "tools/parksim/physics/incident.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace parkwatch::parksim {
namespace {

// In the order of Cause.
constexpr std::array table{
    CauseInfo{Cause::valve_stuck_open, "valve-stuck-open",
              "a filling of t101 begins and its inlet valve's stem shears while open",
              "tf-a/t101 level climbs past H and HH with inlet_command closed"},
    CauseInfo{Cause::leak, "leak", "a flange of t102 leaks 60 l/s",
              "tf-a/t102 gas past 25 and 50 %LEL, level falls with no outflow"},
    CauseInfo{Cause::influent_shock, "influent-shock",
              "an enterprise lets 1,100 mg/L COD into the sewer",
              "wwtp1 influent/cod near 1,100 mg/L, later effluent/cod past 50 mg/L"},
    CauseInfo{Cause::blower_trip, "blower-trip", "the blower's motor protection trips",
              "wwtp1 blower/running false, aeration/do below 1 mg/L, effluent/nh3n past 5 mg/L"},
    CauseInfo{Cause::sensor_frozen, "sensor-frozen",
              "the DO transmitter's electronics hang and repeat the last value",
              "wwtp1 aeration/do exactly constant, with fresh times"},
    CauseInfo{Cause::sensor_silent, "sensor-silent",
              "the level transmitter of t103 loses its power", "no message of tf-a/t103 level"},
    CauseInfo{Cause::network_drop, "network-drop",
              "the tank farm's radio link is down, its gateway buffers",
              "nothing of tf-a arrives, afterwards all of it late with its own times"},
    CauseInfo{Cause::network_loss, "network-loss",
              "the tank farm's radio link is down, nothing buffers",
              "nothing of tf-a arrives, and its readings are lost"},
    CauseInfo{Cause::barrier_stuck, "barrier-stuck",
              "a lorry drives up to gate3 and the barrier's motor stalls half way",
              "gates/gate3 barrier stays moving"},
    CauseInfo{Cause::overpressure, "overpressure", "the nitrogen regulator of t104 jams open",
              "tf-a/t104 pressure past 6 and 10 kPa, held near 20 kPa by the emergency vent"},
};

}  // namespace

std::span<const CauseInfo> causes() { return table; }

const CauseInfo& info_of(Cause cause) { return table[static_cast<std::size_t>(cause)]; }

std::optional<Cause> cause_named(std::string_view name) {
  const auto* found = std::ranges::find(table, name, &CauseInfo::name);
  if (found == table.end()) return std::nullopt;
  return found->cause;
}

}  // namespace parkwatch::parksim
