// tools/parksim/physics/panel.h - All instruments of the park: from the true value to what is
// published. Pure; one thread at a time.
#pragma once
#include <cstdint>
#include <vector>

#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/tag.h"

namespace parkwatch::parksim {

// The demo park's step (SystemPark has its own). Every period is a whole number of steps, and every
// sample lies on one.
inline constexpr Span step_span = std::chrono::milliseconds{250};
inline constexpr double park_step_s = 0.25;

// What an instrument adds, in its unit: a standard deviation each.
struct Noise {
  double white = 0.0;  // from sample to sample
  double drift = 0.0;  // over ten minutes
};

class Panel {
 public:
  // rate: divides every period (2 publishes twice as often).
  // noisy = false: true values, still cut to the span and rounded to the digits.
  // step: how often sample() is called; a period is a whole number of steps, at least one.
  Panel(std::uint64_t seed, double rate, bool noisy, Span step = step_span);

  // Before the first sample() only.
  TagIndex add(TagInfo info, Noise noise = {});

  void set(TagIndex tag, double true_value) { instruments_[tag].truth = true_value; }
  // What the instrument shows (a controller that is wired to it sees this, not the truth).
  [[nodiscard]] double shown(TagIndex tag) const { return instruments_[tag].shown; }
  // Frozen electronics repeat what they showed; without power nothing is published.
  void freeze(TagIndex tag, bool frozen) { instruments_[tag].frozen = frozen; }
  void power(TagIndex tag, bool on) { instruments_[tag].powered = on; }

  // Appends what is due at this step, in the order of the tags.
  void sample(TimePoint now, std::vector<Sample>& out);

  [[nodiscard]] const std::vector<TagInfo>& tags() const { return tags_; }

 private:
  struct Instrument {
    double truth = 0.0;
    double shown = 0.0;
    std::int64_t steps_left = 0;  // to the next regular sample
    std::int64_t period_steps = 1;
    double white = 0.0;
    double low = 0.0;
    double high = 0.0;
    double scale = 1.0;  // 10^digits
    bool discrete = false;
    bool frozen = false;
    bool powered = true;
    bool silent_before = true;  // nothing was published yet, or not since the power came back
    Random random;
    Stray drift;
  };

  void measure(Instrument& instrument) const;

  std::uint64_t seed_;
  double rate_;
  bool noisy_;
  Span step_;
  std::vector<TagInfo> tags_;
  std::vector<Instrument> instruments_;
};

}  // namespace parkwatch::parksim
