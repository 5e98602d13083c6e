// tools/parksim/physics/system_park.h - Any number of simulated systems on one panel. Pure: time is
// an argument; one thread at a time.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// Real plants are slow: one second is enough, and a day is simulated in a moment.
inline constexpr Span system_step_span = std::chrono::seconds{1};

struct SystemIncident {
  std::string cause;  // of the system's SystemInfo
  Span start{0};      // since the park's start
  Span duration{0};   // > 0; then the cause is mended

  bool operator==(const SystemIncident&) const = default;
};

// One system in the park. `info` must outlive the park (systems() does).
struct SystemChoice {
  const SystemInfo* info = nullptr;
  SystemSettings settings;
  std::vector<SystemIncident> incidents;
};

struct SystemParkOptions {
  std::uint64_t seed = 1;
  TimePoint start{};  // the time of day decides flows, shifts and weather
  std::vector<SystemChoice> systems;
  double rate = 1.0;  // > 0; publishing periods are divided by it
  bool noise = true;  // false: instruments show the truth, rounded
};

// Same options and same sum of advance(): same samples in the same order, however the time is cut.
class SystemPark {
 public:
  // REQUIRES: every incident's cause is one of its system's.
  explicit SystemPark(SystemParkOptions options);

  // Runs the physics to now() + span, in steps of system_step_span; what is less than a step is
  // kept for the next call. REQUIRES: span >= 0.
  void advance(Span span);

  // What the last advance() published, in the order of time; valid until the next.
  [[nodiscard]] const std::vector<Sample>& samples() const { return samples_; }
  [[nodiscard]] const std::vector<SystemEvent>& events() const { return events_; }
  [[nodiscard]] const std::vector<TagInfo>& tags() const { return panel_.tags(); }
  [[nodiscard]] TimePoint start() const { return options_.start; }
  [[nodiscard]] TimePoint now() const { return now_; }

 private:
  void warm_up();
  void step();
  void apply_causes();

  struct Cause {
    std::size_t system;
    std::string name;
    std::optional<TagIndex> unpowered;  // else the system is told
    bool on = false;
  };

  SystemParkOptions options_;
  TimePoint now_;
  Span rest_{0};
  Panel panel_;
  std::vector<std::unique_ptr<System>> systems_;
  std::vector<Cause> causes_;  // those that some incident names, once each
  std::vector<Sample> samples_;
  std::vector<SystemEvent> events_;
};

}  // namespace parkwatch::parksim
