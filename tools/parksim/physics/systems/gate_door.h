// tools/parksim/physics/systems/gate_door.h - A gate's post for people on foot: the face door with
// its reader, board and camera, and the dispenser of locating cards. Pure; one thread at a time.
#pragma once
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/faults.h"
#include "tools/parksim/physics/systems/gate_events.h"

namespace parkwatch::parksim {

struct Person {
  std::string id;
  std::size_t gate = 0;    // by which he comes and goes
  std::string card = {};   // the locating card that he was given; empty: none
  double stay_s = 0.0;     // inside; of a cause: 0, until it is mended
  std::string cause = {};  // that brought him; empty: the day's traffic
  bool keeps_card = false;
};

// The leaf, its latch, and the readers on both sides. One person each time that it opens.
class FaceDoor {
 public:
  FaceDoor(const std::string& site, const std::string& gate, Panel& panel, std::uint64_t seed);

  // mine: the causes are of this gate. Appends who has come and who has gone.
  void step(double dt_s, const Causes& causes, bool mine, Panel& panel, GateEvents& events,
            std::vector<Person>& came, std::vector<Person>& gone);

  void enter(Person person) { waiting_.push_back({std::move(person), true}); }
  void leave(Person person) { waiting_.push_back({std::move(person), false}); }
  // Somebody bends the leaf open without a face that the reader knows.
  [[nodiscard]] bool is_forced() const { return bent_; }

 private:
  struct Waiting {
    Person person;
    bool in = true;
  };
  // clock_lost: the entry reader has run down, and began again where it stood.
  void read_next(bool reader_unplugged, bool clock_lost, GateEvents& events,
                 std::vector<Person>& came, std::vector<Person>& gone);
  void show(const Causes& causes, bool mine, Panel& panel);

  std::string gate_;
  Random random_;
  std::deque<Waiting> waiting_;
  std::vector<SystemEvent> kept_;  // by a reader that is off line
  double released_s_ = 0.0;        // the latch: left until it falls
  double shut_s_ = 0.0;            // since the leaf fell shut
  bool open_ = false;              // the leaf
  bool bent_ = false;              // open though the latch never let go
  bool shut_ = true;               // as it was a second ago
  bool dark_ = false;
  TagIndex door_, board_, camera_;
};

// Locating cards: out with each visitor, back as he leaves.
class Dispenser {
 public:
  Dispenser(const std::string& site, const std::string& gate, Panel& panel);

  void step(double dt_s, bool jammed, bool rush, Panel& panel);
  // Empty: it is jammed or has none.
  [[nodiscard]] std::optional<std::string> give();
  void take_back();

 private:
  std::string gate_;
  double held_;
  double given_;
  double returned_;
  double refill_s_ = 0.0;
  bool jammed_ = false;
  TagIndex dispenser_, cards_, out_, in_;
};

}  // namespace parkwatch::parksim
