// tools/parksim/physics/systems/cold_chain_barns.cpp - The rooms and barns of a food park.
#include "tools/parksim/physics/systems/cold_chain_barns.h"

#include <array>

#include "tools/parksim/physics/systems/barn.h"
#include "tools/parksim/physics/systems/cold_room.h"

namespace parkwatch::parksim {
namespace {

class ColdChainBarns final : public System {
 public:
  ColdChainBarns(const SystemSettings& settings, Panel& panel, std::uint64_t seed) {
    const std::string site = text_setting(settings, "site", "food-a");
    const auto rooms = [&](const char* parameter, std::vector<std::string> names,
                           const ColdRoomKind& kind, std::vector<ColdRoom>& into) {
      for (const auto& name : names_setting(settings, parameter, std::move(names))) {
        into.emplace_back(site, name, kind, panel, seed);
      }
    };
    rooms("frozen_rooms", {"fr1"}, frozen_room, frozen_);
    rooms("chilled_rooms", {"cr1"}, chilled_room, chilled_);
    rooms("quick_freezers", {"qf1"}, quick_freezer, freezers_);
    for (const auto& name : names_setting(settings, "barns", {"b1"})) {
      hens_.emplace_back(site, name, hen_barn, panel, seed);
    }
    for (const auto& name : names_setting(settings, "chick_barns", {"c1"})) {
      chicks_.emplace_back(site, name, chick_barn, panel, seed);
    }
  }

  void step(TimePoint now, double dt_s, Panel& panel) override {
    const double hour = hour_of_day(now);
    const auto all = [&](auto& parts, const auto& faults) {
      const std::remove_cvref_t<decltype(faults)> none{};
      for (std::size_t i = 0; i < parts.size(); ++i) {
        parts[i].step(hour, dt_s, i == 0 ? faults : none, panel);
      }
    };
    all(frozen_,
        ColdRoomFaults{.compressor_stopped = causes_.has("compressor-fails"),
                       .door_held = causes_.has("door-left-open") || causes_.has("door-blocked"),
                       .defrost_stuck = causes_.has("defrost-sticks"),
                       .no_power = causes_.has("feeder-trips")});
    all(chilled_, ColdRoomFaults{.refrigerant_leaks = causes_.has("refrigerant-lost"),
                                 .thermostat_stuck = causes_.has("thermostat-sticks"),
                                 .nozzles_scale = causes_.has("nozzles-scale"),
                                 .humidifier_stuck = causes_.has("humidifier-valve-sticks")});
    all(freezers_, ColdRoomFaults{.compressor_stopped = causes_.has("expansion-valve-sticks")});
    all(hens_, BarnFaults{.fans_tripped = causes_.has("fan-breaker-trips"),
                          .inlets_ice = causes_.has("inlets-ice"),
                          .water = {.bursts = causes_.has("drinker-line-bursts"),
                                    .cracks = causes_.has("drinker-line-cracks"),
                                    .clogged = causes_.has("drinker-filter-clogs")},
                          .pads_unfed = causes_.has("pads-pump-fails"),
                          .inlet_open = causes_.has("inlet-stuck-open"),
                          .no_power = causes_.has("barn-feeder-trips"),
                          .controller_dead = causes_.has("controller-silent")});
    all(chicks_, BarnFaults{.water = {.bursts = causes_.has("chick-drinker-line-bursts"),
                                      .cracks = causes_.has("chick-drinker-line-cracks"),
                                      .clogged = causes_.has("chick-drinker-filter-clogs")},
                            .heater_on = causes_.has("heater-runs-on"),
                            .heater_off = causes_.has("heater-fails")});
  }

  void set_cause(std::string_view name, bool on) override { causes_.set(name, on); }

 private:
  Causes causes_;
  std::vector<ColdRoom> frozen_, chilled_, freezers_;
  std::vector<Barn> hens_, chicks_;
};

constexpr std::array cold_chain_causes = {
    SystemCause{"compressor-fails", "the compressor of a frozen room fails"},
    SystemCause{"door-left-open",
                "a driver leaves the door of a frozen room open for some minutes"},
    SystemCause{"door-blocked", "a pallet blocks the door of a frozen room"},
    SystemCause{"feeder-trips", "the feeder of a frozen room trips"},
    SystemCause{"logger-dead", "the battery of a temperature logger is empty", "temperature"},
    SystemCause{"defrost-sticks",
                "the defrost timer of a frozen room sticks, and its heater stays on"},
    SystemCause{"defrost-contact-cut",
                "the contact that tells of a frozen room's defrost is cut off", "defrost"},
    SystemCause{"refrigerant-lost",
                "a pipe of a chilled room breaks: 5 % of its refrigerant are lost each minute"},
    SystemCause{"thermostat-sticks", "the thermostat of a chilled room sticks: it cools on"},
    SystemCause{"nozzles-scale",
                "the nozzles of a chilled room's humidifier scale, 2 % of their opening a minute"},
    SystemCause{"humidifier-valve-sticks",
                "the valve of a chilled room's humidifier sticks half open: it gives 0.5 kg/h"},
    SystemCause{"hygrometer-dead", "the hygrometer of a chilled room loses its supply", "humidity"},
    SystemCause{"expansion-valve-sticks", "the expansion valve of a quick freezer sticks shut"},
    SystemCause{"fan-breaker-trips", "the breaker of a barn's fans trips"},
    SystemCause{"inlets-ice", "the air inlets of a barn ice up, one per cent a minute"},
    SystemCause{"drinker-line-bursts",
                "a hole of 29 mm2 in a drinker line, at 3 m of head: the litter below gets wet and "
                "rots"},
    SystemCause{"drinker-line-cracks",
                "a drinker line cracks, 0.6 mm2 more each minute, at 3 m of head"},
    SystemCause{"drinker-filter-clogs",
                "iron sludge clogs the filter of a barn's drinker lines: each minute 4 % of what "
                "is open"},
    SystemCause{"pads-pump-fails",
                "the pump of a barn's cooling pads fails on a day of 38 degC, and the air dries "
                "their 700 kg of water"},
    SystemCause{"inlet-stuck-open",
                "an inlet sticks open in the frost: 12,000 m3/h of -20 degC come in"},
    SystemCause{"barn-feeder-trips", "the feeder of a barn trips and its generator does not start"},
    SystemCause{"controller-silent", "the controller of a barn loses its power, the fans run on"},
    SystemCause{"ammonia-sensor-dead", "the ammonia sensor of a barn loses its supply", "nh3"},
    SystemCause{"chick-drinker-line-bursts",
                "a hole of 29 mm2 in a drinker line of a chick barn, at 3 m of head"},
    SystemCause{"chick-drinker-line-cracks",
                "a drinker line of a chick barn cracks, 0.1 mm2 more each minute, at 3 m of head"},
    SystemCause{"chick-drinker-filter-clogs",
                "iron sludge clogs the filter of a chick barn's drinker lines: each minute 4 % of "
                "what is open"},
    SystemCause{"heater-runs-on", "the heater of a chick barn, 100 kW, does not switch off"},
    SystemCause{"heater-fails",
                "the heater of a chick barn fails in the frost, and 30 kW are missing"},
};

}  // namespace

SystemInfo cold_chain_barns_system() {
  return {"cold-chain-barns", cold_chain_causes,
          [](const SystemSettings& settings, Panel& panel, std::uint64_t seed) {
            return std::unique_ptr<System>{std::make_unique<ColdChainBarns>(settings, panel, seed)};
          }};
}

}  // namespace parkwatch::parksim
