// tools/parksim/physics/gate.h - One gate of the park: vehicles arrive, the barrier lets each one
// through. Pure; one thread at a time.
#pragma once
#include <cstdint>
#include <string>

#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/random.h"

namespace parkwatch::parksim {

class Gate {
 public:
  Gate(const std::string& name, Panel& panel, std::uint64_t seed);

  // hour: of the day, 0..24, for the shifts.
  void step(double hour);
  void show(Panel& panel) const;

  // Cause, on and off: a lorry drives up, and the motor has no force past half way.
  void stall(bool on);

  [[nodiscard]] std::int64_t passages() const { return passages_; }

 private:
  enum class Phase { closed, lifting, open, lowering };

  void step_arm();

  Random random_;
  Phase phase_ = Phase::closed;
  double arm_ = 0.0;        // 0 down, 1 up
  double timer_s_ = 0.0;    // left in this phase: the vehicle under the arm, the pause after it
  std::int64_t queue_ = 0;  // vehicles in front of the arm
  std::int64_t passages_;   // since the gate was built
  bool stalled_ = false;
  TagIndex barrier_, count_, board_;
};

}  // namespace parkwatch::parksim
