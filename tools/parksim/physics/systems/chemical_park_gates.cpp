// tools/parksim/physics/systems/chemical_park_gates.cpp - Arrivals, arms, doors, cards and lanes.
#include "tools/parksim/physics/systems/chemical_park_gates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double arm_travel_s = 3.0;
constexpr double arm_pause_s = 2.0;
constexpr double cards_full = 200.0;
constexpr double rush_card_s = 20.0;  // a card every 20 s while contractors arrive
constexpr double refill_s = 60.0;
constexpr double inspection_s[] = {120.0, 360.0};  // of a lorry in the lane for hazardous goods

double vehicles_per_hour(double hour) {
  const auto peak = [hour](double at) { return std::exp(-std::pow((hour - at) / 0.5, 2.0)); };
  return (hour >= 6.0 && hour < 20.0 ? 15.0 : 3.0) + 45.0 * (peak(7.5) + peak(17.5));
}

// The arm: one cycle a vehicle.
class Barrier {
 public:
  Barrier(const std::string& site, const std::string& gate, Panel& panel, std::uint64_t seed)
      : random_(seed, site + " barrier " + gate),
        barrier_(
            panel.add(word_tag(site, gate, "barrier", {"closed", "open", "moving"}, seconds{10}))),
        passages_(panel.add(counter_tag(site, gate, "passages", "passages", seconds{30}))),
        cycles_(panel.add(counter_tag(site, gate, "barrier_cycles", "cycles", seconds{30}))) {}

  // stalled: the motor has no force past half way. held: somebody keeps the arm up.
  void step(double hour, double dt_s, bool stalled, bool held, Panel& panel) {
    if ((stalled && !stalled_) || (held && !held_)) waiting_ = std::max(waiting_, 1.0);
    stalled_ = stalled;
    held_ = held;
    if (random_.chance(vehicles_per_hour(hour) * dt_s / 3600.0)) waiting_ += 1.0;
    waiting_ = std::min(waiting_, 20.0);
    step_arm(dt_s);
    double word = 2.0;
    if (arm_ <= 0.0) word = 0.0;
    if (arm_ >= 1.0) word = 1.0;
    panel.set(barrier_, word);
    panel.set(passages_, passed_);
    panel.set(cycles_, cycled_);
  }

 private:
  void step_arm(double dt_s) {
    timer_s_ = std::max(0.0, timer_s_ - dt_s);
    if (timer_s_ > 0.0) return;
    const bool up = waiting_ > 0.0 || held_;
    const double before = arm_;
    arm_ = travelled(arm_, up ? 1.0 : 0.0, dt_s, arm_travel_s);
    if (stalled_ && before < 0.6) arm_ = std::min(arm_, 0.5);
    if (arm_ >= 1.0 && waiting_ > 0.0) {
      waiting_ -= 1.0;
      passed_ += 1.0;
      timer_s_ = random_.between(4.0, 9.0);
    } else if (arm_ <= 0.0 && before > 0.0) {
      cycled_ += 1.0;
      timer_s_ = arm_pause_s;
    }
  }

  Random random_;
  double arm_ = 0.0;      // 0 down, 1 up
  double timer_s_ = 0.0;  // a vehicle under the arm, or the pause after it
  double waiting_ = 0.0;
  double passed_ = 1000.0;
  double cycled_ = 1000.0;
  bool stalled_ = false;
  bool held_ = false;
  TagIndex barrier_, passages_, cycles_;
};

// The face door for people on foot, the notice board and the plate camera.
class Post {
 public:
  Post(const std::string& site, const std::string& gate, Panel& panel, std::uint64_t seed)
      : random_(seed, site + " post " + gate),
        door_(panel.add(word_tag(site, gate, "door", {"closed", "open", "forced"}, seconds{30}))),
        board_(panel.add(flag_tag(site, gate, "board", seconds{30}))),
        camera_(panel.add(flag_tag(site, gate, "camera", seconds{30}))) {}

  void step(double hour, double dt_s, const Causes& causes, bool mine, Panel& panel) {
    const auto at_work = [&](const char* cause) { return mine && causes.has(cause); };
    if (open_s_ <= 0.0 && random_.chance(2.0 * vehicles_per_hour(hour) * dt_s / 3600.0)) {
      open_s_ = random_.between(3.0, 7.0);
    }
    open_s_ = std::max(0.0, open_s_ - dt_s);
    double door = open_s_ > 0.0 || at_work("door-wedged") ? 1.0 : 0.0;
    if (at_work("door-levered")) door = 2.0;
    panel.set(door_, door);
    panel.set(board_, at_work("board-dark") ? 0.0 : 1.0);
    panel.set(camera_, at_work("camera-cable-cut") ? 0.0 : 1.0);
    // A small battery carries the cabinet until whoever is in the door is through.
    dark_ = at_work("cabinet-unpowered") && (dark_ || (shut_ && door == 0.0));
    shut_ = door == 0.0;
    for (const TagIndex tag : {door_, board_, camera_}) panel.power(tag, !dark_);
  }

 private:
  Random random_;
  double open_s_ = 0.0;
  bool shut_ = true;  // the door, a second ago
  bool dark_ = false;
  TagIndex door_, board_, camera_;
};

// Locating cards: out with each visitor, back as he leaves.
class Dispenser {
 public:
  Dispenser(const std::string& site, const std::string& gate, Panel& panel, std::uint64_t seed)
      : random_(seed, site + " dispenser " + gate),
        dispenser_(panel.add(word_tag(site, gate, "dispenser", {"ready", "jammed"}, seconds{60}))),
        cards_(panel.add(number_tag(site, gate, "cards", "cards", {0.0, 500.0, 0}, seconds{30}))),
        out_(panel.add(counter_tag(site, gate, "cards_out", "cards", seconds{60}))),
        in_(panel.add(counter_tag(site, gate, "cards_in", "cards", seconds{60}))) {}

  void step(double hour, double dt_s, const Causes& causes, bool mine, Panel& panel) {
    const bool rush = mine && causes.has("contractors-rush");
    const bool jammed = mine && causes.has("card-jams");
    const bool day = hour >= 7.0 && hour < 17.0;
    if (!jammed && day && random_.chance(4.0 * dt_s / 3600.0)) give();
    if (given_ > returned_ && random_.chance(5.0 * dt_s / 3600.0)) take_back();
    rush_s_ = rush ? rush_s_ + dt_s : 0.0;
    if (rush_s_ >= rush_card_s) {
      rush_s_ -= rush_card_s;
      give();
    }
    // Somebody puts new cards in when the rush is over.
    refill_s_ = !rush && held_ < cards_full / 2.0 ? refill_s_ + dt_s : 0.0;
    if (refill_s_ > refill_s) held_ = cards_full;
    panel.set(dispenser_, jammed ? 1.0 : 0.0);
    panel.set(cards_, held_);
    panel.set(out_, given_);
    panel.set(in_, returned_);
  }

 private:
  void give() {
    if (held_ <= 0.0) return;
    held_ -= 1.0;
    given_ += 1.0;
  }
  void take_back() {
    held_ = std::min(cards_full, held_ + 1.0);
    returned_ += 1.0;
  }

  Random random_;
  double held_ = cards_full;
  double given_ = 5000.0;
  double returned_ = 5000.0;
  double rush_s_ = 0.0;
  double refill_s_ = 0.0;
  TagIndex dispenser_, cards_, out_, in_;
};

// The lanes of a gate: readers in the road tell hazardous goods by the vehicle's transponder.
class Lanes {
 public:
  // hazmat_lane: whether the gate has one.
  Lanes(const std::string& site, const std::string& gate, bool hazmat_lane, Panel& panel,
        std::uint64_t seed)
      : random_(seed, site + " lanes " + gate),
        wrong_(panel.add(flag_tag(site, gate, "hazmat_in_ordinary_lane", seconds{60}))) {
    if (hazmat_lane) lane_ = panel.add(flag_tag(site, gate, "hazmat_lane_occupied", seconds{30}));
  }

  void step(double hour, double dt_s, bool wrong, bool waits, Panel& panel) {
    panel.set(wrong_, wrong ? 1.0 : 0.0);
    if (!lane_) return;
    const bool day = hour >= 6.0 && hour < 20.0;
    inspected_s_ = std::max(0.0, inspected_s_ - dt_s);
    free_s_ = inspected_s_ > 0.0 || waits ? 0.0 : free_s_ + dt_s;
    // The next one comes up when the lane is empty.
    if (day && free_s_ > 60.0 && random_.chance(2.0 * dt_s / 3600.0)) {
      inspected_s_ = random_.between(inspection_s[0], inspection_s[1]);
    }
    panel.set(*lane_, inspected_s_ > 0.0 || waits ? 1.0 : 0.0);
  }

 private:
  Random random_;
  double inspected_s_ = 0.0;
  double free_s_ = 0.0;
  TagIndex wrong_;
  std::optional<TagIndex> lane_;
};

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class ChemicalParkGates final : public System {
 public:
  ChemicalParkGates(const SystemSettings& settings, Panel& panel, std::uint64_t seed) {
    const std::string site = text_setting(settings, "site", "cp");
    const auto names = names_setting(settings, "gates", {"g1", "g2"});
    const auto hazmat = names_setting(settings, "hazmat_gates", {"g1"});
    for (const std::string& gate : names) {
      barriers_.emplace_back(site, gate, panel, seed);
      posts_.emplace_back(site, gate, panel, seed);
      if (first_ordinary_ == lanes_.size() && contains(hazmat, gate)) ++first_ordinary_;
      if (first_hazmat_ == lanes_.size() && !contains(hazmat, gate)) ++first_hazmat_;
      lanes_.emplace_back(site, gate, contains(hazmat, gate), panel, seed);
    }
    for (const std::string& gate : names_setting(settings, "card_gates", {"g1"})) {
      dispensers_.emplace_back(site, gate, panel, seed);
    }
  }

  void step(TimePoint now, double dt_s, Panel& panel) override {
    const double hour = hour_of_day(now);
    for (std::size_t i = 0; i < barriers_.size(); ++i) {
      const bool first = i == 0;
      barriers_[i].step(hour, dt_s, first && causes_.has("arm-stalls"),
                        first && causes_.has("arm-held-up"), panel);
      posts_[i].step(hour, dt_s, causes_, first, panel);
      lanes_[i].step(hour, dt_s, i == first_ordinary_ && causes_.has("driver-takes-wrong-lane"),
                     i == first_hazmat_ && causes_.has("lorry-without-papers"), panel);
    }
    for (std::size_t i = 0; i < dispensers_.size(); ++i) {
      dispensers_[i].step(hour, dt_s, causes_, i == 0, panel);
    }
  }

  void set_cause(std::string_view name, bool on) override { causes_.set(name, on); }

 private:
  Causes causes_;
  std::vector<Barrier> barriers_;
  std::vector<Post> posts_;
  std::vector<Lanes> lanes_;
  std::vector<Dispenser> dispensers_;
  std::size_t first_ordinary_ = 0;  // gate without a lane for hazardous goods
  std::size_t first_hazmat_ = 0;
};

constexpr std::array gate_causes = {
    SystemCause{"arm-stalls", "the motor of a barrier has no force past half way"},
    SystemCause{"arm-held-up", "a guard keeps a barrier up to let a queue through"},
    SystemCause{"door-levered", "somebody levers a face door open"},
    SystemCause{"door-wedged", "somebody wedges a face door open to carry things through"},
    SystemCause{"board-dark", "the power supply of a notice board fails"},
    SystemCause{"camera-cable-cut", "an excavator cuts the cable of a plate camera"},
    SystemCause{"cabinet-unpowered", "the cabinet of a gate loses its power"},
    SystemCause{"contractors-rush", "buses of contractors arrive: a card every 20 seconds"},
    SystemCause{"card-jams", "a bent card jams a dispenser"},
    SystemCause{"driver-takes-wrong-lane",
                "the driver of a hazardous-goods lorry takes the lane of an ordinary gate"},
    SystemCause{"lorry-without-papers",
                "a lorry without papers blocks the lane for hazardous goods"},
};

}  // namespace

SystemInfo chemical_park_gates_system() {
  return {
      "chemical-park-gates", gate_causes,
      [](const SystemSettings& settings, Panel& panel, std::uint64_t seed) {
        return std::unique_ptr<System>{std::make_unique<ChemicalParkGates>(settings, panel, seed)};
      }};
}

}  // namespace parkwatch::parksim
