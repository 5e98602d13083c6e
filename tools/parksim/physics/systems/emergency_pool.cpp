// tools/parksim/physics/systems/emergency_pool.cpp - Rain, run-off and fire water into the pool,
// its pumps, the gates' travel, and the water at the park's outfall.
#include "tools/parksim/physics/systems/emergency_pool.h"

#include <algorithm>
#include <cmath>

#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/faults.h"
#include "tools/parksim/physics/systems/water.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double pool_m2 = 1000.0;
constexpr double depth_m = 5.0;
constexpr double catchment_m2 = 30'000.0;  // its first flush runs into the pool
constexpr double runoff_s = 900.0;
constexpr double burst_m3_h = 150.0;       // fire main into the drains ...
constexpr double burst_growth_s = 3600.0;  // ... while the crack opens
constexpr double fire_water_m3_h = 900.0;
constexpr double pump_m3_h = 100.0;  // each, to the wastewater plant
constexpr double pump_on_m3 = 500.0;
constexpr double pump_off_m3 = 300.0;
constexpr double gate_travel_s = 30.0;
constexpr double cloud_mm = 1.44;   // of water that the last cloud of a front holds ...
constexpr double rains_s = 2600.0;  // ... and rains out: half of it in half an hour

// The rain ditch on a dry day, mixed on its way to the outfall, and what may run into it.
constexpr double ditch_m3 = 20.0;
constexpr Stream ditch{60.0, {.cod = 18.0, .us_cm = 750.0}};
constexpr Stream acid{0.048, {.base = -10'000.0}};    // hydrochloric, 31 %
constexpr Stream caustic{0.048, {.base = 10'000.0}};  // soda, 30 %
constexpr Stream wastewater{1.8, {.cod = 2'000.0, .us_cm = 1'500.0}};
constexpr Stream brine{3.2, {.us_cm = 100'000.0}};  // 65 g/L of salt

constexpr SystemCause causes[] = {
    {"main-burst",
     "a fire main bursts, up to 150 m3/h run into the drains, nobody has declared an event"},
    {"drum-leaks", "a drum leaks in a plant, whose gates are to keep it: an event of level 1"},
    {"lorry-overturns", "a tank lorry overturns on a road of the park: an event of level 2"},
    {"fire-fighting", "a fire is fought with 900 m3/h: an event of level 3"},
    {"plant-gate-jammed", "an event of level 1 is declared and the plant's gate jams half way"},
    {"gate-jammed", "an event of level 2 is declared and the second gate jams half way"},
    {"linkage-dead", "the command room's link to the gates is dead, both ways"},
    {"acid-at-outfall", "hydrochloric acid leaks into the rain ditch to the outfall, 0.8 L/min"},
    {"caustic-at-outfall", "caustic soda leaks into the rain ditch to the outfall, 0.8 L/min"},
    {"organic-at-outfall", "1.8 m3/h of wastewater overflow into the rain ditch to the outfall"},
    {"brine-at-outfall", "a brine tank empties into the rain ditch to the outfall, 3.2 m3/h"},
    {"pump-breaker", "the breaker of the first emptying pump trips"},
    {"level-unpowered", "the pool's level transmitter loses its supply", "pool/level"},
    {"probe-unpowered", "the pH probe at the outfall loses its supply", "outfall/ph"},
    {"analyser-unpowered", "the COD analyser at the outfall loses its supply", "outfall/cod"},
    {"cloud-rains-out", "a front's last cloud holds 1.44 mm of water and rains out"},
};

// Two showers a day that need no operator, mm/h.
double shower(double hour) {
  if (hour >= 3.0 && hour < 4.5) return 3.0;
  if (hour >= 15.0 && hour < 15.75) return 8.0;
  return 0.0;
}

class EmergencyPool final : public System {
 public:
  EmergencyPool(const SystemSettings& settings, Panel& panel, std::uint64_t seed)
      : site_(text_setting(settings, "site", "pool")),
        random_(seed, "emergency-pool " + site_),
        ditch_stray_(0.04, 3600.0, 1.0, random_) {
    const auto add = [&](const char* device, const char* quantity, const char* unit,
                         NumberSpan span, int period_s, Noise noise) {
      return panel.add(number_tag(site_, device, quantity, unit, span, seconds{period_s}), noise);
    };
    level_ = add("pool", "level", "m", {0.0, 6.0, 4}, 30, {.white = 0.0005});
    rain_ = add("weather", "rain", "mm/h", {0.0, 200.0, 1}, 60, {});
    ph_ = add("outfall", "ph", "pH", {0.0, 14.0, 2}, 30, {.white = 0.02});
    cod_ = add("outfall", "cod", "mg/L", {0.0, 1000.0, 1}, 120, {.white = 0.5});
    conductivity_ = add("outfall", "conductivity", "uS/cm", {0.0, 50'000.0, 0}, 30, {.white = 5.0});
    event_ = panel.add(
        word_tag(site_, "pool", "event_level", {"none", "plant", "space", "park"}, seconds{60}));
    add_gates(1, names_setting(settings, "plant_gates", {"L1"}), panel);
    add_gates(2, names_setting(settings, "space_gates", {"L2"}), panel);
    add_gates(3, names_setting(settings, "border_gates", {"L3"}), panel);
    for (const std::string& name : names_setting(settings, "pumps", {"P1", "P2"})) {
      ready_.push_back(panel.add(flag_tag(site_, name, "ready", seconds{60})));
      running_.push_back(panel.add(flag_tag(site_, name, "running", seconds{60})));
    }
  }

  void step(TimePoint now, double step_s, Panel& panel) override {
    step_water(shower(hour_of_day(now)), step_s);
    step_gates(step_s);
    step_outfall(step_s);
    show(panel);
  }

  void set_cause(std::string_view name, bool on) override { causes_.set(name, on); }

 private:
  struct Gate {
    TagIndex command, closed;
    int level;
    bool first;            // of its level
    double open = 1.0;     // 1 open, 0 shut
    bool ordered = false;  // shut
  };

  [[nodiscard]] bool has(std::string_view cause) const { return causes_.has(cause); }

  void add_gates(int level, const std::vector<std::string>& names, Panel& panel) {
    for (const std::string& name : names) {
      gates_.push_back({panel.add(flag_tag(site_, name, "command", seconds{60})),
                        panel.add(flag_tag(site_, name, "closed", seconds{60})), level,
                        &name == &names.front()});
    }
  }

  // The level of the event that the command room has declared; 0: none.
  [[nodiscard]] int declared() const {
    if (has("fire-fighting")) return 3;
    if (has("lorry-overturns") || has("gate-jammed")) return 2;
    return has("drum-leaks") || has("plant-gate-jammed") ? 1 : 0;
  }
  [[nodiscard]] bool is_jammed(const Gate& gate) const {
    return gate.first && ((has("plant-gate-jammed") && gate.level == 1) ||
                          (has("gate-jammed") && gate.level == 2));
  }

  void step_water(double rain, double step_s) {
    const double cloud =
        has("cloud-rains-out") ? lagged(cloud_mm_, 0.0, step_s, rains_s) : cloud_mm;
    rain_mm_h_ = rain + std::max(0.0, cloud_mm_ - cloud) * 3600.0 / step_s;
    cloud_mm_ = cloud;
    runoff_m3_h_ = lagged(runoff_m3_h_, rain_mm_h_ * catchment_m2 / 1000.0, step_s, runoff_s);
    burst_ = has("main-burst") ? std::min(1.0, burst_ + step_s / burst_growth_s) : 0.0;
    double inflow = runoff_m3_h_ + burst_ * burst_m3_h;
    if (has("fire-fighting")) inflow += fire_water_m3_h;
    if (volume_m3_ > pump_on_m3) emptying_ = true;
    // What came with an event is kept until it is over.
    if (volume_m3_ < pump_off_m3 || declared() > 0) emptying_ = false;
    double outflow = 0.0;
    if (emptying_) {
      for (std::size_t i = 0; i < running_.size(); ++i) outflow += pump_runs(i) ? pump_m3_h : 0.0;
    }
    volume_m3_ += (inflow - outflow) * step_s / 3600.0;
    volume_m3_ = std::clamp(volume_m3_, 0.0, pool_m2 * depth_m);
  }

  void step_gates(double step_s) {
    for (Gate& gate : gates_) {
      gate.ordered = declared() >= gate.level && !has("linkage-dead");
      const double shut = is_jammed(gate) ? 0.5 : 0.0;
      gate.open = travelled(gate.open, gate.ordered ? shut : 1.0, step_s, gate_travel_s);
    }
  }

  void step_outfall(double step_s) {
    Stream flow = ditch;
    if (has("acid-at-outfall")) flow = joined(flow, acid);
    if (has("caustic-at-outfall")) flow = joined(flow, caustic);
    if (has("organic-at-outfall")) flow = joined(flow, wastewater);
    if (has("brine-at-outfall")) flow = joined(flow, brine);
    outfall_ = mixed(outfall_, flow.has, step_s, ditch_m3 / flow.m3_h * 3600.0);
    uneven_ = 1.0 + ditch_stray_.step(random_);
  }

  [[nodiscard]] bool pump_ready(std::size_t i) const { return i > 0 || !has("pump-breaker"); }
  [[nodiscard]] bool pump_runs(std::size_t i) const { return emptying_ && pump_ready(i); }

  void show(Panel& panel) const {
    panel.set(level_, volume_m3_ / pool_m2);
    panel.set(rain_, rain_mm_h_);
    panel.set(ph_, titrated(7.6, outfall_.base));
    panel.set(cod_, outfall_.cod * uneven_);
    panel.set(conductivity_, outfall_.us_cm * uneven_);
    panel.set(event_, static_cast<double>(declared()));
    for (const Gate& gate : gates_) {
      panel.set(gate.command, gate.ordered ? 1.0 : 0.0);
      panel.set(gate.closed, gate.open <= 0.0 ? 1.0 : 0.0);
      panel.power(gate.closed, !has("linkage-dead"));
    }
    for (std::size_t i = 0; i < ready_.size(); ++i) {
      panel.set(ready_[i], pump_ready(i) ? 1.0 : 0.0);
      panel.set(running_[i], pump_runs(i) ? 1.0 : 0.0);
    }
  }

  std::string site_;
  Random random_;
  Stray ditch_stray_;
  Causes causes_;
  double volume_m3_ = 320.0;
  double cloud_mm_ = cloud_mm;  // left in it
  double rain_mm_h_ = 0.0, runoff_m3_h_ = 0.0, burst_ = 0.0;
  bool emptying_ = false;
  Solutes outfall_ = ditch.has;
  double uneven_ = 1.0;
  std::vector<Gate> gates_;
  std::vector<TagIndex> ready_, running_;
  TagIndex level_, rain_, ph_, cod_, conductivity_, event_;
};

}  // namespace

SystemInfo emergency_pool_system() {
  return {"emergency-pool", causes,
          [](const SystemSettings& settings, Panel& panel,
             std::uint64_t seed) -> std::unique_ptr<System> {
            return std::make_unique<EmergencyPool>(settings, panel, seed);
          }};
}

}  // namespace parkwatch::parksim
