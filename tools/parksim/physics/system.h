// tools/parksim/physics/system.h - One simulated system of a park, as a package of config/systems
// watches it: its physics, its instruments, and what can go wrong. Pure; one thread at a time.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/tag.h"

namespace parkwatch::parksim {

// A physical cause that begins and is mended, never a value written onto a tag.
struct SystemCause {
  std::string_view name;  // "flange-leak"
  std::string_view what;  // the cause, one English sentence without a full stop
  // The instrument that loses its supply and publishes nothing while the cause lasts: "gas" is the
  // system's first of that quantity, "outlet/flow" a device's. Empty: none; then the system is
  // told.
  std::string_view unpowers = {};
};

// The [system] table of the package's incidents.toml: a single value is one element, numbers and
// booleans are written as TOML writes them. `site` is always there.
using SystemSettings = std::map<std::string, std::vector<std::string>>;

// A message that is no instrument's sample: a passage at a gate, a video event.
struct SystemEvent {
  TimePoint time;
  std::string topic;
  std::string payload;

  bool operator==(const SystemEvent&) const = default;
};

class System {
 public:
  System() = default;
  System(const System&) = delete;
  System& operator=(const System&) = delete;
  virtual ~System() = default;

  // One step of step_s seconds of physics up to `now`; then sets every instrument's truth.
  virtual void step(TimePoint now, double step_s, Panel& panel) = 0;
  // A cause of its SystemInfo that unpowers nothing begins or is mended; told once at each change,
  // before the step.
  virtual void set_cause(std::string_view name, bool on) = 0;
  // Appends what the last step published beside its instruments.
  virtual void take_events(std::vector<SystemEvent>& out) { static_cast<void>(out); }
};

struct SystemInfo {
  std::string_view package;  // "tank-farm"
  std::span<const SystemCause> causes;
  // Adds the instruments to the panel. Begins near its steady state: it is warmed up for ten
  // minutes only. Settings that it does not know are ignored, missing ones have their defaults.
  std::unique_ptr<System> (*make)(const SystemSettings& settings, Panel& panel, std::uint64_t seed);
};

// Every simulated system, in the order of the packages' names.
[[nodiscard]] std::span<const SystemInfo> systems();
// Null for a package without a simulation.
[[nodiscard]] const SystemInfo* system_named(std::string_view package);
// Null: it has no such cause.
[[nodiscard]] const SystemCause* cause_named(const SystemInfo& info, std::string_view cause);
[[nodiscard]] bool has_cause(const SystemInfo& info, std::string_view cause);

// Settings, or what stands instead of one that is missing.
[[nodiscard]] std::string text_setting(const SystemSettings& settings, const std::string& name,
                                       std::string_view otherwise);
[[nodiscard]] double number_setting(const SystemSettings& settings, const std::string& name,
                                    double otherwise);
[[nodiscard]] bool flag_setting(const SystemSettings& settings, const std::string& name,
                                bool otherwise);
[[nodiscard]] std::vector<std::string> names_setting(const SystemSettings& settings,
                                                     const std::string& name,
                                                     std::vector<std::string> otherwise);

// The clock of the park's people: China Standard Time, UTC+8 without summer time. 0 <= hour < 24.
[[nodiscard]] double hour_of_day(TimePoint now);
// Monday is 0.
[[nodiscard]] int day_of_week(TimePoint now);

// Descriptions of instruments. period: between two samples; of the others: at the latest, if the
// value does not change.
struct NumberSpan {
  double low = 0.0;
  double high = 0.0;
  int digits = 0;
};
[[nodiscard]] TagInfo number_tag(std::string site, std::string device, std::string quantity,
                                 std::string unit, NumberSpan span, std::chrono::seconds period);
[[nodiscard]] TagInfo counter_tag(std::string site, std::string device, std::string quantity,
                                  std::string unit, std::chrono::seconds period);
[[nodiscard]] TagInfo flag_tag(std::string site, std::string device, std::string quantity,
                               std::chrono::seconds period);
[[nodiscard]] TagInfo word_tag(std::string site, std::string device, std::string quantity,
                               std::vector<std::string> words, std::chrono::seconds period);

// A first-order lag: what `value` is `step_s` later on its way to `target`.
[[nodiscard]] double lagged(double value, double target, double step_s, double lag_s);
// A motor's or valve's way: no further than step_s / travel_s towards the target.
[[nodiscard]] double travelled(double value, double target, double step_s, double travel_s);

}  // namespace parkwatch::parksim
