// daemon/alarms/flood.h - Whether more alarms come than a person can take in. Pure.
#pragma once
#include <cstdint>
#include <vector>

#include "alarms/memory.h"

namespace parkwatch::alarms {

// EEMUA 191, ISA-18.2 clause 16: a flood begins with more than 10 new alarms in 10 minutes and ends
// below 5 in 10 minutes.
inline constexpr Duration flood_within = std::chrono::minutes{10};
inline constexpr std::size_t flood_begins_above = 10;
inline constexpr std::size_t flood_over_below = 5;

struct Opened {
  Timestamp at;
  std::uint64_t journal = 0;
  std::string rule;
  std::string tag;
  bool operator==(const Opened&) const = default;
};

class FloodWatch {
 public:
  // A new alarm was announced. True when the flood begins with it.
  bool note(Opened opened);
  // True from note() to end().
  [[nodiscard]] bool on() const { return on_; }
  // The first ten alarms of the present flood. REQUIRES: on()
  [[nodiscard]] const std::vector<Opened>& first() const { return first_; }
  // When it is over unless more come; `never` without one.
  [[nodiscard]] Timestamp due() const;
  void end();
  void shift(Duration by);

  // The newest ones, oldest first, at most flood_begins_above + 1.
  [[nodiscard]] const std::vector<Opened>& newest() const { return newest_; }
  void restore(std::vector<Opened> newest, bool on, std::vector<Opened> first);

 private:
  std::vector<Opened> newest_;
  std::vector<Opened> first_;
  bool on_ = false;
};

}  // namespace parkwatch::alarms
