// tools/parksim/physics/systems/chemical_park_gates.cpp - Who comes, how long he stays, and by
// which lane or door he passes.
#include "tools/parksim/physics/systems/chemical_park_gates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/gate_post.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double hour_s = 3600.0;
constexpr double inspection_s[] = {120.0, 360.0};  // of a lorry that comes ...
constexpr double papers_s = 30.0;                  // ... and of one that leaves
constexpr double rush_card_s = 20.0;               // a card every 20 s while contractors arrive
constexpr double count_every_s = 60.0;
constexpr double column_pass_s = 6.0;  // of drivers who wait in a column
constexpr std::size_t queue_most = 20;
constexpr std::size_t fleet = 40;       // lorries with a permit: permits.csv
constexpr double intruder_s = 2.0;      // from the bent door to the inside
constexpr double crew_every_s = 180.0;  // one after the other
constexpr double crew_works_s = 1200.0;
constexpr std::size_t crew_size = 6;
constexpr double fitters_every_s = 1800.0;  // they fetch parts from outside ...
constexpr double fitters_work_s = 600.0;    // ... and fit them
constexpr std::size_t fitters_rounds = 4;

// The gates are shut for traffic at night; whoever is there has a reason of his own.
bool is_open(double hour) { return hour >= 5.0 && hour < 20.0; }
double peak(double hour, double at) { return std::exp(-std::pow((hour - at) / 0.5, 2.0)); }

double vehicles_per_hour(double hour) {
  return is_open(hour) ? 7.0 + 22.0 * (peak(hour, 7.5) + peak(hour, 17.5)) : 0.0;
}
double workers_per_hour(double hour) {
  return is_open(hour) && hour < 10.0 ? 60.0 * peak(hour, 7.5) : 0.0;
}
double lorries_per_hour(double hour) { return hour >= 6.0 && hour < 19.0 ? 2.0 : 0.0; }
double visitors_per_hour(double hour) { return hour >= 7.0 && hour < 17.0 ? 4.0 : 0.0; }

Span span_of(double s) {
  return std::chrono::duration_cast<Span>(std::chrono::duration<double>(s));
}

std::string numbered(const char* before, std::size_t number, std::size_t digits) {
  std::string text = std::to_string(number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return before + text;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class ChemicalParkGates final : public System {
 public:
  ChemicalParkGates(const SystemSettings& settings, Panel& panel, std::uint64_t seed)
      : ChemicalParkGates(text_setting(settings, "site", "cp"), settings, panel, seed) {}

  void step(TimePoint now, double dt_s, Panel& panel) override {
    now_ = now;
    events_.set_now(now);
    for (const auto& [cause, on] : std::exchange(changes_, {})) on ? begin(cause) : mend(cause);
    const double hour = hour_of_day(now);
    if (!causes_.has("evacuation-ordered")) come(hour, dt_s);
    take_due();
    for (std::size_t i = 0; i < gates_.size(); ++i) step_gate(i, dt_s, panel);
    step_intruder(dt_s);
    panel.set(siren_, causes_.has("evacuation-ordered") ? 1.0 : 0.0);
    count_s_ += dt_s;
    if (count_s_ < count_every_s) return;
    count_s_ = 0.0;
    events_.people(inside_ + (intruder_ ? 1 : 0));
  }

  void set_cause(std::string_view name, bool on) override {
    causes_.set(name, on);
    changes_.emplace_back(name, on);
  }

  void take_events(std::vector<SystemEvent>& out) override { events_.take(out); }

 private:
  ChemicalParkGates(const std::string& site, const SystemSettings& settings, Panel& panel,
                    std::uint64_t seed)
      : random_(seed, site + " gates"), events_(site) {
    names_ = names_setting(settings, "gates", {"g1", "g2"});
    const auto hazmat = names_setting(settings, "hazmat_gates", {"g1"});
    const auto cards = names_setting(settings, "card_gates", {"g1"});
    for (const std::string& gate : names_) {
      gates_.emplace_back(site, gate, contains(hazmat, gate), contains(cards, gate), panel, seed);
    }
    const auto first = [&](const auto& is) {
      const auto at = std::find_if(gates_.begin(), gates_.end(), is);
      return static_cast<std::size_t>(at - gates_.begin());
    };
    first_hazmat_ = first([](const GatePost& gate) { return gate.hazmat.has_value(); });
    first_ordinary_ = first([](const GatePost& gate) { return !gate.hazmat.has_value(); });
    first_cards_ = first([](const GatePost& gate) { return gate.dispenser.has_value(); });
    siren_ = panel.add(flag_tag(site, "siren", "evacuation", seconds{30}));
  }

  // ----------------------------------------------------------------------------------------------
  // The day's traffic.

  void come(double hour, double dt_s) {
    for (std::size_t i = 0; i < gates_.size(); ++i) {
      GatePost& gate = gates_[i];
      const auto comes = [&](double an_hour) {
        return gate.traffic.chance(an_hour * dt_s / hour_s);
      };
      if (comes(vehicles_per_hour(hour)) && gate.ordinary.waiting() < queue_most) {
        gate.ordinary.arrive(
            {.plate = next_plate(), .gate = i, .stay_s = gate.traffic.between(900.0, 6000.0)});
      }
      if (comes(workers_per_hour(hour))) {
        gate.door.enter({.id = numbered("emp-", ++workers_, 4),
                         .gate = i,
                         .stay_s = gate.traffic.between(8.5, 9.5) * hour_s});
      }
      if (gate.hazmat && comes(lorries_per_hour(hour)) && gate.hazmat->is_empty()) {
        gate.hazmat->arrive({.plate = numbered("晋H", 8001 + lorries_++ % fleet, 4),
                             .gate = i,
                             .hazmat = true,
                             .check_s = gate.traffic.between(inspection_s[0], inspection_s[1]),
                             .stay_s = gate.traffic.between(900.0, 2700.0)});
      }
      if (gate.dispenser && comes(visitors_per_hour(hour))) {
        enter_with_card({.id = numbered("visitor-", ++visitors_, 4),
                         .gate = i,
                         .stay_s = gate.traffic.between(0.5, 4.0) * hour_s});
      }
    }
    come_by_bus(dt_s);
  }

  void come_by_bus(double dt_s) {
    const bool rush = causes_.has("contractors-rush") && first_cards_ < gates_.size();
    rush_s_ = rush ? rush_s_ + dt_s : 0.0;
    if (rush_s_ < rush_card_s) return;
    rush_s_ -= rush_card_s;
    enter_with_card({.id = numbered("contractor-", ++contractors_, 4),
                     .gate = first_cards_,
                     .cause = "contractors-rush"});
  }

  // Without a card he is not let in.
  void enter_with_card(Person person) {
    const auto card = gates_[person.gate].dispenser->give();
    if (!card) return;
    person.card = *card;
    events_.card(names_[person.gate], person.id, person.card, true);
    auto& door = gates_[person.gate].door;
    door.enter(std::move(person));
  }

  std::string next_plate() { return numbered("晋A", ++plates_, 5); }

  // ----------------------------------------------------------------------------------------------
  // Inside.

  // Whose time has come: to the door, to the lane, to the muster point.
  void take_due() {
    for (; !coming_.empty() && coming_.begin()->first <= now_; coming_.erase(coming_.begin())) {
      Person& person = coming_.begin()->second;
      auto& door = gates_[person.gate].door;
      door.enter(std::move(person));
    }
    for (; !people_.empty() && people_.begin()->first <= now_; people_.erase(people_.begin())) {
      Person& person = people_.begin()->second;
      auto& door = gates_[person.gate].door;
      door.leave(std::move(person));
    }
    for (; !parked_.empty() && parked_.begin()->first <= now_; parked_.erase(parked_.begin())) {
      drive_out(std::move(parked_.begin()->second));
    }
    for (; !reports_.empty() && reports_.begin()->first <= now_; reports_.erase(reports_.begin())) {
      events_.report("mp1", reports_.begin()->second);
    }
  }

  void drive_out(Vehicle vehicle) {
    vehicle.in = vehicle.follows = false;
    vehicle.check_s = vehicle.hazmat ? papers_s : 0.0;
    // Also who came by a lane that was not his is led out by the right one.
    if (vehicle.hazmat && !gates_[vehicle.gate].hazmat) {
      if (first_hazmat_ == gates_.size()) return;
      vehicle.gate = first_hazmat_;
    }
    GatePost& gate = gates_[vehicle.gate];
    (vehicle.hazmat ? *gate.hazmat : gate.ordinary).arrive(std::move(vehicle));
  }

  // When somebody who is inside now will want to leave.
  [[nodiscard]] TimePoint until(double stay_s, const std::string& cause) {
    if (causes_.has("evacuation-ordered")) return now_ + span_of(random_.between(60.0, 120.0));
    if (stay_s > 0.0) return now_ + span_of(stay_s);
    return causes_.has(cause) ? TimePoint::max() : now_;
  }

  void step_gate(std::size_t i, double dt_s, Panel& panel) {
    GatePost& gate = gates_[i];
    const auto at_work = [&](const char* cause) { return i == 0 && causes_.has(cause); };
    const bool blind = at_work("camera-cable-cut") || at_work("cabinet-unpowered");
    std::vector<Vehicle> through;
    gate.ordinary.step(dt_s, {at_work("arm-stalls"), at_work("arm-held-up"), blind}, events_,
                       through);
    if (gate.hazmat) gate.hazmat->step(dt_s, {false, false, blind}, events_, through);
    for (Vehicle& vehicle : through) {
      if (!vehicle.in) continue;
      const TimePoint leaves = until(vehicle.stay_s, vehicle.cause);
      parked_.emplace(leaves, std::move(vehicle));
    }
    std::vector<Person> came;
    std::vector<Person> gone;
    gate.door.step(dt_s, causes_, i == 0, panel, events_, came, gone);
    for (Person& person : came) {
      ++inside_;
      const TimePoint leaves = until(person.stay_s, person.cause);
      people_.emplace(leaves, std::move(person));
    }
    for (Person& person : gone) {
      --inside_;
      return_card(std::move(person));
    }
    if (gate.dispenser) {
      const bool first = i == first_cards_;
      gate.dispenser->step(dt_s, first && causes_.has("card-jams"),
                           first && causes_.has("contractors-rush"), panel);
    }
    gate.show(panel);
  }

  void return_card(Person person) {
    if (person.card.empty()) return;
    if (std::exchange(person.keeps_card, false)) {
      keepers_.push_back(std::move(person));
      return;
    }
    gates_[person.gate].dispenser->take_back();
    events_.card(names_[person.gate], person.id, person.card, false);
  }

  // Whoever bends the first door open walks in, and is led out when guards have come.
  void step_intruder(double dt_s) {
    bent_s_ = gates_.front().door.is_forced() ? bent_s_ + dt_s : 0.0;
    if (bent_s_ >= intruder_s) intruder_ = true;
    if (!causes_.has("door-levered")) intruder_ = false;
  }

  // ----------------------------------------------------------------------------------------------
  // What causes bring.

  void begin(const std::string& cause) {
    RoadLane& lane = gates_.front().ordinary;
    Vehicle car{.pass_s = column_pass_s, .cause = cause, .stay_s = 1800.0};
    if (cause == "arm-stalls") add_column(lane, car, 1);
    if (cause == "arm-held-up") add_column(lane, car, 8);
    if (cause == "car-left") {
      car.stay_s = 0.0;
      add_column(lane, car, 1);
    }
    if (cause == "driver-follows-close") {
      add_column(lane, car, 2, [](Vehicle& second) { second.follows = true; });
    }
    if (first_hazmat_ < gates_.size()) begin_with_lorry(cause);
    if (first_cards_ < gates_.size()) begin_with_visitor(cause);
    if (cause == "night-crew") send_crew("crew-", 0.0, crew_works_s);
    if (cause == "fitters-fetch-parts") {
      for (std::size_t round = 0; round < fitters_rounds; ++round) {
        send_crew("fitter-", fitters_every_s * static_cast<double>(round), fitters_work_s);
      }
    }
    if (cause == "evacuation-ordered") evacuate();
  }

  // To the first gate, one after the other.
  void send_crew(const char* name, double after_s, double stay_s) {
    for (std::size_t i = 0; i < crew_size; ++i) {
      coming_.emplace(now_ + span_of(after_s + crew_every_s * static_cast<double>(i)),
                      Person{.id = numbered(name, i + 1, 1), .stay_s = stay_s});
    }
  }

  template <typename Change>
  void add_column(RoadLane& lane, Vehicle car, int length, const Change& change_after_first) {
    for (int i = 0; i < length; ++i) {
      car.plate = next_plate();
      lane.arrive(car);
      if (i == 0) change_after_first(car);
    }
  }
  void add_column(RoadLane& lane, const Vehicle& car, int length) {
    add_column(lane, car, length, [](Vehicle&) {});
  }

  void begin_with_lorry(const std::string& cause) {
    RoadLane& lane = *gates_[first_hazmat_].hazmat;
    Vehicle lorry{.plate = "晋H8101",
                  .gate = first_hazmat_,
                  .hazmat = true,
                  .check_s = inspection_s[0],
                  .pass_s = column_pass_s,
                  .cause = cause};
    if (cause == "driver-takes-wrong-lane" && first_ordinary_ < gates_.size()) {
      // The reader at an ordinary gate opens to every plate that it knows.
      lorry.gate = first_ordinary_;
      lorry.check_s = 0.0;
      gates_[first_ordinary_].ordinary.arrive(lorry);
    } else if (cause == "lorry-without-papers") {
      lorry.refused = true;
      lane.arrive(lorry);
    } else if (cause == "lorry-stays") {
      lane.arrive(lorry);
    } else if (cause == "lorry-without-permit") {
      lorry.plate = "晋H9901";
      lane.arrive(lorry);
    } else if (cause == "convoy") {
      lorry.check_s = 60.0;  // cleared before they came
      for (std::size_t i = 0; i < 12; ++i) {
        lorry.plate = numbered("晋H", 8001 + i, 4);
        lane.arrive(lorry);
      }
    }
  }

  void begin_with_visitor(const std::string& cause) {
    Person visitor{.id = "visitor-" + cause, .gate = first_cards_, .cause = cause};
    if (cause == "visitor-keeps-card") {
      visitor.stay_s = 600.0;
      visitor.keeps_card = true;
      enter_with_card(visitor);
    }
    if (cause == "visitor-overstays") enter_with_card(visitor);
  }

  void mend(const std::string& cause) {
    for (GatePost& gate : gates_) {
      gate.ordinary.turn_back(cause);
      if (gate.hazmat) gate.hazmat->turn_back(cause);
    }
    const auto if_of_cause = [&](const auto& one) {
      return one.cause == cause ? now_ : TimePoint::max();
    };
    hurry(people_, if_of_cause);
    hurry(parked_, if_of_cause);
    if (cause != "visitor-keeps-card") return;
    for (Person& person : std::exchange(keepers_, {})) return_card(std::move(person));
  }

  // Most walk to their gate, some to the muster point, where they wait.
  void evacuate() {
    std::size_t number = 0;
    hurry(people_, [&](const Person& person) {
      const TimePoint at = now_ + span_of(random_.between(60.0, 360.0));
      if (number++ % 5 != 0) return at;
      reports_.emplace(at, person.id);
      return TimePoint::max();
    });
    hurry(parked_, [&](const Vehicle&) { return now_ + span_of(random_.between(60.0, 360.0)); });
  }

  // Each leaves when it would have, or when `latest` says if that is earlier.
  template <typename Inside, typename Latest>
  static void hurry(Inside& inside, const Latest& latest) {
    Inside hurried;
    for (auto& [at, one] : inside) {
      const TimePoint leaves = std::min(at, latest(one));
      hurried.emplace(leaves, std::move(one));
    }
    inside = std::move(hurried);
  }

  TimePoint now_{};
  Random random_;
  GateEvents events_;
  Causes causes_;
  std::vector<std::pair<std::string, bool>> changes_;  // of causes, since the last step
  std::vector<std::string> names_;
  std::vector<GatePost> gates_;
  std::size_t first_hazmat_ = 0;  // gate with a lane for hazardous goods; gates_.size(): none has
  std::size_t first_ordinary_ = 0;
  std::size_t first_cards_ = 0;
  // By when they will want to leave (come, report).
  std::multimap<TimePoint, Person> people_;
  std::multimap<TimePoint, Vehicle> parked_;
  std::multimap<TimePoint, Person> coming_;
  std::multimap<TimePoint, std::string> reports_;
  std::vector<Person> keepers_;  // left with their cards
  std::size_t inside_ = 0;       // people, also those on their way to the door
  std::size_t plates_ = 0;
  std::size_t lorries_ = 0;
  std::size_t workers_ = 0;
  std::size_t visitors_ = 0;
  std::size_t contractors_ = 0;
  bool intruder_ = false;
  double bent_s_ = 0.0;
  double rush_s_ = 0.0;
  double count_s_ = 0.0;
  TagIndex siren_ = 0;
};

constexpr std::array gate_causes = {
    SystemCause{"arm-stalls", "the motor of a barrier has no force past half way"},
    SystemCause{"arm-held-up", "a guard keeps a barrier up to let a column of eight cars through"},
    SystemCause{"driver-follows-close",
                "the driver of a second car follows the first one under the arm"},
    SystemCause{"car-left", "a driver leaves his car inside"},
    SystemCause{"door-levered", "somebody levers a face door open and walks in"},
    SystemCause{"door-wedged", "somebody wedges a face door open to carry things through"},
    SystemCause{"exit-reader-unplugged",
                "the exit reader of a face door is off line and keeps what it reads"},
    SystemCause{
        "entry-clock-lost",
        "the entry reader of a face door starts again where its clock stood 45 minutes ago"},
    SystemCause{"fitters-fetch-parts", "six fitters go out for parts at night and come back"},
    SystemCause{"board-dark", "the power supply of a notice board fails"},
    SystemCause{"camera-cable-cut", "an excavator cuts the cable of a plate camera"},
    SystemCause{"cabinet-unpowered", "the cabinet of a gate loses its power"},
    SystemCause{"contractors-rush",
                "buses of contractors arrive, a card every 20 seconds, and take them back"},
    SystemCause{"card-jams", "a bent card jams a dispenser"},
    SystemCause{"visitor-keeps-card", "a visitor leaves with his card and brings it back later"},
    SystemCause{"visitor-overstays", "a visitor does not leave"},
    SystemCause{"night-crew", "six workers come at night for twenty minutes of work"},
    SystemCause{"evacuation-ordered", "the siren calls everybody out of the park"},
    SystemCause{"siren-unpowered", "the controller of the evacuation siren loses its supply",
                "evacuation"},
    SystemCause{"reader-unpowered",
                "the reader of hazardous goods in an ordinary lane loses its supply",
                "hazmat_in_ordinary_lane"},
    SystemCause{"driver-takes-wrong-lane",
                "the driver of a hazardous-goods lorry takes the lane of an ordinary gate"},
    SystemCause{"lorry-without-papers",
                "a lorry without papers blocks the lane for hazardous goods"},
    SystemCause{"lorry-without-permit",
                "a guard waves a lorry with hazardous goods through that has no permit"},
    SystemCause{"lorry-stays", "a loading arm breaks and a lorry with hazardous goods stays"},
    SystemCause{"convoy", "twelve lorries with hazardous goods come one after the other"},
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
