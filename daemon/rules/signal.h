// daemon/rules/signal.h - What a rule computes from the readings of its tag and compares with its
// levels, for kinds that need memory. Pure; time is an argument.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/rule.h"
#include "rules/levels.h"

namespace parkwatch::rules {

struct Sample {
  Timestamp time;
  double value = 0;
  bool operator==(const Sample&) const = default;
};

// What whoever runs a signal remembers of it. Kept inside it, so that both lie on one way in
// memory: this is the hot path of windows.
struct Pending {
  std::uint32_t rank = 0;  // of its instance
  // When due() is taken for over at the latest, on the gateway's clock.
  Timestamp receive_due = never;
  Cause last;  // the last reading in it
};

class Signal {
 public:
  virtual ~Signal() = default;
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  // The time of readings at which the signal changes by itself; `never`.
  [[nodiscard]] virtual Timestamp due() const { return never; }
  // That time has come. Empty: no verdict. REQUIRES: due() is not `never`.
  virtual std::optional<double> on_due() { return std::nullopt; }
  // The clock that the times were read from was set.
  virtual void shift(Duration by) = 0;

  Pending pending;

 protected:
  Signal() = default;
};

// One that has a verdict, or none, at each reading.
class ReadingSignal : public Signal {
 public:
  // A good reading. REQUIRES: on_due() was called until due() is after `time`.
  [[nodiscard]] virtual std::optional<double> take(Timestamp time, double value) = 0;

  // What a snapshot keeps.
  struct Memory {
    std::vector<Sample> samples;
    std::vector<double> numbers;
    bool operator==(const Memory&) const = default;
  };
  [[nodiscard]] virtual Memory memory() const = 0;
  // False: it is none of this signal's.
  [[nodiscard]] virtual bool restore(const Memory& memory) = 0;
};

// Of forecast, drift and repeat; null for every other kind.
[[nodiscard]] std::unique_ptr<ReadingSignal> make_signal(const RuleSpec& rule);

}  // namespace parkwatch::rules
