// daemon/rules/levels.h - The one evaluator that every kind of rule feeds: a signal against a set
// of levels with deadbands and delays. Pure; time is an argument.
#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "model/rule.h"
#include "model/time.h"
#include "model/value.h"

namespace parkwatch::rules {

inline constexpr std::size_t levels_max = 4;
// No deadline. Far behind timestamp_max, so that no sum reaches it by itself.
inline constexpr Timestamp never = Timestamp::max();

// When something happened, on both clocks.
struct Moment {
  Timestamp receive;         // the gateway's
  Timestamp source;          // as rules see it
  bool device_time = false;  // `source` was read off the device's clock, not off ours
};

// The reading that a verdict rests on (for a window its last one, for silence the one before it).
struct Cause {
  std::uint64_t sequence = 0;  // 0: none yet
  std::uint32_t index = 0;
  Quality quality = Quality::good;
  bool has_value = false;
  double value = 0;  // of the signal
  Timestamp time;    // its source time
  bool operator==(const Cause&) const = default;
};

// What one level remembers. `in != active`: a delay runs (or is held).
struct LevelState {
  bool in = false;                // past the limit, and not back by more than the deadband since
  bool active = false;            // `in`, behind the delays
  bool held = false;              // the delay stands still while data is bad
  Duration remaining{0};          // of a held delay
  Timestamp receive_due = never;  // of a running delay, on the gateway's clock
  Timestamp source_due = never;   // and on the device's, if it began there
  Cause cause;                    // of the last change of `in`
  bool operator==(const LevelState&) const = default;
};

// A rule's levels as they are evaluated: its limits, or for kinds without any a single `on` above
// 0.5 of a signal that is 0 or 1 (for vote and repeat: above `times` - 0.5 of a count).
class LevelSpec {
 public:
  explicit LevelSpec(const RuleSpec& rule);
  [[nodiscard]] std::span<const Limit> limits() const { return limits_; }
  [[nodiscard]] bool has_limits() const { return has_limits_; }  // that people set
  // A level that is passed so often within this time counts without its on-delay; 0: never.
  [[nodiscard]] std::uint32_t times() const { return times_; }
  [[nodiscard]] Duration within() const { return within_; }

 private:
  std::vector<Limit> limits_;  // at most levels_max
  bool has_limits_ = false;
  std::uint32_t times_ = 0;
  Duration within_{0};
};

// A level was passed.
struct Passing {
  std::uint32_t level = 0;  // position in the limits
  Timestamp at;             // as rules see time
  bool operator==(const Passing&) const = default;
};

// A signal inside the band changes nothing and need not be shown to the set. Empty (low > high)
// while a delay is held.
struct Band {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

// The level of one rule on one tag.
class LevelSet {
 public:
  // `spec` must outlive this.
  explicit LevelSet(const LevelSpec& spec);

  // Each returns true when the level changed; last_cause() then says by what.
  // A good (or uncertain) signal. REQUIRES: what is due by `at` has expired; `value` is finite.
  bool on_signal(double value, const Moment& at, const Cause& cause);
  // Delays that are due by then. A delay has run for the larger of both clocks.
  bool expire_receive(Timestamp by);
  bool expire_source(Timestamp by);
  // Bad data, or no verdict: running delays keep what is left of them until the next signal.
  void hold(const Moment& at);
  // The data is there again though nothing new came: held delays go on.
  void resume(const Moment& at);
  // The gateway's clock was set, or we were away or stood still: running delays move along, at most
  // to where they would end if they began at `now`.
  void shift(Duration by, Timestamp now);
  // The clock that readings are judged by was set.
  void shift_passings(Duration by);
  // All is normal, at once. True: a level ended; last_ended() says which.
  bool end();

  // The most severe active level; null: none.
  [[nodiscard]] const Limit* level() const;
  // Of the last change: by what, and the level that ended when none is left. Valid right after it.
  [[nodiscard]] const Cause& last_cause() const { return last_cause_; }
  [[nodiscard]] const Limit& last_ended() const { return spec_->limits()[last_ended_]; }
  [[nodiscard]] Timestamp receive_due() const;  // `never`: nothing runs
  [[nodiscard]] Timestamp source_due() const;
  [[nodiscard]] Band band() const;

  [[nodiscard]] std::span<const LevelState> states() const { return {states_.data(), size_}; }
  // REQUIRES: as many as the spec has levels.
  void restore(std::span<const LevelState> states, std::vector<Passing> passings = {});
  // Those that still count, of a spec with `times`; in the order of time a level.
  [[nodiscard]] const std::vector<Passing>& passings() const { return passings_; }

 private:
  [[nodiscard]] bool is_repeated(std::size_t i, Timestamp at);
  void begin_delay(std::size_t i, const Moment& at);
  void resume(LevelState& state, const Moment& at);
  void activate(std::size_t i);
  [[nodiscard]] std::size_t effective() const;
  bool settle(std::size_t before);

  const LevelSpec* spec_;
  std::array<LevelState, levels_max> states_;
  std::size_t size_;
  std::size_t last_ended_ = 0;
  Cause last_cause_;
  std::vector<Passing> passings_;
};

}  // namespace parkwatch::rules
