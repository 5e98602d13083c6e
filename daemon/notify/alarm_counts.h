// daemon/notify/alarm_counts.h - How many alarms stand, by priority and state, and whether the horn
// sounds; kept up with each transition. Pure; one thread.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "model/alarm_event.h"

namespace parkwatch::notify {

class AlarmCounts {
 public:
  // The newest transition of an alarm, or of a record (a flood, a silence).
  void changed(const AlarmEvent& event);

  // The documents of `.../summary` and `.../sounder`; docs/alerts.md has their members.
  [[nodiscard]] std::string summary() const;
  [[nodiscard]] std::string sounder() const;

 private:
  struct Standing {
    Priority priority = Priority::medium;
    AlarmState state = AlarmState::normal;
    bool hidden = false;
    std::uint64_t sounded = 0;  // journal number; 0: it makes no sound
  };
  using Key = std::pair<std::string, std::string>;

  void count(const Standing& standing, bool up);
  [[nodiscard]] bool sounds(const Standing& standing) const {
    return !standing.hidden && standing.sounded > silenced_;
  }

  std::map<Key, Standing> standing_;
  std::array<std::array<std::uint64_t, alarm_states>, 4> by_state_{};  // by priority, then state
  std::array<std::uint64_t, 4> sounding_{};                            // by priority
  std::uint64_t hidden_ = 0;
  std::uint64_t silenced_ = 0;  // what began up to this number was silenced
  bool flood_ = false;
};

}  // namespace parkwatch::notify
